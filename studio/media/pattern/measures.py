"""Figures for a tile model."""

from __future__ import annotations

import numpy as np

from studio.gan.folder import seam_ratio
from studio.gan.metrics import picture_measures
from studio.media.pattern.document import Tile


def measures(made: list[Tile], train: np.ndarray, held_out: np.ndarray) -> dict[str, float]:
    """See picture_measures, and the seam: about 1 where edges meet, 3 and more otherwise."""
    pixels = [one.pixels.array() for one in made]
    return {
        **picture_measures(pixels, train, held_out),
        "seam_ratio": float(np.mean([seam_ratio(x) for x in pixels])),
        "seam_ratio_files": float(np.mean([seam_ratio(x) for x in held_out])),
    }
