"""Plays recipes on the worker: the newest wins, and a drag is followed as fast as it goes."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, QTimer, Signal

from studio.core.kind import MediumKind
from studio.core.latent import Recipe
from studio.core.model_file import ModelEntry
from studio.core.work import Work
from studio.ui.context import StudioContext
from studio.ui.generation import Made
from studio.ui.jobs import Job

REST_MS = 150  # a drag that stands still for so long has come to rest
SLOW_S = 0.040  # a result that takes longer lags behind the hand
WORTH = 0.8  # of the time of a full result that a preview may take
TRIES = 3  # previews before that counts: the first one prepares the network for them
TIMES = 2  # the quicker of the last two counts: the first result of all wakes the network up


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
    """One medium's way to its generator.

    What belongs to a gesture is live: of several wishes the newest waits its turn, and where full
    results are slow, previews are made until the drag rests. A full result always stands at its
    end.
    """

    made = Signal(object, object)  # Wish, Made
    previewed = Signal(object)  # a document to show and never to keep
    rested = Signal()  # the drag rests: time for all that need not follow it
    failed = Signal(object)

    def __init__(self, kind: MediumKind, context: StudioContext, parent: QObject) -> None:
        super().__init__(parent)
        self._kind, self._context = kind, context
        self._job: Job | None = None
        self._now: Wish | None = None
        self._next: Wish | None = None
        self._owed: Wish | None = None  # shown as a preview only
        self._path: Path | None = None
        self._seconds: deque[float] = deque(maxlen=TIMES)
        self._preview_seconds: deque[float] = deque(maxlen=TRIES)
        self._rest = QTimer(self, singleShot=True, interval=REST_MS)
        self._rest.timeout.connect(self._rests)

    @property
    def is_busy(self) -> bool:
        return self._job is not None or self._owed is not None

    @property
    def wanted(self) -> Wish | None:
        """The newest wish that is not there yet."""
        return self._next or self._owed or (self._now if self.is_busy else None)

    @property
    def is_waiting(self) -> bool:
        """Whether a newer result than the one on its way is wanted."""
        return self._next is not None or self._owed is not None

    @property
    def is_live(self) -> bool:
        """Whether a drag goes on."""
        return self._rest.isActive()

    def play(self, wish: Wish) -> None:
        """Generate. Replacing each step of a drag by the next would never show any of them."""
        if wish.gesture is None:
            if self.is_live:
                self._rest.stop()
                self.rested.emit()
            self._begin(wish)
            return
        self._rest.start()
        if self._job is not None:
            self._next = wish
        else:
            self._begin(wish)

    def settle(self) -> None:
        """The drag ends: do not wait until it rests."""
        if self.is_live:
            self._rest.stop()
            self._rests()

    def stop(self) -> None:
        """Nothing of what is on its way is wanted any more."""
        if self._job is not None:
            self._job.cancel()
        self._job = self._next = self._owed = None

    def many(self, entry: ModelEntry | None, recipes: Sequence[Recipe]) -> Work | None:
        """The work that makes several; None if the model they name is not the chosen one."""
        if entry is None or entry.header.id != recipes[0].model:
            return None
        device = self._context.settings.device
        return self._context.generators.make_many(self._kind, entry.path, device, recipes)

    def _begin(self, wish: Wish) -> None:
        """A preview while a drag goes on that full results would lag behind, else a full one."""
        self._now, self._next, self._owed = wish, None, None
        if wish.entry.path != self._path:
            self._path = wish.entry.path
            self._seconds.clear()
            self._preview_seconds.clear()
        if self.is_live and self._wants_preview:
            self._owed = wish
            self._submit(wish, self._context.generators.preview, self._sketched)
        else:
            self._submit(
                wish, self._context.generators.make, lambda made: self._arrived(wish, made)
            )

    @property
    def _wants_preview(self) -> bool:
        """Whether full results lag behind, and previews are quicker or not yet tried."""
        if len(self._seconds) < TIMES:
            return False
        full_s, tried = min(self._seconds), self._preview_seconds
        is_worth = len(tried) < TRIES or min(tried) < full_s * WORTH
        return full_s > SLOW_S and is_worth

    def _submit(
        self, wish: Wish, make: Callable[..., Work], on_result: Callable[[Any], None]
    ) -> None:
        kind, device = self._kind, self._context.settings.device
        job = Job(
            f"generate {kind.noun}",
            lambda: make(kind, wish.entry.path, device, wish.recipe),
            self,
            on_result=on_result,
            on_error=self._failed,
        )
        self._job = self._context.jobs.submit(job, replaces=("generate", kind.name))

    def _arrived(self, wish: Wish, made: Any) -> None:
        assert isinstance(made, Made)
        self._job = None
        self._seconds.append(made.seconds)
        self.made.emit(wish, made)
        if self._next is not None and self._job is None:
            self._begin(self._next)

    def _sketched(self, made: Any) -> None:
        assert isinstance(made, Made)
        self._job = None
        self._preview_seconds.append(made.seconds)
        self.previewed.emit(made.document)
        if self._job is None:
            self._catch_up()

    def _rests(self) -> None:
        self.rested.emit()
        if self._job is None:
            self._catch_up(is_resting=True)

    def _catch_up(self, is_resting: bool = False) -> None:
        """Begin what is wanted next: the newest wish, or the full result of the last preview."""
        if self._next is not None:
            self._begin(self._next)
        elif self._owed is not None and (is_resting or not self.is_live):
            self._begin(self._owed)

    def _failed(self, error: object) -> None:
        self._job = self._next = self._owed = None
        self.failed.emit(error)
