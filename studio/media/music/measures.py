"""Figures for a music model: the usual measures of piano rolls beside those of held-out files.

After MuseGAN (Dong et al. 2018) and MGEval (Yang and Lerch 2020), with one grid for both sides.
"""

from __future__ import annotations

import numpy as np

from studio.gan.metrics import feature_measures
from studio.gan.overlap import overlap_figures, shared, with_means
from studio.media.music.descriptions import describe, note_counts
from studio.media.music.features import PhraseFeatures
from studio.media.music.rolls import unpack

MOST = 1000


def measures(made: np.ndarray, train: np.ndarray, held_out: np.ndarray) -> dict[str, float]:
    """Figures of packed phrases uint8 [N, 4, 2, 64, 11] each, compared in equal numbers.

    The overlap_figures of `describe`; of each of `note_counts` the overlap; the means of both.
    Then feature_measures.
    """
    count = min(len(made), len(train), len(held_out), MOST)
    rolls = [unpack(x[:count]) for x in (made, held_out, train)]
    figures = overlap_figures(*(describe(x) for x in rolls))
    counts = [note_counts(x) for x in rolls]
    for name in counts[0]:
        fakes, reals, others = (x[name] for x in counts)
        figures[f"{name}_overlap"] = shared(fakes, reals)
        figures[f"{name}_overlap_floor"] = shared(others, reals)
    return with_means(figures) | feature_measures(made, train, held_out, PhraseFeatures())
