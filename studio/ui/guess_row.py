"""The thumbnails of the strip "For you", in a row that the wheel scrolls."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtGui import QPixmap

from studio.ui.guesses import COUNT
from studio.ui.row_edges import ScrollRow
from studio.ui.thumbnails import Thumbnail

SIDE_PX = 64


class GuessRow(ScrollRow):
    """Places for guesses, counted from 0; picture(document, side_px) draws one."""

    chosen = Signal(int)
    pointed = Signal(int, bool)
    judged = Signal(int, bool)  # whether it is liked

    def __init__(self, picture: Callable[[Any, int], QPixmap]) -> None:
        super().__init__(SIDE_PX, self.tr("Guesses before"), self.tr("More guesses"))
        self._picture = picture
        self.documents: list[Any] = []
        self.cells = [self._cell(number) for number in range(COUNT)]
        for cell in self.cells:
            self.add(cell)

    @property
    def aimed_at(self) -> int | None:
        """Which one the mouse or the keyboard is on."""
        places = enumerate(self.cells)
        return next((at for at, cell in places if cell.underMouse() or cell.hasFocus()), None)

    def show_documents(self, documents: Sequence[Any], names: Sequence[str]) -> None:
        """Show these, each with what a screen reader says of it."""
        self.documents = list(documents)
        for cell in self.cells[len(self.documents) :]:
            cell.show_pixmap(None)
            cell.show_opinion(None)
        for cell, name in zip(self.cells, names, strict=False):
            cell.setAccessibleName(name)
        self.redraw()
        self.horizontalScrollBar().setValue(0)

    def show_opinions(self, opinion: Callable[[Any], bool | None]) -> None:
        """Hearts and crosses, by what was clicked."""
        for cell, document in zip(self.cells, self.documents, strict=False):
            cell.show_opinion(opinion(document))

    def redraw(self) -> None:
        """The pictures again."""
        for cell, document in zip(self.cells, self.documents, strict=False):
            cell.show_pixmap(self._picture(document, SIDE_PX))

    def _cell(self, number: int) -> Thumbnail:
        cell = Thumbnail(SIDE_PX, can_be_judged=True)
        cell.show_pixmap(None)
        cell.setToolTip(self.tr("Click to take it"))
        cell.setAccessibleName(self.tr("Guess {}").format(number + 1))
        cell.judged.connect(lambda liked: self.judged.emit(number, liked))
        cell.clicked.connect(lambda: self.chosen.emit(number))
        cell.pointed.connect(lambda on: self.pointed.emit(number, on))
        return cell
