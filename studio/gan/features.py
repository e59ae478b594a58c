"""Fixed random convolutional features of pictures: what the figures measure distances in.

Random networks rank generative models on one folder much as trained ones do (Lee, Kim and Lee
2022, arXiv 2208.09218). Seed and shape are part of what the figures mean: with any change
VERSION changes too, and figures of different versions are never compared.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise, product

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from studio.gan.structure import describe

VERSION = "random-conv-1"
SEED = 20240601
NETS = 3
WIDTHS = (32, 64, 128, 128)
SIDE_PX = 64
AT_ONCE = 64
OUTLINE_PX = 32
WINDOW_PX = 24  # of the outline; what is outside of it a copy may have lost by moving


class PictureFeatures:
    """uint8 [N, H, W, 3] -> float32 [N, 2112]: mean and spread of three random networks."""

    version = VERSION

    def __init__(self) -> None:
        random = torch.Generator().manual_seed(SEED)
        self._nets = [_random_weights(random) for _ in range(NETS)]
        row = torch.tensor([1.0, 4.0, 6.0, 4.0, 1.0]) / 16
        self._soft = (row[:, None] * row[None])[None, None]

    @torch.no_grad()
    def __call__(self, examples: np.ndarray) -> np.ndarray:
        """Pictures of any size are brought to 64 px first; about 2 ms a picture on one thread."""
        found = []
        for start in range(0, len(examples), AT_ONCE):
            part = np.array(examples[start : start + AT_ONCE])
            x = torch.from_numpy(part).permute(0, 3, 1, 2).float() / 127.5 - 1
            if x.shape[-2:] != (SIDE_PX, SIDE_PX):
                x = F.interpolate(x, size=(SIDE_PX, SIDE_PX), mode="area")
            found.append(torch.cat([_through(net, x) for net in self._nets], 1).numpy())
        return np.concatenate(found) if found else np.zeros((0, self.width), np.float32)

    @property
    def width(self) -> int:
        return 2 * sum(WIDTHS) * NETS

    def disguised(self, examples: np.ndarray) -> np.ndarray:
        """The pictures mirrored: a flipped training picture is a copy all the same."""
        return examples[:, :, ::-1]

    def describe(self, examples: np.ndarray) -> dict[str, np.ndarray]:
        """Contrast, sparsity and direction of edges, see structure.py."""
        return describe(np.asarray(examples))

    @torch.no_grad()
    def outlines(self, examples: np.ndarray) -> np.ndarray:
        """Soft grey thumbnails, float32 [N, 32, 32]."""
        found = [np.zeros((0, OUTLINE_PX, OUTLINE_PX), np.float32)]
        for start in range(0, len(examples), AT_ONCE):
            x = torch.from_numpy(np.array(examples[start : start + AT_ONCE])).float() / 127.5
            x = F.interpolate(x.mean(3)[:, None], size=(OUTLINE_PX, OUTLINE_PX), mode="area")
            found.append(
                F.conv2d(F.pad(x, (2, 2, 2, 2), mode="replicate"), self._soft)[:, 0].numpy()
            )
        return np.concatenate(found)

    def views(self, outlines: np.ndarray) -> Iterator[np.ndarray]:
        """The middle of each, then moved by up to an eighth of the side, then mirrored: [N, 144].

        Moves go in steps of 1/32 of the side; a copy moved by half a step is found as the nearest
        but looks less like a copy. Each has the mean 0: a lighter or darker copy is a copy too.
        """
        most = OUTLINE_PX - WINDOW_PX
        moves = sorted(
            product(range(most + 1), repeat=2), key=lambda move: move != (most // 2,) * 2
        )
        for turned in (outlines, outlines[:, :, ::-1]):
            for y, x in moves:
                window = turned[:, y : y + WINDOW_PX : 2, x : x + WINDOW_PX : 2]
                flat = window.reshape(len(window), (WINDOW_PX // 2) ** 2)
                yield flat - flat.mean(1, keepdims=True)


def _random_weights(random: torch.Generator) -> list[Tensor]:
    widths = (3, *WIDTHS)
    return [
        torch.randn(b, a, 3, 3, generator=random) * (2 / (9 * a)) ** 0.5
        for a, b in pairwise(widths)
    ]


def _through(net: list[Tensor], x: Tensor) -> Tensor:
    found = []
    for weight in net:
        x = F.leaky_relu(F.conv2d(x, weight, stride=2, padding=1), 0.2)
        flat = x.flatten(2)
        mean = flat.mean(2, keepdim=True)
        # Tensor.std takes longer than the convolutions.
        spread = ((flat - mean).square().sum(2) / (flat.shape[2] - 1)).sqrt()
        found += [mean[..., 0], spread]
    return torch.cat(found, 1)
