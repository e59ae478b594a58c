"""Differentiable augmentation of phrases: bars change places, a track or a while is silent.

As for pictures (gan/augment.py), a real and its fake get the same changes. None of them moves a
note within its bar or to another degree; one that reaches into the silence is cut there, and in
a phrase that is turned one may sound from before, in reals and fakes alike.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from studio.gan.augment import Changes
from studio.media.music.document import BARS, STEPS, STEPS_PER_BAR, TRACKS

SILENCE = STEPS_PER_BAR  # steps of the while that is silent


@dataclass(frozen=True)
class RollChanges(Changes):
    """Those of phrases."""

    turn: Tensor  # [B] steps, whole bars, by which the phrase begins later; its end comes first
    heard: Tensor  # [B, 4, 1, 1] 0 for a track that is silent
    keep: Tensor  # [B, 1, 1, 64] 0 in the while that is silent


def draw_changes(batch: int, strength: float, random: torch.Generator) -> RollChanges:
    """Changes for phrases [B, 672, 64, 1]; each kind happens to a phrase with chance strength."""

    def uniform(*size: int) -> Tensor:
        return torch.rand(*size, generator=random)

    def chosen(*size: int) -> Tensor:
        return (uniform(*size) < strength).float()

    bars = (uniform(batch) * BARS).floor() * chosen(batch)
    silent = (uniform(batch) * len(TRACKS)).long()[:, None] == torch.arange(len(TRACKS))
    begin = (uniform(batch, 1) * STEPS).floor()
    steps = torch.arange(STEPS)
    hole = (steps >= begin) & (steps < begin + SILENCE)
    return RollChanges(
        (bars * STEPS_PER_BAR).long(),
        1 - (silent.float() * chosen(batch, 1))[..., None, None],
        1 - (hole.float() * chosen(batch, 1))[:, None, None],
    )


def apply_changes(x: Tensor, changes: RollChanges) -> Tensor:
    """x [B, 672, 64, 1] -> the same, changed."""
    steps = torch.arange(STEPS, device=x.device)
    source = ((steps - changes.turn[:, None]) % STEPS)[:, None].expand(-1, x.shape[1], -1)
    tracks = x.squeeze(3).gather(2, source).unflatten(1, (len(TRACKS), -1))
    audible = changes.heard * changes.keep  # [B, 4, 1, 64]
    return (tracks * audible).flatten(1, 2)[..., None]
