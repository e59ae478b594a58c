"""Reads a person's folder of pictures: what can be used, what not and why, and the pixels.

Numpy and Pillow only. Nothing in the folder is ever written, no link is followed out of it.
"""

from __future__ import annotations

import hashlib
import math
import warnings
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError

from studio.core.errors import StudioError
from studio.core.files import walk
from studio.core.kind import FolderReport, Refusal
from studio.core.work import Finished, Progress, Work

SUFFIXES = (
    ".jpg", ".jpeg", ".jpe", ".jfif", ".png", ".apng", ".gif", ".webp", ".bmp", ".tif", ".tiff",
    ".avif", ".ppm", ".tga",
)  # fmt: skip
FORMATS = ("JPEG", "PNG", "GIF", "WEBP", "BMP", "TIFF", "AVIF", "PPM", "TGA")
MAX_PIXELS = 150_000_000
MAX_FILE_BYTES = 512 * 2**20
MIN_SIDE_PX = 16
MAX_ASPECT = 8.0
WRAPS_BELOW = 1.6  # seam_ratio of pictures whose edges may be taken to meet
DECODE_PX = 1024  # larger JPEGs are decoded at a fraction of their size
# What Pillow's decoders raise on broken files.
BROKEN = (
    OSError, SyntaxError, ValueError, IndexError, KeyError, EOFError, OverflowError, MemoryError,
    TypeError, AttributeError,
)  # fmt: skip
MOST_REPEATS = 8
SAME_SHARE = 0.12  # of the usual change when rolled: drawn repeats differ by a little smoothing
BACKGROUND = (255, 255, 255)


@dataclass(frozen=True)
class Opened:
    """A picture that could be read: upright RGB, and its size on disk."""

    image: Image.Image
    width: int
    height: int


def open_picture(path: Path) -> Opened:
    """Decode a picture of any mode as upright RGB on white; StudioError says what is wrong."""
    try:
        size = path.stat().st_size
    except OSError as error:
        raise StudioError(
            "the link points to nothing" if path.is_symlink() else str(error.strerror)
        ) from error
    if size == 0:
        raise StudioError("the file is empty")
    if size > MAX_FILE_BYTES:
        raise StudioError("the file is larger than 512 MB")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with Image.open(path, formats=FORMATS) as image:
                return _upright(image)
    except UnidentifiedImageError as error:
        raise StudioError("this is not a picture, whatever its name says") from error
    except Image.DecompressionBombError as error:
        raise StudioError("it unpacks to far too many pixels") from error
    except BROKEN as error:
        raise StudioError("the file is damaged or cut short") from error


def _upright(image: Image.Image) -> Opened:
    width, height = image.size
    if width * height > MAX_PIXELS:
        raise StudioError(f"it has {width} x {height} pixels, more than can be opened safely")
    if min(width, height) < MIN_SIDE_PX:
        raise StudioError(f"it is only {width} x {height} pixels")
    if max(width, height) > MAX_ASPECT * min(width, height):
        raise StudioError(f"it is too long and thin ({width} x {height} pixels)")
    image.draft("RGB", (DECODE_PX, DECODE_PX))
    image.load()
    upright = ImageOps.exif_transpose(image)
    return Opened(_flat_rgb(upright), *upright.size)


def _flat_rgb(image: Image.Image) -> Image.Image:
    """RGB with transparency laid on white, 16-bit greys brought down to 8."""
    if image.mode.startswith("I") or image.mode == "F":
        values = np.asarray(image, dtype=np.float64)
        top = 65535.0 if values.max(initial=0) > 255 else 255.0
        grey = np.clip(values * (255.0 / top), 0, 255).astype(np.uint8)
        return Image.fromarray(grey).convert("RGB")
    if image.mode in ("RGBA", "LA", "PA", "La", "RGBa") or "transparency" in image.info:
        rgba = image.convert("RGBA")
        if rgba.getextrema()[3][1] == 0:  # type: ignore[index]
            raise StudioError("it is fully transparent")
        ground = Image.new("RGBA", rgba.size, (*BACKGROUND, 255))
        return Image.alpha_composite(ground, rgba).convert("RGB")
    return image.convert("RGB")


def check_pictures(folder: Path, medium: str) -> Work:
    """Finished(FolderReport): every file opened once, exact copies and reasons reported."""
    report: FolderReport | None = None
    for event in _survey(folder, medium, None):
        if isinstance(event, Finished):
            report = event.value[1]
        else:
            yield event
    yield Finished(report)


def read_pictures(folder: Path, medium: str, size_px: int, wrap: bool = False) -> Work:
    """Finished((uint8 [N, size, size, 3], FolderReport)); StudioError under 8 usable pictures.

    Pictures are cropped to their middle square. wrap resizes around the torus, so that a tile
    still meets itself.
    """
    for event in _survey(folder, medium, (size_px, wrap)):
        if isinstance(event, Finished):
            pictures, report = event.value
            if report.too_few:
                raise StudioError(report.too_few)
            yield Finished((np.stack(pictures), report))
        else:
            yield event


def _survey(folder: Path, medium: str, shape: tuple[int, bool] | None) -> Work:
    found = walk(folder)
    usable: list[str] = []
    refused: list[Refusal] = []
    pictures: list[np.ndarray] = []
    sizes: list[tuple[int, int]] = []
    seams: list[float] = []
    seen: dict[bytes, str] = {}
    ignored = list(found.ignored)
    names = [n for n in found.files if Path(n).suffix.lower() in SUFFIXES]
    ignored += [n for n in found.files if Path(n).suffix.lower() not in SUFFIXES]
    for done, name in enumerate(names):
        yield Progress(done, len(names), name)
        path = folder / name
        try:
            opened = open_picture(path)
            digest = hashlib.sha256(path.read_bytes()).digest()
        except (StudioError, OSError) as error:
            refused.append(Refusal(name, str(error)))
            continue
        if digest in seen:
            refused.append(Refusal(name, f"an exact copy of {seen[digest]}"))
            continue
        seen[digest] = name
        usable.append(name)
        sizes.append((opened.width, opened.height))
        small = square(opened.image, min(64, *opened.image.size), wrap=False)
        seams.append(seam_ratio(small))
        if shape:
            pictures.append(square(opened.image, *shape))
    report = FolderReport(
        str(folder), medium, tuple(usable), tuple(refused), tuple(sorted(ignored)),
        notes=_notes(medium, seams), facts=_facts(sizes),
    )  # fmt: skip
    yield Finished((pictures, report))


def _notes(medium: str, seams: list[float]) -> tuple[str, ...]:
    """For patterns, whether the pictures are tiles: they are learnt from differently."""
    if medium != "pattern" or not seams:
        return ()
    wraps = sum(seam < WRAPS_BELOW for seam in seams)
    return (f"{wraps} of {len(seams)} pictures wrap around without a visible seam.",)


def _facts(sizes: list[tuple[int, int]]) -> dict[str, object]:
    if not sizes:
        return {}
    width, height = np.array(sizes).T
    return {
        "width_px": [int(width.min()), int(np.median(width)), int(width.max())],
        "height_px": [int(height.min()), int(np.median(height)), int(height.max())],
    }


def square(image: Image.Image, size_px: int, wrap: bool) -> np.ndarray:
    """The middle square of a picture at this size, uint8 [size, size, 3]."""
    if not wrap:
        fitted = ImageOps.fit(image, (size_px, size_px), Image.Resampling.LANCZOS)
        return np.asarray(fitted, dtype=np.uint8)
    image = one_repeat(image)
    side = min(image.size)
    left, top = (image.width - side) // 2, (image.height - side) // 2
    pixels = np.asarray(image.crop((left, top, left + side, top + side)), dtype=np.uint8)
    margin = max(1, side // 4)
    padded = np.pad(pixels, ((margin, margin), (margin, margin), (0, 0)), mode="wrap")
    box = (margin, margin, margin + side, margin + side)
    big = Image.fromarray(padded)
    return np.asarray(big.resize((size_px, size_px), Image.Resampling.LANCZOS, box=box))


def one_repeat(image: Image.Image) -> Image.Image:
    """A tile that holds k x k equal repeats, cut down to one of them; any other as it is.

    One motif that fills the tile is learnt in far less time than many small ones.
    """
    pixels = np.asarray(image, dtype=np.float32)
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
