"""Sums of what happens in the steps of a training, kept on the device until somebody asks."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

COUNTED = "broken"  # how many, where the others are means


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

    def restore(self, values: Any, device: torch.device) -> None:
        sums = dict(values).items()
        self._sums = {name: torch.tensor(float(one[0]), device=device) for name, one in sums}
        self._weights = {name: float(one[1]) for name, one in sums}
