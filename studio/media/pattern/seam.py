"""How visible the edges of a tile are in its repeat."""

from __future__ import annotations

import numpy as np

from studio.core.work import Finished, Progress, Work
from studio.media.pattern.document import Tile, unit_cell

# No seamless tile out of 128 real and 60 generated ones reaches this in a block repeat; of those
# made for a block and laid out in half-drop, whose seams the eye finds at once, five in six do
SEAM_SEEN = 1.15
# A step in colour under a fine texture is lost among single pixels and plain among blocks of them
BLOCKS_PX = (1, 2, 4)
LEAST_BLOCKS = 8
# Half a level of 255: keeps a flat tile from dividing nothing by nothing
_QUANTUM = 0.5


def seam_ratio(tile: Tile) -> float:
    """The step across the tile's edges over the strongest step inside it; up to about 1: no seam.

    Each line between two columns (or rows) counts with its mean absolute difference. Comparing with
    the strongest line inside, not the mean one, lets a motif have an edge of its own on the seam.
    The worst of both directions and of three block sizes is given. The repeat matters: half-drop
    and brick bring other pixels together than block does. 0 for an empty tile.
    """
    if not tile.pixels:
        return 0.0
    cell, plain = unit_cell(tile).astype(np.float32), tile.pixels.array().astype(np.float32)
    # The direction that a shifted repeat leaves alone is judged on the tile itself
    beside = (plain if tile.repeat == "brick" else cell).transpose(1, 0, 2)
    below = plain if tile.repeat == "half-drop" else cell
    width, height = tile.pixels.width, tile.pixels.height
    return max(
        max(
            _ratio(_blocks(beside, size), width // size),
            _ratio(_blocks(below, size), height // size),
        )
        for size in BLOCKS_PX
        if size == 1 or _divides(size, width, height)
    )


def seam_work(tile: Tile) -> Work:
    """Finished(seam_ratio): tens of milliseconds for a large tile."""
    yield Progress(0, 1)
    yield Finished(seam_ratio(tile))


def _divides(size: int, width: int, height: int) -> bool:
    """Whether seams, of half a tile too, lie between blocks, and blocks enough to compare with."""
    fits = width % (2 * size) == 0 and height % (2 * size) == 0
    return fits and min(width, height) // size >= LEAST_BLOCKS


def _blocks(lines: np.ndarray, size: int) -> np.ndarray:
    """Means over squares of size pixels: float [n, m, 3] to [n / size, m / size, 3]."""
    if size == 1:
        return lines
    down, across, channels = lines.shape
    squares = lines.reshape(down // size, size, across // size, size, channels)
    return squares.mean(axis=(1, 3))


def _ratio(lines: np.ndarray, period: int) -> float:
    """lines float [n * period, m, 3]; the seam lies after every period lines."""
    steps = np.abs(np.roll(lines, -1, axis=0) - lines).mean(axis=(1, 2))
    is_seam = np.arange(len(steps)) % period == period - 1
    inside = steps[~is_seam].max(initial=0.0)
    return float((steps[is_seam].max() + _QUANTUM) / (inside + _QUANTUM))
