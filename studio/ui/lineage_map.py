"""Where every result stands in the tree on the screen, and who is beside whom; paints nothing."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QPoint, QRect, QSize

from studio.core.lineage import Lineage
from studio.ui.lineage_lone import lined_up, lone_ones
from studio.ui.lineage_rows import gathered

SIDE_PX, CAPTION_PX = 80, 20
GAP_X_PX, GAP_Y_PX, MARGIN_PX = 36, 14, 20
STEP_X_PX, STEP_Y_PX = SIDE_PX + GAP_X_PX, SIDE_PX + CAPTION_PX + GAP_Y_PX


@dataclass(frozen=True)
class Link:
    """A line from a parent to a child; is_first says that the child stands in its parent's line."""

    parent: int
    child: int
    is_first: bool


class TreeMap:
    """The places of a lineage's results in px from the tree's own corner."""

    def __init__(self, lineage: Lineage, across: int = 1) -> None:
        """across is how many lone results may stand side by side."""
        self.lineage, self.across = lineage, across
        places = lined_up(lineage, gathered(lineage, lineage.layout()), across)
        self._lone = {id: number for number, id in enumerate(lone_ones(lineage))}
        self._places = {place.id: (place.column, place.row) for place in places}
        self._cells = {cell: id for id, cell in self._places.items()}
        self._columns: dict[int, list[tuple[int, int]]] = {}  # column -> (row, id), downwards
        for id, (column, row) in self._places.items():
            self._columns.setdefault(column, []).append((row, id))
        for rows in self._columns.values():
            rows.sort()
        self._links = [
            Link(parent, node.id, number == 0)
            for node in lineage.nodes
            for number, parent in enumerate(node.parents)
            if parent in self._places
        ]
        self._extents = np.array([self._extent(link) for link in self._links]).reshape(-1, 4)

    def __contains__(self, id: object) -> bool:
        return id in self._places

    def __len__(self) -> int:
        return len(self._places)

    @property
    def size(self) -> QSize:
        """Room for the whole tree with its margins."""
        columns = 1 + max((column for column, _ in self._cells), default=-1)
        rows = 1 + max((row for _, row in self._cells), default=-1)
        return QSize(
            columns * STEP_X_PX - GAP_X_PX + 2 * MARGIN_PX,
            rows * STEP_Y_PX - GAP_Y_PX + 2 * MARGIN_PX,
        )

    def picture(self, id: int) -> QRect:
        """The square of a result's picture; its caption lies below."""
        column, row = self._places[id]
        return QRect(MARGIN_PX + column * STEP_X_PX, MARGIN_PX + row * STEP_Y_PX, SIDE_PX, SIDE_PX)

    def at(self, point: QPoint) -> int | None:
        """Whose picture or caption lies there."""
        cell = ((point.x() - MARGIN_PX) // STEP_X_PX, (point.y() - MARGIN_PX) // STEP_Y_PX)
        id = self._cells.get(cell)
        if id is None or not self.picture(id).adjusted(0, 0, 0, CAPTION_PX).contains(point):
            return None
        return id

    def seen(self, area: QRect) -> list[int]:
        """Those in an area of the tree."""
        left, top, right, bottom = _cells_of(area)
        return [
            id
            for row in range(top, bottom + 1)
            for column in range(left, right + 1)
            if (id := self._cells.get((column, row))) is not None
        ]

    def links(self, area: QRect) -> list[Link]:
        """The lines that may run through an area."""
        left, top, right, bottom = _cells_of(area)
        found = self._extents
        crossing = (found[:, 0] <= right) & (found[:, 2] >= left)
        crossing &= (found[:, 1] <= bottom) & (found[:, 3] >= top)
        return [self._links[number] for number in np.flatnonzero(crossing)]

    def neighbour(self, id: int, way: str) -> int | None:
        """Left the first parent, right the first child, up and down the next in the column.

        Where the column ends, the nearest one of the rows beyond. Left and right of a lone result
        are the lone ones before and after it.
        """
        if id in self._lone and way in ("left", "right"):
            at = self._lone[id] + (1 if way == "right" else -1)
            return list(self._lone)[at] if 0 <= at < len(self._lone) else None
        if way == "left":
            return next((one for one in self.lineage.node(id).parents if one in self), None)
        if way == "right":
            return next((one for one in self.lineage.children(id) if one in self), None)
        column, row = self._places[id]
        sign = -1 if way == "up" else 1
        own = [(sign * (at - row), one) for at, one in self._columns[column]]
        ahead = [(distance, one) for distance, one in own if distance > 0 and id not in self._lone]
        if ahead:
            return min(ahead)[1]
        beyond = [
            (sign * (at_row - row), abs(at_column - column), one)
            for one, (at_column, at_row) in self._places.items()
            if sign * (at_row - row) > 0
        ]
        return min(beyond)[2] if beyond else None

    def _extent(self, link: Link) -> tuple[int, int, int, int]:
        """Left, top, right and bottom in cells."""
        (left, one), (right, other) = self._places[link.parent], self._places[link.child]
        return left, min(one, other), right, max(one, other)


def fitting(width_px: int) -> int:
    """How many results fit side by side."""
    return max(1, (width_px - 2 * MARGIN_PX + GAP_X_PX) // STEP_X_PX)


def _cells_of(area: QRect) -> tuple[int, int, int, int]:
    """The cells that an area touches, with the gaps around them."""
    return (
        (area.left() - MARGIN_PX) // STEP_X_PX,
        (area.top() - MARGIN_PX) // STEP_Y_PX,
        (area.right() - MARGIN_PX + GAP_X_PX) // STEP_X_PX,
        (area.bottom() - MARGIN_PX + GAP_Y_PX) // STEP_Y_PX,
    )
