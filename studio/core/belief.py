"""What clicks say about what else will please: Bayesian logistic regression.

By Laplace's approximation (Bishop 2006, section 4.5), which also tells how well the clicks are
explained at all (section 4.4.1), so that several explanations can be weighed against each other.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

OFFSET_PRECISION = 0.1  # of the prior over how easily somebody likes
MAX_STEPS = 50


@dataclass(frozen=True)
class Belief:
    """Normal distribution over weights: of the offset, then of the features [1 + D].

    evidence is the log of how likely the clicks are under the prior, whatever the weights.
    """

    mean: np.ndarray
    covariance: np.ndarray
    evidence: float

    def appeal(self, features: np.ndarray) -> np.ndarray:
        """How much features [N, D] are expected to please; 0 is the toss of a coin. [N]"""
        return _with_offset(features) @ self.mean

    def doubt(self, features: np.ndarray) -> np.ndarray:
        """The spread of that expectation [N]."""
        x = _with_offset(features)
        return np.sqrt(np.maximum(np.einsum("nd,de,ne->n", x, self.covariance, x), 0))

    def draw(self, features: np.ndarray, spread: float, random: np.random.Generator) -> np.ndarray:
        """How much they please by one draw of weights, its spread a share of the belief's. [N]"""
        factor = np.linalg.cholesky(self.covariance)
        weights = self.mean + spread * factor @ random.standard_normal(len(self.mean))
        return _with_offset(features) @ weights


def learn(
    features: np.ndarray, liked: np.ndarray, counts: np.ndarray, precision: np.ndarray
) -> Belief:
    """From clicks on features [N, D]: liked bool [N], how much each counts [N].

    precision [D] is that of the prior over the features' weights.
    """
    x = _with_offset(features)
    signs = np.where(liked, 1.0, -1.0)
    prior = np.diag(np.concatenate([[OFFSET_PRECISION], precision]))
    weights, curvature, loss = _likeliest(x, signs, counts, prior)
    covariance = np.linalg.inv(curvature)
    volumes = np.log(np.diag(prior)).sum() - np.linalg.slogdet(curvature)[1]
    return Belief(weights, (covariance + covariance.T) / 2, float(volumes / 2 - loss))


def _with_offset(features: np.ndarray) -> np.ndarray:
    return np.concatenate([np.ones((len(features), 1)), features], 1)


def _likeliest(
    x: np.ndarray, signs: np.ndarray, counts: np.ndarray, prior: np.ndarray
) -> tuple[np.ndarray, np.ndarray, float]:
    """Newton's method: weights [D], the posterior's precision [D, D] there, what they cost.

    The objective is strictly convex; steps are halved where a full one would climb.
    """

    def loss(weights: np.ndarray) -> float:
        margins = signs * (x @ weights)
        return float(counts @ np.logaddexp(0, -margins) + weights @ prior @ weights / 2)

    weights = np.zeros(x.shape[1])
    for _ in range(MAX_STEPS):
        slope, precision = _derivatives(x, signs, counts, prior, weights)
        step = np.linalg.solve(precision, slope)
        size = 1.0
        while size > 1e-6 and loss(weights - size * step) > loss(weights):
            size /= 2
        weights = weights - size * step
        if np.abs(size * step).max() < 1e-9:
            break
    return weights, _derivatives(x, signs, counts, prior, weights)[1], loss(weights)


def _derivatives(
    x: np.ndarray, signs: np.ndarray, counts: np.ndarray, prior: np.ndarray, weights: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Gradient [D] and Hessian [D, D] of the negative log posterior."""
    wrong = 1 / (1 + np.exp(np.clip(signs * (x @ weights), -500, 500)))
    slope = prior @ weights - x.T @ (counts * signs * wrong)
    return slope, prior + (x.T * (counts * wrong * (1 - wrong))) @ x
