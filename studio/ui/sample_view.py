"""A picture of samples as large as it fits, and the slider that walks through a training's time."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPixmap, QPolygonF
from PySide6.QtWidgets import QStyle, QStyleOptionSlider, QWidget

from studio.ui import theme
from studio.ui.widgets import Slider


class SampleView(QWidget):
    """A grid of samples as large as it fits, sharp pixels kept."""

    def __init__(self) -> None:
        super().__init__()
        self._pixmap = QPixmap()
        self._path = ""
        self._words = ""
        self.setMinimumHeight(120)
        self.setAccessibleName(self.tr("Samples"))

    def show_file(self, path: str, words: str = "") -> None:
        """Show a picture file; words where there is none, or none that can be read."""
        if path != self._path or self._pixmap.isNull():
            self._pixmap, self._path = QPixmap(path), path
        self._words = words
        self.setAccessibleDescription(words)
        self.update()

    @property
    def path(self) -> str:
        return self._path

    @property
    def has_picture(self) -> bool:
        return not self._pixmap.isNull()

    def picture_size(self) -> QSize:
        """Of the file, in its own pixels."""
        return self._pixmap.size()

    def target(self) -> QRectF:
        """Where the picture lies in this widget."""
        room = QRectF(self.rect()).adjusted(10, 10, -10, -10)
        size = self._pixmap.size().scaled(room.size().toSize(), Qt.AspectRatioMode.KeepAspectRatio)
        left = room.left() + (room.width() - size.width()) / 2
        top = room.top() + (room.height() - size.height()) / 2
        return QRectF(left, top, size.width(), size.height())

    def sizeHint(self) -> QSize:
        return QSize(640, 330)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), theme.color("document"))
        if self._pixmap.isNull():
            painter.setPen(theme.color("muted"))
            room = self.rect().adjusted(16, 8, -16, -8)
            wrapped = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
            painter.drawText(room, int(wrapped), self._words)
            return
        target = self.target()
        shrinks = target.width() < self._pixmap.width() * self.devicePixelRatioF()
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, shrinks)
        painter.drawPixmap(target, self._pixmap, QRectF(self._pixmap.rect()))


class TimeSlider(Slider):
    """Walks through samples; a small diamond over the groove marks the best."""

    def __init__(self) -> None:
        super().__init__()
        self._best = -1
        self.setAccessibleName(self.tr("Samples through time"))
        self.setToolTip(self.tr("Samples through time: drag, or use the arrow keys"))

    @property
    def best(self) -> int:
        return self._best

    def mark_best(self, at: int) -> None:
        """Mark a position, or with -1 none."""
        self._best = at
        self.update()

    def paintEvent(self, ev: QPaintEvent) -> None:
        super().paintEvent(ev)
        if not 0 <= self._best <= self.maximum():
            return
        option = QStyleOptionSlider()
        self.initStyleOption(option)
        control, part = QStyle.ComplexControl.CC_Slider, QStyle.SubControl.SC_SliderHandle
        width = self.style().subControlRect(control, option, part, self).width()
        at = QStyle.sliderPositionFromValue(
            self.minimum(), self.maximum(), self._best, self.width() - width
        )
        x, y, r = at + width / 2, 4.0, 3.5
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.color("good"))
        corners = [QPointF(x, y - r), QPointF(x + r, y), QPointF(x, y + r), QPointF(x - r, y)]
        painter.drawPolygon(QPolygonF(corners))


def nearest(kimg: float | None, times: Sequence[float]) -> int:
    """The place of the time nearest to a kimg; -1 where there is none."""
    if kimg is None or not times:
        return -1
    return min(range(len(times)), key=lambda at: abs(times[at] - kimg))
