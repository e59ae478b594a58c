"""Masks of pictures: what a person keeps, read and checked."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from studio.core.errors import StudioError
from studio.gan.folder import CROP_LONG, ENLARGE_SMALL, open_picture

NOTHING_KEPT = "Nothing is kept: mark what shall stay as it is."
ALL_KEPT = "Everything is kept: leave a part free to be made anew."
WHITE = 128
BLACK = (0, 0, 0)  # what is transparent in a mask is not marked


def read_masks(paths: Sequence[str], width: int, height: int) -> np.ndarray:
    """What is white in any of these pictures: bool [H, W].

    StudioError when one cannot be read or has another size.
    """
    if not paths:
        raise StudioError(NOTHING_KEPT)
    kept = np.zeros((height, width), bool)
    for path in paths:
        try:
            opened = open_picture(Path(path), (ENLARGE_SMALL, CROP_LONG), background=BLACK)
        except StudioError as error:
            raise StudioError(f"{Path(path).name} cannot be used as a mask: {error}.") from error
        refuse_size((opened.height, opened.width), width, height)
        found = np.asarray(opened.image.convert("L")) >= WHITE
        refuse_size(found.shape, width, height)
        kept |= found
    return kept


def refuse_size(shape: tuple[int, ...], width: int, height: int) -> None:
    if shape != (height, width):
        found = " x ".join(str(side) for side in shape[::-1])
        raise StudioError(
            f"The mask has {found} pixels and the picture {width} x {height}; they must be equal."
        )


def checked(locked: np.ndarray, width: int, height: int) -> np.ndarray:
    """The mask as bool [H, W]; StudioError if it has another size, or keeps nothing or all."""
    locked = np.asarray(locked)
    if locked.ndim != 2 or locked.dtype != np.bool_:
        raise StudioError("This mask is not one of yes and no for every pixel.")
    refuse_size(locked.shape, width, height)
    if not locked.any():
        raise StudioError(NOTHING_KEPT)
    if locked.all():
        raise StudioError(ALL_KEPT)
    return locked
