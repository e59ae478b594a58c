"""Latents and recipes: the same everywhere, JSON there and back, nothing hostile gets in."""

import json
import struct

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.core.errors import StudioError
from studio.core.latent import (
    LAYER_GROUPS,
    MAX_DEPTH,
    MAX_LATENTS,
    MAX_MOVES,
    MAX_SEED,
    Cross,
    Drift,
    Latent,
    Mix,
    Recipe,
    Slide,
    Toward,
    draw,
)
from studio.core.recipe_file import recipe_from_json, recipe_to_json

seeds = st.integers(0, MAX_SEED)
groups = st.sets(st.sampled_from(LAYER_GROUPS), min_size=1).map(
    lambda chosen: tuple(group for group in LAYER_GROUPS if group in chosen)
)
numbers = st.lists(st.floats(width=32, allow_nan=False, allow_infinity=False), max_size=4).map(
    lambda values: struct.pack(f"<{len(values)}f", *values)
)


def _latents(others):
    moves = (
        st.builds(Toward, others, st.floats(-2, 2), groups, st.booleans())
        | st.builds(Mix, others, groups, st.booleans())
        | st.builds(Cross, others, seeds)
        | st.builds(Drift, seeds, st.floats(0, 1), groups)
        | st.builds(Slide, st.text(max_size=20), st.floats(-100, 100), numbers, groups)
    )
    return st.builds(
        Latent, seeds, st.floats(0, 2), st.lists(moves, max_size=3).map(tuple), numbers
    )


plain = st.builds(Latent, seed=seeds, psi=st.floats(0, 2))
latents = st.recursive(plain, _latents, max_leaves=6)
option = (
    st.booleans()
    | st.integers(-(2**60), 2**60)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=20)
)
options = st.dictionaries(st.text(max_size=20), option, max_size=5).map(
    lambda values: tuple(sorted(values.items()))
)
recipes = st.builds(Recipe, st.text(max_size=40), latents, options)
anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=6,
)


@given(recipes)
def test_a_recipe_comes_back_from_json(recipe):
    text = json.dumps(recipe_to_json(recipe))
    assert recipe_from_json(json.loads(text)) == recipe


@given(
    st.fixed_dictionaries(
        {},
        optional=dict.fromkeys(
            ("model", "latent", "seed", "psi", "mix", "blends", "options"), anything
        ),
    )
    | anything
)
def test_any_json_is_a_recipe_or_a_sentence(values):
    try:
        recipe = recipe_from_json(values)
    except StudioError:
        return
    assert 0 <= recipe.latent.seed <= MAX_SEED
    assert 0 <= recipe.latent.psi <= 2
    hash(recipe)


@pytest.mark.parametrize(
    "changes",
    [
        {"psi": 10**400},
        {"psi": "1e999"},
        {"seed": -1},
        {"seed": True},
        {"moves": 3},
        {"moves": [{"move": "leap"}]},
        {"moves": [{"move": "drift", "seed": 1, "strength": 1.5}]},
        {"moves": [{"move": "drift", "seed": 1, "strength": 0.5}] * (MAX_MOVES + 1)},
        {"point": "no base64"},
        {"point": "AAA="},
        {"point": "AADAfw=="},  # not a number
        {"point": "AAAA" * 10**6},
    ],
    ids=lambda changes: f"{changes!r:.40}",
)
def test_hostile_values_are_refused(changes):
    values = recipe_to_json(Recipe())
    values["latent"].update(changes)
    with pytest.raises(StudioError, match="damaged"):
        recipe_from_json(values)


def nested(depth, width=1):
    latent = Latent()
    for seed in range(depth - 1):
        latent = Latent(seed, 0.5, tuple(Mix(latent) for _ in range(width)))
    return latent


@pytest.mark.parametrize("latent", [nested(MAX_DEPTH + 1), nested(9, 2)], ids=["deep", "wide"])
def test_a_family_larger_than_any_of_ours_is_refused(latent):
    with pytest.raises(StudioError, match="damaged"):
        recipe_from_json(recipe_to_json(Recipe(latent=latent)))
    short = latent.shortened()
    assert short.depth < MAX_DEPTH and short.size < MAX_LATENTS
    assert recipe_from_json(recipe_to_json(Recipe(latent=short))).latent == short


@given(latents)
def test_a_small_family_is_not_shortened(latent):
    assert latent.shortened() == latent


def test_what_the_first_version_wrote_is_read():
    old = {"model": "m", "seed": 3, "psi": 0.5, "blends": [[4, 0.25]], "options": {"key": 2}}
    blend = Toward(Latent(4, 0.5), 0.25)
    assert recipe_from_json({**old, "mix": None}) == Recipe(
        "m", Latent(3, 0.5, (blend,)), (("key", 2),)
    )
    mix = {"seed": 9, "groups": ["fine", "coarse"]}
    assert recipe_from_json({**old, "mix": mix}).latent.mix == Mix(
        Latent(9, 0.5), ("coarse", "fine")
    )


@given(latents)
def test_the_weights_of_noise_keep_its_strength(latent):
    weights = [weight for _, weight in latent.noises]
    assert sum(weight**2 for weight in weights) == pytest.approx(1)


def test_whole_moves_take_the_noise_along():
    there = Latent(1).moved(Toward(Latent(2), 1.0, whole=True))
    assert there.noises == ((2, 1.0),)
    halfway = Latent(1).moved(Toward(Latent(2), 0.5, whole=True))
    assert dict(halfway.noises) == pytest.approx({1: 0.5**0.5, 2: 0.5**0.5})
    assert Latent(1).moved(Toward(Latent(2), 1.0)).noises == ((1, 1.0),)


def test_a_style_mix_stays_one_when_sliders_are_moved_after_it():
    one, slide = Mix(Latent(3)), Slide("Warmth", 1.0, b"\0\0\x80?")
    latent = Latent(1).moved(Cross(Latent(2), 4), one, slide)
    assert latent.mix == one and latent.slides == (slide,)
    assert latent.mixed(None) == Latent(1).moved(Cross(Latent(2), 4), slide)
    other = Mix(Latent(5), ("coarse",))
    assert latent.mixed(other) == Latent(1).moved(Cross(Latent(2), 4), other, slide)


def test_a_style_mix_takes_the_place_of_the_last_one():
    latent = Latent(1).moved(Drift(2, 0.1))
    one, other = Mix(Latent(3)), Mix(Latent(4), ("coarse",))
    assert latent.mixed(one).mixed(other) == latent.moved(other)
    assert latent.mixed(one).mixed(None) == latent and latent.mix is None


def test_variety_reaches_everything_a_latent_is_made_of():
    latent = Latent(1, 0.7).moved(Cross(Latent(2, 0.6).moved(Mix(Latent(3, 0.9))), 4))
    found = latent.with_psi(0.2)
    assert {found.psi, *(o.psi for o in found.others)} == {0.2}
    assert next(next(found.others).others).psi == 0.2


def test_numbers_are_the_same_on_every_machine():
    assert np.allclose(draw(7, 0, 3), [1.5219693, -1.1441058, 1.1501616], atol=1e-6)
    assert (draw(7, 0, 3) == draw(7, 0, 3)).all()
    assert (draw(7, 0, 3) != draw(7, 1, 3)).all()
    assert draw(7, 2, 2, 5).shape == (2, 5) and draw(7, 2, 2, 5).dtype == np.float32


def test_options_read_and_replace():
    recipe = Recipe().with_option("tempo", 90).with_option("key", "C").with_option("tempo", 100)
    assert recipe.options == (("key", "C"), ("tempo", 100))
    assert (recipe.option("tempo", 1), recipe.option("absent", 1)) == (100, 1)
    assert recipe.with_latent(seed=4).latent.seed == 4
