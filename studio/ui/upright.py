"""Words that stand upright at the edge of a strip; one kind folds it."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRect, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QWidget

from studio.ui import theme

CAPTION_PX = 28
CHEVRON_PX = 3.5


def paint_upright(painter: QPainter, owner: QWidget, text: str, token: str) -> None:
    """Small capitals from the foot to the head, in the middle of a widget."""
    painter.save()
    font = theme.ui_font(10)
    font.setLetterSpacing(font.SpacingType.AbsoluteSpacing, 1.2)
    painter.setFont(font)
    painter.setPen(theme.color(token))
    painter.translate(owner.width() / 2, owner.height() / 2)
    painter.rotate(-90)
    painter.drawText(QRect(-50, -10, 100, 20), Qt.AlignmentFlag.AlignCenter, text)
    painter.restore()


class UprightCaption(QWidget):
    """A word, upright."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self._text = text
        self.setFixedWidth(CAPTION_PX)

    def paintEvent(self, event: QPaintEvent) -> None:
        paint_upright(QPainter(self), self, self._text, "muted")


class UprightButton(QAbstractButton):
    """A word, upright, with an arrow that says which way it folds; checked means open."""

    def __init__(self, text: str, tooltip: str, name: str) -> None:
        super().__init__()
        self.setText(text)
        self.setToolTip(tooltip)
        self.setAccessibleName(name)
        self.setCheckable(True)
        self.setFixedWidth(CAPTION_PX)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)

    def sizeHint(self) -> QSize:
        return QSize(CAPTION_PX, theme.STRIP_PX)

    def paintEvent(self, e: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        token = "accent" if self.hasFocus() else "text" if self.underMouse() else "muted"
        paint_upright(painter, self, self.text(), token)
        painter.setPen(QPen(theme.color(token), 1.4))
        tip = CHEVRON_PX / 2 * (1 if self.isChecked() else -1)
        middle = QPointF(self.width() / 2, 13)
        for way in (-1, 1):
            painter.drawLine(middle + QPointF(tip, 0), middle + QPointF(-tip, way * CHEVRON_PX))
