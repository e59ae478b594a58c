"""Brings the mouse of a view to a mask painter, and its mark into a scene."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, QPointF, QRectF, Qt
from PySide6.QtGui import QMouseEvent, QPainter
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget

from studio.core.selection import Point
from studio.ui.mask_painter import MaskPainter

PRESSES = (QEvent.Type.MouseButtonPress, QEvent.Type.MouseButtonDblClick)


class MaskGestures(QObject):
    """While a tool is chosen the left button draws on the target; all else goes on to it."""

    def __init__(
        self,
        painter: MaskPainter,
        target: QWidget,
        pixel_at: Callable[[QPointF], Point],
        is_free: Callable[[], bool] = lambda: True,
        rest: Qt.CursorShape = Qt.CursorShape.ArrowCursor,
    ) -> None:
        """is_free says whether the left button means nothing else now; rest is the usual cursor."""
        super().__init__(target)
        self._painter, self._target, self._rest = painter, target, rest
        self._pixel_at, self._is_free = pixel_at, is_free
        painter.changed.connect(target.update)
        painter.tool_changed.connect(self.show_cursor)
        target.installEventFilter(self)

    def show_cursor(self) -> None:
        """The cursor that belongs to the tool."""
        cross = Qt.CursorShape.CrossCursor
        self._target.setCursor(cross if self._painter.tool else self._rest)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if not isinstance(event, QMouseEvent):
            return False
        painter, at = self._painter, self._pixel_at(event.position())
        if event.type() in PRESSES and event.button() == Qt.MouseButton.LeftButton:
            if painter.is_active and self._is_free():
                painter.press(at)
        elif event.type() == QEvent.Type.MouseMove and painter.is_drawing:
            painter.drag(at)
        elif event.type() == QEvent.Type.MouseButtonRelease and painter.is_drawing:
            painter.release()
            return True
        return painter.is_drawing


class MaskItem(QGraphicsItem):
    """The mark in a scene whose units are pixels of the picture."""

    def __init__(self, painter: MaskPainter) -> None:
        super().__init__()
        self._painter = painter
        self.setZValue(1)
        self.setAcceptedMouseButtons(Qt.MouseButton.NoButton)

    def boundingRect(self) -> QRectF:
        return self._painter.bounds

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionGraphicsItem,
        widget: QWidget | None = None,
    ) -> None:
        self._painter.paint(painter)
