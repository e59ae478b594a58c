"""Differentiable augmentation for small folders (DiffAugment, Zhao et al. 2020, arXiv 2006.10738).

A real and the fake it is paired with get the same random changes, so that the relativistic
comparison stays fair. Only shifts, masks and colour: operations with a double backward everywhere.
Those of pictures; music has its own (media/music/augment.py).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields
from typing import Self

import torch
from torch import Tensor


@dataclass(frozen=True)
class Changes:
    """Random changes for B examples, tensors [B, ...]; the identity for those not chosen."""

    def doubled(self) -> Self:
        """For a batch of reals followed by the fakes they are paired with."""
        return self.each(lambda t: torch.cat([t, t]))

    def part(self, share: slice) -> Self:
        return self.each(lambda t: t[share])

    def each(self, change: Callable[[Tensor], Tensor]) -> Self:
        return type(self)(*(change(getattr(self, field.name)) for field in fields(self)))


@dataclass(frozen=True)
class PictureChanges(Changes):
    """Those of pictures."""

    brightness: Tensor  # [B, 1, 1, 1]
    saturation: Tensor
    contrast: Tensor
    shift_y: Tensor  # [B] whole pixels
    shift_x: Tensor
    keep: Tensor  # [B, 1, H, W] 0 inside the cut-out


def draw_changes(
    batch: int, size: tuple[int, int], strength: float, random: torch.Generator
) -> PictureChanges:
    """Changes for pictures [B, C, H, W]; each kind happens to a picture with chance strength."""
    height, width = size

    def uniform(*size: int) -> Tensor:
        return torch.rand(*size, generator=random)

    def chosen(*size: int) -> Tensor:
        return (uniform(*size) < strength).float()

    ones = (batch, 1, 1, 1)
    colour = chosen(*ones)
    moved = chosen(batch)
    limit_y, limit_x = height // 8, width // 8
    shift_y = (((uniform(batch) * 2 - 1) * limit_y).round() * moved).long()
    shift_x = (((uniform(batch) * 2 - 1) * limit_x).round() * moved).long()
    centre_y, centre_x = uniform(*ones) * height, uniform(*ones) * width
    rows = torch.arange(height).view(1, 1, height, 1)
    columns = torch.arange(width).view(1, 1, 1, width)
    hole = ((rows - centre_y).abs() < height / 4) & ((columns - centre_x).abs() < width / 4)
    keep = 1 - hole.float() * chosen(*ones)
    return PictureChanges(
        (uniform(*ones) - 0.5) * colour,
        1 + (uniform(*ones) * 2 - 1) * colour,
        1 + (uniform(*ones) - 0.5) * colour,
        shift_y,
        shift_x,
        keep,
    )


def apply_changes(x: Tensor, changes: PictureChanges, circular: bool) -> Tensor:
    """x [B, 3, H, W] in [-1, 1] -> the same, changed; on the torus a shift wraps."""
    x = x + changes.brightness
    grey = x.mean(1, keepdim=True)
    x = (x - grey) * changes.saturation + grey
    middle = x.mean((1, 2, 3), keepdim=True)
    x = (x - middle) * changes.contrast + middle
    return shifted(x, changes.shift_y, changes.shift_x, circular) * changes.keep


def shifted(x: Tensor, shift_y: Tensor, shift_x: Tensor, circular: bool) -> Tensor:
    """Each of [B, C, H, W] moved by its own whole pixels [B] down and right."""
    batch, _, height, width = x.shape
    rows = torch.arange(height, device=x.device)[None] - shift_y[:, None]  # [B, H]
    columns = torch.arange(width, device=x.device)[None] - shift_x[:, None]  # [B, W]
    index = torch.arange(batch, device=x.device)[:, None, None]
    moved = x.permute(0, 2, 3, 1)[
        index, (rows % height)[:, :, None], (columns % width)[:, None, :]
    ].permute(0, 3, 1, 2)
    if circular:
        return moved
    inside = ((rows >= 0) & (rows < height))[:, None, :, None] & (
        (columns >= 0) & (columns < width)
    )[:, None, None, :]
    return moved * inside
