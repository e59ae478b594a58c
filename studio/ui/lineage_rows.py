"""Moves branches of a tree up where there is room beside others, so that it takes few rows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from studio.core.lineage import Lineage, Place


def gathered(lineage: Lineage, places: Sequence[Place]) -> list[Place]:
    """The same columns and, where it is possible, fewer rows; no two places the same.

    places are a whole lineage's, row by row. What is in one row stays together. No line from a
    first parent meets a line from another one; a result without parents begins below the last.
    Rows come branch by branch, the deepest first, so that what reaches as far to the right as an
    earlier branch always lies below it, and the way down is free.
    """
    page = _Page()
    found: list[Place] = []
    at: dict[int, int] = {}  # id -> row
    column = {place.id: place.column for place in places}
    next_row: dict[int | None, int] = {}  # first parent -> where its next branch may begin
    for run in _runs(places):
        parents = lineage.node(run[0].id).parents
        parent = parents[0] if parents else None
        left = -1 if parent is None else column[parent]
        top = next_row.get(parent, 0 if parent is None else at[parent] + 1)
        row = top
        while not page.has_room(parent, left, run[-1].column, top, row):
            row += 1
        page.take(parent, left, run[-1].column, top, row)
        next_row[parent] = row + 1
        for place in run:
            at[place.id] = row
            found.append(Place(place.id, place.column, row))
    return sorted(found, key=lambda place: (place.row, place.column))


class _Page:
    """Which cells are taken, and which lines run through the gaps to the right of columns."""

    def __init__(self) -> None:
        self._cells: set[tuple[int, int]] = set()  # column, row; with lines across empty ones
        self._level: set[tuple[int, int]] = set()  # gap, row
        self._upright: set[tuple[int, int]] = set()  # gap, row

    def has_room(self, parent: int | None, left: int, right: int, top: int, row: int) -> bool:
        """Whether a branch from a parent's column may lie in a row as far as a column.

        top is where the parent's upright line does not run yet.
        """
        across = range(left + 1, right + 1)
        if any((column, row) in self._cells for column in across):
            return False
        if any((gap, row) in self._upright for gap in range(left + 1, right)):
            return False
        if parent is None:
            return True
        return all(
            (left, one) not in self._upright and (left, one) not in self._level
            for one in range(top, row + 1)
        )

    def take(self, parent: int | None, left: int, right: int, top: int, row: int) -> None:
        self._cells.update((column, row) for column in range(left + 1, right + 1))
        self._level.update((gap, row) for gap in range(left + 1, right))
        if parent is not None:
            self._upright.update((left, one) for one in range(top, row + 1))


def _runs(places: Sequence[Place]) -> Iterator[list[Place]]:
    """The places of each row, from left to right."""
    rows: dict[int, list[Place]] = {}
    for place in places:
        rows.setdefault(place.row, []).append(place)
    for row in sorted(rows):
        yield sorted(rows[row], key=lambda place: place.column)
