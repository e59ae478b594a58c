"""Why something is proposed: only what likes really have in common is said."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from studio.core.reasons import leanings, why

WORDS = {
    "warmth": ("cool", "warm"),
    "density": ("sparse", "dense"),
    "detail": ("plain", "detailed"),
}


def some(count, seed=0, **means):
    random = np.random.default_rng(seed)
    return {name: means.get(name, 0) + random.standard_normal(count) for name in WORDS}


RANDOM = some(500)


def test_what_likes_share_is_said_the_strongest_first():
    found = leanings(some(12, 1, warmth=1.2, density=-2.5), some(12, 2), RANDOM)
    assert why(found, WORDS) == ("sparse", "warm")
    assert why(found, WORDS, most=1) == ("sparse",)
    assert why(found, {"warmth": ("cool", "warm")}) == ("warm",)


def test_dislikes_tell_as_well():
    liked, disliked = some(40, 1, warmth=0.3), some(40, 2, warmth=-1)
    assert why(leanings(liked, {}, RANDOM), WORDS) == ()
    assert why(leanings(liked, disliked, RANDOM), WORDS) == ("warm",)


def test_a_result_is_given_only_the_reasons_that_hold_for_it():
    found = leanings(some(20, 1, warmth=2, density=2), {}, RANDOM)
    assert why(found, WORDS, {"warmth": 1.5, "density": -1.0}) == ("warm",)
    assert why(found, WORDS, {"density": 1.5}) == ("dense",)
    assert why(found, WORDS, {}) == ()


def test_two_likes_a_quality_that_never_changes_or_none_at_all_say_nothing():
    assert leanings(some(2, 1, warmth=9), {}, RANDOM) == []
    same = {"warmth": np.ones(50)}
    assert leanings({"warmth": np.full(9, 2.0)}, {}, same) == []
    assert leanings({}, {}, {}) == []
    odd = {"warmth": np.array([np.nan, np.inf, 1.0])}
    assert leanings(odd, odd, RANDOM) == []
    assert leanings({"charm": np.ones(9)}, {}, RANDOM) == []


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 10**6))
def test_chance_is_seldom_taken_for_a_reason(seed):
    """Of twenty people without a taste few are told a reason."""
    told = [leanings(some(8, seed + n), some(8, seed + 99 + n), RANDOM) for n in range(20)]
    assert sum(bool(found) for found in told) < 12
