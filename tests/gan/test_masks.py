"""Masks: what is kept stays byte for byte, the blend lies outside, and tori wrap."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from studio.core.errors import StudioError
from studio.core.selection import composite, feather
from studio.gan.masks import checked, read_masks

SIDE = 12
masks = st.binary(min_size=18, max_size=18).map(
    lambda bits: np.unpackbits(np.frombuffer(bits, np.uint8)).reshape(SIDE, SIDE).astype(bool)
)
pictures = st.integers(0, 999).map(
    lambda seed: np.random.default_rng(seed).integers(0, 256, (SIDE, SIDE, 3), np.uint8)
)


@given(pictures, pictures, masks, st.integers(1, 5), st.booleans())
def test_locked_pixels_stay_and_far_ones_are_new(old, new, locked, reach, wraps):
    found = composite(old, new, locked, reach, wraps)
    share = feather(locked, reach, wraps)
    assert np.array_equal(found[locked], old[locked])
    assert np.array_equal(found[share == 0], new[share == 0])
    assert (share[locked] == 1).all() and (share[~locked] < 1).all()
    again = composite(found, new, locked, reach, wraps)
    assert np.array_equal(again[locked], old[locked])


@given(pictures, pictures, masks, st.integers(1, 5), st.integers(0, 11), st.integers(0, 11))
def test_on_a_torus_there_is_no_edge(old, new, locked, reach, down, right):
    def rolled(x):
        return np.roll(x, (down, right), (0, 1))

    found = composite(old, new, locked, reach, True)
    assert np.array_equal(
        composite(rolled(old), rolled(new), rolled(locked), reach, True), rolled(found)
    )


def test_a_feather_falls_evenly_and_is_nearly_round():
    locked = np.zeros((31, 31), bool)
    locked[15, 15] = True
    share = feather(locked, 8, False)
    assert (np.diff(share[15, 15:]) <= 0).all()
    assert share[15, 15 + 7] > 0 and share[15, 15 + 8] == 0
    assert share[15 + 4, 15 + 4] > 0 and share[15 + 7, 15 + 7] == 0
    edge = np.zeros((31, 31), bool)
    edge[:, 0] = True
    assert feather(edge, 4, False)[0, -1] == 0 < feather(edge, 4, True)[0, -1]


def test_masks_that_make_no_sense():
    half = np.zeros((4, 6), bool)
    half[0] = True
    assert checked(half, 6, 4) is half
    for locked, words in (
        (np.zeros((4, 6), bool), "Nothing is kept"),
        (np.ones((4, 6), bool), "Everything is kept"),
        (np.ones((6, 4), bool), "4 x 6 pixels and the picture 6 x 4"),
        (np.ones((4, 6)), "yes and no"),
        (np.ones(24, bool), "yes and no"),
    ):
        with pytest.raises(StudioError, match=words):
            checked(locked, 6, 4)


def test_mask_files_add_up(tmp_path):
    for number in range(2):
        pixels = np.zeros((16, 20), np.uint8)
        pixels[number * 8 : number * 8 + 4] = 255
        Image.fromarray(pixels).save(tmp_path / f"{number}.png")
    kept = read_masks([str(tmp_path / "0.png"), str(tmp_path / "1.png")], 20, 16)
    assert kept.sum(1).tolist() == ([20] * 4 + [0] * 4) * 2
    with pytest.raises(StudioError, match="must be equal"):
        read_masks([str(tmp_path / "0.png")], 16, 20)
    (tmp_path / "not.png").write_text("no picture")
    for name in ("not.png", "missing.png"):
        with pytest.raises(StudioError, match=f"{name} cannot be used as a mask"):
            read_masks([str(tmp_path / name)], 20, 16)
    with pytest.raises(StudioError, match="Nothing is kept"):
        read_masks([], 20, 16)
