"""What a person likes: a small Bayesian model that learns from likes and dislikes.

It weighs three explanations of the clicks: where results lie in W (32 coordinates of
gan/taste_space.py, in which random results have about the mean 0 and, at full variety, the spread
1), what is measured of them (warm, dense, ...), and both; the more one explains, the more proposals
go by it. Proposals come by Thompson sampling. Older clicks count a little less, as preferences
drift (SwipeGANSpace, arXiv 2404.19693). The same seed proposes the same. The constants are those
that tests/benchmarks/taste.py found best.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from studio.core.belief import Belief, learn
from studio.core.errors import StudioError

DIMENSIONS = 32
ENOUGH = 5  # clicks before anything is proposed by taste
MAX_LABELS = 256  # the oldest are forgotten; by then they count for little
FORGETTING = 0.99  # a click counts half after 69 more
BOLDNESS = 0.1  # spread of the draws as a share of the belief's; in 32 dimensions all is noise
SHORTLIST = 4  # the best by one draw, of which the one least like the others is taken
EXPLORES_EVERY = 4
PROMISING = 0.05  # share of the candidates that a try is from, so that it is seldom a bore
SAME = 1e-2  # coordinates nearer than this are one result, on whatever device it was made
MAX_QUALITIES, MAX_NAME = 32, 64
FARTHEST = 5.0  # spreads of a quality; beyond, one odd result would decide alone
# The prior's precision over the coordinates and over the qualities; None: not looked at.
PLACE = (1.0, None)
EXPLANATIONS = (PLACE, (4.0, 0.3), (None, 0.3))


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
class Candidates:
    """What could be proposed: points [N, 32] and, by quality, what was measured of each [N].

    background is the same of random results, which tell what is much and what is little.
    """

    points: np.ndarray
    measured: Mapping[str, np.ndarray] = field(default_factory=dict)
    background: Mapping[str, np.ndarray] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.points)

    def tells(self, name: str) -> bool:
        """Whether random results differ in this quality."""
        usual = self.background.get(name, np.zeros(0))
        return len(usual) > 1 and float(usual.std()) > 0

    def even(
        self, names: Sequence[str], measured: Mapping[str, np.ndarray]
    ) -> Iterator[np.ndarray]:
        """Each quality in spreads of random results, away from their mean.

        What is no number counts as that mean, what is far out as FARTHEST.
        """
        for name in names:
            usual = self.background[name]
            away = (measured[name] - usual.mean()) / usual.std()
            yield np.clip(np.nan_to_num(away), -FARTHEST, FARTHEST)


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
        """What the clicks say about places alone."""
        return self._learnt(self._places(), PLACE, 0)

    def shortlist(self, points: np.ndarray, count: int, seed: int) -> list[int]:
        """Which of the candidates [N, 32] are worth being made and measured, none clicked yet.

        Half of them please most by their place, the others are drawn at random: what is seen may
        have little to do with the place. Fewer than count where there are not so many.
        """
        fresh = np.ones(len(points), bool)
        for label in self.labels:
            fresh &= np.abs(points - label.coordinates).max(1, initial=0) >= SAME
        drawn = np.random.default_rng(seed).permutation(np.flatnonzero(fresh))
        if not self.is_ready:
            return drawn[:count].tolist()
        order = drawn[np.argsort(-self.belief().appeal(points[drawn]), kind="stable")]
        best = order[: (count + 1) // 2]
        others = drawn[~np.isin(drawn, best)][: count - len(best)]
        return [*best.tolist(), *others.tolist()]

    def propose(self, candidates: Candidates, count: int, seed: int) -> list[int]:
        """Which of the candidates to show: no two alike, every fourth one a try.

        Each of the others is the best by one draw from what is believed, or the one among its best
        that is least like what is shown already. A try is what is doubted most among what promises
        something. Before five clicks they are drawn at random and far from each other. Fewer than
        count where there are not so many different ones.
        """
        points = np.asarray(candidates.points, np.float64).reshape(-1, DIMENSIONS)
        random = np.random.default_rng(seed)
        orders = self._orders(candidates, count, random) if self.is_ready and len(points) else []
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
        self, candidates: Candidates, count: int, random: np.random.Generator
    ) -> list[np.ndarray]:
        """For each place the candidates, the best for it first."""
        explained = self._explained(candidates)
        appeal = sum(share * belief.appeal(seen) for share, belief, seen in explained)
        doubt = np.sqrt(sum(share * belief.doubt(seen) ** 2 for share, belief, seen in explained))
        promising = appeal >= np.quantile(appeal, 1 - PROMISING)
        trying = np.argsort(-np.where(promising, doubt, doubt - 1e6), kind="stable")
        shares = [share for share, _, _ in explained]
        orders: list[np.ndarray] = []
        for place in range(count):
            _, belief, seen = explained[random.choice(len(explained), p=shares)]
            liking = np.argsort(-belief.draw(seen, BOLDNESS, random), kind="stable")
            orders.append(trying if is_try(place) else liking)
        return orders

    def _explained(self, candidates: Candidates) -> list[tuple[float, Belief, np.ndarray]]:
        """What each explanation is worth, what it believes, and the features that it goes by."""
        names = [name for name in sorted(candidates.measured) if candidates.tells(name)]
        known = [dict(label.qualities) for label in self.labels]
        told = {name: np.array([one.get(name, math.nan) for one in known]) for name in names}
        clicks = np.column_stack([self._places(), *candidates.even(names, told)])
        offered = np.column_stack([candidates.points, *candidates.even(names, candidates.measured)])
        which = EXPLANATIONS if names else (PLACE,)
        beliefs = [self._learnt(clicks, explanation, len(names)) for explanation in which]
        worth = np.array([belief.evidence for belief in beliefs])
        shares = np.exp(worth - worth.max()) / np.exp(worth - worth.max()).sum()
        views = [offered[:, _columns(explanation, len(names))] for explanation in which]
        return list(zip(shares.tolist(), beliefs, views, strict=True))

    def _learnt(
        self, clicks: np.ndarray, explanation: tuple[float | None, float | None], qualities: int
    ) -> Belief:
        """What the clicks [N, 32 + qualities] say, by one explanation."""
        place, quality = explanation
        precision = [place] * DIMENSIONS * (place is not None)
        precision += [quality] * qualities * (quality is not None)
        counts = FORGETTING ** np.arange(len(self.labels))[::-1]
        liked = np.array([label.liked for label in self.labels], bool)
        features = clicks[:, _columns(explanation, qualities)]
        return learn(features, liked, counts, np.array(precision, np.float64))

    def _places(self) -> np.ndarray:
        """float64 [clicks, 32]"""
        points = np.array([label.coordinates for label in self.labels], np.float64)
        return points.reshape(len(self.labels), DIMENSIONS)


def is_try(place: int) -> bool:
    """Whether what is proposed at this place, counted from 0, explores."""
    return place % EXPLORES_EVERY == EXPLORES_EVERY - 1


def _columns(explanation: tuple[float | None, float | None], qualities: int) -> slice:
    """Which features an explanation goes by, of 32 coordinates and the qualities."""
    place, quality = explanation
    first = 0 if place is not None else DIMENSIONS
    return slice(first, DIMENSIONS + (qualities if quality is not None else 0))


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
