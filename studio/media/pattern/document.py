"""A seamless tile, how it repeats, and what it was made for."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from studio.core.latent import Option, Recipe, whole_option
from studio.core.lattice import BLOCK, LATTICES, lattice_in, unfolded
from studio.core.pixels import Pixels

MIRROR = "mirror"
REPEATS = (*LATTICES, MIRROR)
REPEAT = "repeat"  # the option that says: seamless in half-drop, or in brick
MAX_TILES = 4  # cells of the model in a tile, across or down
SIZES = ("tiles_x", "tiles_y")  # the options that say how many


@dataclass(frozen=True)
class Tile:
    """A tile and the recipe it was made with; edited: a person's hand changed it since.

    Half-drop moves every other column down by half a tile, brick every other row to the right;
    mirror flips every other tile, so that edges meet themselves. repeat is how the tile is laid
    out, whatever its recipe made it for.
    """

    recipe: Recipe = Recipe()
    pixels: Pixels = Pixels()
    repeat: str = BLOCK
    edited: bool = False


def made_for(recipe: Recipe) -> str:
    """The lattice on which a recipe's tile has no seam: block unless an option says another."""
    return lattice_in(recipe.option(REPEAT, BLOCK))


def asked_by(repeat: str) -> Option | None:
    """The option that a layout needs; None for block, and for mirror, whose edges always meet."""
    lattice = lattice_in(repeat)
    return None if lattice == BLOCK else lattice


def cells_of(recipe: Recipe) -> tuple[int, int]:
    """Cells across and down, 1 to MAX_TILES each; StudioError for what is no number."""
    across, down = (min(MAX_TILES, max(1, whole_option(recipe, name, 1))) for name in SIZES)
    return across, down


def example_of(tile: Tile) -> np.ndarray:
    """The tile as a reader of folders would give it: uint8 [H, W, 3]."""
    return tile.pixels.array()


def unit_cell(tile: Tile) -> np.ndarray:
    """The smallest rectangle that repeats as a plain block: uint8 [H or 2H, W or 2W, 3]."""
    pixels = tile.pixels.array()
    if tile.repeat != MIRROR:
        return unfolded(pixels, tile.repeat)
    row = np.concatenate([pixels, pixels[:, ::-1]], axis=1)
    return np.concatenate([row, row[::-1]], axis=0)


def sheet(tile: Tile, columns: int, rows: int) -> np.ndarray:
    """The repeat laid out: uint8 [rows * H, columns * W, 3]."""
    return laid(unit_cell(tile), tile.pixels.width * columns, tile.pixels.height * rows)


def laid(cell: np.ndarray, width: int, height: int) -> np.ndarray:
    """Copies of a cell that repeats as a plain block: uint8 [height, width, 3]."""
    times = (-(-height // cell.shape[0]), -(-width // cell.shape[1]), 1)
    return np.tile(cell, times)[:height, :width]
