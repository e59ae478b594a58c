"""Exponential moving average of generator weights: what is saved and played."""

from __future__ import annotations

import copy

import torch
from torch import nn


class Average:
    """A copy of a network whose weights follow slowly."""

    def __init__(self, network: nn.Module) -> None:
        self.network = copy.deepcopy(network).eval().requires_grad_(False)

    @torch.no_grad()
    def update(self, network: nn.Module, shown: int, seen: int, half_life: float) -> None:
        """After a step on `shown` examples; half life in examples, at most 5 % of those seen.

        The limit keeps the first random weights from lingering (StyleGAN2-ADA).
        """
        life = max(min(half_life, 0.05 * seen), 1e-8)
        share = 1 - 0.5 ** (shown / life)
        averages = list(self.network.parameters())
        # One call for all weights; torch has no public name for it.
        torch._foreach_lerp_(averages, list(network.parameters()), share)  # pyright: ignore
        for mine, theirs in zip(self.network.buffers(), network.buffers(), strict=True):
            mine.copy_(theirs)
