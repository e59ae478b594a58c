"""Writes a tile, or a sheet of its repeat, to disk, and reads it back."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from studio.core.errors import StudioError
from studio.core.files import write_bytes
from studio.core.latent import Recipe
from studio.core.pixels import Pixels
from studio.core.provenance import UNKNOWN, Origin, Provenance
from studio.gan import picture_file
from studio.media.pattern.document import MAX_TILES, REPEATS, SIZES, Tile, sheet, unit_cell

SHEET_TILES = 4
MOVES, MAX_MOVE = ("roll_x", "roll_y"), 2**31


def write_tile(tile: Tile, path: Path, origin: Origin | None = UNKNOWN) -> None:
    """The smallest picture that repeats as a plain grid, whatever the repeat: 8-bit RGB PNG.

    It says how it was made, unless origin is None. StudioError when there is no tile.
    """
    _write(tile, unit_cell(_whole(tile)), path, origin)


def write_sheet(tile: Tile, path: Path, origin: Origin | None = UNKNOWN) -> None:
    """Four by four tiles laid out as they repeat: 8-bit RGB PNG; else as write_tile."""
    _write(tile, sheet(_whole(tile), SHEET_TILES, SHEET_TILES), path, origin)


def _write(tile: Tile, picture: np.ndarray, path: Path, origin: Origin | None) -> None:
    provenance = None
    if origin is not None:
        state = {
            picture_file.DIGEST: picture_file.digest(Pixels.of(picture)),
            "repeat": tile.repeat,
            "width": tile.pixels.width,
            "height": tile.pixels.height,
        }
        provenance = Provenance("pattern", tile.recipe, origin, tile.edited, state)
    write_bytes(path, picture_file.png(picture, provenance))


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


def _whole(tile: Tile) -> Tile:
    if not tile.pixels:
        raise StudioError("There is no tile yet: press Generate first.")
    return tile


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
