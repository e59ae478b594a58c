"""Writes a picture to disk."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from studio.core.errors import StudioError
from studio.core.files import write_bytes
from studio.gan import picture_file
from studio.media.artwork.document import Artwork


def write_png(artwork: Artwork, path: Path, provenance: bool = True) -> None:
    """8-bit RGB PNG, with provenance the recipe inside; StudioError when there is no picture."""
    if not artwork.pixels:
        raise StudioError("There is no picture yet: press Generate first.")
    recipe = artwork.recipe if provenance else None
    write_bytes(path, picture_file.png(artwork.pixels.array(), recipe))


def encode(artwork: Artwork) -> dict[str, bytes]:
    return picture_file.encode(artwork.recipe, artwork.pixels)


def decode(files: dict[str, bytes]) -> Artwork:
    recipe, pixels, _ = picture_file.decode(files)
    return Artwork(recipe, pixels)


def thumbnail(artwork: Artwork, size_px: int) -> np.ndarray:
    return picture_file.thumbnail(artwork.pixels, size_px)
