"""A small plot of figures over kimg, drawn by itself; the pointer reads values off it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QRectF, Qt
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QWidget

from studio.ui import theme

LEFT_PX, RIGHT_PX, TOP_PX, BOTTOM_PX = 46, 12, 30, 22
LEAST_SHARE = 0.02  # of the highest value that the axis spans: less is the same, with its labels
SMOOTHED = 0.85  # share of the past in the strong line
DASHES: dict[str, list[float]] = {"dash": [4, 2.5], "dot": [1, 2]}


@dataclass(frozen=True)
class Line:
    """One curve: its name, colour token, kimg and values alike long; dash "", dash or dot.

    is_smoothed draws the values faintly and their running mean strongly; has_points marks each.
    """

    name: str
    token: str
    kimg: np.ndarray
    values: np.ndarray
    dash: str = ""
    is_smoothed: bool = True
    has_points: bool = False


def line_of(
    records: Sequence[dict[str, Any]],
    key: str,
    name: str,
    token: str,
    *,
    dash: str = "",
    is_smoothed: bool = True,
    has_points: bool = False,
) -> Line:
    """The curve of one figure of a run's records; those that lack it are left out."""
    pairs = [
        (float(record["kimg"]), float(record[key]))
        for record in records
        if isinstance(record.get(key), (int, float)) and np.isfinite(float(record[key]))
    ]
    kimg, values = np.array(pairs, float).reshape(-1, 2).T
    return Line(name, token, kimg, values, dash, is_smoothed, has_points)


class Curves(QWidget):
    """Faint raw lines with strong smoothed ones; the axis leaves out rare extremes."""

    def __init__(self) -> None:
        super().__init__()
        self._lines: list[Line] = []
        self._heading = ""
        self._empty = self.tr("The curves begin with the first figures.")
        self._marks: tuple[float, ...] = ()
        self._pointed: float | None = None  # x of the pointer
        self.setMouseTracking(True)
        self.setMinimumHeight(110)

    def show_lines(
        self,
        title: str,
        lines: list[Line],
        *,
        heading: str = "",
        empty: str = "",
        marks: Sequence[float] = (),
    ) -> None:
        """Show these lines; empty is said where there is nothing yet, marks are kimg to mark.

        A heading takes the place of the lines' names, where those stand elsewhere.
        """
        self._heading, self._lines, self._marks = heading, lines, tuple(marks)
        self._empty = empty or self.tr("The curves begin with the first figures.")
        self.setAccessibleName(self.tr("{} over time").format(title))
        newest = [f"{one.name} {one.values[-1]:.3g}" for one in lines if len(one.values)]
        self.setAccessibleDescription(", ".join(newest) or self._empty)
        self.update()

    @property
    def lines(self) -> list[Line]:
        return self._lines

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        area = QRectF(self.rect()).adjusted(LEFT_PX, TOP_PX, -RIGHT_PX, -BOTTOM_PX)
        painter.setFont(theme.ui_font(11))
        if not any(len(line.values) >= (1 if line.has_points else 2) for line in self._lines):
            self._legend(painter, area, None)
            painter.setPen(theme.color("muted"))
            wrapped = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
            painter.drawText(area, int(wrapped), self._empty)
            return
        first, last = self._span()
        low, high, step = self._range()
        self._grid(painter, area, (first, last), np.arange(low, high + step / 2, step))
        at = self._kimg_at(area, first, last)
        self._legend(painter, area, at)
        painter.setClipRect(area.adjusted(-3, -3, 3, 3))
        for mark in self._marks:
            x = area.left() + (mark - first) / (last - first) * area.width()
            painter.setPen(QPen(theme.color("accent", 0.7), 1, Qt.PenStyle.DotLine))
            painter.drawLine(QPointF(x, area.top()), QPointF(x, area.bottom()))
        for line in self._lines:
            self._draw(painter, line, area, (first, last), (low, high))
        if at is not None and self._pointed is not None:
            painter.setPen(QPen(theme.color("edge"), 1))
            painter.drawLine(
                QPointF(self._pointed, area.top()), QPointF(self._pointed, area.bottom())
            )

    def _draw(
        self,
        painter: QPainter,
        line: Line,
        area: QRectF,
        span: tuple[float, float],
        heights: tuple[float, float],
    ) -> None:
        pen = QPen(theme.color(line.token), 1.8)
        if line.dash:
            pen.setDashPattern(DASHES[line.dash])
        strong = line.values
        if line.is_smoothed:
            painter.setPen(QPen(theme.color(line.token, 0.28), 1))
            painter.drawPolyline(_polygon(line.kimg, line.values, area, span, heights))
            strong = _smooth(line.values)
        painter.setPen(pen)
        polygon = _polygon(line.kimg, strong, area, span, heights)
        painter.drawPolyline(polygon)
        if line.has_points:
            painter.setBrush(theme.color(line.token))
            painter.setPen(Qt.PenStyle.NoPen)
            for point in polygon.toList():
                painter.drawEllipse(point, 2.5, 2.5)
            painter.setBrush(Qt.BrushStyle.NoBrush)

    def _span(self) -> tuple[float, float]:
        """The first and the last kimg of all lines."""
        ends = [(one.kimg[0], one.kimg[-1]) for one in self._lines if len(one.kimg)]
        first = min(start for start, _ in ends)
        return float(first), float(max(max(end for _, end in ends), first + 1e-6))

    def _range(self) -> tuple[float, float, float]:
        """Round lowest and highest value of the axis, and the step between its lines."""
        every = np.concatenate([line.values for line in self._lines if len(line.values)])
        low, high = (float(one) for one in np.percentile(every, [0.5, 99.5]))
        if -0.05 * high <= low < 0.5 * high:  # an estimate may fall a little below nothing
            low = 0.0
        step = _round_up(max(high - low, LEAST_SHARE * max(abs(high), 1e-3)) / 2.5)
        bottom = np.floor(low / step) * step
        return float(bottom), float(bottom + step * np.ceil((high - bottom) / step + 0.05)), step

    def _grid(
        self,
        painter: QPainter,
        area: QRectF,
        span: tuple[float, float],
        levels: np.ndarray,
    ) -> None:
        for number, level in enumerate(levels):
            y = area.bottom() - number / max(1, len(levels) - 1) * area.height()
            painter.setPen(QPen(theme.color("line"), 1))
            painter.drawLine(QPointF(area.left(), y), QPointF(area.right(), y))
            painter.setPen(theme.color("muted"))
            box = QRectF(0, y - 8, LEFT_PX - 6, 16)
            right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
            painter.drawText(box, right, _short(float(level)))
        box = QRectF(area.left(), area.bottom() + 4, area.width(), 16)
        painter.drawText(box, Qt.AlignmentFlag.AlignLeft, f"{span[0]:,.1f} kimg")
        painter.drawText(box, Qt.AlignmentFlag.AlignRight, f"{span[1]:,.1f} kimg")

    def _legend(self, painter: QPainter, area: QRectF, at: float | None) -> None:
        """The lines' names; while the pointer is over the plot, with their values there."""
        x, metrics = 4.0, painter.fontMetrics()
        if self._heading and at is None:
            painter.setPen(theme.color("muted"))
            painter.drawText(QPointF(x, 16), self._heading)
            return
        for line in self._lines:
            pen = QPen(theme.color(line.token), 2)
            if line.dash:
                pen.setDashPattern(DASHES[line.dash])
            painter.setPen(pen)
            painter.drawLine(QPointF(x, 12), QPointF(x + 18, 12))
            painter.setPen(theme.color("muted" if at is None else "text"))
            words = line.name if at is None else f"{line.name} {_value_at(line, at)}".rstrip()
            room = max(0, int(area.right() - x - 24))
            words = metrics.elidedText(words, Qt.TextElideMode.ElideRight, room)
            painter.drawText(QPointF(x + 24, 16), words)
            x += 24 + metrics.horizontalAdvance(words) + 18
        if at is not None:
            painter.setPen(theme.color("muted"))
            box = QRectF(area.left(), area.bottom() + 4, area.width(), 16)
            painter.drawText(box, Qt.AlignmentFlag.AlignHCenter, f"{at:,.1f} kimg")

    def _kimg_at(self, area: QRectF, first: float, last: float) -> float | None:
        if self._pointed is None or not area.left() <= self._pointed <= area.right():
            return None
        return first + (self._pointed - area.left()) / area.width() * (last - first)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._pointed = event.position().x()
        self.update()

    def leaveEvent(self, event: QEvent) -> None:
        self._pointed = None
        self.update()


def _polygon(
    kimg: np.ndarray,
    values: np.ndarray,
    area: QRectF,
    span: tuple[float, float],
    heights: tuple[float, float],
) -> QPolygonF:
    """Screen points; decimated to the lowest and highest of each column of pixels."""
    (first, last), (low, high) = span, heights
    x = area.left() + (kimg - first) / (last - first) * area.width()
    y = area.bottom() - (values - low) / (high - low) * area.height()
    y = np.clip(y, area.top() - 1e4, area.bottom() + 1e4)
    columns = max(1, int(area.width()))
    if len(x) > 4 * columns:
        parts = np.array_split(np.arange(len(x)), columns)
        keep = [at for part in parts for at in sorted(
            {int(part[y[part].argmin()]), int(part[y[part].argmax()])}
        )]  # fmt: skip
        x, y = x[keep], y[keep]
    return QPolygonF([QPointF(a, b) for a, b in zip(x.tolist(), y.tolist(), strict=True)])


def _value_at(line: Line, kimg: float) -> str:
    """The line's value nearest to a kimg, as it is drawn strongly."""
    if not len(line.kimg):
        return ""
    values = _smooth(line.values) if line.is_smoothed else line.values
    return _short(float(values[np.abs(line.kimg - kimg).argmin()]))


def _short(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def _round_up(step: float) -> float:
    """The next of 1, 2, 2.5, 5 times a power of ten."""
    power = 10.0 ** np.floor(np.log10(step))
    return float(next(one for one in (1, 2, 2.5, 5, 10) if one * power >= step * 0.999) * power)


def _smooth(values: np.ndarray) -> np.ndarray:
    """A running mean that leans on the past, corrected for its start."""
    out = np.empty_like(values, dtype=float)
    mean, weight = 0.0, 0.0
    for at, value in enumerate(values.tolist()):
        mean = SMOOTHED * mean + (1 - SMOOTHED) * value
        weight = SMOOTHED * weight + (1 - SMOOTHED)
        out[at] = mean / weight
    return out
