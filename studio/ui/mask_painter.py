"""The tools that mark a part of a picture: rectangle, ellipse, brush and eraser."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QObject, QRectF, Qt, Signal
from PySide6.QtGui import QBitmap, QBrush, QColor, QImage, QPainter, QPainterPath, QPen, QRegion

from studio.core import selection
from studio.core.lattice import BLOCK, folded, unfolded
from studio.core.selection import Point
from studio.ui import theme

TOOLS = ("rectangle", "ellipse", "brush", "eraser")
BRUSH_SHARE = 0.06  # of the shorter side: the radius that a brush begins with
TINT = 46  # of 255: enough to see what is marked, too little to change its colours
DASH = (4.0, 4.0)


class MaskPainter(QObject):
    """What is marked of a picture, and the gesture that changes it.

    Views translate the mouse into pixels of the picture and paint what paint() gives.
    """

    changed = Signal()
    tool_changed = Signal()

    def __init__(self, *, wraps: bool = False) -> None:
        super().__init__()
        self._wraps = wraps
        self.size = (0, 0)  # width and height of the picture in pixels
        self._repeat = BLOCK
        self._mask: np.ndarray | None = None
        self._drawn: np.ndarray | None = None  # by the gesture under way
        self._from: Point | None = None
        self._path = QPainterPath()
        self.tool = ""
        self.aim: QRectF | None = None  # where the keyboard would mark
        self.radius_share = BRUSH_SHARE

    def show_aim(self, aim: QRectF | None) -> None:
        """Show where the keyboard would mark, or no longer."""
        if aim != self.aim:
            self.aim = aim
            self.changed.emit()

    @property
    def mask(self) -> np.ndarray | None:
        """bool [H, W], None where nothing is marked."""
        return self._mask

    @property
    def share(self) -> float:
        """How much of the picture is marked."""
        return 0.0 if self._mask is None else float(self._mask.mean())

    @property
    def is_active(self) -> bool:
        """Whether the mouse draws."""
        return bool(self.tool) and self.size != (0, 0)

    @property
    def radius(self) -> float:
        """Of the brush, in pixels."""
        return max(0.5, self.radius_share * min(self.size))

    @property
    def bounds(self) -> QRectF:
        """Of the picture, and a little room for the outline."""
        return QRectF(0, 0, *self.size).adjusted(-1, -1, 1, 1)

    def choose(self, tool: str) -> None:
        """Take a tool; the same one again puts it away."""
        self.tool = "" if tool == self.tool else tool
        self.tool_changed.emit()

    def follow(self, width: int, height: int, repeat: str = BLOCK) -> None:
        """The picture has this size now; a mark of another size means nothing any more.

        What leaves a picture that wraps comes in where this lattice has the picture again.
        """
        self._repeat = repeat
        if (width, height) != self.size:
            self.size, self.aim = (width, height), None
            self._become(None)

    def clear(self) -> None:
        self._become(None)

    def invert(self) -> None:
        """What was marked is free, and the other way round."""
        if self.size != (0, 0):
            empty = selection.nothing(*self.size)
            self._become(~(empty if self._mask is None else self._mask))

    def take(self, mask: np.ndarray | None) -> None:
        """Mark this, bool [H, W]; ignored if it has another size."""
        if mask is None or mask.shape[::-1] == self.size:
            self._become(mask)

    # --- the gesture ---

    def press(self, at: Point) -> None:
        if self.is_active:
            self._from, self._drawn = at, selection.nothing(*self.size)
            self.drag(at)

    def drag(self, at: Point) -> None:
        """On the way of the mouse; shapes span from where it was pressed."""
        if self._from is None or self._drawn is None:
            return
        height, width = unfolded(selection.nothing(*self.size), self._repeat).shape
        if self.tool in ("brush", "eraser"):
            drawn = selection.stroke(width, height, self._from, at, self.radius, self._wraps)
            self._drawn = self._drawn | folded(drawn, self._repeat)
            self._from = at
        else:
            make = selection.rectangle if self.tool == "rectangle" else selection.ellipse
            drawn = make(width, height, self._from, at, self._wraps)
            self._drawn = folded(drawn, self._repeat)
        self._trace(self._with(self._drawn))
        self.changed.emit()

    def release(self) -> None:
        if self._drawn is not None:
            found = self._with(self._drawn)
            self._from = self._drawn = None
            self._become(found)

    @property
    def is_drawing(self) -> bool:
        return self._drawn is not None

    # --- how it looks ---

    def paint(self, painter: QPainter) -> None:
        """Draw the mark in pixels of the picture; the painter is moved and scaled to them."""
        painter.save()
        if self.aim is not None:
            pen = QPen(theme.color("accent"), 2.0)
            pen.setCosmetic(True)
            painter.setPen(pen)
            painter.setBrush(Qt.BrushStyle.NoBrush)
            draw = painter.drawRect if self.tool == "rectangle" else painter.drawEllipse
            draw(self.aim)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        tint = QColor(theme.color("accent"))
        tint.setAlpha(TINT)
        painter.fillPath(self._path, QBrush(tint))
        for colour, dashes in (("document", None), ("text", DASH)):
            pen = QPen(theme.color(colour), 1.0)
            pen.setCosmetic(True)
            if dashes:
                pen.setDashPattern(list(dashes))
            painter.strokePath(self._path, pen)
        painter.restore()

    def _with(self, drawn: np.ndarray) -> np.ndarray:
        """The mark with what the gesture drew, or without it."""
        before = selection.nothing(*self.size) if self._mask is None else self._mask
        return before & ~drawn if self.tool == "eraser" else before | drawn

    def _become(self, mask: np.ndarray | None) -> None:
        self._mask = mask if mask is not None and mask.any() else None
        self._trace(self._mask)
        self.changed.emit()

    def _trace(self, mask: np.ndarray | None) -> None:
        """The outline, once for every change and not for every look."""
        self._path = QPainterPath()
        if mask is not None and mask.any():
            self._path.addRegion(_region(mask))
            self._path = self._path.simplified()


def _region(mask: np.ndarray) -> QRegion:
    height, width = mask.shape
    grey = np.ascontiguousarray(np.where(mask, 0, 255).astype(np.uint8))
    image = QImage(grey.data, width, height, width, QImage.Format.Format_Grayscale8)
    return QRegion(QBitmap.fromImage(image.convertToFormat(QImage.Format.Format_Mono)))
