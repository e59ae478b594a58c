"""Train: start a training on a folder, follow it, go back to earlier ones."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QStackedWidget, QVBoxLayout, QWidget

from studio.core.errors import StudioError
from studio.core.kind import MediumKind
from studio.core.run_folder import TrainConfig
from studio.ui.context import StudioContext
from studio.ui.overlay import CentreNote
from studio.ui.run_detail import RunDetail
from studio.ui.run_list import RunList
from studio.ui.run_watch import RunWatch, WatchedRun
from studio.ui.training_form import Pace, TrainingForm
from studio.ui.widgets import label

FORM_PX = 372
HOUR_S = 3600.0


class TrainingPage(QWidget):
    """Not a dialog: everything else goes on while a training runs."""

    play_asked = Signal(object, str)  # model file, medium

    def __init__(
        self, kinds: Sequence[MediumKind], context: StudioContext, watch: RunWatch
    ) -> None:
        super().__init__()
        self.setObjectName("page")
        self._context, self._watch = context, watch
        self._chosen: Path | None = None
        self.form = TrainingForm(kinds, context, Pace(self._pace))
        self._list_head = label(self.tr("RUNS"), "head")
        self.list = RunList()
        self.detail = RunDetail()
        self._nothing = QWidget()
        note = CentreNote(self._nothing, "train")
        note.say(
            self.tr("Teach it your own pictures, music or patterns"),
            self.tr("Drop a folder anywhere on this window, choose how long, and start.\n"
                    "Samples, curves and the time left appear here while it learns."),
        )  # fmt: skip
        self._right = QStackedWidget()
        self._right.addWidget(self._nothing)
        self._right.addWidget(self.detail)
        self._lay_out()
        self.form.asked.connect(self._begin)
        self.list.chosen.connect(self._choose)
        self.detail.pause_asked.connect(lambda: self._tell(watch.pause))
        self.detail.resume_asked.connect(lambda: self._tell(watch.resume))
        self.detail.stop_asked.connect(lambda: self._tell(watch.stop))
        self.detail.longer_asked.connect(lambda: self._tell(self._train_longer))
        self.detail.play_asked.connect(self._play)
        watch.changed.connect(self.refresh)
        self.refresh()

    def take_folder(self, folder: Path | None, medium: str) -> None:
        """Show a folder in the form, as when it was dropped on the window."""
        if folder is not None:
            self.form.take_folder(folder, medium)

    def show_run(self, path: Path) -> None:
        """Show one run, as when its line in the status was clicked."""
        self._chosen = path
        self.refresh()

    def refresh(self) -> None:
        """Take over what the watch has seen."""
        run, active = self._run(), self._watch.active
        is_taken = active is not None and active.state != "paused"
        self.form.show_active(active.name if active is not None and is_taken else "")
        self._list_head.setVisible(bool(self._watch.runs))
        self.list.setVisible(bool(self._watch.runs))
        self.list.show_runs(self._watch.runs, run.run.path if run else None)
        self._right.setCurrentWidget(self.detail if run else self._nothing)
        if run is not None:
            self.detail.show_run(run)

    def _run(self) -> WatchedRun | None:
        """The chosen run, or else the one that trains, or the newest."""
        runs = self._watch.runs
        chosen = next((run for run in runs if run.run.path == self._chosen), None)
        return chosen or self._watch.active or (runs[0] if runs else None)

    def _choose(self, path: Path) -> None:
        self._chosen = path
        self.refresh()

    def _begin(self, config: TrainConfig, name: str) -> None:
        active = self._watch.active
        if active is not None and active.state != "paused":
            self._context.notify(
                self.tr("{} is training already. Stop or pause it first.").format(active.name)
            )
            return
        try:
            self._chosen = self._watch.begin(config, name).run.path
        except (StudioError, OSError) as error:
            self._context.report(error)
        self.refresh()

    def _tell(self, command: object) -> None:
        run = self._run()
        if run is None or not callable(command):
            return
        try:
            command(run.run)
        except (StudioError, OSError) as error:
            self._context.report(error)
        self._watch.look()
        self.refresh()

    def _train_longer(self, _: object) -> None:
        run = self._run()
        if run is not None:
            self._watch.resume(run.run, seconds=(run.config.seconds or 0.0) + HOUR_S)

    def _play(self) -> None:
        run = self._run()
        if run is not None:
            self.play_asked.emit(run.run.model_path, run.config.medium)

    def _pace(self, medium: str, size_px: int) -> float:
        """What a run like this reached here; the newest one counts."""
        for run in self._watch.runs:
            alike = run.config.medium == medium and run.config.size_px == size_px
            same_device = run.config.device == self._context.settings.device
            if alike and same_device and run.status.images_per_s:
                return run.status.images_per_s
        return 0.0

    def _lay_out(self) -> None:
        left = QVBoxLayout()
        left.setContentsMargins(16, 16, 16, 16)
        left.setSpacing(12)
        left.addWidget(label(self.tr("New training"), "subtitle"))
        left.addWidget(self.form)
        left.addWidget(self._list_head)
        left.addWidget(self.list)
        left.addStretch(1)
        inside = QWidget()
        inside.setObjectName("column")
        inside.setLayout(left)
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setWidget(inside)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        pane = QFrame()
        pane.setObjectName("pane")
        pane.setFixedWidth(FORM_PX)
        around = QVBoxLayout(pane)
        around.setContentsMargins(0, 0, 0, 0)
        around.addWidget(scroll)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(pane)
        row.addWidget(self._right, 1)
