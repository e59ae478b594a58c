"""A person's folder of tiles or textures, for patterns."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from studio.core.work import Work
from studio.gan.picture_reader import PictureReader
from studio.gan.picture_report import FOR_TILES, PATTERN


class PatternReader:
    """Pictures, resized around the torus so that tiles go on wrapping."""

    def __init__(self) -> None:
        self._pictures = PictureReader(PATTERN, FOR_TILES, wrap=True)

    def check(self, folder: Path, remedies: Sequence[str] = ()) -> Work:
        return self._pictures.check(folder, remedies)

    def read(self, folder: Path, size_px: int, cache: Path, remedies: Sequence[str] = ()) -> Work:
        return self._pictures.read(folder, size_px, cache, remedies)
