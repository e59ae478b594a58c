"""Everything a training can be told, prefilled from the preset; changing one overrides it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from PySide6.QtCore import QSize, Qt, QTimer, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDoubleSpinBox,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QScrollArea,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from studio.core.presets import FAST, NANO, STANDARD
from studio.core.run_folder import TrainConfig
from studio.ui import theme
from studio.ui.widgets import button, label, leave_to_column, set_tone

ENDLESS_KIMG = 1e6  # the clock ends the run, not the count
NAME_PX, LENGTH_PX = 96, 88
BATCHES = (4, 8, 16, 32, 64, 128)


class Experts(QWidget):
    """A fold with one row a setting; those that a person changed are marked, and can be let go."""

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._prefilled = TrainConfig("", "")
        self._own: set[str] = set()
        self._names: dict[str, QLabel] = {}
        self._fields: dict[str, QWidget] = {}
        self._head = button(self.tr("EXPERTS"), self.tr("Show every setting"), role="section")
        self._head.setCheckable(True)
        self._head.setAccessibleName(self.tr("Experts: every setting"))
        self._summary = label("", "label")
        self._reset = button(
            self.tr("Back to the preset"), self.tr("Let go of every change made here"), role="link"
        )
        self._holder = QWidget()
        self._grid = QGridLayout(self._holder)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(12)
        self._grid.setVerticalSpacing(6)
        self._grid.setColumnStretch(1, 1)
        self._make_fields()
        self._lay_out()
        self._head.toggled.connect(self._fold)
        self._reset.clicked.connect(self.let_go)
        self._fold(False)
        self._show_own()

    def unfold(self) -> None:
        self._head.setChecked(True)

    def _fold(self, on: bool) -> None:
        self._holder.setVisible(on)
        self._head.setIcon(theme.icon("chevron-down" if on else "chevron-right", token="muted"))
        self._head.setIconSize(QSize(12, 12))
        if on:
            # once they have their places; the head first where there is no room for all
            QTimer.singleShot(0, self, lambda: _scroll_to(self._holder, self._head))

    def show_config(
        self, config: TrainConfig, sizes_px: tuple[int, ...], *, is_continued: bool
    ) -> None:
        """Fill in what the preset chose; what a person changed stays."""
        self._prefilled = config
        sizes = self._combo("size_px")
        if [sizes.itemData(at) for at in range(sizes.count())] != list(sizes_px):
            sizes.clear()
            for size in sizes_px:
                sizes.addItem(f"{size} × {size} px", size)
        for name in ("size_px", "channels"):
            self._show_row(name, bool(sizes_px))
        self._show_row("mirror", bool(sizes_px))  # a mirrored song is no song
        # A model that is continued keeps its widths; another size gets new layers of them.
        self._fields["channels"].setEnabled(not is_continued)
        if is_continued:
            self._own.discard("channels")
        self._show_row("freeze", is_continued)
        if not is_continued:
            self._own.discard("freeze")
        for name, value in self._values_of(config).items():
            if name not in self._own:
                self._fill(name, value)
        self._show_own()

    def show_summary(self, words: str) -> None:
        """What the settings come to, as a length of time."""
        self._summary.setText(words)

    def applied(self, config: TrainConfig) -> TrainConfig:
        """The configuration with a person's changes."""
        for name in self._own:
            config = replace(config, **self._as_config(name))
        return config

    def let_go(self) -> None:
        """Forget every change."""
        self._own.clear()
        for name, value in self._values_of(self._prefilled).items():
            self._fill(name, value)
        self._show_own()
        self.changed.emit()

    def field(self, name: str) -> Any:
        """The field of a setting by its name in TrainConfig; channels and length stand for two."""
        return self._fields[name]

    def _as_config(self, name: str) -> dict[str, Any]:
        field = self._fields[name]
        if name == "channels":
            base, most = self._combo(name).currentData()
            return {"channel_base": base, "channel_max": most}
        if name == "length":
            value = self._spin(name).value()
            if seconds := self._unit.currentData():
                return {"seconds": value * seconds, "kimg": ENDLESS_KIMG}
            return {"kimg": value, "seconds": None}
        if isinstance(field, QComboBox):
            return {name: field.currentData()}
        if isinstance(field, QCheckBox):
            return {name: field.isChecked()}
        if name in ("gamma", "augment"):  # the lowest value of the field is its special word
            value = self._spin(name).value()
            return {name: value if value > self._spin(name).minimum() else _open(name)}
        return {name: field.value()} if isinstance(field, (QSpinBox, QDoubleSpinBox)) else {}

    def _values_of(self, config: TrainConfig) -> dict[str, Any]:
        """What each field shows of a configuration."""
        return {
            "size_px": config.size_px,
            "channels": (config.channel_base, config.channel_max),
            "batch": config.batch,
            "gamma": config.gamma,
            "augment": config.augment,
            "learning_rate": config.learning_rate,
            "length": config.kimg,
            "freeze": config.freeze,
            "device": config.device,
            "seed": config.seed,
            "mirror": config.mirror,
        }

    def _fill(self, name: str, value: Any) -> None:
        field = self._fields[name]
        blocked = field.blockSignals(True)
        if isinstance(field, QComboBox):
            at = next((i for i in range(field.count()) if field.itemData(i) == value), -1)
            if at < 0:  # widths or a size that no word has, as those of a model that is continued
                words = f"{value[0]} / {value[1]}" if isinstance(value, tuple) else str(value)
                field.addItem(words, value)
                at = field.count() - 1
            field.setCurrentIndex(at)
        elif isinstance(field, QCheckBox):
            field.setChecked(bool(value))
        elif name == "length":
            self._unit.setCurrentIndex(0)
            self._spin(name).setValue(float(value))
        elif isinstance(field, QDoubleSpinBox):
            field.setValue(float(value))
        elif isinstance(field, QSpinBox):
            field.setValue(int(value))
        field.blockSignals(blocked)

    def _touched(self, name: str) -> None:
        self._own.add(name)
        self._show_own()
        self.changed.emit()

    def _show_own(self) -> None:
        for name, words in self._names.items():
            set_tone(words, "" if name in self._own else "muted")
            mark = "•  " if name in self._own else ""
            words.setText(mark + words.property("words"))
        self._reset.setVisible(bool(self._own))
        count = len(self._own)
        self._head.setText(
            self.tr("EXPERTS · {} CHANGED").format(count) if count else self.tr("EXPERTS")
        )

    def _combo(self, name: str) -> QComboBox:
        field = self._fields[name]
        assert isinstance(field, QComboBox)
        return field

    def _spin(self, name: str) -> QDoubleSpinBox:
        field = self._fields[name]
        assert isinstance(field, QDoubleSpinBox)
        return field

    def _show_row(self, name: str, on: bool) -> None:
        self._names[name].setVisible(on)
        self._fields[name].setVisible(on)

    def _make_fields(self) -> None:
        tr = self.tr
        self._add("size_px", tr("Size"), tr("Side of the pictures it makes"), QComboBox())
        channels = QComboBox()
        for words, widths in ((tr("Small"), NANO), (tr("Medium"), FAST), (tr("Large"), STANDARD)):
            channels.addItem(f"{words}, {widths[0]} / {widths[1]}", widths)
        self._add("channels", tr("Channels"), tr("How wide the networks are: wider learns more,"
                  " and takes longer"), channels)  # fmt: skip
        batch = QComboBox()
        for count in (0, *BATCHES):
            batch.addItem(str(count) if count else tr("Automatic"), count)
        self._add("batch", tr("Batch"), tr("Examples a step; halved by itself where memory is"
                  " short"), batch)  # fmt: skip
        self._add("gamma", tr("Gamma"), tr("How hard the discriminator is held down: more is"
                  " calmer and slower"), _number(0, 1000, 4, tr("Automatic")))  # fmt: skip
        augment = _number(-0.05, 1, 2, tr("Automatic"))
        augment.setSingleStep(0.05)
        self._add("augment", tr("Augmentation"), tr("How often examples are changed before they"
                  " are judged, 0 to 1; small folders need more"), augment)  # fmt: skip
        rate = _number(0.00001, 0.1, 5)
        rate.setSingleStep(0.0005)
        self._add("learning_rate", tr("Learning rate"), tr("How large the steps are"), rate)
        self._add_length()
        freeze = QComboBox()
        for count in (-1, 0, 1, 2, 3, 4):
            freeze.addItem(tr("Automatic") if count < 0 else str(count), count)
        self._add("freeze", tr("Frozen layers"), tr("Layers of the discriminator that keep what"
                  " the model knows; more for small folders"), freeze)  # fmt: skip
        device = QComboBox()
        for words, name in ((tr("Automatic"), "auto"), (tr("CUDA (NVIDIA)"), "cuda"),
                            (tr("Metal (Apple)"), "mps"), (tr("Processor"), "cpu")):  # fmt: skip
            device.addItem(words, name)
        self._add("device", tr("Device"), tr("What it is trained on"), device)
        seed = QSpinBox(maximum=2**31 - 1)
        seed.lineEdit().setTextMargins(6, 0, 0, 0)
        self._add("seed", tr("Seed"), tr("The same seed and folder give the same training"), seed)
        self._add("mirror", tr("Mirror"), tr("Also learn every picture mirrored; not for writing"),
                  QCheckBox(tr("Left and right")))  # fmt: skip

    def _add_length(self) -> None:
        length = _number(0.1, 1e6, 1)
        length.setMinimumWidth(LENGTH_PX)  # leaves the unit its room
        self._unit = QComboBox()
        for words, seconds in (
            (self.tr("kimg"), 0.0), (self.tr("minutes"), 60.0), (self.tr("hours"), 3600.0)
        ):  # fmt: skip
            self._unit.addItem(words, seconds)
        self._unit.setAccessibleName(self.tr("Unit of the length"))
        self._unit.setToolTip(self.tr("1 kimg is a thousand examples looked at"))
        leave_to_column(self._unit)
        self._unit.activated.connect(lambda: self._touched("length"))
        self._add("length", self.tr("Length"), self.tr("When it ends by itself"), length)
        self._grid.removeWidget(length)
        row = QHBoxLayout()
        row.setSpacing(6)
        row.addWidget(length, 1)
        row.addWidget(self._unit)
        self._grid.addLayout(row, len(self._fields) - 1, 1)

    def _add(self, name: str, words: str, why: str, field: QWidget) -> None:
        title = label(words, "muted")
        title.setProperty("words", words)
        title.setFixedWidth(NAME_PX)
        title.setBuddy(field)
        field.setAccessibleName(words)
        field.setToolTip(why)
        field.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        leave_to_column(field)
        if isinstance(field, QComboBox):
            field.activated.connect(lambda: self._touched(name))
        elif isinstance(field, QCheckBox):
            field.toggled.connect(lambda: self._touched(name))
        elif isinstance(field, (QSpinBox, QDoubleSpinBox)):
            field.valueChanged.connect(lambda: self._touched(name))
        row = len(self._fields)
        self._names[name], self._fields[name] = title, field
        self._grid.addWidget(title, row, 0)
        self._grid.addWidget(field, row, 1)

    def _lay_out(self) -> None:
        foot = QHBoxLayout()
        foot.addWidget(self._summary, 1)
        foot.addWidget(self._reset)
        self._grid.addLayout(foot, len(self._fields), 0, 1, 2)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addWidget(self._head)
        column.addWidget(self._holder)


def _scroll_to(*widgets: QWidget) -> None:
    """Scroll the area that these lie in until each was to be seen, the last one surely."""
    above = widgets[0].parentWidget()
    while above is not None and not isinstance(above, QScrollArea):
        above = above.parentWidget()
    if above is not None:
        for widget in widgets:
            above.ensureWidgetVisible(widget, 0, 8)


def _open(name: str) -> float:
    """The value that leaves a setting to the medium and the folder."""
    return -1.0 if name == "augment" else 0.0


def _number(low: float, high: float, decimals: int, lowest: str = "") -> QDoubleSpinBox:
    field = QDoubleSpinBox(decimals=decimals)
    field.setRange(low, high)
    field.setSpecialValueText(lowest)
    field.lineEdit().setTextMargins(6, 0, 0, 0)  # padding of the style sheet ends at the frame
    return field
