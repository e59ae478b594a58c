"""What training pictures and tiles share: numbers to pixels and back, random flips and shifts."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor

from studio.gan.augment import shifted

GAP = 60  # of 255
FLAT_LEVELS = 1  # of 255: neighbours that differ by no more are one surface
FLAT_SHARE = 0.25  # icons and geometric tiles have .3 to .9, paint .1 to .2, photographs less
LOOKED_AT = 200


def to_signed(examples: Tensor) -> Tensor:
    """uint8 [B, H, W, 3] -> float [B, 3, H, W] in [-1, 1]."""
    x = examples.permute(0, 3, 1, 2).float() / 127.5 - 1
    return x.contiguous(memory_format=torch.channels_last)


def to_pixels(outputs: Tensor) -> list[np.ndarray]:
    """float [B, 3, H, W] in about [-1, 1] -> uint8 [H, W, 3] each."""
    scaled = ((outputs.clamp(-1, 1) + 1) * 127.5).round().to(torch.uint8)
    return list(scaled.permute(0, 2, 3, 1).cpu().numpy())


def to_examples(outputs: Tensor) -> np.ndarray:
    """float [B, 3, H, W] in about [-1, 1] -> uint8 [B, H, W, 3]."""
    return np.stack(to_pixels(outputs))


def mirror_some(examples: np.ndarray, random: torch.Generator) -> np.ndarray:
    """Flip half of uint8 [B, H, W, 3] left to right."""
    flip = (torch.rand(len(examples), generator=random) < 0.5).numpy()
    return np.where(flip[:, None, None, None], examples[:, :, ::-1], examples)


def are_flat(examples: np.ndarray) -> bool:
    """Whether most pictures are drawn in flat colours, as icons and geometric tiles are.

    uint8 [N, H, W, 3], of which some are looked at: the median share of pixels that are as their
    neighbours to the right and below.
    """
    some = examples[:: max(1, len(examples) // LOOKED_AT)]
    return float(np.median([_flat_share(one) for one in some])) >= FLAT_SHARE


def _flat_share(picture: np.ndarray) -> float:
    x = picture.astype(np.int16)
    right = np.abs(x[:-1, 1:] - x[:-1, :-1]).max(-1)
    below = np.abs(x[1:, :-1] - x[:-1, :-1]).max(-1)
    return float((np.maximum(right, below) <= FLAT_LEVELS).mean())


def roll_each(x: Tensor, chance: Tensor) -> Tensor:
    """Roll each of [B, C, H, W] by its own distance around the torus; chance [B, 2] in [0, 1)."""
    height, width = x.shape[2:]
    down, right = (chance[:, 0] * height).long(), (chance[:, 1] * width).long()
    return shifted(x, down, right, circular=True)


def contact_sheet(pictures: Sequence[np.ndarray], columns: int, gap_px: int = 4) -> np.ndarray:
    """Pictures of one size side by side, uint8 [H, W, 3]; the gap is lighter than dark pictures."""
    height, width, _ = pictures[0].shape
    rows = -(-len(pictures) // columns)
    shape = (rows * (height + gap_px) - gap_px, columns * (width + gap_px) - gap_px, 3)
    sheet = np.full(shape, GAP, np.uint8)
    for index, picture in enumerate(pictures):
        y, x = divmod(index, columns)
        top, left = y * (height + gap_px), x * (width + gap_px)
        sheet[top : top + height, left : left + width] = picture
    return sheet
