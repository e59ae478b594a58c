"""A row that may be longer than its place: its ends fade out, and a click goes on there."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QPointF, QRectF, Qt
from PySide6.QtGui import QLinearGradient, QMouseEvent, QPainter, QPaintEvent, QPen, QWheelEvent
from PySide6.QtWidgets import QHBoxLayout, QScrollArea, QWidget

from studio.ui import theme
from studio.ui.widgets import fill_scroll

WIDTH_PX, CHEVRON_PX = 28, 5.0
STEP = 0.8  # of what is seen goes on: what was the last stays in sight


class RowEdge(QWidget):
    """One end, shown only where the row goes on; for the mouse, as the keyboard walks the row."""

    def __init__(self, area: QScrollArea, *, is_right: bool, tooltip: str, ground: str) -> None:
        super().__init__(area)
        self._area, self._is_right, self._bar = area, is_right, area.horizontalScrollBar()
        self._ground = ground  # the token of what lies behind, into which it fades
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setToolTip(tooltip)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self._value, self._most = self._bar.value(), self._bar.maximum()
        self._bar.valueChanged.connect(self._moved)
        self._bar.rangeChanged.connect(self._grown)
        area.installEventFilter(self)
        self._show()

    def _moved(self, value: int) -> None:
        self._value = value
        self._show()

    def _grown(self, least: int, most: int) -> None:
        self._most = most
        self._show()

    def _show(self) -> None:
        """By what was told last: a row that is taken down has no bar to ask any more."""
        self.setVisible(self._value < self._most if self._is_right else self._value > 0)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        step = round(STEP * self._bar.pageStep())
        self._bar.setValue(self._bar.value() + (step if self._is_right else -step))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """It stays at its end."""
        if event.type() == QEvent.Type.Resize:
            left = self._area.width() - WIDTH_PX if self._is_right else 0
            self.setGeometry(left, 0, WIDTH_PX, self._area.height())
            self.raise_()
        return super().eventFilter(watched, event)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        out, into = (0, self.width()) if self._is_right else (self.width(), 0)
        fade = QLinearGradient(out, 0, into, 0)
        fade.setColorAt(0, theme.color(self._ground, 0))
        fade.setColorAt(0.6, theme.color(self._ground, 0.92))
        fade.setColorAt(1, theme.color(self._ground))
        painter.fillRect(QRectF(self.rect()), fade)
        pen = QPen(theme.color("text" if self.underMouse() else "muted"), 1.6)
        pen.setCapStyle(Qt.PenCapStyle.RoundCap)
        painter.setPen(pen)
        reach = CHEVRON_PX / 2 if self._is_right else -CHEVRON_PX / 2
        tip = QPointF(self.width() / 2 + (4 if self._is_right else -4) + reach, self.height() / 2)
        tail = tip.x() - 2 * reach
        painter.drawPolyline(
            [QPointF(tail, tip.y() - CHEVRON_PX), tip, QPointF(tail, tip.y() + CHEVRON_PX)]
        )


class ScrollRow(QScrollArea):
    """Widgets side by side without a scroll bar: the wheel, its ends and the keyboard move it."""

    def __init__(self, height_px: int, before: str, after: str, ground: str = "pane") -> None:
        """before and after say what lies beyond the ends; ground is the token behind the row."""
        super().__init__()
        self._line = QHBoxLayout()
        self._line.setContentsMargins(0, 0, 8, 0)
        self._line.setSpacing(6)
        self._line.addStretch(1)
        fill_scroll(self, self._line)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setFixedHeight(height_px)
        for policy in (self.setVerticalScrollBarPolicy, self.setHorizontalScrollBarPolicy):
            policy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.viewport().installEventFilter(self)
        for is_right, words in ((False, before), (True, after)):
            RowEdge(self, is_right=is_right, tooltip=words, ground=ground)

    def add(self, widget: QWidget) -> None:
        """Behind those there are."""
        self._line.insertWidget(self._line.count() - 1, widget)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """The wheel runs along the row."""
        if isinstance(event, QWheelEvent):
            bar = self.horizontalScrollBar()
            bar.setValue(bar.value() - event.angleDelta().y() - event.angleDelta().x())
            return True
        return super().eventFilter(watched, event)
