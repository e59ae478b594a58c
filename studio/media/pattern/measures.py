"""Figures for a tile model."""

from __future__ import annotations

import numpy as np

from studio.gan.folder import seam_ratio
from studio.gan.picture_measures import picture_measures


def measures(made: np.ndarray, train: np.ndarray, held_out: np.ndarray) -> dict[str, float]:
    """See picture_measures, and the seam: about 1 where edges meet, 3 and more otherwise."""
    return {
        "seam_ratio": float(np.mean([seam_ratio(x) for x in made])),
        "seam_ratio_files": float(np.mean([seam_ratio(x) for x in held_out])),
        **picture_measures(made, train, held_out),
    }
