"""Which files a model does not learn from, so that what it learnt can be measured."""

from __future__ import annotations

import numpy as np

SHARE = 0.05
LEAST_HELD_OUT = 16  # fewer say nothing (Karras et al. 2020 hold out as many or more)
LEAST_FILES = 64  # of fewer files every single one is needed to learn from


def held_out_split(sources: np.ndarray, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """(indices to learn from, indices held out), both sorted int64, together every example.

    sources int [N] is the file that each example comes from; a file is on one side only, so that
    two phrases of one song never are on both. 5 % of the files are held out and 16 at least;
    none of fewer than 64 files. The same sources and seed give the same split.
    """
    files = np.unique(np.asarray(sources))
    count = held_out_count(len(files))
    return split_off(sources, count, seed)


def held_out_count(files: int) -> int:
    """How many of so many files are held out."""
    return max(LEAST_HELD_OUT, round(SHARE * files)) if files >= LEAST_FILES else 0


def halves(sources: np.ndarray, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """As held_out_split, with half of the files on each side (one more to learn from)."""
    return split_off(sources, len(np.unique(np.asarray(sources))) // 2, seed)


def split_off(sources: np.ndarray, count: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """The examples of all but count files, drawn by the seed, and those of the count files."""
    sources = np.asarray(sources)
    files = np.unique(sources)
    drawn = np.random.default_rng(seed).permutation(files)[:count]
    held_out = np.isin(sources, drawn)
    return np.flatnonzero(~held_out), np.flatnonzero(held_out)
