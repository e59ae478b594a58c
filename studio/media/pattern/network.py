"""What training asks of patterns: the same networks on a torus, tiles as numbers."""

from __future__ import annotations

from typing import Any

import numpy as np
from torch import Tensor, nn

from studio.core.presets import patch_for
from studio.core.run_folder import TrainConfig
from studio.gan.folder import WRAPS_BELOW, seam_ratio
from studio.gan.networks import NetworkConfig
from studio.gan.picture_training import PictureTraining
from studio.gan.pictures import are_flat, roll_each


class PatternTraining(PictureTraining):
    """Tiles.

    The discriminator judges flat pictures. Where the person's pictures are no tiles, it is shown
    every generated tile at a random cut, so that a seam, or a motif that shuns the edge, would give
    it away. Tiles are compared as they are: the torus alone makes the generated ones seamless, and
    motifs that always stand in the middle are learnt sooner.
    """

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
            noise=not are_flat(examples),
        ).to_json()

    def networks(self, network: dict[str, Any]) -> tuple[nn.Module, nn.Module]:
        self.torus = NetworkConfig(**network).tiles
        return super().networks(network)

    def shown(self, fakes: Tensor, chance: Tensor) -> Tensor:
        return fakes if self.torus else roll_each(fakes, chance)
