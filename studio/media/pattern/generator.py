"""Latent to seamless tile."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import torch

from studio.core.kind import Found
from studio.core.latent import Recipe, whole_option
from studio.core.model_file import ModelHeader
from studio.core.pixels import Pixels
from studio.core.private_copy import PrivateCopy
from studio.core.work import Work, mapped
from studio.gan.draft import Draft
from studio.gan.explore import Playable, play_many, play_one
from studio.gan.masks import read_masks
from studio.gan.networks import SPATIAL_CHANNELS, START, Generator, NetworkConfig
from studio.gan.picture_fit import drawn, find_pixels, reroll_pixels
from studio.gan.picture_qualities import qualities
from studio.gan.picture_tune import tune_pixels
from studio.gan.pictures import to_examples
from studio.gan.sliders import find_sliders
from studio.gan.stage import Stage
from studio.gan.taste_space import TasteSpace
from studio.media.pattern.document import Tile, cells_of, made_for

CALM_TILES = 32


class PatternGenerator:
    """A loaded tile model.

    Recipe options: tiles_x and tiles_y (1 to 4) make the torus wider or taller, roll_x and roll_y
    (cells of the spatial latent) move it; one cell is size / 4 pixels. repeat, half-drop or brick,
    twists it, so that the tile is seamless in that layout, in which it comes back.
    """

    def __init__(self, path: Path, device: str = "auto") -> None:
        self._play = Playable(path, "pattern", device, lambda n: Generator(NetworkConfig(**n)))
        self.header = self._play.header
        self.device = self._play.device.words
        self.liking = TasteSpace(self._play)
        self._draft = Draft(self._play.network)
        self._cut = kept_cut(self.header) or cut_of(self._play.network, self.header.size_px)

    def generate(self, recipe: Recipe) -> Work:
        return play_one(self._tile, recipe)

    def preview(self, recipe: Recipe) -> Work:
        return play_one(self._sketch, recipe)

    def generate_many(self, recipes: Sequence[Recipe]) -> Work:
        return play_many(self._tile, recipes)

    def sliders(self) -> Work:
        return find_sliders(
            self._play, qualities(), lambda outputs: to_examples(outputs.roll(self._cut, (2, 3)))
        )

    def _tile(self, recipe: Recipe) -> Tile:
        stage = self._stage(recipe)
        pixels = drawn(stage, recipe.latent)
        return Tile(self._play.signed(recipe), Pixels.of(pixels), stage.repeat)

    def _sketch(self, recipe: Recipe) -> Tile:
        stage = self._stage(recipe)
        pixels = self._draft.drawn(stage, recipe.latent)
        return Tile(self._play.signed(recipe), Pixels.of(pixels), stage.repeat)

    def _stage(self, recipe: Recipe) -> Stage:
        """The torus that a recipe's options ask for."""
        across, down = cells_of(recipe)
        cells = (whole_option(recipe, "roll_y", 0), whole_option(recipe, "roll_x", 0))
        return Stage(self._play, (down, across), cells, self._cut, made_for(recipe))

    def lock(self, document: Tile, words: Sequence[str]) -> np.ndarray:
        return read_masks(words, document.pixels.width, document.pixels.height)

    def reroll(self, document: Tile, locked: np.ndarray, seed: int, instant: bool = False) -> Work:
        """locked bool [H, W], a torus like the tile; those pixels come back byte for byte."""
        stage, recipe = self._stage(document.recipe), document.recipe
        work = reroll_pixels(stage, recipe, document.pixels, locked, seed, instant)
        repeat, edited = document.repeat, document.edited
        return mapped(work, lambda made: replace(_as_tile(made, repeat), edited=edited))

    def find(self, document: Tile, seed: int = 0, steps: int = 0) -> Work:
        """Figures: levels (of 255) and psnr_db."""
        stage, recipe = self._stage(document.recipe), document.recipe
        work = find_pixels(stage, recipe, document.pixels, seed, steps)
        return mapped(work, lambda value: _as_tile(value, document.repeat))

    def tune(
        self, found: Found, document: Tile, copy: PrivateCopy, seed: int = 0, steps: int = 0
    ) -> Work:
        """Figures: levels (of 255), psnr_db and steps. The copy cuts its tiles where this does."""
        stage = self._stage(found.recipe)

        def made(play: Playable, recipe: Recipe) -> Tile:
            pixels = drawn(replace(stage, play=play), recipe.latent)
            return Tile(play.signed(recipe), Pixels.of(pixels), document.repeat)

        return tune_pixels(
            stage, found, document.pixels, copy, seed, steps, made, cut=list(self._cut)
        )


def _as_tile(value: Any, repeat: str) -> Any:
    if isinstance(value, Found):
        return replace(value, document=_as_tile(value.document, repeat))
    recipe, pixels = value
    return Tile(recipe, pixels, repeat)


def kept_cut(header: ModelHeader) -> tuple[int, int] | None:
    """Where a private copy says that its original cuts tiles; None where it says no such thing."""
    cut, most = header.trained.get("cut"), header.size_px
    if not isinstance(cut, list) or len(cut) != 2:
        return None
    if not all(type(one) is int and -most < one <= 0 for one in cut):
        return None
    return cut[0], cut[1]


def cut_of(network: Generator, size_px: int) -> tuple[int, int]:
    """Where a model's tiles are cut.

    One that learnt from tiles was shown them as they are and has their frame, symmetric about the
    middle as many are; another one has none.
    """
    return (0, 0) if network.config.tiles else calm_cut(network, size_px)


@torch.no_grad()
def calm_cut(network: Generator, size_px: int) -> tuple[int, int]:
    """How far to roll this model's tiles, down and right, so that they end on its calmest lines.

    Any cut of a torus is seamless; this one runs between the motifs that the model draws, so that
    they lie whole inside the tile. It is the model's own, so that tiles do not jump while a person
    moves a slider.
    """
    count = max(4, CALM_TILES * 64**2 // size_px**2)
    random = torch.Generator().manual_seed(0)
    weight = network.mapping.w_average
    z = torch.randn(count, network.z_dim, generator=random).to(weight.device)
    spatial = torch.randn(count, SPATIAL_CHANNELS, START, START, generator=random)
    noise = [torch.randn(count, 1, s, s, generator=random) for s in network.noise_sides()]
    ws = network.mapping(z)[:, None].expand(-1, network.num_ws, -1)
    tiles = network.synthesise(
        ws, [one.to(weight.device) for one in noise], spatial.to(weight.device)
    ).clamp(-1, 1)
    steps = [(tiles - tiles.roll(1, dim)).abs() for dim in (2, 3)]
    inside = torch.stack(steps).mean((0, 2, 3, 4))[:, None]  # [B, 1]
    below, beside = (
        (step.mean((1, 5 - dim)) / (inside + 1e-6)).mean(0)  # [H] or [W], each tile counts alike
        for step, dim in zip(steps, (2, 3), strict=True)
    )
    return -int(below.argmin()), -int(beside.argmin())
