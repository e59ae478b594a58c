"""The verbs: repeatable, honest at their ends, refusing what cannot be."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.core import verbs
from studio.core.errors import StudioError
from studio.core.latent import LAYER_GROUPS, MAX_DEPTH, Cross, Drift, Latent, Mix, Recipe, Slide
from studio.core.recipe_file import recipe_from_json, recipe_to_json
from tests.core.test_latent import recipes

FAMILY = [Recipe("m", Latent(seed), (("key", seed),)) for seed in (1, 2, 3)]
NORTH = struct.pack("<2f", 0.0, 1.0)


@given(recipes, st.integers(0, 100), st.floats(0, 1))
def test_a_variation_is_a_new_recipe_that_repeats(recipe, index, strength):
    one = verbs.varied(recipe, index, strength)
    assert one == verbs.varied(recipe, index, strength)
    assert one != verbs.varied(recipe, index + 1, strength)
    assert one.latent.noises == recipe.latent.noises


def test_children_turn_between_the_parents_and_differ():
    children = [verbs.bred(FAMILY, index) for index in range(6)]
    assert [child.latent.seed for child in children] == [1, 2, 3, 1, 2, 3]
    assert [child.option("key", 0) for child in children] == [1, 2, 3, 1, 2, 3]
    assert len(set(children)) == 6 and children == [verbs.bred(FAMILY, n) for n in range(6)]
    kinds = [type(move) for move in children[0].latent.moves]
    assert kinds == [Cross, Cross, Drift]
    assert not any(isinstance(m, Drift) for m in verbs.bred(FAMILY, 0, 0.0).latent.moves)


def test_a_family_can_be_bred_for_ever():
    family = FAMILY
    for _ in range(40):
        family = [verbs.bred(family, index) for index in range(3)]
    for child in family:
        assert child.latent.depth <= MAX_DEPTH
        assert recipe_from_json(recipe_to_json(child)) == child


@given(st.integers(2, 30), st.booleans())
def test_a_morph_begins_and_ends_at_its_stops(steps, loops):
    way = verbs.morphed(FAMILY, steps, loops=loops)
    assert len(way) == steps and way[0] == FAMILY[0]
    assert loops or way[-1] == FAMILY[-1]
    assert len(set(way)) == steps


def test_a_morph_passes_through_its_stops():
    assert verbs.morphed(FAMILY, 5)[2] == FAMILY[1]
    assert verbs.morphed(FAMILY, 6, loops=True)[::2] == FAMILY


@pytest.mark.parametrize(
    "call, words",
    [
        (lambda: verbs.bred(FAMILY[:1], 0), "two results or more"),
        (lambda: verbs.bred([FAMILY[0], Recipe("other")], 0), "one model"),
        (lambda: verbs.morphed(FAMILY[:1], 5), "two results or more"),
        (lambda: verbs.morphed(FAMILY, 1), "2 to 10,000 steps"),
        (lambda: verbs.morphed(FAMILY, 10**9), "2 to 10,000 steps"),
        (lambda: verbs.mixed(FAMILY[0], Recipe("other"), ("fine",)), "one model"),
        (lambda: verbs.mixed(FAMILY[0], FAMILY[1], ()), "unlock"),
        (lambda: verbs.varied(FAMILY[0], 0, 0.5, ()), "unlock"),
    ],
)
def test_what_cannot_be_is_a_sentence(call, words):
    with pytest.raises(StudioError, match=words):
        call()


def test_mixing_takes_layers_of_another_result_on():
    found = verbs.mixed(FAMILY[0], FAMILY[1], ("coarse",)).latent.mix
    assert found is not None and (found.other, found.groups) == (FAMILY[1].latent, ("coarse",))


def test_a_slider_moves_from_where_it_was_and_back_to_nothing():
    there = verbs.steered(FAMILY[0], Slide("hue", 2.0, NORTH))
    assert verbs.slid(there, "hue") == 2.0 and verbs.slid(there, "detail") == 0.0
    farther = verbs.steered(verbs.steered(there, Slide("detail", 1.0, NORTH)),
                            Slide("hue", 3.0, NORTH))  # fmt: skip
    assert verbs.slid(farther, "hue") == 3.0 and len(farther.latent.moves) == 2
    assert verbs.steered(there, Slide("hue", 0.0, NORTH)) == FAMILY[0]


def test_locked_layers_are_those_of_the_first_result_however_often():
    before = FAMILY[0]
    for seed in range(50):
        now = verbs.locked(verbs.seeded(before, seed), before, ("coarse",))
        assert now.latent.moves == (Mix(FAMILY[0].latent, ("coarse",), is_lock=True),)
        assert now.latent.seed == seed and now.latent.mix is None
        before = now
    more = verbs.locked(verbs.seeded(before, 60), before, ("coarse", "fine"))
    assert isinstance(more.latent.moves[0], Mix) and more.latent.moves[0].other == before.latent
    assert verbs.locked(FAMILY[0], Recipe("other"), ("fine",)) == FAMILY[0]
    assert verbs.locked(FAMILY[0], FAMILY[1], ()) == FAMILY[0]


def test_a_fresh_seed_leaves_everything_but_variety_and_options_behind():
    bred = verbs.bred(FAMILY, 1)
    assert verbs.seeded(bred, 9) == Recipe("m", Latent(9, bred.latent.psi), bred.options)
    assert verbs.varied(bred, 0, 0.3, LAYER_GROUPS[:1]).latent.moves[-1].groups == ("coarse",)
