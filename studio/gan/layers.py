"""Layers of the style-based GAN, in plain PyTorch for CUDA, MPS and CPU alike."""

from __future__ import annotations

import math

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from studio.core.lattice import BLOCK, HALF_DROP, axes

LRELU_GAIN = math.sqrt(2)  # keeps the variance through a leaky ReLU of slope 0.2


def activate(x: Tensor) -> Tensor:
    """Leaky ReLU with slope 0.2, scaled to keep the variance."""
    return F.leaky_relu(x, 0.2) * LRELU_GAIN


def rectify(x: Tensor) -> Tensor:
    """Leaky ReLU alone, for inputs that carry the gain already: one pass over memory less.

    activate(x) = rectify(x * gain), as the function is linear along every ray from zero.
    """
    return F.leaky_relu(x, 0.2)


def pad(x: Tensor, kernel: tuple[int, int], circular: bool, repeat: str = BLOCK) -> Tensor:
    """Pad [B, C, H, W] for a 'same' convolution, with zeros or around the torus.

    In half-drop what lies left and right is moved by half of H, in brick what lies above and below
    by half of W: the torus is twisted, and its edges meet as the layout brings them together.
    """
    vertical, horizontal = kernel[0] // 2, kernel[1] // 2
    if not circular:
        return F.pad(x, (horizontal, horizontal, vertical, vertical))
    order = [(2, vertical), (3, horizontal)]
    if repeat == HALF_DROP:
        order.reverse()  # what is moved comes first: the other direction wraps it as it is
    # A torus smaller than the padding wraps more than once, which F.pad refuses.
    for turn, (dim, size) in enumerate(order):
        if size:
            ends = [x.narrow(dim, x.shape[dim] - size, size), x.narrow(dim, 0, size)]
            if repeat != BLOCK and turn == 0:
                ends = [end.roll(x.shape[5 - dim] // 2, 5 - dim) for end in ends]
            x = torch.cat([ends[0], x, ends[1]], dim)
    return x


def rolled(x: Tensor, steps: tuple[int, int], repeat: str = BLOCK) -> Tensor:
    """[.., H, W] moved down and across on its torus, which half-drop and brick twist as in pad."""
    if repeat == BLOCK:
        return x.roll(steps, (-2, -1))
    along, moved = (axis - 2 for axis in axes(repeat))  # of [.., H, W]
    twice = torch.cat([x, x.roll(x.shape[moved] // 2, moved)], along)
    return twice.roll(steps, (-2, -1)).narrow(along, 0, x.shape[along])


def upsample(x: Tensor, factor: tuple[int, int], circular: bool, repeat: str = BLOCK) -> Tensor:
    """Bilinear upsampling of [B, C, H, W]; on the torus it wraps, so that rolling commutes."""
    if not circular:
        size = (x.shape[2] * factor[0], x.shape[3] * factor[1])
        return F.interpolate(x, size=size, mode="bilinear", align_corners=False)
    margin = (int(factor[0] > 1), int(factor[1] > 1))
    padded = pad(x, (2 * margin[0] + 1, 2 * margin[1] + 1), True, repeat)
    size = (padded.shape[2] * factor[0], padded.shape[3] * factor[1])
    big = F.interpolate(padded, size=size, mode="bilinear", align_corners=False)
    top, left = margin[0] * factor[0], margin[1] * factor[1]
    return big[:, :, top : big.shape[2] - top, left : big.shape[3] - left]


class EqualLinear(nn.Module):
    """Linear layer with equalised learning rate (Karras et al. 2018, section 4.1)."""

    def __init__(
        self, inputs: int, outputs: int, bias: float = 0.0, rate: float = 1.0, gain: float = 1.0
    ) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.randn(outputs, inputs) / rate)
        self.bias = nn.Parameter(torch.full((outputs,), bias / rate))
        self.scale = gain * rate / math.sqrt(inputs)
        self.rate = rate

    def forward(self, x: Tensor) -> Tensor:
        return F.linear(x, self.weight * self.scale, self.bias * self.rate)


class EqualConv(nn.Module):
    """'Same' convolution with equalised learning rate; padding with zeros or circular.

    gain scales the output; folded into weights and bias, it costs no pass over the pictures.
    """

    def __init__(
        self,
        inputs: int,
        outputs: int,
        kernel: tuple[int, int] = (3, 3),
        circular: bool = False,
        bias: bool = True,
        gain: float = 1.0,
    ) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.randn(outputs, inputs, *kernel))
        self.bias = nn.Parameter(torch.zeros(outputs)) if bias else None
        self.scale = gain / math.sqrt(inputs * kernel[0] * kernel[1])
        self.gain, self.kernel, self.circular = gain, kernel, circular

    def forward(self, x: Tensor, repeat: str = BLOCK) -> Tensor:
        """x [B, inputs, H, W] -> [B, outputs, H, W]; repeat as in pad."""
        weight = self.weight * self.scale
        bias = self.bias * self.gain if self.bias is not None and self.gain != 1 else self.bias
        if self.circular and self.kernel != (1, 1):
            return F.conv2d(pad(x, self.kernel, True, repeat), weight, bias)
        padding = (self.kernel[0] // 2, self.kernel[1] // 2)
        return F.conv2d(x, weight, bias, padding=padding)


class ModulatedConv(nn.Module):
    """Convolution whose input channels are scaled by a style, unfused (StyleGAN2, eq. 1 and 3).

    x * s -> convolution -> * demodulation: the same result as scaling the weights of each sample,
    without grouped convolutions, which are slow everywhere.
    """

    def __init__(
        self,
        inputs: int,
        outputs: int,
        w_dim: int,
        kernel: tuple[int, int] = (3, 3),
        circular: bool = False,
        demodulate: bool = True,
    ) -> None:
        super().__init__()
        self.style = EqualLinear(w_dim, inputs, bias=1.0)
        self.conv = EqualConv(inputs, outputs, kernel, circular, bias=False)
        self.demodulate = demodulate

    def forward(self, x: Tensor, w: Tensor) -> Tensor:
        """x [B, inputs, H, W], w [B, w_dim] -> [B, outputs, H, W]."""
        y, norm = self.unscaled(x, w)
        return y if norm is None else y * norm

    def unscaled(self, x: Tensor, w: Tensor, repeat: str = BLOCK) -> tuple[Tensor, Tensor | None]:
        """The convolution, and the demodulation [B, outputs, 1, 1] that it still has to get."""
        style = self.style(w)  # [B, inputs]
        y = self.conv(x * style[:, :, None, None].to(x.dtype), repeat)
        if not self.demodulate:
            return y, None
        power = (self.conv.weight * self.conv.scale).square().sum((2, 3))  # [outputs, inputs]
        norm = torch.rsqrt(style.float().square() @ power.t() + 1e-8)  # [B, outputs]
        return y, norm[:, :, None, None].to(y.dtype)


class StyledLayer(nn.Module):
    """Modulated convolution, optional upsampling, noise, bias, activation.

    The convolution runs before the upsampling: a quarter of the work, and the next layer of the
    block adds the fine structure.
    """

    def __init__(
        self,
        inputs: int,
        outputs: int,
        w_dim: int,
        kernel: tuple[int, int] = (3, 3),
        up: tuple[int, int] = (1, 1),
        circular: bool = False,
        noisy: bool = True,
    ) -> None:
        super().__init__()
        self.conv = ModulatedConv(inputs, outputs, w_dim, kernel, circular)
        self.noise_strength = nn.Parameter(torch.zeros(())) if noisy else None
        self.bias = nn.Parameter(torch.zeros(outputs))
        self.up, self.circular = up, circular

    def forward(self, x: Tensor, w: Tensor, noise: Tensor | None, repeat: str = BLOCK) -> Tensor:
        """x [B, inputs, H, W], noise [1 or B, 1, H * up, W * up] or None for fresh noise.

        A layer that is not noisy takes no notice of noise; repeat as in pad.
        """
        y, norm = self.conv.unscaled(x, w, repeat)
        if self.up != (1, 1):
            y = upsample(y, self.up, self.circular, repeat)
        # The gain of the activation goes into the small factors, not over the whole map.
        bias = (self.bias * LRELU_GAIN)[:, None, None].to(y.dtype)
        assert norm is not None
        z = torch.addcmul(bias, y, norm * LRELU_GAIN)
        if self.noise_strength is None:
            return rectify(z)
        if noise is None:
            noise = torch.randn(y.shape[0], 1, *y.shape[2:], device=y.device, dtype=y.dtype)
        return rectify(z + (noise * (self.noise_strength * LRELU_GAIN)).to(y.dtype))


class ResidualDown(nn.Module):
    """Residual block that halves the resolution (StyleGAN2's discriminator, section 4.1)."""

    def __init__(
        self,
        inputs: int,
        outputs: int,
        kernel: tuple[int, int] = (3, 3),
        down: tuple[int, int] = (2, 2),
    ) -> None:
        super().__init__()
        # The sum of two branches is divided by sqrt(2), which the second gain cancels out.
        self.first = EqualConv(inputs, inputs, kernel, gain=LRELU_GAIN)
        self.second = EqualConv(inputs, outputs, kernel)
        self.skip = EqualConv(inputs, outputs, (1, 1), bias=False, gain=1 / LRELU_GAIN)
        self.down = down

    def forward(self, x: Tensor) -> Tensor:
        y = F.avg_pool2d(rectify(self.first(x)), self.down)
        return rectify(self.second(y)) + self.skip(F.avg_pool2d(x, self.down))
