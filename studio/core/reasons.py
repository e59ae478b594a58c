"""Why something is proposed, in words: what was measured of likes, against all else."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

LEAST_COUNT = 3  # likes that were measured, before anything is said
LEAST_STRENGTH = 0.35  # in spreads of random results
LEAST_CERTAINTY = 2.0  # in standard errors of the mean
LEAST_SHARE = 0.25  # of a spread that a result must lie on the liked side to be called so


@dataclass(frozen=True)
class Leaning:
    """A quality in which likes differ: by how many spreads of random results, up or down.

    middle and spread are those of random results.
    """

    quality: str
    strength: float
    middle: float
    spread: float

    @property
    def is_high(self) -> bool:
        return self.strength > 0

    def holds_for(self, value: float) -> bool:
        """Whether a result with this value lies on the liked side."""
        away = (value - self.middle) / self.spread
        return away >= LEAST_SHARE if self.is_high else away <= -LEAST_SHARE


def leanings(
    liked: Mapping[str, np.ndarray],
    disliked: Mapping[str, np.ndarray],
    background: Mapping[str, np.ndarray],
) -> list[Leaning]:
    """What likes have in common, the strongest first; each mapping is quality -> values [N].

    background are random results of the same model. Likes are compared with these and, where
    there are dislikes, with them in equal parts. Nothing is said that chance explains as well.
    """
    found = [
        _leaning(name, *(_finite(part.get(name)) for part in (liked, disliked, background)))
        for name in liked
    ]
    return sorted((one for one in found if one is not None), key=lambda one: -abs(one.strength))


def why(
    leanings: list[Leaning],
    words: Mapping[str, tuple[str, str]],
    of: Mapping[str, float] | None = None,
    most: int = 2,
) -> tuple[str, ...]:
    """The words for likes, as in "like your likes: warm, dense"; () where there is none.

    words are quality -> (word for low, word for high). With of, what was measured of one result,
    only those that hold for it.
    """
    found = [
        words[one.quality][one.is_high]
        for one in leanings
        if one.quality in words
        and (of is None or (one.quality in of and one.holds_for(of[one.quality])))
    ]
    return tuple(found[:most])


def _leaning(
    name: str, liked: np.ndarray, disliked: np.ndarray, background: np.ndarray
) -> Leaning | None:
    if len(liked) < LEAST_COUNT or len(background) < 2 or background.std() <= 0:
        return None
    middle, spread = float(background.mean()), float(background.std())
    others = [background.mean(), *([disliked.mean()] if len(disliked) else [])]
    strength = float((liked.mean() - np.mean(others)) / spread)
    # Of the mean of likes and, with half the weight, of that of dislikes.
    error = (1 / len(liked) + (0.25 / len(disliked) if len(disliked) else 0)) ** 0.5
    if abs(strength) < max(LEAST_STRENGTH, LEAST_CERTAINTY * error):
        return None
    return Leaning(name, strength, middle, spread)


def _finite(values: np.ndarray | None) -> np.ndarray:
    found = np.asarray([] if values is None else values, np.float64).reshape(-1)
    return found[np.isfinite(found)]
