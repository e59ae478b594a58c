"""A seamless tile and how it repeats."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from studio.core.latent import Recipe
from studio.core.pixels import Pixels

REPEATS = ("block", "half-drop", "brick", "mirror")
MAX_TILES = 4  # cells of the model in a tile, across or down


@dataclass(frozen=True)
class Tile:
    """A tile and the recipe it was made with; edited: a person's hand changed it since.

    Half-drop moves every other column down by half a tile, brick every other row to the right;
    mirror flips every other tile, so that edges meet themselves.
    """

    recipe: Recipe = Recipe()
    pixels: Pixels = Pixels()
    repeat: str = "block"
    edited: bool = False


def example_of(tile: Tile) -> np.ndarray:
    """The tile as a reader of folders would give it: uint8 [H, W, 3]."""
    return tile.pixels.array()


def unit_cell(tile: Tile) -> np.ndarray:
    """The smallest rectangle that repeats as a plain block: uint8 [H or 2H, W or 2W, 3]."""
    pixels = tile.pixels.array()
    height, width = pixels.shape[:2]
    if tile.repeat == "half-drop":
        return np.concatenate([pixels, np.roll(pixels, height // 2, axis=0)], axis=1)
    if tile.repeat == "brick":
        return np.concatenate([pixels, np.roll(pixels, width // 2, axis=1)], axis=0)
    if tile.repeat == "mirror":
        row = np.concatenate([pixels, pixels[:, ::-1]], axis=1)
        return np.concatenate([row, row[::-1]], axis=0)
    return pixels


def sheet(tile: Tile, columns: int, rows: int) -> np.ndarray:
    """The repeat laid out: uint8 [rows * H, columns * W, 3]."""
    cell = unit_cell(tile)
    height, width = tile.pixels.height * rows, tile.pixels.width * columns
    times = (-(-height // cell.shape[0]), -(-width // cell.shape[1]), 1)
    return np.tile(cell, times)[:height, :width]
