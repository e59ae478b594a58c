"""What stands where guesses will be: how to like, and how many likes are missing."""

from __future__ import annotations

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QVBoxLayout, QWidget

from studio.core.taste import ENOUGH
from studio.ui import theme
from studio.ui.widgets import label

DOT_PX, STEP_PX = 8, 15


class Dots(QWidget):
    """So many of so many: full dots and rings."""

    def __init__(self, count: int) -> None:
        super().__init__()
        self._count, self.full = count, 0
        self.setFixedSize(STEP_PX * count, DOT_PX + 4)

    def show_full(self, full: int) -> None:
        self.full = full
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for number in range(self._count):
            is_full = number < self.full
            painter.setPen(QPen(theme.color("accent" if is_full else "muted"), 1.2))
            painter.setBrush(theme.color("accent") if is_full else Qt.BrushStyle.NoBrush)
            middle = QPointF(1 + DOT_PX / 2 + STEP_PX * number, self.height() / 2)
            painter.drawEllipse(middle, DOT_PX / 2, DOT_PX / 2)


class LikesLesson(QWidget):
    """Teaches hearts and crosses while there are too few of them."""

    def __init__(self) -> None:
        super().__init__()
        self.dots, self.words = Dots(ENOUGH), label("", "label")
        self.words.setWordWrap(True)
        column = QVBoxLayout(self)
        column.setContentsMargins(2, 4, 6, 4)
        column.setSpacing(6)
        column.addStretch(1)
        column.addWidget(self.dots)
        column.addWidget(self.words)
        column.addStretch(1)
        self.show_missing(ENOUGH)

    def show_missing(self, missing: int) -> None:
        """How many clicks it takes until something is guessed."""
        self.dots.show_full(ENOUGH - missing)
        if missing == ENOUGH:
            first = self.tr("Like or dislike {} results.").format(missing)
        elif missing == 1:
            first = self.tr("Like or dislike 1 more result.")
        else:
            first = self.tr("Like or dislike {} more results.").format(missing)
        self.words.setText(
            first
            + " "
            + self.tr(
                "Point at one for its heart and cross, or press Y or N."
                " Then new ones that you may like appear here."
            )
        )
