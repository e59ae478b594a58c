"""What training asks of every medium of pictures; canvas and patterns add what is theirs."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from studio.core.run_folder import TrainConfig
from studio.gan.augment import PictureChanges, apply_changes, draw_changes
from studio.gan.networks import Discriminator, Generator, NetworkConfig
from studio.gan.pictures import mirror_some, to_examples, to_pixels, to_signed


class PictureTraining:
    """Pictures [B, 3, S, S] in [-1, 1]; examples uint8 [N, S, S, 3]. See gan.train.Training."""

    batch = 16
    unsteered = 0.5
    torus = False  # whether what is moved out at one edge comes in at the other

    def networks(self, network: dict[str, Any]) -> tuple[nn.Module, nn.Module]:
        config = NetworkConfig(**network)
        return Generator(config), Discriminator(config)

    def prepare(
        self, examples: np.ndarray, config: TrainConfig, random: torch.Generator
    ) -> np.ndarray:
        return mirror_some(examples, random) if config.mirror else examples

    def judged(self, examples: np.ndarray) -> np.ndarray:
        return examples

    def draw_changes(
        self, count: int, config: TrainConfig, strength: float, random: torch.Generator
    ) -> PictureChanges:
        return draw_changes(count, (config.size_px, config.size_px), strength, random)

    def changed(self, x: Tensor, changes: PictureChanges) -> Tensor:
        return apply_changes(x, changes, self.torus)

    def reals(self, examples: Tensor) -> Tensor:
        return to_signed(examples)

    def shown(self, fakes: Tensor, chance: Tensor) -> Tensor:
        return fakes

    def pictures(self, outputs: Tensor) -> list[np.ndarray]:
        return to_pixels(outputs)

    def examples(self, outputs: Tensor) -> np.ndarray:
        return to_examples(outputs)
