"""A person's folder of pictures, for the canvas."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from studio.core.pixels import Pixels
from studio.core.work import Work
from studio.gan.picture_reader import PictureReader, open_square
from studio.gan.picture_report import FOR_ANY
from studio.media.artwork.document import Artwork


class ArtworkReader:
    """Pictures of any size and mode; training sees their middle squares."""

    def __init__(self) -> None:
        self._pictures = PictureReader("artwork", FOR_ANY)

    def check(self, folder: Path, remedies: Sequence[str] = ()) -> Work:
        return self._pictures.check(folder, remedies)

    def read(self, folder: Path, size_px: int, cache: Path, remedies: Sequence[str] = ()) -> Work:
        return self._pictures.read(folder, size_px, cache, remedies)

    def open(self, path: Path, size_px: int) -> Artwork:
        return Artwork(pixels=Pixels.of(open_square(path, size_px)))
