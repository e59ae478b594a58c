"""Layers against what their papers say."""

import pytest
import torch
import torch.nn.functional as F

from studio.gan.layers import EqualConv, ModulatedConv, pad, rolled, upsample

TWICE = {"half-drop": (2, 3), "brick": (3, 2)}
"""Along which axis of [B, C, H, W] half of it is moved, and along which the next tile lies."""
twisted = pytest.mark.parametrize("repeat", TWICE)


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


def unfolded(x: torch.Tensor, repeat: str) -> torch.Tensor:
    moved, along = TWICE[repeat]
    return torch.cat([x, x.roll(x.shape[moved] // 2, moved)], along)


@twisted
@pytest.mark.parametrize("size", [(2, 2), (4, 6), (8, 4)])
def test_a_twisted_torus_is_padded_as_the_plain_one_of_two_tiles(
    repeat: str, size: tuple[int, int]
) -> None:
    x = torch.randn(2, 3, *size)
    padded = pad(x, (3, 3), True, repeat)
    whole = pad(unfolded(x, repeat), (3, 3), circular=True)
    assert torch.equal(padded, whole[:, :, : size[0] + 2, : size[1] + 2])


@twisted
@pytest.mark.parametrize("factor", [(2, 2), (2, 1), (1, 2)])
def test_upsampling_commutes_with_rolling_on_a_twisted_torus(
    repeat: str, factor: tuple[int, int]
) -> None:
    x = torch.randn(2, 3, 4, 6)
    for down, across in ((0, 6), (4, 0), (1, -2), (-9, 7)):
        after = upsample(rolled(x, (down, across), repeat), factor, True, repeat)
        steps = (down * factor[0], across * factor[1])
        assert torch.equal(after, rolled(upsample(x, factor, True, repeat), steps, repeat))


@twisted
def test_rolling_on_a_twisted_torus_comes_back_moved_by_half(repeat: str) -> None:
    x = torch.randn(1, 2, 4, 6)
    once = {"half-drop": (0, 6), "brick": (4, 0)}[repeat]
    half = {"half-drop": (2, 0), "brick": (0, 3)}[repeat]
    assert torch.equal(rolled(x, once, repeat), x.roll(half, (2, 3)))
    assert torch.equal(rolled(rolled(x, (1, 5), repeat), (-1, -5), repeat), x)
    assert torch.equal(rolled(x, (3, 4)), x.roll((3, 4), (2, 3)))


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
