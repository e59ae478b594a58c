"""The rail on the left: where to go in the studio."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QButtonGroup, QFrame, QToolButton, QVBoxLayout

from studio.ui import theme
from studio.ui.widgets import rule, tip


@dataclass(frozen=True)
class Place:
    """One button of the rail."""

    name: str
    title: str
    icon: str
    shortcut: str = ""


class Rail(QFrame):
    """Panels at the top, pages below a line, settings at the foot."""

    chosen = Signal(str)

    def __init__(self, panels: list[Place], pages: list[Place], foot: list[Place]) -> None:
        super().__init__()
        self.setObjectName("rail")
        self.setFixedWidth(theme.RAIL_PX)
        self._group = QButtonGroup(self)
        self._group.setExclusive(True)
        self._buttons: dict[str, QToolButton] = {}
        column = QVBoxLayout(self)
        column.setContentsMargins(4, 8, 5, 8)
        column.setSpacing(6)
        for place in panels:
            column.addWidget(self._button(place))
        line = rule()
        line.setFixedWidth(28)
        column.addSpacing(4)
        column.addWidget(line, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addSpacing(4)
        for place in pages:
            column.addWidget(self._button(place))
        column.addStretch(1)
        for place in foot:
            column.addWidget(self._button(place))

    def mark(self, name: str) -> None:
        """Show where we are; a page that is not on the rail marks nothing."""
        self._group.setExclusive(False)
        for other, button in self._buttons.items():
            button.setChecked(other == name)
        self._group.setExclusive(True)

    def _button(self, place: Place) -> QToolButton:
        made = QToolButton()
        made.setProperty("role", "rail")
        made.setCheckable(True)
        made.setText(place.title)
        made.setIcon(theme.icon(place.icon, token="muted", active="accent"))
        made.setIconSize(QSize(20, 20))
        made.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextUnderIcon)
        made.setToolTip(tip(place.title, place.shortcut))
        made.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        made.clicked.connect(lambda: self.chosen.emit(place.name))
        self._group.addButton(made)
        self._buttons[place.name] = made
        return made
