"""Two results side by side, or flickering in one place, with what tells them apart."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from PySide6.QtCore import QEvent, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QFocusEvent,
    QKeyEvent,
    QPainter,
    QPaintEvent,
    QPixmap,
    QShowEvent,
)
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from studio.ui import theme
from studio.ui.png_pictures import fitted
from studio.ui.widgets import Chip, button, claims_key, label, tip

SIDES_PX = (256, 512, 768, 1024, 1536)  # pictures are asked for in few sizes and made smaller
LETTERS = ("A", "B")
SHOWN_LINES = 4
KEYS = (Qt.Key.Key_X, Qt.Key.Key_Space, Qt.Key.Key_Escape)
Compared = tuple[Any, str]
"""A document, and its caption: a heading, and whatever lines come after it."""


class CompareView(QFrame):
    """Shows two documents; picture(document, side_px) draws one.

    apart are lines that only the one and only the other has. take are the words of the button
    under each, "" for no buttons; taken tells which was pressed, 0 or 1.
    """

    taken = Signal(int)
    closed = Signal()

    def __init__(
        self,
        first: Compared,
        second: Compared,
        picture: Callable[[Any, int], QPixmap],
        *,
        apart: tuple[Sequence[str], Sequence[str]] = ((), ()),
        take: str = "",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(self.tr("Compare two results"))
        self._shown = 0  # in one place
        self._is_held = False
        pair = (first, second)
        self._places = [_Place(document, picture) for document, _ in pair]
        self._words = [
            _Words(LETTERS[number], pair[number][1], apart[number], take) for number in (0, 1)
        ]
        self.together = Chip(
            self.tr("Overlay"),
            tip(self.tr("Show them in one place; hold Space or press it again to swap them"), "X"),
        )
        self._close = button(self.tr("Done"), tip(self.tr("Back"), "Esc"), icon="close")
        self._lay_out()
        self.together.clicked.connect(self._show)
        self._close.clicked.connect(self.closed)
        for number, words in enumerate(self._words):
            words.take.clicked.connect(lambda _=False, number=number: self.taken.emit(number))
        self._show()

    @property
    def is_together(self) -> bool:
        """Whether both share one place."""
        return self.together.isChecked()

    @property
    def shown(self) -> tuple[int, ...]:
        """Which of the two are to be seen, from left to right."""
        return (self._shown,) if self.is_together else (0, 1)

    def add_button(self, words: str, tooltip: str, act: Callable[[], None]) -> None:
        """Something to do with what is compared; the first is the main one."""
        is_first = self._answers.count() == 2
        made = button(words, tooltip, role="primary" if is_first else "")
        made.clicked.connect(act)
        self._answers.insertWidget(1, made)

    def swap(self) -> None:
        """Show the other one in the same place."""
        if self.is_together:
            self._shown = 1 - self._shown
        else:
            self.together.setChecked(True)
            self._shown = 0
        self._show()

    def _hold(self, on: bool) -> None:
        """While Space is held the other one is shown."""
        if on == self._is_held:
            return
        self._is_held = on
        self.together.setChecked(True)
        self._shown = 1 - self._shown
        self._show()

    def _show(self) -> None:
        if not self.is_together:
            self._shown = 0
        for number, (place, words) in enumerate(zip(self._places, self._words, strict=True)):
            place.setVisible(number in self.shown)
            words.mark(self.is_together and number in self.shown, self.is_together)
        if (around := self.layout()) is not None:
            around.activate()  # before anything is painted, so that only the picture changes
        names = " / ".join(self._words[number].title for number in self.shown)
        self.setAccessibleDescription(names)

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.setSpacing(8)
        head.addWidget(label(self.tr("Compare"), "subtitle"))
        head.addStretch(1)
        self._answers = QHBoxLayout()
        self._answers.setSpacing(8)
        self._answers.addWidget(self.together)
        self._answers.addWidget(self._close)
        head.addLayout(self._answers)
        pictures, words = QHBoxLayout(), QHBoxLayout()
        for row, widgets in ((pictures, self._places), (words, self._words)):
            row.setSpacing(14)
            for widget in widgets:
                row.addWidget(widget, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(14, 10, 14, 12)
        column.setSpacing(10)
        column.addLayout(head)
        column.addLayout(pictures, 1)
        column.addLayout(words)

    def event(self, e: QEvent) -> bool:
        """These keys are meant here, whatever they are elsewhere in the window."""
        return claims_key(e, KEYS) or super().event(e)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() not in KEYS or event.modifiers():
            super().keyPressEvent(event)
        elif event.isAutoRepeat():
            return
        elif event.key() == Qt.Key.Key_Space:
            self._hold(True)
        elif event.key() == Qt.Key.Key_X:
            self.swap()
        else:
            self.closed.emit()

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Space and not event.isAutoRepeat():
            self._hold(False)
        super().keyReleaseEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        self._hold(False)
        super().focusOutEvent(event)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.setFocus()


class _Place(QWidget):
    """One picture as large as it fits, asked for when it is first seen."""

    def __init__(self, document: Any, picture: Callable[[Any, int], QPixmap]) -> None:
        super().__init__()
        self._document, self._picture = document, picture
        self._pixmap, self._side_px = QPixmap(), 0
        self.setMinimumSize(120, 120)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    def sizeHint(self) -> QSize:
        return QSize(480, 480)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.fillRect(self.rect(), theme.color("document"))
        side = min(self.width(), self.height())
        wanted = next((px for px in SIDES_PX if px >= side), SIDES_PX[-1])
        if wanted > self._side_px:
            self._pixmap, self._side_px = self._picture(self._document, wanted), wanted
        if self._pixmap.isNull():
            painter.setPen(theme.color("muted"))
            centre = Qt.AlignmentFlag.AlignCenter
            painter.drawText(self.rect(), centre, self.tr("There is no picture of it."))
            return
        place = fitted((self._pixmap.width(), self._pixmap.height()), QRect(self.rect()))
        painter.drawPixmap(QRectF(place), self._pixmap, QRectF(self._pixmap.rect()))


class _Words(QWidget):
    """What is said under a picture: letter, heading, lines, what only this one has, button."""

    def __init__(self, letter: str, caption: str, apart: Sequence[str], take: str) -> None:
        super().__init__()
        self.title, *lines = caption.split("\n") if caption else [""]
        self._letter, self._title = label(letter, "muted"), label("", "subtitle")
        self.take = button(take)
        self.take.setVisible(bool(take))
        head = QHBoxLayout()
        head.setSpacing(8)
        head.addWidget(self._letter)
        head.addWidget(self._title, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addLayout(head)
        _set_words(self._title, self.title)
        for line in lines:
            column.addWidget(_set_words(label("", "label"), line))
        shown = list(apart[:SHOWN_LINES])
        if len(apart) > len(shown):
            shown.append(self.tr("and {} more").format(len(apart) - len(shown)))
        if shown:
            column.addSpacing(6)
            column.addWidget(label(self.tr("ONLY HERE"), "head"))
        for line in shown:
            column.addWidget(_set_words(label(""), line))
        column.addSpacing(6)
        column.addStretch(1)
        column.addWidget(self.take, 0, Qt.AlignmentFlag.AlignLeft)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)

    def mark(self, is_seen: bool, is_together: bool) -> None:
        """Say whether its picture is the one that is seen in the one place."""
        hidden = is_together and not is_seen
        for words, token in (
            (self._letter, "accent" if is_seen else "muted"),
            (self._title, "muted" if hidden else "text"),
        ):
            words.setStyleSheet(f"color: {theme.TOKENS[token]};")


def _set_words(made: QLabel, text: str) -> QLabel:
    made.setTextFormat(Qt.TextFormat.PlainText)
    made.setWordWrap(True)
    made.setText(text)
    return made
