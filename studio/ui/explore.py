"""Nine results near the present one: look at them by pointing, take one with a click."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from PySide6.QtCore import QTimer, Signal
from PySide6.QtGui import QHideEvent, QPixmap, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from studio.core.latent import Recipe
from studio.core.verbs import bred, morphed, varied
from studio.core.work import Work
from studio.ui import theme
from studio.ui.jobs import Job, Jobs
from studio.ui.result_grid import CELLS, ResultGrid
from studio.ui.verb_chips import LockChips, VerbChips
from studio.ui.widgets import LabelledSlider, button, label, tip

REST_MS = 250
START_STRENGTH = 0.4


class Explore(QWidget):
    """A 3 x 3 grid whose middle is the document; the others are made on the worker when idle.

    They vary the document, or are children of its parents, or steps of a way between them. The
    parents are what a person marked, or else the present result and the one before it.
    """

    chosen = Signal(object, str)  # a document, and the verb that made it

    def __init__(
        self,
        jobs: Jobs,
        key: str,
        make_many: Callable[[list[Recipe]], Work | None],
        picture: Callable[[Any, int], QPixmap],
        layers: Sequence[str],
    ) -> None:
        """make_many(recipes) gives work; picture(document, side_px) draws a document.

        layers are words for the coarse, middle and fine ones.
        """
        super().__init__()
        self._jobs, self._key, self._make_many = jobs, key, make_many
        self._document: Any = None
        self._is_stale = False
        self.parents: list[Any] = []
        self.verbs, self.locks = VerbChips(), LockChips(layers)
        self.verbs.changed.connect(self._verb_changed)
        self.locks.changed.connect(self._begin_again)
        self._hint = label("", "note")
        self._hint.setWordWrap(True)
        self._page = 0
        self._job: Job | None = None
        self._rest = QTimer(self, singleShot=True, interval=REST_MS)
        self._rest.timeout.connect(self._begin)
        self.grid = ResultGrid(picture)
        self.grid.chosen.connect(lambda document: self.chosen.emit(document, self.verbs.verb))
        self.strength = LabelledSlider(
            self.tr("Strength"), 0.05, 1.0, START_STRENGTH, show_figure=False
        )
        self.strength.setToolTip(self.tr("How far the variations go from the present one"))
        self.strength.value_changed.connect(self._begin_again)
        self._more = button(self.tr("More"), tip(self.tr("Eight others"), "M"))
        self._more.clicked.connect(self.more)
        foot = QWidget()
        foot.setFixedHeight(theme.CONTROL_PX)  # one or the other, so that nothing moves below
        row = QHBoxLayout(foot)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(10)
        row.addWidget(self.strength, 1)
        row.addWidget(self._hint, 1)
        row.addWidget(self._more)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addWidget(self.grid)
        column.addWidget(foot)
        self._verb_changed()

    def follow(self, document: Any, *, has_picture: bool, is_live: bool = False) -> None:
        """Make the neighbours of another document, as soon as there is time.

        While is_live its picture in the middle is not drawn before catch_up.
        """
        same = self._document is not None and document.recipe == self._document.recipe
        self._document = document if has_picture else None
        self._is_stale = True
        if not is_live or not has_picture:
            self.catch_up()
        if same and has_picture:
            return
        self._page = 0
        self._begin_again()

    def catch_up(self) -> None:
        """Draw the middle anew where a drag left it behind."""
        if self._is_stale:
            self._is_stale = False
            self.grid.show_centre(self._document)

    def show_parents(self, documents: Sequence[Any]) -> None:
        """What breeding and morphing begin with, in this order."""
        if list(documents) != self.parents:
            self.parents = list(documents)
            if self.verbs.verb != "vary":
                self._page = 0
                self._begin_again()

    def more(self) -> None:
        """Eight others."""
        self._page += 1
        self._begin_again()

    def pause(self) -> None:
        """Let something more urgent go first; begins again after a rest."""
        if self._job is not None:
            self._job.cancel()
            self._job = None
            self._rest.start()
        elif self._rest.isActive():
            self._rest.start()

    def _verb_changed(self) -> None:
        verb, tr = self.verbs.verb, self.tr
        self.strength.name.setText({"breed": tr("Mutation")}.get(verb, tr("Strength")))
        self._page = 0
        self._show_hint()
        self._begin_again()

    def _problem(self) -> str:
        """Why the grid stays empty, in words; "" where it does not."""
        if not self.locks.free:
            return self.tr("Everything is locked. Unlock something to see others.")
        if self.verbs.verb == "vary":
            return ""
        if len(self.parents) < 2:
            return self.tr("Make another result, or choose parents below with Ctrl and a click.")
        if len({document.recipe.model for document in self.parents}) > 1:
            return self.tr("The parents are of different models. Choose some of one model.")
        return ""

    def _show_hint(self) -> None:
        """What is wrong or, where there is nothing to set, what is morphed."""
        words, has_settings = self._problem(), self.verbs.verb != "morph"
        if not words and not has_settings:
            seeds = [str(document.recipe.latent.seed) for document in self.parents]
            words = self.tr("Between {}").format(", ".join(seeds))
        self._hint.setText(words)
        self._hint.setVisible(bool(words))
        for one in (self.strength, self._more):
            one.setVisible(has_settings and not words)

    def _recipes(self) -> list[Recipe]:
        """What the eight cells are to hold."""
        parents = [document.recipe for document in self.parents]
        if self.verbs.verb == "morph":
            return morphed(parents, CELLS)
        numbers = range(CELLS * self._page, CELLS * (self._page + 1))
        amount, free = self.strength.value, self.locks.free
        if self.verbs.verb == "breed":
            return [bred(parents, number, amount, free) for number in numbers]
        return [varied(self._document.recipe, number, amount, free) for number in numbers]

    def _begin_again(self) -> None:
        if self._job is not None:
            self._job.cancel()
        self._rest.start()

    def _begin(self) -> None:
        if self._document is None or not self.isVisible():
            return
        self._show_hint()
        work = None if self._problem() else self._make_many(self._recipes())
        if work is None:
            self.grid.clear()
            return
        job = Job("variations", lambda: work, self, on_preview=self._arrived)
        job.on_result = job.on_error = self._ended
        self._job = self._jobs.submit(job, replaces=("explore", self._key))

    def _arrived(self, numbered: Any) -> None:
        self.grid.put(*numbered)

    def _ended(self, _: object) -> None:
        self._job = None

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if self._document is not None:
            self._rest.start()

    def hideEvent(self, event: QHideEvent) -> None:
        self.pause()
        self._rest.stop()
        super().hideEvent(event)
