"""How a tile repeats and how many cells it has, in words."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np

from studio.core.choice import Choice
from studio.core.errors import StudioError
from studio.core.latent import Recipe
from studio.core.lattice import BLOCK
from studio.core.pixels import Pixels
from studio.media.pattern.document import (
    MAX_TILES,
    REPEAT,
    REPEATS,
    SIZES,
    Tile,
    asked_by,
    cells_of,
    made_for,
)


def in_repeat(recipe: Recipe, word: str) -> Recipe:
    """A recipe whose tile has no seam in this layout; StudioError for none of REPEATS."""
    if word not in REPEATS:
        names = f"{', '.join(REPEATS[:-1])} or {REPEATS[-1]}"
        raise StudioError(f"--repeat is {names}, not {word!r}.")
    lattice, bare = asked_by(word), recipe.without_option(REPEAT)
    return bare if lattice is None else bare.with_option(REPEAT, lattice)


def laid_out(tile: Tile, repeat: str) -> Tile:
    """In the layout that it was made for; one that was made for none, in this one."""
    lattice = made_for(tile.recipe)
    return replace(tile, repeat=repeat if lattice == BLOCK else lattice)


def in_cells(recipe: Recipe, word: str) -> Recipe:
    """A recipe of so many cells across and down, as in 2x1; StudioError for anything else."""
    for name, count in zip(SIZES, _cells(word), strict=True):
        recipe = recipe.without_option(name)
        recipe = recipe if count == 1 else recipe.with_option(name, count)
    return recipe


def filled(tile: Tile, word: str) -> Tile:
    """A person's own file, which is one cell, once in every cell; results are so large already."""
    if tile.recipe.model:
        return tile
    across, down = cells_of(tile.recipe)
    return replace(tile, pixels=Pixels.of(np.tile(tile.pixels.array(), (down, across, 1))))


def _cells(word: str) -> tuple[int, int]:
    found = re.fullmatch(r"(\d{1,2})[xX×](\d{1,2})", word, re.ASCII)
    across, down = (int(one) for one in found.groups()) if found else (0, 0)
    if not (1 <= across <= MAX_TILES and 1 <= down <= MAX_TILES):
        most = f"{MAX_TILES}x{MAX_TILES}"
        raise StudioError(
            f"--cells is cells across and down, like 2x1, at most {most}, not {word!r}."
        )
    return across, down


CHOICES = (
    Choice(
        "repeat",
        "|".join(REPEATS),
        "how tiles are laid out; in half-drop and brick they are made for it, without a seam",
        in_repeat,
        laid_out,
        lambda tile: tile.repeat,
    ),
    Choice("cells", "WxH", "tiles of several cells, across and down, like 2x1", in_cells, filled),
)
