"""What a new training needs: a folder, a medium, a name, and what to make of it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFormLayout, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from studio.core.errors import StudioError
from studio.core.kind import MIN_FILES, FolderReport, MediumKind, Reader
from studio.core.resources import resource
from studio.core.run_folder import TrainConfig
from studio.core.work import Progress, Work
from studio.ui.context import StudioContext
from studio.ui.doctor_verdict import Verdict
from studio.ui.folder_drop import FolderDrop, guess_medium
from studio.ui.jobs import Job
from studio.ui.paces import Paces
from studio.ui.plan_chooser import LABEL_PX, PlanChooser
from studio.ui.widgets import Chip, button, label


class Doctor:
    """The reader of one folder: made on the worker and kept, so that a second look is quick."""

    def __init__(self, kind: MediumKind, folder: Path) -> None:
        self._kind, self.folder = kind, folder
        self._reader: Reader | None = None

    def check(self, remedies: Sequence[str]) -> Work:
        if self._reader is None:
            self._reader = self._kind.load_reader()
        return self._reader.check(self.folder, remedies)


class TrainingForm(QWidget):
    """Emits what to start; the page starts it, and places the button where it stays in view."""

    asked = Signal(object, str)  # TrainConfig, folder name of the run

    def __init__(self, kinds: Sequence[MediumKind], context: StudioContext, paces: Paces) -> None:
        super().__init__()
        self._kinds = {kind.name: kind for kind in kinds}
        self._context, self._paces = context, paces
        self._folder: Path | None = None
        self._is_enough = False
        self._doctor: Doctor | None = None
        self._report: FolderReport | None = None
        files = ", ".join(kind.training_files for kind in kinds)
        self.drop = FolderDrop(
            self.tr("{} · or click to choose").format(files), context.settings.training_folder
        )
        self.drop.chosen.connect(lambda folder: self.take_folder(folder, self.medium))
        self.drop.chosen.connect(
            lambda folder: context.change_settings(training_folder=str(folder.parent))
        )
        self._example = button(
            self.tr("Or try the example folder"),
            self.tr("A small folder that comes along, made by the starter model"),
            role="link",
        )
        self._example.clicked.connect(
            lambda: self.take_folder(resource("examples", self.medium), self.medium)
        )
        learn = self.tr("Learn {} from the folder")
        self._media = {
            kind.name: Chip(kind.title, learn.format(kind.training_files)) for kind in kinds
        }
        self.verdict = Verdict()
        self.verdict.remedies_changed.connect(self._look)
        self._name = QLineEdit()
        self._name.setPlaceholderText(self.tr("The folder's name"))
        self._name.setAccessibleName(self.tr("Name of the model"))
        self._name.setToolTip(self.tr("What the model will be called"))
        self.plan = PlanChooser(context, paces)
        self.plan.changed.connect(self._plan_changed)
        self.start_button = button(self.tr("Start training"), role="primary")
        self.start_button.clicked.connect(self._ask)
        self._lay_out()
        self._choose_medium(next(iter(self._kinds)))

    @property
    def medium(self) -> str:
        return next(name for name, chip in self._media.items() if chip.isChecked())

    def take_folder(self, folder: Path, medium: str) -> None:
        """Look into a folder; the medium is guessed from its files."""
        try:
            medium = guess_medium(folder, list(self._kinds.values()), medium or self.medium)
        except StudioError as error:
            self.verdict.say(str(error), "bad")
            return
        self._folder = folder
        self._example.hide()
        self._choose_medium(medium)

    def show_training(self, name: str) -> None:
        """Name is what trains now, so that the next one waits its turn; "" when none does."""
        self.start_button.setText(
            self.tr("Add to the queue") if name else self.tr("Start training")
        )
        self.start_button.setToolTip(
            self.tr("Begins by itself when {} and what waits before it have ended").format(name)
            if name
            else self.tr("Trains in the background; goes on when this window is closed")
        )

    def _allow_start(self) -> None:
        self.start_button.setEnabled(self._is_enough)

    def _lay_out(self) -> None:
        chips = QHBoxLayout()
        chips.setSpacing(6)
        for name, chip in self._media.items():
            chip.clicked.connect(lambda _=False, name=name: self._choose_medium(name))
            chips.addWidget(chip)
        chips.addStretch(1)
        fields = QFormLayout()
        fields.setHorizontalSpacing(12)
        fields.setVerticalSpacing(8)
        fields.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        fields.setLabelAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        for words, field in ((self.tr("Train for"), chips), (self.tr("Name"), self._name)):
            title = label(words, "muted")
            title.setFixedWidth(LABEL_PX)
            fields.addRow(title, field)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(12)
        column.addWidget(self.drop)
        column.addWidget(self._example)
        column.addWidget(self.verdict)
        column.addLayout(fields)
        column.addWidget(self.plan)

    def _choose_medium(self, name: str) -> None:
        for other, chip in self._media.items():
            chip.setChecked(other == name)
        self.plan.show_kind(self._kinds[name])
        self.drop.show_folder(self._folder)
        self._begin_check()

    def _begin_check(self) -> None:
        """Ask the doctor about the folder."""
        self._report = None
        self._allow_start()
        if self._folder is None:
            return
        self._doctor = Doctor(self._kinds[self.medium], self._folder)
        self._name.setPlaceholderText(self._folder.name)
        self.verdict.say(self.tr("Looking at every file…"))
        self._look(())

    def _look(self, remedies: tuple[str, ...]) -> None:
        """Look at the folder as these remedies leave it, on the worker."""
        self._is_enough = False
        self._allow_start()
        doctor = self._doctor
        if doctor is None:
            return
        job = Job(
            f"check {doctor.folder.name}",
            lambda: doctor.check(remedies),
            self,
            on_progress=self._checking,
            on_result=self._checked,
            on_error=self._not_checked,
        )
        self._context.jobs.submit(job, replaces="check")

    def _checking(self, progress: object) -> None:
        if isinstance(progress, Progress) and progress.total:
            self.verdict.say_progress(
                self.tr("Looking at every file: {done} of {total}").format(
                    done=progress.done, total=progress.total
                )
            )

    def _checked(self, report: object) -> None:
        assert isinstance(report, FolderReport)
        self._report = report
        self._is_enough = len(report.usable) >= MIN_FILES
        self.plan.show_report(report)
        self.verdict.show_report(report, self.plan.expected)
        self._allow_start()

    def _plan_changed(self) -> None:
        """Another preset, or a pace that was measured: another time."""
        if self._report is not None:
            self.verdict.show_verdict(self._report, self.plan.expected)

    def _not_checked(self, error: object) -> None:
        if isinstance(error, StudioError):
            self.verdict.say(f"✕  {error}", "bad")
        else:
            self.verdict.say(self.tr("This folder could not be read."), "bad")
            self._context.report(error)

    def _ask(self) -> None:
        if self._folder is None or not self._is_enough:
            return
        self._paces.cancel()
        self.plan.nearest.forget()
        name = self._name.text().strip() or self._folder.name or self.medium
        config = TrainConfig(
            medium=self.medium,
            folder=str(self._folder.resolve()),
            name=name,
            remedies=self._report.taken if self._report else (),
        )
        stem = re.sub(r"[^\w-]+", "-", name.lower(), flags=re.ASCII).strip("-") or self.medium
        self.asked.emit(self.plan.config(config), stem[:48])
