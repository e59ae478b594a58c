"""Parts of a picture that a person marks, bool [H, W]; how the kept and the new are put together.

wraps: the picture is a torus, and what leaves one side comes in at the other.
"""

from __future__ import annotations

from functools import partial

import numpy as np

from studio.core.lattice import BLOCK, as_block

REACH = 8  # the new takes over from the old within this share of the side: 1 / REACH

Point = tuple[float, float]
"""Pixels from the left and from the top; the middle of the first pixel is (0.5, 0.5)."""


def nothing(width: int, height: int) -> np.ndarray:
    return np.zeros((height, width), bool)


def rectangle(width: int, height: int, one: Point, other: Point, wraps: bool = False) -> np.ndarray:
    """Every pixel that the rectangle between two corners touches."""
    left, right = sorted((one[0], other[0]))
    top, bottom = sorted((one[1], other[1]))
    across = _span(width, left, right, wraps)
    return _span(height, top, bottom, wraps)[:, None] & across[None]


def ellipse(width: int, height: int, one: Point, other: Point, wraps: bool = False) -> np.ndarray:
    """Every pixel whose middle lies in the ellipse that fills the rectangle of two corners."""
    middle = ((one[0] + other[0]) / 2, (one[1] + other[1]) / 2)
    half = (max(abs(one[0] - other[0]) / 2, 0.5), max(abs(one[1] - other[1]) / 2, 0.5))
    across = _away(width, middle[0], wraps) / half[0]
    down = _away(height, middle[1], wraps) / half[1]
    return down[:, None] ** 2 + across[None] ** 2 <= 1


def stroke(
    width: int, height: int, one: Point, other: Point, radius: float, wraps: bool = False
) -> np.ndarray:
    """What a round brush of this radius in pixels touches on its way; always a pixel at least."""
    found = nothing(width, height)
    steps = max(1, int(np.hypot(other[0] - one[0], other[1] - one[1]) / max(radius / 2, 0.5)))
    for share in np.linspace(0, 1, steps + 1):
        x, y = one[0] + share * (other[0] - one[0]), one[1] + share * (other[1] - one[1])
        across, down = _away(width, x, wraps), _away(height, y, wraps)
        found |= down[:, None] ** 2 + across[None] ** 2 <= max(radius, 0.5) ** 2
        column, row = int(np.floor(x)), int(np.floor(y))
        if wraps:
            column, row = column % width, row % height
        if 0 <= column < width and 0 <= row < height:
            found[row, column] = True
    return found


def feather(locked: np.ndarray, reach_px: int, wraps: bool) -> np.ndarray:
    """1 where bool [H, W] is set, falling to 0 within reach_px outside: float32 [H, W].

    wraps: the picture is a torus, and so is the mask.
    """
    share = locked.astype(np.float32)
    grown = locked
    for step in range(1, reach_px):
        wider = _grown(grown, wraps, diagonal=step % 2 == 0)  # steps of two shapes: nearly round
        fall = 0.5 + 0.5 * np.cos(np.pi * step / reach_px)
        share[wider & ~grown] = fall
        grown = wider
    return share


def composite(
    old: np.ndarray, new: np.ndarray, locked: np.ndarray, reach_px: int, wraps: bool
) -> np.ndarray:
    """The old pixels where they are locked, byte for byte, the new ones elsewhere: uint8 [H, W, 3].

    Outside the lock the new ones begin as the old ones were and take over within reach_px; rolling
    everything rolls the result where it wraps.
    """
    share = feather(locked, reach_px, wraps)[..., None]
    blend = new + share * (old.astype(np.float32) - new)
    return np.where(locked[..., None], old, np.round(blend).astype(np.uint8))


def kept_over(
    old: np.ndarray, new: np.ndarray, locked: np.ndarray, wraps: bool, repeat: str = BLOCK
) -> np.ndarray:
    """composite with the usual reach, on the lattice on which a torus lies: uint8 [H, W, 3]."""
    put = partial(composite, reach_px=reach_px(locked), wraps=wraps)
    return as_block(put, repeat, old, new, locked)


def _grown(mask: np.ndarray, wraps: bool, diagonal: bool) -> np.ndarray:
    """One pixel wider: up, down, left and right, diagonal to the corners as well."""
    padded = np.pad(mask, 1, mode="wrap" if wraps else "constant")
    wide = padded.copy()
    for axis in (0, 1):
        base = wide.copy() if diagonal else padded
        wide |= np.roll(base, 1, axis) | np.roll(base, -1, axis)
    return wide[1:-1, 1:-1]


def reach_px(locked: np.ndarray) -> int:
    """How far outside what is locked the old may still be seen."""
    return max(2, min(locked.shape) // REACH)


def _span(count: int, start: float, stop: float, wraps: bool) -> np.ndarray:
    """Which of count pixels in a row lie from start to stop: bool [count]."""
    first, last = int(np.floor(start)), int(np.floor(stop))
    found = np.zeros(count, bool)
    if not wraps:
        found[max(first, 0) : max(last + 1, 0)] = True
    elif last - first >= count:
        found[:] = True
    else:
        found[np.arange(first, last + 1) % count] = True
    return found


def _away(count: int, place: float, wraps: bool) -> np.ndarray:
    """How far the middles of count pixels are from a place: float [count]."""
    away = np.abs(np.arange(count) + 0.5 - place)
    if wraps:
        away = away % count
        away = np.minimum(away, count - away)
    return away
