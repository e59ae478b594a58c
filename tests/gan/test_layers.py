"""Layers against what their papers say."""

import pytest
import torch
import torch.nn.functional as F

from studio.gan.layers import EqualConv, ModulatedConv, pad, upsample


def test_circular_padding_wraps_even_on_a_tiny_torus() -> None:
    x = torch.arange(4.0).view(1, 1, 2, 2)
    padded = pad(x, (3, 3), circular=True)
    assert padded[0, 0].tolist() == [[3, 2, 3, 2], [1, 0, 1, 0], [3, 2, 3, 2], [1, 0, 1, 0]]


@pytest.mark.parametrize("factor", [(2, 2), (2, 1)])
def test_upsampling_commutes_with_rolling_on_the_torus(factor: tuple[int, int]) -> None:
    x = torch.randn(2, 3, 4, 4)
    rolled = upsample(x.roll((1, -1), (2, 3)), factor, circular=True)
    expected = upsample(x, factor, circular=True).roll((factor[0], -factor[1]), (2, 3))
    assert torch.equal(rolled, expected)


def test_modulation_is_scaling_the_weights_of_each_sample() -> None:
    """StyleGAN2, equations 1 and 3, computed the fused way with one weight a sample."""
    layer = ModulatedConv(3, 5, 7)
    x, w = torch.randn(2, 3, 6, 6), torch.randn(2, 7)
    style = layer.style(w)
    weights = (layer.conv.weight * layer.conv.scale)[None] * style[:, None, :, None, None]
    weights = weights * torch.rsqrt(weights.square().sum((2, 3, 4), keepdim=True) + 1e-8)
    fused = torch.stack(
        [F.conv2d(one[None], weight, padding=1)[0] for one, weight in zip(x, weights, strict=True)]
    )
    assert torch.allclose(layer(x, w), fused, atol=1e-5)


def test_equal_convolution_keeps_the_variance() -> None:
    torch.manual_seed(0)
    y = EqualConv(64, 64, circular=True)(torch.randn(8, 64, 16, 16))
    assert 0.8 < y.var().item() < 1.25
