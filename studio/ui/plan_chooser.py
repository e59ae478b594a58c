"""What to train: from which model on, which preset, and every setting for experts."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import Signal
from PySide6.QtGui import QIcon, QPixmap
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QVBoxLayout, QWidget

from studio.core.kind import FolderReport, MediumKind
from studio.core.library import models
from studio.core.model_file import ModelEntry
from studio.core.presets import (
    FolderFacts,
    Plan,
    Shape,
    facts_of,
    plans,
    round_time,
    shape_of_model,
    speed_of,
)
from studio.core.resources import resource
from studio.core.run_folder import TrainConfig
from studio.ui import theme
from studio.ui.context import StudioContext
from studio.ui.experts import Experts
from studio.ui.nearest import Nearest
from studio.ui.paces import Paces
from studio.ui.presets import Presets
from studio.ui.widgets import label, leave_to_column

CONTINUE_BELOW = 2000  # files; with more a fresh start learns as well in the end
SHORTEST_CHARACTERS = 12
LABEL_PX = 72


class PlanChooser(QWidget):
    """Chooses by itself for each folder; every choice can be changed."""

    changed = Signal()

    def __init__(self, context: StudioContext, paces: Paces) -> None:
        super().__init__()
        self._context, self._paces = context, paces
        self._kind: MediumKind | None = None
        self._facts: FolderFacts | None = None
        self._entries: list[ModelEntry] = []
        self._was_chosen = False  # a person chose where to begin, for this medium
        self._is_nearest = False  # the model that is shown was found to be most like the folder
        self.start = QComboBox()
        leave_to_column(self.start)
        self.nearest = Nearest(context)
        self.nearest.found.connect(self._begin_with)
        self.presets, self.experts = Presets(), Experts()
        self._why = label("", "label")
        self._why.setWordWrap(True)
        self._lay_out()
        self.start.activated.connect(self._start_chosen)
        self.presets.changed.connect(self.refresh)
        self.experts.changed.connect(self.refresh)
        paces.changed.connect(self.refresh)

    def show_kind(self, kind: MediumKind) -> None:
        """Another medium: its models, no folder yet."""
        if self._kind is None or kind.name != self._kind.name:
            self._was_chosen = False
        self._kind, self._facts, self._is_nearest = kind, None, False
        self.nearest.forget()
        self._fill_models()
        self.refresh()

    def show_report(self, report: FolderReport) -> None:
        """A folder was looked at: choose for it."""
        assert self._kind is not None
        self._facts, self._is_nearest = facts_of(report, self._kind), False
        self._paces.begin()
        if not self._was_chosen:
            starter = next((one for one in self._entries if self._is_starter(one)), None)
            begin = starter if self._facts.examples < CONTINUE_BELOW else None
            self.start.setCurrentIndex(self._entries.index(begin) + 1 if begin else 0)
            if begin:
                self.nearest.ask(self._kind, self._entries, report)
        self.refresh()

    def _begin_with(self, entry: ModelEntry) -> None:
        """This model was found to be most like the folder, while nobody chose another."""
        if entry in self._entries and not self._was_chosen:
            self._is_nearest = True
            self.start.setCurrentIndex(self._entries.index(entry) + 1)
            self.refresh()

    @property
    def entry(self) -> ModelEntry | None:
        """The model to go on from; None for a fresh start."""
        at = self.start.currentIndex()
        return self._entries[at - 1] if 0 < at <= len(self._entries) else None

    @property
    def expected(self) -> str:
        """How long it takes, as a part of the doctor's verdict; "" before a folder is known."""
        if self._facts is None:
            return ""
        where = self.tr("GPU") if self._context.machine.kind == "gpu" else self.tr("processor")
        return self.tr("expect {time} on this {where}").format(time=self._takes(), where=where)

    def refresh(self) -> None:
        """Choose again, with what is known now of folder, machine and pace."""
        kind = self._kind
        if kind is None:
            return
        found: tuple[Plan, ...] = ()
        if self._facts is not None:
            begin = shape_of_model(self.entry) if self.entry else None
            found = plans(self._facts, self._pace, self._context.machine, begin)
            for plan in found:
                if plan.is_guess:
                    self._paces.ask(kind, plan.shape)
        self.presets.show_plans(
            found, has_size=bool(kind.sizes_px), is_probing=self._paces.is_probing
        )
        base = self._preset_config(TrainConfig(kind.name, ""))
        self.experts.show_config(base, kind.sizes_px, is_continued=self.entry is not None)
        self._say_why()
        takes = self.tr("Takes {}").format(self._takes()) if self._facts is not None else ""
        self.experts.show_summary(takes)
        self.changed.emit()

    def config(self, config: TrainConfig) -> TrainConfig:
        """The configuration with everything that is chosen here."""
        return self.experts.applied(self._preset_config(config))

    def _preset_config(self, config: TrainConfig) -> TrainConfig:
        plan, entry, settings = self.presets.plan, self.entry, self._context.settings
        config = replace(config, device=settings.device, threads=settings.threads)
        if entry is not None:
            config = replace(config, start_model=str(entry.path), **_widths(shape_of_model(entry)))
        if plan is None:
            return config
        return replace(
            config, preset=plan.word, kimg=plan.kimg, batch=plan.batch, **_widths(plan.shape)
        )

    def _pace(self, size_px: int, channel_base: int, channel_max: int) -> float:
        assert self._kind is not None
        return self._paces.of(self._kind.name, Shape(size_px, channel_base, channel_max))

    def _say_why(self) -> None:
        entry = self.entry
        if entry is None:
            words = self.tr("Begins with networks that know nothing yet.")
        elif self._was_chosen or self._facts is None:
            words = self.tr("Turns what this model knows to your folder.")
        else:
            words = self.tr("Under {:,} files the quickest way: begins with what this model knows.")
            if self._is_nearest:
                words = self.tr(
                    "Under {:,} files the quickest way: begins with the model whose results are "
                    "most like yours."
                )
            words = words.format(CONTINUE_BELOW)
        if entry is not None:
            words += self._growth_words(shape_of_model(entry))
        self._why.setText(words)
        self._why.setVisible(self._facts is not None)

    def _growth_words(self, begin: Shape) -> str:
        """That the model will be larger than it is; "" where it keeps its size."""
        assert self._kind is not None
        size_px = self.config(TrainConfig(self._kind.name, "")).size_px
        if not self._kind.sizes_px or size_px <= begin.size_px:
            return ""
        return self.tr(" It grows from {} to {} px.").format(begin.size_px, size_px)

    def _takes(self) -> str:
        """How long what is chosen takes, the experts' changes included."""
        assert self._kind is not None
        config = self.config(TrainConfig(self._kind.name, ""))
        if config.seconds is not None:
            return round_time(config.seconds)
        shape = Shape(config.size_px, config.channel_base, config.channel_max)
        speed, is_guess = speed_of(shape, self._pace, self._context.machine)
        words = self.tr("roughly {}") if is_guess else self.tr("about {}")
        return words.format(round_time(1000 * config.kimg / speed))

    def _start_chosen(self) -> None:
        self._was_chosen = True
        self.nearest.forget()
        self.refresh()

    def _fill_models(self) -> None:
        """Read from disk which models of this medium there are; a damaged one is left out."""
        assert self._kind is not None
        before = self.entry
        self._entries, _ = models(self._kind.name, self._context.places)
        self.start.clear()
        self.start.addItem(theme.icon("minus", token="muted"), self.tr("Nothing (from scratch)"))
        for entry in self._entries:
            self.start.addItem(_icon(entry), entry.header.name or entry.path.stem)
        paths = [entry.path for entry in self._entries]
        kept = before is not None and self._was_chosen and before.path in paths
        self.start.setCurrentIndex(paths.index(before.path) + 1 if before and kept else 0)

    def _is_starter(self, entry: ModelEntry) -> bool:
        assert self._kind is not None
        return entry.path == resource("models", entry.path.name) and (
            entry.path.stem == self._kind.starter
        )

    def _lay_out(self) -> None:
        words = label(self.tr("Begin with"), "muted")
        words.setFixedWidth(LABEL_PX)
        words.setBuddy(self.start)
        self.start.setAccessibleName(self.tr("Model to begin with"))
        self.start.setToolTip(
            self.tr("Continue from a model: it learns your folder sooner than from nothing")
        )
        adjust = QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
        self.start.setSizeAdjustPolicy(adjust)
        self.start.setMinimumContentsLength(SHORTEST_CHARACTERS)
        row = QHBoxLayout()
        row.setSpacing(12)
        row.addWidget(words)
        row.addWidget(self.start, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addLayout(row)
        column.addWidget(self._why)
        column.addWidget(self.presets)
        column.addSpacing(2)
        column.addWidget(self.experts)


def _widths(shape: Shape) -> dict[str, int]:
    return {
        "size_px": shape.size_px,
        "channel_base": shape.channel_base,
        "channel_max": shape.channel_max,
    }


def _icon(entry: ModelEntry) -> QIcon:
    pixmap = QPixmap()
    if pixmap.loadFromData(entry.preview_png):
        return QIcon(pixmap)
    return theme.icon("model", token="muted")
