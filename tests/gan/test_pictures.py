"""What kind of pictures a folder holds, as its networks are chosen by."""

import io

import numpy as np
import pytest
from PIL import Image

from studio import media
from studio.core.run_folder import TrainConfig
from studio.gan.folder import square
from studio.gan.pictures import are_flat

PICTURES = pytest.mark.parametrize("medium", ["artwork", "pattern"])


def icons(count: int, size_px: int) -> np.ndarray:
    """Discs and bars of one colour on another."""
    random = np.random.default_rng(0)
    y, x = np.mgrid[:size_px, :size_px] / size_px - 0.5
    found = []
    for index in range(count):
        shape = np.hypot(x, y) < 0.3 if index % 2 else np.abs(x) < 0.2
        ground, ink = random.integers(0, 256, (2, 3))
        found.append(np.where(shape[..., None], ink, ground).astype(np.uint8))
    return np.stack(found)


def grained(pictures: np.ndarray, levels: float) -> np.ndarray:
    grain = np.random.default_rng(1).normal(0, levels, pictures.shape)
    return np.clip(pictures + grain, 0, 255).round().astype(np.uint8)


def as_jpeg(picture: np.ndarray) -> Image.Image:
    file = io.BytesIO()
    Image.fromarray(picture).save(file, "JPEG", quality=80)
    return Image.open(file).convert("RGB")


def test_flat_colours_are_told_from_a_grain() -> None:
    flat = icons(12, 64)
    assert are_flat(flat)
    assert not are_flat(grained(flat, 4))
    assert are_flat(np.concatenate([flat, grained(icons(9, 64), 4)])), "the most of them decide"
    assert are_flat(flat[:1])


def test_compression_does_not_hide_flat_colours() -> None:
    """Icons that somebody kept as JPEG, shrunk as a folder is read."""
    assert are_flat(np.stack([square(as_jpeg(one), 64, wrap=False) for one in icons(12, 256)]))


@PICTURES
def test_only_folders_with_a_grain_get_noise(medium) -> None:
    training = media.kind(medium).load_training()
    config, flat = TrainConfig(medium, "", size_px=32), icons(8, 32)
    assert training.describe(flat, config)["noise"] is False
    assert training.describe(grained(flat, 8), config)["noise"] is True
