"""Plays a trained generator: from a latent value to ws, noise maps and an output."""

from __future__ import annotations

import copy
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from studio.core.errors import StudioError
from studio.core.latent import (
    COMPOSITE,
    LAYER_GROUPS,
    Cross,
    Drift,
    Latent,
    Mix,
    Move,
    Recipe,
    Toward,
    draw,
)
from studio.core.work import Finished, Preview, Progress, Work
from studio.gan.checkpoint import fill, load_model
from studio.gan.device import Device, choose

SPATIAL_STREAM = 1
NOISE_STREAM = 2  # and up, one a layer
CROSS_STREAM = 10**6
KEPT_MAPS = 32  # the layers of the largest network, twice


def finite(numbers: np.ndarray) -> np.ndarray:
    """The same; StudioError where weights too large made something else than numbers of them."""
    if not np.isfinite(numbers).all():
        raise StudioError("The weights of this model are too large to be measured.")
    return numbers


class Playable:
    """A model on its device, ready to play; float32, so that results repeat."""

    def __init__(
        self, path: Path, medium: str, device: str, build: Callable[[dict[str, Any]], nn.Module]
    ) -> None:
        """StudioError if the file is damaged, of another medium, or does not fit its network."""
        self.path = path
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
        # Of the last latent's seeds, which stay the same while a slider is dragged.
        self._noises: tuple[tuple[int, float], ...] = ()
        self._mixed: dict[tuple[int, ...], Tensor] = {}

    def twin(self) -> Playable:
        """The same model with weights of its own, which may change."""
        other = copy.copy(self)
        other.network = copy.deepcopy(self.network)
        return other

    def opened(self, path: Path) -> Playable:
        """Another model file for the same network; StudioError if damaged or for another one."""
        other = self.twin()
        other.path = path
        other.header, weights = load_model(path)
        fill(other.network, weights, path.name)
        return other

    def signed(self, recipe: Recipe) -> Recipe:
        """The recipe with this model's id in it, of a result that is wholly its own."""
        return replace(recipe.without_option(COMPOSITE), model=self.header.id)

    def tensor(self, seed: int, stream: int, *shape: int) -> Tensor:
        """The numbers of a seed as a tensor on the device."""
        return torch.from_numpy(draw(seed, stream, *shape)).to(self.device.torch_device)

    @torch.no_grad()
    def w(self, seed: int) -> Tensor:
        """[1, w_dim]"""
        return self.network.mapping(self.tensor(seed, 0, 1, self.network.z_dim))

    @torch.no_grad()
    def ws(self, latent: Latent) -> Tensor:
        """The styles of every layer [1, layers, w_dim]: where a latent's moves lead.

        Truncation pulls towards the average w by psi (Karras et al. 2019, section B). StudioError
        if the latent's numbers are those of another network.
        """
        ws = self._point(latent) if latent.point else self._of_seed(latent.seed, latent.psi)
        for move in latent.moves:
            ws = self._moved(ws, move, latent.psi)
        return ws

    def _of_seed(self, seed: int, psi: float) -> Tensor:
        w = torch.lerp(self.network.mapping.w_average[None], self.w(seed), psi)
        return w[:, None].repeat(1, self.network.num_ws, 1)

    def _point(self, latent: Latent) -> Tensor:
        return self._numbers(latent.point, self.network.num_ws, self._w_dim)[None]

    def _moved(self, ws: Tensor, move: Move, psi: float) -> Tensor:
        if isinstance(move, Cross):
            coins = draw(move.seed, CROSS_STREAM, self.network.num_ws) > 0
            chosen = torch.from_numpy(coins).to(ws.device)[None, :, None]
            return torch.where(chosen, self.ws(move.other), ws)
        if isinstance(move, Toward):
            there = torch.lerp(ws, self.ws(move.other), move.amount)
        elif isinstance(move, Mix):
            there = self.ws(move.other)
        elif isinstance(move, Drift) and move.strength <= 0:
            there = ws
        elif isinstance(move, Drift):
            # Towards a sample of the model's own spread, the distance from the average kept.
            average = self.network.mapping.w_average
            away = self._of_seed(move.seed, psi) - average
            keep = (1 - move.strength**2) ** 0.5
            there = average + keep * (ws - average) + move.strength * away
        else:
            there = ws + move.amount * self._numbers(move.direction, 1, self._w_dim)
        if move.groups == LAYER_GROUPS:
            return there
        groups, moved = self.network.layer_groups(), ws.clone()
        for group in move.groups:
            layers = list(groups[group])
            moved[:, layers] = there[:, layers]
        return moved

    @property
    def _w_dim(self) -> int:
        return self.network.mapping.w_average.shape[0]

    def _numbers(self, values: bytes, rows: int, columns: int) -> Tensor:
        found = np.frombuffer(values, "<f4")
        if found.size != rows * columns:
            raise StudioError("This result was made by another model.")
        return torch.from_numpy(found.reshape(rows, columns).copy()).to(self.device.torch_device)

    def mixed_noise(self, latent: Latent, stream: int, *shape: int) -> Tensor:
        """What a latent's seeds feed into a stream [shape], each by its weight; only to read."""
        noises = latent.noises
        if noises != self._noises or len(self._mixed) >= KEPT_MAPS:
            self._noises = noises
            self._mixed.clear()
        key = (stream, *shape)
        if key not in self._mixed:
            parts = [(weight, self.tensor(seed, stream, *shape)) for seed, weight in noises]
            mixed = parts[0][1] if len(parts) == 1 else sum(w * x for w, x in parts)
            self._mixed[key] = mixed  # type: ignore
        return self._mixed[key]

    def noise(self, latent: Latent, sizes: list[tuple[int, int]]) -> list[Tensor]:
        """One fixed noise map [1, 1, H, W] a layer."""
        return [
            self.mixed_noise(latent, NOISE_STREAM + index, 1, 1, *size)
            for index, size in enumerate(sizes)
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
