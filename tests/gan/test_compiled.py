"""Compiled passes are used where they give the same numbers, and only there."""

from typing import Any

import pytest
import torch
from torch import Tensor, nn

from studio import media
from studio.core.run_folder import TrainConfig
from studio.gan import compiled as compiled_module
from studio.gan import train as train_module
from studio.gan.compiled import compiled
from studio.gan.device import Device
from studio.gan.train import Trainer


@pytest.fixture
def network() -> nn.Module:
    torch.manual_seed(0)
    return nn.Sequential(nn.Linear(6, 5), nn.Tanh(), nn.Linear(5, 3))


def pretend(monkeypatch, quick: Any) -> None:
    """A compiler that makes this of a pass."""
    monkeypatch.setattr(
        compiled_module.torch, "compile", lambda plain, **_: lambda *inputs: quick(plain, *inputs)
    )


def test_the_same_numbers_are_trusted(network, monkeypatch) -> None:
    pretend(monkeypatch, lambda plain, x: plain(x) * 1.001)
    found = compiled(network, [(torch.randn(4, 6),)], network)
    assert found is not network and all(p.grad is None for p in network.parameters())


def test_lost_gradients_are_not(network, monkeypatch) -> None:
    def quick(plain: nn.Sequential, x: Tensor) -> Tensor:
        return plain[2](plain[1](plain[0](x)).detach())

    pretend(monkeypatch, quick)
    assert compiled(network, [(torch.randn(4, 6),)], network) is network


def test_a_lost_gradient_of_the_input_is_not(network, monkeypatch) -> None:
    """It is all that the generator learns from; the weights' own gradients may be right."""
    pretend(monkeypatch, lambda plain, x: plain(x.detach()) + 0 * x.sum())
    plain = torch.randn(4, 6)
    assert compiled(network, [(plain,)], network) is not network, "nobody asked for it"
    wanted = [(plain,), (plain.clone().requires_grad_(),)]
    assert compiled(network, wanted, network) is network


def test_rounding_is_told_from_loss(monkeypatch) -> None:
    """A gradient that bfloat16 itself moves far may lie as far off, but may not be gone."""

    class Noisy(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.scale = nn.Parameter(torch.ones(()))

        def forward(self, x: Tensor, error: float = 0.15) -> Tensor:
            return self.scale * x * (1 + error * torch.is_autocast_enabled("cpu"))

    network = Noisy()
    pretend(monkeypatch, lambda plain, x: plain(x, -0.05))
    x = torch.linspace(-1, 1, 128)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        assert compiled(network, [(x,)], network) is not network, "no farther than rounding moves"
        pretend(monkeypatch, lambda plain, x: plain(x, -0.3))
        assert compiled(network, [(x,)], network) is network


def test_a_compiler_that_fails_is_done_without(network, monkeypatch) -> None:
    def quick(plain: nn.Module, x: Tensor) -> Tensor:
        raise RuntimeError("no C++ compiler was found")

    pretend(monkeypatch, quick)
    assert compiled(network, [(torch.randn(4, 6),)], network) is network


@pytest.mark.parametrize("kind", media.kinds(), ids=lambda kind: kind.name)
def test_a_trainer_takes_compiled_passes(kind, folder_of, tmp_path, monkeypatch) -> None:
    """Every medium's networks can be handed to a compiler; penalties stay with the plain ones."""
    from studio.core.work import result_of

    calls: list[str] = []

    def quick(plain: Any, *inputs: Any) -> Tensor:
        calls.append(getattr(plain, "__name__", "discriminator"))
        return plain(*inputs)

    pretend(monkeypatch, quick)
    monkeypatch.setattr(train_module, "compiles", lambda device: True)
    config = TrainConfig(kind.name, "", size_px=32, batch=4, channel_base=128, channel_max=8)
    examples, _ = result_of(kind.load_reader().read(folder_of(kind), 32, tmp_path))
    training = kind.load_training()
    network = training.describe(examples.pixels, config)
    device = Device(torch.device("cpu"), "CPU")
    trainer = Trainer(config, training, network, examples.pixels, device)
    trainer.make_ready()
    calls.clear()
    trainer.step()
    assert calls == ["synthesise", *3 * ["discriminator"]], "both, then what the generator asks"
    calls.clear()
    train_module.go_plain(trainer)
    trainer.step()
    assert calls == [], "after a change of size or precision nothing unseen is used"
    state = trainer.generator.state_dict()
    assert state.keys() == trainer.average.network.state_dict().keys()
