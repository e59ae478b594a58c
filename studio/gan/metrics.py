"""Quality in figures, without any download: distances in fixed random convolutional features.

Named FD-rand and KID-rand, never FID: they rank models on one folder (Lee, Kim and Lee 2022,
arXiv 2208.09218), they do not compare with papers. The floor, real against held-out real, stands
beside every figure. Density and coverage: Naeem et al. 2020, arXiv 2002.09797.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import torch
import torch.nn.functional as F

from studio.core.errors import StudioError
from studio.core.kind import FolderReport, Generator, Measures, Reader
from studio.core.latent import Latent, Recipe
from studio.core.work import Finished, Preview, Progress, Work

FEATURE_NETS = 3
WIDTHS = (32, 64, 128, 128)
NEIGHBOURS = 5
MOST = 1000
SIDE_PX = 64


class Measurable(Protocol):
    """The parts of a medium that measuring needs; every MediumKind is one."""

    @property
    def load_reader(self) -> Callable[[], Reader]: ...
    @property
    def load_generator(self) -> Callable[[Path, str], Generator]: ...
    @property
    def load_measures(self) -> Callable[[], Measures]: ...


def measure(model: Path, medium: Measurable, folder: Path, device: str, size_px: int) -> Work:
    """Finished(dict of figures) for a model against a folder; half the folder is the floor.

    StudioError when the folder cannot be used. As many results as held-out files, at psi 1.
    """
    read: tuple[np.ndarray, FolderReport] | None = None
    for event in _some_examples(medium, folder, size_px):
        if isinstance(event, Finished):
            read = event.value
        else:
            yield event
    if read is None:
        raise StudioError("The folder could not be read.")
    train, held_out = np.array_split(read[0], 2)
    generator = medium.load_generator(model, device)
    made: list[Any] = []
    recipes = [Recipe(latent=Latent(seed=seed, psi=1.0)) for seed in range(len(held_out))]
    for event in generator.generate_many(recipes):
        if isinstance(event, Preview):
            made.append(event.value[1])
            yield Progress(len(made), len(recipes), "Generating")
    figures = medium.load_measures()(made, train, held_out)
    yield Finished({"results": len(made), "files": len(read[1].usable), **figures})


def _some_examples(medium: Measurable, folder: Path, size_px: int) -> Work:
    """Finished((examples in memory, a fair choice of 2 MOST, FolderReport))."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as cache:
        for event in medium.load_reader().read(folder, size_px, Path(cache)):
            if isinstance(event, Finished):
                examples, report = event.value
                chosen = np.random.default_rng(0).permutation(len(examples))[: 2 * MOST]
                yield Finished((np.asarray(examples.pixels[chosen]), report))
            elif isinstance(event, Progress):
                yield Progress(event.done, event.total, f"Reading {event.note}")


def picture_measures(
    made: list[np.ndarray], train: np.ndarray, held_out: np.ndarray
) -> dict[str, float]:
    """Figures for pictures uint8 [N, H, W, 3] each; *_floor is held-out against train files."""
    fakes, reals, floor = (features(x) for x in (np.stack(made), train, held_out))
    centre, spread = reals.mean(0), reals.std(0) + 1e-6
    fakes, reals, floor = ((x - centre) / spread for x in (fakes, reals, floor))
    return {
        "fd_rand": frechet(fakes, reals),
        "fd_rand_floor": frechet(floor, reals),
        "kid_rand": kernel_distance(fakes, reals),
        "kid_rand_floor": kernel_distance(floor, reals),
        **dict(zip(("density", "coverage"), density_coverage(fakes, reals), strict=True)),
        "coverage_floor": density_coverage(floor, reals)[1],
        "nearest_ratio": nearest_ratio(fakes, floor, reals),
        "diversity": spread_of(fakes) / spread_of(reals),
    }


@torch.no_grad()
def features(pictures: np.ndarray) -> np.ndarray:
    """uint8 [N, H, W, 3] -> float64 [N, D]: mean and spread of three fixed random networks."""
    state = torch.get_rng_state()
    torch.manual_seed(20240601)  # the seed is part of the metric's name: never change it
    nets = [_random_weights() for _ in range(FEATURE_NETS)]
    torch.set_rng_state(state)
    found = []
    for part in np.array_split(pictures, -(-len(pictures) // 64)):
        x = torch.from_numpy(part).permute(0, 3, 1, 2).float() / 127.5 - 1
        if x.shape[-1] != SIDE_PX:
            x = F.interpolate(x, size=(SIDE_PX, SIDE_PX), mode="area")
        found.append(torch.cat([_through(net, x) for net in nets], 1))
    return torch.cat(found).double().numpy()


def _random_weights() -> list[torch.Tensor]:
    widths = (3, *WIDTHS)
    return [torch.randn(b, a, 3, 3) * (2 / (9 * a)) ** 0.5 for a, b in pairwise(widths)]


def _through(net: list[torch.Tensor], x: torch.Tensor) -> torch.Tensor:
    found = []
    for weight in net:
        x = F.leaky_relu(F.conv2d(x, weight, stride=2, padding=1), 0.2)
        found += [x.mean((2, 3)), x.std((2, 3))]
    return torch.cat(found, 1)


def frechet(a: np.ndarray, b: np.ndarray) -> float:
    """Frechet distance of two clouds [N, D], on their 64 widest directions."""
    values, axes = np.linalg.eigh(np.cov(b, rowvar=False))
    axes = axes[:, np.argsort(values)[::-1][:64]]
    a, b = a @ axes, b @ axes
    cov_a, cov_b = np.cov(a, rowvar=False), np.cov(b, rowvar=False)
    root_b = _root(cov_b)
    middle = _root(root_b @ cov_a @ root_b)
    shift = a.mean(0) - b.mean(0)
    return float(shift @ shift + np.trace(cov_a + cov_b - 2 * middle))


def _root(matrix: np.ndarray) -> np.ndarray:
    values, axes = np.linalg.eigh((matrix + matrix.T) / 2)
    return (axes * np.sqrt(np.maximum(values, 0))) @ axes.T


def kernel_distance(a: np.ndarray, b: np.ndarray) -> float:
    """Unbiased squared MMD with the cubic kernel of KID (Binkowski et al. 2018)."""
    width = a.shape[1]

    def kernel(x: np.ndarray, y: np.ndarray) -> np.ndarray:
        return (x @ y.T / width + 1) ** 3

    def inside(x: np.ndarray) -> float:
        full = kernel(x, x)
        return float((full.sum() - np.trace(full)) / (len(x) * (len(x) - 1)))

    return inside(a) + inside(b) - 2 * float(kernel(a, b).mean())


def _distances(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    squared = (a * a).sum(1)[:, None] + (b * b).sum(1)[None] - 2 * a @ b.T
    return np.sqrt(np.maximum(squared, 0))


def density_coverage(fakes: np.ndarray, reals: np.ndarray) -> tuple[float, float]:
    """How often fakes fall near reals, and the share of reals that have a fake near them."""
    k = min(NEIGHBOURS, len(reals) - 1)
    radius = np.sort(_distances(reals, reals), axis=1)[:, k]  # [R]
    inside = _distances(fakes, reals) < radius[None]  # [F, R]
    return float(inside.sum() / (k * len(fakes))), float(inside.any(0).mean())


def nearest_ratio(fakes: np.ndarray, held_out: np.ndarray, train: np.ndarray) -> float:
    """Median distance to the nearest training file over that of held-out files; copies near 0."""
    mine = np.median(_distances(fakes, train).min(1))
    return float(mine / max(float(np.median(_distances(held_out, train).min(1))), 1e-9))


def spread_of(cloud: np.ndarray) -> float:
    """Mean distance between two of a cloud."""
    return float(_distances(cloud, cloud).sum() / (len(cloud) * (len(cloud) - 1)))
