"""A quiet card over the page that asks something without stopping anybody or moving anything."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication, QFrame, QHBoxLayout, QPushButton, QSizePolicy, QWidget

from studio.ui.widgets import button, icon_button, label, tip

MARGIN_PX, PADDING_PX = 10, 6
LEAST_HEIGHT_PX, MAX_PX = 42, 760


class Notice(QFrame):
    """A sentence and one or two answers; hidden until there is something to ask.

    It lies over a widget, so that what is there stays where it is; stand says where.
    """

    def __init__(self, over: QWidget) -> None:
        super().__init__(over)
        self.setObjectName("notice")
        self._over, self._is_at_foot = over, False
        self._top_px = self._left_px = self._right_px = 0
        self._question, self._before = label(""), None
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(14, PADDING_PX, 8, PADDING_PX)
        self._row.setSpacing(8)
        over.installEventFilter(self)
        self.hide()

    def stand(
        self, *, top_px: int = 0, left_px: int = 0, right_px: int = 0, at_foot: bool = False
    ) -> None:
        """Keep off so much at the edges; at the foot, or else at the head."""
        self._top_px, self._left_px, self._right_px = top_px, left_px, right_px
        self._is_at_foot = at_foot
        if not self.isHidden():
            self._place()

    def ask(self, question: str, answers: dict[str, Callable[[], None]]) -> None:
        """Show a question; an answer is called and the card goes."""
        self._clear()
        self._question = label(question)
        self._question.setWordWrap(True)
        self._question.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)
        self._row.addWidget(self._question, 1)
        for number, (words, answer) in enumerate(answers.items()):
            keys = tip(words, "F6") if number == 0 else words
            choice = button(words, keys, role="primary" if number == 0 else "")
            choice.clicked.connect(self.leave)
            choice.clicked.connect(answer)
            self._row.addWidget(choice)
        close = icon_button("close", tip(self.tr("Not now"), "Esc"), role="plain")
        close.clicked.connect(self.leave)
        self._row.addWidget(close)
        self.show()
        self._place()
        self.raise_()

    def go(self) -> bool:
        """Give it the keyboard; whether there is something to answer."""
        if self.isHidden():
            return False
        focused = QApplication.focusWidget()
        if focused is None or not self.isAncestorOf(focused):
            self._before = focused
        self.findChildren(QPushButton)[0].setFocus(Qt.FocusReason.ShortcutFocusReason)
        return True

    def leave(self) -> None:
        """Go, and give the keyboard back."""
        focused = QApplication.focusWidget()
        if self._before is not None and focused is not None and self.isAncestorOf(focused):
            self._before.setFocus()
        self._before = None
        self.hide()

    def _clear(self) -> None:
        while (child := self._row.takeAt(0)) is not None:
            if (widget := child.widget()) is not None:
                widget.hide()  # gone at once, whenever Qt deletes it
                widget.setParent(None)
                widget.deleteLater()

    def _place(self) -> None:
        """As wide as the words want and the page allows, in its middle."""
        words_px = self._question.fontMetrics().horizontalAdvance(self._question.text()) + 4
        rest_px = self._row.totalMinimumSize().width() - self._question.minimumSizeHint().width()
        room_px = self._over.width() - self._left_px - self._right_px - 2 * MARGIN_PX
        width = min(words_px + rest_px, MAX_PX, room_px)
        height = max(LEAST_HEIGHT_PX, self._row.totalHeightForWidth(width))
        foot = self._over.height() - height - MARGIN_PX
        left = self._left_px + (room_px - width) // 2 + MARGIN_PX
        top = foot if self._is_at_foot else self._top_px + MARGIN_PX
        self.setGeometry(left, top, width, height)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.leave()
        else:
            super().keyPressEvent(event)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize and self.isVisible():
            self._place()
        return super().eventFilter(watched, event)

    def event(self, event: QEvent) -> bool:
        """Its parts know their sizes only once they are styled."""
        if event.type() == QEvent.Type.LayoutRequest and self.isVisible():
            self._place()
        return super().event(event)
