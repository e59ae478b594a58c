"""Plays a trained generator: from a latent value to ws, noise maps and an output."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from studio.core.errors import StudioError
from studio.core.latent import Latent, Recipe, draw
from studio.core.work import Finished, Preview, Progress, Work
from studio.gan.checkpoint import fill, load_model
from studio.gan.device import Device, choose

SPATIAL_STREAM = 1
NOISE_STREAM = 2  # and up, one a layer


class Playable:
    """A model on its device, ready to play; float32, so that results repeat."""

    def __init__(
        self, path: Path, medium: str, device: str, build: Callable[[dict[str, Any]], nn.Module]
    ) -> None:
        """StudioError if the file is damaged, of another medium, or does not fit its network."""
        self.header, weights = load_model(path)
        if self.header.medium != medium:
            raise StudioError(f"{path.name} is a model for {self.header.medium}, not {medium}.")
        try:
            network = build(self.header.network)
        except (TypeError, ValueError, RuntimeError, OverflowError, ZeroDivisionError) as error:
            raise StudioError(f"The header of {path.name} describes no network.") from error
        fill(network, weights, path.name)
        self.device: Device = choose(device)
        layout = torch.channels_last
        self.network: Any = network.eval().requires_grad_(False)
        if self.device.torch_device.type != "mps":
            self.network = self.network.to(memory_format=layout)
        self.network = self.network.to(self.device.torch_device)

    def signed(self, recipe: Recipe) -> Recipe:
        """The recipe with this model's id in it."""
        return replace(recipe, model=self.header.id)

    def tensor(self, seed: int, stream: int, *shape: int) -> Tensor:
        """The numbers of a seed as a tensor on the device."""
        return torch.from_numpy(draw(seed, stream, *shape)).to(self.device.torch_device)

    @torch.no_grad()
    def w(self, seed: int) -> Tensor:
        """[1, w_dim]"""
        return self.network.mapping(self.tensor(seed, 0, 1, self.network.z_dim))

    @torch.no_grad()
    def ws(self, latent: Latent) -> Tensor:
        """Blends, truncation, style mix: [1, layers, w_dim].

        Truncation pulls towards the average w by psi (Karras et al. 2019, section B).
        """
        w = self.w(latent.seed)
        for blend in latent.blends:
            w = torch.lerp(w, self.w(blend.seed), blend.amount)
        average = self.network.mapping.w_average
        ws = torch.lerp(average[None], w, latent.psi)[:, None].repeat(1, self.network.num_ws, 1)
        if latent.mix is not None:
            other = torch.lerp(average[None], self.w(latent.mix.seed), latent.psi)
            groups = self.network.layer_groups()
            for group in latent.mix.groups:
                ws[:, list(groups[group])] = other[:, None]
        return ws

    def noise(self, seed: int, sizes: list[tuple[int, int]]) -> list[Tensor]:
        """One fixed noise map [1, 1, H, W] a layer."""
        return [
            self.tensor(seed, NOISE_STREAM + index, 1, 1, *size) for index, size in enumerate(sizes)
        ]


def play_one(make: Callable[[Recipe], Any], recipe: Recipe) -> Work:
    """Finished(document), as every generator answers."""
    yield Progress(0, 1)
    yield Finished(make(recipe))


def play_many(make: Callable[[Recipe], Any], recipes: Sequence[Recipe]) -> Work:
    """Preview((index, document)) for each recipe, then Finished(list of documents)."""
    made: list[Any] = []
    for index, recipe in enumerate(recipes):
        made.append(make(recipe))
        yield Preview((index, made[-1]))
    yield Finished(made)
