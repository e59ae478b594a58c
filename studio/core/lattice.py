"""How a tile lies beside its copies: block, half-drop (every other column half a tile lower) or
brick (every other row half a tile to the right).

Two tiles of a half-drop side by side, or two of a brick one below the other, repeat as a plain
block. So what is done to a plain torus is done to them unfolded, and cropped or folded back.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

BLOCK, HALF_DROP, BRICK = LATTICES = ("block", "half-drop", "brick")


def lattice_in(value: Any) -> str:
    """The lattice that a value names; block for anything else that a stranger's file has there."""
    return value if isinstance(value, str) and value in LATTICES else BLOCK


def unfolded(x: np.ndarray, repeat: str) -> np.ndarray:
    """The smallest plain block: [H, W, ...] -> [H, 2W, ...] half-drop, [2H, W, ...] brick."""
    if repeat == BLOCK:
        return x
    along, shifted = axes(repeat)
    return np.concatenate([x, np.roll(x, x.shape[shifted] // 2, shifted)], axis=along)


def cropped(x: np.ndarray, repeat: str) -> np.ndarray:
    """The tile out of what is unfolded."""
    return x if repeat == BLOCK else np.split(x, 2, axes(repeat)[0])[0]


def folded(mask: np.ndarray, repeat: str) -> np.ndarray:
    """What either of the two tiles of an unfolded mask has, laid on one tile: bool [H, W]."""
    if repeat == BLOCK:
        return mask
    along, shifted = axes(repeat)
    tile, other = np.split(mask, 2, along)
    return tile | np.roll(other, -(mask.shape[shifted] // 2), shifted)


def as_block(act: Callable[..., np.ndarray], repeat: str, *maps: np.ndarray) -> np.ndarray:
    """What act makes of maps of a tile [H, W, ...] where it takes a plain torus: [H, W, ...]."""
    return cropped(act(*(unfolded(one, repeat) for one in maps)), repeat)


def axes(repeat: str) -> tuple[int, int]:
    """Along which axis the second tile of half-drop or brick lies, and along which it is moved."""
    return (1, 0) if repeat == HALF_DROP else (0, 1)
