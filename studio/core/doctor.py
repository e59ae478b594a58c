"""What the dataset doctor shows of a folder: charts and contact sheets as values, and remedies."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from studio.core.errors import StudioError

GROUND = (27, 29, 33)
SIZES_PX = (32, 64, 128, 256, 512)
# A tenth of enlarging is not seen, and a tenth of the pictures may need more than that.
ENLARGED, LARGE_SHARE = 0.9, 0.9
# Detail costs examples: with a few hundred pictures a discriminator of 256 px learns them by heart
# long before the generator draws the detail (StyleGAN2-ADA, arXiv 2006.06676, figure 1), and the
# time for 512 px is only worth what thousands of pictures can teach.
FEW_FOR_256, FEW_FOR_512 = 300, 2_000


@dataclass(frozen=True)
class Chart:
    """A small figure. kind: bars or swatches (a value for each label), or scatter (points).

    The labels of swatches are colours like #a0b1c2, those of a scatter the names of its axes.
    """

    title: str
    kind: str
    labels: tuple[str, ...]
    values: tuple[float, ...] = ()
    points: tuple[tuple[float, float], ...] = ()


@dataclass(frozen=True)
class Sheet:
    """Files side by side: (name, uint8 [S, S, 3]) each.

    groups, where there are any, give each picture the number of its group.
    """

    title: str
    pictures: tuple[tuple[str, np.ndarray], ...] = field(default=(), compare=False)
    groups: tuple[int, ...] = ()

    def pixels(self, columns: int = 5, gap_px: int = 2) -> np.ndarray:
        """All of them as one picture, uint8 [H, W, 3]."""
        side = len(self.pictures[0][1])
        cell, rows = side + gap_px, -(-len(self.pictures) // columns)
        sheet = np.full((rows * cell - gap_px, columns * cell - gap_px, 3), GROUND, np.uint8)
        for place, (_, picture) in enumerate(self.pictures):
            top, left = place // columns * cell, place % columns * cell
            sheet[top : top + side, left : left + side] = picture
        return sheet

    def to_json(self) -> dict[str, Any]:
        return {"title": self.title, "files": [name for name, _ in self.pictures]}


@dataclass(frozen=True)
class Remedy:
    """Something to do about files at one click: its word, a sentence, how many files it touches."""

    word: str
    text: str
    files: int
    is_taken: bool = False


def refuse_unknown(remedies: Sequence[str], known: Sequence[str], medium: str) -> None:
    """StudioError for a word that no remedy of this medium has."""
    for word in remedies:
        if word not in known:
            raise StudioError(
                f"There is no remedy {word[:40]!r} for {medium}; there are {', '.join(known)}."
            )


def good_for_px(sides_px: Sequence[int]) -> int:
    """The largest size worth training pictures of these shorter sides at; 32 at least."""
    count, sides = len(sides_px), np.asarray(sides_px)
    most = 128 if count < FEW_FOR_256 else 256 if count < FEW_FOR_512 else 512
    fits = [
        size
        for size in SIZES_PX
        if size <= most and count and (sides >= ENLARGED * size).mean() >= LARGE_SHARE
    ]
    return max(fits, default=SIZES_PX[0])


def bars(title: str, values: Sequence[float], edges: Sequence[float]) -> Chart:
    """A histogram: how many values lie below the first edge, between two, and from the last on."""
    place = np.searchsorted(np.asarray(edges), np.asarray(values, float), side="right")
    counts = np.bincount(place, minlength=len(edges) + 1)
    names = (f"<{edges[0]:g}", *(f"{edge:g}" for edge in edges[:-1]), f"{edges[-1]:g}+")
    return Chart(title, "bars", names, tuple(float(count) for count in counts))


def counted(title: str, counts: dict[str, int]) -> Chart:
    """Bars of named counts."""
    return Chart(title, "bars", tuple(counts), tuple(float(count) for count in counts.values()))
