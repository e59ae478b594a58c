"""Which pictures of many are nearly copies, which are unlike all others, and their colours.

Everything is told from small pictures, uint8 [N, 32, 32, 3], each the whole picture shrunk.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

SIDE_PX = 32
BLOCK = 1024  # rows compared at once: 1024 x N floats
CHUNK = 256  # pairs compared at once
CLOSE_LOOKS = 128  # pairs of a block that are tried as crops, the likest ones: they are slow
MOST_ALIKE = 4  # candidates that each picture is compared with closely
COARSE, FOLDER_LIKE = 0.995, 0.85
MANY = 64  # from here on a mean of the folder says what its pictures have in common
APART_LEVELS, APART_SHARE = 12.0, 0.2  # of 255, and of the spread: how far copies may differ
SPARED = 3  # blocks, where a sharp edge was shrunk otherwise
BURNT, DROWNED, LEAST_CLEAR, LEAST_GAIN = 250.0, 5.0, 0.2, 0.4
REFINEMENTS, PROMISING = 5, 0.95
MOST_CUT = 0.12  # of a side, how much a crop may have taken
LEAST_CONTRAST = 3.0  # levels; below it nothing but noise would be compared
FLAT_LEVELS = 4
LEAST_FOR_OUTLIERS, MOST_OUTLIERS = 40, 0.05
NEIGHBOURS, DIRECTIONS, REFERENCES = 5, 16, 5000
FAR = 3.0  # spreads of the usual distance
PALETTE_PIXELS, PALETTE_ROUNDS = 20_000, 24
UNRELATED_LEVELS = 75.0  # of 255: what photographs and drawings of all things differ by


def near_copies(small: np.ndarray, flat: np.ndarray) -> list[list[int]]:
    """Groups of pictures that differ by size, compression, brightness, a mirror or a slight crop.

    flat: bool [N], pictures of one colour, which are copies when the colours agree. Candidates
    come from low frequencies, compared all with all in blocks; a close look at pixels and at
    their gradients decides.
    """
    groups = _Groups(len(small))
    busy = np.flatnonzero((_contrast(small) >= LEAST_CONTRAST) & ~flat)
    for pairs in _candidates(small[busy]):
        first, second = busy[pairs.first], busy[pairs.second]
        same = np.zeros(len(first), bool)
        for start in range(0, len(first), CHUNK):
            part = slice(start, start + CHUNK)
            same[part] = _agree(*_pair(small, first[part], second[part], pairs.mirrored))
        others = np.flatnonzero(~same)
        others = others[np.argsort(-pairs.likeness[others])[:CLOSE_LOOKS]]
        if len(others):
            crops = _are_crops(*_pair(small, first[others], second[others], pairs.mirrored))
            same[others] = crops
        for at in np.flatnonzero(same).tolist():
            groups.join(int(first[at]), int(second[at]))
    colours: dict[tuple[int, ...], int] = {}
    for index in np.flatnonzero(flat).tolist():
        colour = tuple((small[index].reshape(-1, 3).mean(0) // FLAT_LEVELS).astype(int).tolist())
        groups.join(colours.setdefault(colour, index), index)
    return groups.found()


@dataclass(frozen=True)
class _Pairs:
    """Candidates of one block: first is like second, or like its mirror image."""

    first: np.ndarray
    second: np.ndarray
    likeness: np.ndarray
    mirrored: bool


def _pair(
    small: np.ndarray, first: np.ndarray, second: np.ndarray, mirrored: bool
) -> tuple[np.ndarray, np.ndarray]:
    """Both sides of pairs, float [P, 32, 32, 3], the first mirrored where that is asked."""
    one, other = small[first].astype(np.float32), small[second].astype(np.float32)
    return (one[:, :, ::-1] if mirrored else one), other


class _Groups:
    """Sets that grow together (union-find)."""

    def __init__(self, count: int) -> None:
        self._parent = list(range(count))

    def _root(self, index: int) -> int:
        while self._parent[index] != index:
            self._parent[index] = self._parent[self._parent[index]]
            index = self._parent[index]
        return index

    def join(self, a: int, b: int) -> None:
        a, b = self._root(a), self._root(b)
        self._parent[max(a, b)] = min(a, b)

    def found(self) -> list[list[int]]:
        members: dict[int, list[int]] = {}
        for index in range(len(self._parent)):
            members.setdefault(self._root(index), []).append(index)
        return [group for group in members.values() if len(group) > 1]


def _cosines(low: int) -> np.ndarray:
    """The first rows of the discrete cosine transform, float32 [low, 32]."""
    place = (np.arange(SIDE_PX) + 0.5) * np.pi / SIDE_PX
    return (np.cos(np.outer(np.arange(low), place)) / SIDE_PX).astype(np.float32)


def _low_frequencies(small: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """float32 [N, 81] of light and colour, and [81] signs that mirror a picture left to right."""
    light, tint = 8, 3
    found = []
    for part in np.array_split(small, max(1, len(small) // 4096)):
        x = part.astype(np.float32)
        grey = x @ np.array([0.299, 0.587, 0.114], np.float32)
        differences = np.stack([x[..., 0] - grey, x[..., 2] - grey], 1)
        of_light = _cosines(light) @ grey @ _cosines(light).T
        of_tint = _cosines(tint) @ differences @ _cosines(tint).T
        found.append(
            np.concatenate(
                [of_light.reshape(len(x), -1)[:, 1:], of_tint.reshape(len(x), -1)], axis=1
            )
        )
    signs = [np.tile(1.0 - 2.0 * (np.arange(n) % 2), n) for n in (light, tint, tint)]
    return np.concatenate(found), np.concatenate(signs)[1:].astype(np.float32)


def _unit(rows: np.ndarray) -> np.ndarray:
    return rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-6)


def _candidates(small: np.ndarray) -> Iterator[_Pairs]:
    """Pairs worth a close look.

    Alike in themselves, or, where there are many, alike in what sets them apart from the folder:
    in a folder of apples on white all look alike to the first test.
    """
    if len(small) < 2:
        return
    rows, signs = _low_frequencies(small)
    many = len(small) >= MANY
    centre = rows.mean(0) if many else np.zeros_like(rows[0])
    spread = rows.std(0) + 0.2 * rows.std() if many else np.ones_like(rows[0])
    plain, apart = _unit(rows), _unit((rows - centre) / spread)
    plain_mirror, apart_mirror = _unit(rows * signs), _unit((rows * signs - centre) / spread)
    for start in range(0, len(rows), BLOCK):
        end = min(start + BLOCK, len(rows))
        for mirrored, one, other in (
            (False, plain, apart),
            (True, plain_mirror, apart_mirror),
        ):
            likeness = other[start:end] @ apart[start:].T  # [block, rest]
            if many:
                surely = one[start:end] @ plain[start:].T > COARSE
                likeness[surely] += 2.0
            likeness[np.tril_indices(end - start, m=likeness.shape[1])] = -9.0
            first, second = _most(likeness, FOLDER_LIKE)
            yield _Pairs(first + start, second + start, likeness[first, second], mirrored)


def _most(likeness: np.ndarray, least: float) -> tuple[np.ndarray, np.ndarray]:
    """Places above the least, at most so many in a row: the likest ones."""
    is_like = likeness > least
    for row in np.flatnonzero(is_like.sum(1) > MOST_ALIKE).tolist():
        best = np.argpartition(-likeness[row], MOST_ALIKE)[:MOST_ALIKE]
        is_like[row] = False
        is_like[row, best] = True
    first, second = np.nonzero(is_like)
    return first, second


def _are_crops(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Bool [P] for pairs float [P, 32, 32, 3]: one is a slight crop of the other."""
    same = np.zeros(len(a), bool)
    for one, other in ((a, b), (b, a)):
        left = np.flatnonzero(~same)
        if not len(left):
            break
        moved, promising = _rough_crop(one[left], other[left])
        left, moved = left[promising], moved[promising]
        if len(left):
            crop = _moved(one[left], _refined(_light(one[left]), _light(other[left]), moved, 0))
            # a crop is not sharp: both are blurred before they are compared
            same[left] = _agree(*(_blurred(x, 1) for x in (crop, other[left])))
    return same


def _agree(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Bool [P]: b is a in another brightness and contrast, everywhere.

    It is not the mean difference that tells copies from pictures made alike but the worst places:
    all blocks of 4 px but the three worst must agree.
    """
    gain, offset = _fitted(a, b)
    seen = gain[:, None, None, None] * a + offset[:, None, None, None]
    apart = np.abs(seen - b)
    # what is burnt out may have been brighter still, what is drowned darker: no contradiction
    apart[((a > BURNT) | (b < DROWNED)) & (seen < b)] = 0
    apart[((a < DROWNED) | (b > BURNT)) & (seen > b)] = 0
    apart = np.maximum(np.maximum(apart[..., 0], apart[..., 1]), apart[..., 2])
    pool = np.kron(np.eye(SIDE_PX // 4, dtype=np.float32), np.full((1, 4), 0.25, np.float32))
    blocks = (pool @ apart @ pool.T).reshape(len(a), -1)
    worst = np.sort(blocks, axis=1)[:, -1 - SPARED]
    fits = (gain > LEAST_GAIN) & (gain < 1 / LEAST_GAIN)
    spread = np.maximum(_contrast(b), 1e-3)
    return fits & (worst <= APART_LEVELS) & (worst <= APART_SHARE * spread)


def _fitted(a: np.ndarray, b: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Gain and offset [P], for all channels, that bring a to b where neither is burnt out."""
    count = len(a)
    clear = (a < BURNT) & (b < BURNT) & (a > DROWNED) & (b > DROWNED)
    clear = clear.reshape(count, -1).astype(np.float32)
    clear[clear.mean(1) < LEAST_CLEAR] = 1
    x, y = a.reshape(count, -1), b.reshape(count, -1)
    weight = clear.sum(1)
    mean_x, mean_y = (x * clear).sum(1) / weight, (y * clear).sum(1) / weight
    x, y = (x - mean_x[:, None]) * clear, (y - mean_y[:, None]) * clear
    gain = (x * y).sum(1) / np.maximum((x * x).sum(1), 1e-6)
    return gain, mean_y - gain * mean_x


def _rough_crop(a: np.ndarray, b: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """How each a must be cut to look like its b, float [P, 4], and bool [P] whether it then does.

    Told from pictures of half the size, so that most pairs cost little.
    """
    half = SIDE_PX // 2
    pool = np.kron(np.eye(half, dtype=np.float32), np.full((1, 2), 0.5, np.float32))
    one, other = ((pool @ _light(x)[..., 0] @ pool.T)[..., None] for x in (a, b))
    moved = np.tile(np.array([1, 0, 1, 0], np.float32), (len(a), 1))
    for blur in (2, 1):
        moved = _refined(one, other, moved, blur)
    seen, other = _blurred(_moved(one, moved), 1), _blurred(other, 1)
    return moved, _correlation(seen, other) > PROMISING


def _refined(a: np.ndarray, b: np.ndarray, moved: np.ndarray, blur: int) -> np.ndarray:
    """Better scale and shift of both axes, float [P, 4], for pictures of light [P, S, S, 1].

    Together with a gain and an offset, by least squares on the slopes (Lucas and Kanade 1981).
    """
    side, count = a.shape[1], len(a)
    place = ((np.arange(side) + 0.5) / side * 2 - 1).astype(np.float32)
    one, other = _blurred(a, blur), _blurred(b, blur)[..., 0]
    for _ in range(REFINEMENTS):
        seen = _moved(one, moved)[..., 0]
        across, down = np.gradient(seen, place, axis=2), np.gradient(seen, place, axis=1)
        columns = (across * place, across, down * place[:, None], down, seen, np.ones_like(seen))
        slopes = np.stack([column.reshape(count, -1) for column in columns], 1)  # [P, 6, S * S]
        normal = slopes @ slopes.transpose(0, 2, 1) + np.eye(6, dtype=np.float32)
        wanted = slopes @ (other - seen).reshape(count, -1, 1)
        step = np.linalg.solve(normal, wanted)[..., 0]
        gain = np.clip(1 + step[:, 4:5], 0.3, 3)
        moved = moved + step[:, :4] / gain
        scale = np.clip(moved[:, ::2], 1 - 2 * MOST_CUT, 1)
        shift = np.clip(moved[:, 1::2], scale - 1, 1 - scale)
        moved = np.stack([scale, shift], 2).reshape(count, 4).astype(np.float32)
    return moved


def _contrast(x: np.ndarray) -> np.ndarray:
    """float [P] of pictures [P, 32, 32, 3]: how far they differ from one colour, in levels."""
    found = [np.zeros(0, np.float32)]
    for start in range(0, len(x), BLOCK):
        part = x[start : start + BLOCK].reshape(-1, SIDE_PX * SIDE_PX, 3).astype(np.float32)
        squares = np.einsum("pik,pik->pk", part, part) / (SIDE_PX * SIDE_PX)
        means = np.einsum("pik->pk", part) / (SIDE_PX * SIDE_PX)
        found.append(np.sqrt(np.maximum(squares - means * means, 0).mean(1)))
    return np.concatenate(found)


def _light(x: np.ndarray) -> np.ndarray:
    return x @ np.full((3, 1), 1 / 3, np.float32)


def _correlation(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    rows = [x.reshape(len(x), -1) for x in (a, b)]
    one, other = (_unit(x - x.mean(1, keepdims=True)) for x in rows)
    return (one * other).sum(1)


def _moved(x: np.ndarray, moved: np.ndarray) -> np.ndarray:
    """[P, S, S, C] looked at through scale and shift [P, 4] of each axis, linear in between."""
    count, side, _, channels = x.shape
    across, down = _looks(moved[:, :2], side), _looks(moved[:, 2:], side)
    rows = (down @ x.reshape(count, side, -1)).reshape(x.shape)
    turned = rows.transpose(0, 2, 1, 3).reshape(count, side, -1)
    return (across @ turned).reshape(count, side, side, channels).transpose(0, 2, 1, 3)


def _looks(moved: np.ndarray, side: int) -> np.ndarray:
    """float32 [P, S, S]: what each pixel of a line takes from it after scale and shift [P, 2]."""
    place = (np.arange(side) + 0.5) / side * 2 - 1
    at = np.clip((moved[:, :1] * place + moved[:, 1:] + 1) / 2 * side - 0.5, 0, side - 1)
    return np.maximum(1 - np.abs(at[..., None] - np.arange(side)), 0).astype(np.float32)


def _blurred(x: np.ndarray, times: int) -> np.ndarray:
    """[P, 32, 32, C] with the neighbours mixed in, the edges repeated."""
    for _ in range(times):
        wide = np.pad(x, ((0, 0), (1, 1), (0, 0), (0, 0)), mode="edge")
        x = 0.5 * x + 0.25 * (wide[:, :-2] + wide[:, 2:])
        wide = np.pad(x, ((0, 0), (0, 0), (1, 1), (0, 0)), mode="edge")
        x = 0.5 * x + 0.25 * (wide[:, :, :-2] + wide[:, :, 2:])
    return x


def outliers(small: np.ndarray) -> list[int]:
    """Pictures far from all others in light, colour and coarse shape; the farthest first.

    The distance to the fifth neighbour among the widest directions counts; at most one picture in
    twenty is an outlier, none where there are fewer than 40.
    """
    if len(small) < LEAST_FOR_OUTLIERS:
        return []
    rows = _directions(small)
    some = np.random.default_rng(0).permutation(len(rows))[:REFERENCES]
    there = rows[some]
    squares = (there * there).sum(1)
    distance = np.empty(len(rows))
    for start in range(0, len(rows), BLOCK):
        part = rows[start : start + BLOCK]
        between = (part * part).sum(1)[:, None] + squares[None] - 2 * part @ there.T
        nearest = np.partition(between, NEIGHBOURS, axis=1)[:, NEIGHBOURS]
        distance[start : start + BLOCK] = np.sqrt(np.maximum(nearest, 0))
    low, high = np.percentile(distance, [25, 75])
    order = np.argsort(-distance)[: int(MOST_OUTLIERS * len(rows))]
    return [int(at) for at in order if distance[at] > high + FAR * (high - low)]


def _directions(small: np.ndarray) -> np.ndarray:
    """float [N, 16] at most: coarse shape and colour on the folder's widest directions."""
    rows = _low_frequencies(small)[0]
    means = small.reshape(len(small), -1, 3).mean(1)
    busy = small.reshape(len(small), -1).std(1)[:, None]
    rows = np.concatenate([rows, means / 4, busy / 2], axis=1)
    rows = rows - rows.mean(0)
    values, axes = np.linalg.eigh(np.cov(rows, rowvar=False))
    widest = np.argsort(values)[::-1][:DIRECTIONS]
    # the square root keeps wide directions wider without letting one of them decide alone
    return rows @ axes[:, widest] / (np.maximum(values[widest], 1e-6) ** 0.25 + 1e-3)


def diversity(small: np.ndarray) -> float:
    """How different the pictures are, 0 (all the same) to 1 (as unrelated ones are).

    Their spread about the mean picture: fruit on paper 0.5, flowers outdoors 0.9.
    """
    if len(small) < 2:
        return 0.0
    mean = small.mean(0, dtype=np.float64)
    squares = sum(float(((one - mean) ** 2).mean()) for one in small)
    return min(1.0, (squares / len(small)) ** 0.5 / UNRELATED_LEVELS)


def palette(small: np.ndarray, colours: int = 7) -> list[tuple[tuple[int, int, int], float]]:
    """The folder's main colours with their shares, the largest first (k-means on its pixels)."""
    random = np.random.default_rng(0)
    pixels = small[:, ::4, ::4].reshape(-1, 3)
    pixels = pixels[random.permutation(len(pixels))[:PALETTE_PIXELS]].astype(np.float32)
    centres = _spread_out(pixels, colours)
    nearest = np.zeros(len(pixels), int)
    for _ in range(PALETTE_ROUNDS):
        nearest = _squared(pixels, centres).argmin(1)
        for place in range(len(centres)):
            if (nearest == place).any():
                centres[place] = pixels[nearest == place].mean(0)
    shares = np.bincount(nearest, minlength=len(centres)) / len(pixels)
    found = [
        (tuple(round(float(value)) for value in centres[place]), float(shares[place]))
        for place in np.argsort(-shares)
        if shares[place] > 0
    ]
    return [((r, g, b), share) for (r, g, b), share in found]


def _spread_out(pixels: np.ndarray, count: int) -> np.ndarray:
    """Starting points: the middle one, then whatever lies far from all (k-means++, no luck)."""
    centres = [pixels.mean(0)]
    for _ in range(count - 1):
        away = _squared(pixels, np.stack(centres)).min(1)
        centres.append(pixels[int(np.argsort(away)[int(0.98 * (len(away) - 1))])])
    return np.stack(centres)


def _squared(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    return (a * a).sum(1)[:, None] + (b * b).sum(1)[None] - 2 * a @ b.T
