"""Writes a tile, or a sheet of its repeat, to disk, and reads it back."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from studio.core.errors import StudioError
from studio.core.files import write_bytes
from studio.core.latent import Recipe
from studio.core.pixels import Pixels
from studio.core.print_size import DPI, checked_dpi, checked_scale
from studio.core.provenance import UNKNOWN, Origin, Provenance
from studio.gan import picture_file
from studio.gan.picture_enlarge import enlarged
from studio.media.pattern.document import MAX_TILES, REPEATS, SIZES, Tile, laid, unit_cell

SHEET_TILES = 4
MOVES, MAX_MOVE = ("roll_x", "roll_y"), 2**31


def write_tile(tile: Tile, path: Path, origin: Origin | None = UNKNOWN, **size: Any) -> None:
    """The smallest picture that repeats as a plain grid, whatever the repeat: 8-bit RGB PNG.

    It says how it was made, unless origin is None. size: scale (times as large, without a seam),
    pixel_art, dpi. StudioError when there is no tile, or it would be too large.
    """
    _write(tile, path, origin, tile_px(tile), **size)


def write_sheet(tile: Tile, path: Path, origin: Origin | None = UNKNOWN, **size: Any) -> None:
    """Four by four tiles laid out as they repeat: 8-bit RGB PNG; else as write_tile."""
    _write(tile, path, origin, sheet_px(tile), **size)


def tile_px(tile: Tile) -> tuple[int, int]:
    """Width and height of what write_tile writes, once as large."""
    height, width, _ = unit_cell(tile).shape
    return width, height


def sheet_px(tile: Tile) -> tuple[int, int]:
    """Width and height of what write_sheet writes, once as large."""
    return tile.pixels.width * SHEET_TILES, tile.pixels.height * SHEET_TILES


def _write(
    tile: Tile,
    path: Path,
    origin: Origin | None,
    size_px: tuple[int, int],
    *,
    scale: int = 1,
    pixel_art: bool = False,
    dpi: int = DPI,
) -> None:
    """Enlarged is the unit cell: it repeats as a plain block, so its edges meet whatever it is."""
    if not tile.pixels:
        raise StudioError("There is no tile yet: press Generate first.")
    checked_scale(*size_px, scale)
    cell = enlarged(unit_cell(tile), scale, wraps=True, pixel_art=pixel_art)
    picture = laid(cell, size_px[0] * scale, size_px[1] * scale)
    provenance = None
    if origin is not None:
        state = {
            **picture_file.sealed(picture, scale, pixel_art),
            "repeat": tile.repeat,
            "width": tile.pixels.width,
            "height": tile.pixels.height,
        }
        provenance = Provenance("pattern", tile.recipe, origin, tile.edited, state)
    write_bytes(path, picture_file.png(picture, provenance, checked_dpi(dpi)))


def read_work(path: Path) -> Tile:
    """The tile that write_tile or write_sheet wrote; StudioError if it is none of ours.

    In every repeat the tile itself is what lies at the top left.
    """
    provenance, pixels, edited = picture_file.read_picture(path, "pattern")
    width, height = (provenance.state.get(name) for name in ("width", "height"))
    if not _is_side(width, pixels.width) or not _is_side(height, pixels.height):
        raise StudioError(f"The tile is no longer whole in {path.name}.")
    tile = Pixels.of(pixels.array()[:height, :width])
    return _tile(provenance.recipe, tile, provenance.state, edited)


def _is_side(value: Any, most: int) -> bool:
    return type(value) is int and 1 <= value <= most


def encode(tile: Tile) -> dict[str, bytes]:
    return picture_file.encode(tile.recipe, tile.pixels, repeat=tile.repeat, edited=tile.edited)


def decode(files: dict[str, bytes]) -> Tile:
    recipe, pixels, values = picture_file.decode(files)
    return _tile(recipe, pixels, values, values.get("edited") is True)


def _tile(recipe: Recipe, pixels: Pixels, values: dict[str, Any], edited: bool) -> Tile:
    """A tile that may come from a stranger; StudioError if its options are none of ours."""
    for name, value in recipe.options:
        if name in SIZES and not (type(value) is int and 1 <= value <= MAX_TILES):
            raise StudioError("This tile has a size that Atelier cannot make.")
        if name in MOVES and not (type(value) is int and abs(value) <= MAX_MOVE):
            raise StudioError("This tile is moved farther than Atelier can move it.")
    repeat = values.get("repeat", "block")
    return Tile(recipe, pixels, repeat if repeat in REPEATS else "block", edited)


def thumbnail(tile: Tile, size_px: int) -> np.ndarray:
    return picture_file.thumbnail(tile.pixels, size_px)
