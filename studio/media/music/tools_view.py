"""The roll with the row of tools under it: tool, grid, quantise, and what is selected."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QButtonGroup,
    QComboBox,
    QFrame,
    QHBoxLayout,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from studio.media.music.document import TICKS_PER_QUARTER, Clip
from studio.media.music.editor import Tool
from studio.media.music.piano_roll_view import PianoRollView, describe
from studio.ui.widgets import ElidedLabel, icon_button, label, tip

TOOLS_PX = 34
# Names of the grid's lines, coarse to fine, in ticks
GRIDS = {
    "1/4": TICKS_PER_QUARTER,
    "1/8": TICKS_PER_QUARTER // 2,
    "1/8 T": TICKS_PER_QUARTER // 3,
    "1/16": TICKS_PER_QUARTER // 4,
    "1/16 T": TICKS_PER_QUARTER // 6,
    "1/32": TICKS_PER_QUARTER // 8,
}


class ToolsView(QFrame):
    """Always says what the pointer does now."""

    quantise_asked = Signal()

    def __init__(self, roll: PianoRollView) -> None:
        super().__init__()
        self._roll = roll
        self.setFixedHeight(TOOLS_PX)
        self.setObjectName("strip")
        tools: tuple[tuple[Tool, str, str], ...] = (
            ("select", "select", tip(self.tr("Select and move; double-click draws"), "V")),
            ("draw", "pencil", tip(self.tr("Draw notes"), "B")),
            ("erase", "eraser", tip(self.tr("Erase notes"), "E")),
        )
        self.tools: dict[Tool, QToolButton] = {
            name: icon_button(icon, words, checkable=True, role="plain")
            for name, icon, words in tools
        }
        self.grid = QComboBox()
        for name, ticks in GRIDS.items():
            self.grid.addItem(name, ticks)
        self.grid.setToolTip(self.tr("Grid that notes snap to; hold Alt for none"))
        self.grid.setAccessibleName(self.tr("Grid"))
        self.grid.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.quantise = icon_button("quantise", tip(self.tr("Quantise"), "Q"), role="plain")
        self.words, self.sound = ElidedLabel("label"), ElidedLabel("label")
        self.sound.hide()
        self._lay_out()
        for name, button in self.tools.items():
            button.clicked.connect(partial(self.choose_tool, name))
        self.grid.currentIndexChanged.connect(self._choose_grid)
        self.quantise.clicked.connect(self.quantise_asked)
        roll.changed.connect(self._show_state)
        self._show_state()

    def choose_tool(self, tool: Tool) -> None:
        self._roll.editor.tool = tool
        self._roll.refresh()

    def step_grid(self, by: int) -> None:
        """A finer (1) or coarser (-1) grid."""
        place = min(max(self.grid.currentIndex() + by, 0), self.grid.count() - 1)
        self.grid.setCurrentIndex(place)

    def say_sound(self, message: str) -> None:
        """One calm line about why there is no sound; "" when there is."""
        self.sound.setText(message)
        self.sound.setVisible(bool(message))

    def _choose_grid(self, place: int) -> None:
        self._roll.editor.grid_ticks = self.grid.itemData(place)
        self._roll.refresh()

    def _show_state(self) -> None:
        editor = self._roll.editor
        self.tools[editor.tool].setChecked(True)
        self.grid.setCurrentIndex(self.grid.findData(editor.grid_ticks))
        self.words.setText(describe(editor) or self._hint(editor.tool))

    def _hint(self, tool: Tool) -> str:
        hints = {
            "select": self.tr("Double-click adds a note, drag moves, right-click erases"),
            "draw": self.tr("Press and drag to draw a note; Alt leaves the grid"),
            "erase": self.tr("Drag over notes to erase them"),
        }
        return hints[tool]

    def _lay_out(self) -> None:
        group = QButtonGroup(self)
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 0, 12, 0)
        row.setSpacing(4)
        for button in self.tools.values():
            group.addButton(button)
            row.addWidget(button)
        row.addSpacing(10)
        row.addWidget(label(self.tr("Grid"), "label"))
        row.addWidget(self.grid)
        row.addWidget(self.quantise)
        row.addSpacing(10)
        row.addWidget(self.words, 3)
        row.addSpacing(10)
        row.addWidget(self.sound, 2)


class RollWithTools(QWidget):
    """What the panel shows in its middle."""

    def __init__(self) -> None:
        super().__init__()
        self.roll = PianoRollView()
        self.tools = ToolsView(self.roll)
        self.setFocusProxy(self.roll)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.roll, 1)
        column.addWidget(self.tools)

    def show_document(self, clip: Clip) -> None:
        self.roll.show_document(clip)
