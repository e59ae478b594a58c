"""A person's folder of tiles or textures, for patterns."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from studio.core.pixels import Pixels
from studio.core.work import Work
from studio.gan.folder import WRAPS_BELOW
from studio.gan.folder import seam_ratio as mean_seam_ratio
from studio.gan.picture_reader import PictureReader, open_square
from studio.gan.picture_report import FOR_TILES
from studio.media.pattern.document import Tile
from studio.media.pattern.seam import SEAM_SEEN, seam_ratio


class PatternReader:
    """Pictures, resized around the torus so that tiles go on wrapping."""

    def __init__(self) -> None:
        self._pictures = PictureReader("pattern", FOR_TILES, wraps)

    def check(self, folder: Path, remedies: Sequence[str] = ()) -> Work:
        return self._pictures.check(folder, remedies)

    def read(self, folder: Path, size_px: int, cache: Path, remedies: Sequence[str] = ()) -> Work:
        return self._pictures.read(folder, size_px, cache, remedies)

    def open(self, path: Path, size_px: int) -> Tile:
        return Tile(pixels=Pixels.of(open_square(path, size_px, wraps)))


def wraps(pixels: np.ndarray) -> bool:
    """Whether uint8 [H, W, 3] meets itself: only a seam that both measures see is one.

    The mean one takes a motif that ends on the edge for a seam, as in a chequerboard; the strict
    one the grain of a photograph.
    """
    tile = Tile(pixels=Pixels.of(pixels))
    return mean_seam_ratio(pixels) < WRAPS_BELOW or seam_ratio(tile) < SEAM_SEEN
