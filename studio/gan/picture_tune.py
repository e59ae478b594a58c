"""Pictures and tiles: a private copy of the network that makes a person's own."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import torch
from torch import Tensor

from studio.core.kind import Found
from studio.core.latent import Latent, Recipe
from studio.core.pixels import Pixels
from studio.core.private_copy import PrivateCopy
from studio.core.work import Work
from studio.gan import picture_file
from studio.gan.explore import Playable
from studio.gan.picture_fit import figures, refuse_other_size
from studio.gan.pictures import to_signed
from studio.gan.private import Showing, private_copy
from studio.gan.stage import Maps, Stage
from studio.gan.tune import TunePlan, with_steps

LEVELS = 127.5  # of 255, in a unit of what networks give
TUNE = TunePlan(enough=2.0)


@dataclass(frozen=True)
class PictureAim:
    """One picture [1, 3, H, W] in [-1, 1]; the shortfall is the mean difference in levels of 255.

    Squares, not magnitudes as in a fit: with as many weights as a network has, they come much
    nearer in the same time.
    """

    stage: Stage
    wanted: Tensor

    def on(self, play: Playable) -> PictureAim:
        return replace(self, stage=replace(self.stage, play=play))

    def maps(self, latents: Sequence[Latent]) -> Maps:
        return self.stage.maps(latents)

    def draw(self, ws: Tensor, maps: Maps) -> Tensor:
        return self.stage.draw(ws, maps)

    def apart(self, outputs: Tensor, wanted: Tensor) -> Tensor:
        return (outputs - wanted).square().mean()

    @torch.no_grad()
    def shortfall(self, latent: Latent) -> float:
        made = self.stage.draw(self.stage.play.ws(latent), self.stage.maps([latent]))
        return float((made.clamp(-1, 1) - self.wanted).abs().mean()) * LEVELS


def tune_pixels(
    stage: Stage, found: Found, pixels: Pixels, copy: PrivateCopy, seed: int, steps: int,
    document: Callable[[Playable, Recipe], Any], **said: Any,
) -> Work:  # fmt: skip
    """As private_copy; pixels are the person's own. Figures: levels (of 255), psnr_db, steps."""
    refuse_other_size(stage, pixels)
    given = pixels.array()
    wanted = to_signed(torch.from_numpy(given.copy())[None]).to(stage.play.device.torch_device)
    showing = Showing(
        document,
        lambda made, size_px: picture_file.thumbnail(made.pixels, size_px),
        lambda made: figures(made.pixels.array(), given),
        said,
    )
    aim, plan = PictureAim(stage, wanted), with_steps(TUNE, steps)
    yield from private_copy(stage.play, aim, found, copy, seed, plan, showing)
