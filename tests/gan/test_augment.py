"""Augmentation: identity at strength 0, equal for a pair, differentiable, wrapping on the torus."""

import torch

from studio.gan.augment import apply_changes, draw_changes

CPU = torch.device("cpu")


def test_strength_zero_changes_nothing() -> None:
    x = torch.randn(4, 3, 16, 16)
    changes = draw_changes(x.shape, 0.0, torch.Generator().manual_seed(0), CPU)
    assert torch.allclose(apply_changes(x, changes, circular=False), x, atol=1e-6)


def test_a_pair_gets_the_same_changes() -> None:
    x = torch.randn(4, 3, 16, 16)
    changes = draw_changes(x.shape, 1.0, torch.Generator().manual_seed(0), CPU).doubled()
    first, second = apply_changes(torch.cat([x, x]), changes, circular=False).chunk(2)
    assert torch.equal(first, second)
    assert not torch.allclose(first, x)


def test_a_shift_on_the_torus_loses_nothing() -> None:
    x = torch.randn(8, 3, 16, 16)
    drawn = draw_changes(x.shape, 1.0, torch.Generator().manual_seed(1), CPU)
    still = draw_changes(x.shape, 0.0, torch.Generator().manual_seed(1), CPU)
    only_shift = type(drawn)(
        still.brightness, still.saturation, still.contrast, drawn.shift_y, drawn.shift_x, still.keep
    )
    wrapped = apply_changes(x, only_shift, circular=True)
    for one, other, dy, dx in zip(x, wrapped, drawn.shift_y, drawn.shift_x, strict=True):
        assert torch.allclose(other, one.roll((int(dy), int(dx)), (1, 2)), atol=1e-5)
    cut = apply_changes(x, only_shift, circular=False)
    assert (cut == 0).sum() > 0


def test_gradients_pass_twice() -> None:
    x = torch.randn(2, 3, 8, 8, requires_grad=True)
    changes = draw_changes(x.shape, 1.0, torch.Generator().manual_seed(2), CPU)
    (slope,) = torch.autograd.grad(
        apply_changes(x, changes, circular=False).square().sum(), x, create_graph=True
    )
    slope.square().sum().backward()
    assert x.grad is not None and torch.isfinite(x.grad).all() and x.grad.abs().sum() > 0
