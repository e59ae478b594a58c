"""How visible the edges of tiles are in half-drop and brick: only laid out, and made for it.

    python tests/benchmarks/seams.py [MODEL] [--seeds 64] [--pictures FOLDER]

Printed for every layout and size in cells: the mean and the largest seam_ratio, how many of the
tiles are over the limit from which the window says that a seam shows, and milliseconds a tile.
--pictures writes sheets of the first eight seeds, laid out above, made for it below.
"""

from __future__ import annotations

import argparse
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch

from studio.core.latent import Latent, Recipe
from studio.core.lattice import BRICK, HALF_DROP, LATTICES
from studio.core.library import find_model, places
from studio.core.work import result_of
from studio.gan.picture_file import png
from studio.gan.pictures import contact_sheet
from studio.media.pattern.document import REPEAT, Tile, sheet
from studio.media.pattern.generator import PatternGenerator
from studio.media.pattern.seam import SEAM_SEEN, seam_ratio

SIZES = ((1, 1), (2, 1), (1, 2), (3, 1), (1, 3), (2, 2))  # cells across and down
ROWS = {"laid out": False, "made for it": True}
SHOWN, SIDE = 8, 4  # sheets, and cells on a side of one


def made(generator: PatternGenerator, recipe: Recipe, repeat: str, is_for_it: bool) -> Tile:
    """A tile in this layout, whether or not its edges meet there."""
    asked = recipe.with_option(REPEAT, repeat) if is_for_it else recipe
    return replace(result_of(generator.generate(asked)), repeat=repeat)


def measured(tiles: list[Tile], seconds: float) -> str:
    """The figures of a row of the table."""
    seams = np.array([seam_ratio(tile) for tile in tiles])
    over = int((seams > SEAM_SEEN).sum())
    ms = 1000 * seconds / len(tiles)
    return f"{seams.mean():.2f} | {seams.max():.2f} | {over} of {len(seams)} | {ms:.0f}"


def drawn(rows: list[list[Tile]], size: tuple[int, int]) -> np.ndarray:
    """Sheets of tiles, each row's above those of the next."""
    columns, lines = max(2, SIDE // size[0]), max(2, SIDE // size[1])
    sheets = [sheet(tile, columns, lines) for row in rows for tile in row[:SHOWN]]
    return contact_sheet(sheets, columns=min(SHOWN, len(rows[0])), gap_px=8)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("model", nargs="?", default="textile")
    parser.add_argument("--seeds", type=int, default=64)
    parser.add_argument("--pictures", type=Path)
    asked = parser.parse_args()
    generator = PatternGenerator(find_model(asked.model, places()).path, "cpu")
    torch.set_num_threads(1)
    print("| layout | cells | | mean | largest | seen | ms |\n|---|---|---|---|---|---|---|")
    for repeat in LATTICES:
        for size in SIZES:
            recipe = Recipe().with_option("tiles_x", size[0]).with_option("tiles_y", size[1])
            rows: list[list[Tile]] = []
            for name, is_for_it in ROWS.items():
                if is_for_it and repeat not in (HALF_DROP, BRICK):
                    continue
                started = time.perf_counter()
                recipes = [replace(recipe, latent=Latent(seed)) for seed in range(asked.seeds)]
                rows.append([made(generator, one, repeat, is_for_it) for one in recipes])
                figures = measured(rows[-1], time.perf_counter() - started)
                print(f"| {repeat} | {size[0]} x {size[1]} | {name} | {figures} |", flush=True)
            if asked.pictures is not None:
                asked.pictures.mkdir(parents=True, exist_ok=True)
                path = asked.pictures / f"{repeat}-{size[0]}x{size[1]}.png"
                path.write_bytes(png(drawn(rows, size)))


if __name__ == "__main__":
    main()
