"""The mathematics behind measured sliders, on slopes that are known."""

import numpy as np

from studio.gan.slider_directions import even_way, fitted_slopes, monotony


def test_slopes_are_learnt_from_few_samples_where_they_are_expected():
    random = np.random.default_rng(0)
    x = random.normal(size=(120, 2, 40))
    slopes = np.zeros((2, 40, 2))
    slopes[0, :3, 0], slopes[1, :3, 1] = (1, -0.5, 0.2), (0.3, 0.3, 0)
    y = np.einsum("ngk,gkm->nm", x, slopes) + 0.3 * random.normal(size=(120, 2)) + 5
    bases = np.zeros((2, 40, 6))
    bases[:, range(6), range(6)] = 0.3
    found = fitted_slopes(x, y, bases)
    assert found.shape == slopes.shape
    assert np.abs(found - slopes).max() < 0.12


def test_a_way_changes_its_own_measure_and_no_other():
    random = np.random.default_rng(1)
    own, other = np.array([1.0, 0.9, 0, 0]), np.array([0, 1.0, 0, 0])
    slopes = np.stack([own, other], 1)[None] + 0.05 * random.normal(size=(20, 4, 2))
    way = even_way(slopes, 0, np.array([1.0, 1.0]))
    assert np.isclose(np.linalg.norm(way.direction), 1)
    assert way.effects[0] > 0.9 and way.leak(0, [0, 1]) < 0.1
    careless = even_way(slopes, 0, np.array([1.0, 0.0]))
    assert careless.leak(0, [0, 1]) > 0.4 and careless.leak(0, [0]) == 0


def test_a_way_that_is_the_same_from_every_seed_wins_over_a_stronger_one():
    slopes = np.zeros((20, 2, 1))
    slopes[:, 0, 0] = 1
    slopes[:, 1, 0] = np.where(np.arange(20) % 4 == 0, -6, 4)  # 1.5 in the mean
    way = even_way(slopes, 0, np.array([1.0]))
    assert abs(way.direction[0]) > 0.9 and way.effects[0] > 0.9


def test_nothing_to_steer_is_no_number_out_of_range():
    way = even_way(np.zeros((4, 3, 2)), 0, np.array([1.0, 1.0]))
    assert np.isfinite(way.direction).all() and way.evenness == 0


def test_monotony():
    values = np.zeros((2, 5, 4))
    values[:, :, 0] = np.arange(5) ** 3  # rises, however unevenly
    values[:, :, 1] = -np.arange(5)
    values[0, :, 2] = np.arange(5)  # from one seed only
    found = monotony(values)
    assert np.allclose(found, [1, -1, 0.5, 0])
    values[:, :, 3] = [0, 0, 0, 0, 1]  # ties
    assert 0.6 < monotony(values)[3] < 0.8
