"""Results that nothing led to and that led to nothing stand side by side, not one a row."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from studio.core.lineage import Lineage, Place


def lone_ones(lineage: Lineage) -> list[int]:
    """Those without parents and children, the oldest first."""
    return [node.id for node in lineage.nodes if not node.parents and not lineage.children(node.id)]


def lined_up(lineage: Lineage, places: Sequence[Place], across: int) -> list[Place]:
    """Neighbouring rows that hold one lone result each become rows of so many.

    Rows that a line runs through stay as they are.
    """
    lone, rows = set(lone_ones(lineage)), _rows(places)
    crossed = _crossed(lineage, places)
    found: list[Place] = []
    waiting: list[int] = []
    next_row = 0
    for row, ids in enumerate(rows):
        is_free = len(ids) == 1 and ids[0].id in lone and not crossed[row]
        if is_free:
            waiting.append(ids[0].id)
        if waiting and (not is_free or len(waiting) == across or row == len(rows) - 1):
            found += [Place(id, column, next_row) for column, id in enumerate(waiting)]
            waiting, next_row = [], next_row + 1
        if not is_free:
            found += [Place(place.id, place.column, next_row) for place in ids]
            next_row += 1
    return found


def _rows(places: Sequence[Place]) -> list[list[Place]]:
    rows: list[list[Place]] = [[] for _ in range(1 + max((one.row for one in places), default=-1))]
    for place in places:
        rows[place.row].append(place)
    return rows


def _crossed(lineage: Lineage, places: Sequence[Place]) -> np.ndarray:
    """bool [rows]: whether a line begins, ends or passes there."""
    row = {place.id: place.row for place in places}
    steps = np.zeros(2 + max(row.values(), default=-1), int)
    for node in lineage.nodes:
        for parent in node.parents:
            if parent in row:
                low, high = sorted((row[parent], row[node.id]))
                steps[low] += 1
                steps[high + 1] -= 1
    return np.cumsum(steps) > 0
