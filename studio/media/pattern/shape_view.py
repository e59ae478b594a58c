"""A small grid to choose how many cells wide and tall a tile is."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from studio.ui.theme import color
from studio.ui.widgets import ARROW_STEPS

SIDES = 4
CELL_PX, GAP_PX = 24, 3


class ShapePicker(QWidget):
    """Point at the lower right cell of the shape and click; arrow keys work too."""

    chosen = Signal(int, int)
    pointed = Signal(int, int)  # 0, 0: at nothing

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.shape = (1, 1)
        self._pointed: tuple[int, int] | None = None
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setMouseTracking(True)
        self.setFixedSize(self.sizeHint())
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAccessibleName(self.tr("Tile size in cells"))

    def show_shape(self, across: int, down: int) -> None:
        self.shape = (across, down)
        self.setAccessibleDescription(self.tr("{0} wide, {1} tall").format(across, down))
        self.update()

    def sizeHint(self) -> QSize:
        side = SIDES * (CELL_PX + GAP_PX) - GAP_PX + 2
        return QSize(side, side)

    def _choose(self, across: int, down: int) -> None:
        shape = (min(max(across, 1), SIDES), min(max(down, 1), SIDES))
        if shape != self.shape:
            self.show_shape(*shape)
            self.chosen.emit(*shape)

    def _point(self, cell: tuple[int, int] | None) -> None:
        if cell != self._pointed:
            self._pointed = cell
            self.pointed.emit(*(cell or (0, 0)))
            self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for place in range(SIDES * SIDES):
            x, y = place % SIDES, place // SIDES
            step = CELL_PX + GAP_PX
            box = QRectF(x * step + 1, y * step + 1, CELL_PX, CELL_PX)
            inside = x < self.shape[0] and y < self.shape[1]
            aimed = self._pointed and x < self._pointed[0] and y < self._pointed[1]
            painter.setPen(QPen(color("accent" if inside else "muted" if aimed else "edge"), 1))
            painter.setBrush(color("accent_wash" if inside else "hover" if aimed else "raised"))
            painter.drawRoundedRect(box.adjusted(0.5, 0.5, -0.5, -0.5), 3, 3)
        if self.hasFocus():
            painter.setPen(QPen(color("text"), 1, Qt.PenStyle.DotLine))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(self.rect().adjusted(0, 0, -1, -1))
        painter.end()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._point(_cell(event))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self._choose(*_cell(event))

    def leaveEvent(self, event: QEvent) -> None:
        self._point(None)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if (step := ARROW_STEPS.get(Qt.Key(event.key()))) is None:
            super().keyPressEvent(event)
        else:
            self._choose(self.shape[0] + step[0], self.shape[1] + step[1])


def _cell(event: QMouseEvent) -> tuple[int, int]:
    """1-based column and row under the pointer."""
    at, step = event.position(), CELL_PX + GAP_PX
    return tuple(min(max(int(way // step) + 1, 1), SIDES) for way in (at.x(), at.y()))  # type: ignore[return-value]
