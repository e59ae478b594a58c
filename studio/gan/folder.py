"""Opens the pictures of a person: what can be used, what not and why, and the pixels.

Numpy and Pillow only. Nothing in the folder is ever written, no link is followed out of it.
"""

from __future__ import annotations

import contextlib
import math
import os
import struct
import warnings
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from io import BufferedReader
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError

from studio.core.errors import StudioError

SUFFIXES = (
    ".jpg", ".jpeg", ".jpe", ".jfif", ".png", ".apng", ".gif", ".webp", ".bmp", ".tif", ".tiff",
    ".avif", ".ppm", ".tga",
)  # fmt: skip
FORMATS = ("JPEG", "PNG", "GIF", "WEBP", "BMP", "TIFF", "AVIF", "PPM", "TGA")
MAX_PIXELS = 150_000_000
MAX_FILE_BYTES = 512 * 2**20
MIN_SIDE_PX, LEAST_SIDE_PX = 16, 8  # as it is, and enlarged
CROP_LONG, ENLARGE_SMALL = "crop-long", "enlarge-small"
TRANSPARENT = ("RGBA", "LA", "PA", "La", "RGBa")
MAX_ASPECT = 8.0
WRAPS_BELOW = 1.6  # seam_ratio of pictures whose edges may be taken to meet
DECODE_PX = 1024  # larger JPEGs are decoded at a fraction of their size
# What Pillow's decoders raise on broken files.
BROKEN = (
    OSError, SyntaxError, ValueError, IndexError, KeyError, EOFError, OverflowError, MemoryError,
    TypeError, AttributeError, RuntimeError, ArithmeticError, struct.error, zlib.error,
)  # fmt: skip
ORIENTATION = 0x0112  # of EXIF
TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
MOST_REPEATS = 8
SAME_SHARE = 0.12  # of the usual change when rolled: drawn repeats differ by a little smoothing
Colour = tuple[int, int, int]
BACKGROUND: Colour = (255, 255, 255)


class Curable(StudioError):
    """What is wrong with a picture that a remedy would take in all the same."""

    def __init__(self, sentence: str, remedy: str) -> None:
        super().__init__(sentence)
        self.remedy = remedy


@dataclass(frozen=True)
class Opened:
    """A picture that could be read: upright RGB, its size on disk, its kind of colour.

    cures are the remedies without which it would have been refused.
    """

    image: Image.Image
    width: int
    height: int
    mode: str
    cures: tuple[str, ...] = ()


def open_picture(
    path: Path, remedies: Sequence[str] = (), background: Colour = BACKGROUND
) -> Opened:
    """Decode a picture of any mode as upright RGB, on white where it is transparent.

    StudioError says what is wrong, Curable where one more remedy would do.
    """
    with opened_file(path) as file:
        return decode(file, remedies, background)


@contextlib.contextmanager
def opened_file(path: Path) -> Iterator[BufferedReader]:
    """A file that may be a picture; StudioError for what is none of a sensible size."""
    try:
        size = path.stat().st_size
        if size == 0:
            raise StudioError("the file is empty")
        if size > MAX_FILE_BYTES:
            raise StudioError("the file is larger than 512 MB")
        file = open(path, "rb")  # noqa: SIM115 - closed below, after what is done with it
    except OSError as error:
        raise StudioError(
            "the link points to nothing" if os.path.islink(path) else str(error.strerror)
        ) from error
    with file:
        yield file


def decode(
    file: BufferedReader, remedies: Sequence[str] = (), background: Colour = BACKGROUND
) -> Opened:
    """Decode an open file, as open_picture does."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with Image.open(file, formats=FORMATS) as image:
                return _upright(image, remedies, background)
    except UnidentifiedImageError as error:
        raise StudioError("this is not a picture, whatever its name says") from error
    except Image.DecompressionBombError as error:
        raise StudioError("it unpacks to far too many pixels") from error
    except BROKEN as error:
        raise StudioError("the file is damaged or cut short") from error


def _upright(image: Image.Image, remedies: Sequence[str], background: Colour) -> Opened:
    width, height = image.size
    cures = _cures(width, height)
    for cure, words in cures.items():
        if cure not in remedies:
            raise Curable(words, cure)
    mode = colour_mode(image)
    image.draft("RGB", (DECODE_PX, DECODE_PX))
    image.load()
    upright = _turned(image)
    if (upright.width > upright.height) != (width > height):
        width, height = height, width
    rgb = _flat_rgb(upright, background)
    rgb = _middle(rgb) if CROP_LONG in cures else rgb
    return Opened(rgb, width, height, mode, tuple(cures))


def _turned(image: Image.Image) -> Image.Image:
    """A photograph as it was seen; what else its camera wrote does not matter, nor whether it can
    be written again, as Pillow's own function for this does."""
    try:
        turn = TURNS.get(image.getexif().get(ORIENTATION, 1))
    except BROKEN:
        turn = None
    return image if turn is None else image.transpose(turn)


def _cures(width: int, height: int) -> dict[str, str]:
    """The remedies that a picture of this shape needs, each with what is wrong.

    StudioError where none helps.
    """
    shorter, found = min(width, height), {}
    if width * height > MAX_PIXELS:
        raise StudioError(f"it has {width} x {height} pixels, more than can be opened safely")
    if shorter < LEAST_SIDE_PX:
        raise StudioError(f"it is only {width} x {height} pixels")
    if shorter < MIN_SIDE_PX:
        found[ENLARGE_SMALL] = f"it is only {width} x {height} pixels"
    if max(width, height) > MAX_ASPECT * shorter:
        found[CROP_LONG] = f"it is too long and thin ({width} x {height} pixels)"
    return found


def _middle(image: Image.Image) -> Image.Image:
    side = min(image.size)
    left, top = (image.width - side) // 2, (image.height - side) // 2
    return image.crop((left, top, left + side, top + side))


def colour_mode(image: Image.Image) -> str:
    """The kind of colour of an opened, not yet loaded picture, in a word for people."""
    tiles = getattr(image, "tile", [])  # how the file packs its pixels, like RGB;16B
    raw = str(tiles[0][3]) if tiles else ""
    if image.mode in TRANSPARENT or "transparency" in image.info:
        return "transparent"
    if image.mode.startswith(("I", "F")) or "16" in raw:
        return "16-bit"
    return {"CMYK": "CMYK", "P": "palette", "L": "grey", "1": "grey"}.get(image.mode, "colour")


def _flat_rgb(image: Image.Image, background: Colour) -> Image.Image:
    """RGB with transparency laid on the background, 16-bit greys brought down to 8."""
    if image.mode.startswith("I") or image.mode == "F":
        values = np.asarray(image, dtype=np.float64)
        top = 65535.0 if values.max(initial=0) > 255 else 255.0
        grey = np.clip(values * (255.0 / top), 0, 255).astype(np.uint8)
        return Image.fromarray(grey).convert("RGB")
    if image.mode in TRANSPARENT or "transparency" in image.info:
        rgba = image.convert("RGBA")
        if rgba.getextrema()[3][1] == 0:  # type: ignore[index]
            raise StudioError("it is fully transparent")
        ground = Image.new("RGBA", rgba.size, (*background, 255))
        return Image.alpha_composite(ground, rgba).convert("RGB")
    return image.convert("RGB")


def square(image: Image.Image, size_px: int, wrap: bool) -> np.ndarray:
    """The middle square of a picture at this size, uint8 [size, size, 3]."""
    if not wrap:
        fitted = ImageOps.fit(image, (size_px, size_px), Image.Resampling.LANCZOS)
        return np.asarray(fitted, dtype=np.uint8)
    image = one_repeat(image)
    pixels = np.asarray(_middle(image), dtype=np.uint8)
    side = len(pixels)
    margin = max(1, side // 4)
    padded = np.pad(pixels, ((margin, margin), (margin, margin), (0, 0)), mode="wrap")
    box = (margin, margin, margin + side, margin + side)
    big = Image.fromarray(padded)
    return np.asarray(big.resize((size_px, size_px), Image.Resampling.LANCZOS, box=box))


def one_repeat(image: Image.Image) -> Image.Image:
    """A tile that holds k x k equal repeats, cut down to one of them; any other as it is.

    One motif that fills the tile is learnt in far less time than many small ones.
    """
    small = image.reduce(max(1, min(image.size) // DECODE_PX))  # repeats show there as well
    pixels = np.asarray(small, dtype=np.float32)
    down, across = (_repeats(pixels, axis) for axis in (0, 1))
    count = math.gcd(down, across)
    if count == 1:
        return image
    return image.crop((0, 0, round(image.width / count), round(image.height / count)))


def _repeats(pixels: np.ndarray, axis: int) -> int:
    """How often [H, W, 3] repeats along an axis: the most that leaves it nearly unchanged."""
    side = pixels.shape[axis]

    def change(shift: int) -> float:
        return float(np.abs(pixels - np.roll(pixels, shift, axis)).mean())

    usual = change(side // 7 + 3) + 1e-3
    for count in range(MOST_REPEATS, 1, -1):
        shift = round(side / count)
        if shift >= MIN_SIDE_PX and change(shift) < SAME_SHARE * usual:
            return count
    return 1


def seam_ratio(pixels: np.ndarray) -> float:
    """Mean step across the wrapped edges over the mean step inside, of uint8 [H, W, 3].

    About 1 for a seamless tile, 3 and more for a photograph.
    """
    x = pixels.astype(np.float32)
    inside = np.abs(np.diff(x, axis=0)).mean() + np.abs(np.diff(x, axis=1)).mean()
    across = np.abs(x[0] - x[-1]).mean() + np.abs(x[:, 0] - x[:, -1]).mean()
    return float((across + 1e-3) / (inside + 1e-3))
