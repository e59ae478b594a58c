"""Latents and recipes: the same everywhere, JSON there and back, nothing hostile gets in."""

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.core.errors import StudioError
from studio.core.latent import (
    LAYER_GROUPS,
    MAX_SEED,
    Blend,
    Latent,
    Recipe,
    StyleMix,
    draw,
    recipe_from_json,
    recipe_to_json,
)

seeds = st.integers(0, MAX_SEED)
groups = st.sets(st.sampled_from(LAYER_GROUPS)).map(
    lambda chosen: tuple(group for group in LAYER_GROUPS if group in chosen)
)
latents = st.builds(
    Latent,
    seed=seeds,
    psi=st.floats(0, 2),
    mix=st.none() | st.builds(StyleMix, seeds, groups),
    blends=st.lists(st.builds(Blend, seeds, st.floats(-2, 2)), max_size=5).map(tuple),
)
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
        optional=dict.fromkeys(("model", "seed", "psi", "mix", "blends", "options"), anything),
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
    "name, value",
    [("psi", 10**400), ("psi", "1e999"), ("seed", -1), ("seed", True), ("mix", 3)],
    ids=["psi huge", "psi infinite", "seed negative", "seed true", "mix a number"],
)
def test_hostile_numbers_are_refused(name, value):
    values = {**recipe_to_json(Recipe()), name: value}
    with pytest.raises(StudioError, match="damaged"):
        recipe_from_json(values)


@given(latents, st.integers(0, 100), st.floats(0, 1))
def test_a_variation_is_a_new_latent_that_repeats(latent, index, strength):
    assert latent.variation(index, strength) == latent.variation(index, strength)
    assert latent.variation(index, strength) != latent.variation(index + 1, strength)


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
