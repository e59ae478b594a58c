"""A small plot of a training's figures over kimg, drawn by itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QWidget

from studio.ui import theme

LEFT_PX, RIGHT_PX, TOP_PX, BOTTOM_PX = 40, 12, 26, 22
SMOOTHED = 0.85  # share of the past in the strong line


@dataclass(frozen=True)
class Line:
    """One curve: its name, its colour token, its dash, its y values."""

    name: str
    token: str
    dashed: bool
    values: np.ndarray


class Curves(QWidget):
    """Faint raw lines with strong smoothed ones; the axis leaves out rare extremes."""

    def __init__(self) -> None:
        super().__init__()
        self._kimg = np.zeros(0)
        self._lines: list[Line] = []
        self.setMinimumHeight(120)
        self.setAccessibleName(self.tr("Losses over time"))

    def show_figures(self, kimg: Sequence[float], lines: list[Line]) -> None:
        self._kimg, self._lines = np.asarray(kimg, float), lines
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        area = QRectF(self.rect()).adjusted(LEFT_PX, TOP_PX, -RIGHT_PX, -BOTTOM_PX)
        painter.setFont(theme.ui_font(11))
        self._legend(painter, area)
        if len(self._kimg) < 2:
            painter.setPen(theme.color("muted"))
            words = self.tr("The curves begin with the first figures.")
            painter.drawText(area, Qt.AlignmentFlag.AlignCenter, words)
            return
        low, high = self._range()
        self._grid(painter, area, low, high)
        painter.setClipRect(area.adjusted(-1, -1, 1, 1))
        for line in self._lines:
            color = theme.color(line.token)
            color.setAlphaF(0.28)
            painter.setPen(QPen(color, 1))
            painter.drawPolyline(self._polygon(line.values, area, low, high))
            pen = QPen(theme.color(line.token), 1.8)
            if line.dashed:
                pen.setDashPattern([4, 2.5])
            painter.setPen(pen)
            painter.drawPolyline(self._polygon(_smooth(line.values), area, low, high))

    def _range(self) -> tuple[float, float]:
        every = [line.values for line in self._lines if len(line.values)]
        if not every:
            return 0.0, 1.0
        low, high = np.percentile(np.concatenate(every), [0.5, 99.5])
        room = max(1e-3, 0.08 * (high - low))
        bottom = low - room if low < 0 else max(0.0, low - room)
        return float(bottom), float(high + room)

    def _polygon(self, values: np.ndarray, area: QRectF, low: float, high: float) -> QPolygonF:
        """Screen points; decimated to the lowest and highest of each column of pixels."""
        first, last = self._kimg[0], max(self._kimg[-1], self._kimg[0] + 1e-6)
        x = area.left() + (self._kimg - first) / (last - first) * area.width()
        y = area.bottom() - (values - low) / (high - low) * area.height()
        columns = max(1, int(area.width()))
        if len(x) > 4 * columns:
            parts = np.array_split(np.arange(len(x)), columns)
            keep = [at for part in parts for at in sorted(
                {int(part[y[part].argmin()]), int(part[y[part].argmax()])}
            )]  # fmt: skip
            x, y = x[keep], y[keep]
        return QPolygonF([QPointF(a, b) for a, b in zip(x.tolist(), y.tolist(), strict=True)])

    def _grid(self, painter: QPainter, area: QRectF, low: float, high: float) -> None:
        for share in (0.0, 0.5, 1.0):
            y = area.bottom() - share * area.height()
            painter.setPen(QPen(theme.color("line"), 1))
            painter.drawLine(QPointF(area.left(), y), QPointF(area.right(), y))
            painter.setPen(theme.color("muted"))
            box = QRectF(0, y - 8, LEFT_PX - 6, 16)
            right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
            painter.drawText(box, right, f"{low + share * (high - low):.2g}")
        box = QRectF(area.left(), area.bottom() + 4, area.width(), 16)
        painter.drawText(box, Qt.AlignmentFlag.AlignLeft, f"{self._kimg[0]:.1f} kimg")
        painter.drawText(box, Qt.AlignmentFlag.AlignRight, f"{self._kimg[-1]:.1f} kimg")

    def _legend(self, painter: QPainter, area: QRectF) -> None:
        x = area.left()
        for line in self._lines:
            pen = QPen(theme.color(line.token), 2)
            if line.dashed:
                pen.setDashPattern([3, 2])
            painter.setPen(pen)
            painter.drawLine(QPointF(x, 12), QPointF(x + 18, 12))
            painter.setPen(theme.color("muted"))
            painter.drawText(QPointF(x + 24, 16), line.name)
            x += 24 + painter.fontMetrics().horizontalAdvance(line.name) + 18


def _smooth(values: np.ndarray) -> np.ndarray:
    """A running mean that leans on the past, corrected for its start."""
    out = np.empty_like(values, dtype=float)
    mean, weight = 0.0, 0.0
    for at, value in enumerate(values.tolist()):
        mean = SMOOTHED * mean + (1 - SMOOTHED) * value
        weight = SMOOTHED * weight + (1 - SMOOTHED)
        out[at] = mean / weight
    return out
