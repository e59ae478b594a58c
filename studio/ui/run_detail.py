"""One training run, looked at while it goes: figures, samples, curves, the guardian, commands."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QProgressBar, QVBoxLayout, QWidget

from studio.ui import theme
from studio.ui.curve_board import CurveBoard
from studio.ui.guardian_list import GuardianList
from studio.ui.run_watch import WatchedRun, last_words
from studio.ui.run_words import TONES, state_words
from studio.ui.sample_sound import SampleSound
from studio.ui.samples_through_time import SamplesThroughTime
from studio.ui.status_line import duration
from studio.ui.widgets import ElidedLabel, button, icon_button, label, set_tone

GUARDIAN_PX, HEAD_PX = 268, 32


class RunDetail(QFrame):
    """Emits what a person wants of the run; the page does it."""

    pause_asked = Signal()
    resume_asked = Signal()
    stop_asked = Signal()
    longer_asked = Signal()
    earlier_asked = Signal()
    leave_queue_asked = Signal()
    remove_asked = Signal()
    play_asked = Signal(object)  # Path of the model file

    def __init__(self, sound: SampleSound) -> None:
        super().__init__()
        self._shown: WatchedRun | None = None
        self._name, self._state = ElidedLabel("title"), label("")
        self._figures, self._message = ElidedLabel("muted"), label("", "muted")
        self._message.setWordWrap(True)
        self._bar = QProgressBar(textVisible=False, minimum=0, maximum=1000)
        self._bar.setAccessibleName(self.tr("How much is done"))
        self.samples = SamplesThroughTime(sound)
        self.curves = CurveBoard()
        self.guardian = GuardianList()
        self._make_buttons()
        self._lay_out()
        self._connect()

    def _make_buttons(self) -> None:
        self._pause = button(
            self.tr("Pause"), self.tr("Stop with a checkpoint, or go on from it"), icon="pause"
        )
        self._stop = button(self.tr("Stop"), self.tr("Ends with a checkpoint"), icon="stop")
        self._longer = button(
            self.tr("One hour more"),
            self.tr("Trains on from where it ended, for as much as an hour brings"),
            icon="clock",
        )
        self._earlier = button(self.tr("Earlier"), self.tr("One place up in the queue"))
        self._leave = button(
            self.tr("Remove from the queue"),
            self.tr("It stays in the list and can be started at any time"),
        )
        self._remove = icon_button(
            "trash", self.tr("Move this run and its models to the system's bin"), role="plain"
        )
        self._play = button(
            self.tr("Play the model"),
            self.tr("Open what it has learnt so far in its panel"),
            icon="play",
        )
        self._play_best = button(
            self.tr("Play the best"),
            self.tr("Open the model that came closest to the files kept back from training"),
            icon="play",
        )

    def show_run(self, run: WatchedRun, other: WatchedRun | None = None) -> None:
        """Show what is known of a run now; other is one that holds the device instead."""
        self._shown = run
        self._name.setText(run.name)
        self._show_state(run)
        self._show_message(run, other)
        self._show_buttons(run)
        self.samples.show_run(run)
        self.curves.show_runs([run])
        self.guardian.show_run(run)

    def _show_state(self, run: WatchedRun) -> None:
        state, status = run.state, run.status
        words = state_words(run)
        self._state.setText(f"●  {words}" if state in TONES else words)
        set_tone(self._state, TONES.get(state, "muted"))
        figures = [f"{status.kimg:,.1f} kimg"]
        if run.config.seconds is None and status.state != "finished":
            figures = [
                self.tr("{done:,.1f} of {all:,.0f} kimg").format(
                    done=status.kimg, all=status.total_kimg or run.config.kimg
                )
            ]
        if status.images_per_s:
            figures.append(self.tr("{:,.0f} examples/s").format(status.images_per_s))
        if run.left_s is not None:
            figures.append(self.tr("{} left").format(duration(run.left_s)))
        if status.memory_mb and run.is_alive:
            figures.append(self.tr("{:.1f} GB memory").format(status.memory_mb / 1024))
        if run.device:
            figures.append(run.device)
        self._figures.setText("  ·  ".join(figures))
        self._figures.setAccessibleDescription(
            self.tr("1 kimg is a thousand examples looked at; the network learns from each.")
        )
        self._bar.setValue(round(1000 * run.share))

    def _show_buttons(self, run: WatchedRun) -> None:
        state = run.state
        goes_on = state in ("starting", "running")
        words = {"new": self.tr("Start"), "queued": self.tr("Start now")}
        self._pause.setText(self.tr("Pause") if goes_on else words.get(state, self.tr("Go on")))
        self._pause.setToolTip(
            self.tr("Frees the device; nothing is lost")
            if goes_on
            else self.tr("Continues exactly where it was")
        )
        self._pause.setIcon(theme.icon("pause" if goes_on else "play"))
        self._pause.setVisible(state != "finished")
        self._pause.setEnabled(state not in ("starting", "stopping"))
        self._stop.setVisible(run.is_alive and state != "queued")
        self._longer.setVisible(run.rests and run.status.kimg > 0)
        self._earlier.setVisible(run.place > 1)
        self._leave.setVisible(run.place > 0)
        self._remove.setVisible(run.rests)
        newest, has_best = run.run.model_path, run.run.best_path.exists()
        self._play.setText(self.tr("Play the newest") if has_best else self.tr("Play the model"))
        self._play.setEnabled(newest.exists())
        self._play.setVisible(newest.exists() or state not in ("new", "queued"))
        self._play_best.setVisible(has_best)

    def _show_message(self, run: WatchedRun, other: WatchedRun | None) -> None:
        """Why it stands still, where there is a reason to say."""
        message, tone = run.status.text, "bad" if run.state in ("failed", "new") else "muted"
        if run.state == "paused" and message:
            tone = "caution"
        if run.state == "queued":
            message, tone = self._why_queued(run, other), "muted"
        elif run.broke_off:
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

    def _why_queued(self, run: WatchedRun, other: WatchedRun | None) -> str:
        if other is None:
            return self.tr("Begins by itself in a moment.")
        if other.state == "paused":
            return self.tr("{} is paused and keeps its turn. This one can be started now.").format(
                other.name
            )
        if run.place > 1:
            return self.tr("Begins by itself after those before it.")
        return self.tr("Begins by itself when {} has ended.").format(other.name)

    def _pause_or_resume(self) -> None:
        running = self._shown is not None and self._shown.state == "running"
        (self.pause_asked if running else self.resume_asked).emit()

    def _play_newest(self) -> None:
        if self._shown is not None:
            self.play_asked.emit(self._shown.run.model_path)

    def _play_the_best(self) -> None:
        if self._shown is not None:
            self.play_asked.emit(self._shown.run.best_path)

    def _lay_out(self) -> None:
        top = QWidget()
        top.setFixedHeight(HEAD_PX)  # whichever buttons there are
        head = QHBoxLayout(top)
        head.setContentsMargins(0, 0, 0, 0)
        head.setSpacing(8)
        head.addWidget(self._name, 1)
        for widget in (
            self._longer, self._play_best, self._play, self._earlier, self._leave,
            self._pause, self._stop, self._remove,  # what comes later pushes none of these
        ):  # fmt: skip
            head.addWidget(widget)
        figures = QHBoxLayout()
        figures.setSpacing(12)
        figures.addWidget(self._state)
        figures.addWidget(self._figures, 1)
        self.guardian.setFixedWidth(GUARDIAN_PX)
        foot = QHBoxLayout()
        foot.setSpacing(18)
        foot.addWidget(self.curves, 1)
        foot.addWidget(self.guardian)
        column = QVBoxLayout(self)
        column.setContentsMargins(22, 18, 22, 14)
        column.setSpacing(10)
        column.addWidget(top)
        column.addLayout(figures)
        column.addWidget(self._bar)
        column.addWidget(self._message)
        column.addWidget(self.samples, 5)
        column.addLayout(foot, 3)

    def _connect(self) -> None:
        self._pause.clicked.connect(self._pause_or_resume)
        self._stop.clicked.connect(self.stop_asked)
        self._longer.clicked.connect(self.longer_asked)
        self._earlier.clicked.connect(self.earlier_asked)
        self._leave.clicked.connect(self.leave_queue_asked)
        self._remove.clicked.connect(self.remove_asked)
        self._play.clicked.connect(self._play_newest)
        self._play_best.clicked.connect(self._play_the_best)
        self.guardian.evidence_asked.connect(self.samples.show_evidence)
