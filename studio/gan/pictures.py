"""What training pictures and tiles share: numbers to pixels and back, random flips and shifts."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor


def to_signed(examples: np.ndarray) -> Tensor:
    """uint8 [B, H, W, 3] -> float [B, 3, H, W] in [-1, 1]."""
    x = torch.from_numpy(examples).permute(0, 3, 1, 2).float() / 127.5 - 1
    return x.contiguous(memory_format=torch.channels_last)


def to_pixels(outputs: Tensor) -> list[np.ndarray]:
    """float [B, 3, H, W] in about [-1, 1] -> uint8 [H, W, 3] each."""
    scaled = ((outputs.clamp(-1, 1) + 1) * 127.5).round().to(torch.uint8)
    return list(scaled.permute(0, 2, 3, 1).cpu().numpy())


def mirror_some(x: Tensor, random: torch.Generator) -> Tensor:
    """Flip half of [B, C, H, W] left to right."""
    flip = torch.rand(x.shape[0], generator=random) < 0.5
    return torch.where(flip[:, None, None, None], x.flip(3), x)


def roll_each(x: Tensor, random: torch.Generator) -> Tensor:
    """Roll each of [B, C, H, W] by its own random distance around the torus."""
    height, width = x.shape[2:]
    down = torch.randint(height, (x.shape[0],), generator=random).tolist()
    right = torch.randint(width, (x.shape[0],), generator=random).tolist()
    rolled = [one.roll((dy, dx), (1, 2)) for one, dy, dx in zip(x, down, right, strict=True)]
    return torch.stack(rolled).contiguous(memory_format=torch.channels_last)
