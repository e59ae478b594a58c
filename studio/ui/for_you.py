"""The strip "For you": results that a person may like, each with its reason."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QHideEvent, QKeyEvent, QPixmap, QShowEvent
from PySide6.QtWidgets import QApplication, QFrame, QHBoxLayout, QVBoxLayout, QWidget

from studio.core.proposals import ForYou
from studio.core.taste import is_try
from studio.ui import theme
from studio.ui.guess_row import GuessRow
from studio.ui.guesses import Guesses
from studio.ui.teaching import LikesLesson
from studio.ui.upright import CAPTION_PX, UprightButton
from studio.ui.widgets import ElidedLabel, icon_button, tip

FOLDED_PX, WIDEST_PX = CAPTION_PX + 2, 16_777_215  # the last is Qt's own
LESSON_PX = 280  # until there are guesses, what was made needs the room more


class ForYouStrip(QFrame):
    """A row of guesses that changes only while nobody aims at it. A click on its name folds it."""

    chosen = Signal(object)
    pointed = Signal(object)  # a document, or None when the pointer leaves
    judged = Signal(object, bool)  # a document, and whether it is liked
    opened = Signal(bool)  # or folded
    left = Signal()  # the keyboard is wanted elsewhere again

    def __init__(
        self, guesses: Guesses, picture: Callable[[Any, int], QPixmap], *, is_open: bool
    ) -> None:
        super().__init__()
        self.setObjectName("foryou")
        self.setFixedHeight(theme.STRIP_PX)
        self.guesses, self.row = guesses, GuessRow(picture)
        self._found: tuple[list[Any], ForYou] | None = None  # waits until nobody aims
        self._is_asked = False  # for others, so that nothing waits
        self._leads_keyboard = False  # from the name to the first guess, once there is one
        self._why: ForYou | None = None  # not yet known
        self._open_px = LESSON_PX
        self._opinion: Callable[[Any], bool | None] = lambda _: None
        name = self.tr("For you")
        self.caption = UprightButton(
            name.upper(), tip(self.tr("New ones that you may like: show or fold"), "Shift+Y"), name
        )
        self.words, self.lesson = ElidedLabel("note"), LikesLesson()
        self.more = icon_button(
            "refresh", tip(self.tr("Eight other guesses"), "Shift+G"), role="plain"
        )
        self._body = _laid_out(self)
        self._connect()
        self.caption.setChecked(is_open)
        self._show()

    @property
    def is_open(self) -> bool:
        return self.caption.isChecked()

    def go(self) -> None:
        """Open it and give it the keyboard; a second time folds it again.

        Until there are guesses the name has the keyboard, and then the first of them.
        """
        is_there = self._leads_keyboard or not self.caption.hasFocus()
        if self.is_open and _has_keyboard(self) and is_there:
            self._leads_keyboard = False
            self.left.emit()
            self.caption.setChecked(False)
            return
        self.caption.setChecked(True)
        self._leads_keyboard = not self.row.documents
        first = self.caption if self._leads_keyboard else self.row.cells[0]
        first.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def show_others(self) -> None:
        """Eight other guesses, even while a person aims: they were asked for."""
        self.caption.setChecked(True)
        self._is_asked = True
        self.guesses.more()

    def show_opinions(self, opinion: Callable[[Any], bool | None]) -> None:
        """Hearts and crosses, by what was clicked; on what comes later, too."""
        self._opinion = opinion
        self.row.show_opinions(opinion)

    # --- what was found ---

    def _looking(self, part: float) -> None:
        self.words.setText(self.tr("Looking for what you may like… {}").format(f"{part:.0%}"))
        self._show_body(is_lesson=False)

    def _arrived(self, documents: list[Any], why: ForYou) -> None:
        self._found = (documents, why)
        if self._is_asked or not (self.row.documents and self._is_aimed_at):
            self._take_found()
        else:
            self.words.setText(self.tr("Others are ready when you leave this row"))

    def _take_found(self) -> None:
        if self._found is None:
            return
        documents, self._why = self._found
        self._found, self._is_asked = None, False
        reasons = [self._reason(number) for number in range(len(documents))]
        names = [self.tr("Guess {}: {}").format(at + 1, why) for at, why in enumerate(reasons)]
        self.row.show_documents(documents, names)
        self.row.show_opinions(self._opinion)
        self._show()
        if documents and self._leads_keyboard:
            self._leads_keyboard = False
            if self.caption.hasFocus():
                self.row.cells[0].setFocus(Qt.FocusReason.ShortcutFocusReason)
                return  # which points at it
        if (aimed_at := self.row.aimed_at) is not None:
            self._point(aimed_at, True)

    @property
    def _is_aimed_at(self) -> bool:
        return self.row.underMouse() or (_has_keyboard(self) and not self.caption.hasFocus())

    def _show(self) -> None:
        missing = 0 if self._why is None else self._why.missing
        self.lesson.show_missing(missing)
        soon = self.tr("Soon: what you may like")
        self.words.setText(self._reason(None) if self.row.documents else soon)
        self._show_body(is_lesson=missing > 0, has_row=bool(self.row.documents))

    def _show_body(self, *, is_lesson: bool, has_row: bool = True) -> None:
        self.lesson.setVisible(is_lesson)
        self._open_px = WIDEST_PX if has_row and not is_lesson else LESSON_PX
        self._show_width(self.is_open)
        self.words.setVisible(not is_lesson)
        for one in (self.more, self.row):
            one.setVisible(has_row and not is_lesson)

    def _reason(self, number: int | None) -> str:
        """Why all are guessed, or this one."""
        if number is not None and is_try(number):
            return self.tr("A try: something else, to learn from")
        why = self._why or ForYou((), 0)
        words = why.words if number is None else dict(enumerate(why.reasons)).get(number, ())
        if not words:
            return self.tr("By your likes")
        return self.tr("Like your likes: {}").format(", ".join(words))

    # --- pointing, and the frame ---

    def _connect(self) -> None:
        row = self.row
        row.chosen.connect(lambda number: self.chosen.emit(row.documents[number]))
        row.judged.connect(lambda number, liked: self.judged.emit(row.documents[number], liked))
        row.pointed.connect(self._point)
        self.caption.toggled.connect(self._open)
        self.more.clicked.connect(self.show_others)
        self.guesses.looking.connect(self._looking)
        self.guesses.found.connect(self._arrived)
        self.guesses.stopped.connect(self._show)

    def _point(self, number: int, on: bool) -> None:
        is_there = on and number < len(self.row.documents)
        self.pointed.emit(self.row.documents[number] if is_there else None)
        if not self.guesses.is_looking and self._found is None and self.row.documents:
            self.words.setText(self._reason(number if is_there else None))
        if not on and not self._is_aimed_at:
            self._take_found()

    def _open(self, on: bool) -> None:
        self._show_width(on)
        self.guesses.turn(on and self.isVisible())
        self.opened.emit(on)

    def _show_width(self, on: bool) -> None:
        self._body.setVisible(on)
        self.setMinimumWidth(FOLDED_PX)
        self.setMaximumWidth(self._open_px if on else FOLDED_PX)

    def event(self, event: QEvent) -> bool:
        """What waited comes once the pointer is gone."""
        if event.type() == QEvent.Type.Leave and not _has_keyboard(self):
            self._take_found()
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.left.emit()
        else:
            super().keyPressEvent(event)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.guesses.turn(self.is_open)

    def hideEvent(self, event: QHideEvent) -> None:
        self.guesses.turn(False)
        super().hideEvent(event)


def _has_keyboard(strip: QWidget) -> bool:
    focused = QApplication.focusWidget()
    return focused is not None and strip.isAncestorOf(focused)


def _laid_out(strip: ForYouStrip) -> QWidget:
    """The name at the left; beside it, the part that folds: words and row, or the lesson."""
    head = QHBoxLayout()
    head.setSpacing(4)
    head.addWidget(strip.words, 1)
    head.addWidget(strip.more)
    body = QWidget()
    column = QVBoxLayout(body)
    column.setContentsMargins(4, 4, 4, 8)
    column.setSpacing(4)
    column.addLayout(head)
    column.addWidget(strip.row)
    column.addWidget(strip.lesson, 1)
    layout = QHBoxLayout(strip)
    layout.setContentsMargins(1, 1, 0, 0)
    layout.setSpacing(0)
    layout.addWidget(strip.caption)
    layout.addWidget(body, 1)
    return body
