"""Knows a training picture or tile again from the little that a model keeps of it; numpy only.

A fingerprint of a picture is 144 blurred shades of grey of its middle, without brightness and
contrast; of a tile 256 shades of grey and 128 of colour. That tells whether two pictures are laid
out alike, and would show a smudge of that layout: no face, no brush stroke, no word.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from itertools import product

import numpy as np

SIDE_PX = 64  # of what pictures are looked at in; all lengths here are in its pixels
GREY = np.array([0.299, 0.587, 0.114], np.float32)
LEAST_CONTRAST = 3.0  # levels of 255; below it nothing but noise would be compared
STEP = 2  # how far a picture is moved at once, until the likest fingerprints are found
ROUGHLY, CLOSELY = 96, 24  # of so many it is then found out where exactly they are alike
REFINEMENTS = (1.0, 0.5, 0.25)
ZOOM_STEP = 0.04  # for each pixel of a refinement
AT_ONCE = 256
MIDDLE = 128  # of a byte, for a shade of 0
FARTHEST = 2.0  # of two unit vectors


@dataclass(frozen=True)
class PictureRecogniser:
    """Fingerprints of uint8 [N, H, W, 3], and how far a picture is from each, however disguised.

    It is looked for mirrored, lighter or darker, moved by up to an eighth of the side and cut by
    up to an eighth; without tint in other colours, too. What has no contrast is like nothing.
    """

    version: str = "picture-1"
    cells: int = 12  # across and down, even
    tint: float = 0.0  # how much colours count beside light
    window: float = 0.75  # of the side; what is outside of it a copy may have lost
    reach: int = 8  # how far up and down it may be moved
    zooms: tuple[float, ...] = (1.0, 0.94, 0.88)  # what is left of a side after a cut
    wraps: bool = False
    surely: float = 0.03
    hardly: float = 0.15

    @property
    def width(self) -> int:
        """Bytes of a fingerprint."""
        return self.cells**2 * 3 // 2 if self.tint else self.cells**2

    def fingerprints(self, examples: np.ndarray) -> np.ndarray:
        """uint8 [N, width], a byte a shade; a row of 128 where there is nothing to recognise."""
        found = [np.zeros((0, self.width), np.uint8)]
        looks = self._looks(np.full((1, 1), SIDE_PX / 2), np.ones(1))[0]
        for start in range(0, len(examples), AT_ONCE):
            planes = np.stack([self._planes(x) for x in examples[start : start + AT_ONCE]])
            shades = self._shades(looks @ planes @ looks.T)
            most = np.maximum(np.abs(shades).max(1, keepdims=True), 1e-6)
            found.append((np.rint(shades / most * 127) + MIDDLE).astype(np.uint8))
        return np.concatenate(found)

    def distances(self, example: np.ndarray, size_px: int, fingerprints: np.ndarray) -> np.ndarray:
        """float32 [N], 0 (the same) to 2, of one picture [H, W, 3] to each fingerprint.

        A picture of several times size_px, the side of the training pictures, is looked at part
        by part, too. 20 ms for 5,000 fingerprints on one thread, 45 ms for tiles.
        """
        kept = fingerprints.astype(np.float32) - MIDDLE
        kept /= np.maximum(np.linalg.norm(kept, axis=1, keepdims=True), 1e-6)
        found = np.full(len(kept), FARTHEST, np.float32)
        for part in parts(example, size_px) if len(kept) else ():
            found = np.minimum(found, self._apart(self._planes(part), kept))
        return found

    def _apart(self, planes: np.ndarray, kept: np.ndarray) -> np.ndarray:
        """All of them roughly, then the likest ones ever closer: float32 [N]."""
        views, poses = self._views(planes, STEP)
        alike = np.zeros(len(kept), np.float32)
        best = np.arange(len(kept))
        if self.wraps:
            alike = self._alike_in_spectrum(views[[0, len(views) // 2]], kept)
            best = np.argsort(-alike, kind="stable")[:ROUGHLY]
        close = views @ kept[best].T
        alike[best] = close.max(0)
        likest = np.argsort(-close.max(0), kind="stable")[:CLOSELY]
        best, poses = best[likest], poses[close[:, likest].argmax(0)]
        for step in REFINEMENTS:
            alike[best], poses = self._refined(planes, kept[best], poses, step)
        return np.sqrt(np.maximum(2 - 2 * alike, 0))

    def _alike_in_spectrum(self, views: np.ndarray, kept: np.ndarray) -> np.ndarray:
        """At most so alike can any roll of a tile be, given as it is and mirrored: float32 [N]."""
        one, other = self._spectrum(views), self._spectrum(kept)
        return (one @ other.T).max(0)

    def _spectrum(self, rows: np.ndarray) -> np.ndarray:
        """How strong each wave is, wherever it begins: units float32 [N, F] of units."""
        light = self.cells**2
        found = []
        for part in (rows[:, :light], *np.split(rows[:, light:], 2, axis=1)):
            waves = _waves(round(part.shape[1] ** 0.5))
            found.append(np.hypot(part @ waves[0], part @ waves[1]))
        return np.concatenate(found, 1)

    def _views(self, planes: np.ndarray, step: int) -> tuple[np.ndarray, np.ndarray]:
        """A picture as copies may be moved, cut or mirrored: units [V, width], poses [V, 4].

        A pose is the middle of what is seen (down, across), the zoom, and 1 where mirrored.
        """
        end = SIDE_PX if self.wraps else self.reach + 1
        moves = np.arange(-self.reach, end, step, dtype=np.float32)
        places = np.tile(SIDE_PX / 2 + moves, (len(self.zooms), 1))
        seen = self._seen(planes, places, places, np.array(self.zooms, np.float32))
        poses = np.array(list(product(self.zooms, moves, moves)), np.float32)[:, [1, 2, 0]]
        poses[:, :2] += SIDE_PX / 2
        turned = [np.insert(poses, 3, mirrored, axis=1) for mirrored in (0, 1)]
        views = seen.reshape(len(poses), *seen.shape[3:])
        return self._shades(np.concatenate([views, views[..., ::-1]])), np.concatenate(turned)

    def _refined(
        self, planes: np.ndarray, kept: np.ndarray, poses: np.ndarray, step: float
    ) -> tuple[np.ndarray, np.ndarray]:
        """Of each pose [C, 4] and those a step away, how alike the best is to its kept, and it."""
        zooms = np.array([0.0] if self.wraps else [-ZOOM_STEP, 0.0, ZOOM_STEP]) * step
        moves = np.array([-step, 0.0, step], np.float32)
        around = np.array(list(product(zooms, moves, moves, [0])), np.float32)[:, [1, 2, 0, 3]]
        tried = poses[:, None] + around  # [C, Z * 9, 4]
        tried[..., 2] = np.clip(tried[..., 2], min(self.zooms), 1)
        count = len(poses) * len(zooms)
        down, across = ((poses[:, None, [x]] + moves).repeat(len(zooms), 1) for x in (0, 1))
        zoomed = tried.reshape(count, 9, 4)[:, 0, 2]
        seen = self._seen(planes, down.reshape(count, 3), across.reshape(count, 3), zoomed)
        seen = seen.reshape(len(poses), -1, *seen.shape[3:])
        seen = np.where(poses[:, 3].reshape(-1, 1, 1, 1, 1) > 0, seen[..., ::-1], seen)
        shades = self._shades(seen.reshape(-1, *seen.shape[2:])).reshape(len(poses), -1, self.width)
        alike = np.einsum("cvk,ck->cv", shades, kept)
        best = alike.argmax(1)
        return alike.max(1), tried[np.arange(len(poses)), best]

    def _seen(
        self, planes: np.ndarray, down: np.ndarray, across: np.ndarray, zoom: np.ndarray
    ) -> np.ndarray:
        """Planes [P, 64, 64] from places [C, S] down and across: [C, S, S, P, cells, cells]."""
        rows, columns = self._looks(down, zoom), self._looks(across, zoom)
        seen = rows[:, None] @ planes @ columns[:, None].swapaxes(2, 3)
        sides = (down.shape[1], self.cells, across.shape[1], self.cells)
        return seen.reshape(len(seen), len(planes), *sides).transpose(0, 2, 4, 1, 3, 5)

    def _looks(self, places: np.ndarray, zoom: np.ndarray) -> np.ndarray:
        """What each cell seen from places [C, S] takes from a line: float32 [C, S * cells, 64].

        Soft, as wide as two cells; beyond the edge it goes on as it ends, or from the other side.
        """
        cell = (self.window * SIDE_PX / self.cells / zoom)[:, None, None]
        centres = places[:, :, None] + (np.arange(self.cells) - (self.cells - 1) / 2) * cell
        if not self.wraps:
            centres = np.clip(centres, 0.5, SIDE_PX - 0.5)
        apart = _apart_from(centres.reshape(len(centres), -1), SIDE_PX, self.wraps)
        weights = np.maximum(1 - np.abs(apart) / cell, 0)
        return (weights / weights.sum(2, keepdims=True)).astype(np.float32)

    def _planes(self, example: np.ndarray) -> np.ndarray:
        """Light, and the colours where they count: float32 [1 or 3, 64, 64] of [H, W, 3]."""
        x = example.astype(np.float32)
        grey = x @ GREY
        planes = [grey]
        if self.tint:
            planes += [2 * self.tint * (x[..., channel] - grey) for channel in (0, 2)]
        down, across = (_resized(side, self.wraps) for side in grey.shape)
        return np.stack([down @ plane @ across.T for plane in planes])

    def _shades(self, seen: np.ndarray) -> np.ndarray:
        """Of [N, P, cells, cells] what is kept: units [N, width], or 0 where there is no contrast.

        Colours are kept half as fine as light.
        """
        light = seen[:, :1].reshape(len(seen), -1)
        rough = seen[:, 1:, ::2, ::2] + seen[:, 1:, 1::2, ::2]
        rough = rough + seen[:, 1:, ::2, 1::2] + seen[:, 1:, 1::2, 1::2]
        tints = 0.25 * rough.reshape(len(seen), -1, max(self.cells**2 // 4, 1))
        tints = tints - tints.mean(2, keepdims=True)
        light = light - light.mean(1, keepdims=True)
        rows = np.concatenate([light, tints.reshape(len(seen), -1)], 1)
        length = np.sqrt(np.einsum("nk,nk->n", rows, rows))[:, None]
        seen_enough = length > LEAST_CONTRAST * self.cells
        return np.where(seen_enough, rows / np.maximum(length, 1e-6), 0).astype(np.float32)


def tile_recogniser() -> PictureRecogniser:
    """For tiles, wherever they are cut: all rolls around the torus, mirrored or not."""
    return PictureRecogniser("tile-1", 16, 1.0, 1.0, 0, (1.0,), True)


def parts(example: np.ndarray, size_px: int) -> list[np.ndarray]:
    """The picture itself, and squares of that side where it is made of several."""
    height, width = example.shape[:2]
    if (height <= size_px and width <= size_px) or height % size_px or width % size_px:
        return [example]
    squares = [
        example[y : y + size_px, x : x + size_px]
        for y in range(0, height, size_px)
        for x in range(0, width, size_px)
    ]
    return [example, *squares]


@cache
def _waves(side: int) -> tuple[np.ndarray, np.ndarray]:
    """Cosine and sine waves on a torus of side x side, half of them: float32 [side ** 2, F] each.

    The other half are the same the other way round, hence the root of two.
    """
    half = side // 2
    turns = np.array([(y, x) for x in range(half + 1) for y in range(side)]).T
    places = np.stack(np.meshgrid(np.arange(side), np.arange(side), indexing="ij"), -1)
    angles = 2 * np.pi / side * (places.reshape(-1, 2) @ turns)
    strength = np.where((turns[1] > 0) & (turns[1] < half), 2**0.5, 1) / side
    cosines, sines = strength * np.cos(angles), strength * np.sin(angles)
    return cosines.astype(np.float32), sines.astype(np.float32)


def _resized(side: int, wraps: bool) -> np.ndarray:
    """float32 [64, side]: area averages, linear in between where the picture is smaller."""
    scale = side / SIDE_PX
    apart = np.abs(_apart_from((np.arange(SIDE_PX) + 0.5) * scale, side, wraps))
    weights = np.clip(scale / 2 + 0.5 - apart, 0, 1) if scale >= 1 else np.maximum(1 - apart, 0)
    return (weights / weights.sum(1, keepdims=True)).astype(np.float32)


def _apart_from(centres: np.ndarray, side: int, wraps: bool) -> np.ndarray:
    """From each place [...] to the middle of each of side pixels: [..., side]."""
    apart = np.arange(side, dtype=np.float32) + np.float32(0.5) - centres[..., None]
    return apart - side * np.rint(apart / side) if wraps else apart
