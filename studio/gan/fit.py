"""Fits a latent to what is given: the best of many samples, then Adam on the w of every layer.

After the projector of StyleGAN2 (Karras et al. 2020, appendix D) with W+ (Abdal et al. 2019,
arXiv 1904.03189): warm-up, noise on w that fades, a cosine end. The steps are taken in the model's
own spread: along the principal axes of W, each in units of its standard deviation, so that the
squared length is the Mahalanobis distance, which a small weight keeps small.
"""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import torch
from torch import Tensor

from studio.core.errors import StudioError
from studio.core.latent import DRAWN_SEEDS, Latent
from studio.core.work import Finished, Preview, Progress, Work
from studio.gan.explore import Playable

WARM_UP, COOL_DOWN, NOISY = 0.05, 0.25, 0.75  # shares of the steps
NOISE = 0.05  # of the spread of w, at the beginning
LEAST_SCALE = 0.03  # of the largest: no axis is so narrow that a step along it costs everything
SPREAD_SAMPLES = 4096
MOST_STEPS = 2000


class Subject(Protocol):
    """What is fitted: how a medium draws, and how far a drawing is from what is given."""

    def maps(self, latents: Sequence[Latent]) -> Any:
        """What the seeds of latents feed into draw besides ws."""
        ...

    def draw(self, ws: Tensor, maps: Any) -> Tensor:
        """ws [B, layers, w_dim] -> outputs [B, ...], differentiable."""
        ...

    def distance(self, outputs: Tensor) -> Tensor:
        """How far outputs are from what is given: [B], 0 for the very same."""
        ...

    def show(self, latent: Latent) -> Any:
        """What a person sees of a latent on the way."""
        ...


@dataclass(frozen=True)
class Plan:
    """How much work a fit may be; prior weighs the Mahalanobis distance against the loss.

    anchor does so for the distance from the best sample, so that what is made anew stays other
    than what was there. seconds bounds the steps, which end early and well on a slow machine.
    """

    samples: int = 64
    steps: int = 120
    rate: float = 0.08
    prior: float = 0.01
    anchor: float = 0.0
    seconds: float = 60.0
    at_once: int = 8
    preview_every: int = 15


@dataclass(frozen=True)
class Fitted:
    """A latent and its distance; first is that of the best sample, before any step."""

    latent: Latent
    distance: float
    first: float
    steps: int


@dataclass(frozen=True)
class Spread:
    """The principal axes of W: w = average + axes (scales * u), u with variance 1 each."""

    average: Tensor  # [w_dim]
    axes: Tensor  # [w_dim, w_dim], one axis a column
    scales: Tensor  # [w_dim]

    def of(self, ws: Tensor) -> Tensor:
        """w [..., w_dim] in units of the spread."""
        return (ws - self.average) @ self.axes / self.scales

    def ws(self, u: Tensor) -> Tensor:
        return self.average + (u * self.scales) @ self.axes.T


@torch.no_grad()
def spread_of(network: Any) -> Spread:
    """From samples that are the same on every machine, about 50 ms."""
    random = torch.Generator().manual_seed(0)
    average = network.mapping.w_average
    z = torch.randn(SPREAD_SAMPLES, network.z_dim, generator=random)
    w = network.mapping(z.to(average.device)).cpu().double()  # Apple GPUs know no float64
    values, axes = torch.linalg.eigh(torch.cov(w.T))
    scales = values.clamp_min(0).sqrt()
    scales = scales.clamp_min(max(float(scales.max()) * LEAST_SCALE, 1e-6))
    return Spread(average, axes.float().to(average.device), scales.float().to(average.device))


def fit(play: Playable, subject: Subject, seed: int, psi: float, plan: Plan) -> Work:
    """Progress and Preview(subject.show(latent)) on the way, then Finished(Fitted).

    The same seed gives the same; close the work to cancel it. Where no step is allowed the best
    sample is the result, and stays a latent of its seed.
    """
    total = plan.samples + plan.steps
    best, first = Latent(seed, psi), math.inf
    seeds = sample_seeds(seed, plan.samples)
    for start in range(0, len(seeds), plan.at_once):
        latents = [Latent(one, psi) for one in seeds[start : start + plan.at_once]]
        distances = _distances(play, subject, latents)
        place = int(np.argmin(distances))
        if distances[place] < first:
            best, first = latents[place], distances[place]
        yield Progress(start + len(latents), total, "searching")
    if plan.steps <= 0:
        yield Finished(Fitted(best, first, first, 0))
        return
    yield Preview(subject.show(best))
    yield from _climb(play, subject, best, first, plan)


def sample_seeds(seed: int, count: int) -> list[int]:
    """The seeds that a search looks at."""
    return np.random.default_rng((seed, count)).integers(DRAWN_SEEDS, size=count).tolist()


@torch.no_grad()
def _distances(play: Playable, subject: Subject, latents: Sequence[Latent]) -> list[float]:
    ws = torch.cat([play.ws(latent) for latent in latents])
    found = subject.distance(subject.draw(ws, subject.maps(latents)))
    return torch.nan_to_num(found, nan=math.inf).tolist()


def _climb(play: Playable, subject: Subject, best: Latent, first: float, plan: Plan) -> Work:
    """Adam from the best sample on; the better of where it began and where it ends."""
    climb = _Climb(play, subject, best, plan)
    begun, done = time.monotonic(), 0
    while done < plan.steps and time.monotonic() - begun < plan.seconds:
        distance = climb.step(done / plan.steps)
        done += 1
        yield Progress(plan.samples + done, plan.samples + plan.steps, f"distance {distance:.4f}")
        if done % plan.preview_every == 0 and done < plan.steps:
            yield Preview(subject.show(climb.latent))
    found = climb.latent
    distance = _distances(play, subject, [found])[0]
    if not done or not distance < first:  # nor where it is no number
        found, distance = best, first
    yield Finished(Fitted(found, distance, first, done))


class _Climb:
    """The state of an optimisation; every step costs one pass forward and one back."""

    def __init__(self, play: Playable, subject: Subject, start: Latent, plan: Plan) -> None:
        self._subject, self._start, self._plan = subject, start, plan
        self._maps = subject.maps([start])
        self._spread = spread_of(play.network)
        self._from = self._spread.of(play.ws(start))
        self._u = self._from.clone().requires_grad_()
        self._random = torch.Generator().manual_seed(start.seed)
        self._adam = torch.optim.Adam([self._u], lr=plan.rate)

    def step(self, progress: float) -> float:
        """One step, at this share of the way; the distance before it."""
        for group in self._adam.param_groups:
            group["lr"] = self._plan.rate * pace(progress)
        with torch.enable_grad():
            u = self._u + NOISE * max(0.0, 1 - progress / NOISY) ** 2 * self._noise()
            outputs = self._subject.draw(self._spread.ws(u), self._maps)
            distance = self._subject.distance(outputs)[0]
            loss = distance + self._plan.prior * self._u.square().mean()
            loss = loss + self._plan.anchor * (self._u - self._from).square().mean()
            self._adam.zero_grad()
            loss.backward()
        self._adam.step()
        return float(distance.detach())

    def _noise(self) -> Tensor:
        return torch.randn(self._u.shape, generator=self._random).to(self._u.device)

    @property
    def latent(self) -> Latent:
        """Where it stands: the start's seed, for the noise, and a point."""
        ws = self._spread.ws(self._u.detach())[0]
        return Latent(self._start.seed, self._start.psi, point=point_of(ws))


def pace(progress: float) -> float:
    """The share of the learning rate at a share of the way: warm-up, then a cosine end."""
    up = min(1.0, (progress + 1e-3) / WARM_UP)
    down = min(1.0, (1 - progress) / COOL_DOWN)
    return up * (0.5 - 0.5 * math.cos(math.pi * down))


def steps_of(steps: int, plan: Plan) -> int:
    """The steps asked for, or the plan's where that is 0; StudioError when they make no sense."""
    if not 0 <= steps <= MOST_STEPS:
        raise StudioError(f"Finding takes at most {MOST_STEPS:,} steps.")
    return steps or plan.steps


def point_of(ws: Tensor) -> bytes:
    """ws [layers, w_dim] as a latent keeps them."""
    return ws.cpu().numpy().astype("<f4").tobytes()
