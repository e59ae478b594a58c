"""What a picture is in a file beside its pixels."""

import io

import numpy as np
from PIL import Image

from studio.gan.picture_file import png


def test_a_png_says_that_its_colours_are_srgb() -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (5, 7, 3), np.uint8)
    with Image.open(io.BytesIO(png(pixels))) as image:
        assert image.info["srgb"] == 0
        assert np.array_equal(np.asarray(image), pixels)
