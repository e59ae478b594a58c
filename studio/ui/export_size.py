"""Asks how large a picture leaves the studio, before it asks where to."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

from PySide6.QtCore import QLocale, Signal
from PySide6.QtWidgets import QButtonGroup, QDialog, QHBoxLayout, QSpinBox, QVBoxLayout, QWidget

from studio.core.kind import Exporter, MediumKind
from studio.core.print_size import (
    LEAST_DPI,
    MOST_DPI,
    MOST_PX,
    SCALES,
    centimetres,
    fits,
    largest_scale,
)
from studio.ui.context import StudioContext
from studio.ui.export import ExportDialog, Offer, last_format, remember_format
from studio.ui.widgets import Chip, button, label

NAME_PX, FIELD_PX, WIDEST_PX = 96, 96, 470


def ask_export(kind: MediumKind, context: StudioContext, offer: Offer, parent: QWidget) -> None:
    """Ask how large, where a medium has pixels, and then where to."""

    def ask_where(exporter: Exporter | None = None) -> None:
        ExportDialog(kind, context, offer, parent, exporter).open()

    if not any(one.size_px for one in kind.exporters):
        ask_where()
        return
    dialog = SizeDialog(kind, context, offer, parent)
    dialog.chosen.connect(ask_where)
    dialog.open()


class SizeDialog(QDialog):
    """Format, times larger, how, and the resolution; what is chosen holds for dragging out, too."""

    chosen = Signal(object)  # Exporter

    def __init__(
        self, kind: MediumKind, context: StudioContext, offer: Offer, parent: QWidget
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Export"))
        self._kind, self._context, self._document = kind, context, offer.document
        settings = context.settings
        self.exporter, self._scale = last_format(kind, settings), settings.scale
        self.formats = {one: Chip(one.label) for one in kind.exporters}
        self.scales = {scale: Chip(f"×{scale}") for scale in SCALES}
        self.smooth = Chip(self.tr("Smooth"), self.tr("Soft edges, for pictures and textures"))
        self.hard = Chip(self.tr("Pixel art"), self.tr("Squares of one colour, nothing blurred"))
        self.dpi = QSpinBox(minimum=LEAST_DPI, maximum=MOST_DPI, value=settings.dpi)
        self.dpi.setSuffix(self.tr(" dpi"))
        self.dpi.lineEdit().setTextMargins(
            6, 0, 0, 0
        )  # padding of the style sheet ends at the frame
        self.dpi.setFixedWidth(FIELD_PX)
        self.dpi.setAccessibleName(self.tr("Resolution"))
        self.dpi.setToolTip(self.tr("Written into the file: other programs take its size from it"))
        self.size_note = label("", "note")
        (self.hard if settings.pixel_art else self.smooth).setChecked(True)
        self._lay_out()
        self.dpi.valueChanged.connect(self._show)
        self.finished.connect(self.deleteLater)
        self._choose_format(self.exporter)

    def accept(self) -> None:
        """Remember what was chosen, and go on."""
        changes = {"pixel_art": self.hard.isChecked(), "dpi": self.dpi.value()}
        if self.exporter.size_px is not None:
            self._context.change_settings(scale=self.scale, **changes)
        remember_format(self._kind, self._context, self.exporter)
        super().accept()
        self.chosen.emit(self.exporter)

    @property
    def scale(self) -> int:
        """The scale that is wanted, or the largest that this format allows."""
        size_px = self.exporter.size_px
        return (
            self._scale if size_px is None else largest_scale(*size_px(self._document), self._scale)
        )

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 18, 20, 18)
        column.setSpacing(12)
        if len(self.formats) > 1:
            chips = {chip: partial(self._choose_format, one) for one, chip in self.formats.items()}
            column.addWidget(self._row(self.tr("Format"), chips))
        sizes = {chip: partial(self._choose_scale, scale) for scale, chip in self.scales.items()}
        self._sizes = QWidget()
        inside = QVBoxLayout(self._sizes)
        inside.setContentsMargins(0, 0, 0, 0)
        inside.setSpacing(12)
        inside.addWidget(self._row(self.tr("Size"), sizes))
        edges = {self.smooth: self._show, self.hard: self._show}
        inside.addWidget(self._row(self.tr("Edges"), edges))
        inside.addWidget(self._row(self.tr("Resolution"), {}, self.dpi))
        inside.addWidget(self._row("", {}, self.size_note))
        column.addWidget(self._sizes)
        note = label(self.tr("What you drag out is written in the same way."), "muted")
        column.addWidget(note)
        column.addLayout(self._answers())
        self.setMaximumWidth(WIDEST_PX)

    def _answers(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addStretch(1)
        cancel = button(self.tr("Cancel"))
        cancel.clicked.connect(self.reject)
        go_on = button(self.tr("Choose where…"), role="primary")
        go_on.setDefault(True)
        go_on.clicked.connect(self.accept)
        row.addWidget(cancel)
        row.addWidget(go_on)
        return row

    def _row(
        self, name: str, chips: Mapping[Chip, Callable[[], object]], field: QWidget | None = None
    ) -> QWidget:
        """A name, and chips of which one is on, or a field."""
        holder = QWidget()
        row = QHBoxLayout(holder)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(5)
        words = label(name, "muted")
        words.setFixedWidth(NAME_PX)
        row.addWidget(words)
        group = QButtonGroup(holder)
        for chip, act in chips.items():
            group.addButton(chip)
            row.addWidget(chip)
            chip.clicked.connect(lambda _=False, act=act: act())
        if field is not None:
            row.addWidget(field)
        row.addStretch(1)
        return holder

    def _choose_format(self, exporter: Exporter) -> None:
        self.exporter = exporter
        self._show()

    def _choose_scale(self, scale: int) -> None:
        self._scale = scale
        self._show()

    def _show(self) -> None:
        self.formats[self.exporter].setChecked(True)
        self._sizes.setEnabled(self.exporter.size_px is not None)
        most = self.tr("At most {} pixels on a side").format(QLocale().toString(MOST_PX))
        for scale, chip in self.scales.items():
            chip.setEnabled(self._fits(scale))
            chip.setToolTip("" if self._fits(scale) else most)
        self.scales[self.scale].setChecked(True)
        for chip in (self.smooth, self.hard):
            chip.setEnabled(self.scale > 1)
        self.size_note.setText(self._size_in_words())

    def _fits(self, scale: int) -> bool:
        size_px = self.exporter.size_px
        return size_px is None or fits(*size_px(self._document), scale)

    def _size_in_words(self) -> str:
        size_px = self.exporter.size_px
        if size_px is None:
            return ""
        width, height = (side * self.scale for side in size_px(self._document))
        across, down = (centimetres(side, self.dpi.value()) for side in (width, height))
        words = self.tr("{width} × {height} px · {across} × {down} cm")
        local = QLocale()
        return words.format(
            width=local.toString(width),
            height=local.toString(height),
            across=local.toString(across, "f", 1),
            down=local.toString(down, "f", 1),
        )
