"""The picture on the canvas."""

from __future__ import annotations

from dataclasses import dataclass

from studio.core.latent import Recipe
from studio.core.pixels import Pixels


@dataclass(frozen=True)
class Artwork:
    """A picture and the recipe it was made with."""

    recipe: Recipe = Recipe()
    pixels: Pixels = Pixels()
