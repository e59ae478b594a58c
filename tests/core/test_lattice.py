"""Half-drop and brick as plain blocks of two tiles."""

from functools import partial

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.core.lattice import LATTICES, as_block, cropped, folded, lattice_in, unfolded
from studio.core.selection import composite, feather

lattices = st.sampled_from(LATTICES)
sides = st.integers(1, 12)


def noise(height, width, seed=0):
    return np.random.default_rng(seed).integers(0, 256, (height, width, 3), dtype=np.uint8)


def moved(x, repeat, steps):
    return as_block(partial(np.roll, shift=steps, axis=(0, 1)), repeat, x)


@given(sides, sides, lattices)
def test_unfolded_comes_back_cropped_and_folded(height, width, repeat):
    picture = noise(height, width)
    mask = picture[..., 0] > 128
    assert np.array_equal(cropped(unfolded(picture, repeat), repeat), picture)
    assert np.array_equal(folded(unfolded(mask, repeat), repeat), mask)


@given(sides, sides, lattices, st.data())
def test_what_is_marked_beside_a_tile_lies_where_the_layout_shows_it(height, width, repeat, data):
    x, y = data.draw(st.integers(-3 * width, 3 * width)), data.draw(st.integers(0, 3 * height))
    picture = noise(height, width)
    cell = unfolded(picture, repeat)
    mark = np.zeros(cell.shape[:2], bool)
    mark[y % cell.shape[0], x % cell.shape[1]] = True
    found = folded(mark, repeat)
    assert found.sum() == 1
    assert (picture[found][0] == cell[y % cell.shape[0], x % cell.shape[1]]).all()


def test_half_drop_is_half_a_tile_lower_and_brick_half_a_tile_to_the_right():
    picture = noise(6, 8)
    assert np.array_equal(unfolded(picture, "half-drop")[3:, 8:], picture[:3])
    assert np.array_equal(unfolded(picture, "brick")[6:, 4:], picture[:, :4])
    assert unfolded(picture, "block") is picture


def test_a_tile_moved_once_around_comes_back_where_its_copy_lies():
    picture = noise(6, 8)
    assert np.array_equal(moved(picture, "half-drop", (0, 8)), np.roll(picture, 3, 0))
    assert np.array_equal(moved(picture, "half-drop", (6, 16)), picture)
    assert np.array_equal(moved(picture, "brick", (6, 0)), np.roll(picture, 4, 1))


@given(lattices, st.integers(-20, 20), st.integers(-20, 20), st.integers(1, 5), st.integers(0, 99))
def test_what_is_kept_and_its_soft_border_move_with_the_tile(repeat, down, across, reach, seed):
    """Nothing tells where a tile is cut out of its layout."""
    old, new = noise(12, 16, seed), noise(12, 16, seed + 1)
    mask = np.random.default_rng(seed).random((12, 16)) < 0.1
    soften = partial(as_block, partial(feather, reach_px=reach, wraps=True), repeat)
    put = partial(as_block, partial(composite, reach_px=reach, wraps=True), repeat)
    by = partial(moved, repeat=repeat, steps=(down, across))
    assert np.array_equal(soften(by(mask)), by(soften(mask)))
    made = put(old, new, mask)
    assert np.array_equal(put(by(old), by(new), by(mask)), by(made))
    assert np.array_equal(made[mask], old[mask])


@pytest.mark.parametrize("value", ["mirror", "Half-Drop", "", 0, True, 1.5, None, [], {}])
def test_what_names_no_lattice_is_block(value):
    assert lattice_in(value) == "block"
