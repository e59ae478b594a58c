"""How visible the edges of a tile are in its repeat."""

from __future__ import annotations

import numpy as np

from studio.media.pattern.document import Tile, unit_cell

# Half a level of 255: keeps a flat tile from dividing nothing by nothing
_QUANTUM = 0.5


def seam_ratio(tile: Tile) -> float:
    """The step across the tile's edges over the strongest step inside it; up to about 1: no seam.

    Each line between two columns (or rows) counts with its mean absolute difference. Comparing with
    the strongest line inside, not the mean one, lets a motif have an edge of its own on the seam.
    The worse of the two directions is given; the repeat matters, as half-drop and brick bring
    other pixels together than block does. 0 for an empty tile.
    """
    if not tile.pixels:
        return 0.0
    cell, plain = unit_cell(tile).astype(np.float32), tile.pixels.array().astype(np.float32)
    # The direction that a shifted repeat leaves alone is judged on the tile itself
    beside = plain if tile.repeat == "brick" else cell
    below = plain if tile.repeat == "half-drop" else cell
    across = _ratio(beside.transpose(1, 0, 2), tile.pixels.width)
    return max(across, _ratio(below, tile.pixels.height))


def _ratio(lines: np.ndarray, period: int) -> float:
    """lines float [n * period, ...]; the seam lies after every period lines."""
    steps = np.abs(np.roll(lines, -1, axis=0) - lines).mean(axis=(1, 2))
    is_seam = np.arange(len(steps)) % period == period - 1
    inside = steps[~is_seam].max(initial=0.0)
    return float((steps[is_seam].max() + _QUANTUM) / (inside + _QUANTUM))
