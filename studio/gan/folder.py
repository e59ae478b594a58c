"""Opens the pictures of a person: what can be used, what not and why, and the pixels.

Numpy and Pillow only. Nothing in the folder is ever written, no link is followed out of it.
"""

from __future__ import annotations

import contextlib
import io
import math
import os
import re
import struct
import warnings
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from io import BufferedReader
from pathlib import Path
from typing import IO

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError

from studio.core.errors import StudioError
from studio.core.files import open_regular, said_by
from studio.gan.picture_colour import Colour, colour_mode, flat_rgb
from studio.gan.picture_kinds import HEAD_BYTES, is_of_pictures, is_tiff, what_it_is

SUFFIXES = (
    ".jpg", ".jpeg", ".jpe", ".jfif", ".png", ".apng", ".gif", ".webp", ".bmp", ".tif", ".tiff",
    ".avif", ".ppm", ".tga",
)  # fmt: skip
APPLES = (".heic", ".heif", ".hif")  # what telephones write; some hold a JPEG all the same
FORMATS = ("JPEG", "PNG", "GIF", "WEBP", "BMP", "TIFF", "AVIF", "PPM", "TGA")
MAX_PIXELS = 150_000_000
MAX_FILE_BYTES = 512 * 2**20
# What Pillow decodes in Python, a number at a time, and of how many MB that takes three seconds.
SLOW = {
    "ppm_plain": ("it is a picture written as text", 8),
    "ppm": ("it is a PPM of an unusual depth", 4),
    "bmp_rle": ("it is a BMP packed in runs", 4),
}
JPEG = b"\xff\xd8"
MAX_NOTE_BYTES = 16 * 2**20  # a camera's previews and maps fit well
LEAST_NOTE = 4096  # what each counts at least, as each takes its time
PNG = b"\x89PNG\r\n\x1a\n"
NOTES = (b"tEXt", b"zTXt", b"iTXt", b"iCCP")  # parts of a PNG that say no pixels
MIN_SIDE_PX, LEAST_SIDE_PX = 16, 8  # as it is, and enlarged
CROP_LONG, ENLARGE_SMALL = "crop-long", "enlarge-small"
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
        with open(path, "rb") as file:
            yield file
    except FileNotFoundError as error:
        is_link = os.path.islink(path)
        raise StudioError("the link points to nothing" if is_link else "it is gone") from error
    except PermissionError as error:
        raise StudioError("it may not be read; give yourself the right to, or move it") from error
    except OSError as error:
        raise StudioError(f"it could not be read ({said_by(error)})") from error


def decode(
    file: BufferedReader, remedies: Sequence[str] = (), background: Colour = BACKGROUND
) -> Opened:
    """Decode an open file, as open_picture does."""
    head = file.read(HEAD_BYTES)
    file.seek(0)
    _refuse_long_header(head)
    _refuse_long_notes(file, head)
    try:
        try:
            return _decoded(file, remedies, background)
        except ValueError:  # what Pillow raises at texts and colour profiles of more than 1 MB
            if not head.startswith(PNG):
                raise
            return _decoded(_without_notes(file), remedies, background)
    except MemoryError as error:
        raise StudioError("there is too little memory to open it") from error
    except Image.DecompressionBombError as error:
        raise StudioError("it unpacks to far too many pixels") from error
    except BROKEN as error:
        is_unknown = isinstance(error, UnidentifiedImageError)
        raise StudioError(what_it_is(head) or _what_is_wrong(head, is_unknown)) from error


def _decoded(file: IO[bytes], remedies: Sequence[str], background: Colour) -> Opened:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with Image.open(file, formats=FORMATS) as image:
            _refuse_slow(image, file)
            return _upright(image, remedies, background)


def _what_is_wrong(head: bytes, is_unknown: bool) -> str:
    if is_unknown and is_tiff(head):
        return "it is a TIFF or a camera's raw file of a kind that cannot be read; save it as PNG"
    if is_unknown and not is_of_pictures(head):
        return "this is not a picture, despite its name"
    return "the file is damaged or cut short"


def _refuse_slow(image: Image.Image, file: IO[bytes]) -> None:
    """StudioError for a large picture of a kind that would take minutes."""
    tiles = getattr(image, "tile", [])
    why, most_mb = SLOW.get(str(tiles[0][0]) if tiles else "", ("", 0))
    if why and file.seek(0, os.SEEK_END) > most_mb * 2**20:
        raise StudioError(f"{why}, of more than {most_mb} MB; save it as PNG first")


def _refuse_long_header(head: bytes) -> None:
    """StudioError for a PPM with pages of comments before its size, which are read by the byte."""
    if re.match(rb"P[0-6fy]\S{0,5}\s", head) and len(head) == HEAD_BYTES:
        words = re.sub(rb"#[^\r\n]*", b"", head).split(maxsplit=4)
        if len(words) < (3 if words[0] in (b"P1", b"P4") else 4):
            raise StudioError("its size does not stand where it should; save it as PNG first")


def _refuse_long_notes(file: IO[bytes], head: bytes) -> None:
    """StudioError for a JPEG with pages of notes before its pixels, each added to the last."""
    if not head.startswith(JPEG):
        return
    total = 0
    file.seek(2)
    while len(start := file.read(4)) == 4 and start[0] == 0xFF and start[1] not in (0xD9, 0xDA):
        length = struct.unpack(">H", start[2:])[0]
        total += max(length, LEAST_NOTE)
        if total > MAX_NOTE_BYTES:
            raise StudioError("it carries more notes than picture; save it again as JPEG")
        file.seek(max(length, 2) - 2, os.SEEK_CUR)
    file.seek(0)


def _without_notes(file: IO[bytes]) -> IO[bytes]:
    """A PNG without its texts and its colour profile; cut off where it is damaged."""
    file.seek(0)
    kept = io.BytesIO()
    kept.write(file.read(len(PNG)))
    while len(head := file.read(8)) == 8:
        length, word = struct.unpack(">I4s", head)
        if word in NOTES:
            file.seek(length + 4, os.SEEK_CUR)
        else:
            kept.write(head)
            kept.write(file.read(length + 4))
    kept.seek(0)
    return kept


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
    rgb = flat_rgb(upright, background)
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
    """The middle square; the picture itself where it is one."""
    side = min(image.size)
    if image.size == (side, side):
        return image
    left, top = (image.width - side) // 2, (image.height - side) // 2
    return image.crop((left, top, left + side, top + side))


def square(image: Image.Image, size_px: int, wrap: bool) -> np.ndarray:
    """The middle square of a picture at this size, uint8 [size, size, 3]."""
    if not wrap:
        fitted = ImageOps.fit(image, (size_px, size_px), Image.Resampling.LANCZOS)
        return np.asarray(fitted, dtype=np.uint8)
    image = _middle(one_repeat(image))
    margin = _margin(image.width, size_px)
    box = (margin, margin, margin + image.width, margin + image.width)
    big = _surrounded(image, margin)
    return np.asarray(big.resize((size_px, size_px), Image.Resampling.LANCZOS, box=box))


def _margin(side: int, size_px: int) -> int:
    """How far Lanczos looks over the edge (three pixels of the result), and no more than a side."""
    return min(side, math.ceil(3 * max(1.0, side / size_px)) + 1)


def _surrounded(image: Image.Image, margin: int) -> Image.Image:
    """A square tile with a margin of itself around it, without a second copy of all of it."""
    side = image.width
    big = Image.new("RGB", (side + 2 * margin, side + 2 * margin))
    for top in (margin - side, margin, margin + side):
        for left in (margin - side, margin, margin + side):
            big.paste(image, (left, top))
    return big


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


def is_picture_after_all(path: Path) -> bool:
    """Whether a file with the ending of Apple's photographs begins like a picture that is read."""
    if path.suffix.lower() not in APPLES:
        return False
    try:
        with open_regular(path) as file:
            return is_of_pictures(file.read(HEAD_BYTES))
    except (OSError, StudioError):
        return False
