"""Latent to picture."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import torch

from studio.core.latent import Recipe
from studio.core.pixels import Pixels
from studio.core.work import Work
from studio.gan.explore import Playable, play_many, play_one
from studio.gan.networks import Generator, NetworkConfig
from studio.gan.picture_qualities import qualities
from studio.gan.pictures import to_examples, to_pixels
from studio.gan.sliders import find_sliders
from studio.media.artwork.document import Artwork


class ArtworkGenerator:
    """A loaded picture model; one forward pass a picture."""

    def __init__(self, path: Path, device: str = "auto") -> None:
        self._play = Playable(path, "artwork", device, lambda n: Generator(NetworkConfig(**n)))
        self.header = self._play.header
        self.device = self._play.device.words

    def generate(self, recipe: Recipe) -> Work:
        return play_one(self._artwork, recipe)

    def generate_many(self, recipes: Sequence[Recipe]) -> Work:
        return play_many(self._artwork, recipes)

    def sliders(self) -> Work:
        return find_sliders(self._play, qualities(), to_examples)

    @torch.no_grad()
    def _artwork(self, recipe: Recipe) -> Artwork:
        network = self._play.network
        noise = self._play.noise(recipe.latent, [(s, s) for s in network.noise_sides()])
        output = network.synthesise(self._play.ws(recipe.latent), noise)
        return Artwork(self._play.signed(recipe), Pixels.of(to_pixels(output)[0]))
