"""What lines, edges and grain there are in pictures, as numbers that a person could point at.

Features of random networks see colours and textures, and take coloured noise for a fine lattice;
these three tell them apart on every scale.
"""

from __future__ import annotations

import numpy as np

SCALES = 3
WINDOW_PX = 4  # in which lines of one direction are looked for
FLAT = 0.25  # levels squared, under which nothing is there to be described


def describe(pictures: np.ndarray) -> dict[str, np.ndarray]:
    """Measures of pictures uint8 [N, H, W, 3], each float [N]; three for each of three scales.

    contrast: log of the spread of what the next coarser scale lacks. sparsity: whether edges are
    few and sharp (log of the gradients' kurtosis; noise has little). direction: whether the
    gradients within 4 x 4 pixels point one way, as along a line, 0 to 1 (structure tensor,
    Foerstner and Guelch 1987).
    """
    grey = pictures.astype(np.float32).mean(-1)
    found: dict[str, np.ndarray] = {}
    for _ in range(SCALES):
        side = grey.shape[1]
        coarse = _halved(grey)
        detail = grey[:, : 2 * coarse.shape[1], : 2 * coarse.shape[2]]
        detail = detail - coarse.repeat(2, 1).repeat(2, 2)
        down, across = np.diff(grey, axis=1)[:, :, :-1], np.diff(grey, axis=2)[:, :-1]
        found[f"contrast_{side}px"] = np.log(detail.reshape(len(grey), -1).std(1) + 0.5)
        found[f"sparsity_{side}px"] = _sparsity(down, across)
        found[f"direction_{side}px"] = _direction(down, across)
        grey = coarse
    return found


def _sparsity(down: np.ndarray, across: np.ndarray) -> np.ndarray:
    squares = (down**2 + across**2).reshape(len(down), -1)
    return np.log((squares**2).mean(1) / (squares.mean(1) + FLAT) ** 2 + 1)


def _direction(down: np.ndarray, across: np.ndarray) -> np.ndarray:
    dd, aa, da = (_windows(x) for x in (down * down, across * across, down * across))
    one_way = np.sqrt((dd - aa) ** 2 + 4 * da**2)
    return one_way.sum((1, 2)) / ((dd + aa).sum((1, 2)) + 1e-3)


def _windows(x: np.ndarray) -> np.ndarray:
    rows, columns = (size // WINDOW_PX for size in x.shape[1:])
    cut = x[:, : rows * WINDOW_PX, : columns * WINDOW_PX]
    return cut.reshape(len(x), rows, WINDOW_PX, columns, WINDOW_PX).mean((2, 4))


def _halved(x: np.ndarray) -> np.ndarray:
    rows, columns = (size // 2 for size in x.shape[1:])
    return x[:, : 2 * rows, : 2 * columns].reshape(len(x), rows, 2, columns, 2).mean((2, 4))
