"""Masks of pictures: what a person keeps, and how the kept and the new are put together."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from studio.core.errors import StudioError
from studio.gan.folder import CROP_LONG, ENLARGE_SMALL, open_picture

NOTHING_KEPT = "Nothing is kept: mark what shall stay as it is."
ALL_KEPT = "Everything is kept: leave a part free to be made anew."
WHITE = 128


def read_masks(paths: Sequence[str], width: int, height: int) -> np.ndarray:
    """What is white in any of these pictures: bool [H, W].

    StudioError when one cannot be read or has another size.
    """
    if not paths:
        raise StudioError(NOTHING_KEPT)
    kept = np.zeros((height, width), bool)
    for path in paths:
        try:
            image = open_picture(Path(path), (ENLARGE_SMALL, CROP_LONG)).image
        except StudioError as error:
            raise StudioError(f"{Path(path).name} cannot be used as a mask: {error}.") from error
        found = np.asarray(image.convert("L")) >= WHITE
        refuse_size(found, width, height)
        kept |= found
    return kept


def refuse_size(locked: np.ndarray, width: int, height: int) -> None:
    if locked.shape != (height, width):
        found = " x ".join(str(side) for side in locked.shape[::-1])
        raise StudioError(
            f"The mask has {found} pixels and the picture {width} x {height}; they must be equal."
        )


def checked(locked: np.ndarray, width: int, height: int) -> np.ndarray:
    """The mask as bool [H, W]; StudioError if it has another size, or keeps nothing or all."""
    locked = np.asarray(locked)
    if locked.ndim != 2 or locked.dtype != np.bool_:
        raise StudioError("This mask is not one of yes and no for every pixel.")
    refuse_size(locked, width, height)
    if not locked.any():
        raise StudioError(NOTHING_KEPT)
    if locked.all():
        raise StudioError(ALL_KEPT)
    return locked


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


def _grown(mask: np.ndarray, wraps: bool, diagonal: bool) -> np.ndarray:
    """One pixel wider: up, down, left and right, diagonal to the corners as well."""
    padded = np.pad(mask, 1, mode="wrap" if wraps else "constant")
    wide = padded.copy()
    for axis in (0, 1):
        base = wide.copy() if diagonal else padded
        wide |= np.roll(base, 1, axis) | np.roll(base, -1, axis)
    return wide[1:-1, 1:-1]
