"""Samples that can be pointed at, one by one, to be heard; where their medium has no sound, only
seen."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import (
    QFocusEvent,
    QHideEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
)

from studio.core.sample_sheet import COLUMNS, COUNT, GAP_PX, ROWS
from studio.ui import theme
from studio.ui.sample_view import SampleView
from studio.ui.widgets import claims_key

BADGE_PX, MOST_BADGE = 22.0, 0.36  # of a sample's height
PLAY_KEYS = (Qt.Key.Key_Space, Qt.Key.Key_Return, Qt.Key.Key_Enter)
STEPS = {
    Qt.Key.Key_Left: -1,
    Qt.Key.Key_Right: 1,
    Qt.Key.Key_Up: -COLUMNS,
    Qt.Key.Key_Down: COLUMNS,
}


class SampleGrid(SampleView):
    """A picture of samples: click one, or press Enter or Space on it, to have it heard."""

    asked = Signal(int)  # the place of a sample that is to sound, or to fall silent
    stop_asked = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.medium = ""  # whose sound the samples have; "" for none
        self.sounding: int | None = None
        self._how = ""
        self._share: float | None = None  # None while it is made ready
        self._pointed: int | None = None
        self._current = 0  # what the keyboard acts on
        self._by_keys = False  # and whether it is used, so that its place is framed
        self.setMouseTracking(True)

    def offer(self, medium: str, words: str) -> None:
        """Let the samples of a medium be heard, "" for none; words say how, or why not."""
        self.medium, self._how = medium, words
        self.setToolTip("" if medium else words)  # one over the samples would be in the way
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus if medium else Qt.FocusPolicy.NoFocus)
        if not medium:
            self._point(None)
        self._describe()
        self.update()

    def mark(self, place: int | None, share: float | None = None) -> None:
        """Mark the sample that sounds and how far it has come, or none."""
        is_other, self.sounding, self._share = place != self.sounding, place, share
        if is_other:
            self._describe()
        self.update()

    def place_at(self, at: QPointF) -> int | None:
        """The sample that lies there."""
        return next((place for place in range(COUNT) if self.cell(place).contains(at)), None)

    def cell(self, place: int) -> QRectF:
        """Where a sample lies, by its place from the top left."""
        sheet, picture = self.target(), self.picture_size()
        scale = sheet.width() / max(1, picture.width())
        across = (picture.width() + GAP_PX) / COLUMNS * scale
        down = (picture.height() + GAP_PX) / ROWS * scale
        row, column = divmod(place, COLUMNS)
        gap = GAP_PX * scale
        return QRectF(
            sheet.left() + column * across, sheet.top() + row * down, across - gap, down - gap
        )

    def _describe(self) -> None:
        """For those who cannot see it."""
        if not self.medium:
            self.setAccessibleDescription(self._how)
            return
        name = self.tr("Sample {place} of {count}").format(place=self._current + 1, count=COUNT)
        state = self.tr("sounds") if self.sounding == self._current else self._how
        self.setAccessibleDescription(f"{name}: {state}")

    def _point(self, place: int | None) -> None:
        self._pointed = place
        if place is None:
            self.unsetCursor()
        else:
            self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.update()

    def event(self, event: QEvent) -> bool:
        if self.medium and claims_key(event, (*PLAY_KEYS, *STEPS)):
            return True
        if self.sounding is not None and claims_key(event, (Qt.Key.Key_Escape,)):
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = Qt.Key(event.key())
        if self.medium and key in PLAY_KEYS:
            self.asked.emit(self._current)
        elif self.medium and key in STEPS:
            self._by_keys = True
            moved = self._current + STEPS[key]
            self._current = moved if 0 <= moved < COUNT else self._current
            self._describe()
            self.update()
        elif self.sounding is not None and key == Qt.Key.Key_Escape:
            self.stop_asked.emit()
        else:
            super().keyPressEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        place = self.place_at(event.position()) if self.medium else None
        if place != self._pointed:
            self._point(place)
        super().mouseMoveEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        place = self.place_at(event.position()) if self.medium else None
        if place is None or event.button() != Qt.MouseButton.LeftButton:
            super().mousePressEvent(event)
            return
        self._current, self._by_keys = place, False
        self.asked.emit(place)

    def focusInEvent(self, event: QFocusEvent) -> None:
        self._by_keys = event.reason() != Qt.FocusReason.MouseFocusReason
        super().focusInEvent(event)

    def leaveEvent(self, event: QEvent) -> None:
        self._point(None)
        super().leaveEvent(event)

    def hideEvent(self, event: QHideEvent) -> None:
        if self.sounding is not None:
            self.stop_asked.emit()
        super().hideEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if not self.medium:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self.hasFocus() and self._by_keys:
            _frame(painter, self.cell(self._current), "text", 2.0)
        if self.sounding is not None:
            self._paint_sounding(painter, self.cell(self.sounding))
        if self._pointed is not None:
            _frame(painter, self.cell(self._pointed), "text", 1.0)
            _badge(painter, self.cell(self._pointed), stops=self._pointed == self.sounding)

    def _paint_sounding(self, painter: QPainter, cell: QRectF) -> None:
        """A frame, what has been heard in the accent's light, and the line where it is."""
        share = self._share or 0.0
        heard = QRectF(cell.left(), cell.top(), cell.width() * share, cell.height())
        painter.fillRect(heard, theme.color("accent", 0.16))
        if self._share is not None:
            line = QRectF(min(heard.right(), cell.right() - 2), cell.top(), 2, cell.height())
            painter.fillRect(line, theme.color("accent"))
        _frame(painter, cell, "accent", 2.0)
        _badge(painter, cell, stops=True)


def _frame(painter: QPainter, cell: QRectF, token: str, width: float) -> None:
    pen = QPen(theme.color(token))
    pen.setWidthF(width)
    painter.setPen(pen)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawRect(cell.adjusted(width / 2, width / 2, -width / 2, -width / 2))


def _badge(painter: QPainter, cell: QRectF, *, stops: bool) -> None:
    """Play or stop, in the lower right corner."""
    side = min(BADGE_PX, cell.height() * MOST_BADGE)
    margin = side / 6
    box = QRectF(cell.right() - side - margin, cell.bottom() - side - margin, side, side)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(theme.color("accent" if stops else "raised"))
    painter.drawEllipse(box)
    icon = theme.icon("stop" if stops else "play", token="accent_ink" if stops else "text")
    inner = side / 4.5
    icon.paint(painter, box.adjusted(inner, inner, -inner, -inner).toRect())
