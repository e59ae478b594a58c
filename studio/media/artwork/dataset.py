"""A person's folder of pictures, for the canvas."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from studio.core.work import Work
from studio.gan.picture_reader import PictureReader
from studio.gan.picture_report import FOR_ANY


class ArtworkReader:
    """Pictures of any size and mode; training sees their middle squares."""

    def __init__(self) -> None:
        self._pictures = PictureReader("artwork", FOR_ANY)

    def check(self, folder: Path, remedies: Sequence[str] = ()) -> Work:
        return self._pictures.check(folder, remedies)

    def read(self, folder: Path, size_px: int, cache: Path, remedies: Sequence[str] = ()) -> Work:
        return self._pictures.read(folder, size_px, cache, remedies)
