"""One training run, looked at while it goes: figures, samples through time, curves, commands."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QPixmap
from PySide6.QtWidgets import QFrame, QHBoxLayout, QProgressBar, QVBoxLayout, QWidget

from studio.ui import theme
from studio.ui.curves import Curves, Line
from studio.ui.run_watch import WatchedRun, last_words
from studio.ui.status_line import duration
from studio.ui.widgets import Slider, button, icon_button, label, set_tone

TONES = {"running": "good", "finished": "good", "failed": "bad", "paused": "caution"}


class SampleView(QWidget):
    """A grid of samples as large as it fits, sharp pixels kept."""

    def __init__(self) -> None:
        super().__init__()
        self._pixmap = QPixmap()
        self._words = ""
        self.setMinimumHeight(120)

    def show_file(self, path: str, words: str = "") -> None:
        self._pixmap, self._words = QPixmap(path), words
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(640, 330)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), theme.color("document"))
        if self._pixmap.isNull():
            painter.setPen(theme.color("muted"))
            painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, self._words)
            return
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        room = QRectF(self.rect()).adjusted(10, 10, -10, -10)
        size = self._pixmap.size().scaled(room.size().toSize(), Qt.AspectRatioMode.KeepAspectRatio)
        left = room.left() + (room.width() - size.width()) / 2
        top = room.top() + (room.height() - size.height()) / 2
        target = QRectF(left, top, size.width(), size.height())
        painter.drawPixmap(target, self._pixmap, QRectF(self._pixmap.rect()))


class RunDetail(QFrame):
    """Emits what a person wants of the run; the page does it."""

    pause_asked = Signal()
    resume_asked = Signal()
    stop_asked = Signal()
    longer_asked = Signal()
    play_asked = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._shown: WatchedRun | None = None
        self._follows = True  # the slider stays at the newest sample until it is moved
        self._name, self._state = label("", "title"), label("")
        self._figures, self._message = label("", "muted"), label("")
        self._message.setWordWrap(True)
        self._figures.setToolTip(
            self.tr("1 kimg is a thousand examples looked at; the network learns from each.")
        )
        self._bar = QProgressBar(textVisible=False, minimum=0, maximum=1000)
        self._samples = SampleView()
        self._time, self._kimg = Slider(), label("", "figure")
        self._time.setAccessibleName(self.tr("Samples through time"))
        self._newest = icon_button("refresh", self.tr("Back to the newest sample"), role="plain")
        self._curves = Curves()
        self._pause = button(self.tr("Pause"), icon="pause")
        self._stop = button(self.tr("Stop"), self.tr("Ends with a checkpoint"), icon="stop")
        self._longer = button(self.tr("One hour more"), icon="clock")
        self._play = button(
            self.tr("Play the model"),
            self.tr("Open what it has learnt so far in its panel"),
            icon="play",
        )
        self._lay_out()
        self._connect()

    def show_run(self, run: WatchedRun) -> None:
        """Show what is known of a run now."""
        if self._shown is None or self._shown.run.path != run.run.path:
            self._follows = True
        self._shown = run
        self._name.setText(run.name)
        self._show_state(run)
        self._show_samples(run)
        kimg = [float(figure["kimg"]) for figure in run.figures]
        lines = []
        for key, name, token, dashed in (
            ("loss_g", self.tr("Generator loss"), "accent", False),
            ("loss_d", self.tr("Discriminator loss"), "chords", True),
        ):
            values = np.array([float(figure.get(key, np.nan)) for figure in run.figures])
            lines.append(Line(name, token, dashed, np.nan_to_num(values)))
        self._curves.show_figures(kimg, lines)

    def _show_state(self, run: WatchedRun) -> None:
        state, status = run.state, run.status
        words = {
            "new": self.tr("Not started"),
            "starting": self.tr("Starting"),
            "running": self.tr("Training"),
            "paused": self.tr("Paused"),
            "stopping": self.tr("Stopping"),
            "stopped": self.tr("Broke off") if run.broke_off else self.tr("Stopped"),
            "finished": self.tr("Finished"),
            "failed": self.tr("Failed"),
        }
        self._state.setText(f"●  {words[state]}" if state in TONES else words[state])
        set_tone(self._state, TONES.get(state, "muted"))
        figures = [f"{status.kimg:,.1f} kimg"]
        if status.images_per_s:
            figures.append(self.tr("{:.0f} images/s").format(status.images_per_s))
        if status.eta_s is not None and run.is_alive:
            figures.append(self.tr("{} left").format(duration(status.eta_s)))
        if run.device:
            figures.append(run.device)
        self._figures.setText("  ·  ".join(figures))
        self._bar.setValue(round(1000 * run.share))
        self._show_message(run)
        self._pause.setText(self.tr("Pause") if state == "running" else self.tr("Go on"))
        self._pause.setIcon(theme.icon("pause" if state == "running" else "play"))
        self._pause.setVisible(state != "finished")
        self._pause.setEnabled(state not in ("starting", "stopping"))
        self._stop.setVisible(run.is_alive)
        is_idle = state in ("stopped", "finished", "failed")
        self._longer.setVisible(is_idle and run.config.seconds is not None)
        self._play.setEnabled(run.run.model_path.exists())

    def _show_message(self, run: WatchedRun) -> None:
        """Why it stands still, where there is a reason to say."""
        message, tone = run.status.text, "bad" if run.state in ("failed", "new") else "muted"
        if run.broke_off:
            message, tone = (
                self.tr(
                    "The trainer ended without a word: perhaps the computer was switched off, or"
                    " memory ran out. Go on continues from the last checkpoint; at most a minute"
                    " is lost."
                ),
                "caution",
            )
            message = "\n".join(filter(None, (message, last_words(run.run))))
        elif run.state == "new" and not message:
            message = last_words(run.run)
        self._message.setText(message)
        self._message.setVisible(bool(message))
        set_tone(self._message, tone)

    def _show_samples(self, run: WatchedRun) -> None:
        last = len(run.samples) - 1
        blocked = self._time.blockSignals(True)
        self._time.setRange(0, max(0, last))
        if self._follows:
            self._time.setValue(max(0, last))
        self._time.blockSignals(blocked)
        self._time.setEnabled(last > 0)
        self._show_sample()

    def _show_sample(self) -> None:
        run = self._shown
        if run is None or not run.samples:
            waiting = self.tr("The first samples come as soon as the folder is read.")
            self._samples.show_file("", waiting if run is not None and run.is_alive else "")
            self._kimg.setText("")
            return
        kimg, path = run.samples[min(self._time.value(), len(run.samples) - 1)]
        self._samples.show_file(str(path))
        self._kimg.setText(f"{kimg:,.1f} kimg")

    def _time_moved(self) -> None:
        self._follows = self._time.value() == self._time.maximum()
        self._show_sample()

    def _to_newest(self) -> None:
        self._time.setValue(self._time.maximum())

    def _pause_or_resume(self) -> None:
        running = self._shown is not None and self._shown.state == "running"
        (self.pause_asked if running else self.resume_asked).emit()

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.setSpacing(8)
        head.addWidget(self._name)
        head.addSpacing(6)
        head.addWidget(self._state)
        head.addStretch(1)
        for widget in (self._pause, self._stop, self._longer, self._play):
            head.addWidget(widget)
        time = QHBoxLayout()
        time.setSpacing(10)
        self._kimg.setFixedWidth(84)
        self._kimg.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        time.addWidget(label(self.tr("Samples through time"), "label"))
        time.addWidget(self._time, 1)
        time.addWidget(self._kimg)
        time.addWidget(self._newest)
        column = QVBoxLayout(self)
        column.setContentsMargins(22, 18, 22, 14)
        column.setSpacing(10)
        column.addLayout(head)
        column.addWidget(self._figures)
        column.addWidget(self._bar)
        column.addWidget(self._message)
        column.addWidget(self._samples, 5)
        column.addLayout(time)
        column.addWidget(self._curves, 2)

    def _connect(self) -> None:
        self._time.valueChanged.connect(self._time_moved)
        self._newest.clicked.connect(self._to_newest)
        self._pause.clicked.connect(self._pause_or_resume)
        self._stop.clicked.connect(self.stop_asked)
        self._longer.clicked.connect(self.longer_asked)
        self._play.clicked.connect(self.play_asked)
