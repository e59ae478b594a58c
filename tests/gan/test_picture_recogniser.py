"""Copies of pictures and tiles are known again from their fingerprints, others are not."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from PIL import Image

from studio.gan.picture_recogniser import PictureRecogniser, parts, tile_recogniser

SIZE = 64
PICTURES, TILES = PictureRecogniser(), tile_recogniser()


def scenes(count: int, seed: int = 0) -> np.ndarray:
    """Soft coloured shapes, uint8 [count, 64, 64, 3], another picture each."""
    random = np.random.default_rng(seed)
    sides = 8
    found = []
    for _ in range(count):
        coarse = random.integers(30, 190, (sides, sides, 3), dtype=np.uint8)
        tiled = np.tile(coarse, (3, 3, 1))
        large = Image.fromarray(tiled).resize((3 * SIZE, 3 * SIZE), Image.Resampling.BICUBIC)
        found.append(np.asarray(large)[SIZE : 2 * SIZE, SIZE : 2 * SIZE])
    return np.stack(found)


def lighter(picture: np.ndarray) -> np.ndarray:
    return np.clip(picture * 1.1 + 12, 0, 255).astype(np.uint8)


def cut(picture: np.ndarray) -> np.ndarray:
    image = Image.fromarray(picture)
    box = (0.04 * SIZE, 0.03 * SIZE, 0.98 * SIZE, 0.97 * SIZE)
    return np.asarray(image.resize((SIZE, SIZE), Image.Resampling.BICUBIC, box))


def noisy(picture: np.ndarray) -> np.ndarray:
    grain = np.random.default_rng(1).normal(0, 6, picture.shape)
    return np.clip(picture + grain, 0, 255).astype(np.uint8)


def larger(picture: np.ndarray) -> np.ndarray:
    return np.asarray(Image.fromarray(picture).resize((160, 160), Image.Resampling.BICUBIC))


def greyed(picture: np.ndarray) -> np.ndarray:
    return np.asarray(Image.fromarray(picture).convert("L").convert("RGB"))


@pytest.mark.parametrize(
    "change",
    [
        lambda x: x, lambda x: x[:, ::-1], lighter, cut, noisy, larger, greyed,
        lambda x: lighter(cut(x[:, ::-1])),
    ],
    ids=["same", "mirrored", "lighter", "cut", "noisy", "larger", "greyed", "all"],
)  # fmt: skip
def test_a_disguised_picture_is_known_again(change: Callable[[np.ndarray], np.ndarray]) -> None:
    files = scenes(60)
    kept = PICTURES.fingerprints(files)
    for index in (3, 40):
        far = PICTURES.distances(change(files[index]), SIZE, kept)
        assert far.argmin() == index and far[index] < 0.08
        assert np.delete(far, index).min() > 0.3


@pytest.mark.parametrize("roll", [(0, 0), (5, 0), (13, 50), (33, 31)])
@pytest.mark.parametrize("mirrored", [False, True])
def test_a_tile_is_known_wherever_it_is_cut(roll: tuple[int, int], mirrored: bool) -> None:
    files = scenes(60)
    kept = TILES.fingerprints(files)
    tile = np.roll(files[7], roll, axis=(0, 1))
    far = TILES.distances(lighter(tile[:, ::-1] if mirrored else tile), SIZE, kept)
    assert far.argmin() == 7 and far[7] < 0.08
    assert np.delete(far, 7).min() > 0.3


def test_a_tile_in_other_colours_is_another() -> None:
    files = scenes(20)
    far = TILES.distances(files[4][..., ::-1], SIZE, TILES.fingerprints(files))
    assert far.min() > TILES.hardly


def test_a_copy_within_a_larger_work_is_found() -> None:
    files = scenes(20)
    others = scenes(3, seed=9)
    row = [np.concatenate(pair, axis=1) for pair in ((others[0], others[1]), (others[2], files[5]))]
    work = np.concatenate(row, axis=0)
    kept = TILES.fingerprints(files)
    assert len(parts(work, SIZE)) == 5 and len(parts(work, 48)) == 1
    far = TILES.distances(work, SIZE, kept)
    assert far.argmin() == 5 and far[5] < 0.08
    assert TILES.distances(np.concatenate(others, axis=1), SIZE, kept).min() > 0.3


@pytest.mark.parametrize("recogniser", [PICTURES, TILES], ids=["pictures", "tiles"])
def test_what_has_no_contrast_is_like_nothing(recogniser: PictureRecogniser) -> None:
    flat = np.full((2, SIZE, SIZE, 3), 128, np.uint8)
    flat[1, ::2] += 1
    rows = recogniser.fingerprints(np.concatenate([flat, scenes(1)]))
    assert (rows[:2] == rows[0, 0]).all() and recogniser.width == rows.shape[1]
    assert recogniser.distances(flat[0], SIZE, rows).min() > 1
    assert recogniser.distances(flat[0], SIZE, rows[:0]).shape == (0,)


def test_any_bytes_give_finite_distances() -> None:
    rows = np.random.default_rng(0).integers(0, 256, (50, PICTURES.width), dtype=np.uint8)
    far = PICTURES.distances(np.random.default_rng(1).integers(0, 256, (5, 300, 3)), 64, rows)
    assert np.isfinite(far).all() and (far <= 2).all()
