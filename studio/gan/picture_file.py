"""Pictures in and out of files: PNG with their provenance, and small copies for lists."""

from __future__ import annotations

import hashlib
import io
import json
import zlib
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image, UnidentifiedImageError
from PIL.PngImagePlugin import PngInfo

from studio.core import xmp
from studio.core.errors import StudioError
from studio.core.files import open_regular
from studio.core.latent import Recipe
from studio.core.pixels import Pixels
from studio.core.print_size import SCALES
from studio.core.provenance import KEY, Provenance, read_record, record, silent
from studio.core.recipe_file import recipe_from_json, recipe_to_json
from studio.gan.picture_enlarge import reduced

MAX_SIDE_PX = 16384
MAX_PIXELS = 2**26
EMPTY_GROUND = (16, 17, 20)
DIGEST = "pixels"  # in the state of a record: what the picture was when it was written
SCALE = "scale"  # and how many times larger than the document's; 1 where it does not say


def png(pixels: np.ndarray, provenance: Provenance | None = None, dpi: int = 0) -> bytes:
    """sRGB as uint8 [H, W, 3] as a PNG file, which says so: image editors need not ask.

    With provenance it carries that as tEXt for us and as XMP for others; with dpi how large it is
    on paper or cloth.
    """
    notes = PngInfo()
    notes.add(b"sRGB", b"\0")  # shown as a person would expect, not measured
    if provenance is not None:
        notes.add_text(KEY, record(provenance))
        notes.add_itxt(xmp.PNG_KEY, xmp.packet(provenance))
    buffer = io.BytesIO()
    size = {"dpi": (dpi, dpi)} if dpi else {}
    Image.fromarray(np.ascontiguousarray(pixels)).save(buffer, "PNG", pnginfo=notes, **size)
    return buffer.getvalue()


def thumbnail(pixels: Pixels, size_px: int) -> np.ndarray:
    """The picture inside a square, uint8 [size, size, 3]; dark ground where there is none."""
    ground = np.full((size_px, size_px, 3), EMPTY_GROUND, np.uint8)
    if not pixels:
        return ground
    scale = size_px / max(pixels.width, pixels.height)
    width = max(1, round(pixels.width * scale))
    height = max(1, round(pixels.height * scale))
    small = Image.fromarray(pixels.array()).resize((width, height), Image.Resampling.LANCZOS)
    top, left = (size_px - height) // 2, (size_px - width) // 2
    ground[top : top + height, left : left + width] = np.asarray(small)
    return ground


def encode(recipe: Recipe, pixels: Pixels, **more: Any) -> dict[str, bytes]:
    """The files of a document in a project: its recipe as JSON, its pixels as PNG."""
    files = {"document.json": json.dumps({"recipe": recipe_to_json(recipe), **more}).encode()}
    if pixels:
        files["pixels.png"] = png(pixels.array())
    return files


def decode(files: dict[str, bytes]) -> tuple[Recipe, Pixels, dict[str, Any]]:
    """The opposite of encode, for files that may come from a stranger; StudioError if damaged."""
    try:
        values = json.loads(files["document.json"])
        recipe = recipe_from_json(values["recipe"])
        pixels = _pixels(files["pixels.png"]) if "pixels.png" in files else Pixels()
    except (KeyError, ValueError, TypeError, RecursionError) as error:
        raise StudioError("A picture in this project is damaged.") from error
    return recipe, pixels, values


def digest(pixels: Pixels) -> str:
    """A short fingerprint of every pixel."""
    size = f"{pixels.width} {pixels.height} ".encode()
    return hashlib.sha256(size + pixels.rgb).hexdigest()[:16]


def sealed(picture: np.ndarray, scale: int, pixel_art: bool) -> dict[str, Any]:
    """What the record of an exported picture says of its pixels, uint8 [H, W, 3]."""
    state: dict[str, Any] = {DIGEST: digest(Pixels.of(picture))}
    return state if scale == 1 else {**state, SCALE: scale, "pixel_art": pixel_art}


def read_provenance(path: Path) -> Provenance:
    """What a PNG file says of itself; StudioError as in read_png."""
    return read_png(path)[0]


def read_png(path: Path) -> tuple[Provenance, Pixels]:
    """An exported picture and what it says of itself.

    StudioError where it says nothing, or its record or the picture itself is damaged.
    """
    try:
        with open_regular(path) as file, Image.open(file, formats=("PNG",)) as image:
            pixels = _rgb(image)
            text = image.info.get(KEY)
    except UnidentifiedImageError as error:
        raise silent(path.name) from error
    except FileNotFoundError as error:
        raise StudioError(f"There is no file {path}.") from error
    except (OSError, SyntaxError, ValueError, zlib.error, Image.DecompressionBombError) as error:
        raise StudioError(f"The picture {path.name} is damaged or cannot be read.") from error
    if not isinstance(text, str):
        raise silent(path.name)
    return read_record(text, path.name), pixels


def read_picture(path: Path, medium: str) -> tuple[Provenance, Pixels, bool]:
    """The same, and whether a person changed the picture; StudioError if of another medium.

    The pixels are the document's own: of a picture that was enlarged every so many-th, which still
    are what they were, or what a person made of them.
    """
    provenance, pixels = read_png(path)
    if provenance.medium != medium:
        raise StudioError(f"{path.name} is of another medium ({provenance.medium}).")
    was_changed = provenance.state.get(DIGEST) != digest(pixels)
    scale = provenance.state.get(SCALE, 1)
    if type(scale) is not int or scale not in SCALES:
        raise StudioError(f"What {path.name} says of itself is damaged.")
    pixels = Pixels.of(reduced(pixels.array(), scale))
    return provenance, pixels, provenance.edited or was_changed


def _pixels(content: bytes) -> Pixels:
    try:
        with Image.open(io.BytesIO(content), formats=("PNG",)) as image:
            return _rgb(image)
    except (OSError, SyntaxError, Image.DecompressionBombError) as error:
        raise StudioError("A picture in this project is damaged.") from error


def _rgb(image: Image.Image) -> Pixels:
    """An opened picture, if it is not too large to be looked at."""
    if max(image.size) > MAX_SIDE_PX or image.width * image.height > MAX_PIXELS:
        raise StudioError("A picture in this file is larger than Atelier can open.")
    return Pixels.of(np.asarray(image.convert("RGB")))
