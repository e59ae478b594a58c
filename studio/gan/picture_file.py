"""Pictures in and out of files: PNG with the recipe inside, and small copies for lists."""

from __future__ import annotations

import io
import json
from typing import Any

import numpy as np
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from studio.core.errors import StudioError
from studio.core.latent import Recipe
from studio.core.pixels import Pixels
from studio.core.provenance import KEY, record
from studio.core.recipe_file import recipe_from_json, recipe_to_json

MAX_SIDE_PX = 16384
EMPTY_GROUND = (16, 17, 20)


def png(pixels: np.ndarray, recipe: Recipe | None = None) -> bytes:
    """uint8 [H, W, 3] as a PNG file; with a recipe, its record as a tEXt chunk."""
    notes = PngInfo()
    if recipe is not None:
        notes.add_text(KEY, record(recipe))
    buffer = io.BytesIO()
    Image.fromarray(np.ascontiguousarray(pixels)).save(buffer, "PNG", pnginfo=notes)
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


def _pixels(content: bytes) -> Pixels:
    try:
        with Image.open(io.BytesIO(content), formats=("PNG",)) as image:
            if max(image.size) > MAX_SIDE_PX or image.width * image.height > 2**26:
                raise StudioError("A picture in this project is larger than Atelier can open.")
            return Pixels.of(np.asarray(image.convert("RGB")))
    except (OSError, SyntaxError, Image.DecompressionBombError) as error:
        raise StudioError("A picture in this project is damaged.") from error
