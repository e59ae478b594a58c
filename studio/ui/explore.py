"""Nine neighbours of the present result: look at them by pointing, take one with a click."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QTimer, Signal
from PySide6.QtGui import QHideEvent, QPixmap, QShowEvent
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from studio.core.latent import Recipe
from studio.core.verbs import varied
from studio.core.work import Work
from studio.ui.jobs import Job, Jobs
from studio.ui.thumbnails import Thumbnail
from studio.ui.widgets import LabelledSlider, button, tip

SIDE_PX = 86
CENTRE = 4
REST_MS = 250
START_STRENGTH = 0.4


class Explore(QWidget):
    """A 3 x 3 grid whose middle is the document; the others are made on the worker when idle."""

    chosen = Signal(object)
    pointed = Signal(object)

    def __init__(
        self,
        jobs: Jobs,
        key: str,
        make_many: Callable[[list[Recipe]], Work | None],
        picture: Callable[[Any, int], QPixmap],
    ) -> None:
        super().__init__()
        self._jobs, self._key, self._make_many, self._picture = jobs, key, make_many, picture
        self._document: Any = None
        self._page = 0
        self._job: Job | None = None
        self._documents: dict[int, Any] = {}
        self._rest = QTimer(self, singleShot=True, interval=REST_MS)
        self._rest.timeout.connect(self._begin)
        grid = QGridLayout()
        grid.setSpacing(8)
        self._cells = [self._cell(place) for place in range(9)]
        for place, cell in enumerate(self._cells):
            grid.addWidget(cell, place // 3, place % 3)
        self.strength = LabelledSlider(
            self.tr("Strength"), 0.05, 1.0, START_STRENGTH, show_figure=False
        )
        self.strength.setToolTip(self.tr("How far the variations go from the present one"))
        self.strength.value_changed.connect(self._begin_again)
        more = button(self.tr("More"), tip(self.tr("Eight other variations"), "M"))
        more.clicked.connect(self.more)
        row = QHBoxLayout()
        row.setSpacing(10)
        row.addWidget(self.strength, 1)
        row.addWidget(more)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addLayout(grid)
        column.addLayout(row)

    def follow(self, document: Any, *, has_picture: bool) -> None:
        """Make the neighbours of another document, as soon as there is time."""
        same = self._document is not None and document.recipe == self._document.recipe
        self._document = document if has_picture else None
        self._cells[CENTRE].show_pixmap(self._picture(document, SIDE_PX) if has_picture else None)
        self._cells[CENTRE].setChecked(has_picture)
        if same and has_picture:
            return
        self._page = 0
        self._begin_again()

    def more(self) -> None:
        """Eight others."""
        self._page += 1
        self._begin_again()

    def pause(self) -> None:
        """Let something more urgent go first; begins again after a rest."""
        if self._job is not None:
            self._job.cancel()
            self._job = None
            self._rest.start()

    def _cell(self, place: int) -> Thumbnail:
        cell = Thumbnail(SIDE_PX)
        cell.show_pixmap(None)
        if place == CENTRE:
            cell.setToolTip(self.tr("The present one"))
            return cell
        cell.setToolTip(self.tr("A variation: point to see it large, click to take it"))
        cell.setAccessibleName(self.tr("Variation {}").format(place + 1))
        cell.clicked.connect(lambda: self._tell(self.chosen, place))
        cell.pointed.connect(lambda on: self._tell(self.pointed, place if on else -1))
        return cell

    def _tell(self, signal: Any, place: int) -> None:
        found = self._documents.get(place)
        if found is not None or place < 0:
            signal.emit(found)

    def _begin_again(self) -> None:
        if self._job is not None:
            self._job.cancel()
        self._rest.start()

    def _begin(self) -> None:
        if self._document is None or not self.isVisible():
            return
        recipe: Recipe = self._document.recipe
        first = 8 * self._page
        recipes = [varied(recipe, first + index, self.strength.value) for index in range(8)]
        work = self._make_many(recipes)
        if work is None:
            return
        job = Job("variations", lambda: work, self, on_preview=self._arrived)
        job.on_result = job.on_error = self._ended
        self._job = self._jobs.submit(job, replaces=("explore", self._key))

    def _arrived(self, numbered: Any) -> None:
        index, document = numbered
        place = index if index < CENTRE else index + 1
        self._documents[place] = document
        self._cells[place].show_pixmap(self._picture(document, SIDE_PX))

    def _ended(self, _: object) -> None:
        self._job = None

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if self._document is not None:
            self._rest.start()

    def hideEvent(self, event: QHideEvent) -> None:
        self.pause()
        self._rest.stop()
        super().hideEvent(event)
