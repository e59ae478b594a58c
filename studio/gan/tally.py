"""Sums of what happens in the steps of a training, kept on the device until somebody asks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor

COUNTED = "broken"  # how many, where the others are means
FIGURES = (
    "loss_d", "loss_g", "r1", "r2", "norm_d", "norm_g", "norm_penalty", COUNTED,
)  # fmt: skip


class Tally:
    """add() never waits for the device; take() does, once for all figures."""

    def __init__(self) -> None:
        self._sums: dict[str, Tensor] = {}
        self._weights: dict[str, float] = {}

    def add(self, name: str, value: Tensor, weight: float = 1.0) -> None:
        value = value.detach() * weight
        self._sums[name] = self._sums[name] + value if name in self._sums else value
        self._weights[name] = self._weights.get(name, 0.0) + weight

    def take(self) -> dict[str, float]:
        """Means since the last call; broken is a number of gradients. {} for nothing."""
        if not self._sums:
            return {}
        names, weights = list(self._sums), self._weights
        values = torch.stack([self._sums[name].float() for name in names]).tolist()
        self._sums, self._weights = {}, {}
        return {
            name: value if name == COUNTED else value / weights[name]
            for name, value in zip(names, values, strict=True)
        }

    def to_json(self) -> dict[str, Any]:
        return {name: [float(value), self._weights[name]] for name, value in self._sums.items()}

    def restore(self, sums: Mapping[str, tuple[float, float]], device: torch.device) -> None:
        """Go on from the sums and weights of to_json; what is no figure of ours is left out."""
        known = {name: one for name, one in sums.items() if name in FIGURES}
        self._sums = {name: torch.tensor(one[0], device=device) for name, one in known.items()}
        self._weights = {name: one[1] for name, one in known.items()}
