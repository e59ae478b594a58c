"""The batch of each step: real examples and everything random, for this process's share."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from studio.gan.augment import Changes
from studio.gan.randomness import CHANGES, LATENTS, MAPS, REALS, SHOWN, stream

Prepare = Callable[[np.ndarray, torch.Generator], np.ndarray]
DrawChanges = Callable[[int, float, torch.Generator], Changes]  # how many, strength


@dataclass(frozen=True, eq=False)
class Rows:
    """Some of the examples on disk, by their places; reads what is asked for, and no more."""

    pixels: np.ndarray
    places: np.ndarray

    def __len__(self) -> int:
        return len(self.places)

    def __getitem__(self, index: np.ndarray) -> np.ndarray:
        return self.pixels[self.places[index]]

    @property
    def shape(self) -> tuple[int, ...]:
        return (len(self.places), *self.pixels.shape[1:])


@dataclass(frozen=True)
class Batch:
    """One step's batch, or a part of it; every tensor [B, ...] on the device."""

    reals: Tensor  # uint8 examples
    z: Tensor
    other: Tensor  # latents of the second style
    crossover: int  # the layer from which on styles come from other; 0: none do
    maps: list[Tensor]  # noise and spatial latents
    chance: Tensor  # [B, 2] uniform, where outputs are shown at a random cut
    changes: Changes | None
    every_z: Tensor  # those of the whole batch, whatever part this is

    def part(self, share: slice) -> Batch:
        return Batch(
            self.reals[share],
            self.z[share],
            self.other[share],
            self.crossover,
            [one[share] for one in self.maps],
            self.chance[share],
            self.changes.part(share) if self.changes else None,
            self.every_z,
        )


class Batches:
    """Reads the examples of each step ahead of time on CUDA, so that the device never waits."""

    def __init__(
        self,
        examples: Rows | np.ndarray,
        prepare: Prepare,
        seed: int,
        batch: int,
        share: slice,
        device: torch.device,
        ahead: bool | None = None,
    ) -> None:
        self._examples, self._prepare = examples, prepare
        self._seed, self._batch, self._share, self._device = seed, batch, share, device
        self._pin = device.type == "cuda"
        reads_ahead = self._pin if ahead is None else ahead
        self._pool = ThreadPoolExecutor(1, "batches") if reads_ahead else None
        self._next: tuple[int, Future[Tensor]] | None = None

    def reals(self, step: int) -> Tensor:
        """uint8 examples of this process's share, on the device."""
        if self._pool is None:
            return self._read(step).to(self._device)
        if self._next is None or self._next[0] != step:
            self._next = (step, self._pool.submit(self._read, step))
        found = self._next[1].result()
        self._next = (step + 1, self._pool.submit(self._read, step + 1))
        return found.to(self._device, non_blocking=True)

    def _read(self, step: int) -> Tensor:
        random = stream(self._seed, step, REALS)
        index = torch.randint(len(self._examples), (self._batch,), generator=random).numpy()
        # In the order of the disk, then back: the pairing must not depend on it.
        order = np.argsort(index, kind="stable")
        chosen = np.empty((self._batch, *self._examples.shape[1:]), np.uint8)
        chosen[order] = self._examples[index[order]]
        found = torch.from_numpy(self._prepare(chosen, random)[self._share])
        return found.pin_memory() if self._pin else found

    def close(self) -> None:
        if self._pool is not None:
            self._pool.shutdown(cancel_futures=True)


def draw_batch(
    batches: Batches,
    step: int,
    seed: int,
    size: int,
    z_dim: int,
    shapes: list[tuple[int, int, int]],
    crossover: Callable[[torch.Generator], int],
    augment: float,
    draw_changes: DrawChanges,
    share: slice,
    device: torch.device,
) -> Batch:
    """All that is random in a step is drawn for the whole batch, then cut to this share."""
    latents = stream(seed, step, LATENTS)
    z, other = torch.randn(2, size, z_dim, generator=latents)
    layer = crossover(latents)
    random = stream(seed, step, MAPS, device)
    maps = [torch.randn(size, *shape, generator=random, device=device)[share] for shape in shapes]
    chance = torch.rand(size, 2, generator=stream(seed, step, SHOWN))[share]
    changes = None
    if augment > 0:
        changes = draw_changes(size, augment, stream(seed, step, CHANGES))
        changes = changes.part(share).each(lambda t: sent(t, device))
    every_z = sent(z, device)
    return Batch(
        batches.reals(step), every_z[share], sent(other[share], device), layer, maps,
        sent(chance, device), changes, every_z,
    )  # fmt: skip


def sent(tensor: Tensor, device: torch.device) -> Tensor:
    """A copy on the device, without waiting for what CUDA still has to do.

    Only from pinned memory, and only there: elsewhere a copy that does not wait may read memory
    that is no longer the tensor's.
    """
    if device.type != "cuda":
        return tensor.to(device)
    return tensor.pin_memory().to(device, non_blocking=True)
