"""Made-up lineages of coloured squares for the tests of the history browser."""

from dataclasses import dataclass

import numpy as np

from studio.core.latent import Drift, Latent, Recipe
from studio.core.lineage import Lineage
from studio.ui.png_pictures import png_thumbnail


@dataclass(frozen=True)
class Square:
    recipe: Recipe
    colour: tuple[int, int, int] = (0, 0, 0)


def square(seed, *moves):
    colour = (seed * 37 % 256, seed * 91 % 256, 60)
    return Square(Recipe("m", Latent(seed).moved(*moves)), colour)


def pixels(document, side_px):
    return np.full((side_px, side_px, 3), document.colour, np.uint8)


def grown(*parents, verbs=("vary",), thumbnails=None):
    """One node for each tuple of parents, with the seeds 0, 1, 2 ..."""
    lineage = Lineage()
    for seed, above in enumerate(parents):
        document = square(seed, *(Drift(one, 0.5) for one in above))
        lineage = lineage.recorded(
            document,
            verbs[seed % len(verbs)] if above else "generate",
            above,
            settings=f"strength 0.{seed % 10}" if above else "",
            thumbnail=png_thumbnail(pixels(document, 24)) if thumbnails is None else thumbnails,
            made_at=1.75e9 + seed,
        )
    return lineage


FAMILY = ((), (0,), (1,), (0,), (), (2, 4), (0,))
"""0 -> 1 -> 2 -> 5, 0 -> 3, 0 -> 6, 4 -> 5 as its second parent."""
