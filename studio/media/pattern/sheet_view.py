"""Paints the endless sheet: the repeated cell, the tile's outline, rulers and the caption."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from PIL import Image
from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QFont, QImage, QPainter, QPen, QPixmap, QTransform

from studio.ui.theme import color

RULER_PX = 22
# From here on a person looks at single pixels, and smoothing would hide them
CRISP_FROM = 6.0
# A ruler's numbers keep at least this far apart
MARK_PX = 52


@dataclass(frozen=True)
class Placement:
    """Where the tile's top left corner lies in the view, and screen pixels per tile pixel."""

    x: float = 0.0
    y: float = 0.0
    scale: float = 1.0

    def moved(self, dx: float, dy: float) -> Placement:
        return Placement(self.x + dx, self.y + dy, self.scale)

    def scaled(self, scale: float, x: float, y: float) -> Placement:
        """Another scale; the sheet stays where it is at (x, y)."""
        factor = scale / self.scale
        return Placement(x - (x - self.x) * factor, y - (y - self.y) * factor, scale)


class Sheet:
    """The unit cell as pixmaps, each half the size of the one before; made when first painted."""

    def __init__(self, cell: np.ndarray) -> None:
        """cell uint8 [H, W, 3]."""
        self._cell = cell
        self._levels: dict[int, QPixmap] = {}
        self._last = 0
        height, width, _ = cell.shape
        while height % 2 == 0 and width % 2 == 0 and min(height, width) > 8:
            height, width, self._last = height // 2, width // 2, self._last + 1

    @property
    def size(self) -> tuple[int, int]:
        """Width and height of the unit cell in tile pixels."""
        return self._cell.shape[1], self._cell.shape[0]

    def _level(self, halvings: int) -> QPixmap:
        if halvings not in self._levels:
            cell = self._cell
            if halvings:
                cell = np.asarray(Image.fromarray(cell).reduce(2**halvings))
            self._levels[halvings] = _pixmap(cell)
        return self._levels[halvings]

    def paint(self, painter: QPainter, rect: QRect, place: Placement) -> None:
        """One textured rectangle; far out a smaller copy of the cell, so that nothing shimmers."""
        drawn = place.scale * painter.device().devicePixelRatioF()
        halvings = math.floor(math.log2(1 / min(drawn, 1.0)))
        level = self._level(min(halvings, self._last))
        shrink = self.size[0] / level.width()
        brush = QBrush(level)
        transform = QTransform.fromTranslate(place.x, place.y)
        brush.setTransform(transform.scale(place.scale * shrink, place.scale * shrink))
        smooth = drawn < CRISP_FROM and not math.isclose(drawn * shrink, 1.0)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, smooth)
        painter.fillRect(rect, brush)


def paint_outline(painter: QPainter, rect: QRectF) -> None:
    """Dark under bright, so that it shows on any colour."""
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for colour, width in ((QColor(0, 0, 0, 110), 4.0), (color("accent"), 2.0)):
        painter.setPen(QPen(colour, width, j=Qt.PenJoinStyle.MiterJoin))
        painter.drawRect(rect)


def paint_rulers(painter: QPainter, rect: QRect, place: Placement, size: tuple[int, int]) -> None:
    """Tile pixels along the top and the left; size is the tile's width and height in pixels."""
    ground = color("ground", 0.9)
    painter.fillRect(0, 0, rect.width(), RULER_PX, ground)
    painter.fillRect(0, RULER_PX, RULER_PX, rect.height() - RULER_PX, ground)
    painter.setFont(_font(painter.font(), 11))
    for at, text in _marks(size[0], place.scale, place.x, rect.width()):
        painter.setPen(color("faint"))
        painter.drawLine(QPointF(at, RULER_PX - 7), QPointF(at, RULER_PX))
        painter.setPen(color("muted"))
        painter.drawText(QPointF(at + 4, RULER_PX - 7), text)
    for at, text in _marks(size[1], place.scale, place.y, rect.height()):
        painter.setPen(color("faint"))
        painter.drawLine(QPointF(RULER_PX - 7, at), QPointF(RULER_PX, at))
        painter.setPen(color("muted"))
        painter.save()
        painter.translate(RULER_PX - 7, at + 4 + painter.fontMetrics().horizontalAdvance(text))
        painter.rotate(-90)
        painter.drawText(0, 0, text)
        painter.restore()
    painter.fillRect(0, 0, RULER_PX, RULER_PX, color("ground"))


def paint_caption(painter: QPainter, rect: QRect, text: str, token: str) -> None:
    """A line of text on a pill at the bottom right; token names its colour."""
    painter.setFont(_font(painter.font(), 12))
    box = QRectF(painter.fontMetrics().boundingRect(text)).adjusted(0, 0, 22, 12)
    box.moveBottomRight(QPointF(rect.width() - 14, rect.height() - 12))
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(color("ground", 0.9))
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.drawRoundedRect(box, 6, 6)
    painter.setPen(color(token))
    painter.drawText(box, Qt.AlignmentFlag.AlignCenter, text)


def _marks(tile_px: int, scale: float, origin: float, length: int) -> list[tuple[float, str]]:
    """(screen position, number) at tile edges: halved when far apart, every second when crowded."""
    step = tile_px * 2 ** max(0, math.ceil(math.log2(MARK_PX / (tile_px * scale))))
    while step % 2 == 0 and step * scale > 5 * MARK_PX:
        step //= 2
    first = math.ceil((RULER_PX - origin) / (step * scale))
    last = math.floor((length - origin) / (step * scale))
    return [(origin + n * step * scale, str(n * step)) for n in range(first, last + 1)]


def _font(font: QFont, size_px: int) -> QFont:
    sized = QFont(font)
    sized.setPixelSize(size_px)
    return sized


def _pixmap(pixels: np.ndarray) -> QPixmap:
    """From uint8 [H, W, 3]; fromImage copies, so the array may go."""
    height, width, _ = pixels.shape
    flat = np.ascontiguousarray(pixels)
    image = QImage(flat.data, width, height, 3 * width, QImage.Format.Format_RGB888)
    return QPixmap.fromImage(image)
