"""The losses against their formulas, by hand and by finite differences."""

import math

import torch

from studio.gan.ema import Average
from studio.gan.losses import (
    discriminator_loss,
    generator_loss,
    gradient_penalty,
)


def test_losses_by_hand() -> None:
    real, fake = torch.tensor([2.0, 0.0]), torch.tensor([1.0, 3.0])
    expected = (math.log1p(math.exp(-1)) + math.log1p(math.exp(3))) / 2
    assert math.isclose(discriminator_loss(real, fake).item(), expected, rel_tol=1e-6)
    expected = (math.log1p(math.exp(1)) + math.log1p(math.exp(-3))) / 2
    assert math.isclose(generator_loss(real, fake).item(), expected, rel_tol=1e-6)


def test_losses_see_only_differences() -> None:
    real, fake = torch.randn(2, 8)
    shifted = discriminator_loss(real + 5, fake + 5)
    assert torch.allclose(shifted, discriminator_loss(real, fake), atol=1e-6)


def test_penalty_of_a_linear_judge_is_its_squared_weight() -> None:
    weight = torch.randn(3, 4, 4, requires_grad=True)
    r1, r2 = gradient_penalty(
        lambda x: (x * weight).sum((1, 2, 3)), torch.randn(5, 3, 4, 4), torch.randn(5, 3, 4, 4)
    )
    assert torch.allclose(r1, weight.square().sum()) and torch.allclose(r1, r2)
    r1.backward()
    assert weight.grad is not None
    assert torch.allclose(weight.grad, 2 * weight.detach(), atol=1e-5)


def test_penalty_tells_reals_from_fakes() -> None:
    reals, fakes = torch.full((2, 1, 1, 1), 3.0), torch.full((2, 1, 1, 1), 0.5)
    r1, r2 = gradient_penalty(lambda x: x.square().sum((1, 2, 3)), reals, fakes)
    assert (r1.item(), r2.item()) == (36.0, 1.0)


def test_average_follows_with_its_half_life() -> None:
    network = torch.nn.Linear(1, 1)
    average = Average(network)
    before = network.weight.item()
    with torch.no_grad():
        network.weight.fill_(before + 1)
    average.update(network, shown=100, seen=10**9, half_life=100)
    moved = average.network.get_parameter("weight").item() - before
    assert math.isclose(moved, 0.5, abs_tol=1e-6)
    average.update(network, shown=100, seen=100, half_life=100)  # early: it must not linger
    assert average.network.get_parameter("weight").item() > before + 0.99
