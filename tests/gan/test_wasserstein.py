"""Sliced Wasserstein distance of patches, level by level."""

import numpy as np
from PIL import Image, ImageFilter

from studio.gan.wasserstein import sliced_wasserstein


def pictures(count: int, seed: int, side: int = 64) -> np.ndarray:
    coarse = np.random.default_rng(seed).integers(0, 256, (count, 16, 16, 3), dtype=np.uint8)
    return np.stack([np.asarray(Image.fromarray(x).resize((side, side))) for x in coarse])


def test_levels_reach_down_to_16_px():
    one = pictures(4, 0)
    assert list(sliced_wasserstein(one, one)[0]) == [64, 32, 16]
    assert list(sliced_wasserstein(one[:, :20, :20], one[:, :20, :20])[0]) == [20]


def test_fresh_pictures_are_near_and_blur_shows_most_at_the_finest_level():
    files, fresh = pictures(60, 0), pictures(60, 1)
    soft = np.stack([np.asarray(Image.fromarray(x).filter(ImageFilter.BoxBlur(1))) for x in fresh])
    floor, found = sliced_wasserstein(files, fresh, soft)
    assert floor[64] < found[64]
    assert found[64] - floor[64] > found[16] - floor[16]


def test_the_same_pictures_twice_give_the_same_figure_and_counts_may_differ():
    files, fresh = pictures(20, 0), pictures(30, 1)
    assert sliced_wasserstein(files, fresh) == sliced_wasserstein(files, fresh)
    assert all(np.isfinite(x) for x in sliced_wasserstein(files[:1], fresh)[0].values())
    flat = np.zeros((3, 32, 32, 3), np.uint8)
    assert all(np.isfinite(x) for x in sliced_wasserstein(flat, flat)[0].values())
