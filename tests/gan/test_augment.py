"""Augmentation: identity at strength 0, equal for a pair, differentiable, wrapping on the torus."""

import torch

from studio.gan.augment import apply_changes, draw_changes


def test_strength_zero_changes_nothing() -> None:
    x = torch.randn(4, 3, 16, 16)
    changes = draw_changes(len(x), (x.shape[2], x.shape[3]), 0.0, torch.Generator().manual_seed(0))
    assert torch.allclose(apply_changes(x, changes, circular=False), x, atol=1e-6)


def test_a_pair_gets_the_same_changes() -> None:
    x = torch.randn(4, 3, 16, 16)
    changes = draw_changes(
        len(x), (x.shape[2], x.shape[3]), 1.0, torch.Generator().manual_seed(0)
    ).doubled()
    first, second = apply_changes(torch.cat([x, x]), changes, circular=False).chunk(2)
    assert torch.equal(first, second)
    assert not torch.allclose(first, x)


def test_a_shift_on_the_torus_loses_nothing() -> None:
    x = torch.randn(8, 3, 16, 16)
    drawn = draw_changes(len(x), (x.shape[2], x.shape[3]), 1.0, torch.Generator().manual_seed(1))
    still = draw_changes(len(x), (x.shape[2], x.shape[3]), 0.0, torch.Generator().manual_seed(1))
    only_shift = type(drawn)(
        still.brightness, still.saturation, still.contrast, drawn.shift_y, drawn.shift_x, still.keep
    )
    wrapped = apply_changes(x, only_shift, circular=True)
    for one, other, dy, dx in zip(x, wrapped, drawn.shift_y, drawn.shift_x, strict=True):
        assert torch.allclose(other, one.roll((int(dy), int(dx)), (1, 2)), atol=1e-5)
    cut = apply_changes(x, only_shift, circular=False)
    assert (cut == 0).sum() > 0


def test_a_part_of_a_batch_is_changed_like_the_whole() -> None:
    x = torch.randn(6, 3, 16, 16)
    changes = draw_changes(6, (16, 16), 1.0, torch.Generator().manual_seed(3))
    whole = apply_changes(x, changes, circular=False)
    part = changes.part(slice(2, 5))
    assert torch.equal(whole[2:5], apply_changes(x[2:5], part, circular=False))


def test_gradients_pass_twice() -> None:
    x = torch.randn(2, 3, 8, 8, requires_grad=True)
    changes = draw_changes(len(x), (x.shape[2], x.shape[3]), 1.0, torch.Generator().manual_seed(2))
    (slope,) = torch.autograd.grad(
        apply_changes(x, changes, circular=False).square().sum(), x, create_graph=True
    )
    slope.square().sum().backward()
    assert x.grad is not None and torch.isfinite(x.grad).all() and x.grad.abs().sum() > 0
