"""The bar above a document: model, seed, dice, variety, what the medium adds, Generate."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QWidget

from studio.core.kind import MediumKind
from studio.core.latent import Latent
from studio.ui import theme
from studio.ui.context import StudioContext
from studio.ui.model_chooser import ModelChooser
from studio.ui.widgets import LabelledSlider, SeedField, button, icon_button, label, tip

VARIETY_PX = (76, 124, 180)  # narrow, roomy, at most
ROOMY_PX = 900


class LatentBar(QFrame):
    """The controls of a latent; the panel connects them."""

    def __init__(self, kind: MediumKind, context: StudioContext, drag_out: QPushButton) -> None:
        super().__init__()
        self.setObjectName("bar")
        self.setFixedHeight(theme.BAR_PX)
        self.model = ModelChooser(kind, context)
        self.seed = SeedField()
        self.dice = icon_button("dice", tip(self.tr("Another seed"), "R"))
        self.variety = LabelledSlider(self.tr("Variety"), 0.0, 1.2, Latent().psi, show_figure=False)
        self.variety.setMaximumWidth(VARIETY_PX[2])
        self.undo = icon_button("undo", tip(self.tr("Undo"), "Ctrl+Z"))
        self.redo = icon_button("redo", tip(self.tr("Redo"), "Ctrl+Shift+Z"))
        self.generate = button(
            self.tr("Generate"), tip(self.tr("Make a new one"), "Space"), role="primary"
        )
        self._extras = QHBoxLayout()
        self._extras.setSpacing(8)
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 0, 12, 1)
        row.setSpacing(8)
        self._seed_label = label(self.tr("Seed"), "muted")
        self._drag_out, self._drag_words = drag_out, drag_out.text()
        for widget in (self.model, self._seed_label, self.seed, self.dice):
            row.addWidget(widget, 0, Qt.AlignmentFlag.AlignVCenter)
        row.addWidget(self.variety, 4)
        row.addLayout(self._extras)
        row.addStretch(1)
        for widget in (self.undo, self.redo, drag_out, self.generate):
            row.addWidget(widget, 0, Qt.AlignmentFlag.AlignVCenter)
        row.insertSpacing(1, 2)
        row.insertSpacing(5, 2)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """A narrow window keeps every control and gives up words."""
        super().resizeEvent(event)
        is_wide = self.width() >= ROOMY_PX
        self._seed_label.setVisible(is_wide)
        self.variety.show_name(is_wide)
        self.variety.setMinimumWidth(VARIETY_PX[is_wide])
        self._drag_out.setText(self._drag_words if is_wide else "")

    def add(self, widget: QWidget) -> None:
        """What the medium needs in the bar."""
        self._extras.addWidget(widget, 0, Qt.AlignmentFlag.AlignVCenter)
