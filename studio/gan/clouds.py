"""Distances between clouds of features float [N, D], computed in numpy; lower means closer."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

AXES = 64
COVERAGE_NEIGHBOURS = 5  # density and coverage, as Naeem et al. 2020
MANIFOLD_NEIGHBOURS = 3  # precision and recall, as Kynkaanniemi et al. 2019
SUBSETS = 10
CELL_LEAST = 30  # held-out files for each cell of C_T
CELLS_MOST = 10
AT_ONCE = 1024


def frechet(a: np.ndarray, b: np.ndarray) -> float:
    """Frechet distance of two clouds, on the 64 widest directions of b."""
    centred = (b - b.mean(0)).astype(np.float64)
    axes = np.linalg.svd(centred, full_matrices=False)[2][:AXES].T
    a, b = a @ axes, b @ axes
    cov_a, cov_b = np.cov(a, rowvar=False), np.cov(b, rowvar=False)
    root_b = _root(np.atleast_2d(cov_b))
    middle = _root(root_b @ np.atleast_2d(cov_a) @ root_b)
    shift = a.mean(0) - b.mean(0)
    return float(shift @ shift + np.trace(np.atleast_2d(cov_a + cov_b) - 2 * middle))


def _root(matrix: np.ndarray) -> np.ndarray:
    values, axes = np.linalg.eigh((matrix + matrix.T) / 2)
    return (axes * np.sqrt(np.maximum(values, 0))) @ axes.T


def kernel_distance(a: np.ndarray, b: np.ndarray) -> float:
    """Unbiased squared MMD with the cubic kernel of KID (Binkowski et al. 2018).

    About 0 for two draws of one distribution, of any two sizes; may be a little below.
    """
    return _mmd(_kernel(a, a), _kernel(b, b), _kernel(a, b))


def kernel_distance_std(a: np.ndarray, b: np.ndarray) -> float:
    """Standard deviation of kernel_distance over 10 draws of half of each cloud."""
    inside_a, inside_b, between = _kernel(a, a), _kernel(b, b), _kernel(a, b)
    random = np.random.default_rng(0)
    found = []
    for _ in range(SUBSETS):
        i = random.permutation(len(a))[: max(2, len(a) // 2)]
        j = random.permutation(len(b))[: max(2, len(b) // 2)]
        found.append(_mmd(inside_a[np.ix_(i, i)], inside_b[np.ix_(j, j)], between[np.ix_(i, j)]))
    return float(np.std(found))


def _kernel(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    return (x @ y.T / x.shape[1] + 1).astype(np.float64) ** 3


def _mmd(inside_a: np.ndarray, inside_b: np.ndarray, between: np.ndarray) -> float:
    total = -2 * between.mean()
    for full in (inside_a, inside_b):
        total += (full.sum() - np.trace(full)) / (len(full) * max(len(full) - 1, 1))
    return float(total)


def distances(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Between each two of a [A, D] and b [B, D]: float [A, B]."""
    squared = (a * a).sum(1)[:, None] + (b * b).sum(1)[None] - 2 * (a @ b.T)
    return np.sqrt(np.maximum(squared, 0))


def nearest(made: np.ndarray, train: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(index int64 [M] of the nearest of train [T, D], exact distance float [M] to it)."""
    index = np.concatenate(
        [
            distances(made[start : start + AT_ONCE], train).argmin(1)
            for start in range(0, max(len(made), 1), AT_ONCE)
        ]
    )
    # Small differences of large squares are lost in float32; copies need them.
    return index, np.linalg.norm(made - train[index], axis=1)


def nearest_others(cloud: np.ndarray, disguised: np.ndarray) -> np.ndarray:
    """Distance of each of a cloud to the nearest other one, or to another's disguise: float [N]."""
    found = []
    for others in (cloud, disguised) if len(disguised) else (cloud,):
        full = distances(cloud, others)
        np.fill_diagonal(full, np.inf)
        found.append(full.min(1))
    return np.min(found, axis=0)


def nearest_view(
    made: np.ndarray, views: Iterable[np.ndarray], among_themselves: bool = False
) -> tuple[np.ndarray, np.ndarray]:
    """(index of the nearest in any of its views, distance): int64 [M], float [M].

    made [M, K], views [T, K] each of the same T in the same order; among_themselves: made are
    these T, and none counts as its own neighbour.
    """
    index, best = np.zeros(len(made), np.int64), np.full(len(made), np.inf)
    for view in views:
        full = distances(made, view)
        if among_themselves:
            np.fill_diagonal(full, np.inf)
        nearest_here = full.argmin(1)
        far = np.linalg.norm(made - view[nearest_here], axis=1)
        if among_themselves and len(made) == 1:
            far[:] = np.inf
        closer = far < best
        index[closer], best[closer] = nearest_here[closer], far[closer]
    return index, best


def spread_of(cloud: np.ndarray) -> float:
    """Mean distance between two of a cloud."""
    return float(distances(cloud, cloud).sum() / (len(cloud) * max(len(cloud) - 1, 1)))


def manifold_figures(fakes: np.ndarray, reals: np.ndarray) -> dict[str, float]:
    """Precision, recall, density, coverage; the more alike in number, the better to compare.

    precision: share of fakes that lie among the reals; recall: share of reals that lie among the
    fakes (k = 3); density: how thickly fakes lie where reals do, 1 as thickly as these; coverage:
    share of reals with a fake in their neighbourhood (k = 5; Naeem et al. 2020, arXiv 2002.09797).
    """
    inside, between, among = (
        distances(reals, reals), distances(fakes, reals), distances(fakes, fakes)
    )  # fmt: skip
    k = min(COVERAGE_NEIGHBOURS, len(reals) - 1)
    near = between < _radius(inside, k)[None]  # [F, R]
    return {
        "precision": float((between <= _radius(inside, MANIFOLD_NEIGHBOURS)[None]).any(1).mean()),
        "recall": float((between <= _radius(among, MANIFOLD_NEIGHBOURS)[:, None]).any(0).mean()),
        "density": float(near.sum() / (max(k, 1) * len(fakes))),
        "coverage": float(near.any(0).mean()),
    }


def _radius(inside: np.ndarray, k: int) -> np.ndarray:
    """Distance to the k-th neighbour, not counting oneself: [N]."""
    return np.sort(inside, axis=1)[:, min(k, len(inside) - 1)]


def mann_whitney(a: np.ndarray, b: np.ndarray) -> float:
    """Standardised U: how many standard deviations the values a lie below (-) or above (+) b."""
    ordered = np.sort(b)
    below, up_to = (np.searchsorted(ordered, a, side) for side in ("left", "right"))
    u = float((below + up_to).sum()) / 2  # ties count half
    pairs = len(a) * len(b)
    return (u - pairs / 2) / max(float(pairs * (len(a) + len(b) + 1) / 12) ** 0.5, 1e-12)


def copying(
    made: tuple[np.ndarray, np.ndarray], other: tuple[np.ndarray, np.ndarray], train: np.ndarray
) -> float:
    """C_T of Meehan et al. 2020 (arXiv 2004.05675); below -3 the results copy training files.

    made and other are (cloud, distance of each to its nearest training file). The statistic is
    taken in cells of the training cloud and averaged over them by the held-out files in each.
    """
    count = int(np.clip(len(other[0]) // CELL_LEAST, 1, CELLS_MOST))
    centres = _cells(train, count)
    cell_made, cell_other = (nearest(cloud, centres)[0] for cloud, _ in (made, other))
    total = weight = 0.0
    for cell in range(count):
        mine, theirs = made[1][cell_made == cell], other[1][cell_other == cell]
        if len(theirs) and len(mine) >= min(CELL_LEAST // 3, len(made[1])):
            total += len(theirs) * mann_whitney(mine, theirs)
            weight += len(theirs)
    return total / weight if weight else mann_whitney(made[1], other[1])


def _cells(cloud: np.ndarray, count: int, rounds: int = 10) -> np.ndarray:
    """Centres of count cells of a cloud by Lloyd's iteration: [count, D]."""
    random = np.random.default_rng(0)
    centres = cloud[random.permutation(len(cloud))[:count]]
    for _ in range(rounds if count > 1 else 0):
        owner = nearest(cloud, centres)[0]
        centres = np.stack(
            [cloud[owner == i].mean(0) if (owner == i).any() else centres[i] for i in range(count)]
        )
    return centres
