"""A person's folder of tiles or textures, for patterns."""

from __future__ import annotations

from pathlib import Path

from studio.core.work import Work
from studio.gan.folder import check_pictures, read_pictures


class PatternReader:
    """Pictures, resized around the torus so that tiles go on wrapping."""

    def check(self, folder: Path) -> Work:
        return check_pictures(folder, "pattern")

    def read(self, folder: Path, size_px: int) -> Work:
        return read_pictures(folder, "pattern", size_px, wrap=True)
