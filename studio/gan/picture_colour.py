"""Brings pictures of every kind of colour to RGB, strip by strip, so that large ones fit."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from functools import lru_cache

import numpy as np
from PIL import Image, ImageCms

from studio.core.errors import StudioError

TRANSPARENT = ("RGBA", "LA", "PA", "La", "RGBa")
STRIP_PIXELS = 2**20  # numbers in double precision take 8 MB for so many
WHITES = (255.0, 1023.0, 4095.0, 65535.0)  # 8, 10, 12 and 16 bits
MAX_PROFILE_BYTES = 4 * 2**20  # those of printers with large tables have half of it
SPACES = {"RGB": b"RGB ", "RGBA": b"RGB ", "CMYK": b"CMYK", "L": b"GRAY"}  # in bytes 16 to 19
SAME_LEVELS = 2  # a profile that changes no colour by more is sRGB under another name
LIGHTS = 16.0  # numbers after the point count from 0 to 1, with lamps and the sun above that
Colour = tuple[int, int, int]


def colour_mode(image: Image.Image) -> str:
    """The kind of colour of an opened, not yet loaded picture, in a word for people."""
    tiles = getattr(image, "tile", [])  # how the file packs its pixels, like RGB;16B
    raw = str(tiles[0][3]) if tiles else ""
    if image.mode in TRANSPARENT or "transparency" in image.info:
        return "transparent"
    if image.mode.startswith(("I", "F")) or "16" in raw:
        return "16-bit"
    return {"CMYK": "CMYK", "P": "palette", "L": "grey", "1": "grey"}.get(image.mode, "colour")


def flat_rgb(image: Image.Image, background: Colour) -> Image.Image:
    """sRGB with transparency laid on the background and deep greys brought down to 8 bits.

    A colour profile in the picture is followed: a telephone's or a printer's colours are others
    than the same numbers would be here. A picture that is flat sRGB already comes back itself.
    StudioError where nothing is to be seen.
    """
    if image.mode == "LAB":
        raise StudioError("its colours are Lab, which is for printers; save it as RGB")
    if image.mode.startswith("I") or image.mode == "F":
        white = _white(image)
        return _by_strips(image, lambda strip: _from_numbers(strip, white))
    profile = image.info.get("icc_profile")
    profile = profile if isinstance(profile, bytes) else b""
    if image.mode in TRANSPARENT or "transparency" in image.info:
        return _on_ground(image, background, profile)
    if image.mode == "RGB" and _transform(profile, "RGB") is None:
        return image
    return _by_strips(image, lambda strip: _managed(strip, profile))


def _managed(strip: Image.Image, profile: bytes) -> Image.Image:
    """As RGB, or RGBA where it is that, with the colours that the profile means."""
    if strip.mode not in SPACES:
        strip = strip.convert("RGB")
    transform = _transform(profile, strip.mode)
    if transform is not None:
        strip = ImageCms.applyTransform(strip, transform) or strip
    return strip if strip.mode in ("RGB", "RGBA") else strip.convert("RGB")


@lru_cache(maxsize=8)  # the pictures of a folder mostly have one and the same
def _transform(profile: bytes, mode: str) -> ImageCms.ImageCmsTransform | None:
    """From a picture's colours to sRGB; None where it has them, or where its profile is none."""
    if len(profile) > MAX_PROFILE_BYTES or profile[16:20] != SPACES[mode]:
        return None
    target = "RGBA" if mode == "RGBA" else "RGB"
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        transform = ImageCms.buildTransform(source, ImageCms.createProfile("sRGB"), mode, target)
    except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
        return None
    return None if mode in ("RGB", "RGBA") and _changes_nothing(transform, mode) else transform


def _changes_nothing(transform: ImageCms.ImageCmsTransform, mode: str) -> bool:
    levels = np.stack(np.meshgrid(*[np.arange(0, 256, 51, dtype=np.uint8)] * 3), -1)
    cube = Image.fromarray(levels.reshape(6, 36, 3)).convert(mode)
    changed = ImageCms.applyTransform(cube, transform) or cube
    change = np.asarray(changed, dtype=np.int16) - np.asarray(cube, dtype=np.int16)
    return int(np.abs(change).max()) <= SAME_LEVELS


def _strips(image: Image.Image) -> Iterator[tuple[int, Image.Image]]:
    """Where each strip begins, and the strip."""
    rows = max(1, STRIP_PIXELS // image.width)
    for top in range(0, image.height, rows):
        yield top, image.crop((0, top, image.width, min(top + rows, image.height)))


def _by_strips(image: Image.Image, convert: Callable[[Image.Image], Image.Image]) -> Image.Image:
    """The picture with each strip converted to RGB: no more than one more copy of it all."""
    rgb = Image.new("RGB", image.size)
    for top, strip in _strips(image):
        rgb.paste(convert(strip), (0, top))
    return rgb


def _white(image: Image.Image) -> float:
    """The number that stands for white in a picture of numbers, told from the largest."""
    largest = 0.0
    for _, strip in _strips(image):
        values = np.asarray(strip)
        largest = max(largest, float(values.max(initial=0, where=np.isfinite(values))))
    if image.mode == "F" and 0 < largest <= LIGHTS:
        return 1.0
    return next((white for white in WHITES if largest <= white), largest)


def _from_numbers(strip: Image.Image, white: float) -> Image.Image:
    values = np.nan_to_num(np.asarray(strip, dtype=np.float64))
    grey = np.clip(values * (255.0 / white), 0, 255).astype(np.uint8)
    return Image.fromarray(grey).convert("RGB")


def _on_ground(image: Image.Image, background: Colour, profile: bytes) -> Image.Image:
    most = 0

    def laid(strip: Image.Image) -> Image.Image:
        nonlocal most
        rgba = _managed(strip.convert("RGBA"), profile)
        most = max(most, rgba.getextrema()[3][1])  # type: ignore[index]
        ground = Image.new("RGBA", rgba.size, (*background, 255))
        return Image.alpha_composite(ground, rgba).convert("RGB")

    flat = _by_strips(image, laid)
    if most == 0:
        raise StudioError("it is fully transparent")
    return flat
