"""The coordinates of W: the same everywhere, even, and proposals that are recipes."""

import numpy as np
import pytest

from studio.core.errors import StudioError
from studio.core.latent import LAYER_GROUPS, Drift, Latent, Mix, Recipe
from studio.core.taste import DIMENSIONS, Taste
from studio.core.work import Finished, Progress, result_of
from studio.gan.taste_space import CANDIDATES, TasteSpace
from studio.media import kinds


@pytest.fixture(scope="module", params=kinds(), ids=lambda kind: kind.name)
def space(request, model_of):
    return TasteSpace(request.param.load_generator(model_of(request.param), "cpu")._play)


def taught(space, count=12):
    """A taste that likes what is high in the first coordinate."""
    taste = Taste(space.model)
    for point in space.candidates(range(100, 100 + count), 1.0):
        taste = taste.judged(point, bool(point[0] > 0))
    return taste


def test_random_results_are_even_and_the_first_coordinates_count_most(space):
    places = space.candidates(range(9000, 12000), 1.0)
    assert places.dtype == np.float32 and places.shape == (3000, DIMENSIONS)
    spread = places.std(0)
    alive = spread > 0
    assert alive.sum() >= 8  # a tiny network has few directions
    assert np.abs(places.mean(0)).max() < 0.2
    near = np.corrcoef(places[:, alive].T) - np.eye(int(alive.sum()))
    assert np.abs(near).max() < 0.15
    assert spread[0] > 1 > spread[alive].min()
    assert (np.diff(spread[alive]) < 0.15 * spread[alive].max()).all()


def test_a_seed_lies_where_its_latent_does(space):
    many = space.candidates([3, 4], 0.7)
    for seed, place in zip((3, 4), many, strict=True):
        assert np.allclose(space.coordinates(Latent(seed, 0.7)), place, atol=1e-4)
    assert space.coordinates(Latent(3)).dtype == np.float32


def test_layers_count_by_their_number(space):
    one, other = Latent(3), Latent(4)
    mixed = one.moved(Mix(other, ("middle",)))
    start, end = space.coordinates(one), space.coordinates(other)
    part = np.linalg.norm(space.coordinates(mixed) - start) / np.linalg.norm(end - start)
    assert 0 < part < 1
    whole = one.moved(Mix(other, LAYER_GROUPS))
    assert np.allclose(space.coordinates(whole), end, atol=1e-4)
    drifted = one.moved(Drift(1, 0.3))
    assert 0 < np.linalg.norm(space.coordinates(drifted) - start) < np.linalg.norm(end - start)


def test_the_space_is_the_same_each_time(space):
    again = TasteSpace(space._play)
    assert np.allclose(again.candidates(range(20), 0.7), space.candidates(range(20), 0.7))


def test_what_is_worth_a_look_is_new_and_half_of_it_fits_the_taste(space):
    taste = taught(space, 40)
    recipe = Recipe("old", Latent(1, 0.6).moved(Drift(2, 0.1)), (("key", 2),))
    *progress, last = space.shortlist(taste, recipe, 20, 5)
    assert progress and all(isinstance(one, Progress) for one in progress)
    assert isinstance(last, Finished) and len(last.value) == 20
    for one in last.value:
        assert one.model == space.model and one.options == recipe.options
        assert one.latent == Latent(one.latent.seed, 0.6)
    assert last.value == result_of(space.shortlist(taste, recipe, 20, 5))
    firsts = [space.coordinates(one.latent)[0] for one in last.value]
    random = space.candidates(range(CANDIDATES), 0.6)[:, 0]
    assert np.mean(firsts[:10]) > np.quantile(random, 0.85) > np.mean(firsts[10:])


def test_weights_that_leave_no_numbers_are_a_sentence(space):
    play = space._play.twin()
    for value in play.network.mapping.state_dict().values():
        value.fill_(3e38)
    with pytest.raises(StudioError, match="too large"):
        TasteSpace(play).candidates([1], 0.7)


def test_likes_of_another_model_are_refused(space):
    with pytest.raises(StudioError, match="another model"):
        result_of(space.shortlist(Taste("other"), Recipe(), 4, 0))
