"""FID for comparison with papers, through the optional package torch-fidelity (Apache-2.0).

Its network was trained on ImageNet and is downloaded by that package on first use; nothing else
in Atelier needs it. FID depends on the number of pictures: compare at equal numbers only.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from torch.utils.data import Dataset

from studio.core.errors import StudioError

Fid = Callable[[np.ndarray, np.ndarray], float]
LEAST = 2
INSTALL = (
    "FID needs the optional package torch-fidelity; install it with: "
    'python -m pip install "torch-fidelity>=0.3".'
)
OFFLINE = (
    "The network that FID is measured with could not be loaded; "
    "torch-fidelity downloads it once, so connect to the internet and try again."
)


class Pictures(Dataset):
    """Pictures uint8 [N, H, W, 3], given one by one as torch-fidelity wants them."""

    def __init__(self, pictures: np.ndarray) -> None:
        self._pictures = pictures

    def __len__(self) -> int:
        return len(self._pictures)

    def __getitem__(self, index: int) -> torch.Tensor:
        return torch.from_numpy(np.array(self._pictures[index])).permute(2, 0, 1)


def load_fid() -> Fid:
    """FID of two sets of pictures uint8 [N, H, W, 3]; StudioError says what to install."""
    try:
        calculate = importlib.import_module("torch_fidelity").calculate_metrics
    except ImportError as error:
        raise StudioError(INSTALL) from error
    return lambda made, files: _distance(calculate, made, files)


def _distance(calculate: Callable[..., dict[str, Any]], a: np.ndarray, b: np.ndarray) -> float:
    if a.ndim != 4 or a.shape[-1] != 3:
        raise StudioError("FID is a figure for pictures only.")
    if min(len(a), len(b)) < LEAST:
        raise StudioError("FID needs more pictures than these.")
    try:
        # Saving memory means no worker processes; the settings of papers otherwise.
        found = calculate(
            input1=Pictures(a), input2=Pictures(b), fid=True, cuda=torch.cuda.is_available(),
            save_cpu_ram=True, cache=False, verbose=False,
        )  # fmt: skip
    except OSError as error:
        raise StudioError(OFFLINE) from error
    return float(found["frechet_inception_distance"])
