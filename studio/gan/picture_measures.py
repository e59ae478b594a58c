"""All figures for pictures."""

from __future__ import annotations

import numpy as np

from studio.gan.features import PictureFeatures
from studio.gan.metrics import feature_measures
from studio.gan.overlap import overlap_figures, with_means
from studio.gan.structure import describe
from studio.gan.wasserstein import sliced_wasserstein


def picture_measures(made: np.ndarray, train: np.ndarray, held_out: np.ndarray) -> dict[str, float]:
    """Figures of pictures uint8 [N, H, W, 3].

    feature_measures, swd of each pyramid level, and the overlap_figures of structure.py.
    """
    figures = feature_measures(made, train, held_out, PictureFeatures())
    count = min(len(made), len(train), len(held_out))
    ours, floor = sliced_wasserstein(held_out[:count], made[:count], train[:count])
    for side in ours:
        figures[f"swd_{side}px"], figures[f"swd_{side}px_floor"] = ours[side], floor[side]
    for prefix, found in (("swd", ours), ("swd_floor", floor)):
        figures[prefix] = float(np.mean(list(found.values())))
    return figures | with_means(overlap_figures(*(describe(x) for x in (made, held_out, train))))
