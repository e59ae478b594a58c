"""Marks on pictures: shapes, brushes, and the torus."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from studio.core.selection import ellipse, nothing, rectangle, stroke

sides = st.integers(1, 24)
places = st.floats(-30, 54, allow_nan=False)
points = st.tuples(places, places)


def test_shapes_of_a_drag_are_what_it_touches():
    found = rectangle(8, 6, (1.2, 2.5), (3.9, 4.1))
    assert np.argwhere(found).tolist() == [[y, x] for y in (2, 3, 4) for x in (1, 2, 3)]
    assert (rectangle(8, 6, (3.9, 4.1), (1.2, 2.5)) == found).all(), "from any corner"
    round_one = ellipse(9, 9, (0, 0), (9, 9))
    assert round_one[4].all() and not round_one[0, 0] and (round_one == round_one.T).all()


def test_a_click_marks_the_pixel_under_it():
    for make in (rectangle, ellipse):
        assert make(8, 8, (2.4, 5.6), (2.4, 5.6))[5, 2]
    assert stroke(8, 8, (2.4, 5.6), (2.4, 5.6), 0.5).sum() == 1


def test_a_stroke_leaves_no_gaps():
    found = stroke(40, 40, (2, 2), (37, 30), 1.0)
    rows = found.any(1).nonzero()[0]
    assert (np.diff(rows) == 1).all() and found[2, 2] and found[30, 37]


def test_what_leaves_one_side_of_a_torus_comes_in_at_the_other():
    found = rectangle(8, 8, (6.5, 1), (9.5, 2), wraps=True)
    assert found[1].nonzero()[0].tolist() == [0, 1, 6, 7]
    assert not rectangle(8, 8, (6.5, 1), (9.5, 2))[1, :6].any()
    assert rectangle(8, 8, (-3, 0), (20, 7), wraps=True).all()


@given(
    st.integers(8, 24),
    st.integers(8, 24),
    points,
    points,
    st.integers(-30, 30),
    st.integers(-30, 30),
)
def test_rolling_the_mouse_rolls_the_mark(width, height, one, other, across, down):
    def rolled(point):
        return point[0] + across, point[1] + down

    # Halves of pixels are far from the steps that floats could fall on either side of.
    one, other = ((round(p[0]) + 0.25, round(p[1]) + 0.25) for p in (one, other))
    for make in (rectangle, ellipse, lambda *a, wraps: stroke(*a, 2.0, wraps)):
        before = make(width, height, one, other, wraps=True)
        after = make(width, height, rolled(one), rolled(other), wraps=True)
        if make is rectangle:
            assert (after == np.roll(before, (down, across), (0, 1))).all()
        else:  # distances may be equal to the radius but for rounding
            assert (after != np.roll(before, (down, across), (0, 1))).mean() < 0.1


@given(sides, sides, points, points)
def test_every_mark_has_the_size_of_the_picture(width, height, one, other):
    for wraps in (False, True):
        for found in (
            rectangle(width, height, one, other, wraps),
            ellipse(width, height, one, other, wraps),
            stroke(width, height, one, other, 3.0, wraps),
        ):
            assert found.shape == nothing(width, height).shape and found.dtype == bool
