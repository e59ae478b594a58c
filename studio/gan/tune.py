"""Pivotal tuning: a copy of a network learns to make one given thing from a latent that stays.

After Roich et al. 2021 (arXiv 2106.05744): Adam on the weights of the synthesis, never those of the
mapping, so that W and all that walks in it stay; random samples, drawn part of the way from the
latent, are held to what the network made of them before (their locality regularisation).
"""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol, Self

import numpy as np
import torch
from torch import Tensor, nn

from studio.core.errors import StudioError
from studio.core.latent import MAX_SEED, Latent
from studio.core.work import Finished, Preview, Progress, Work
from studio.gan.explore import Playable

MOST_STEPS = 5000
WARM_UP_STEPS = 10
BETAS = (0.9, 0.99)
LEAST_SHARE = 0.02  # of the rate, under which nothing moves
NEAREST = 0.3  # another one is held at least so far from the latent towards a sample
LEAST_PSI = 0.5
GAIN = 0.99  # a loss under this share of that at the last gain is one


class Aim(Protocol):
    """What a copy is tuned to: how a medium draws, and how far drawings are apart."""

    @property
    def wanted(self) -> Tensor:
        """The outputs that the latent should give: [1, ...]."""
        ...

    def on(self, play: Playable) -> Self:
        """The same, drawn by another network."""
        ...

    def maps(self, latents: Sequence[Latent]) -> Any:
        """What the seeds of latents feed into draw besides ws."""
        ...

    def draw(self, ws: Tensor, maps: Any) -> Tensor:
        """ws [B, layers, w_dim] -> outputs [B, ...], differentiable."""
        ...

    def apart(self, outputs: Tensor, wanted: Tensor) -> Tensor:
        """How far outputs are from others of the same shape: [], least for the very same."""
        ...

    def shortfall(self, latent: Latent) -> float:
        """How far a latent's result is from what is given, as a person would measure it."""
        ...


@dataclass(frozen=True)
class TunePlan:
    """How much work a tuning may be. keep weighs what others gave against what is given.

    The rate is halved after patience looks without gain, since models differ in what they stand. It
    ends early once the shortfall is no more than enough, or when the rate has come to nothing.
    seconds bounds the steps: a slow machine takes fewer, and slows down as gently.
    """

    steps: int = 600
    rate: float = 0.002
    keep: float = 0.2
    others: int = 1
    enough: float = 0.0
    look_every: int = 10
    patience: int = 8
    seconds: float = 60.0
    preview_every: int = 50


@dataclass(frozen=True)
class Tuned:
    """The private network, ready to play, and how far it was and is from what is given."""

    play: Playable
    before: float
    after: float
    steps: int
    seconds: float


def with_steps(plan: TunePlan, steps: int) -> TunePlan:
    """The plan with the steps asked for, its own where that is 0; StudioError for too many."""
    if not 0 <= steps <= MOST_STEPS:
        raise StudioError(f"Tuning takes at most {MOST_STEPS:,} steps.")
    return replace(plan, steps=steps or plan.steps)


def tune(play: Playable, aim: Aim, latent: Latent, seed: int, plan: TunePlan) -> Work:
    """Progress, and Preview(Playable) on the way, then Finished(Tuned); play stays as it is.

    The weights come out rounded to halves, as a model file keeps them. The same seed gives the
    same on a processor that is fast enough; close the work to cancel it.
    """
    tuner = _Tuner(play, aim, latent, seed, plan)
    begun, done = time.monotonic(), 0
    yield Progress(0, plan.steps, "tuning")
    while done < plan.steps and not tuner.is_done:
        spent = (time.monotonic() - begun) / max(plan.seconds, 1e-9)
        if spent >= 1:
            break
        tuner.step(done, max(done / plan.steps, spent))
        done += 1
        if done % plan.look_every == 0 or done == plan.steps:
            tuner.look()
        yield Progress(done, plan.steps, f"distance {tuner.best:.3g}")
        if done % plan.preview_every == 0 and done < plan.steps:
            yield Preview(tuner.play)
    tuner.settle()
    yield Finished(Tuned(tuner.play, tuner.before, tuner.best, done, time.monotonic() - begun))


class _Tuner:
    """A private network on its way, the best weights so far, and the network it came from."""

    def __init__(self, play: Playable, aim: Aim, latent: Latent, seed: int, plan: TunePlan) -> None:
        self._from, self._latent, self._plan = aim.on(play), latent, plan
        self._first_play, self._random = play, np.random.default_rng((seed, plan.steps))
        self.play = play.twin()
        self._aim = aim.on(self.play)
        self._weights = synthesis_weights(self.play.network)
        self._adam = torch.optim.Adam(self._weights, lr=plan.rate, betas=BETAS)
        self._pivot = play.ws(latent)
        self.before = self.best = self._aim.shortfall(latent)
        self._kept = [weight.half() for weight in self._weights]
        self._losses: list[float] = []
        self._gained, self._vain, self._share = math.inf, 0, 1.0

    @property
    def is_done(self) -> bool:
        return self.best <= self._plan.enough or self._share < LEAST_SHARE

    def step(self, done: int, progress: float) -> None:
        """One step of Adam, at this share of the way."""
        for group in self._adam.param_groups:
            up = min(1.0, (done + 1) / WARM_UP_STEPS)
            group["lr"] = (
                self._plan.rate * self._share * up * (0.5 + 0.5 * math.cos(math.pi * progress))
            )
        latents, ws = self._others()
        maps = self._aim.maps([self._latent, *latents])
        with torch.no_grad():
            before = self._from.draw(ws, self._from.maps(latents))
        for weight in self._weights:
            weight.requires_grad_()
        with torch.enable_grad():
            outputs = self._aim.draw(torch.cat([self._pivot, ws]), maps)
            missed = self._aim.apart(outputs[:1], self._aim.wanted)
            loss = missed + self._plan.keep * self._aim.apart(outputs[1:], before)
            self._adam.zero_grad()
            loss.backward()
        self._adam.step()
        self._losses.append(float(missed.detach()))
        for weight in self._weights:
            weight.requires_grad_(False)

    def _others(self) -> tuple[list[Latent], Tensor]:
        """Random seeds, and ws part of the way to each [others, layers, w_dim]."""
        latents, ws = [], []
        for _ in range(self._plan.others):
            seed = int(self._random.integers(MAX_SEED))
            psi, share = self._random.uniform((LEAST_PSI, NEAREST), 1.0).tolist()
            latents.append(Latent(seed, psi))
            ws.append(torch.lerp(self._pivot, self._first_play.ws(latents[-1]), share))
        return latents, torch.cat(ws)

    def look(self) -> None:
        """Measure as a file would keep it, and remember the weights where they are the best."""
        exact = [weight.detach().clone() for weight in self._weights]
        rounded = [weight.half() for weight in exact]
        self._set(rounded)
        shortfall = self._aim.shortfall(self._latent)
        self._set(exact)
        if shortfall < self.best:
            self.best, self._kept = shortfall, rounded

        self._slow_down()

    def _slow_down(self) -> None:
        """Halve the rate where the loss, which is finer than the shortfall, has long not fallen."""
        loss = sum(self._losses) / len(self._losses)
        self._losses.clear()
        self._vain += 1
        if loss < self._gained * GAIN:
            self._gained, self._vain = loss, 0
        elif self._vain >= self._plan.patience:
            self._share, self._vain = self._share / 2, 0

    def settle(self) -> None:
        """Go back to the best weights, rounded to halves."""
        self._set(self._kept)

    def _set(self, values: Sequence[Tensor]) -> None:
        for weight, value in zip(self._weights, values, strict=True):
            weight.copy_(value)


def synthesis_weights(network: Any) -> list[nn.Parameter]:
    """All that may change: everything but the mapping, which gives W its shape."""
    return [
        weight for name, weight in network.named_parameters() if not name.startswith("mapping.")
    ]
