"""Figures for a picture model."""

from __future__ import annotations

import numpy as np

from studio.gan.metrics import picture_measures
from studio.media.artwork.document import Artwork


def measures(made: list[Artwork], train: np.ndarray, held_out: np.ndarray) -> dict[str, float]:
    """See picture_measures; train and held_out are uint8 [N, H, W, 3]."""
    return picture_measures([one.pixels.array() for one in made], train, held_out)
