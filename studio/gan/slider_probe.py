"""What sliders are found by: many results of a model, made and measured from chosen points of W."""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from studio.core.kind import Qualities
from studio.core.latent import LAYER_GROUPS, Latent, draw
from studio.core.work import Progress
from studio.gan.explore import NOISE_STREAM, Playable, finite

BATCH = 16
SPREAD_SEED, SENSE_SEED, SAMPLE_SEED = 1_000_003, 1_100_000, 1_200_000
SPREAD_SAMPLES = 4096
RANK = 64  # directions of a group that are told apart
PSI = Latent().psi  # sliders are found where people play
TINY_SPREAD = 1e-3  # of the largest; W may have lost dimensions

Steps = Generator[Progress, None, np.ndarray]
ToExamples = Callable[[Tensor], np.ndarray]


@dataclass(frozen=True)
class Effort:
    """How many results each stage may make."""

    sense: int = 192  # gradients that say where W matters
    samples: int = 384
    seeds: int = 16  # at which slopes are taken
    slopes: int = 10  # in so many directions a group
    tries: int = 8  # seeds on which a candidate is tried
    checks: int = 16  # seeds, others again, on which what is offered is measured


class Probe:
    """Makes results of a model from whitened moves in W and measures them.

    Whitened: w = average + spread @ x, where x of the model's own w has variance 1 in every
    direction. Groups are those of the network, coarse to fine.
    """

    def __init__(
        self, play: Playable, qualities: Qualities, examples: ToExamples, effort: Effort
    ) -> None:
        self._network, self._device = play.network, play.device.torch_device
        self._qualities, self._examples = qualities, examples
        self.effort, self.names = effort, tuple(qualities)
        self._layers = [list(play.network.layer_groups()[name]) for name in LAYER_GROUPS]
        self._average = play.network.mapping.w_average.cpu().numpy().astype(float)
        self.spread = self._spread()  # [w_dim, K]
        self.deviation = np.ones(len(self.names))  # of each measure over results
        self.done, self.total = 0, 1

    def _spread(self) -> np.ndarray:
        z = draw(SPREAD_SEED, 0, SPREAD_SAMPLES, self._network.z_dim)
        away = self._mapped(z) - self._average
        variance, axes = np.linalg.eigh(away.T @ away / len(away))
        deviation = np.sqrt(np.maximum(variance, 0))
        return axes * np.maximum(deviation, TINY_SPREAD * max(float(deviation.max()), 1e-6))

    @torch.no_grad()
    def _mapped(self, z: np.ndarray) -> np.ndarray:
        tensor = torch.from_numpy(z).to(self._device)
        return finite(self._network.mapping(tensor).cpu().numpy().astype(float))

    def base(self, seeds: Sequence[int]) -> np.ndarray:
        """The w of seeds as people see them first: [N, w_dim]."""
        z = np.concatenate([draw(seed, 0, 1, self._network.z_dim) for seed in seeds])
        return self._average + PSI * (self._mapped(z) - self._average)

    def styles(self, w: np.ndarray) -> np.ndarray:
        """[N, w_dim] -> float32 [N, layers, w_dim]."""
        return np.repeat(w[:, None], self._network.num_ws, 1).astype(np.float32)

    def moved(
        self, seeds: Sequence[int], x: np.ndarray, groups: Sequence[int]
    ) -> tuple[np.ndarray, list[int]]:
        """Each seed moved by each of A whitened steps x [A, K] in some groups.

        (styles [S * A, layers, w_dim], the seed of each).
        """
        styles = np.repeat(self.styles(self.base(seeds))[:, None], len(x), 1)
        layers = [layer for group in groups for layer in self._layers[group]]
        styles[:, :, layers] += (x @ self.spread.T)[None, :, None].astype(np.float32)
        return styles.reshape(-1, *styles.shape[2:]), [seed for seed in seeds for _ in x]

    def outputs(self, ws: Tensor, seeds: Sequence[int]) -> Tensor:
        """What the network makes of styles [B, layers, w_dim] with the seeds' noise."""
        maps = [
            np.stack([draw(seed, NOISE_STREAM + index, *shape) for seed in seeds])
            for index, shape in enumerate(self._network.random_shapes())
        ]
        noise = [torch.from_numpy(one).to(self._device) for one in maps]
        nothing = torch.zeros(len(seeds), self._network.z_dim, device=self._device)
        _, arguments = self._network.synthesis_inputs(nothing, None, 0, noise)
        return self._network.synthesise(ws, *arguments)

    @torch.no_grad()
    def kept_outputs(self, styles: np.ndarray, seeds: Sequence[int]) -> Tensor:
        """Outputs of a few styles at once."""
        self.done += len(seeds)
        return self.outputs(torch.from_numpy(styles).to(self._device), seeds)

    def measures_of(self, outputs: Tensor) -> np.ndarray:
        """Each measure of each output in standard deviations: [B, M]."""
        examples = self._examples(outputs)
        found = np.stack([measure(examples) for measure in self._qualities.values()], 1)
        return np.nan_to_num(found) / self.deviation

    def measured(self, styles: np.ndarray, seeds: Sequence[int]) -> Steps:
        """Yields Progress, returns the measures of styles [N, layers, w_dim]: [N, M]."""
        found = []
        for start in range(0, len(styles), BATCH):
            part = slice(start, start + BATCH)
            found.append(self.measures_of(self.kept_outputs(styles[part], seeds[part])))
            yield Progress(min(self.done, self.total), self.total, "Looking for sliders")
        return np.concatenate(found)

    def sensed(self) -> Steps:
        """Returns gradients of random views of results: [N, G, K], each of length 1 over all.

        Their second moment is how far results change along each direction, on the average over
        results (the pullback metric; Wang and Ponce 2021, arXiv 2101.06006).
        """
        rows = []
        for start in range(0, self.effort.sense, BATCH):
            seeds = range(SENSE_SEED + start, SENSE_SEED + min(start + BATCH, self.effort.sense))
            rows.append(self._gradients(seeds))
            self.done += 2 * len(seeds)
            yield Progress(min(self.done, self.total), self.total, "Looking for sliders")
        found = np.concatenate(rows) @ self.spread
        return found / np.maximum(np.linalg.norm(found, axis=(1, 2), keepdims=True), 1e-12)

    @torch.enable_grad()
    def _gradients(self, seeds: Sequence[int]) -> np.ndarray:
        """[B, G, w_dim]"""
        ws = torch.from_numpy(self.styles(self.base(seeds))).to(self._device).requires_grad_(True)
        outputs = self.outputs(ws, seeds)
        view = np.stack([draw(seed, 0, *outputs.shape[1:]) for seed in seeds])
        (found,) = torch.autograd.grad((outputs * torch.from_numpy(view).to(outputs)).sum(), ws)
        found = finite(found.cpu().numpy().astype(float))
        return np.stack([found[:, layers].sum(1) for layers in self._layers], 1)

    def sampled(self) -> Generator[Progress, None, tuple[np.ndarray, np.ndarray]]:
        """Returns results whose groups have a w of their own each: (steps [N, G, K], [N, M]).

        The measures' deviations are known from here on; one that never changes stays as it is.
        """
        count, groups = self.effort.samples, len(self._layers)
        seeds = range(SAMPLE_SEED, SAMPLE_SEED + count * groups)
        w = self.base(seeds).reshape(groups, count, -1)
        styles = self.styles(w[0])
        for group, layers in enumerate(self._layers):
            styles[:, layers] = w[group][:, None].astype(np.float32)
        measures = yield from self.measured(styles, seeds[:count])
        deviation = measures.std(0)
        self.deviation = np.where(deviation > 1e-9, deviation, 1.0)
        steps = (w - self._average) @ np.linalg.inv(self.spread).T
        return steps.transpose(1, 0, 2), measures / self.deviation


def strongest(gradients: np.ndarray) -> np.ndarray:
    """Orthogonal directions [G, K, R] of each group, as long as results change along them."""
    found = []
    for group in range(gradients.shape[1]):
        _, lengths, axes = np.linalg.svd(gradients[:, group], full_matrices=False)
        found.append((axes[:RANK] * lengths[:RANK, None]).T)
    bases = np.stack(found)
    return bases / max(float(np.linalg.norm(bases)), 1e-12)
