"""Finds the sliders of a model by itself: measured directions first, then main ones and styles.

Measured: what each layer group's W does to each measure is learnt from samples, then looked at
closely around some seeds; a slider is the direction that changes its measure alike everywhere and
the others nowhere. Main: the directions along which results change most (principal components, as
GANSpace, Haerkoenen et al. 2020, but weighed by what they do). Style: eigenvectors of the style
layers' weights (SeFa, Shen and Zhou 2021). What does too little, or not what it says, is left out.
"""

from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import dataclass

import numpy as np

from studio.core.kind import Qualities
from studio.core.latent import LAYER_GROUPS
from studio.core.slider import Slider
from studio.core.work import Finished, Progress, Work
from studio.gan.explore import Playable
from studio.gan.layers import ModulatedConv
from studio.gan.slider_directions import Way, even_way, fitted_slopes, monotony
from studio.gan.slider_probe import Effort, Probe, ToExamples, strongest

REACH = 3.0  # standard deviations to either side
STEP = 1.5  # over which slopes are taken: larger than ripples, smaller than the reach
AMOUNTS = np.linspace(-REACH, REACH, 7)
GROUP_SETS = ((0, 1, 2), (0,), (1,), (2,), (0, 1), (1, 2))
STRICTNESS = (0.5, 2.0, 8.0)
GIVEN_UP = 0.25  # how much a measure still counts that gets no slider of its own
MIN_QUALITY = 0.9
SURE_QUALITY = 0.93  # where a range is chosen, so that other seeds are likely to agree
CONFIRMING = 3  # times as many seeds: a slider may turn round at one in twenty, and few meet it
MIN_EFFECT = 0.5  # standard deviations of its measure, from low to high
ENOUGH_EFFECT = 1.5
MAX_LEAK = 0.5  # of the own effect, into what another slider is for
MIN_EVENNESS = 0.3
MIN_SHARE = 0.15  # of the difference between two results, for those without a measure
MAX_LIKENESS = 0.8
OTHERS = 4  # of each kind
SLOPE_SEED, TRY_SEED, CHECK_SEED = 1_300_000, 1_400_000, 1_500_000
CONFIRM_SEED, OTHER_SEED = 1_550_000, 1_600_000
SMALL_PX = 64


@dataclass(frozen=True, eq=False)
class Candidate:
    """A whitened direction [K] in some groups that may become the slider of a measure."""

    own: int
    groups: tuple[int, ...]
    direction: np.ndarray
    way: Way


def effort_for(size_px: int, is_fast: bool) -> Effort:
    """Half the looking where a result takes long: sizes above 64 px without a graphics card."""
    if is_fast or size_px <= SMALL_PX:
        return Effort()
    return Effort(sense=96, samples=256, seeds=12, slopes=8, tries=4, checks=8)


def find_sliders(
    play: Playable, qualities: Qualities, examples: ToExamples, effort: Effort | None = None
) -> Work:
    """Finished(tuple[Slider, ...]): the measured ones first, in the order of qualities.

    examples turns outputs of the network into examples uint8 [N, ...]. The same model on the same
    device gives the same sliders: all that is random comes from fixed seeds. StudioError where the
    model's weights are too large for that.
    """
    is_fast = play.device.torch_device.type != "cpu"
    effort = effort or effort_for(play.header.size_px, is_fast)
    probe = Probe(play, qualities, examples, effort)
    probe.total = _expected(effort, len(qualities))
    gradients = yield from probe.sensed()
    steps, measures = yield from probe.sampled()
    bases = strongest(gradients)
    slopes = fitted_slopes(steps, measures, bases)
    local = yield from _local_slopes(probe, _axes(slopes, bases, effort.slopes))
    measured = yield from _measured(probe, local, measures.std(0) > 0)
    others = yield from _others(probe, _unnamed(play, probe, gradients), measured, gradients)
    yield Finished((*(slider for _, slider in measured), *others))


def _expected(effort: Effort, measures: int) -> int:
    """About how many results it takes; gradients cost two more each."""
    looks = effort.seeds * 2 * len(LAYER_GROUPS) * effort.slopes
    trials = measures * (3 * effort.tries * 5 + (1 + CONFIRMING) * effort.checks * len(AMOUNTS))
    return 2 * effort.sense + effort.samples + looks + trials + 4 * OTHERS * effort.tries


def _axes(slopes: np.ndarray, bases: np.ndarray, count: int) -> np.ndarray:
    """Orthonormal directions [G, K, count]: those of the measures, then of what changes most."""
    found = []
    for group in range(len(slopes)):
        lengths = np.linalg.norm(slopes[group], axis=0)
        named = slopes[group] / max(float(lengths.max(initial=0)), 1e-12)
        axes, _ = np.linalg.qr(np.concatenate([named, bases[group]], 1))
        found.append(axes[:, :count])
    return np.stack(found)


def _local_slopes(
    probe: Probe, axes: np.ndarray
) -> Generator[Progress, None, tuple[np.ndarray, np.ndarray]]:
    """Returns (axes, slopes [G, S, D, M] along them around some seeds), by differences."""
    count = probe.effort.seeds
    seeds = range(SLOPE_SEED, SLOPE_SEED + count)
    found = []
    for group, own in enumerate(axes):
        ahead = STEP * own.T
        styles, whose = probe.moved(seeds, np.concatenate([ahead, -ahead]), (group,))
        values = yield from probe.measured(styles, whose)
        values = values.reshape(count, 2, len(ahead), -1)
        found.append((values[:, 0] - values[:, 1]) / (2 * STEP))
    return axes, np.stack(found)


def _candidates(
    axes: np.ndarray, slopes: np.ndarray, active: Sequence[int], own: int
) -> list[Candidate]:
    """The most even one of each strictness, whatever its groups."""
    best = []
    for strictness in STRICTNESS:
        weights = np.full(slopes.shape[3], strictness * GIVEN_UP)
        weights[list(active)] = strictness
        found = []
        for groups in GROUP_SETS:
            joint, together = _in_groups(axes, slopes, groups)
            way = even_way(together, own, weights)
            found.append(Candidate(own, groups, joint @ way.direction, way))
        best.append(max(found, key=lambda one: one.way.evenness))
    return best


def _in_groups(
    axes: np.ndarray, slopes: np.ndarray, groups: Sequence[int]
) -> tuple[np.ndarray, np.ndarray]:
    """(orthonormal directions [K, E], slopes [S, E, M] of moving several groups along them)."""
    joint, _ = np.linalg.qr(np.concatenate([axes[group] for group in groups], 1))
    together = np.zeros((slopes.shape[1], joint.shape[1], slopes.shape[3]))
    for group in groups:
        together += np.einsum("ed,sdm->sem", joint.T @ axes[group], slopes[group])
    return joint, together


def _separable(
    axes: np.ndarray, slopes: np.ndarray, active: list[int]
) -> dict[int, list[Candidate]]:
    """Candidates of the measures that can be told apart; the least pure is left out in turn."""
    while active:
        found = {own: _candidates(axes, slopes, active, own) for own in active}
        flaws = {
            own: (few[0].way.evenness < MIN_EVENNESS, few[-1].way.leak(own, active))
            for own, few in found.items()
        }
        worst = max(active, key=lambda own: flaws[own])
        if not flaws[worst][0] and flaws[worst][1] <= MAX_LEAK:
            return found
        active = [own for own in active if own != worst]
    return {}


def _measured(
    probe: Probe, local: tuple[np.ndarray, np.ndarray], alive: np.ndarray
) -> Generator[Progress, None, list[tuple[Candidate, Slider]]]:
    """Tries the candidates of each measure; the best that stands the check is its slider."""
    separable = _separable(*local, [int(own) for own in np.flatnonzero(alive)])
    offered = [probe.names[own] for own in separable]
    found: list[tuple[Candidate, Slider]] = []
    few = range(TRY_SEED, TRY_SEED + probe.effort.tries)
    for own, candidates in separable.items():
        worths = []
        for one in candidates:
            values = yield from _values(probe, one, few, AMOUNTS[[0, 1, 3, 5, 6]])
            worths.append(_worth(values, own, list(separable)))
        for index in np.argsort(worths)[::-1].tolist():
            slider = yield from _checked(probe, candidates[index])
            if _is_good(slider, offered):
                found.append((candidates[index], slider))
                break
    return found


def _checked(probe: Probe, one: Candidate) -> Generator[Progress, None, Slider]:
    """Its range, told by some seeds, and what it does over that range from seeds of their own.

    Who chose the range by the same seeds that judge it would think too well of it.
    """
    count = probe.effort.checks
    some = range(CHECK_SEED, CHECK_SEED + count)
    values = yield from _values(probe, one, some, AMOUNTS)
    first, last = _range_of(values, one.own)[:2]
    amounts = np.linspace(AMOUNTS[first], AMOUNTS[last], len(AMOUNTS))  # a short one as closely
    others = range(CONFIRM_SEED, CONFIRM_SEED + CONFIRMING * count)
    values = yield from _values(probe, one, others, amounts)
    return _named(probe, one, amounts, values)


def _values(
    probe: Probe, one: Candidate, seeds: Sequence[int], amounts: np.ndarray
) -> Generator[Progress, None, np.ndarray]:
    """Measures [S, A, M] of seeds moved along a candidate."""
    styles, whose = probe.moved(seeds, amounts[:, None] * one.direction, one.groups)
    values = yield from probe.measured(styles, whose)
    return values.reshape(len(seeds), len(amounts), -1)


def _worth(values: np.ndarray, own: int, active: list[int]) -> float:
    """Far enough, pure, and above all the same way from every seed."""
    quality, effects = _range_of(values, own)[2], (values[:, -1] - values[:, 0]).mean(0)
    others = [abs(effects[other]) for other in active if other != own]
    purity = 1 - max(others, default=0.0) / max(abs(effects[own]), 1e-9)
    far = min(effects[own], ENOUGH_EFFECT)
    return far * max(0.05, purity) ** 2 * max(0.0, quality / MIN_QUALITY) ** 8


def _range_of(values: np.ndarray, own: int) -> tuple[int, int, float]:
    """The widest range of amounts, by index, over which the measure follows well enough.

    (first, last, monotony); the best there is where none is good enough.
    """
    count = values.shape[1]
    middle = count // 2
    spans = [(a, b) for a in range(middle + 1) for b in range(middle, count) if b - a >= 2]
    spans.sort(key=lambda span: (span[0] - span[1], abs(span[0] + span[1] - count + 1)))
    rated = [(a, b, float(monotony(values[:, a : b + 1, [own]])[0])) for a, b in spans]
    for span in rated:
        if span[2] >= SURE_QUALITY:
            return span
    return max(rated, key=lambda span: span[2])


def _named(probe: Probe, one: Candidate, amounts: np.ndarray, values: np.ndarray) -> Slider:
    """values [S, A, M] at these amounts, from the lowest to the highest."""
    quality = float(monotony(values[:, :, [one.own]])[0])
    return Slider(
        probe.names[one.own],
        "measured",
        _bytes(probe, one.direction),
        float(amounts[0]),
        float(amounts[-1]),
        round(max(0.0, quality), 3),
        _effects(probe, values[:, -1] - values[:, 0]),
        tuple(LAYER_GROUPS[group] for group in one.groups),
    )


def _is_good(slider: Slider, offered: Sequence[str]) -> bool:
    leak = max((abs(by) for name, by in slider.effects if name in offered and name != slider.name),
               default=0.0)  # fmt: skip
    strong = slider.effect >= MIN_EFFECT and slider.quality >= MIN_QUALITY
    return strong and leak <= MAX_LEAK * slider.effect


def _effects(probe: Probe, changes: np.ndarray) -> tuple[tuple[str, float], ...]:
    """Mean changes [S, M] by name."""
    means = changes.mean(0)
    return tuple((name, round(float(by), 3)) for name, by in zip(probe.names, means, strict=True))


def _bytes(probe: Probe, direction: np.ndarray) -> bytes:
    """A whitened direction as float32 [w_dim]."""
    return (probe.spread @ direction).astype("<f4").tobytes()


def _unnamed(
    play: Playable, probe: Probe, gradients: np.ndarray
) -> list[tuple[str, str, np.ndarray]]:
    """(name, kind, whitened direction of length 1) of main directions and styles."""
    _, _, mains = np.linalg.svd(gradients.sum(1), full_matrices=False)
    weights = [
        module.style.weight.float().cpu().numpy().astype(float)
        for module in play.network.modules()
        if isinstance(module, ModulatedConv)
    ]
    rows = np.concatenate([np.zeros((0, len(probe.spread))), *weights])  # [channels, w_dim]
    rows = rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-12)
    _, axes = np.linalg.eigh(rows.T @ rows)  # the strongest last
    styles = np.linalg.solve(probe.spread, axes[:, ::-1]).T if weights else axes[:0]
    found = []
    for word, kind, directions in (("Main", "pca", mains), ("Style", "sefa", styles)):
        for index, one in enumerate(directions[:OTHERS]):
            one = one * np.sign(one[np.abs(one).argmax()]) / max(np.linalg.norm(one), 1e-12)
            found.append((f"{word} {index + 1}", kind, one))
    return found


def _others(
    probe: Probe,
    unnamed: list[tuple[str, str, np.ndarray]],
    measured: list[tuple[Candidate, Slider]],
    gradients: np.ndarray,
) -> Generator[Progress, None, list[Slider]]:
    """Those that do something, and something else than the sliders before them."""
    everywhere = tuple(range(gradients.shape[1]))
    taken = [_felt(gradients, one.direction, one.groups) for one, _ in measured]
    seeds = range(OTHER_SEED, OTHER_SEED + probe.effort.tries)
    usual = probe.kept_outputs(probe.styles(probe.base(seeds)), seeds)
    apart = float((usual - usual.roll(1, 0)).abs().mean())
    found = []
    for name, kind, direction in unnamed:
        felt = _felt(gradients, direction, everywhere)
        if any(abs(float(felt @ other)) > MAX_LIKENESS for other in taken):
            continue
        ends, measures = [], []
        for amount in (-REACH, REACH):
            styles, whose = probe.moved(seeds, amount * direction[None], everywhere)
            ends.append(probe.kept_outputs(styles, whose))
            measures.append(probe.measures_of(ends[-1]))
            yield Progress(min(probe.done, probe.total), probe.total, "Looking for sliders")
        share = min(1.0, float((ends[1] - ends[0]).abs().mean()) / max(apart, 1e-9))
        if share >= MIN_SHARE:
            taken.append(felt)
            effects = _effects(probe, measures[1] - measures[0])
            found.append(
                Slider(
                    name, kind, _bytes(probe, direction), -REACH, REACH, round(share, 3), effects
                )
            )
    return found


def _felt(gradients: np.ndarray, direction: np.ndarray, groups: Sequence[int]) -> np.ndarray:
    """What a direction does to random views of results, of length 1: two alike look alike."""
    felt = gradients[:, list(groups)].sum(1) @ direction
    return felt / max(float(np.linalg.norm(felt)), 1e-12)
