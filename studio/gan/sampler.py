"""Looks at what a training has learnt, without touching it: samples, results, judgements."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

AT_ONCE = 16


class Sampler:
    """Plays the average generator with latents that are always the same, and asks the judge."""

    def __init__(
        self, generator: nn.Module, discriminator: nn.Module, training: Any, device: torch.device
    ) -> None:
        """training is the medium's Training of train.py."""
        self._generator: Any = generator
        self._discriminator, self._training, self._device = discriminator, training, device

    @torch.no_grad()
    def outputs(self, count: int, seed: int = 0) -> Iterator[Tensor]:
        """Outputs for always the same latents, 16 at a time, float32."""
        network, device = self._generator, self._device
        shapes = network.random_shapes()
        for number, start in enumerate(range(0, count, AT_ONCE)):
            random = torch.Generator().manual_seed(1000 * seed + number)
            size = min(AT_ONCE, count - start)
            z = torch.randn(size, network.z_dim, generator=random).to(device)
            maps = [torch.randn(size, *shape, generator=random).to(device) for shape in shapes]
            yield network(z, None, 0, maps).float()

    def pictures(self, count: int) -> list[np.ndarray]:
        """To look at, uint8 [H, W, 3] each."""
        return [one for output in self.outputs(count) for one in self._training.pictures(output)]

    def pictures_and_examples(self, count: int) -> tuple[list[np.ndarray], np.ndarray]:
        """The same pictures, and what they show as uint8 examples [count, ...]."""
        pictures: list[np.ndarray] = []
        examples: list[np.ndarray] = []
        for output in self.outputs(count):
            pictures += self._training.pictures(output)
            examples.append(self._training.examples(output))
        return pictures, np.concatenate(examples)

    def pictures_of(self, examples: np.ndarray) -> list[np.ndarray]:
        """Examples of the folder, or results as such, to look at."""
        return self._training.pictures(self._reals(examples))

    def examples(self, count: int, seed: int = 1) -> np.ndarray:
        """Results as uint8 examples [count, ...], to be measured."""
        return np.concatenate([self._training.examples(one) for one in self.outputs(count, seed)])

    @torch.no_grad()
    def logits(self, examples: np.ndarray) -> np.ndarray:
        """What the discriminator says of uint8 examples [N, ...], without augmentation: [N]."""
        found = [
            self._discriminator(self._reals(examples[start : start + AT_ONCE])).float()
            for start in range(0, len(examples), AT_ONCE)
        ]
        return torch.cat(found).cpu().numpy()

    def _reals(self, examples: np.ndarray) -> Tensor:
        return self._training.reals(torch.from_numpy(np.array(examples)).to(self._device))
