"""Style-based generator and residual discriminator for pictures and tiles.

After StyleGAN2 (Karras et al. 2020): mapping network to W, truncation, style mixing per layer,
noise, modulated convolutions, RGB skips. On a torus every output is a seamless tile: circular
padding, and a spatial latent (as in PSGAN, Bergmann et al. 2017, arXiv 1705.06566) added to the
constant, which repeats over tiles of any multiple. Twisted by half its side, the torus gives tiles
that are seamless in half-drop or brick, by the same weights.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import asdict, dataclass
from itertools import pairwise
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from studio.core.lattice import BLOCK
from studio.core.train_ranges import FINEST_PX, SIDES_PX, WIDEST
from studio.gan.layers import (
    LRELU_GAIN,
    EqualConv,
    EqualLinear,
    ModulatedConv,
    ResidualDown,
    StyledLayer,
    activate,
    rectify,
    rolled,
    upsample,
)

START = 4  # side of the first feature map
SPATIAL_CHANNELS = 16
PATCHES = (1, 2)


@dataclass(frozen=True)
class NetworkConfig:
    """What rebuilds the networks; widths are min(channel_base / resolution, channel_max).

    patch 2 lets the discriminator look at squares of 2 x 2 pixels, so that its first feature maps,
    the costliest of all, are those of half the size. bounded ends the generator
    in tanh: colours that no picture has would give fakes away, and early training would be about
    nothing else (tests/benchmarks/RESULTS.md). noise is what StyleGAN2 adds to every layer; without
    it, edges have to be drawn, not hinted at by a grain.
    """

    size_px: int = 64
    channel_base: int = 2048
    channel_max: int = 128
    z_dim: int = 256
    w_dim: int = 256
    torus: bool = False
    tiles: bool = False
    patch: int = 1
    bounded: bool = False
    noise: bool = True

    def __post_init__(self) -> None:
        """ValueError for what no network of ours is: files of strangers say such things."""
        refuse_widths(self.channel_base // FINEST_PX, self.channel_max, self.z_dim, self.w_dim)
        if self.size_px not in SIDES_PX or self.patch not in PATCHES:
            raise ValueError("no size of ours")

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @property
    def resolutions(self) -> list[int]:
        """Sides of the generator's feature maps."""
        return sides_to(self.size_px)

    @property
    def judged_resolutions(self) -> list[int]:
        """Sides of the discriminator's."""
        return sides_to(self.size_px // self.patch)

    def channels(self, resolution: int) -> int:
        return max(8, min(self.channel_base // resolution, self.channel_max))


def refuse_widths(*widths: int) -> None:
    """ValueError unless these are whole numbers that a network may be as wide as."""
    for width in widths:
        if type(width) is not int or not 0 < width <= WIDEST:
            raise ValueError("no width of ours")


def sides_to(finest: int) -> list[int]:
    return [2**i for i in range(int(math.log2(START)), int(math.log2(finest)) + 1)]


class Mapping(nn.Module):
    """z -> w: pixel norm and two linear layers that learn slowly; keeps the average w."""

    w_average: Tensor

    def __init__(self, z_dim: int, w_dim: int, depth: int = 2) -> None:
        super().__init__()
        widths = [z_dim] + [w_dim] * depth
        self.layers = nn.ModuleList(EqualLinear(a, b, rate=0.01) for a, b in pairwise(widths))
        self.register_buffer("w_average", torch.zeros(w_dim))

    def forward(self, z: Tensor) -> Tensor:
        """[B, z_dim] -> [B, w_dim]."""
        w = z * torch.rsqrt(z.square().mean(1, keepdim=True) + 1e-8)
        for layer in self.layers:
            w = activate(layer(w))
        return w

    @torch.no_grad()
    def track(self, z: Tensor) -> None:
        """Move the average w towards that of a batch [B, z_dim]."""
        self.w_average.lerp_(self(z).mean(0).to(self.w_average.dtype), 0.005)


def training_ws(
    mapping: Mapping, layers: int, z: Tensor, other: Tensor | None, crossover: int
) -> Tensor:
    """Styles of a training pass [B, layers, w_dim]: from layer crossover on, those of other.

    Style mixing: Karras et al. 2019, section 3.1.
    """
    ws = mapping(z)[:, None].expand(-1, layers, -1)
    if other is None or not crossover:
        return ws.contiguous()  # laid out as mixed ones are, for passes that are compiled
    second = mapping(other)[:, None].expand(-1, layers - crossover, -1)
    return torch.cat([ws[:, :crossover], second], dim=1)


class Generator(nn.Module):
    """ws [B, layers, w_dim] -> pictures [B, 3, H, W] in about [-1, 1]."""

    def __init__(self, config: NetworkConfig) -> None:
        super().__init__()
        self.config = config
        self.z_dim, self.w_dim = config.z_dim, config.w_dim
        self.mapping = Mapping(config.z_dim, config.w_dim)
        first = config.channels(START)
        self.start = nn.Parameter(torch.randn(1, first, START, START))
        if config.torus:
            self.spatial = EqualConv(SPATIAL_CHANNELS, first, circular=True)
            self.spatial_strength = nn.Parameter(torch.full((first, 1, 1), 0.3))
        self.layers = nn.ModuleList()
        self.to_rgb = nn.ModuleList()
        inputs = first
        for resolution in config.resolutions:
            outputs = config.channels(resolution)
            if resolution > START:
                self.layers.append(self._layer(inputs, outputs, up=(2, 2)))
            self.layers.append(self._layer(outputs, outputs))
            self.to_rgb.append(ModulatedConv(outputs, 3, config.w_dim, (1, 1), demodulate=False))
            inputs = outputs

    def _layer(self, inputs: int, outputs: int, up: tuple[int, int] = (1, 1)) -> StyledLayer:
        circular, noisy = self.config.torus, self.config.noise
        return StyledLayer(inputs, outputs, self.w_dim, up=up, circular=circular, noisy=noisy)

    @property
    def num_ws(self) -> int:
        return len(self.layers)

    def layer_groups(self) -> dict[str, range]:
        """Which ws steer what: coarse up to 8 px, middle up to 32 px, fine from 64 px on."""
        sides = self._layer_sides()
        coarse = sum(side <= 8 for side in sides)
        middle = sum(side <= max(16, self.config.size_px // 4) for side in sides)
        count = self.num_ws
        return {
            "coarse": range(coarse),
            "middle": range(coarse, middle),
            "fine": range(middle, count),
        }

    def _layer_sides(self) -> list[int]:
        """The resolution of each layer's output."""
        return [r for r in self.config.resolutions for _ in range(1 if r == START else 2)]

    def noise_sides(self) -> list[int]:
        """The sides of each layer's noise map; none where the network takes no noise."""
        return self._layer_sides() if self.config.noise else []

    def random_shapes(self) -> list[tuple[int, int, int]]:
        """What a training pass draws for each picture: noise [1, s, s] a layer, then spatial."""
        shapes = [(1, side, side) for side in self.noise_sides()]
        return [*shapes, (SPATIAL_CHANNELS, START, START)] if self.config.torus else shapes

    def first_map(
        self, batch: int, spatial: Tensor | None, cells: tuple[int, int], repeat: str = BLOCK
    ) -> Tensor:
        """The constant; on the torus repeated, rolled, and moved by the spatial latent.

        spatial [B, 16, h, w], h and w multiples of 4; drawn at random without one.
        """
        if not self.config.torus:
            return self.start.expand(batch, -1, -1, -1)
        if spatial is None:
            shape = (batch, SPATIAL_CHANNELS, START, START)
            spatial = torch.randn(shape, device=self.start.device, dtype=self.start.dtype)
        times = (spatial.shape[2] // START, spatial.shape[3] // START)
        constant = rolled(self.start.repeat(1, 1, *times), cells, repeat)
        return constant + activate(self.spatial(spatial, repeat)) * self.spatial_strength

    def synthesise(
        self,
        ws: Tensor,
        noise: list[Tensor] | None = None,
        spatial: Tensor | None = None,
        cells: tuple[int, int] = (0, 0),
        change: Callable[[Tensor], Tensor] | None = None,
        repeat: str = BLOCK,
    ) -> Tensor:
        """ws [B, layers, w_dim], one noise map a layer or fresh noise -> [B, 3, H, W].

        cells rolls the constant by so many of its cells, down and right, as the caller rolled
        noise and spatial. change gets features and colours at every resolution, to blend them.
        repeat is the lattice on which a torus has no seam.
        """
        x = self.first_map(ws.shape[0], spatial, cells, repeat)
        rgb: Tensor | None = None
        index = 0
        for level, to_rgb in enumerate(self.to_rgb):
            for _ in range(1 if level == 0 else 2):
                x = self.layers[index](x, ws[:, index], noise[index] if noise else None, repeat)
                index += 1
            picture = to_rgb(x, ws[:, index - 1])
            if rgb is not None:
                if rgb.shape[2:] != picture.shape[2:]:  # a draft does not double its last maps
                    rgb = upsample(rgb, (2, 2), self.config.torus, repeat)
                picture = picture + rgb
            if change is not None:
                x, picture = change(x), change(picture)
            rgb = picture
        assert rgb is not None
        return torch.tanh(rgb) if self.config.bounded else rgb

    def forward(
        self,
        z: Tensor,
        other: Tensor | None = None,
        crossover: int = 0,
        maps: list[Tensor] | None = None,
    ) -> Tensor:
        """Training pass: z [B, z_dim]; from layer crossover on, styles come from other.

        maps are what random_shapes asks for, [B, ...] each; drawn here without them.
        """
        ws, arguments = self.synthesis_inputs(z, other, crossover, maps)
        return self.synthesise(ws, *arguments)

    def synthesis_inputs(
        self, z: Tensor, other: Tensor | None, crossover: int, maps: list[Tensor] | None
    ) -> tuple[Tensor, tuple[Any, ...]]:
        """What a training pass calls synthesise with: ws, then noise and spatial latent."""
        ws = training_ws(self.mapping, self.num_ws, z, other, crossover)
        if maps is None:
            return ws, ()
        count = len(self.noise_sides())
        return ws, (maps[:count], maps[count] if self.config.torus else None)


class Discriminator(nn.Module):
    """Pictures [B, 3, H, W] -> logits [B]."""

    def __init__(self, config: NetworkConfig) -> None:
        super().__init__()
        sides = list(reversed(config.judged_resolutions))
        self.patch = config.patch
        pixels = 3 * config.patch**2
        self.from_rgb = EqualConv(pixels, config.channels(sides[0]), (1, 1), gain=LRELU_GAIN)
        # Named by resolution, so that a model of another size finds its own levels again.
        self.blocks = nn.ModuleDict(
            {
                f"{a}px": ResidualDown(config.channels(a), config.channels(b))
                for a, b in pairwise(sides)
            }
        )
        last = config.channels(START)
        self.final = EqualConv(last, last, gain=LRELU_GAIN)
        self.hidden = EqualLinear(last * START * START, last)
        self.logit = EqualLinear(last, 1)

    def forward(self, x: Tensor) -> Tensor:
        if self.patch > 1:
            x = F.pixel_unshuffle(x, self.patch)
        x = rectify(self.from_rgb(x))
        for block in self.blocks.values():
            x = block(x)
        x = rectify(self.final(x))
        return self.logit(activate(self.hidden(x.flatten(1)))).squeeze(1)
