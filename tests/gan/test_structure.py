"""Edges, grain and direction: what random features take for one another is told apart here."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from studio.gan.overlap import mean_overlap, overlap, overlap_figures, with_means
from studio.gan.structure import describe

RANDOM = np.random.default_rng(0)


def noise(count=24):
    return RANDOM.integers(0, 256, (count, 64, 64, 3), dtype=np.uint8)


def lattices(count=24):
    """Thin lines, as far apart as chance has it: much contrast at the finest scale, few edges."""
    found = np.full((count, 64, 64, 3), 230, np.uint8)
    for one in found:
        step, first = int(RANDOM.integers(6, 12)), int(RANDOM.integers(6))
        one[first::step] = 20
        one[:, first::step] = 20
    return found


def test_noise_and_a_lattice_of_lines_have_little_in_common():
    of_noise, of_lines = describe(noise()), describe(lattices())
    for name in ("sparsity_64px", "direction_64px"):
        assert overlap(of_noise[name], of_lines[name]) < 0.1, name
        assert of_lines[name].mean() > of_noise[name].mean()
    assert mean_overlap(describe(lattices()), of_lines) > 2 * mean_overlap(of_noise, of_lines)


def test_soft_pictures_lack_contrast_at_the_finest_scale():
    sharp = lattices()
    soft = (sharp.reshape(24, 32, 2, 32, 2, 3).mean((2, 4))).astype(np.uint8)
    soft = soft.repeat(2, 1).repeat(2, 2)
    assert describe(soft)["contrast_64px"].max() < describe(sharp)["contrast_64px"].min()


@given(st.integers(0, 255), st.sampled_from([(8, 8), (16, 8), (33, 47), (64, 64)]))
@settings(max_examples=25, deadline=None)
def test_every_picture_has_numbers_even_an_empty_one(level, size):
    flat = np.full((2, *size, 3), level, np.uint8)
    for values in describe(flat).values():
        assert values.shape == (2,) and np.isfinite(values).all()


def test_overlaps_stand_beside_their_floor_and_have_a_mean():
    made, files, others = describe(noise()), describe(lattices()), describe(lattices())
    figures = with_means(overlap_figures(made, files, others))
    assert figures["mean_overlap"] < figures["mean_overlap_floor"] <= 1
    assert figures["contrast_64px_files"] == pytest.approx(files["contrast_64px"].mean())
    assert mean_overlap(others, files) == pytest.approx(figures["mean_overlap_floor"])
