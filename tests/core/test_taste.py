"""Likes and dislikes: a hidden taste is found, proposals differ, files are safe."""

import base64
import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from studio.core.errors import StudioError
from studio.core.library import places
from studio.core.taste import (
    DIMENSIONS,
    ENOUGH,
    MAX_LABELS,
    MAX_QUALITIES,
    Candidates,
    Taste,
    is_try,
)
from studio.core.taste_file import (
    MAX_BYTES,
    forget_all_tastes,
    forget_taste,
    load_taste,
    save_taste,
    taste_path,
)

points = st.integers(0, 2**32 - 1).map(
    lambda seed: np.random.default_rng((seed, 1)).standard_normal(DIMENSIONS).astype(np.float32)
)


def cloud(count, seed=0):
    return np.random.default_rng(seed).standard_normal((count, DIMENSIONS)).astype(np.float32)


def clicked(count, seed=0):
    """A taste that likes what is high in the first coordinate."""
    taste = Taste("m")
    for point in cloud(count, seed):
        taste = taste.judged(point, bool(point[0] > 0))
    return taste


def pleased(person, clicks):
    """The mean percentile of proposals after so many clicks of a person with a hidden taste."""
    random = np.random.default_rng(person)
    direction, favourite = random.standard_normal(DIMENSIONS), 0.7 * cloud(1, person)

    def score(places):
        bump = np.exp(-((places - favourite) ** 2).sum(1) / (2 * 3**2))
        return places @ direction / (0.7 * np.linalg.norm(direction)) + bump

    ranked = np.sort(score(0.7 * cloud(3000, person + 1000)))
    bar = np.quantile(ranked, 0.6)
    taste = Taste("m")
    while True:
        pool = 0.7 * random.standard_normal((2000, DIMENSIONS))
        shown = pool[taste.propose(Candidates(pool), 8, len(taste.labels))]
        if len(taste.labels) >= clicks:
            return 100 * np.searchsorted(ranked, score(shown)).mean() / len(ranked)
        felt = score(shown) - bar
        for index in np.argsort(-np.abs(felt))[:4]:
            liked = felt[index] + 0.3 * random.standard_normal() > 0
            taste = taste.judged(shown[index], bool(liked))


def test_a_hidden_taste_is_found_within_twenty_clicks():
    before = np.mean([pleased(person, 0) for person in range(8)])
    after = np.mean([pleased(person, 20) for person in range(8)])
    assert 35 < before < 65
    assert after >= 85


def measured(points):
    """Warmth is something that no straight line through the coordinates tells; noise tells none."""
    random = np.random.default_rng(len(points))
    warmth = np.abs(points).sum(1) + np.cos(9 * points).sum(1)
    return {"warmth": 100 + 7 * warmth, "noise": random.standard_normal(len(points))}


def warm(clicks):
    """A taste for what is warm, its likes and dislikes measured."""
    taste, points = Taste("m"), cloud(clicks)
    qualities = measured(points)
    bar = np.median(qualities["warmth"])
    for index, point in enumerate(points):
        told = {name: float(values[index]) for name, values in qualities.items()}
        taste = taste.judged(point, bool(qualities["warmth"][index] > bar), told)
    return taste


def test_a_taste_for_what_is_measured_is_found_although_places_do_not_tell():
    pool = cloud(400, 1)
    qualities, usual = measured(pool), measured(cloud(64, 2))
    ranked = np.sort(qualities["warmth"])

    def percentile(candidates):
        shown = warm(20).propose(candidates, 8, 0)
        return 100 * np.searchsorted(ranked, qualities["warmth"][shown]).mean() / len(ranked)

    assert percentile(Candidates(pool, qualities, usual)) > 85 > percentile(Candidates(pool)) + 15


def test_places_count_where_what_is_measured_explains_nothing():
    pool = cloud(400, 1)
    qualities, usual = measured(pool), measured(cloud(64, 2))
    taste, clicks = Taste("m"), cloud(30)
    for index, point in enumerate(clicks):
        told = {name: float(values[index]) for name, values in measured(clicks).items()}
        taste = taste.judged(point, bool(point[0] > 0), told)
    shown = taste.propose(Candidates(pool, qualities, usual), 8, 0)
    assert pool[shown][:, 0].mean() > np.quantile(pool[:, 0], 0.75)


def test_measures_that_are_missing_or_odd_do_no_harm():
    pool, odd = cloud(50, 1), np.full(50, np.nan)
    qualities = {"warmth": odd, "flat": np.ones(50), "unknown": np.ones(50)}
    usual = {"warmth": measured(cloud(64, 2))["warmth"], "flat": np.ones(64)}
    for taste in (clicked(12), warm(12)):
        assert len(taste.propose(Candidates(pool, qualities, usual), 8, 0)) == 8
    assert clicked(12).propose(Candidates(cloud(0)), 8, 0) == []


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 60), st.integers(0, 40), st.integers(0, 12), st.integers(0, 99))
def test_what_is_worth_a_look_was_not_clicked_and_comes_once(pool, count, clicks, seed):
    points = np.concatenate([cloud(pool, 1), cloud(clicks)])  # the last ones are clicked already
    found = clicked(clicks).shortlist(points, count, seed)
    assert len(found) == len(set(found)) == min(pool, count)
    assert all(0 <= index < pool for index in found)


def test_half_of_what_is_worth_a_look_pleases_by_its_place():
    points = cloud(500, 1)
    found = clicked(30).shortlist(points, 20, 0)
    assert points[found[:10], 0].mean() > points[found[10:], 0].mean() + 0.5


def test_the_same_seed_proposes_the_same_and_another_something_else():
    taste, pool = clicked(12), cloud(500, 1)
    assert taste.propose(Candidates(pool), 8, 3) == taste.propose(Candidates(pool), 8, 3)
    assert taste.propose(Candidates(pool), 8, 3) != taste.propose(Candidates(pool), 8, 4)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 30), st.integers(0, 12), st.integers(0, 9), st.integers(0, 99))
def test_proposals_are_of_the_candidates_and_none_comes_twice(pool, count, clicks, seed):
    found = clicked(clicks).propose(Candidates(cloud(pool, 1)), count, seed)
    assert len(found) == len(set(found)) == min(pool, count)
    assert all(0 <= index < pool for index in found)


def test_twins_are_not_shown_together():
    pool = np.repeat(cloud(100, 1), 2, axis=0)
    for clicks in (0, 12):
        shown = clicked(clicks).propose(Candidates(pool), 8, 0)
        assert len({index // 2 for index in shown}) == 8


def test_every_fourth_is_a_try_of_what_is_doubtful_but_promising():
    taste, pool = clicked(30), cloud(2000, 1)
    belief = taste.belief()
    doubt, appeal = belief.doubt(pool), belief.appeal(pool)
    shown = taste.propose(Candidates(pool), 8, 0)
    tries = [index for place, index in enumerate(shown) if is_try(place)]
    sure = [index for place, index in enumerate(shown) if not is_try(place)]
    assert len(tries) == 2
    promising = appeal >= np.quantile(appeal, 0.95)
    assert promising[tries].all()
    assert doubt[tries].min() > np.quantile(doubt[promising], 0.9)
    assert appeal[sure].mean() > appeal[tries].mean()


def test_nothing_is_guessed_before_five_clicks():
    pool = cloud(200, 1)
    assert not clicked(ENOUGH - 1).is_ready and clicked(ENOUGH).is_ready
    one, other = (clicked(4, seed).propose(Candidates(pool), 6, 0) for seed in (1, 2))
    assert one == other


def test_the_belief_grows_surer_and_points_the_right_way():
    pool = cloud(300, 5)
    few, many = clicked(5).belief(), clicked(80).belief()
    assert many.doubt(pool).mean() < few.doubt(pool).mean()
    assert np.corrcoef(many.appeal(pool), pool[:, 0])[0, 1] > 0.6


def test_a_person_may_change_their_mind():
    """Older clicks count less, so that a taste turned round is followed."""
    taste = clicked(60)
    for point in cloud(120, 9):
        taste = taste.judged(point, bool(point[0] < 0))
    pool = cloud(300, 5)
    assert np.corrcoef(taste.belief().appeal(pool), pool[:, 0])[0, 1] < -0.3


def test_only_likes_or_extreme_places_do_no_harm():
    taste = Taste("m")
    for point in 50 * cloud(20):
        taste = taste.judged(point, True)
    belief = taste.belief()
    assert np.isfinite(belief.mean).all() and np.isfinite(belief.covariance).all()
    assert len(taste.propose(Candidates(cloud(50, 1)), 8, 0)) == 8


@settings(max_examples=40, deadline=None)
@given(points, st.booleans())
def test_a_click_can_be_read_changed_and_taken_back(point, liked):
    taste = clicked(3).judged(point, liked)
    nearly = point + np.float32(1e-4)  # the same result made on another device
    assert taste.opinion(nearly) is liked
    assert taste.judged(nearly, not liked).opinion(point) is (not liked)
    assert len(taste.judged(nearly, not liked).labels) == len(taste.labels)
    assert taste.without(nearly) == clicked(3)
    assert clicked(3).opinion(point) is None


def test_the_oldest_clicks_make_room():
    taste = clicked(MAX_LABELS + 3)
    assert len(taste.labels) == MAX_LABELS
    assert taste.opinion(cloud(1)[0]) is None


def test_what_was_measured_comes_along():
    many = {f"q{number:02}": 1.0 for number in range(MAX_QUALITIES + 5)}
    taste = Taste("m").judged(cloud(1)[0], True, {"warmth": 2.0, "lightness": float("nan")})
    taste = taste.judged(cloud(1, 1)[0], True, {"warmth": 3.0}).judged(cloud(1, 2)[0], False, many)
    assert taste.measured(True)["warmth"].tolist() == [2.0, 3.0]
    assert set(taste.measured(True)) == {"warmth"} and len(taste.measured(False)) == MAX_QUALITIES


@pytest.mark.parametrize("point", [np.zeros(3), np.full(DIMENSIONS, np.nan), np.zeros(0)])
def test_no_place_is_a_sentence(point):
    with pytest.raises(StudioError, match="cannot be judged"):
        Taste("m").judged(point, True)


def test_likes_come_back_and_each_model_has_its_own():
    taste = clicked(7).judged(cloud(1, 3)[0], True, {"warmth": 0.5})
    save_taste(taste, places())
    assert load_taste("m", places()) == taste
    assert load_taste("other", places()) == Taste("other")


def test_a_hostile_model_id_stays_in_the_folder():
    taste = Taste("../../../etc/passwd\0\ud800").judged(cloud(1)[0], True)
    save_taste(taste, places())
    path = taste_path(taste.model, places())
    assert path.is_file() and path.parent == places().data / "taste"
    assert load_taste(taste.model, places()) == taste


def test_all_is_forgotten():
    for model in ("a", "b", "c"):
        save_taste(Taste(model).judged(cloud(1)[0], True), places())
    forget_taste("a", places())
    save_taste(Taste("b"), places())  # nothing to keep
    left = list((places().data / "taste").iterdir())
    assert left == [taste_path("c", places())]
    forget_all_tastes(places())
    assert not list((places().data / "taste").iterdir())
    forget_taste("a", places())  # nothing there, and nothing said


def written(**changes):
    point = base64.b64encode(cloud(1)[0].tobytes()).decode()
    label = {"point": point, "liked": True, "qualities": {}, **changes.pop("label", {})}
    return json.dumps({"format": 1, "model": "m", "labels": [label], **changes}).encode()


HOSTILE = {
    "empty": b"",
    "no JSON": b"\xff\xfe",
    "deep": b"[" * 100_000,
    "a list": b"[]",
    "newer": written(format=2),
    "of another model": written(model="n"),
    "labels are a number": written(labels=3),
    "a label is text": written(labels=["x"]),
    "no base64": written(label={"point": "?"}),
    "too short": written(label={"point": "AAAA"}),
    "not a number": written(label={"point": base64.b64encode(b"\0\0\xc0\x7f" * 32).decode()}),
    "far out": written(label={"point": base64.b64encode(b"\0\0\x80\x7e" * 32).decode()}),
    "neither": written(label={"liked": "yes"}),
    "odd qualities": written(label={"qualities": {"a": [1]}}),
    "huge": b" " * (MAX_BYTES + 1) + written(),
}


@pytest.mark.parametrize("content", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_damaged_file_counts_as_no_likes(content):
    path = taste_path("m", places())
    path.parent.mkdir(parents=True)
    path.write_bytes(written())
    assert len(load_taste("m", places()).labels) == 1
    path.write_bytes(content)
    assert load_taste("m", places()) == Taste("m")


def test_what_keeps_likes_from_being_saved_is_said_without_the_files_name():
    taste_path("m", places()).parent.parent.mkdir(parents=True)
    taste_path("m", places()).parent.write_bytes(b"a file where the folder should be")
    with pytest.raises(StudioError, match=r"^Your likes could not be saved: [a-z ]+\.$"):
        save_taste(clicked(5), places())


def test_a_full_disk_is_a_sentence(monkeypatch):
    def full(_):
        raise OSError(28, "No space left on device")

    save_taste(clicked(5), places())
    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(StudioError, match=r"^Your likes could not be saved: the disk is full\.$"):
        save_taste(clicked(6), places())
    assert load_taste("m", places()) == clicked(5)


def test_the_largest_taste_fits_the_bound():
    qualities = {f"{number:02}" + "q" * 62: -1.2345678901234567e-300 for number in range(32)}
    taste = Taste("m")
    for point in cloud(MAX_LABELS):
        taste = taste.judged(point, True, qualities)
    save_taste(taste, places())
    assert load_taste("m", places()) == taste
