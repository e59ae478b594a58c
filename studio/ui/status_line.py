"""The line at the foot: the device, the time per result, the running training."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QProgressBar, QWidget

from studio.ui import theme
from studio.ui.context import Errand
from studio.ui.run_watch import WatchedRun
from studio.ui.widgets import button, label

BAR_PX, NAME_PX = 150, 260


def duration(seconds: float) -> str:
    """A rough length of time in words: 40 s, 18 min, 2 h 05 min."""
    if seconds < 90:
        return f"{max(0, round(seconds))} s"
    minutes = round(seconds / 60)
    if minutes < 60 or (minutes < 90 and minutes % 60):
        return f"{minutes} min"
    hours, rest = divmod(minutes, 60)
    return f"{hours} h {rest:02d} min" if rest else f"{hours} h"


class StatusLine(QFrame):
    """Device and speed on the left, training on the right; a click there opens Train."""

    train_asked = Signal()
    pause_asked = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("statusline")
        self.setFixedHeight(theme.STATUS_PX)
        self._dot = QFrame()
        self._dot.setFixedSize(8, 8)
        self._device = label("", "figure")
        self._time = label("", "figure")
        self._times: dict[str, str] = {}
        self._errand = label("", "figure")
        self._now: Errand | None = None
        self.stop = button(self.tr("Stop"), self.tr("What is written stays"), role="small")
        self.stop.clicked.connect(self._stop)
        self._run = _RunSummary(self)
        self._run.clicked.connect(self.train_asked)
        self._run.pause.clicked.connect(self.pause_asked)
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 1, 12, 0)
        row.setSpacing(8)
        for widget in (self._dot, self._device):
            row.addWidget(widget)
        row.addSpacing(10)
        row.addWidget(self._time)
        row.addStretch(1)
        for widget in (self._errand, self.stop):
            row.addWidget(widget, 0, Qt.AlignmentFlag.AlignVCenter)
        row.addSpacing(10)
        row.addWidget(self._run)
        self.device = ("", "", False)  # words, why, whether it works
        self.show_device(self.tr("Waking the networks"), "", good=False)
        self._run.hide()
        self.show_errand(None)

    def show_errand(self, errand: Errand | None) -> None:
        """What is done on the side, with a way to stop it; None: nothing."""
        self._now = errand
        self._errand.setText("" if errand is None else errand.words)
        for widget in (self._errand, self.stop):
            widget.setVisible(errand is not None)

    def _stop(self) -> None:
        if self._now is not None:
            self._now.stop()

    def show_device(self, words: str, why: str, *, good: bool) -> None:
        """Which device plays and why; the dot is green once it does."""
        self.device = (words, why, good)
        self._device.setText(words)
        self._device.setToolTip(why)
        token = theme.TOKENS["good" if good else "caution"]
        self._dot.setStyleSheet(f"background: {token}; border-radius: 4px;")

    def show_time(self, seconds: float, noun: str) -> None:
        """How long the newest result took."""
        took = f"{seconds * 1000:.0f} ms" if seconds < 1 else f"{seconds:.1f} s"
        self._times[noun] = self.tr("{took} a {noun}").format(took=took, noun=noun)
        self._time.setText(self._times[noun])

    def show_noun(self, noun: str) -> None:
        """The time of the panel that is in front now, or nothing."""
        self._time.setText(self._times.get(noun, ""))

    def show_run(self, run: WatchedRun | None, waiting: int = 0) -> None:
        """The training that is going on, or none, and how many wait for their turn."""
        self._run.setVisible(run is not None)
        if run is not None:
            self._run.show_run(run, waiting)


class _RunSummary(QWidget):
    clicked = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._text = label("", "figure")
        self._text.setTextFormat(Qt.TextFormat.RichText)
        self._bar = QProgressBar(textVisible=False, minimum=0, maximum=1000)
        self._bar.setFixedWidth(BAR_PX)
        self._left = label("", "figure")
        self.pause = button(
            self.tr("Pause"), self.tr("Stop with a checkpoint, or go on from it"), role="small"
        )
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setToolTip(self.tr("Open the training"))
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(14)
        for widget in (self._text, self._bar, self._left, self.pause):
            row.addWidget(widget, 0, Qt.AlignmentFlag.AlignVCenter)

    def show_run(self, run: WatchedRun, waiting: int) -> None:
        words = {
            "paused": self.tr("Paused"),
            "starting": self.tr("Starting"),
            "stopping": self.tr("Stopping"),
        }.get(run.state, self.tr("Training"))
        name = self.fontMetrics().elidedText(run.name, Qt.TextElideMode.ElideRight, NAME_PX)
        self.setToolTip(self.tr("Open the training of {}").format(run.name))
        name = name.replace("&", "&amp;").replace("<", "&lt;")
        strong = f"<span style='color:{theme.TOKENS['text']}'>{name}</span>"
        self._text.setText(f"{words} {strong} {run.status.kimg:.1f} kimg")
        self._bar.setValue(round(1000 * run.share))
        left = run.left_s
        words = [self.tr("{} left").format(duration(left))] if left is not None else []
        if waiting:
            words.append(self.tr("{} in the queue").format(waiting))
        self._left.setText("  ·  ".join(words))
        self.pause.setText(self.tr("Go on") if run.state == "paused" else self.tr("Pause"))
        self.pause.setEnabled(run.state in ("running", "paused"))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.clicked.emit()
