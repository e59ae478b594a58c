"""The doctor's charts, drawn by themselves: colours, columns, rows, and a cloud of sizes."""

from __future__ import annotations

import math

from PySide6.QtCore import QEvent, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QHelpEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QToolTip, QWidget

from studio.core.doctor import Chart
from studio.ui import theme

SWATCHES_PX, COLUMNS_PX, SCATTER_PX, ROW_PX = 16, 92, 132, 18
TITLE_PX, FOOT_PX, GAP_PX, DOT_PX = 18, 16, 4, 2.2
MOST_ROWS, WIDEST_PX, MOST_TICKS = 8, 48, 6
LABEL_SHARE = 0.34  # of the width, for the names of rows
TRACKS = ("melody", "chords", "bass", "drums")
CENTRE = Qt.AlignmentFlag.AlignCenter
LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


class ChartView(QWidget):
    """One chart as wide as its column; under the pointer it says its figures."""

    def __init__(self, chart: Chart) -> None:
        super().__init__()
        self.chart = chart
        self.setAccessibleName(chart.title)
        self.setAccessibleDescription(words_of(chart))
        self._places: list[tuple[QRectF, str]] = []
        self.setFixedHeight(self._height(340))

    def _height(self, width: int) -> int:
        if self.chart.kind == "swatches":
            return SWATCHES_PX
        if self.chart.kind == "scatter":
            return SCATTER_PX
        if self._are_columns(width):
            return COLUMNS_PX
        return TITLE_PX + ROW_PX * min(len(self.chart.labels), MOST_ROWS) + GAP_PX

    def _are_columns(self, width: float) -> bool:
        """Columns where each name fits below its own, else rows."""
        metrics = QFontMetricsF(theme.ui_font(11))
        room = width / max(len(self.chart.labels), 1)
        return all(metrics.horizontalAdvance(name) < room for name in self.chart.labels)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._places = []
        area = QRectF(self.rect())
        if self.chart.kind == "swatches":
            self._swatches(painter, area)
            return
        painter.setFont(theme.ui_font(12))
        painter.setPen(theme.color("muted"))
        painter.drawText(QRectF(0, 0, area.width(), TITLE_PX), LEFT, self.chart.title)
        painter.setFont(theme.ui_font(11))
        area.setTop(TITLE_PX)
        if self.chart.kind == "scatter":
            self._scatter(painter, area)
        elif not self.chart.labels:
            return
        elif self._are_columns(area.width()):
            self._columns(painter, area)
        else:
            self._rows(painter, area)

    def _swatches(self, painter: QPainter, area: QRectF) -> None:
        x, total = 0.0, sum(self.chart.values) or 1.0
        for name, share in zip(self.chart.labels, self.chart.values, strict=True):
            box = QRectF(x, 0, area.width() * share / total, area.height())
            painter.fillRect(box, QColor(name))
            self._places.append((box, f"{name}  {share:.0%}"))
            x += box.width()

    def _columns(self, painter: QPainter, area: QRectF) -> None:
        most = max(self.chart.values, default=0.0) or 1.0
        step, room = area.width() / len(self.chart.labels), area.height() - FOOT_PX - 16
        painter.fillRect(QRectF(0, area.bottom() - FOOT_PX, area.width(), 1), theme.color("line"))
        for place, (name, value) in enumerate(
            zip(self.chart.labels, self.chart.values, strict=True)
        ):
            height = max(room * value / most, 2.0 if value else 0.0)
            base, left = area.bottom() - FOOT_PX, place * step
            wide = min(step - 2 * GAP_PX, WIDEST_PX)
            box = QRectF(left + (step - wide) / 2, base - height, wide, height)
            painter.fillRect(box, _colour(name))
            painter.setPen(theme.color("text" if value else "muted"))
            if value:
                over = QRectF(left, box.top() - 15, step, 14)
                painter.drawText(over, CENTRE, f"{value:,.0f}")
            painter.setPen(theme.color("muted"))
            painter.drawText(QRectF(left, base + 1, step, FOOT_PX), CENTRE, name)
            whole = QRectF(left, area.top(), step, area.height())
            self._places.append((whole, f"{name}: {value:,.0f}"))

    def _rows(self, painter: QPainter, area: QRectF) -> None:
        most = max(self.chart.values, default=0.0) or 1.0
        names = area.width() * LABEL_SHARE
        rows = list(zip(self.chart.labels, self.chart.values, strict=True))[:MOST_ROWS]
        for place, (name, value) in enumerate(rows):
            top = area.top() + place * ROW_PX
            painter.setPen(theme.color("muted"))
            painter.drawText(QRectF(0, top, names - 8, ROW_PX), LEFT, name)
            width = max((area.width() - names - 44) * value / most, 2.0)
            painter.fillRect(QRectF(names, top + 4, width, ROW_PX - 8), _colour(name))
            painter.setPen(theme.color("text"))
            after = QRectF(names + width + 6, top, 44, ROW_PX)
            painter.drawText(after, LEFT, f"{value:,.0f}")
            box = QRectF(0, top, area.width(), ROW_PX)
            self._places.append((box, f"{name}: {value:,.0f}"))

    def _scatter(self, painter: QPainter, area: QRectF) -> None:
        """Widths and heights on scales of doublings, so that 100 and 4,000 px both have room."""
        area = area.adjusted(36, 4, -6, -FOOT_PX)
        painter.fillRect(area, theme.color("document"))
        low, high = _range([side for point in self.chart.points for side in point])

        def at(side: float) -> float:
            return (math.log2(max(side, 1.0)) - low) / (high - low)

        painter.setPen(theme.color("muted"))
        apart = -(-round(high - low) // MOST_TICKS)
        for power in range(math.ceil(low), math.floor(high) + 1, max(apart, 1)):
            share, name = (power - low) / (high - low), f"{2**power:,}"
            x, y = area.left() + share * area.width(), area.bottom() - share * area.height()
            painter.fillRect(QRectF(x, area.top(), 1, area.height()), theme.color("line"))
            painter.fillRect(QRectF(area.left(), y, area.width(), 1), theme.color("line"))
            painter.drawText(QRectF(x - 24, area.bottom() + 1, 48, FOOT_PX), CENTRE, name)
            painter.drawText(QRectF(0, y - 8, 32, 16), RIGHT, name)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.color("accent", 0.45))
        for width, height in self.chart.points:
            x = area.left() + at(width) * area.width()
            y = area.bottom() - at(height) * area.height()
            painter.drawEllipse(QPointF(x, y), DOT_PX, DOT_PX)
        self._places.append((area, words_of(self.chart)))

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            point = QPointF(event.pos())
            words = next((text for box, text in self._places if box.contains(point)), "")
            QToolTip.showText(event.globalPos(), words, self)
            return True
        return super().event(event)


def words_of(chart: Chart) -> str:
    """The figures of a chart as text, for those who cannot see it."""
    if chart.kind == "scatter":
        across, down = zip(*chart.points, strict=True) if chart.points else ((0.0,), (0.0,))
        return (
            f"{chart.labels[0]} {min(across):,.0f} to {max(across):,.0f}, "
            f"{chart.labels[1]} {min(down):,.0f} to {max(down):,.0f}"
        )
    form = "{} {:.0%}" if chart.kind == "swatches" else "{} {:,.0f}"
    return ", ".join(map(form.format, chart.labels, chart.values))


def _colour(name: str) -> QColor:
    """A track's own colour for a track, else the quiet one of all bars."""
    return theme.color(name) if name in TRACKS else theme.color("chords", 0.75)


def _range(sides: list[float]) -> tuple[float, float]:
    """In doublings, a little more than what is there, and at least three of them."""
    logs = [math.log2(max(side, 1.0)) for side in sides] or [6.0]
    low, high = min(logs) - 0.3, max(logs) + 0.3
    middle, half = (low + high) / 2, max((high - low) / 2, 1.5)
    return middle - half, middle + half
