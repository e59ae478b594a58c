"""A cheaper pass of a picture network: the same layers, the finest of them on coarser maps.

Stopping early at a coarser level's colours would be cheaper, but is not honest: they are residuals,
and what they leave out is most of a picture's colour (tests/benchmarks/RESULTS.md, section 11).
"""

from __future__ import annotations

import copy
import math
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from studio.core.latent import Latent
from studio.core.lattice import BLOCK
from studio.gan.layers import ModulatedConv, upsample
from studio.gan.networks import Generator
from studio.gan.picture_fit import drawn
from studio.gan.pictures import to_pixels
from studio.gan.stage import Stage

SIDE_PX = 64  # of the finest maps of a draft


class Contracted(nn.Module):
    """A modulated 3 x 3 convolution whose taps lie closer together than the pixels of its map.

    The value between two pixels is taken to be on the line between them, which is what upsampling
    would have made of it; so the weights of the outer taps are shared out between two pixels.
    """

    power: Tensor

    def __init__(self, whole: ModulatedConv, reach: float) -> None:
        """reach: the distance of two taps in pixels, 0 to 1."""
        super().__init__()
        self.style, self.conv = whole.style, copy.copy(whole.conv)
        weight = whole.conv.weight.detach()
        share = torch.tensor(
            [[reach, 0.0, 0.0], [1 - reach, 1.0, 1 - reach], [0.0, 0.0, reach]],
            device=weight.device,
            dtype=weight.dtype,
        )
        near = share @ weight @ share.t()
        if weight.is_contiguous(memory_format=torch.channels_last):
            near = near.contiguous(memory_format=torch.channels_last)
        self.conv._parameters = {**whole.conv._parameters, "weight": nn.Parameter(near, False)}
        self.register_buffer("power", (weight * whole.conv.scale).square().sum((2, 3)))

    def unscaled(self, x: Tensor, w: Tensor, repeat: str = BLOCK) -> tuple[Tensor, Tensor]:
        """As that of the whole convolution, whose demodulation it keeps."""
        style = self.style(w)
        y = self.conv(x * style[:, :, None, None].to(x.dtype), repeat)
        norm = torch.rsqrt(style.float().square() @ self.power.t() + 1e-8)
        return y, norm[:, :, None, None].to(y.dtype)


class Draft:
    """Draws with a twin of a network that leaves out the last doublings of its maps.

    The twin shares the network's weights, and is made when it is first asked for.
    """

    def __init__(self, network: Generator) -> None:
        self._network = network
        self.halvings = max(0, int(math.log2(network.config.size_px / SIDE_PX)))
        self._twin: Generator | None = None

    @torch.no_grad()
    def drawn(self, stage: Stage, latent: Latent) -> np.ndarray:
        """What a latent nearly looks like: uint8 [H, W, 3], as large as the full result.

        Networks of up to 64 px give the full result, which is quick, and coarser would show.
        """
        if not self.halvings:
            return drawn(stage, latent)
        if self._twin is None:
            self._twin = _twin(self._network, self.halvings)
        return to_pixels(self._draw(self._twin, stage, latent))[0]

    def _draw(self, twin: Generator, stage: Stage, latent: Latent) -> Tensor:
        maps, times = stage.maps([latent]), 2**self.halvings
        noise = [
            _smaller(one, side, twin.config.size_px // times)
            for one, side in zip(maps.noise, twin.noise_sides(), strict=True)
        ]
        arguments = (noise, maps.spatial, stage.cells, None, stage.repeat)
        small = twin.synthesise(stage.play.ws(latent), *arguments)
        return stage.as_cut(upsample(small, (times, times), stage.wraps, stage.repeat))


def _smaller(noise: Tensor, side: int, most: int) -> Tensor:
    return F.avg_pool2d(noise, side // most) if side > most else noise


def _twin(network: Generator, halvings: int) -> Generator:
    twin = copy.deepcopy(network, {id(one): one for one in network.parameters()})
    layers: list[Any] = list(twin.layers)
    most, index = network.config.size_px >> halvings, 0
    for level, side in enumerate(network.config.resolutions):
        for first in (True, False) if level else (False,):
            layer, index = layers[index], index + 1
            drawn_at = side // 2 if first else side  # convolutions run before the upsampling
            if drawn_at > most:
                layer.conv = Contracted(layer.conv, most / drawn_at)
            if first and side > most:
                layer.up = (1, 1)
    return twin.eval()
