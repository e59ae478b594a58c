"""Each quality of pictures is more where there is more of it, whatever the size."""

import numpy as np
import pytest

from studio.gan.picture_qualities import qualities


def plain(red, green, blue, size=32):
    return np.full((size, size, 3), (red, green, blue), np.uint8)


def split(left, right):
    picture = np.empty((32, 32, 3), np.uint8)
    picture[:, :16], picture[:, 16:] = left, right
    return picture


def board(cells):
    step = 32 // cells
    tiles = np.add.outer(np.arange(32) // step, np.arange(32) // step) % 2 * 255
    return np.repeat(tiles[:, :, None], 3, 2).astype(np.uint8)


LEFT_HALF = split((255, 255, 255), (0, 0, 0))
STRIPE = np.concatenate([np.zeros((32, 12, 3)), np.full((32, 8, 3), 255), np.zeros((32, 12, 3))], 1)


@pytest.mark.parametrize(
    ("name", "more", "less"),
    [
        ("Lightness", plain(200, 200, 200), plain(90, 90, 90)),
        ("Contrast", split((255,) * 3, (0,) * 3), split((140,) * 3, (110,) * 3)),
        ("Saturation", plain(200, 20, 20), plain(120, 100, 100)),
        ("Hue", plain(200, 40, 60), plain(40, 200, 60)),
        ("Warmth", plain(230, 180, 60), plain(60, 100, 220)),
        ("Detail", board(16), board(2)),
        ("Symmetry", STRIPE.astype(np.uint8), LEFT_HALF),
    ],
)
def test_more_is_more(name, more, less):
    measure = qualities()[name]
    values = measure(np.stack([more, less]))
    assert values[0] > values[1] + 0.02
    assert np.allclose(measure(more[None]), values[:1])


def test_ends_of_the_scales():
    found = qualities()
    white, black, red = (
        np.stack([plain(*colour)]) for colour in ((255,) * 3, (0,) * 3, (255, 0, 0))
    )
    assert np.isclose(found["Lightness"](white)[0], 1) and found["Lightness"](black)[0] == 0
    assert np.isclose(found["Saturation"](red)[0], 1) and np.isclose(found["Hue"](red)[0], 1)
    assert np.isclose(found["Contrast"](LEFT_HALF[None])[0], 0.5)
    assert found["Symmetry"](LEFT_HALF[None])[0] < -0.99


def test_every_quality_of_any_picture_is_a_number():
    random = np.random.default_rng(0)
    pictures = random.integers(0, 256, (4, 20, 28, 3), dtype=np.uint8)
    for one in (pictures, np.zeros_like(pictures), pictures[:0]):
        for measure in qualities().values():
            values = measure(one)
            assert values.shape == (len(one),) and np.isfinite(values).all()
