"""Enlarged pictures: nothing is lost, and what repeats still does."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.core.lattice import LATTICES, unfolded
from studio.gan.picture_enlarge import enlarged, reduced

scales, sides = st.sampled_from([1, 2, 4, 8]), st.integers(1, 20)


def noise(height, width, seed=0):
    return np.random.default_rng(seed).integers(0, 256, (height, width, 3), dtype=np.uint8)


@given(sides, sides, scales, st.booleans(), st.booleans())
def test_what_is_enlarged_comes_back_exactly(height, width, scale, wraps, pixel_art):
    picture = noise(height, width)
    larger = enlarged(picture, scale, wraps=wraps, pixel_art=pixel_art)
    assert larger.shape == (scale * height, scale * width, 3) and larger.dtype == np.uint8
    assert np.array_equal(reduced(larger, scale), picture)


@given(st.sampled_from(LATTICES), scales, st.integers(-30, 30), st.integers(-30, 30))
def test_nothing_tells_where_a_repeat_was_cut(repeat, scale, down, across):
    """In every layout: moved first or enlarged first, it is the same to the last byte."""
    cell = unfolded(noise(6, 8), repeat)
    larger = enlarged(cell, scale, wraps=True)
    moved = enlarged(np.roll(cell, (down, across), (0, 1)), scale, wraps=True)
    assert np.array_equal(moved, np.roll(larger, (scale * down, scale * across), (0, 1)))


@given(st.sampled_from(LATTICES[1:]), scales)
def test_the_second_tile_of_a_layout_is_the_first_one_moved(repeat, scale):
    """Half a tile stays half a tile, and is drawn alike on both sides of every edge."""
    tile = noise(6, 8)
    larger = enlarged(unfolded(tile, repeat), scale, wraps=True)
    assert np.array_equal(unfolded(larger[: 6 * scale, : 8 * scale], repeat), larger)


def test_smooth_is_between_and_pixel_art_is_not():
    picture = np.zeros((8, 8, 3), np.uint8)
    picture[:, 4:] = 255
    smooth, hard = (enlarged(picture, 4, wraps=False, pixel_art=one) for one in (False, True))
    assert set(np.unique(hard)) == {0, 255} and len(np.unique(smooth)) > 3


@pytest.mark.parametrize("wraps", [True, False])
def test_an_even_picture_stays_even(wraps):
    picture = np.full((5, 7, 3), 90, np.uint8)
    assert (enlarged(picture, 8, wraps=wraps) == 90).all()
