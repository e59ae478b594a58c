"""Pictures and tiles: everything but a locked part made anew, and a person's own picture found."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from studio.core.errors import StudioError
from studio.core.kind import Found
from studio.core.latent import COMPOSITE, Latent, Recipe
from studio.core.lattice import BLOCK, as_block
from studio.core.pixels import Pixels
from studio.core.selection import feather, kept_over, reach_px
from studio.core.work import Work, mapped
from studio.gan.fit import Fitted, Plan, fit, steps_of
from studio.gan.layers import upsample
from studio.gan.masks import checked
from studio.gan.pictures import to_pixels, to_signed
from studio.gan.stage import Maps, Stage

COARSEST_PX = 4
LEAST_SQUARE = 1e-4  # bounds what pictures that are the same score
BAND = 8  # a fit looks mostly at the locked pixels within this share of the side from the border
DEEP = 0.02  # and so much at all others
SAME_LEVELS = 4.0  # of 255: a recipe that comes so close to the kept pixels is theirs
REROLL = Plan(samples=64, steps=60, anchor=0.1)
INSTANT = Plan(samples=8, steps=0)
FIND = Plan(samples=128, steps=300, rate=0.1, prior=0.002, seconds=180.0, preview_every=25)


class MaskedPyramid:
    """How far pictures are from one, where it counts, at every scale: L1 on a Laplacian pyramid.

    The pyramid is that of the weighted difference, which is the difference of the pyramids inside
    the mask, and makes a step at its border count at every scale.
    """

    def __init__(self, target: Tensor, weight: Tensor, wraps: bool, repeat: str = BLOCK) -> None:
        """target [1, 3, H, W] in [-1, 1], weight [1, 1, H, W] from 0 to 1; repeat of the torus."""
        self._target, self._weight = target, weight
        self._wraps, self._repeat = wraps, repeat
        self._levels = max(0, int(math.log2(min(target.shape[2:]) / COARSEST_PX)))
        self._total = 3 * float(weight.sum().clamp_min(1e-6))

    def __call__(self, outputs: Tensor) -> Tensor:
        """[B, 3, H, W] -> [B], the mean over the scales of the mean difference."""
        x = (outputs - self._target) * self._weight
        found, pixels = torch.zeros(len(x), device=x.device), 1
        for _ in range(self._levels):
            small = F.avg_pool2d(x, 2)
            detail = x - upsample(small, (2, 2), self._wraps, self._repeat)
            found = found + detail.abs().sum((1, 2, 3)) * (pixels / self._total)
            x, pixels = small, pixels * 4
        found = found + x.abs().sum((1, 2, 3)) * (pixels / self._total)
        return found / (self._levels + 1)


@dataclass(frozen=True)
class PictureSubject:
    """Fits a stage's pictures to given pixels where a weight counts them.

    kept is what a preview shows in its place, None to show the picture as it is.
    """

    stage: Stage
    pyramid: MaskedPyramid
    kept: Kept | None = None

    def maps(self, latents: Sequence[Latent]) -> Maps:
        return self.stage.maps(latents)

    def draw(self, ws: Tensor, maps: Maps) -> Tensor:
        return self.stage.draw(ws, maps)

    def distance(self, outputs: Tensor) -> Tensor:
        return self.pyramid(outputs)

    def show(self, latent: Latent) -> tuple[Latent, np.ndarray]:
        pixels = drawn(self.stage, latent)
        return latent, pixels if self.kept is None else self.kept.over(pixels)


@dataclass(frozen=True)
class Kept:
    """The old pixels and what of them is locked; where they wrap, on this lattice."""

    pixels: np.ndarray  # uint8 [H, W, 3]
    locked: np.ndarray  # bool [H, W]
    wraps: bool
    repeat: str = BLOCK

    @property
    def weight(self) -> np.ndarray:
        """How much a fit looks at each pixel: at the locked ones, most at those near the border.

        What lies deep inside says little about what fits outside, and would draw everything back
        to what it was. float32 [H, W].
        """
        near = self._feathered(~self.locked, max(2, min(self.locked.shape) // BAND))
        return self.locked * (DEEP + (1 - DEEP) * near).astype(np.float32)

    @property
    def share(self) -> np.ndarray:
        """How much the old counts: float32 [H, W]."""
        return self._feathered(self.locked, reach_px(self.locked))

    def over(self, new: np.ndarray) -> np.ndarray:
        return kept_over(self.pixels, new, self.locked, self.wraps, self.repeat)

    def _feathered(self, mask: np.ndarray, reach: int) -> np.ndarray:
        return as_block(partial(feather, reach_px=reach, wraps=self.wraps), self.repeat, mask)


@torch.no_grad()
def drawn(stage: Stage, latent: Latent) -> np.ndarray:
    """What a latent looks like: uint8 [H, W, 3]."""
    return to_pixels(stage.draw(stage.play.ws(latent), stage.maps([latent])))[0]


def reroll_pixels(
    stage: Stage, recipe: Recipe, pixels: Pixels, locked: np.ndarray, seed: int, instant: bool
) -> Work:
    """Preview and Finished((Recipe, Pixels)): the locked pixels as they were, the rest anew.

    recipe is that of the picture, for its psi and options, and where it still gives the locked
    pixels for their features, which are blended with the new ones at every resolution.
    """
    refuse_other_size(stage, pixels)
    locked = checked(locked, pixels.width, pixels.height)
    kept = Kept(pixels.array(), locked, stage.wraps, stage.repeat)
    subject = PictureSubject(stage, _pyramid(stage, kept.pixels, kept.weight), kept)
    plan = INSTANT if instant else REROLL
    before = recipe.latent if _still_gives(stage, recipe, kept) else None

    def finished(value: Fitted | tuple[Latent, np.ndarray]) -> tuple[Recipe, Pixels]:
        if isinstance(value, Fitted):
            latent = value.latent
            new = drawn(stage, latent) if before is None else blended(stage, before, latent, kept)
            found = kept.over(new)
        else:
            latent, found = value
        signed = stage.play.signed(replace(recipe, latent=latent))
        return signed.with_option(COMPOSITE, True), Pixels.of(found)

    yield from mapped(fit(stage.play, subject, seed, recipe.latent.psi, plan), finished)


def refuse_other_size(stage: Stage, pixels: Pixels) -> None:
    """StudioError for no picture, or one of a size that the stage does not have."""
    if not pixels:
        raise StudioError("There is no picture yet: press Generate first.")
    if (pixels.width, pixels.height) != stage.size:
        width, height = stage.size
        raise StudioError(
            f"This picture has {pixels.width} x {pixels.height} pixels, and this model makes "
            f"{width} x {height}."
        )


def _pyramid(stage: Stage, pixels: np.ndarray, weight: np.ndarray) -> MaskedPyramid:
    device = stage.play.device.torch_device
    target = to_signed(torch.from_numpy(pixels.copy())[None]).to(device)
    counts = torch.from_numpy(weight)[None, None].to(device)
    return MaskedPyramid(target, counts, stage.wraps, stage.repeat)


def _still_gives(stage: Stage, recipe: Recipe, kept: Kept) -> bool:
    """Whether the recipe makes the locked pixels, as it does not after edits."""
    if recipe.model != stage.play.header.id:
        return False
    apart = np.abs(drawn(stage, recipe.latent).astype(float) - kept.pixels)
    return float(apart[kept.locked].mean()) <= SAME_LEVELS


@torch.no_grad()
def blended(stage: Stage, before: Latent, new: Latent, kept: Kept) -> np.ndarray:
    """The new latent's picture with the features of the old one where that is kept.

    Blended at every resolution (after the collages of StyleGAN's features, Suzuki et al. 2018,
    arXiv 1811.10153), so that shapes go on over the border. uint8 [H, W, 3].
    """
    device = stage.play.device.torch_device
    share = stage.uncut(torch.from_numpy(kept.share)[None, None].to(device))

    def change(x: Tensor) -> Tensor:
        part = F.adaptive_avg_pool2d(share, (x.shape[2], x.shape[3])).to(x.dtype)
        return torch.cat([x[:1], torch.lerp(x[1:], x[:1], part)])

    ws = torch.cat([stage.play.ws(before), stage.play.ws(new)])
    return to_pixels(stage.draw(ws, stage.maps([before, new]), change))[1]


def find_pixels(stage: Stage, recipe: Recipe, pixels: Pixels, seed: int, steps: int) -> Work:
    """Preview((Recipe, Pixels)) and Finished(Found), whose document is (Recipe, Pixels).

    Its figures: levels, the mean difference of 255; psnr_db; searched_levels, what the best sample
    alone would have been.
    """
    refuse_other_size(stage, pixels)
    given = pixels.array()
    subject = PictureSubject(stage, _pyramid(stage, given, np.ones(given.shape[:2], np.float32)))
    plan = replace(FIND, steps=steps_of(steps, FIND))
    best: list[float] = []

    def shown(value: Any) -> Any:
        if isinstance(value, Fitted):
            latent, made = value.latent, drawn(stage, value.latent)
        else:
            latent, made = value
        best.append(float(np.abs(made.astype(float) - given).mean()))
        signed = stage.play.signed(replace(recipe, latent=latent))
        document = (signed, Pixels.of(made))
        if not isinstance(value, Fitted):
            return document
        return Found(
            signed, document, {**figures(made, given), "searched_levels": round(best[0], 2)}
        )

    yield from mapped(fit(stage.play, subject, seed, recipe.latent.psi, plan), shown)


def figures(made: np.ndarray, given: np.ndarray) -> dict[str, float]:
    """levels and psnr_db of two pictures uint8 [H, W, 3]."""
    apart = made.astype(float) - given
    square = float(np.square(apart).mean())
    psnr = 10 * math.log10(255**2 / max(square, LEAST_SQUARE))
    return {"levels": round(float(np.abs(apart).mean()), 2), "psnr_db": round(psnr, 2)}
