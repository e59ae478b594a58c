"""Sliced Wasserstein distance of small patches, level by level of a Laplacian pyramid.

After Karras et al. 2018 (arXiv 1710.10196, section 5), written anew: 7 x 7 patches, 128 of each
picture (fewer of more than 256 pictures), levels down to 16 px, 4 x 128 directions. Sees texture
and sharpness, not composition.
"""

from __future__ import annotations

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

PATCH_PX = 7
PATCHES, PATCHES_MOST = 128, 32_768  # of a picture, of all
REPEATS, DIRECTIONS = 4, 128
LEAST_PX = 16
MOST_PICTURES = 1000
SCALE = 1000  # as the paper prints it


@torch.no_grad()
def sliced_wasserstein(files: np.ndarray, *others: np.ndarray) -> list[dict[int, float]]:
    """Distance of the files to each of the others, by the side of the level in px.

    Pictures uint8 [N, H, W, 3] of one size; equal numbers of each are used, at most 1,000.
    """
    count = min(len(files), *(len(one) for one in others), MOST_PICTURES)
    random = torch.Generator().manual_seed(0)
    pyramids = [_pyramid(one[:count]) for one in (files, *others)]
    found: list[dict[int, float]] = [{} for _ in others]
    for levels in zip(*pyramids, strict=True):
        clouds = [_patches(level, random) for level in levels]
        for into, value in zip(found, _sliced(clouds[0], clouds[1:], random), strict=True):
            into[levels[0].shape[-1]] = SCALE * value
    return found


def _pyramid(pictures: np.ndarray) -> list[Tensor]:
    """Float [N, 3, H, W] a level, the finest first; all but the last hold what the next lacks."""
    x = torch.from_numpy(np.array(pictures)).permute(0, 3, 1, 2).float() / 127.5 - 1
    levels: list[Tensor] = []
    while min(x.shape[-2:]) >= 2 * LEAST_PX:
        small = F.avg_pool2d(_smooth(x), 2)
        big = F.interpolate(small, size=x.shape[-2:], mode="bilinear", align_corners=False)
        levels.append(x - big)
        x = small
    return [*levels, x]


def _smooth(x: Tensor) -> Tensor:
    kernel = torch.tensor([1.0, 2.0, 1.0]) / 4
    weight = (kernel[:, None] * kernel[None]).expand(3, 1, 3, 3)
    return F.conv2d(F.pad(x, (1, 1, 1, 1), mode="reflect"), weight, groups=3)


def _patches(level: Tensor, random: torch.Generator) -> np.ndarray:
    """Float32 [patches, 147], each colour channel with mean 0 and spread 1."""
    count, _, height, width = level.shape
    each = min(PATCHES, PATCHES_MOST // count)
    top = torch.randint(height - PATCH_PX + 1, (count, each), generator=random)
    left = torch.randint(width - PATCH_PX + 1, (count, each), generator=random)
    windows = level.unfold(2, PATCH_PX, 1).unfold(3, PATCH_PX, 1)  # [N, 3, y, x, 7, 7]
    picture = torch.arange(count)[:, None]
    patches = windows[picture, :, top, left].reshape(count * each, 3, -1)
    centre, spread = patches.mean((0, 2), keepdim=True), patches.std((0, 2), keepdim=True)
    return ((patches - centre) / (spread + 1e-6)).flatten(1).numpy()


def _sliced(files: np.ndarray, others: list[np.ndarray], random: torch.Generator) -> list[float]:
    found = []
    for _ in range(REPEATS):
        directions = torch.randn(files.shape[1], DIRECTIONS, generator=random).numpy()
        directions /= np.linalg.norm(directions, axis=0)
        one, *rest = (np.sort((cloud @ directions).T, axis=1) for cloud in (files, *others))
        found.append([float(np.abs(one - two).mean()) for two in rest])
    return np.mean(found, axis=0).tolist()
