"""Marks a part of a picture by keyboard: arrows move a frame, with Shift its size, Enter marks."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QPointF, QRectF, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QWidget

from studio.ui.mask_painter import MaskPainter
from studio.ui.widgets import ARROW_STEPS

STEPS = 16  # of the shorter side: how far an arrow goes
FIRST = 4  # of the shorter side: how large the frame begins
ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)


class MaskKeys(QObject):
    """While a tool is chosen and the view has the keyboard; the first key shows the frame."""

    def __init__(self, painter: MaskPainter, view: QWidget) -> None:
        super().__init__(view)
        self._painter = painter
        painter.tool_changed.connect(lambda: painter.show_aim(None))
        view.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.FocusOut:
            self._painter.show_aim(None)
        if event.type() != QEvent.Type.KeyPress or not isinstance(event, QKeyEvent):
            return False
        return self._painter.is_active and self._took(event)

    def _took(self, event: QKeyEvent) -> bool:
        key, aim = Qt.Key(event.key()), self._painter.aim
        if key not in ENTER and key not in ARROW_STEPS:
            return False
        if aim is None:
            self._painter.show_aim(self._in_the_middle())
        elif key in ENTER:
            self._mark(aim)
        else:
            grows = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
            self._painter.show_aim(self._moved(aim, ARROW_STEPS[key], grows=grows))
        return True

    @property
    def _step(self) -> float:
        return max(1.0, min(self._painter.size) // STEPS)

    def _in_the_middle(self) -> QRectF:
        width, height = self._painter.size
        side = max(1, min(width, height) // FIRST)
        return QRectF((width - side) // 2, (height - side) // 2, side, side)

    def _moved(self, aim: QRectF, by: tuple[int, int], *, grows: bool) -> QRectF:
        """Within the picture, and never smaller than a step."""
        width, height = self._painter.size
        right, down = (self._step * one for one in by)
        if grows:
            wide = min(max(aim.width() + right, self._step), width - aim.x())
            tall = min(max(aim.height() + down, self._step), height - aim.y())
            return QRectF(aim.x(), aim.y(), wide, tall)
        left = min(max(aim.x() + right, 0), width - aim.width())
        top = min(max(aim.y() + down, 0), height - aim.height())
        return QRectF(left, top, aim.width(), aim.height())

    def _mark(self, aim: QRectF) -> None:
        """What the mouse would have done: shapes fill the frame, brushes touch its middle."""
        painter, middle = self._painter, aim.center()
        is_shape = painter.tool in ("rectangle", "ellipse")
        start = aim.topLeft() if is_shape else middle
        stop = aim.bottomRight() - QPointF(0.01, 0.01) if is_shape else middle
        painter.press((start.x(), start.y()))
        painter.drag((stop.x(), stop.y()))
        painter.release()
