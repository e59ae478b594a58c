"""What a person likes: a small Bayesian model that learns from likes and dislikes.

Bayesian logistic regression with Laplace's approximation (Bishop 2006, section 4.5) over 32
coordinates of W (gan/taste_space.py), in which random results have about the mean 0 and, at full
variety, the spread 1. Proposals come by Thompson sampling. Older clicks count a little less, as
preferences drift (SwipeGANSpace, arXiv 2404.19693). The same seed proposes the same. The constants
are those that tests/benchmarks/taste.py found best.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from studio.core.errors import StudioError

DIMENSIONS = 32
ENOUGH = 5  # clicks before anything is proposed by taste
MAX_LABELS = 256  # the oldest are forgotten; by then they count for little
FORGETTING = 0.99  # a click counts half after 69 more
PRECISION = 1.0  # of the prior over the weights of whitened coordinates
OFFSET_PRECISION = 0.1  # of the prior over how easily somebody likes
BOLDNESS = 0.1  # spread of the draws as a share of the belief's; in 32 dimensions all is noise
SHORTLIST = 4  # the best by one draw, of which the one least like the others is taken
EXPLORES_EVERY = 4
PROMISING = 0.05  # share of the candidates that a try is from, so that it is seldom a bore
SAME = 1e-2  # coordinates nearer than this are one result, on whatever device it was made
MAX_STEPS = 50
MAX_QUALITIES, MAX_NAME = 32, 64


@dataclass(frozen=True)
class Label:
    """One click: float32 [32] as bytes, whether it was liked, and what was measured of it.

    qualities are (name, value) pairs of the result, from which reasons are told.
    """

    point: bytes
    liked: bool
    qualities: tuple[tuple[str, float], ...] = ()

    @property
    def coordinates(self) -> np.ndarray:
        """float32 [32]"""
        return np.frombuffer(self.point, "<f4")


@dataclass(frozen=True)
class Belief:
    """Normal distribution over weights: of the offset, then of the coordinates [1 + 32]."""

    mean: np.ndarray
    covariance: np.ndarray

    def appeal(self, points: np.ndarray) -> np.ndarray:
        """How much points [N, 32] are expected to please; 0 is the toss of a coin. [N]"""
        return _with_offset(points) @ self.mean

    def doubt(self, points: np.ndarray) -> np.ndarray:
        """The spread of that expectation [N]."""
        x = _with_offset(points)
        return np.sqrt(np.maximum(np.einsum("nd,de,ne->n", x, self.covariance, x), 0))

    def draws(self, count: int, spread: float, random: np.random.Generator) -> np.ndarray:
        """So many weights [count, 1 + 32], their spread a share of the distribution's."""
        factor = np.linalg.cholesky(self.covariance)
        return self.mean + spread * random.standard_normal((count, len(self.mean))) @ factor.T


@dataclass(frozen=True)
class Taste:
    """Likes and dislikes of one model's results, the oldest first."""

    model: str = ""
    labels: tuple[Label, ...] = ()

    @property
    def is_ready(self) -> bool:
        """Whether enough was clicked for a guess."""
        return len(self.labels) >= ENOUGH

    def judged(
        self, point: np.ndarray, liked: bool, qualities: Mapping[str, float] | None = None
    ) -> Taste:
        """With one more click on the result at these coordinates [32]; the last click counts.

        StudioError if they are not those of a result.
        """
        label = Label(_bytes(point), liked, _tidy(qualities or {}))
        return replace(self, labels=(*self.without(point).labels, label)[-MAX_LABELS:])

    def without(self, point: np.ndarray) -> Taste:
        """With what was clicked on the result at these coordinates taken back."""
        kept = tuple(label for label in self.labels if not _is_same(label, point))
        return replace(self, labels=kept)

    def opinion(self, point: np.ndarray) -> bool | None:
        """Whether the result at these coordinates was liked; None without a click on it."""
        return next((label.liked for label in self.labels if _is_same(label, point)), None)

    def measured(self, liked: bool) -> dict[str, np.ndarray]:
        """What was measured of all that was liked, or of all that was not, by quality."""
        found: dict[str, list[float]] = {}
        for label in self.labels:
            if label.liked == liked:
                for name, value in label.qualities:
                    found.setdefault(name, []).append(value)
        return {name: np.array(values) for name, values in found.items()}

    def belief(self) -> Belief:
        """What the clicks say, by Laplace's approximation around the likeliest weights."""
        points = np.array([label.coordinates for label in self.labels], np.float64)
        x = _with_offset(points.reshape(len(self.labels), DIMENSIONS))
        signs = np.array([1.0 if label.liked else -1.0 for label in self.labels])
        counts = FORGETTING ** np.arange(len(self.labels))[::-1]
        prior = np.diag([OFFSET_PRECISION] + [PRECISION] * DIMENSIONS)
        weights, precision = _likeliest(x, signs, counts, prior)
        covariance = np.linalg.inv(precision)
        return Belief(weights, (covariance + covariance.T) / 2)

    def propose(self, candidates: np.ndarray, count: int, seed: int) -> list[int]:
        """Which of the candidates [N, 32] to show: no two alike, every fourth one a try.

        Each of the others is the best by one draw from the belief, or the one among its best that
        is least like what is shown already. A try is what the belief doubts most among what
        promises something. Before five clicks they are drawn at random and far from each other.
        Fewer than count where there are not so many different ones.
        """
        points = np.asarray(candidates, np.float64).reshape(-1, DIMENSIONS)
        random = np.random.default_rng(seed)
        orders = self._orders(points, count, random) if self.is_ready else []
        drawn = random.permutation(len(points))[: 2 * count]
        chosen: list[int] = []
        free = np.ones(len(points), bool)
        for place in range(count):
            order = orders[place] if orders else drawn
            best = order[free[order]][: SHORTLIST if orders else None]
            if not len(best):
                break
            chosen.append(_least_like(points, best, chosen))
            free &= np.abs(points - points[chosen[-1]]).max(1) >= SAME
        return chosen

    def _orders(
        self, points: np.ndarray, count: int, random: np.random.Generator
    ) -> list[np.ndarray]:
        """For each place the candidates, the best for it first."""
        belief = self.belief()
        appeal, doubt = belief.appeal(points), belief.doubt(points)
        promising = appeal >= np.quantile(appeal, 1 - PROMISING) if len(points) else appeal > 0
        trying = np.argsort(-np.where(promising, doubt, doubt - 1e6), kind="stable")
        draws = belief.draws(count, BOLDNESS, random)
        liking = np.argsort(-(_with_offset(points) @ draws.T), axis=0, kind="stable")
        return [trying if is_try(place) else liking[:, place] for place in range(count)]


def is_try(place: int) -> bool:
    """Whether what is proposed at this place, counted from 0, explores."""
    return place % EXPLORES_EVERY == EXPLORES_EVERY - 1


def _with_offset(points: np.ndarray) -> np.ndarray:
    return np.concatenate([np.ones((len(points), 1)), points], 1)


def _likeliest(
    x: np.ndarray, signs: np.ndarray, counts: np.ndarray, prior: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Newton's method: the weights [D] and the precision [D, D] of the posterior there.

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
    return weights, _derivatives(x, signs, counts, prior, weights)[1]


def _derivatives(
    x: np.ndarray, signs: np.ndarray, counts: np.ndarray, prior: np.ndarray, weights: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Gradient [D] and Hessian [D, D] of the negative log posterior."""
    wrong = 1 / (1 + np.exp(np.clip(signs * (x @ weights), -500, 500)))
    slope = prior @ weights - x.T @ (counts * signs * wrong)
    return slope, prior + (x.T * (counts * wrong * (1 - wrong))) @ x


def _least_like(points: np.ndarray, among: np.ndarray, chosen: list[int]) -> int:
    """Of some candidates, in order of preference, the one farthest from all that are chosen."""
    if not chosen:
        return int(among[0])
    apart = np.linalg.norm(points[among][:, None] - points[chosen][None], axis=2)
    return int(among[apart.min(1).argmax()])


def _bytes(point: np.ndarray) -> bytes:
    found = np.asarray(point, "<f4").reshape(-1)
    if found.size != DIMENSIONS or not np.isfinite(found).all():
        raise StudioError("This result cannot be judged: it has no place in the model's space.")
    return found.tobytes()


def _tidy(qualities: Mapping[str, float]) -> tuple[tuple[str, float], ...]:
    """Those that are numbers, by name."""
    pairs = ((name[:MAX_NAME], float(value)) for name, value in qualities.items())
    return tuple(sorted(pair for pair in pairs if math.isfinite(pair[1])))[:MAX_QUALITIES]


def _is_same(label: Label, point: np.ndarray) -> bool:
    return bool(np.abs(label.coordinates - np.asarray(point, np.float32)).max() < SAME)
