"""Latent to picture."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from studio.core.kind import Found
from studio.core.latent import Recipe
from studio.core.pixels import Pixels
from studio.core.private_copy import PrivateCopy
from studio.core.work import Work, mapped
from studio.gan.draft import Draft
from studio.gan.explore import Playable, play_many, play_one
from studio.gan.masks import read_masks
from studio.gan.networks import Generator, NetworkConfig
from studio.gan.picture_fit import drawn, find_pixels, reroll_pixels
from studio.gan.picture_qualities import qualities
from studio.gan.picture_tune import tune_pixels
from studio.gan.pictures import to_examples
from studio.gan.sliders import find_sliders
from studio.gan.stage import Stage
from studio.gan.taste_space import TasteSpace
from studio.media.artwork.document import Artwork


class ArtworkGenerator:
    """A loaded picture model; one forward pass a picture."""

    def __init__(self, path: Path, device: str = "auto") -> None:
        self._play = Playable(path, "artwork", device, lambda n: Generator(NetworkConfig(**n)))
        self.header = self._play.header
        self.device = self._play.device.words
        self.liking = TasteSpace(self._play)
        self._stage = Stage(self._play)
        self._draft = Draft(self._play.network)

    def generate(self, recipe: Recipe) -> Work:
        return play_one(self._artwork, recipe)

    def preview(self, recipe: Recipe) -> Work:
        return play_one(self._sketch, recipe)

    def generate_many(self, recipes: Sequence[Recipe]) -> Work:
        return play_many(self._artwork, recipes)

    def sliders(self) -> Work:
        return find_sliders(self._play, qualities(), to_examples)

    def _artwork(self, recipe: Recipe) -> Artwork:
        return _made(self._play, recipe)

    def _sketch(self, recipe: Recipe) -> Artwork:
        pixels = self._draft.drawn(self._stage, recipe.latent)
        return Artwork(self._play.signed(recipe), Pixels.of(pixels))

    def lock(self, document: Artwork, words: Sequence[str]) -> np.ndarray:
        return read_masks(words, document.pixels.width, document.pixels.height)

    def reroll(
        self, document: Artwork, locked: np.ndarray, seed: int, instant: bool = False
    ) -> Work:
        """locked bool [H, W]; those pixels come back byte for byte."""
        recipe, pixels = document.recipe, document.pixels
        work = reroll_pixels(self._stage, recipe, pixels, locked, seed, instant)
        return mapped(work, lambda made: Artwork(*made, edited=document.edited))

    def find(self, document: Artwork, seed: int = 0, steps: int = 0) -> Work:
        """Figures: levels (of 255) and psnr_db."""
        work = find_pixels(self._stage, document.recipe, document.pixels, seed, steps)
        return mapped(work, _as_artwork)

    def tune(
        self, found: Found, document: Artwork, copy: PrivateCopy, seed: int = 0, steps: int = 0
    ) -> Work:
        """Figures: levels (of 255), psnr_db and steps."""
        return tune_pixels(self._stage, found, document.pixels, copy, seed, steps, _made)


def _made(play: Playable, recipe: Recipe) -> Artwork:
    return Artwork(play.signed(recipe), Pixels.of(drawn(Stage(play), recipe.latent)))


def _as_artwork(value: Any) -> Any:
    if isinstance(value, Found):
        return replace(value, document=Artwork(*value.document))
    return Artwork(*value)
