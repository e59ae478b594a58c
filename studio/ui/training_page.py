"""Train: start a training on a folder, follow it, go back to earlier ones."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QShortcut
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QStackedWidget, QVBoxLayout, QWidget

from studio.core.errors import StudioError
from studio.core.kind import MediumKind
from studio.core.presets import Shape
from studio.core.run_folder import TrainConfig
from studio.ui.context import StudioContext
from studio.ui.overlay import CentreNote
from studio.ui.paces import Paces
from studio.ui.run_actions import RunActions
from studio.ui.run_compare import RunCompare
from studio.ui.run_detail import RunDetail
from studio.ui.run_list import RunList
from studio.ui.run_watch import RunWatch, WatchedRun
from studio.ui.sample_sound import SampleSound
from studio.ui.training_form import TrainingForm
from studio.ui.widgets import Chip, ElidedLabel, fill_scroll, label, rule, set_tone

FORM_PX, HEAD_PX = 372, 26
WITHIN = Qt.ShortcutContext.WidgetWithChildrenShortcut
SETTLED_LOOKS, MOST_LOOKS = 20, 200  # at a run's speed, one every second or two


class TrainingPage(QWidget):
    """Not a dialog: everything else goes on while a training runs."""

    play_asked = Signal(object, str)  # model file, medium
    leaving = Signal()  # the studio ends

    def __init__(
        self, kinds: Sequence[MediumKind], context: StudioContext, watch: RunWatch
    ) -> None:
        super().__init__()
        self.setObjectName("page")
        self._context, self._watch = context, watch
        self._chosen: Path | None = None
        self._compared: list[Path] = []
        self._measured = 0  # runs whose pace is known
        self.form = TrainingForm(kinds, context, Paces(context, self._pace, self._is_busy))
        self._runs = QWidget()
        self._hint = ElidedLabel("label")  # how to compare, or why not
        self._compare = Chip(
            self.tr("Compare"), self.tr("Choose two or more runs to see them side by side")
        )
        self.list = RunList()
        self._actions = RunActions(context, watch)
        self._sound = SampleSound(kinds, context)
        self.detail, self.compare = RunDetail(self._sound), RunCompare(self._sound)
        self._nothing = QWidget()
        note = CentreNote(self._nothing, "train")
        note.say(
            self.tr("Teach it your own pictures, music or patterns"),
            self.tr(
                "Drop a folder anywhere on this window, choose Draft, Good or Best, and start.\n"
                "Samples, curves and the time left appear here while it learns."
            ),
        )
        self._right = QStackedWidget()
        for widget in (self._nothing, self.detail, self.compare):
            self._right.addWidget(widget)
        self._lay_out()
        self._connect()
        self.refresh()

    def _connect(self) -> None:
        watch, detail, actions = self._watch, self.detail, self._actions
        self.form.asked.connect(self._begin)
        self.list.chosen.connect(self._choose)
        self.list.compared.connect(self._choose_several)
        self.list.leave_queue_asked.connect(self._on_path(actions.leave_queue))
        self.list.earlier_asked.connect(self._on_path(actions.move_up))
        self.list.renamed.connect(self._on_path(actions.rename))
        self.list.remove_asked.connect(self._on_path(actions.remove))
        QShortcut("F2", self, self.list.rename_current, context=WITHIN)
        self._compare.toggled.connect(self.list.set_several)
        self._compare.clicked.connect(self._compare_clicked)
        self.compare.closed.connect(self._end_compare)
        for signal, act in (
            (detail.pause_asked, actions.pause),
            (detail.resume_asked, actions.resume),
            (detail.stop_asked, actions.stop),
            (detail.longer_asked, actions.train_longer),
            (detail.earlier_asked, actions.move_up),
            (detail.leave_queue_asked, actions.leave_queue),
            (detail.remove_asked, actions.remove),
        ):
            signal.connect(self._on_shown(act))
        detail.play_asked.connect(self._play)
        self.leaving.connect(self._sound.close)
        actions.done.connect(self.refresh)
        watch.changed.connect(self.refresh)
        watch.failed.connect(self._context.report)

    def take_folder(self, folder: Path | None, medium: str) -> None:
        """Show a folder in the form, as when it was dropped on the window."""
        if folder is not None:
            self.form.take_folder(folder, medium)

    def show_run(self, path: Path) -> None:
        """Show one run, as when its line in the status was clicked."""
        self._compared = []
        self._chosen = path
        self.refresh()

    def refresh(self) -> None:
        """Take over what the watch has seen."""
        run, training = self._run(), self._watch.training
        self.form.show_training(training.name if training is not None else "")
        runs = self._watch.runs
        measured = sum(settled_pace(run) > 0 for run in runs)
        if measured != self._measured:
            self._measured = measured
            self.form.plan.refresh()  # a guess may have become a figure
        self._runs.setVisible(bool(runs))
        compared = [one for one in runs if one.run.path in self._compared]
        chosen = [one.run.path for one in compared] or ([run.run.path] if run else [])
        self.list.show_runs(runs, chosen)
        self._compare.setEnabled(len(runs) > 1)
        self._show_hint(is_comparing=len(compared) > 1)
        if len(compared) > 1:
            self._right.setCurrentWidget(self.compare)
            self.compare.show_runs(compared)
            return
        self._right.setCurrentWidget(self.detail if run else self._nothing)
        if run is not None:
            active = self._watch.active
            self.detail.show_run(run, active if active is not run else None)

    def _show_hint(self, *, is_comparing: bool) -> None:
        if not self._compare.isEnabled():
            words = self.tr("Compare needs a second run")
        elif is_comparing:
            words = ""
        elif self._compare.isChecked():
            words = self.tr("Now click a second run")
        else:
            words = self.tr("Ctrl+click a second to compare")
        self._hint.setText(words)
        set_tone(self._hint, "caution" if self._compare.isChecked() else "label")

    def _run(self) -> WatchedRun | None:
        """The chosen run, or else the one that trains, or the newest."""
        runs = self._watch.runs
        chosen = next((run for run in runs if run.run.path == self._chosen), None)
        return chosen or self._watch.active or (runs[0] if runs else None)

    def _choose(self, path: Path) -> None:
        self._chosen, self._compared = path, []
        self.refresh()

    def _choose_several(self, paths: list[Path]) -> None:
        self._compared = paths
        self.refresh()

    def _compare_clicked(self, on: bool) -> None:
        if on:
            self.refresh()
        else:
            self._end_compare()

    def _end_compare(self) -> None:
        self._compared = []
        self._compare.setChecked(False)
        self.refresh()

    def _begin(self, config: TrainConfig, name: str) -> None:
        try:
            begun = self._watch.begin(config, name)
        except (StudioError, OSError) as error:
            self._context.report(error)
            return
        if begun.place:
            self._context.notify(self.tr("{} is in the queue.").format(begun.name))
        else:
            self._chosen, self._compared = begun.run.path, []
        self.refresh()

    def _on_shown(self, act: Callable[[WatchedRun], None]) -> Callable[[], None]:
        """A slot that acts on the run that is shown."""

        def slot() -> None:
            run = self._run()
            if run is not None:
                act(run)

        return slot

    def _on_path(self, act: Callable[..., None]) -> Callable[..., None]:
        """A slot that acts on the run of a folder, with whatever else is told."""

        def slot(path: Path, *more: object) -> None:
            run = next((run for run in self._watch.runs if run.run.path == path), None)
            if run is not None:
                act(run, *more)

        return slot

    def _play(self, path: Path) -> None:
        run = self._run()
        if run is not None:
            self.play_asked.emit(path, run.config.medium)

    def _pace(self, medium: str, shape: Shape) -> float:
        """What a run with such networks reached on this device; the newest settled one counts."""
        device = self._context.settings.device
        for run in self._watch.runs:
            config = run.config
            theirs = Shape(config.size_px, config.channel_base, config.channel_max)
            alike = (config.medium, config.device, theirs) == (medium, device, shape)
            if alike and (pace := settled_pace(run)):
                return pace
        return 0.0

    def _is_busy(self) -> bool:
        return self._watch.training is not None

    def _lay_out(self) -> None:
        column = QVBoxLayout()
        column.setContentsMargins(16, 16, 16, 12)
        column.setSpacing(12)
        column.addWidget(label(self.tr("New training"), "subtitle"))
        column.addWidget(self.form)
        column.addStretch(1)
        scroll = QScrollArea()
        fill_scroll(scroll, column)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        top = QWidget()
        top.setFixedHeight(HEAD_PX)
        head = QHBoxLayout(top)
        head.setContentsMargins(0, 0, 0, 0)
        head.setSpacing(12)
        head.addWidget(label(self.tr("RUNS"), "head"))
        head.addWidget(self._hint, 1)
        head.addWidget(self._compare)
        rows = QVBoxLayout(self._runs)
        rows.setSizeConstraint(QVBoxLayout.SizeConstraint.SetMinAndMaxSize)
        rows.setContentsMargins(16, 0, 16, 12)
        rows.setSpacing(8)
        rows.addWidget(top)
        rows.addWidget(self.list)
        foot = QVBoxLayout()
        foot.setContentsMargins(16, 12, 16, 12)
        foot.addWidget(self.form.start_button)
        pane = QFrame()
        pane.setObjectName("pane")
        pane.setFixedWidth(FORM_PX)
        around = QVBoxLayout(pane)
        around.setContentsMargins(0, 0, 0, 0)
        around.setSpacing(0)
        around.addWidget(scroll, 3)
        around.addWidget(rule())
        around.addLayout(foot)
        around.addWidget(self._runs, 1)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(pane)
        row.addWidget(self._right, 1)


def settled_pace(run: WatchedRun) -> float:
    """Examples a second, the usual of many looks; 0 in its first moments, which tell nothing."""
    latest = run.figures[-MOST_LOOKS:]  # of every run, at every look: no more than is needed
    paces = [pace for one in latest if (pace := float(one.get("images_per_s") or 0)) > 0]
    return median(paces) if len(paces) >= SETTLED_LOOKS else 0.0
