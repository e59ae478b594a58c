"""A person's folder of pictures, for the canvas."""

from __future__ import annotations

from pathlib import Path

from studio.core.work import Work
from studio.gan.folder import check_pictures, read_pictures


class ArtworkReader:
    """Pictures of any size and mode; training sees their middle squares."""

    def check(self, folder: Path) -> Work:
        return check_pictures(folder, "artwork")

    def read(self, folder: Path, size_px: int) -> Work:
        return read_pictures(folder, "artwork", size_px)
