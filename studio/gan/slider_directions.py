"""The mathematics of measured sliders: from slopes to directions that change one measure each.

All in whitened coordinates of W, x [K], in which the model's own spread is the unit sphere; M
measures, each in its standard deviations over the model's results; G groups of layers.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np

RIDGES = (0.1, 0.3, 1.0, 3.0, 10.0, 30.0, 100.0)
FOLDS = 4
SOFTNESS = 0.02  # of the own slopes, which keeps directions away from what few seeds cannot tell


def fitted_slopes(x: np.ndarray, y: np.ndarray, bases: np.ndarray) -> np.ndarray:
    """Slopes [G, K, M] by ridge regression of measures y [N, M] on steps x [N, G, K].

    bases [G, K, R] are where slopes are expected, and how strong they may be there: the prior
    covariance of a group's slopes is its base times its transpose. The ridge of each measure is
    the one that best predicts samples which it has not seen.
    """
    count, groups, _ = x.shape
    features = np.einsum("ngk,gkr->ngr", x, bases).reshape(count, -1)
    features, y = features - features.mean(0), y - y.mean(0)
    errors = np.zeros((len(RIDGES), y.shape[1]))
    for fold in range(FOLDS):
        out = np.arange(count) % FOLDS == fold
        for index, ridge in enumerate(RIDGES):
            weights = _ridge(features[~out], y[~out], ridge)
            errors[index] += ((y[out] - features[out] @ weights) ** 2).sum(0)
    every = np.stack([_ridge(features, y, ridge) for ridge in RIDGES])  # [ridges, G * R, M]
    weights = every[errors.argmin(0), :, np.arange(y.shape[1])].T
    return np.einsum("gkr,grm->gkm", bases, weights.reshape(groups, -1, y.shape[1]))


def _ridge(x: np.ndarray, y: np.ndarray, ridge: float) -> np.ndarray:
    return np.linalg.solve(x.T @ x + ridge * np.eye(x.shape[1]), x.T @ y)


@dataclass(frozen=True, eq=False)
class Way:
    """A direction [D] of length 1; evenness is its mean own slope over what spoils it."""

    direction: np.ndarray
    evenness: float
    effects: np.ndarray  # mean slope of each measure [M]

    def leak(self, own: int, among: Collection[int]) -> float:
        """The strongest mean effect on another of these measures, as a share of its own."""
        others = [abs(float(self.effects[other])) for other in among if other != own]
        return max(others, default=0.0) / max(abs(float(self.effects[own])), 1e-9)


def even_way(slopes: np.ndarray, own: int, strictness: np.ndarray) -> Way:
    """The direction that changes measure own alike from every seed, and others nowhere.

    slopes [S, D, M] are those at S seeds, strictness [M] says how much each measure minds. Fisher's
    discriminant: the mean of the own slope over the root of its variance and strictness times the
    mean squares of all others, seed by seed.
    """
    mean = slopes[:, :, own].mean(0)
    away = slopes[:, :, own] - mean
    others = np.delete(slopes * np.sqrt(strictness), own, 2)
    spoils = away.T @ away + np.einsum("sdm,sem->de", others, others)
    spoils = spoils / len(slopes)
    softness = SOFTNESS * float((slopes[:, :, own] ** 2).sum() / len(slopes))
    spoils += max(softness, 1e-9) * np.eye(len(mean))
    way = np.linalg.solve(spoils, mean)
    way = way / max(float(np.linalg.norm(way)), 1e-12)
    return Way(way, float(mean @ way / np.sqrt(way @ spoils @ way + 1e-12)), slopes.mean(0).T @ way)


def monotony(values: np.ndarray) -> np.ndarray:
    """How well S seeds' values [S, A, M] follow A rising amounts: [M], -1 to 1.

    Spearman's rank correlation, the mean over seeds; a seed where nothing changes counts as 0.
    """
    ranks = (values[:, :, None] > values[:, None]).sum(2) - (
        values[:, :, None] < values[:, None]
    ).sum(2)
    ranks = ranks.astype(float)  # of sum 0, and ties share theirs
    amounts = 2.0 * np.arange(values.shape[1]) - values.shape[1] + 1
    lengths = np.linalg.norm(ranks, axis=1) * np.linalg.norm(amounts)  # [S, M]
    along = np.einsum("a,sam->sm", amounts, ranks)
    return (along / np.maximum(lengths, 1e-9)).mean(0)
