"""The training loop, counted in kimg; knows no medium, no files and no Qt.

Each step: the discriminator judges pairs of a real and a fake and moves; every few steps R1 and R2
hold it; then the generator learns from the discriminator that has just moved, and the average
follows. Everything random is a function of seed and step (randomness.py).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise
from typing import Any, Protocol

import numpy as np
import torch
from torch import Tensor, nn

from studio.core.run_folder import TrainConfig
from studio.core.split import LEAST_FILES
from studio.gan.augment import Changes
from studio.gan.batches import Batch, Batches, Rows, draw_batch
from studio.gan.checkpoint import prefixed, without_prefix
from studio.gan.compiled import compile_passes
from studio.gan.device import Device, compiles, is_out_of_memory, mixed_precision
from studio.gan.ema import Average
from studio.gan.left_behind import Counters, fitting, refuse_other_shapes
from studio.gan.losses import discriminator_loss, generator_loss, gradient_penalty
from studio.gan.optimise import (
    adam,
    apply_gradients,
    optimiser_state,
    optimiser_tensors,
    restore_optimiser,
)
from studio.gan.sampler import Sampler
from studio.gan.tally import Tally
from studio.gan.team import ALONE, Team

LONG_KIMG = 500.0  # where the clock decides the length, assume no more than this
MIXING_CHANCE = 0.9
MOST_AUGMENTATION = 0.85  # above, changes leak into the results (StyleGAN2-ADA, section 2.2)
ADA_TARGET = 0.5
MIXING_FROM = 500  # with fewer examples style mixing asks for more than there is to learn


class Training(Protocol):
    """What training asks of a medium; its network.py answers."""

    def describe(self, examples: np.ndarray, config: TrainConfig) -> dict[str, Any]:
        """What rebuilds the networks, as plain JSON values."""
        ...

    def networks(self, network: dict[str, Any]) -> tuple[nn.Module, nn.Module]:
        """Generator (z, other, crossover, maps) -> fakes; discriminator fakes -> logits [B]."""
        ...

    def prepare(
        self, examples: np.ndarray, config: TrainConfig, random: torch.Generator
    ) -> np.ndarray:
        """uint8 examples of a whole batch, changed by chance as the medium allows."""
        ...

    def judged(self, examples: np.ndarray) -> np.ndarray:
        """uint8 examples as results may be compared with them; always the same ones."""
        ...

    def reals(self, examples: Tensor) -> Tensor:
        """uint8 examples on the device -> what the generator makes, float [B, ...]."""
        ...

    def shown(self, fakes: Tensor, chance: Tensor) -> Tensor:
        """Outputs as the discriminator is to see them; chance [B, 2] is uniform in [0, 1)."""
        ...

    def pictures(self, outputs: Tensor) -> list[np.ndarray]:
        """Generator outputs as pictures to look at, uint8 [H, W, 3] each."""
        ...

    def examples(self, outputs: Tensor) -> np.ndarray:
        """Generator outputs as the uint8 examples of a folder, to measure them."""
        ...

    unsteered: float  # augmentation where nothing is kept back that could steer it

    def draw_changes(
        self, count: int, config: TrainConfig, strength: float, random: torch.Generator
    ) -> Changes:
        """How so many examples are changed before they are judged, each kind by this chance."""
        ...

    def changed(self, x: Tensor, changes: Any) -> Tensor:
        """Outputs or reals [B, ...] with the changes that draw_changes drew."""
        ...

    batch: int
    gamma: float


def resolved(config: TrainConfig, training: Training, count: int) -> TrainConfig:
    """The configuration with everything decided that it leaves open, for a folder of this size."""
    # Files kept back raise it where it is needed; at the start it only costs time (RESULTS.md).
    unsteered = 0.0 if count >= LEAST_FILES and config.held_out else training.unsteered
    return replace(
        config,
        batch=config.batch or training.batch,
        gamma=config.gamma or training.gamma,
        augment=config.augment if config.augment >= 0 else unsteered,
        check_kimg=config.check_kimg or min(20.0, max(2.0, min(config.kimg, LONG_KIMG) / 50)),
    )


class Trainer:
    """Networks, optimisers and average of one run; moves on by step()."""

    def __init__(
        self,
        config: TrainConfig,
        training: Training,
        network: dict[str, Any],
        examples: Rows | np.ndarray,
        device: Device,
        team: Team = ALONE,
    ) -> None:
        """examples uint8 [N, ...], those to learn from; every process of a team gets all."""
        torch.manual_seed(config.seed)
        self.is_steered = config.augment < 0
        self.config = config = resolved(config, training, len(examples))
        self.training, self.network, self.examples, self.team = training, network, examples, team
        self.device = device.torch_device
        self.full_precision = config.precision == "float32"
        generator, discriminator = training.networks(network)
        layout = torch.channels_last if self.device.type != "mps" else torch.contiguous_format
        self.generator: Any = generator.to(self.device, memory_format=layout)  # type: ignore[call-overload]
        self.discriminator = discriminator.to(self.device, memory_format=layout)  # type: ignore[call-overload]
        for one in (self.generator, self.discriminator):
            team.share(one)
        self.average = Average(self.generator)
        self.quick_discriminator: Any = self.discriminator
        self.rate, self.gamma, self.augment = config.learning_rate, config.gamma, config.augment
        self.accumulate = max(1, config.accumulate)
        self.make_optimisers()
        self._share = team.share_of(config.batch)
        self.batches = Batches(
            examples,
            lambda chosen, random: training.prepare(chosen, config, random),
            config.seed,
            config.batch,
            self._share,
            self.device,
        )
        self._is_applying = False
        self.crossover = mixing(len(examples), self.generator.num_ws)
        self.seen = 0
        self.steps = 0
        self.tally = Tally()
        self.sampler = Sampler(self.average.network, self.discriminator, training, self.device)

    def make_optimisers(self) -> None:
        """For the weights that may move now; what the old ones remembered is gone."""
        every = self.config.penalty_every
        self.optimiser_g = adam(self.generator, self.rate)
        self.optimiser_d = adam(self.discriminator, self.rate, every / (every + 1))

    @property
    def kimg(self) -> float:
        return self.seen / 1000

    def make_ready(self) -> None:
        """Compile the passes where that pays, once all is known that they depend on."""
        go_plain(self)
        if not self.config.compile or not compiles(self.device):
            return
        each = -(-(self._share.stop - self._share.start) // self.accumulate)
        with self.autocast():
            self.quick_discriminator = compile_passes(
                self.generator, self.discriminator, each, self.device
            )

    def step(self) -> None:
        """One batch; the tally tells how it went, so that no step waits for the device."""
        batch, accumulated = self._draw(), self.accumulate
        parts = parts_of(self, batch)
        parts = self._attempt(self._discriminator_phase, batch, parts)
        if self.steps % self.config.penalty_every == 0:
            parts = self._attempt(self._penalty_phase, batch, parts)
        self._attempt(self._generator_phase, batch, parts)
        self.seen += self.config.batch
        self.steps += 1
        self.generator.mapping.track(batch.every_z)
        self.average.update(
            self.generator, self.config.batch, self.seen, self.config.ema_kimg * 1000
        )
        if self.accumulate != accumulated:
            self.make_ready()

    def _attempt(
        self, phase: Callable[[list[Part]], None], batch: Batch, parts: list[Part]
    ) -> list[Part]:
        """Run a phase; where memory runs out, again in twice as many parts. Returns the parts.

        A phase ends with its only change, the optimiser's step, so that it can be repeated.
        """
        while True:
            try:
                phase(parts)
                return parts
            except (RuntimeError, MemoryError) as error:
                can_halve = self.accumulate < len(batch.z) and not self._is_applying
                if not is_out_of_memory(error) or not can_halve:
                    raise
                for part in parts:
                    part.forget()
            # Outside of the except clause: the error holds the tensors of the failed phase.
            for optimiser in (self.optimiser_d, self.optimiser_g):
                optimiser.zero_grad(set_to_none=True)
            self.accumulate *= 2
            go_plain(self)
            parts = parts_of(self, batch)
            if self.device.type == "cuda":
                torch.cuda.empty_cache()

    def _draw(self) -> Batch:
        def changes(count: int, strength: float, random: torch.Generator) -> Changes:
            return self.training.draw_changes(count, self.config, strength, random)

        return draw_batch(
            self.batches, self.steps, self.config.seed, self.config.batch, self.generator.z_dim,
            self.generator.random_shapes(), self.crossover, self.augment, changes, self._share,
            self.device,
        )  # fmt: skip

    def autocast(self) -> torch.autocast:
        """For passes without a penalty: bfloat16 where that is safe and faster."""
        is_mixed = not self.full_precision and mixed_precision(self.device)
        return torch.autocast(self.device.type, dtype=torch.bfloat16, enabled=is_mixed)

    def judge(self, x: Tensor, batch: Batch, doubled: bool, eager: bool = False) -> Tensor:
        """Logits [B] of pictures as the discriminator is to see them, float32."""
        if batch.changes is not None:
            changes = batch.changes.doubled() if doubled else batch.changes
            x = self.training.changed(x, changes)
        network = self.discriminator if eager else self.quick_discriminator
        return network(x).float()

    def _discriminator_phase(self, parts: list[Part]) -> None:
        for part in parts:
            both = torch.cat([part.reals, part.fakes().detach()])
            with self.autocast():
                real, fake = self.judge(both, part.batch, doubled=True).chunk(2)
            loss = discriminator_loss(real, fake)
            (loss * part.weight).backward()
            self.tally.add("loss_d", loss, part.weight)
        self._apply(self.optimiser_d, "norm_d")

    def _penalty_phase(self, parts: list[Part]) -> None:
        """Float32 and eager: bfloat16 and compiled code carry no double backward safely."""
        weight = self.gamma_now() / 2 * self.config.penalty_every
        for part in parts:
            r1, r2 = gradient_penalty(
                lambda x, part=part: self.judge(x, part.batch, doubled=True, eager=True),
                part.reals,
                part.fakes().detach(),
            )
            (weight * (r1 + r2) * part.weight).backward()
            self.tally.add("r1", r1, part.weight)
            self.tally.add("r2", r2, part.weight)
        self._apply(self.optimiser_d, "norm_penalty")

    def _generator_phase(self, parts: list[Part]) -> None:
        """Through the discriminator as it is by now: taking the slope of its own last pass saves a
        fifth of the time and costs half of the modes (tests/benchmarks/RESULTS.md, section 7)."""
        for part in parts:
            fakes = part.fakes().detach().requires_grad_(True)
            with self.autocast():
                with torch.no_grad():
                    real = self.judge(part.reals, part.batch, doubled=False)
                fake = self.judge(fakes, part.batch, doubled=False)
            loss = generator_loss(real, fake)
            # By the fakes alone: the discriminator's weights get no gradient here.
            (push,) = torch.autograd.grad(loss * part.weight, fakes)
            part.fakes(with_graph=True).backward(push)
            self.tally.add("loss_g", loss, part.weight)
        self._apply(self.optimiser_g, "norm_g")

    def gamma_now(self) -> float:
        """Gamma falls by a cosine to gamma_end of itself at the end of the run (R3GAN)."""
        end = self.config.gamma_end
        if end >= 1:
            return self.gamma
        done = min(1.0, self.kimg / max(min(self.config.kimg, LONG_KIMG), 1e-9))
        return self.gamma * (end + (1 - end) * (0.5 + 0.5 * math.cos(math.pi * done)))

    def _apply(self, optimiser: torch.optim.Adam, name: str) -> None:
        count = self._share.stop - self._share.start
        self._is_applying = True  # from here on the others of a team count on this process
        norm, broken = apply_gradients(
            optimiser, self.team, count * self.team.size / self.config.batch
        )
        self._is_applying = False
        self.tally.add(name, norm)
        self.tally.add("broken", broken)

    def tensors(self) -> dict[str, Tensor]:
        """Everything that resume needs, as tensors."""
        return {
            **prefixed("generator", self.generator.state_dict()),
            **prefixed("discriminator", self.discriminator.state_dict()),
            **prefixed("average", self.average.network.state_dict()),
            **prefixed("adam_g", optimiser_tensors(self.optimiser_g)),
            **prefixed("adam_d", optimiser_tensors(self.optimiser_d)),
        }

    def counters(self) -> dict[str, Any]:
        return {
            "seen": self.seen,
            "steps": self.steps,
            "rate": self.rate,
            "gamma": self.gamma,
            "augment": self.augment,
            "asked": asked_of(self.config),
            "network": self.network,
            "frozen": [n for n, p in self.discriminator.named_parameters() if not p.requires_grad],
            "full_precision": self.full_precision,
            "accumulate": self.accumulate,
            "tally": self.tally.to_json(),  # part of what the guardian goes by
        }

    def restore(self, tensors: dict[str, Tensor], counters: dict[str, Any]) -> None:
        """Go on exactly where tensors() and counters() were taken; what is asked for by another
        number now than then begins at that. StudioError, with all as it was, if they do not fit."""
        asked = asked_of(self.config)
        networks = {
            "generator": self.generator,
            "discriminator": self.discriminator,
            "average": self.average.network,
        }
        with fitting():
            left = Counters.of(counters, asked)
            for name, network in networks.items():
                refuse_other_shapes(network, tensors, name)
            state_g = optimiser_state(self.optimiser_g, without_prefix("adam_g", tensors))
            state_d = optimiser_state(self.optimiser_d, without_prefix("adam_d", tensors))
        for name, network in networks.items():
            network.load_state_dict(without_prefix(name, tensors))
        restore_optimiser(self.optimiser_g, state_g)
        restore_optimiser(self.optimiser_d, state_d)
        self.seen, self.steps = left.seen, left.steps
        self.full_precision = self.full_precision or left.full_precision
        self.accumulate = max(self.accumulate, left.accumulate)
        new = {name: value for name, value in asked.items() if value != left.asked.get(name, value)}
        now = left.settings | new
        self.gamma, self.augment = now["gamma"], now["augment"]
        self.set_rate(now["rate"])
        self.tally.restore(left.tally, self.device)

    def set_rate(self, rate: float) -> None:
        """Another learning rate from here on."""
        every = self.config.penalty_every
        self.rate = rate
        for group in self.optimiser_g.param_groups:
            group["lr"] = rate
        for group in self.optimiser_d.param_groups:
            group["lr"] = rate * every / (every + 1)

    def steer_augmentation(self, overfit: float | None, kimg: float) -> None:
        """Stronger where the discriminator knows the training files, weaker where it does not.

        After ADA (Karras et al. 2020, section 3), driven by files kept back; kimg since the last
        time. Runs without such files keep the strength they started with.
        """
        if overfit is None or not self.is_steered:
            return
        step = kimg / (100.0 if len(self.examples) < 2000 else 500.0)
        change = step if overfit > ADA_TARGET else -step
        self.augment = min(MOST_AUGMENTATION, max(0.0, self.augment + change))

    def close(self) -> None:
        self.batches.close()


def asked_of(config: TrainConfig) -> dict[str, float]:
    """What a person, or the preset, wanted; the guardian may have moved on from it since."""
    return {"rate": config.learning_rate, "gamma": config.gamma, "augment": config.augment}


def mixing(
    examples: int, layers: int, share: float = MIXING_CHANCE
) -> Callable[[torch.Generator], int]:
    """Draws the layer from which on a second style is mixed in, 0 for none.

    Style mixing as in Karras et al. 2019, section 3.1; only where there is enough to learn.
    """

    def draw(random: torch.Generator) -> int:
        chance, place = torch.rand(2, generator=random).tolist()
        if examples < MIXING_FROM or chance >= share:
            return 0
        return 1 + int(place * (layers - 1))

    return draw


class Part:
    """A share of a batch that is computed at once, and the fakes made for it."""

    def __init__(self, trainer: Trainer, batch: Batch, weight: float) -> None:
        self._trainer, self.batch, self.weight = trainer, batch, weight
        self.reals = trainer.training.reals(batch.reals)
        self._fakes: Tensor | None = None

    def forget(self) -> None:
        """Let go of the fakes and of the graph that they hold in memory."""
        self._fakes = None

    def fakes(self, with_graph: bool = False) -> Tensor:
        """Made once where the whole batch fits; with several parts the graph is made anew, so that
        only one part's lies in memory."""
        trainer = self._trainer
        keeps_graph = with_graph or trainer.accumulate == 1
        if self._fakes is not None and (self._fakes.requires_grad or not with_graph):
            return self._fakes
        with torch.set_grad_enabled(keeps_graph), trainer.autocast():
            batch = self.batch
            other = batch.other if batch.crossover else None
            made = trainer.generator(batch.z, other, batch.crossover, batch.maps)
        fakes = trainer.training.shown(made.float(), self.batch.chance)
        if not with_graph or trainer.accumulate == 1:
            self._fakes = fakes
        return fakes


def parts_of(trainer: Trainer, batch: Batch) -> list[Part]:
    """The batch cut for as much memory as there is."""
    edges = np.linspace(0, len(batch.z), trainer.accumulate + 1).round().astype(int).tolist()
    cuts = [slice(a, b) for a, b in pairwise(edges) if b > a]
    shares = [(cut.stop - cut.start) / len(batch.z) for cut in cuts]
    return [Part(trainer, batch.part(cut), share) for cut, share in zip(cuts, shares, strict=True)]


def go_plain(trainer: Trainer) -> None:
    """Forget compiled passes, which were looked at with a certain size and precision."""
    trainer.generator.__dict__.pop("synthesise", None)
    trainer.quick_discriminator = trainer.discriminator
