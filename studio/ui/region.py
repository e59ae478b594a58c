"""The part of a result that stays exactly, and making the rest anew."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QVBoxLayout, QWidget

from studio.core.kind import MediumKind
from studio.core.model_file import ModelEntry
from studio.core.work import Progress
from studio.ui.context import StudioContext
from studio.ui.jobs import Job
from studio.ui.widgets import button, icon_button, new_seed, tip

REST_MS = 150


class RegionBox(QWidget):
    """Tells what is kept; a medium puts what marks it on top."""

    reroll_asked = Signal(bool)  # whether at once
    stop_asked = Signal()
    clear_asked = Signal()
    told = Signal(str)  # what is kept, or how to keep something
    kept_changed = Signal()  # after a rest, as a brush changes it all the time

    def __init__(self) -> None:
        super().__init__()
        self.reroll = button(
            self.tr("Re-roll the rest"),
            tip(self.tr("Make everything else anew, to fit what is kept"), "Shift+R"),
        )
        self.quick = button(
            self.tr("Quick"), tip(self.tr("The same at once, fitted less well"), "Ctrl+Shift+R")
        )
        self.clear = icon_button("close", tip(self.tr("Clear the lock"), "Ctrl+Shift+D"))
        self._progress = QProgressBar()
        self._progress.setTextVisible(False)
        self._stop = button(self.tr("Stop"), self.tr("Leave it as it was"))
        self.reroll.clicked.connect(lambda: self.reroll_asked.emit(False))
        self.quick.clicked.connect(lambda: self.reroll_asked.emit(True))
        self.clear.clicked.connect(self.clear_asked)
        self._stop.clicked.connect(self.stop_asked)
        row = QHBoxLayout()
        row.setSpacing(6)
        row.addWidget(self.reroll)
        row.addWidget(self.quick)
        row.addWidget(self._progress, 100)  # in the place of both, so that nothing moves below
        row.addWidget(self._stop)
        row.addStretch(1)
        row.addWidget(self.clear)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(6)
        self._column.addLayout(row)
        self._rest = QTimer(self, singleShot=True, interval=REST_MS)
        self._rest.timeout.connect(self.kept_changed)
        self.show_kept("", False)
        self.show_progress(None)

    def add_controls(self, widget: QWidget) -> None:
        """What marks a part, above everything else."""
        self._column.insertWidget(0, widget)

    def show_kept(self, words: str, is_kept: bool, *, can_clear: bool = False) -> None:
        """Say what is kept, or how to keep something; too much to re-roll can be cleared, too."""
        self.told.emit(words)
        for one in (self.reroll, self.quick):
            one.setEnabled(is_kept)
        self.clear.setEnabled(is_kept or can_clear)
        self._rest.start()

    def show_progress(self, part: float | None) -> None:
        """How far the re-roll is, 0 to 1; None when none is under way."""
        for one in (self._progress, self._stop):
            one.setVisible(part is not None)
        for one in (self.reroll, self.quick):
            one.setVisible(part is None)
        if part is not None:
            self._progress.setRange(0, 100)
            self._progress.setValue(round(100 * part))


class Rerolling(QObject):
    """Makes all but a kept part anew on the worker; others pass, the newest wish wins."""

    done = Signal(object)  # the document
    shown = Signal(object)  # how far it is, as a document; None when it ended without one

    def __init__(self, kind: MediumKind, context: StudioContext, box: RegionBox) -> None:
        super().__init__(box)
        self._kind, self._context, self._box = kind, context, box
        self._job: Job | None = None
        self.source: Any = None  # what the newest began with
        box.stop_asked.connect(self.stop)

    @property
    def is_running(self) -> bool:
        return self._job is not None

    def start(self, entry: ModelEntry, document: Any, locked: Any, *, instant: bool) -> None:
        """Begin, in the place of what is under way."""
        kind, device, seed = self._kind, self._context.settings.device, new_seed()
        generators = self._context.generators
        job = Job(
            f"re-roll {kind.noun}",
            lambda: generators.reroll(kind, entry.path, device, document, locked, seed, instant),
            self,
            on_progress=self._show_progress,
            on_preview=self.shown.emit,
            on_result=self._ended(self.done.emit),
            on_error=self._ended(self._failed),
            is_patient=True,
        )
        self.source = document
        self._job = self._context.jobs.submit(job, replaces=("reroll", kind.name))
        self._box.show_progress(0.0)

    def stop(self) -> None:
        """What is under way is not wanted any more; everything stays as it was."""
        if self._job is not None:
            self._job.cancel()
            self._ended(self.shown.emit)(None)

    def _ended(self, act: Callable[[object], None]) -> Callable[[object], None]:
        def end(value: object) -> None:
            self._job = None
            self._box.show_progress(None)
            act(value)

        return end

    def _failed(self, error: object) -> None:
        self.shown.emit(None)
        self._context.report(error)

    def _show_progress(self, progress: object) -> None:
        assert isinstance(progress, Progress)
        if progress.total:
            self._box.show_progress(progress.done / progress.total)
