"""Reading pictures: upright, flat, square, wrapped; reasons in words; seams."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from studio.core.errors import StudioError
from studio.core.work import result_of
from studio.gan.folder import (
    check_pictures,
    one_repeat,
    open_picture,
    read_pictures,
    seam_ratio,
    square,
)


def noise(side: int = 40, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 256, (side, side, 3), dtype=np.uint8)


def fill(folder: Path, count: int = 8) -> None:
    for seed in range(count):
        Image.fromarray(noise(seed=seed)).save(folder / f"{seed}.png")


def test_transparency_is_laid_on_white(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    Image.new("RGBA", (20, 20), (255, 0, 0, 0)).save(path)
    with pytest.raises(StudioError, match="fully transparent"):
        open_picture(path)
    half = Image.new("RGBA", (20, 20), (255, 0, 0, 0))
    half.paste((0, 0, 255, 255), (0, 0, 10, 20))
    half.save(path)
    pixels = np.asarray(open_picture(path).image)
    assert pixels[0, 0].tolist() == [0, 0, 255] and pixels[0, 19].tolist() == [255, 255, 255]


def test_sixteen_bits_keep_their_greys(tmp_path: Path) -> None:
    ramp = np.linspace(0, 65535, 400).astype(np.uint16).reshape(20, 20)
    Image.fromarray(ramp).save(tmp_path / "deep.png")
    pixels = np.asarray(open_picture(tmp_path / "deep.png").image)
    assert pixels.min() == 0 and pixels.max() == 255
    assert abs(int(pixels[10, 0, 0]) - 128) < 4


def test_pictures_are_turned_upright(tmp_path: Path) -> None:
    image = Image.fromarray(noise(32)).crop((0, 0, 32, 20))
    exif = Image.Exif()
    exif[0x0112] = 6
    image.save(tmp_path / "turned.jpg", exif=exif)
    opened = open_picture(tmp_path / "turned.jpg")
    assert opened.image.size == (20, 32) and (opened.width, opened.height) == (20, 32)


def test_few_files_are_refused_with_the_count(tmp_path: Path) -> None:
    fill(tmp_path, 7)
    (tmp_path / "broken.png").write_bytes(b"no picture")
    with pytest.raises(StudioError, match=r"only 7 usable files; training needs at least 8"):
        result_of(read_pictures(tmp_path, "artwork", 32))


def test_copies_and_reasons_are_reported(tmp_path: Path) -> None:
    fill(tmp_path)
    (tmp_path / "copy.png").write_bytes((tmp_path / "0.png").read_bytes())
    (tmp_path / "notes.txt").write_text("hello")
    report = result_of(check_pictures(tmp_path, "pattern"))
    assert len(report.usable) == 8 and report.ignored == ("notes.txt",)
    assert [r.reason for r in report.refused] == ["an exact copy of 0.png"]
    assert report.notes == ("8 of 8 pictures wrap around without a visible seam.",)
    assert report.facts["width_px"] == [40, 40, 40]
    pixels, _ = result_of(read_pictures(tmp_path, "artwork", 32))
    assert pixels.shape == (8, 32, 32, 3) and pixels.dtype == np.uint8


def test_a_shrunken_tile_still_wraps() -> None:
    y, x = np.mgrid[:64, :64] / 64 * 2 * np.pi
    wave = np.stack([np.sin(x + y), np.cos(2 * x), np.sin(y)], -1)
    tile = ((wave + 1) * 127).astype(np.uint8)
    small = square(Image.fromarray(tile), 16, wrap=True)
    assert seam_ratio(small) < 1.1
    cut = square(Image.fromarray(tile[:48, :48]), 16, wrap=False)
    assert seam_ratio(cut) > 2


def test_equal_repeats_are_cut_to_one_and_others_left() -> None:
    cell = noise(32)
    repeated = Image.fromarray(np.tile(cell, (4, 2, 1)))
    assert one_repeat(repeated).size == (32, 64)  # square to square: only what both axes share
    assert np.array_equal(np.asarray(one_repeat(Image.fromarray(np.tile(cell, (2, 2, 1))))), cell)
    assert one_repeat(Image.fromarray(noise(64))).size == (64, 64)
