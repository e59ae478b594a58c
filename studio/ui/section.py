"""A part of the inspector, with a title that folds it."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from studio.ui import theme
from studio.ui.widgets import ARROW_STEPS, ElidedLabel, claims_key


class _Head(QPushButton):
    """Arrows go from title to title, and fold and unfold, as in a tree."""

    stepped = Signal(int)

    def __init__(self, title: str) -> None:
        super().__init__(title.upper())
        self.setAutoDefault(True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setToolTip(self.tr("Fold or unfold; arrows go from title to title"))
        self.setProperty("role", "section")
        self.setCheckable(True)
        self.setAccessibleName(title)
        self.setIconSize(QSize(12, 12))

    def event(self, e: QEvent) -> bool:
        return claims_key(e, ARROW_STEPS) or super().event(e)

    def keyPressEvent(self, arg__1: QKeyEvent) -> None:
        across, down = ARROW_STEPS.get(Qt.Key(arg__1.key()), (0, 0))
        if down:
            self.stepped.emit(down)
        elif across:
            if self.isChecked() != (across > 0):
                self.click()
        else:
            super().keyPressEvent(arg__1)


class Section(QWidget):
    """A titled part of the inspector; a click on the title folds it."""

    folded = Signal(bool)  # or unfolded
    opened = Signal()  # by a person's hand, who wants to see what is in it
    stepped = Signal(int)  # the keyboard is wanted at the title below (1) or above (-1)

    def __init__(self, title: str, note: str = "", *, is_folded: bool = False) -> None:
        super().__init__()
        self._head = _Head(title)
        self._head.stepped.connect(self.stepped)
        self._head.clicked.connect(lambda on: self.opened.emit() if on else None)
        self._note = ElidedLabel("note")
        self._note.setText(note)
        self._note.setMinimumWidth(1)  # gives way to what stands beside it
        self._note.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Preferred)
        self._top = QHBoxLayout()
        self._top.setContentsMargins(0, 0, 0, 0)
        self._top.setSpacing(4)
        self._top.addWidget(self._head, 1)
        self._top.addWidget(self._note)
        self._body = QVBoxLayout()
        self._body.setSpacing(6)
        self._holder = QWidget()
        self._holder.setLayout(self._body)
        self._body.setContentsMargins(0, 0, 0, 0)
        column = QVBoxLayout(self)
        column.setContentsMargins(14, 6, 14, 8)
        column.setSpacing(6)
        column.addLayout(self._top)
        column.addWidget(self._holder)
        self._head.setChecked(not is_folded)
        self._show_open(not is_folded)
        self._head.toggled.connect(self._show_open)
        self._head.toggled.connect(lambda on: self.folded.emit(not on))

    @property
    def is_folded(self) -> bool:
        return not self._head.isChecked()

    def add(self, widget: QWidget) -> None:
        self._body.addWidget(widget)

    def add_to_head(self, widget: QWidget) -> None:
        """Something small beside the title, that stays when the section is folded."""
        self._top.addWidget(widget)

    def fold(self, on: bool) -> None:
        self._head.setChecked(not on)

    def unfold(self) -> None:
        self.fold(False)

    def _show_open(self, on: bool) -> None:
        self._holder.setVisible(on)
        self._head.setIcon(theme.icon("chevron-down" if on else "chevron-right", token="muted"))

    def take_keyboard(self) -> QWidget:
        """To the title, which is returned."""
        self._head.setFocus(Qt.FocusReason.ShortcutFocusReason)
        return self._head

    def set_note(self, note: str) -> None:
        self._note.setText(note)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(0, self.height() - 1, self.width(), 1, theme.color("line"))
