"""What training asks of the canvas: style-based networks and pictures as numbers."""

from __future__ import annotations

from typing import Any

import numpy as np

from studio.core.presets import patch_for
from studio.core.run_folder import TrainConfig
from studio.gan.networks import NetworkConfig
from studio.gan.picture_training import PictureTraining
from studio.gan.pictures import are_flat


class ArtworkTraining(PictureTraining):
    """Pictures of any kind."""

    gamma = 1.0

    def describe(self, examples: np.ndarray, config: TrainConfig) -> dict[str, Any]:
        return NetworkConfig(
            config.size_px,
            config.channel_base,
            config.channel_max,
            patch=patch_for(config.size_px),
            bounded=True,
            noise=not are_flat(examples),
        ).to_json()
