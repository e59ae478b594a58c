"""How far the values of results are spread as those of files are: the shared area of histograms."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

BINS = 24


def shared(a: np.ndarray, b: np.ndarray) -> float:
    """Shared area of two histograms given as counts on the same bins, 0 to 1."""
    if not a.sum() or not b.sum():
        return float(a.sum() == b.sum())
    return float(np.minimum(a / a.sum(), b / b.sum()).sum())


def overlap(a: np.ndarray, b: np.ndarray) -> float:
    """Shared area of the histograms of two sets of values on one grid of 24 bins, 0 to 1."""
    if not len(a) or not len(b):
        return float(len(a) == len(b))
    low, high = float(min(a.min(), b.min())), float(max(a.max(), b.max()))
    if low == high:
        return 1.0
    edges = np.linspace(low, high, BINS + 1)
    return shared(np.histogram(a, edges)[0], np.histogram(b, edges)[0])


def mean_overlap(ones: Mapping[str, np.ndarray], others: Mapping[str, np.ndarray]) -> float:
    """The mean of all measures' overlaps, 0 to 1."""
    return float(np.mean([overlap(values, others[name]) for name, values in ones.items()]))


def overlap_figures(
    made: Mapping[str, np.ndarray],
    files: Mapping[str, np.ndarray],
    others: Mapping[str, np.ndarray],
) -> dict[str, float]:
    """Of each measure the mean, that of held-out files (*_files) and the overlap of both.

    *_overlap_floor is the overlap of other files with the held-out ones, the best to hope for.
    """
    figures: dict[str, float] = {}
    for name in made:
        figures[name], figures[f"{name}_files"] = (_mean(x[name]) for x in (made, files))
        figures[f"{name}_overlap"] = overlap(made[name], files[name])
        figures[f"{name}_overlap_floor"] = overlap(others[name], files[name])
    return figures


def with_means(figures: dict[str, float]) -> dict[str, float]:
    """The same, and the means of all overlaps and of all their floors."""
    for suffix in ("overlap", "overlap_floor"):
        found = [value for name, value in figures.items() if name.endswith(f"_{suffix}")]
        figures = {**figures, f"mean_{suffix}": float(np.mean(found))}
    return figures


def _mean(values: np.ndarray) -> float:
    return float(values.mean()) if len(values) else 0.0
