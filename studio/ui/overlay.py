"""Notes that lie over a widget: what an empty page teaches, and the one message line."""

from __future__ import annotations

from PySide6.QtCore import QElapsedTimer, QEvent, QObject, QRectF, Qt, QTimer
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from studio.ui import theme
from studio.ui.widgets import icon_button, label

SHOWN_MS = 9000
FRESH_MS = 1500  # what was said so lately may be about the page that comes
MARGIN_PX = 14
MAX_MESSAGE_PX = 720
CLOSE_PX = 64  # the close button and the margins beside the text
LEAST_HEIGHT_PX, PADDING_PX = 42, 12
FOOT_PX = 38  # where a document says its size and more


class CentreNote(QWidget):
    """An icon, a line and a quieter line in the middle of a widget that has nothing to show."""

    def __init__(self, over: QWidget, icon: str) -> None:
        super().__init__(over)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._icon = icon
        self._picture = QLabel()
        self._title = label("", "subtitle")
        self._text = label("", "muted")
        column = QVBoxLayout(self)
        column.setSpacing(8)
        column.addStretch(1)
        for widget in (self._picture, self._title, self._text):
            if isinstance(widget, QLabel):
                widget.setAlignment(Qt.AlignmentFlag.AlignCenter)
            column.addWidget(widget)
        column.addStretch(1)
        self._text.setWordWrap(True)
        over.installEventFilter(self)
        self.setGeometry(over.rect())

    def say(self, title: str, text: str) -> None:
        """Show two lines."""
        self._picture.setPixmap(
            theme.icon_pixmap(self._icon, 40, "faint", self.devicePixelRatioF())
        )
        self._title.setText(title)
        self._text.setText(text)
        self.show()
        self.raise_()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize and isinstance(watched, QWidget):
            self.setGeometry(watched.rect())
        return super().eventFilter(watched, event)


class MessageLine(QFrame):
    """One line for what went well or wrong; goes by itself, never takes the keyboard."""

    def __init__(self, over: QWidget) -> None:
        super().__init__(over)
        self.setObjectName("toast")
        self._over = over
        self._text = label("")
        self._text.setWordWrap(True)
        self._text.setTextFormat(Qt.TextFormat.PlainText)  # names in it may come from strangers
        self._text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._text.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)
        close = icon_button("close", self.tr("Close this message"), role="plain")
        close.clicked.connect(self.hide)
        row = QHBoxLayout(self)
        row.setContentsMargins(14, 7, 7, 7)
        row.setSpacing(10)
        row.addWidget(self._text, 1)
        row.addWidget(close, 0, Qt.AlignmentFlag.AlignVCenter)
        self._timer = QTimer(self, singleShot=True)
        self._timer.timeout.connect(self._leave)
        self._since, self._right_px = QElapsedTimer(), 0
        over.installEventFilter(self)
        self.hide()

    def stand(self, right_px: int = 0) -> None:
        """On another page: keep off its right edge, and go if it was about the one before."""
        self._right_px = right_px
        if not self.isHidden() and self._since.hasExpired(FRESH_MS):
            self.hide()
        elif not self.isHidden():
            self._place()

    @property
    def text(self) -> str:
        return self._text.text()

    def say(self, text: str) -> None:
        """Show a sentence for long enough to read it."""
        self._text.setText(text)
        self.show()
        self._place()
        self.raise_()
        self._since.start()
        self._timer.start(SHOWN_MS + 40 * len(text))

    def _leave(self) -> None:
        if self.underMouse():
            self._timer.start(SHOWN_MS)
        else:
            self.hide()

    def _place(self) -> None:
        words = self._text.fontMetrics().horizontalAdvance(self._text.text())
        room = self._over.width() - self._right_px
        width = min(words + 80, MAX_MESSAGE_PX, room - 2 * MARGIN_PX)
        width = max(240, width)
        text_px = width - CLOSE_PX
        height = max(LEAST_HEIGHT_PX, self._text.heightForWidth(text_px) + 2 * PADDING_PX)
        left = max(0, (room - width) // 2)
        foot = theme.STRIP_PX + FOOT_PX + MARGIN_PX  # never over the strip, or what stands above it
        top = self._over.height() - foot - height
        self.setGeometry(left, top, width, height)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize and self.isVisible():
            self._place()
        return super().eventFilter(watched, event)


class DropVeil(QWidget):
    """Says what a drop will do while something is held over the window."""

    def __init__(self, over: QWidget) -> None:
        super().__init__(over)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._over, self._words = over, ""
        self.hide()

    def say(self, words: str) -> None:
        self._words = words
        self.setGeometry(self._over.rect())
        self.show()
        self.raise_()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        veil = QColor(theme.color("document"))
        veil.setAlphaF(0.82)
        painter.fillRect(self.rect(), veil)
        pen = painter.pen()
        pen.setColor(theme.color("accent"))
        pen.setWidthF(2)
        pen.setStyle(Qt.PenStyle.DashLine)
        painter.setPen(pen)
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(16, 16, -16, -16), 10, 10)
        painter.setPen(theme.color("text"))
        painter.setFont(theme.ui_font(16, strong=True))
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, self._words)
