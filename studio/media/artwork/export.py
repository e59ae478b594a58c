"""Writes a picture to disk, and reads it back."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from studio.core.errors import StudioError
from studio.core.files import write_bytes
from studio.core.print_size import DPI, checked_dpi, checked_scale
from studio.core.provenance import UNKNOWN, Origin, Provenance
from studio.gan import picture_file
from studio.gan.picture_enlarge import enlarged
from studio.media.artwork.document import Artwork


def write_png(
    artwork: Artwork,
    path: Path,
    origin: Origin | None = UNKNOWN,
    *,
    scale: int = 1,
    pixel_art: bool = False,
    dpi: int = DPI,
) -> None:
    """8-bit RGB PNG, scale times as large, that says how it was made, unless origin is None.

    StudioError when there is no picture, or it would be too large.
    """
    if not artwork.pixels:
        raise StudioError("There is no picture yet: press Generate first.")
    checked_scale(*size_px(artwork), scale)
    picture = enlarged(artwork.pixels.array(), scale, wraps=False, pixel_art=pixel_art)
    provenance = None
    if origin is not None:
        state = picture_file.sealed(picture, scale, pixel_art)
        provenance = Provenance("artwork", artwork.recipe, origin, artwork.edited, state)
    write_bytes(path, picture_file.png(picture, provenance, checked_dpi(dpi)))


def size_px(artwork: Artwork) -> tuple[int, int]:
    """Width and height of the file, once as large."""
    return artwork.pixels.width, artwork.pixels.height


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
