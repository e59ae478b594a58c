"""Distances of clouds, against what can be worked out by hand."""

import numpy as np
import pytest

from studio.gan.clouds import (
    copying,
    frechet,
    kernel_distance,
    kernel_distance_std,
    manifold_figures,
    mann_whitney,
    nearest,
    nearest_others,
    spread_of,
)


def cloud(count: int, seed: int, width: int = 8) -> np.ndarray:
    return np.random.default_rng(seed).standard_normal((count, width)).astype(np.float32)


def test_frechet_of_shifted_and_of_wider_clouds():
    one = cloud(5000, 0, 3)
    assert frechet(one, one) == pytest.approx(0, abs=1e-6)
    assert frechet(one + 2, one) == pytest.approx(12, rel=1e-3)  # 3 directions, 2 squared each
    assert frechet(3 * one, one) == pytest.approx(3 * 4, rel=0.05)  # (3 - 1) squared each


def test_kernel_distance_is_unbiased():
    found = [kernel_distance(cloud(40, seed), cloud(25, seed + 100)) for seed in range(100)]
    error = np.std(found) / 10
    assert abs(np.mean(found)) < 3 * error
    assert kernel_distance(cloud(40, 0) + 1, cloud(25, 1)) > 10 * error
    assert 0 < kernel_distance_std(cloud(40, 0), cloud(25, 1)) < 1


def test_manifold_figures_of_a_line():
    reals = np.arange(8, dtype=np.float32)[:, None]
    same = manifold_figures(reals, reals)
    assert same["precision"] == same["recall"] == same["coverage"] == 1
    assert manifold_figures(reals + 100, reals) == {
        "precision": 0, "recall": 0, "density": 0, "coverage": 0,
    }  # fmt: skip
    left = manifold_figures(np.array([[0.0], [0.1], [0.2], [0.3]]), reals)
    assert left["precision"] == 1 and left["recall"] == pytest.approx(1 / 8)


def test_coverage_of_fresh_points_is_what_theory_says():
    """1 - C(r + f - k - 1, f) / C(r + f - 1, f), about 1 - 2 ** -5 (Naeem et al. 2020)."""
    found = [
        manifold_figures(cloud(200, seed), cloud(200, seed + 50))["coverage"] for seed in range(10)
    ]
    assert np.mean(found) == pytest.approx(1 - 0.5**5, abs=0.015)


def test_nearest_and_nearest_others():
    train = cloud(2500, 0)
    index, far = nearest(train[[3, 2400]] + 1e-4, train)
    assert index.tolist() == [3, 2400] and (far < 1e-3).all()
    line = np.array([[0.0], [1.0], [5.0]])
    assert nearest_others(line, line[:0]).tolist() == [1, 1, 4]
    assert nearest_others(line, line + 1).tolist() == [1, 0, 3]
    assert spread_of(line) == pytest.approx((1 + 5 + 4) / 3)
    assert len(nearest(train[:0], train)[0]) == 0


def test_mann_whitney_against_a_count_by_hand():
    a, b = np.array([1.0, 2.0, 4.0]), np.array([2.0, 3.0])
    u = 0 + 0.5 + 2  # pairs in which a is larger, ties half
    assert mann_whitney(a, b) == pytest.approx((u - 3) / np.sqrt(6 * 6 / 12))
    assert mann_whitney(a, b) == -mann_whitney(b, a)
    assert mann_whitney(a, a) == 0


def test_copying_is_seen_in_one_cell_too():
    """Copies of one region of the files alone must not drown in the rest."""
    train = np.concatenate([cloud(200, 0), cloud(200, 1) + 20])
    other = np.concatenate([cloud(60, 2), cloud(60, 3) + 20])
    honest = np.concatenate([cloud(60, 4), cloud(60, 5) + 20])
    partly = np.concatenate([cloud(60, 4), train[200:260]])

    def score(made: np.ndarray) -> float:
        sides = [(x, nearest(x, train)[1]) for x in (made, other)]
        return copying(sides[0], sides[1], train)

    assert abs(score(honest)) < 2
    assert score(partly) < -3 and score(train[:120]) < score(partly)
