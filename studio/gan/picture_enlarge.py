"""Pictures made larger for print, and back again without any loss."""

from __future__ import annotations

import numpy as np
from PIL import Image

REACH_PX = 3  # of Lanczos' window, to each side


def enlarged(
    picture: np.ndarray, scale: int, *, wraps: bool, pixel_art: bool = False
) -> np.ndarray:
    """A picture so many times as large: uint8 [H, W, 3] -> [scale * H, scale * W, 3].

    Lanczos, or with pixel_art squares of one colour. wraps says that it repeats as a plain block,
    so that its edges meet as before; a tile of another layout comes as its unit cell. Every pixel
    stands unchanged in the larger picture, at scale times its place, where reduced finds it.
    """
    if scale == 1:
        return picture
    if pixel_art:
        return picture.repeat(scale, axis=0).repeat(scale, axis=1)
    height, width, _ = picture.shape
    border = ((REACH_PX, REACH_PX), (REACH_PX, REACH_PX), (0, 0))
    padded = np.pad(picture, border, mode="wrap" if wraps else "edge")
    # Half a pixel further than a plain resize looks: there the first of each group of new pixels
    # is the old one itself, for Lanczos passes through what it is given.
    start = REACH_PX + 0.5 - 0.5 / scale
    box = (start, start, start + width, start + height)
    size = (width * scale, height * scale)
    return np.asarray(Image.fromarray(padded).resize(size, Image.Resampling.LANCZOS, box))


def reduced(picture: np.ndarray, scale: int) -> np.ndarray:
    """What enlarged was given, exactly: uint8 [H, W, 3]."""
    return picture[::scale, ::scale]
