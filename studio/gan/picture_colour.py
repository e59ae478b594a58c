"""Brings pictures of every kind of colour to RGB, strip by strip, so that large ones fit."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
from PIL import Image

from studio.core.errors import StudioError

TRANSPARENT = ("RGBA", "LA", "PA", "La", "RGBa")
STRIP_PIXELS = 2**20  # numbers in double precision take 8 MB for so many
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
    """RGB with transparency laid on the background and deep greys brought down to 8 bits.

    A picture that is flat RGB already comes back itself. StudioError where nothing is to be seen.
    """
    if image.mode == "LAB":
        raise StudioError("its colours are Lab, which is for printers; save it as RGB")
    if image.mode.startswith("I") or image.mode == "F":
        white = _white(image)
        return _by_strips(image, lambda strip: _from_numbers(strip, white))
    if image.mode in TRANSPARENT or "transparency" in image.info:
        return _on_ground(image, background)
    if image.mode == "RGB":
        return image
    return _by_strips(image, lambda strip: strip.convert("RGB"))


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
    return next((white for white in (255.0, 65535.0) if largest <= white), largest)


def _from_numbers(strip: Image.Image, white: float) -> Image.Image:
    values = np.nan_to_num(np.asarray(strip, dtype=np.float64))
    grey = np.clip(values * (255.0 / white), 0, 255).astype(np.uint8)
    return Image.fromarray(grey).convert("RGB")


def _on_ground(image: Image.Image, background: Colour) -> Image.Image:
    most = 0

    def laid(strip: Image.Image) -> Image.Image:
        nonlocal most
        rgba = strip.convert("RGBA")
        most = max(most, rgba.getextrema()[3][1])  # type: ignore[index]
        ground = Image.new("RGBA", rgba.size, (*background, 255))
        return Image.alpha_composite(ground, rgba).convert("RGB")

    flat = _by_strips(image, laid)
    if most == 0:
        raise StudioError("it is fully transparent")
    return flat
