"""Writes a picture to disk, and reads it back."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from studio.core.errors import StudioError
from studio.core.files import write_bytes
from studio.core.provenance import UNKNOWN, Origin, Provenance
from studio.gan import picture_file
from studio.media.artwork.document import Artwork


def write_png(artwork: Artwork, path: Path, origin: Origin | None = UNKNOWN) -> None:
    """8-bit RGB PNG that says how it was made, unless origin is None.

    StudioError when there is no picture.
    """
    if not artwork.pixels:
        raise StudioError("There is no picture yet: press Generate first.")
    provenance = None
    if origin is not None:
        state = {picture_file.DIGEST: picture_file.digest(artwork.pixels)}
        provenance = Provenance("artwork", artwork.recipe, origin, artwork.edited, state)
    write_bytes(path, picture_file.png(artwork.pixels.array(), provenance))


def read_work(path: Path) -> Artwork:
    """The picture that write_png wrote; StudioError if it is none of ours."""
    provenance, pixels, edited = picture_file.read_picture(path, "artwork")
    return Artwork(provenance.recipe, pixels, edited)


def encode(artwork: Artwork) -> dict[str, bytes]:
    return picture_file.encode(artwork.recipe, artwork.pixels, edited=artwork.edited)


def decode(files: dict[str, bytes]) -> Artwork:
    recipe, pixels, values = picture_file.decode(files)
    return Artwork(recipe, pixels, values.get("edited") is True)


def thumbnail(artwork: Artwork, size_px: int) -> np.ndarray:
    return picture_file.thumbnail(artwork.pixels, size_px)
