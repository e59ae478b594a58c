"""The picture on the canvas."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from studio.core.latent import Recipe
from studio.core.pixels import Pixels


@dataclass(frozen=True)
class Artwork:
    """A picture and the recipe it was made with; edited: a person's hand changed it since."""

    recipe: Recipe = Recipe()
    pixels: Pixels = Pixels()
    edited: bool = False


def example_of(artwork: Artwork) -> np.ndarray:
    """The picture as a reader of folders would give it: uint8 [H, W, 3]."""
    return artwork.pixels.array()
