"""A painted area larger than its window: the wheel scrolls it, the middle button drags it."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtGui import QMouseEvent, QResizeEvent, QWheelEvent
from PySide6.QtWidgets import QAbstractScrollArea, QScrollBar


class PannedArea(QAbstractScrollArea):
    """Knows which part of its inside is shown; who derives from it paints that part."""

    def __init__(self) -> None:
        super().__init__()
        self._inside = QSize()
        self._panned_from: QPoint | None = None

    @property
    def offset(self) -> QPoint:
        """The point of the inside that is shown in the upper left corner."""
        return QPoint(self.horizontalScrollBar().value(), self.verticalScrollBar().value())

    @property
    def is_panned(self) -> bool:
        """Whether the middle button drags it now."""
        return self._panned_from is not None

    def set_inside(self, size: QSize) -> None:
        """How large the inside is, px."""
        self._inside = size
        self._set_ranges()

    def reveal(self, area: QRect) -> None:
        """Scroll no farther than is needed to show an area of the inside."""
        seen = QRect(self.offset, self.viewport().size())
        across, down = self._bars()
        across.setValue(seen.left() + _way(area.left(), area.right(), seen.left(), seen.right()))
        down.setValue(seen.top() + _way(area.top(), area.bottom(), seen.top(), seen.bottom()))

    def _bars(self) -> tuple[QScrollBar, QScrollBar]:
        return self.horizontalScrollBar(), self.verticalScrollBar()

    def _set_ranges(self) -> None:
        room = self.viewport().size()
        sizes = (
            (self._inside.width(), room.width()),
            (self._inside.height(), room.height()),
        )
        for bar, (whole, shown) in zip(self._bars(), sizes, strict=True):
            bar.setRange(0, max(0, whole - shown))
            bar.setPageStep(shown)

    def _move(self, way: QPoint) -> None:
        for bar, step in zip(self._bars(), (way.x(), way.y()), strict=True):
            bar.setValue(bar.value() - step)

    def mousePressEvent(self, arg__1: QMouseEvent) -> None:
        if arg__1.button() == Qt.MouseButton.MiddleButton:
            self._panned_from = arg__1.position().toPoint()
            self.viewport().setCursor(Qt.CursorShape.ClosedHandCursor)

    def mouseMoveEvent(self, arg__1: QMouseEvent) -> None:
        if self._panned_from is not None:
            at = arg__1.position().toPoint()
            self._move(at - self._panned_from)
            self._panned_from = at

    def mouseReleaseEvent(self, arg__1: QMouseEvent) -> None:
        if arg__1.button() == Qt.MouseButton.MiddleButton:
            self._panned_from = None
            self.viewport().setCursor(Qt.CursorShape.ArrowCursor)

    def wheelEvent(self, arg__1: QWheelEvent) -> None:
        """Up and down, with Shift sideways."""
        fine = arg__1.pixelDelta()
        way = arg__1.angleDelta() if fine.isNull() else fine
        if arg__1.modifiers() & Qt.KeyboardModifier.ShiftModifier and not way.x():
            way = QPoint(way.y(), 0)
        self._move(way)
        arg__1.accept()

    def resizeEvent(self, arg__1: QResizeEvent) -> None:
        super().resizeEvent(arg__1)
        self._set_ranges()


def _way(low: int, high: int, first: int, last: int) -> int:
    """How far a window from first to last moves until it shows low to high, first of all low."""
    forward = max(0, high - last)
    return forward if low >= first + forward else low - first
