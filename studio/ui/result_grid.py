"""Eight results around the present one: point to see one large, click to take it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtGui import QPixmap
from PySide6.QtWidgets import QGridLayout, QWidget

from studio.ui.thumbnails import Thumbnail

SIDE_PX = 86
CENTRE = 4
CELLS = 8


class ResultGrid(QWidget):
    """Nine thumbnails; picture(document, side_px) draws one."""

    chosen = Signal(object)
    pointed = Signal(object)  # a document, or None when the pointer leaves
    judged = Signal(object, bool)  # a document, and whether it is liked

    def __init__(self, picture: Callable[[Any, int], QPixmap]) -> None:
        super().__init__()
        self._picture = picture
        self.documents: dict[int, Any] = {}  # by place
        self._opinion: Callable[[Any], bool | None] = lambda _: None
        self.cells = [self._cell(place) for place in range(CELLS + 1)]
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setSpacing(8)
        for place, cell in enumerate(self.cells):
            grid.addWidget(cell, place // 3, place % 3)

    def show_centre(self, document: Any) -> None:
        """The present one; None where there is none."""
        has_picture = document is not None
        pixmap = self._picture(document, SIDE_PX) if has_picture else None
        self.cells[CENTRE].show_pixmap(pixmap)
        self.cells[CENTRE].setChecked(has_picture)

    def put(self, index: int, document: Any) -> None:
        """The result of that number, 0 to 7, goes to its place."""
        place = index if index < CENTRE else index + 1
        self.documents[place] = document
        self.cells[place].show_pixmap(self._picture(document, SIDE_PX))
        self.cells[place].show_opinion(self._opinion(document))

    def redraw(self) -> None:
        """The pictures again, as what is kept of the present one changed."""
        for place, document in self.documents.items():
            self.cells[place].show_pixmap(self._picture(document, SIDE_PX))

    def show_opinions(self, opinion: Callable[[Any], bool | None]) -> None:
        """Hearts and crosses, by what was clicked; on what comes later, too."""
        self._opinion = opinion
        for place, document in self.documents.items():
            self.cells[place].show_opinion(opinion(document))

    def clear(self) -> None:
        self.documents.clear()
        for place, cell in enumerate(self.cells):
            if place != CENTRE:
                cell.show_pixmap(None)
                cell.show_opinion(None)

    def _cell(self, place: int) -> Thumbnail:
        cell = Thumbnail(SIDE_PX, can_be_judged=place != CENTRE)
        cell.show_pixmap(None)
        if place == CENTRE:
            cell.setToolTip(self.tr("The present one"))
            cell.setAccessibleName(self.tr("The present one"))
            return cell
        cell.setToolTip(self.tr("Click to take it"))
        cell.setAccessibleName(self.tr("Result {}").format(place + 1))
        cell.judged.connect(lambda liked: self._tell(self.judged, place, liked))
        cell.clicked.connect(lambda: self._tell(self.chosen, place))
        cell.pointed.connect(lambda on: self._point(place if on else -1))
        return cell

    def _tell(self, signal: Any, place: int, *more: Any) -> None:
        found = self.documents.get(place)
        if found is not None:
            signal.emit(found, *more)

    def _point(self, place: int) -> None:
        found = self.documents.get(place)
        if found is not None or place < 0:
            self.pointed.emit(found)
