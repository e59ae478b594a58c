"""Latent to clip."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from studio.core.latent import Recipe
from studio.core.work import Work
from studio.gan.explore import Playable, play_many, play_one
from studio.gan.slider_probe import Effort
from studio.gan.sliders import find_sliders
from studio.media.music.document import Clip, clip_of, example_of
from studio.media.music.network import MusicConfig, MusicGenerator, rolls_of
from studio.media.music.qualities import qualities

# A phrase takes a sixth of the time of a picture, and notes jump where colours glide.
LISTENING = Effort(sense=384, samples=768, seeds=32, slopes=14, tries=16, checks=32)


class MusicClipGenerator:
    """A loaded music model.

    Recipe option: key, semitones above C (-6 to 6) to transpose by; the model thinks in C.
    """

    def __init__(self, path: Path, device: str = "auto") -> None:
        self._play = Playable(path, "music", device, lambda n: MusicGenerator(MusicConfig(**n)))
        self.header = self._play.header
        self.device = self._play.device.words

    def generate(self, recipe: Recipe) -> Work:
        return play_one(self._clip, recipe)

    def generate_many(self, recipes: Sequence[Recipe]) -> Work:
        return play_many(self._clip, recipes)

    def sliders(self) -> Work:
        return find_sliders(self._play, qualities(), _heard, LISTENING)

    @torch.no_grad()
    def _clip(self, recipe: Recipe) -> Clip:
        network = self._play.network
        noise = self._play.noise(recipe.latent, network.noise_sizes())
        output = network.synthesise(self._play.ws(recipe.latent), noise)
        clip = clip_of(rolls_of(output)[0], self._play.signed(recipe))
        return clip.transpose(max(-6, min(6, int(recipe.option("key", 0)))))


def _heard(outputs: Tensor) -> np.ndarray:
    """Outputs as examples of the clips made of them, whose notes are not all that rolls say."""
    return np.stack([example_of(clip_of(roll)) for roll in rolls_of(outputs)])
