"""Every kind of colour to RGB: the same in strips as at once, in little memory."""

import os
import struct
import subprocess
import sys
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageCms

from studio.core.errors import StudioError
from studio.gan import picture_colour
from studio.gan.folder import open_picture, square
from studio.gan.picture_colour import flat_rgb

WHITE = (255, 255, 255)
GREYS = np.linspace(0, 255, 40 * 30).astype(np.uint8).reshape(30, 40)


def of_mode(mode: str) -> Image.Image:
    colours = Image.fromarray(np.random.default_rng(0).integers(0, 256, (30, 40, 4), np.uint8))
    deep = np.random.default_rng(1).integers(0, 65536, (30, 40))
    if mode in ("I;16", "I;16B"):
        return Image.frombytes(mode, (40, 30), deep.astype("<u2" if mode == "I;16" else ">u2"))
    if mode in ("I", "F"):
        return Image.fromarray(deep.astype(np.int32 if mode == "I" else np.float32))
    return colours.convert(mode) if mode != "CMYK" else colours.convert("RGB").convert("CMYK")


def at_once(image: Image.Image) -> np.ndarray:
    """The pixels as they were found before there were strips: uint8 [H, W, 3]."""
    if image.mode.startswith(("I", "F")):
        grey = np.clip(np.asarray(image, np.float64) * (255.0 / 65535.0), 0, 255).astype(np.uint8)
        return np.repeat(grey[..., None], 3, 2)
    if image.mode in ("RGBA", "LA", "PA"):
        ground = Image.new("RGBA", image.size, (*WHITE, 255))
        image = Image.alpha_composite(ground, image.convert("RGBA"))
    return np.asarray(image.convert("RGB"))


@pytest.mark.parametrize(
    "mode", ["1", "L", "P", "RGB", "RGBA", "LA", "CMYK", "YCbCr", "I", "F", "I;16", "I;16B"]
)
def test_strips_are_as_the_whole(mode: str, monkeypatch) -> None:
    monkeypatch.setattr(picture_colour, "STRIP_PIXELS", 40 * 7)  # and a shorter one at the end
    image = of_mode(mode)
    flat = flat_rgb(image, WHITE)
    assert flat.mode == "RGB" and np.array_equal(np.asarray(flat), at_once(image))
    assert (flat is image) == (mode == "RGB"), "what is RGB already is not copied"


def swapped_profile() -> bytes:
    """A profile whose red is sRGB's blue: the offsets of two of its tags, the other way round."""
    profile = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    places = {}
    for tag in range(struct.unpack_from(">I", profile, 128)[0]):
        places[bytes(profile[132 + 12 * tag : 136 + 12 * tag])] = 136 + 12 * tag
    red, blue = places[b"rXYZ"], places[b"bXYZ"]
    was = profile[red : red + 8], profile[blue : blue + 8]
    profile[blue : blue + 8], profile[red : red + 8] = was
    return bytes(profile)


@pytest.mark.parametrize("mode", ["RGB", "RGBA", "P"])
@pytest.mark.parametrize("suffix", [".png", ".tif"])
def test_a_colour_profile_is_followed(mode: str, suffix: str, tmp_path: Path) -> None:
    colours = of_mode("RGB")
    meant = np.asarray(colours)[..., ::-1].astype(int)
    image = colours.quantize(200) if mode == "P" else colours.convert(mode)
    if mode == "P":
        meant = np.asarray(image.convert("RGB"))[..., ::-1].astype(int)
    image.save(tmp_path / f"own{suffix}", icc_profile=swapped_profile())
    found = np.asarray(open_picture(tmp_path / f"own{suffix}").image).astype(int)
    assert np.abs(found - meant).max() <= 3


@pytest.mark.parametrize("profile", ["sRGB", "torn", "none", "of something else", "far too long"])
def test_a_profile_that_says_nothing_new_changes_nothing(profile: str, tmp_path: Path) -> None:
    content = {
        "sRGB": ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes(),
        "torn": swapped_profile()[:200],
        "none": b"?" * 600,
        "of something else": ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes(),
        "far too long": swapped_profile() + bytes(picture_colour.MAX_PROFILE_BYTES),
    }[profile]
    image = of_mode("RGB")
    image.info["icc_profile"] = content
    assert flat_rgb(image, WHITE) is image


@pytest.mark.parametrize("white", [1023, 4095, 65535])
def test_numbers_of_ten_and_twelve_bits_are_not_dark(white: int, tmp_path: Path) -> None:
    deep = (GREYS / 255 * white).astype("<u2")
    Image.frombytes("I;16", (40, 30), deep).save(tmp_path / "deep.png")
    pixels = np.asarray(open_picture(tmp_path / "deep.png").image)[..., 0]
    assert np.abs(pixels.astype(int) - GREYS).max() <= 1


@pytest.mark.parametrize("white", [1.0, 255.0, 65535.0, 2.0**31 - 1])
def test_numbers_are_as_bright_as_their_white(white: float, tmp_path: Path) -> None:
    values = GREYS / 255 * white
    deep = values.astype(np.int32) if white > 65535 else values.astype(np.float32)
    Image.fromarray(deep).save(tmp_path / "deep.tif")
    pixels = np.asarray(open_picture(tmp_path / "deep.tif").image)[..., 0]
    assert np.abs(pixels.astype(int) - GREYS).max() <= 1


def test_what_is_no_number_is_black_and_hides_nothing(tmp_path: Path) -> None:
    values = (GREYS / 255).astype(np.float32)
    values[0, :3] = np.nan, np.inf, -np.inf
    Image.fromarray(values).save(tmp_path / "deep.tif")
    pixels = np.asarray(open_picture(tmp_path / "deep.tif").image)[..., 0]
    assert pixels[0, :3].tolist() == [0, 255, 0]
    assert np.abs(pixels[1:].astype(int) - GREYS[1:]).max() <= 1


def test_only_what_is_transparent_everywhere_is_refused(monkeypatch) -> None:
    monkeypatch.setattr(picture_colour, "STRIP_PIXELS", 40)
    image = Image.new("RGBA", (40, 30), (255, 0, 0, 0))
    with pytest.raises(StudioError, match="fully transparent"):
        flat_rgb(image, WHITE)
    image.putpixel((3, 3), (0, 0, 255, 255))
    pixels = np.asarray(flat_rgb(image, WHITE))
    assert pixels[3, 3].tolist() == [0, 0, 255] and pixels[20, 20].tolist() == [255, 255, 255]


def test_lab_is_a_sentence(tmp_path: Path) -> None:
    profiles = ImageCms.createProfile("sRGB"), ImageCms.createProfile("LAB")
    lab = ImageCms.profileToProfile(of_mode("RGB"), *profiles, outputMode="LAB")
    assert lab is not None
    lab.save(tmp_path / "lab.tif")
    with pytest.raises(StudioError, match="its colours are Lab"):
        open_picture(tmp_path / "lab.tif")


@pytest.mark.parametrize("place", [33, -12], ids=["before the pixels", "after them"])
def test_long_notes_in_a_picture_do_not_matter(place: int, tmp_path: Path) -> None:
    """As of programs that keep how a picture was made in it; Pillow refuses those above 1 MB."""
    path = tmp_path / "noted.png"
    of_mode("RGB").save(path)
    body = b"zTXtworkflow\0\0" + zlib.compress(bytes(3 << 20))
    note = struct.pack(">I", len(body) - 4) + body + struct.pack(">I", zlib.crc32(body))
    content = path.read_bytes()
    path.write_bytes(content[:place] + note + content[place:])
    assert np.array_equal(np.asarray(open_picture(path).image), np.asarray(of_mode("RGB")))


@pytest.mark.parametrize("ending", [".png", ".jpg", ".tif", ".webp"])
def test_a_large_colour_profile_does_not_matter(ending: str, tmp_path: Path) -> None:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    of_mode("RGB").save(tmp_path / f"a{ending}", icc_profile=profile + bytes(3 << 20))
    assert open_picture(tmp_path / f"a{ending}").image.size == (40, 30)


def test_a_tile_is_resized_as_if_it_went_on_for_ever() -> None:
    tile = of_mode("RGB").crop((0, 0, 30, 30))
    everywhere = Image.fromarray(np.tile(np.asarray(tile), (5, 5, 1)))
    for size_px in (8, 12, 30, 64):
        box = (60, 60, 90, 90)
        expected = everywhere.resize((size_px, size_px), Image.Resampling.LANCZOS, box=box)
        found = square(tile, size_px, wrap=True).astype(int)
        assert np.abs(found - np.asarray(expected)).max() <= 1


@pytest.mark.skipif(sys.platform != "linux", reason="measured in the units of Linux")
@pytest.mark.parametrize("mode", ["I;16", "RGBA"])
def test_a_large_picture_takes_little_more_than_itself(mode: str, tmp_path: Path) -> None:
    """16 million pixels: 64 MB as RGB, and as many as they were before."""
    fill = 40_000 if mode == "I;16" else (200, 100, 50, 128)
    Image.new(mode, (4000, 4000), fill).save(tmp_path / "large.png", compress_level=1)
    code = (  # ru_maxrss would be that of the parent where it is larger
        "import sys; from pathlib import Path\n"
        "from studio.gan.folder import open_picture, square\n"
        "def peak_kb():\n"
        "    words = Path('/proc/self/status').read_text().split()\n"
        "    return int(words[words.index('VmHWM:') + 1])\n"
        "before = peak_kb()\n"
        "square(open_picture(Path(sys.argv[1])).image, 64, True)\n"
        "print((peak_kb() - before) // 1024)\n"
    )
    words = [sys.executable, "-c", code, str(tmp_path / "large.png")]
    paths = os.pathsep.join([str(Path(__file__).parents[2]), os.environ.get("PYTHONPATH", "")])
    environment = {**os.environ, "PYTHONPATH": paths}
    done = subprocess.run(words, capture_output=True, text=True, check=True, env=environment)
    assert int(done.stdout) < 220, "MB; it was 400 for I;16 and 310 for RGBA"
