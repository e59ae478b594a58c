"""What tells two recipes apart, in words."""

from dataclasses import replace

from studio.core.latent import COMPOSITE, Cross, Drift, Latent, Recipe
from studio.core.recipe_difference import lines_apart

PLAIN = Recipe("m", Latent(5))


def test_equal_recipes_have_nothing_apart():
    moved = replace(PLAIN, latent=Latent(5).moved(Drift(1, 0.3)))
    assert lines_apart(PLAIN, PLAIN) == lines_apart(moved, moved) == []


def test_only_what_comes_after_the_common_way_is_said():
    one = replace(PLAIN, latent=Latent(5).moved(Drift(1, 0.3), Drift(2, 0.5)))
    other = replace(PLAIN, latent=Latent(5).moved(Drift(1, 0.3), Cross(Latent(9), 1)))
    assert lines_apart(one, other) == ["drifted by 50%, seed 2"]
    assert lines_apart(other, one) == ["crossed with seed 9"]
    assert lines_apart(PLAIN, one) == []


def test_model_start_and_options_are_said_where_they_differ():
    other = Recipe("another-long-model-id", Latent(6, 0.4)).with_option("tempo_bpm", 90)
    lines = lines_apart(other, PLAIN.with_option("tempo_bpm", 120))
    assert lines == ["model another-long", "seed 6, variety 0.4", "tempo bpm 90"]
    assert lines_apart(PLAIN.with_option(COMPOSITE, True), PLAIN) == []
