"""Reading pictures: upright, flat, square, wrapped; reasons in words; seams."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from studio.core.errors import StudioError
from studio.gan.folder import Curable, one_repeat, open_picture, seam_ratio, square


def noise(side: int = 40, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 256, (side, side, 3), dtype=np.uint8)


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


@pytest.mark.parametrize(
    ("size", "cure"), [((15, 40), "enlarge-small"), ((400, 40), "crop-long"), ((90, 10), "both")]
)
def test_what_is_too_small_or_too_long_can_be_cured(tmp_path: Path, size, cure: str) -> None:
    path = tmp_path / "a.png"
    Image.fromarray(noise(400)).crop((0, 0, *size)).save(path)
    with pytest.raises(Curable) as wrong:
        open_picture(path)
    assert f"{size[0]} x {size[1]}" in str(wrong.value)
    assert wrong.value.remedy == ("enlarge-small" if cure == "both" else cure)
    opened = open_picture(path, ["crop-long", "enlarge-small"])
    assert (opened.width, opened.height) == size and len(opened.cures) == 1 + (cure == "both")
    shorter = min(size)
    assert opened.image.size == (size if cure == "enlarge-small" else (shorter, shorter))


def test_nothing_cures_a_picture_of_seven_pixels(tmp_path: Path) -> None:
    Image.fromarray(noise(7)).save(tmp_path / "a.png")
    with pytest.raises(StudioError, match="only 7 x 7") as wrong:
        open_picture(tmp_path / "a.png", ["crop-long", "enlarge-small"])
    assert not isinstance(wrong.value, Curable)


@pytest.mark.parametrize(
    ("mode", "word"),
    [("RGB", "colour"), ("L", "grey"), ("1", "grey"), ("P", "palette"), ("RGBA", "transparent"),
     ("LA", "transparent"), ("I;16", "16-bit")],
)  # fmt: skip
def test_the_kind_of_colour_is_named(tmp_path: Path, mode: str, word: str) -> None:
    image = Image.fromarray(noise()[..., 0].astype(np.uint16) * 200)
    if mode != "I;16":
        image = Image.fromarray(noise()).convert(mode)
    image.save(tmp_path / "a.png")
    assert open_picture(tmp_path / "a.png").mode == word


def test_a_print_is_named_and_the_size_is_that_of_the_file(tmp_path: Path) -> None:
    Image.fromarray(noise(2100)).convert("CMYK").save(tmp_path / "a.jpg")
    opened = open_picture(tmp_path / "a.jpg")
    assert (opened.mode, opened.width) == ("CMYK", 2100)
    assert opened.image.width < 2100, "large pictures are decoded at a part of their size"
