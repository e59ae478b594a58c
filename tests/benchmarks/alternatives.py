"""What training was compared with: other losses, another discriminator, other ways to step.

None of it is part of the studio; recipes.py puts each in the place of what the studio does.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from studio.gan.layers import EqualConv, EqualLinear, rectify
from studio.gan.losses import Judge
from studio.gan.losses import discriminator_loss as relativistic_discriminator_loss
from studio.gan.losses import generator_loss as relativistic_generator_loss
from studio.gan.networks import START, NetworkConfig
from studio.gan.networks import Generator as StudioGenerator
from studio.gan.train import Part, Trainer

GROUP_WIDTH = 16


def plain_discriminator_loss(real_logits: Tensor, fake_logits: Tensor) -> Tensor:
    """Non-saturating (Goodfellow et al. 2014): softplus(-D(x)) + softplus(D(G(z)))."""
    return F.softplus(-real_logits).mean() + F.softplus(fake_logits).mean()


def plain_generator_loss(real_logits: Tensor, fake_logits: Tensor) -> Tensor:
    """Non-saturating: softplus(-D(G(z)))."""
    return F.softplus(-fake_logits).mean()


def real_penalty(judge: Judge, reals: Tensor, fakes: Tensor) -> tuple[Tensor, Tensor]:
    """R1 alone (Mescheder et al. 2018), as StyleGAN2 has it; the augmentation of both halves is
    drawn, so the fakes are judged along without a gradient."""
    x = reals.detach().requires_grad_(True)
    logits = judge(torch.cat([x, fakes.detach()]))[: len(x)]
    (slope,) = torch.autograd.grad(logits.sum(), x, create_graph=True)
    return slope.square().flatten(1).sum(1).mean(), torch.zeros(())


class GroupedConv(nn.Module):
    """3 x 3 convolution in groups of 16 channels with equalised learning rate."""

    def __init__(self, channels: int, gain: float) -> None:
        super().__init__()
        self.groups = max(1, channels // GROUP_WIDTH)
        inside = channels // self.groups
        self.weight = nn.Parameter(torch.randn(channels, inside, 3, 3))
        self.bias = nn.Parameter(torch.zeros(channels))
        self.scale, self.gain = gain / (inside * 9) ** 0.5, gain

    def forward(self, x: Tensor) -> Tensor:
        weight, bias = self.weight * self.scale, self.bias * self.gain
        return F.conv2d(x, weight, bias, padding=1, groups=self.groups)


class InvertedBlock(nn.Module):
    """x + narrow(grouped(widen(x))), the last one from zero (R3GAN, section 3.3)."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        gain = 2**0.5
        self.widen = EqualConv(channels, 2 * channels, (1, 1), gain=gain)
        self.mix = GroupedConv(2 * channels, gain)
        self.narrow = EqualConv(2 * channels, channels, (1, 1), bias=False)
        nn.init.zeros_(self.narrow.weight)

    def forward(self, x: Tensor) -> Tensor:
        return x + self.narrow(rectify(self.mix(rectify(self.widen(x)))))


class GroupedDiscriminator(nn.Module):
    """R3GAN's shape at the widths of ours: two inverted blocks a level, no bias in the ends."""

    def __init__(self, config: NetworkConfig, blocks: int = 2) -> None:
        super().__init__()
        sides = list(reversed(config.judged_resolutions))
        self.patch = config.patch
        self.from_rgb = EqualConv(3 * config.patch**2, config.channels(sides[0]), (1, 1))
        stages: list[nn.Module] = []
        for side, below in [*pairwise(sides), (START, 0)]:
            width = config.channels(side)
            stages += [InvertedBlock(width) for _ in range(blocks)]
            if below:
                stages.append(nn.AvgPool2d(2))
                if config.channels(below) != width:
                    stages.append(EqualConv(width, config.channels(below), (1, 1), bias=False))
        self.stages = nn.Sequential(*stages)
        last = config.channels(START)
        self.basis = nn.Parameter(torch.randn(last, START, START) / START)
        self.logit = EqualLinear(last, 1)

    def forward(self, x: Tensor) -> Tensor:
        if self.patch > 1:
            x = F.pixel_unshuffle(x, self.patch)
        x = self.stages(self.from_rgb(x))
        return self.logit((x * self.basis).sum((2, 3))).squeeze(1)


def generator_push(slope: Tensor, real_logits: Tensor, fake_logits: Tensor) -> Tensor:
    """The generator's gradient at the fakes, out of the discriminator's at the same fakes.

    slope [B, ...] is the gradient of discriminator_loss by the fakes. A fake's logit depends on
    that fake alone, so the two gradients differ by the ratio of the losses' slopes by the logit:
    with gap = D(x) - D(G(z)), -sigmoid(gap) for the generator to sigmoid(-gap) for the
    discriminator. One backward pass then serves both networks.
    """
    gap = (real_logits - fake_logits).detach()
    ratio = -torch.sigmoid(gap) / torch.sigmoid(-gap).clamp_min(1e-30)
    return slope * ratio.view(-1, *[1] * (slope.dim() - 1)).to(slope.dtype)


class SharedTrainer(Trainer):
    """Both networks learn from one backward pass of the discriminator, before it moves."""

    def _discriminator_phase(self, parts: list[Part]) -> None:
        self.pushes: list[Tensor] = []
        for part in parts:
            fakes = part.fakes().detach().requires_grad_(True)
            with self.autocast():
                logits = self.judge(torch.cat([part.reals, fakes]), part.batch, doubled=True)
            real, fake = logits.chunk(2)
            loss = relativistic_discriminator_loss(real, fake)
            (loss * part.weight).backward()
            assert fakes.grad is not None
            self.pushes.append(generator_push(fakes.grad, real, fake))
            self.tally.add("loss_d", loss, part.weight)
            self.tally.add("loss_g", relativistic_generator_loss(real, fake), part.weight)
        self._apply(self.optimiser_d, "norm_d")

    def _generator_phase(self, parts: list[Part]) -> None:
        for part, push in zip(parts, self.pushes, strict=True):
            part.fakes(with_graph=True).backward(push)
        self._apply(self.optimiser_g, "norm_g")


class AlternatingTrainer(Trainer):
    """As the studio trains, with losses that can be changed."""

    discriminator_loss = staticmethod(relativistic_discriminator_loss)
    generator_loss = staticmethod(relativistic_generator_loss)

    def _discriminator_phase(self, parts: list[Part]) -> None:
        for part in parts:
            with self.autocast():
                both = torch.cat([part.reals, part.fakes().detach()])
                real, fake = self.judge(both, part.batch, doubled=True).chunk(2)
            loss = self.discriminator_loss(real, fake)
            (loss * part.weight).backward()
            self.tally.add("loss_d", loss, part.weight)
        self._apply(self.optimiser_d, "norm_d")

    def _generator_phase(self, parts: list[Part]) -> None:
        self.discriminator.requires_grad_(False)
        for part in parts:
            with self.autocast():
                with torch.no_grad():
                    real = self.judge(part.reals, part.batch, doubled=False)
                fake = self.judge(part.fakes(with_graph=True), part.batch, doubled=False)
            loss = self.generator_loss(real, fake)
            (loss * part.weight).backward()
            self.tally.add("loss_g", loss, part.weight)
        self.discriminator.requires_grad_(True)
        self._apply(self.optimiser_g, "norm_g")


class PlainTrainer(AlternatingTrainer):
    """StyleGAN2's losses."""

    discriminator_loss = staticmethod(plain_discriminator_loss)
    generator_loss = staticmethod(plain_generator_loss)


class WithDiscriminator:
    """A medium's training with another discriminator."""

    def __init__(self, training: Any, build: Any) -> None:
        self._training, self._build = training, build

    def __getattr__(self, name: str) -> Any:
        return getattr(self._training, name)

    def networks(self, network: dict[str, Any]) -> tuple[nn.Module, nn.Module]:
        generator, _ = self._training.networks(network)
        return generator, self._build(NetworkConfig(**network))


class GatedBlock(nn.Module):
    """Twice the size: nearest, convolution, batch norm, gated linear unit (Liu et al. 2021)."""

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__()
        self.conv = EqualConv(inputs, 2 * outputs, bias=False)
        self.norm = nn.BatchNorm2d(2 * outputs)

    def forward(self, x: Tensor) -> Tensor:
        return F.glu(self.norm(self.conv(F.interpolate(x, scale_factor=2))), 1)


class LightGenerator(nn.Module):
    """FastGAN's shape (Liu et al. 2021, arXiv 2101.04775) at our widths: no W, no styles.

    One z goes in at 4 px; the 8 px map switches the channels of the last level on and off.
    """

    def __init__(self, config: NetworkConfig) -> None:
        super().__init__()
        self.z_dim, self.num_ws = config.z_dim, 2
        self.mapping = _Untracked()
        sides = config.resolutions
        widths = [config.channels(side) for side in sides]
        self.first = EqualLinear(config.z_dim, 2 * widths[0] * START * START)
        self.blocks = nn.ModuleList(GatedBlock(a, b) for a, b in pairwise(widths))
        self.squeeze = EqualLinear(widths[1] * 16, widths[-1])
        self.to_rgb = EqualConv(widths[-1], 3)

    def random_shapes(self) -> list[tuple[int, int, int]]:
        return []

    def forward(
        self, z: Tensor, other: Tensor | None = None, crossover: int = 0, maps: Any = None
    ) -> Tensor:
        x = F.glu(self.first(z).view(len(z), -1, START, START), 1)
        small = x
        for number, block in enumerate(self.blocks):
            x = block(x)
            small = x if number == 0 else small
        pooled = F.adaptive_avg_pool2d(small, 4).flatten(1)
        x = x * torch.sigmoid(self.squeeze(pooled))[:, :, None, None]
        return torch.tanh(self.to_rgb(x))


class _Untracked(nn.Module):
    """In the place of the mapping network, where there is none."""

    def track(self, z: Tensor) -> None:
        pass


class WithGenerator(WithDiscriminator):
    """A medium's training with another generator."""

    def networks(self, network: dict[str, Any]) -> tuple[nn.Module, nn.Module]:
        _, discriminator = self._training.networks(network)
        return self._build(NetworkConfig(**network)), discriminator


class VariedLayer(nn.Module):
    """The styled layer with one thing changed: which of FastGAN's parts makes the difference?"""

    def __init__(self, layer: Any, outputs: int, what: frozenset[str]) -> None:
        super().__init__()
        self.layer, self.what = layer, what
        self.norm = nn.BatchNorm2d(outputs) if "norm" in what else None
        gates = "gate" in what
        self.gate = EqualConv(layer.conv.conv.weight.shape[1], outputs) if gates else None

    def forward(self, x: Tensor, w: Tensor, noise: Tensor | None, repeat: str) -> Tensor:
        layer, up = self.layer, self.layer.up != (1, 1)
        first = up and "late" in self.what
        if first:
            x = F.interpolate(x, scale_factor=2)
        y, norm = layer.conv.unscaled(x, w, repeat)
        y = self.norm(y) if self.norm is not None else y * norm
        if self.gate is not None:
            y = y * torch.sigmoid(self.gate(x))
        if up and not first:
            y = F.interpolate(y, scale_factor=2, mode="bilinear", align_corners=False)
        y = y + layer.bias[:, None, None]
        if "quiet" not in self.what and noise is not None:
            y = y + noise * layer.noise_strength
        return y if self.gate is not None else rectify(y * 2**0.5)


def varied(what: frozenset[str]) -> Any:
    """Builds the studio's generator with these changes.

    norm, late, gate and quiet change its layers; start lets z, wstart the first w decide the first
    map together with the constant; tanh bounds the output.
    """

    class Varied(StudioGenerator):
        def __init__(self, config: NetworkConfig) -> None:
            super().__init__(config)
            sides = self.noise_sides()
            layered = what & {"norm", "late", "gate", "quiet"}
            self.layers = (
                self.layers
                if not layered
                else nn.ModuleList(
                    VariedLayer(layer, config.channels(side), what)
                    for layer, side in zip(self.layers, sides, strict=True)
                )
            )
            if what & {"start", "wstart"}:
                self.begin = EqualLinear(config.z_dim, self.start.numel())

        def first_map(self, batch: int, *more: Any) -> Tensor:
            start = super().first_map(batch, *more)
            if what & {"start", "wstart"}:
                start = start + self.begin(self.z).view_as(start)
            return start

        def synthesise(self, ws: Tensor, *more: Any) -> Tensor:
            if "wstart" in what:
                self.z = ws[:, 0]
            return super().synthesise(ws, *more)

        def forward(self, z: Tensor, *more: Any) -> Tensor:
            self.z = z * torch.rsqrt(z.square().mean(1, keepdim=True) + 1e-8)
            made = super().forward(z, *more)
            return torch.tanh(made) if "tanh" in what else made

    return Varied
