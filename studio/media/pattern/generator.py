"""Latent to seamless tile."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import torch
from torch import Tensor

from studio.core.latent import Recipe
from studio.core.pixels import Pixels
from studio.core.work import Finished, Preview, Progress, Work
from studio.gan.explore import SPATIAL_STREAM, Playable
from studio.gan.networks import SPATIAL_CHANNELS, START, Generator, NetworkConfig
from studio.gan.pictures import to_pixels
from studio.media.pattern.document import Tile

MAX_TILES = 4


class PatternGenerator:
    """A loaded tile model.

    Recipe options: tiles_x and tiles_y (1 to 4) make the torus wider or taller, roll_x and roll_y
    (cells of the spatial latent) move it; one cell is size / 4 pixels.
    """

    def __init__(self, path: Path, device: str = "auto") -> None:
        self._play = Playable(path, "pattern", device, lambda n: Generator(NetworkConfig(**n)))
        self.header = self._play.header
        self.device = self._play.device.words

    def generate(self, recipe: Recipe) -> Work:
        yield Progress(0, 1)
        yield Finished(self._tile(recipe))

    def generate_many(self, recipes: Sequence[Recipe]) -> Work:
        made: list[Tile] = []
        for index, recipe in enumerate(recipes):
            made.append(self._tile(recipe))
            yield Preview((index, made[-1]))
        yield Finished(made)

    @torch.no_grad()
    def _tile(self, recipe: Recipe) -> Tile:
        network = self._play.network
        across, down = (_count(recipe, name) for name in ("tiles_x", "tiles_y"))
        cells = (int(recipe.option("roll_y", 0)), int(recipe.option("roll_x", 0)))
        seed = recipe.latent.seed
        spatial = self._play.tensor(
            seed, SPATIAL_STREAM, 1, SPATIAL_CHANNELS, START * down, START * across
        )
        sides = network.noise_sides()
        noise = self._play.noise(seed, [(side * down, side * across) for side in sides])
        output = network.synthesise(
            self._play.ws(recipe.latent),
            [_roll(one, cells, side // START) for one, side in zip(noise, sides, strict=True)],
            _roll(spatial, cells, 1),
            cells,
        )
        # Cut beside, not on, the borders of the coarsest cells, where upsampling steps most.
        cut = self._play.header.size_px // 16 - 1
        output = output.roll((cut, cut), (2, 3))
        return Tile(self._play.signed(recipe), Pixels.of(to_pixels(output)[0]))


def _count(recipe: Recipe, name: str) -> int:
    return min(MAX_TILES, max(1, int(recipe.option(name, 1))))


def _roll(x: Tensor, cells: tuple[int, int], scale: int) -> Tensor:
    return x.roll((cells[0] * scale, cells[1] * scale), (2, 3))
