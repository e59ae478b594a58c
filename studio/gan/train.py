"""The training loop as a generator, counted in kimg; knows no medium, no files and no Qt.

Each step: the discriminator judges pairs of a real and a fake, every few steps with R1 and R2;
then the generator is moved by the new discriminator on the same pairs; then the average follows.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, Protocol

import numpy as np
import torch
from torch import Tensor, nn

from studio.core.run_folder import TrainConfig
from studio.gan.augment import Changes, apply_changes, draw_changes
from studio.gan.checkpoint import prefixed, without_prefix
from studio.gan.device import Device, mixed_precision
from studio.gan.ema import Average
from studio.gan.losses import discriminator_loss, generator_loss, gradient_penalty

EMA_KIMG = 10.0
LONG_KIMG = 500.0  # where the clock decides the length, assume no more than this
MIXING_CHANCE = 0.9
MIXING_FROM = 500  # with fewer examples style mixing asks for more than there is to learn


class Training(Protocol):
    """What training asks of a medium; its network.py answers."""

    def describe(self, examples: np.ndarray, config: TrainConfig) -> dict[str, Any]:
        """What rebuilds the networks, as plain JSON values."""
        ...

    def networks(self, network: dict[str, Any]) -> tuple[nn.Module, nn.Module]:
        """Generator (z, other, crossover) -> fakes, and discriminator fakes -> logits [B]."""
        ...

    def reals(self, examples: np.ndarray, config: TrainConfig, random: torch.Generator) -> Tensor:
        """uint8 examples of a batch -> what the generator makes, float [B, ...]."""
        ...

    def shown(self, fakes: Tensor, random: torch.Generator) -> Tensor:
        """The generator's outputs as the discriminator is to see them."""
        ...

    def pictures(self, outputs: Tensor) -> list[np.ndarray]:
        """Generator outputs as pictures to look at, uint8 [H, W, 3] each."""
        ...

    augmentable: bool
    torus: bool
    batch: int
    gamma: float


def resolved(config: TrainConfig, training: Training, count: int) -> TrainConfig:
    """The configuration with everything decided that it leaves open, for a folder of this size."""
    # Augmentation is for discriminators that see the same few files again and again.
    times = min(config.kimg, LONG_KIMG) * 1000 / max(count, 1)
    small = 0.8 if times > 2000 else 0.4 if times > 300 else 0.0
    return replace(
        config,
        batch=config.batch or training.batch,
        gamma=config.gamma or training.gamma,
        augment=config.augment if config.augment >= 0 else small,
    )


@dataclass(frozen=True)
class Figures:
    """What one step showed."""

    loss_d: float
    loss_g: float
    r1: float
    r2: float


class Trainer:
    """Networks, optimisers, average and random state of one run; moves on by step()."""

    def __init__(
        self,
        config: TrainConfig,
        training: Training,
        network: dict[str, Any],
        examples: np.ndarray,
        device: Device,
    ) -> None:
        torch.manual_seed(config.seed)
        self.config = resolved(config, training, len(examples))
        self.training, self.examples = training, examples
        self.device = device.torch_device
        self.mixed = mixed_precision(self.device)
        generator, discriminator = training.networks(network)
        layout = torch.channels_last if self.device.type != "mps" else torch.contiguous_format
        self.generator: Any = generator.to(self.device, memory_format=layout)  # type: ignore[call-overload]
        self.discriminator = discriminator.to(self.device, memory_format=layout)  # type: ignore[call-overload]
        self.average = Average(self.generator)
        config = self.config
        lazy = config.penalty_every / (config.penalty_every + 1)
        rate = config.learning_rate
        self.optimiser_g = _adam(self.generator, rate, 1.0)
        self.optimiser_d = _adam(self.discriminator, rate, lazy)
        self.random = torch.Generator().manual_seed(config.seed + 1)
        self.seen = 0
        self.steps = 0
        self._last_penalty = (0.0, 0.0)

    @property
    def kimg(self) -> float:
        return self.seen / 1000

    def step(self) -> Figures:
        """One batch; figures are read only here, so that the device is waited for once a step."""
        config = self.config
        reals = self._reals()
        changes = self._changes(reals)
        with self._autocast():
            fakes = self._fakes(reals.shape[0])
        fakes = self.training.shown(fakes.float(), self.random)
        loss_d = self._discriminator_step(reals, fakes.detach(), changes)
        if self.steps % config.penalty_every == 0:
            self._last_penalty = self._penalty_step(reals, fakes.detach(), changes)
        loss_g = self._generator_step(reals, fakes, changes)
        self.seen += reals.shape[0]
        self.steps += 1
        self.average.update(self.generator, reals.shape[0], self.seen, EMA_KIMG * 1000)
        return Figures(loss_d, loss_g, *self._last_penalty)

    def _autocast(self) -> torch.autocast:
        return torch.autocast(self.device.type, dtype=torch.bfloat16, enabled=self.mixed)

    def _reals(self) -> Tensor:
        count = len(self.examples)
        index = torch.randint(count, (self.config.batch,), generator=self.random)
        chosen = np.asarray(self.examples[np.sort(index.numpy())])
        return self.training.reals(chosen, self.config, self.random).to(self.device)

    def _changes(self, reals: Tensor) -> Changes | None:
        if self.config.augment <= 0 or not self.training.augmentable:
            return None
        return draw_changes(reals.shape, self.config.augment, self.random, self.device)

    def _fakes(self, batch: int) -> Tensor:
        z_dim = self.generator.z_dim
        z, other = torch.randn(2, batch, z_dim, generator=self.random).to(self.device)
        crossover = 0
        if len(self.examples) >= MIXING_FROM:
            chance, place = torch.rand(2, generator=self.random).tolist()
            if chance < MIXING_CHANCE:
                crossover = 1 + int(place * (self.generator.num_ws - 1))
        return self.generator(z, other if crossover else None, crossover)

    def _judge(self, x: Tensor, changes: Changes | None) -> Tensor:
        if changes is not None:
            x = apply_changes(x, changes, self.training.torus)
        return self.discriminator(x)

    def _discriminator_step(self, reals: Tensor, fakes: Tensor, changes: Changes | None) -> float:
        doubled = changes.doubled() if changes else None
        with self._autocast():
            logits = self._judge(torch.cat([reals, fakes]), doubled).float()
        loss = discriminator_loss(*logits.chunk(2))
        loss.backward()
        _apply(self.optimiser_d)
        return loss.item()

    def _penalty_step(
        self, reals: Tensor, fakes: Tensor, changes: Changes | None
    ) -> tuple[float, float]:
        """Float32 and eager: bfloat16 and compiled code carry no double backward safely."""
        doubled = changes.doubled() if changes else None
        r1, r2 = gradient_penalty(lambda x: self._judge(x, doubled), reals, fakes)
        weight = self.config.gamma / 2 * self.config.penalty_every
        (weight * (r1 + r2)).backward()
        _apply(self.optimiser_d)
        return r1.item(), r2.item()

    def _generator_step(self, reals: Tensor, fakes: Tensor, changes: Changes | None) -> float:
        self.discriminator.requires_grad_(False)
        with self._autocast():
            with torch.no_grad():
                real_logits = self._judge(reals, changes).float()
            fake_logits = self._judge(fakes, changes).float()
        loss = generator_loss(real_logits, fake_logits)
        loss.backward()
        self.discriminator.requires_grad_(True)
        _apply(self.optimiser_g)
        return loss.item()

    def tensors(self) -> dict[str, Tensor]:
        """Everything that resume needs, as tensors."""
        return {
            **prefixed("generator", self.generator.state_dict()),
            **prefixed("discriminator", self.discriminator.state_dict()),
            **prefixed("average", self.average.network.state_dict()),
            **prefixed("adam_g", _adam_tensors(self.optimiser_g)),
            **prefixed("adam_d", _adam_tensors(self.optimiser_d)),
            "random": self.random.get_state(),
            "random_torch": torch.get_rng_state(),
            **self._device_random(),
        }

    def _device_random(self) -> dict[str, Tensor]:
        if self.device.type == "cuda":
            return {"random_cuda": torch.cuda.get_rng_state(self.device)}
        return {}

    def counters(self) -> dict[str, Any]:
        return {"seen": self.seen, "steps": self.steps, "penalty": list(self._last_penalty)}

    def restore(self, tensors: dict[str, Tensor], counters: dict[str, Any]) -> None:
        """Go on exactly where tensors() and counters() were taken."""
        self.generator.load_state_dict(without_prefix("generator", tensors))
        self.discriminator.load_state_dict(without_prefix("discriminator", tensors))
        self.average.network.load_state_dict(without_prefix("average", tensors))
        _restore_adam(self.optimiser_g, without_prefix("adam_g", tensors))
        _restore_adam(self.optimiser_d, without_prefix("adam_d", tensors))
        self.random.set_state(tensors["random"])
        torch.set_rng_state(tensors["random_torch"])
        if self.device.type == "cuda" and "random_cuda" in tensors:
            torch.cuda.set_rng_state(tensors["random_cuda"], self.device)
        self.seen, self.steps = int(counters["seen"]), int(counters["steps"])
        self._last_penalty = (float(counters["penalty"][0]), float(counters["penalty"][1]))

    @torch.no_grad()
    def samples(self, count: int) -> list[np.ndarray]:
        """Pictures of the average generator for seeds 0 to count - 1, always the same latents."""
        network: Any = self.average.network
        random = torch.Generator().manual_seed(0)
        z = torch.randn(count, network.z_dim, generator=random).to(self.device)
        cuda = [self.device] if self.device.type == "cuda" else []
        with torch.random.fork_rng(cuda):  # the noise inside must not move the training's numbers
            torch.manual_seed(0)
            outputs = [network(part).float() for part in z.split(16)]
        return [picture for output in outputs for picture in self.training.pictures(output)]


def _adam(network: nn.Module, rate: float, lazy: float) -> torch.optim.Adam:
    """lazy = k / (k + 1) keeps the time scale when a penalty takes steps of its own (StyleGAN2)."""
    betas = (0.0, 0.99**lazy)
    return torch.optim.Adam(network.parameters(), lr=rate * lazy, betas=betas, eps=1e-8)


def _apply(optimiser: torch.optim.Adam) -> None:
    """Take the step with finite gradients, and clear them."""
    for group in optimiser.param_groups:
        for p in group["params"]:
            if p.grad is not None:
                torch.nan_to_num(p.grad, nan=0, posinf=1e5, neginf=-1e5, out=p.grad)
    optimiser.step()
    optimiser.zero_grad(set_to_none=True)


def _adam_tensors(optimiser: torch.optim.Adam) -> dict[str, Tensor]:
    found: dict[str, Tensor] = {}
    for index, state in optimiser.state_dict()["state"].items():
        for name, value in state.items():
            found[f"{index}.{name}"] = torch.as_tensor(value)
    return found


def _restore_adam(optimiser: torch.optim.Adam, tensors: dict[str, Tensor]) -> None:
    state: dict[int, dict[str, Tensor]] = {}
    for name, value in tensors.items():
        index, _, field = name.partition(".")
        state.setdefault(int(index), {})[field] = value
    whole = optimiser.state_dict()
    optimiser.load_state_dict({"state": state, "param_groups": whole["param_groups"]})


def steps(trainer: Trainer, kimg: float) -> Iterator[Figures]:
    """Train up to kimg thousand examples; raises FloatingPointError when numbers break."""
    while trainer.kimg < kimg:
        figures = trainer.step()
        if not math.isfinite(figures.loss_d + figures.loss_g + figures.r1 + figures.r2):
            raise FloatingPointError("training lost its numbers")
        yield figures
