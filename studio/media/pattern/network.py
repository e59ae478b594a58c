"""What training asks of patterns: the same networks on a torus, tiles as numbers."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from studio.core.presets import patch_for
from studio.core.run_folder import TrainConfig
from studio.gan.augment import PictureChanges, apply_changes, draw_changes
from studio.gan.folder import WRAPS_BELOW, seam_ratio
from studio.gan.networks import Discriminator, Generator, NetworkConfig
from studio.gan.pictures import mirror_some, roll_each, to_examples, to_pixels, to_signed


class PatternTraining:
    """Tiles [B, 3, S, S] in [-1, 1].

    The discriminator judges flat pictures. Where the person's pictures are no tiles, it is shown
    every generated tile at a random cut, so that a seam, or a motif that shuns the edge, would give
    it away. Tiles are compared as they are: the torus alone makes the generated ones seamless, and
    motifs that always stand in the middle are learnt sooner.
    """

    batch = 16
    unsteered = 0.5
    gamma = 0.4  # tests/benchmarks/RESULTS.md, section 15
    torus = True

    def describe(self, examples: np.ndarray, config: TrainConfig) -> dict[str, Any]:
        some = examples[:: max(1, len(examples) // 200)]
        tiles = float(np.median([seam_ratio(x) for x in some])) < WRAPS_BELOW
        return NetworkConfig(
            config.size_px,
            config.channel_base,
            config.channel_max,
            torus=True,
            tiles=tiles,
            patch=patch_for(config.size_px),
            bounded=True,
            noise=False,
        ).to_json()

    def networks(self, network: dict[str, Any]) -> tuple[nn.Module, nn.Module]:
        config = NetworkConfig(**network)
        self.torus = config.tiles
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
        return fakes if self.torus else roll_each(fakes, chance)

    def pictures(self, outputs: Tensor) -> list[np.ndarray]:
        return to_pixels(outputs)

    def examples(self, outputs: Tensor) -> np.ndarray:
        return to_examples(outputs)
