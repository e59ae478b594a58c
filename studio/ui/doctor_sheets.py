"""Contact sheets: small pictures of files side by side, each with its name under the pointer."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPoint, QRect, Qt
from PySide6.QtGui import QHelpEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QToolTip, QWidget

from studio.core.doctor import Sheet
from studio.core.files import plain
from studio.ui import theme
from studio.ui.widgets import pixmap_of

COLUMNS, GAP_PX, CELL_PX = 5, 4, 62


class SheetView(QWidget):
    """The pictures of a sheet in rows of five."""

    def __init__(self, sheet: Sheet) -> None:
        super().__init__()
        self._names = [plain(name) for name, _ in sheet.pictures]
        ratio = self.devicePixelRatioF()
        side = round(CELL_PX * ratio)
        self._pixmaps = []
        for _, pixels in sheet.pictures:
            pixmap = pixmap_of(pixels).scaled(
                side,
                side,
                Qt.AspectRatioMode.KeepAspectRatio,
                Qt.TransformationMode.SmoothTransformation,
            )
            pixmap.setDevicePixelRatio(ratio)
            self._pixmaps.append(pixmap)
        self._groups = sheet.groups
        rows = -(-len(self._names) // COLUMNS)
        self.setFixedHeight(rows * (CELL_PX + GAP_PX) - GAP_PX)
        self.setMinimumWidth(COLUMNS * (CELL_PX + GAP_PX) - GAP_PX)
        self.setAccessibleName(sheet.title)
        self.setAccessibleDescription(", ".join(self._names))

    def name_at(self, point: QPoint) -> str:
        """The file under a point; "" beside them."""
        for place, name in enumerate(self._names):
            if self._cell(place).contains(point):
                return name
        return ""

    def _cell(self, place: int) -> QRect:
        row, column = divmod(place, COLUMNS)
        step = CELL_PX + GAP_PX
        return QRect(column * step, row * step, CELL_PX, CELL_PX)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        for place, pixmap in enumerate(self._pixmaps):
            cell = self._cell(place)
            painter.fillRect(cell, theme.color("document"))
            painter.drawPixmap(cell.topLeft(), pixmap)
            if self._goes_on(place):  # a bridge to the next of the same group
                bridge = QRect(cell.right() + 1, cell.center().y() - 6, GAP_PX, 12)
                painter.fillRect(bridge, theme.color("accent"))

    def _goes_on(self, place: int) -> bool:
        """Whether the next picture of the row belongs to the same group."""
        is_last = place % COLUMNS == COLUMNS - 1
        pair = self._groups[place : place + 2]
        return not is_last and len(pair) == 2 and pair[0] == pair[1]

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            QToolTip.showText(event.globalPos(), self.name_at(event.pos()), self)
            return True
        return super().event(event)
