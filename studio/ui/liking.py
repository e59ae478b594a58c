"""Likes and dislikes of one medium's results: asked for on thumbnails, kept on this machine."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QObject, Signal

from studio.core.errors import StudioError
from studio.core.kind import MediumKind
from studio.core.latent import Recipe
from studio.core.model_file import ModelEntry
from studio.core.taste import ENOUGH, Taste
from studio.core.taste_file import forget_taste
from studio.core.work import Work
from studio.ui.context import StudioContext
from studio.ui.jobs import Job
from studio.ui.tastes import TasteWork


class Liking(QObject):
    """Knows what was clicked since the start; what it means is learnt on the worker."""

    changed = Signal()
    learnt = Signal()  # proposals are others now

    def __init__(self, kind: MediumKind, context: StudioContext, parent: QObject) -> None:
        super().__init__(parent)
        self._context = context
        self._tastes = TasteWork(kind, context.generators, context.places)
        self._opinions: dict[Recipe, bool] = {}

    def opinion(self, document: Any) -> bool | None:
        """Whether a result was liked; None where nothing was clicked."""
        return self._opinions.get(document.recipe)

    def judge(self, entry: ModelEntry, document: Any, liked: bool) -> None:
        """Like or dislike a result; the same again takes it back."""
        recipe = document.recipe
        wanted = None if self._opinions.get(recipe) == liked else liked
        if wanted is None:
            del self._opinions[recipe]
        else:
            self._opinions[recipe] = wanted
        self.changed.emit()
        tastes, device = self._tastes, self._context.settings.device
        job = Job(
            "like",
            lambda: tastes.judge(entry.path, device, document, wanted),
            self,
            on_result=self._learnt,
            on_error=self._context.report,
            is_promised=True,
        )
        self._context.jobs.submit(job)

    def for_you(self, entry: ModelEntry, recipe: Recipe, count: int, page: int) -> Work:
        """Work that makes proposals; another page gives others."""
        device = self._context.settings.device
        return self._tastes.for_you(entry.path, device, recipe, count, page)

    def forget(self, model: str) -> None:
        """Forget everything that was clicked on results of this model."""
        try:
            forget_taste(model, self._context.places)
        except StudioError as error:
            self._context.report(error)
            return
        self.forgotten(model)
        self._context.notify(self.tr("What you liked of this model is forgotten."))

    def forgotten(self, model: str = "") -> None:
        """Nothing is known of this model any more, or of any."""
        kept = {one: liked for one, liked in self._opinions.items() if model not in ("", one.model)}
        self._opinions = kept
        self.changed.emit()
        self.learnt.emit()

    def _learnt(self, taste: object) -> None:
        assert isinstance(taste, Taste)
        if len(taste.labels) == ENOUGH:
            self._context.notify(
                self.tr("“For you” below now follows your likes, which stay on this computer.")
            )
        self.learnt.emit()
