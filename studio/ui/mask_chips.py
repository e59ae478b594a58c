"""The row of tools that mark what is kept of a picture or a tile."""

from __future__ import annotations

from functools import partial

from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QHBoxLayout, QToolButton, QWidget

from studio.ui import theme
from studio.ui.mask_painter import TOOLS, MaskPainter
from studio.ui.widgets import icon_button, tip

KEYS = {"rectangle": "U", "ellipse": "Shift+U", "brush": "B", "eraser": "E"}
ICONS = {"rectangle": "mark-rectangle", "ellipse": "mark-ellipse", "brush": "pencil",
         "eraser": "eraser"}  # fmt: skip
LARGER = 1.25


class MaskChips(QWidget):
    """Chooses the painter's tool; its actions go into the menu."""

    def __init__(self, painter: MaskPainter) -> None:
        super().__init__()
        self._painter = painter
        words = {
            "rectangle": self.tr("Keep a rectangle"),
            "ellipse": self.tr("Keep an ellipse"),
            "brush": self.tr("Paint over what is kept"),
            "eraser": self.tr("Free what is painted over"),
        }
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(4)
        self.tools: dict[str, QToolButton] = {}
        self.actions_of_menu: list[QAction] = []
        for tool in TOOLS:
            made = icon_button(
                ICONS[tool], tip(words[tool], KEYS[tool]), checkable=True, role="plain"
            )
            made.clicked.connect(partial(painter.choose, tool))
            row.addWidget(made)
            self.tools[tool] = made
            self._offer(words[tool], KEYS[tool], partial(painter.choose, tool), ICONS[tool])
        invert = icon_button("invert", tip(self.tr("Keep the other part"), "Ctrl+I"), role="plain")
        invert.clicked.connect(painter.invert)
        row.addSpacing(6)
        row.addWidget(invert)
        row.addStretch(1)
        self._offer(self.tr("Keep the other part"), "Ctrl+I", painter.invert, "invert")
        self._offer(self.tr("Larger brush"), "]", partial(self._grow, LARGER))
        self._offer(self.tr("Smaller brush"), "[", partial(self._grow, 1 / LARGER))
        painter.tool_changed.connect(self._show)

    def _offer(self, text: str, keys: str, act: partial[None] | object, icon: str = "") -> None:
        action = QAction(text, self)
        action.setShortcut(QKeySequence(keys))
        if icon:
            action.setIcon(theme.icon(icon))
        action.triggered.connect(lambda: act())  # type: ignore[operator]
        self.actions_of_menu.append(action)

    def _grow(self, factor: float) -> None:
        self._painter.radius_share = min(0.5, max(0.005, self._painter.radius_share * factor))

    def _show(self) -> None:
        for tool, made in self.tools.items():
            made.setChecked(tool == self._painter.tool)
