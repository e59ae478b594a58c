"""Plays recipes on the worker: the newest wins, and of a drag the newest waits its turn."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QObject, Signal

from studio.core.kind import MediumKind
from studio.core.latent import Recipe
from studio.core.model_file import ModelEntry
from studio.core.work import Work
from studio.ui.context import StudioContext
from studio.ui.generation import Made
from studio.ui.jobs import Job


@dataclass(frozen=True)
class Wish:
    """A recipe to play: by which model, how the step is called, and the gesture it belongs to.

    verb, parents (documents) and settings are what the lineage tells of the result; without a verb
    it is none that is new.
    """

    entry: ModelEntry
    recipe: Recipe
    text: str = ""
    gesture: object = None
    verb: str = ""
    parents: tuple[Any, ...] = ()
    settings: str = ""


class Maker(QObject):
    """One medium's way to its generator."""

    made = Signal(object, object)  # Wish, Made
    failed = Signal(object)

    def __init__(self, kind: MediumKind, context: StudioContext, parent: QObject) -> None:
        super().__init__(parent)
        self._kind, self._context = kind, context
        self._job: Job | None = None
        self._now: Wish | None = None
        self._next: Wish | None = None

    @property
    def is_busy(self) -> bool:
        return self._job is not None

    @property
    def wanted(self) -> Wish | None:
        """The newest wish that is not there yet."""
        return self._next or (self._now if self.is_busy else None)

    @property
    def is_waiting(self) -> bool:
        """Whether a newer result than the one on its way is wanted."""
        return self._next is not None

    def play(self, wish: Wish) -> None:
        """Generate. Replacing each step of a drag by the next would never show any of them."""
        if self._job is not None and wish.gesture is not None:
            self._next = wish
            return
        self._now, self._next = wish, None
        kind, device = self._kind, self._context.settings.device
        generators = self._context.generators
        job = Job(
            f"generate {kind.noun}",
            lambda: generators.make(kind, wish.entry.path, device, wish.recipe),
            self,
            on_result=lambda made: self._arrived(wish, made),
            on_error=self._failed,
        )
        self._job = self._context.jobs.submit(job, replaces=("generate", kind.name))

    def stop(self) -> None:
        """Nothing of what is on its way is wanted any more."""
        if self._job is not None:
            self._job.cancel()
        self._job = self._next = None

    def many(self, entry: ModelEntry | None, recipes: Sequence[Recipe]) -> Work | None:
        """The work that makes several; None if the model they name is not the chosen one."""
        if entry is None or entry.header.id != recipes[0].model:
            return None
        device = self._context.settings.device
        return self._context.generators.make_many(self._kind, entry.path, device, recipes)

    def _arrived(self, wish: Wish, made: Any) -> None:
        assert isinstance(made, Made)
        self._job = None
        self.made.emit(wish, made)
        if self._next is not None and self._job is None:
            self.play(self._next)

    def _failed(self, error: object) -> None:
        self._job = self._next = None
        self.failed.emit(error)
