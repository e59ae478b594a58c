"""When to look for results that a person may like: after likes, while nothing else is wanted."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QObject, QTimer, Signal

from studio.core.latent import COMPOSITE, Recipe
from studio.core.proposals import ForYou
from studio.core.work import Work
from studio.ui.jobs import Job, Jobs

REST_MS = 900  # longer than that of the variations, which are wanted first
COUNT = 8


class Guesses(QObject):
    """Looks on the worker and lets everything else there pass.

    What was found stays until a person likes something, asks for others or changes the model. A
    search that was stopped goes on with the same page of candidates, whose measures are known.
    """

    looking = Signal(float)  # how far it is, 0 to 1
    found = Signal(object, object)  # documents, ForYou
    stopped = Signal()  # by an error, which is told

    def __init__(
        self,
        jobs: Jobs,
        key: str,
        for_you: Callable[[int, int], Work | None],
        failed: Callable[[object], None],
        parent: QObject,
    ) -> None:
        """for_you(count, page) gives the work, or None while there is no model to ask."""
        super().__init__(parent)
        self._jobs, self._key, self._for_you, self._failed = jobs, key, for_you, failed
        self._about: tuple[Any, ...] = ()  # the model and its options
        self._is_on = self._is_stale = False
        self._page = 0
        self._job: Job | None = None
        self._documents: dict[int, Any] = {}
        self._rest = QTimer(self, singleShot=True, interval=REST_MS)
        self._rest.timeout.connect(self._begin)

    @property
    def is_looking(self) -> bool:
        return self._job is not None

    def turn(self, on: bool) -> None:
        """Nothing is made where nobody can see it."""
        if on != self._is_on:
            self._is_on = on
            self._rest_or_stop()

    def follow(self, recipe: Recipe) -> None:
        """Guess by this model, for results of this kind."""
        about = (recipe.model, recipe.without_option(COMPOSITE).options)
        if recipe.model and about != self._about:
            self._about = about
            self.again()

    def again(self) -> None:
        """What is known changed, so the guesses are others."""
        self._turn_page()
        self._rest_or_stop()

    def more(self) -> None:
        """Others, at once; those that are looked for already are others."""
        self._turn_page()
        if not self.is_looking:
            self._begin()

    def pause(self) -> None:
        """Let something more urgent go first; begins again after a rest."""
        if self._job is not None or self._rest.isActive():
            self._rest_or_stop()

    def _turn_page(self) -> None:
        """To candidates that were not proposed from."""
        self._page += not self._is_stale
        self._is_stale = True

    def _rest_or_stop(self) -> None:
        if self._job is not None:
            self._job.cancel()
            self._job = None
        if self._is_on and self._is_stale:
            self._rest.start()
        else:
            self._rest.stop()

    def _begin(self) -> None:
        self._rest.stop()
        work = self._for_you(COUNT, self._page) if self._is_on else None
        if work is None:
            return
        self._documents = {}
        job = Job(
            "for you",
            lambda: work,
            self,
            on_progress=self._told,
            on_preview=self._arrived,
            on_result=self._ended,
            on_error=self._stopped,
            is_patient=True,
        )
        self._job = self._jobs.submit(job, replaces=("for you", self._key))

    def _told(self, progress: Any) -> None:
        if progress.total:
            self.looking.emit(progress.done / progress.total)

    def _arrived(self, numbered: Any) -> None:
        number, document = numbered
        self._documents[number] = document

    def _ended(self, result: object) -> None:
        assert isinstance(result, ForYou)
        self._job, self._is_stale = None, False
        self.found.emit([self._documents[number] for number in sorted(self._documents)], result)

    def _stopped(self, error: object) -> None:
        self._job, self._is_stale = None, False
        self.stopped.emit()
        self._failed(error)
