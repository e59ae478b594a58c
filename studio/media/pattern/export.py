"""Writes a tile, or a sheet of its repeat, to disk."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from studio.core.errors import StudioError
from studio.core.files import write_bytes
from studio.gan import picture_file
from studio.media.pattern.document import REPEATS, Tile, sheet, unit_cell

SHEET_TILES = 4


def write_tile(tile: Tile, path: Path, provenance: bool = True) -> None:
    """The smallest picture that repeats as a plain grid, whatever the repeat: 8-bit RGB PNG."""
    recipe = tile.recipe if provenance else None
    write_bytes(path, picture_file.png(unit_cell(_whole(tile)), recipe))


def write_sheet(tile: Tile, path: Path, provenance: bool = True) -> None:
    """Four by four tiles laid out as they repeat: 8-bit RGB PNG."""
    laid_out = sheet(_whole(tile), SHEET_TILES, SHEET_TILES)
    recipe = tile.recipe if provenance else None
    write_bytes(path, picture_file.png(laid_out, recipe))


def _whole(tile: Tile) -> Tile:
    if not tile.pixels:
        raise StudioError("There is no tile yet: press Generate first.")
    return tile


def encode(tile: Tile) -> dict[str, bytes]:
    return picture_file.encode(tile.recipe, tile.pixels, repeat=tile.repeat)


def decode(files: dict[str, bytes]) -> Tile:
    recipe, pixels, values = picture_file.decode(files)
    repeat = values.get("repeat", "block")
    return Tile(recipe, pixels, repeat if repeat in REPEATS else "block")


def thumbnail(tile: Tile, size_px: int) -> np.ndarray:
    return picture_file.thumbnail(tile.pixels, size_px)
