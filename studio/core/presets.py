"""Chooses size, widths, batch and length of a training from the folder and the machine."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace

from studio.core.kind import FolderReport, MediumKind
from studio.core.model_file import ModelEntry

WORDS = ("draft", "good", "best")

# Channel words as (channel_base, channel_max); widths are min(base / resolution, max).
NANO, FAST, STANDARD = (2048, 128), (8192, 256), (16384, 512)

# Longest time a word may take. A draft is waited for, good is a lunch, best is a night.
BUDGET_S = {
    "cpu": {"draft": 600.0, "good": 5400.0, "best": 36_000.0},
    "gpu": {"draft": 600.0, "good": 3600.0, "best": 28_800.0},
}
# A word that would be done sooner trains on for so long, as far as the folder has to teach.
LEAST_S = {"draft": 90.0, "good": 600.0, "best": 1800.0}
# Largest side a word asks for: a draft answers whether the folder works, not how sharp it gets, and
# a processor learns 64 px in an hour or two, but hardly more.
LARGEST_PX = {
    "cpu": {"draft": 64, "good": 64, "best": 128},
    "gpu": {"draft": 128, "good": 256, "best": 512},
}
SMALLEST_PX = 64  # 32 px shows too little to judge by; experts can choose it
# Widths a word may take, the widest first. Wide networks pay only where time lets them learn.
WIDTHS = {"draft": (FAST, NANO), "good": (FAST, NANO), "best": (STANDARD, FAST, NANO)}
# Fewest kimg that make a word worth its name at 64 px: measured with NANO on 4,500 fruit, 16 kimg
# show colours and shapes, 41 kimg distinct fruit, and 100 kimg a starter model.
LEAST_KIMG = {"draft": 12.0, "good": 60.0, "best": 250.0}
# Each doubling of the side asks for about so much more of it: one more level has to learn.
MORE_KIMG_PER_DOUBLING = 1.6
# Share of the whole length that a word takes where time is no limit.
LENGTH_SHARE = {"draft": 0.06, "good": 0.4, "best": 1.0}
# After how many kimg a folder of so many files has taught what it can (budgets of few-shot papers:
# 100 files 300 kimg, 1,000 files 1 to 2 Mimg, 10,000 files 5 Mimg); between them by logarithm.
ENOUGH_KIMG = ((100, 300.0), (1000, 1500.0), (10_000, 5000.0), (100_000, 12_000.0))
# Very alike files are learnt sooner, very different ones later. Diversity is 0 to 1.
DIVERSITY_FROM, DIVERSITY_TO = 0.7, 1.3
# What a model knows already need not be learnt again; a guess until it is measured.
CONTINUED_SHARE = 0.5
# Batches that train steadily: small networks like large ones, the processor likes small ones.
BATCH = {"cpu": 16, "gpu": 64}
BATCH_FROM_PX = {128: 32, 512: 16}
LEAST_BATCH = 4
# Memory of one example, per value in the feature maps: both networks, the graph of the penalty's
# second derivative and the optimisers' passes. A guess on the safe side for 8 GB at 256 px.
BYTES_A_FEATURE = 60.0
BASE_GB = 1.2  # the device's own libraries, weights and optimiser states
MEMORY_SHARE = 0.75  # the screen and other programs need some
START_PX = 4

Pace = Callable[[int, int, int], float]
"""(size_px, channel_base, channel_max) -> images per second measured here, 0 when unknown."""


def patch_for(size_px: int) -> int:
    """From 64 px on the discriminator looks at squares of 2 x 2 pixels: a third more steps in the
    same time, which is worth more than its finest level (tests/benchmarks/RESULTS.md)."""
    return 2 if size_px >= 64 else 1


@dataclass(frozen=True)
class Machine:
    """What trains: kind cpu or gpu, and the memory that it can use."""

    kind: str = "cpu"
    memory_gb: float = 8.0


@dataclass(frozen=True)
class FolderFacts:
    """What the choice depends on; sizes_px () where a medium has but one size.

    good_for_px is the largest side the files are sharp enough for, 0 when unknown; diversity is
    how different they are, 0 to 1.
    """

    examples: int
    sizes_px: tuple[int, ...] = ()
    good_for_px: int = 0
    diversity: float | None = None


@dataclass(frozen=True)
class Shape:
    """Size and widths of a pair of networks."""

    size_px: int = 64
    channel_base: int = NANO[0]
    channel_max: int = NANO[1]

    def channels(self, resolution: int) -> int:
        return max(8, min(self.channel_base // resolution, self.channel_max))

    @property
    def resolutions(self) -> list[int]:
        levels = round(math.log2(max(self.size_px, START_PX) / START_PX))
        return [START_PX * 2**level for level in range(levels + 1)]


def shape_of_model(entry: ModelEntry) -> Shape:
    """Size and widths of a model's networks; the usual ones where its medium has others."""
    network, usual = entry.header.network, Shape()
    size = entry.header.size_px or usual.size_px
    found = [network.get("channel_base"), network.get("channel_max")]
    base, most = (one if isinstance(one, int) and one > 0 else 0 for one in found)
    return Shape(size, base or usual.channel_base, most or usual.channel_max)


def facts_of(report: FolderReport, kind: MediumKind) -> FolderFacts:
    """What the choice depends on, out of the doctor's findings."""
    names = ("examples", "good_for_px", "diversity")
    examples, good_for_px, diversity = (report.facts.get(name) for name in names)
    return FolderFacts(
        examples if isinstance(examples, int) else len(report.usable),
        kind.sizes_px,
        good_for_px if isinstance(good_for_px, int) else 0,
        float(diversity) if isinstance(diversity, (int, float)) else None,
    )


# Images a second where nothing was measured: two cores, a middling graphics card. Only ever shown
# with the word "roughly".
UNKNOWN_PACE = {"cpu": (Shape(64, *NANO), 60.0), "gpu": (Shape(128, *FAST), 250.0)}


@dataclass(frozen=True)
class Plan:
    """One word's training; batch 0 leaves it to the medium.

    is_guess: seconds comes from a pace that was not measured.
    """

    word: str
    shape: Shape
    batch: int
    kimg: float
    seconds: float
    expectation: str
    is_guess: bool

    @property
    def time_words(self) -> str:
        """about 25 min, or roughly 25 min where it is a guess."""
        return ("roughly " if self.is_guess else "about ") + round_time(self.seconds)


def plans(
    folder: FolderFacts, pace: Pace, machine: Machine, begin: Shape | None = None
) -> tuple[Plan, Plan, Plan]:
    """Draft, good and best for a folder on a machine; begin is the shape of a model to go on from.

    Each takes the largest size, then the widest networks, that learn enough within its time. A
    model keeps its widths and may grow, but never shrinks by itself.
    """

    def plan(word: str, shapes: list[Shape]) -> Plan:
        return _plan(word, folder, pace, machine, shapes, begin is not None)

    def shapes(word: str) -> list[Shape]:
        if begin is None:
            return _candidates(word, folder, machine)
        return _grown(word, folder, machine, begin)

    draft, good, best = (plan(word, shapes(word)) for word in WORDS)
    # A word never promises more than the next one at less: sizes rise from draft to best.
    if good.shape.size_px < draft.shape.size_px:
        good = plan("good", [draft.shape])
    if best.shape.size_px < good.shape.size_px:
        best = plan("best", [good.shape])
    return draft, good, best


def replanned(plan: Plan, shape: Shape, pace: Pace, machine: Machine, kimg: float) -> Plan:
    """The same word with a shape and a length that a person chose."""
    speed, is_guess = speed_of(shape, pace, machine)
    return replace(
        plan,
        shape=shape,
        batch=batch_for(shape, machine),
        kimg=kimg,
        seconds=1000 * kimg / speed,
        is_guess=is_guess,
    )


def enough_kimg(examples: int, diversity: float | None = None) -> float:
    """After how many kimg more training of a folder of this size hardly helps."""
    counts = [math.log(count) for count, _ in ENOUGH_KIMG]
    lengths = [math.log(kimg) for _, kimg in ENOUGH_KIMG]
    at = min(max(math.log(max(examples, 1)), counts[0]), counts[-1])
    upper = next(number for number, count in enumerate(counts) if at <= count)
    lower = max(0, upper - 1)
    part = (at - counts[lower]) / (counts[upper] - counts[lower]) if upper else 0.0
    kimg = math.exp(lengths[lower] + part * (lengths[upper] - lengths[lower]))
    if diversity is not None and math.isfinite(diversity):
        kimg *= DIVERSITY_FROM + min(max(diversity, 0.0), 1.0) * (DIVERSITY_TO - DIVERSITY_FROM)
    return kimg


def cost(shape: Shape) -> float:
    """Multiplications of the convolutions for one example through both networks, forward.

    Per resolution r with c channels: generator 9 c' c r2 + 9 c c r2 (two 3 x 3 convolutions),
    discriminator 9 c c r2 + 9 c c' (r/2)2 + c c' (r/2)2. What all of training costs is nearly a
    constant times this.
    """
    total, before = 0.0, shape.channels(START_PX)
    judged = shape.size_px // patch_for(shape.size_px)
    for resolution in shape.resolutions:
        here, area = shape.channels(resolution), resolution**2
        total += 9 * here * here * area + 9 * here * before * area  # generator
        if resolution <= judged:
            total += 9 * here * here * area + 10 * here * before * area / 4  # discriminator
        before = here
    return total


def speed_of(shape: Shape, pace: Pace, machine: Machine) -> tuple[float, bool]:
    """Images per second, and whether that is a guess: the measured one, or one scaled by cost."""
    measured = _measured(shape, pace)
    if measured:
        return measured, False
    # The nearest measured cost misleads least: small networks do not keep a device busy.
    near = sorted(_known_shapes(), key=lambda one: abs(math.log(cost(one) / cost(shape))))
    for known in near:
        speed = _measured(known, pace)
        if speed:
            return max(1e-3, speed * cost(known) / cost(shape)), True
    known, speed = UNKNOWN_PACE[machine.kind]
    return max(1e-3, speed * cost(known) / cost(shape)), True


def batch_for(shape: Shape, machine: Machine) -> int:
    """The batch that trains steadily, halved until it fits the memory."""
    batch = BATCH[machine.kind]
    for size_px, most in BATCH_FROM_PX.items():
        if shape.size_px >= size_px:
            batch = min(batch, most)
    room_gb = MEMORY_SHARE * machine.memory_gb - BASE_GB
    while batch > LEAST_BATCH and batch * example_gb(shape) > room_gb:
        batch //= 2
    return batch


def example_gb(shape: Shape) -> float:
    """Memory that one example of a batch takes while it is trained on."""
    features = sum(shape.channels(side) * side**2 for side in shape.resolutions)
    return features * BYTES_A_FEATURE / 1e9


def round_time(seconds: float) -> str:
    """A length of time as a person would say it: 40 s, 25 min, 1 h 30 min, 9 h, 3 days."""
    if seconds < 55:
        return f"{max(5, 5 * round(seconds / 5))} s"
    minutes = seconds / 60
    if minutes < 57.5:
        return f"{max(1, round(minutes)) if minutes < 12 else 5 * round(minutes / 5)} min"
    if minutes < 5 * 60:
        hours, rest = divmod(15 * round(minutes / 15), 60)
        return f"{hours} h {rest} min" if rest else f"{hours} h"
    hours = round(minutes / 60)
    return f"{hours} h" if hours < 48 else f"{round(hours / 24)} days"


def _plan(
    word: str,
    folder: FolderFacts,
    pace: Pace,
    machine: Machine,
    shapes: list[Shape],
    continued: bool,
) -> Plan:
    shape, kimg = shapes[-1], 0.0
    for shape in shapes:
        kimg, is_enough = _length(word, shape, folder, pace, machine, continued)
        if is_enough and _fits(shape, machine):
            break
    speed, is_guess = speed_of(shape, pace, machine)
    return Plan(
        word,
        shape,
        batch_for(shape, machine) if folder.sizes_px else 0,
        kimg,
        1000 * kimg / speed,
        _expectation(word, folder.examples),
        is_guess,
    )


def _length(
    word: str, shape: Shape, folder: FolderFacts, pace: Pace, machine: Machine, continued: bool
) -> tuple[float, bool]:
    """The kimg of a word with this shape, and whether they are enough to be worth the word."""
    speed, _ = speed_of(shape, pace, machine)
    enough = enough_kimg(folder.examples, folder.diversity)
    enough *= CONTINUED_SHARE if continued else 1.0
    doublings = max(0.0, math.log2(shape.size_px / 64))
    least = min(enough, LEAST_KIMG[word] * MORE_KIMG_PER_DOUBLING**doublings)
    wanted = LENGTH_SHARE[word] * enough
    quick = min(enough, speed * LEAST_S[word] / 1000)
    in_time = speed * BUDGET_S[machine.kind][word] / 1000
    return round_kimg(min(max(wanted, least, quick), in_time)), in_time >= least


def _candidates(word: str, folder: FolderFacts, machine: Machine) -> list[Shape]:
    """Shapes from the most that a word asks for to the least."""
    if not folder.sizes_px:
        return [Shape()]
    sizes = _sizes(word, folder, machine)
    sizes = sizes or [min(folder.sizes_px, key=lambda size: abs(size - SMALLEST_PX))]
    return [Shape(size, *widths) for size in sizes for widths in WIDTHS[word]]


def _grown(word: str, folder: FolderFacts, machine: Machine, begin: Shape) -> list[Shape]:
    """A model's own shape, before it those that it may grow to for a word, the largest first."""
    larger = [size for size in _sizes(word, folder, machine) if size > begin.size_px]
    return [*(replace(begin, size_px=size) for size in larger), begin]


def _sizes(word: str, folder: FolderFacts, machine: Machine) -> list[int]:
    """Sides that a word may take and the files are sharp enough for, the largest first."""
    most = LARGEST_PX[machine.kind][word]
    most = min(most, folder.good_for_px or most)
    return sorted((one for one in folder.sizes_px if SMALLEST_PX <= one <= most), reverse=True)


def _fits(shape: Shape, machine: Machine) -> bool:
    room_gb = MEMORY_SHARE * machine.memory_gb - BASE_GB
    return LEAST_BATCH * example_gb(shape) <= room_gb


def _expectation(word: str, examples: int) -> str:
    if examples and examples < 100 and word != "draft":
        return "close to your files, few new ones"
    return {
        "draft": "rough, but telling",
        "good": "recognisable, with faults",
        "best": "as good as this folder gets here",
    }[word]


def round_kimg(kimg: float) -> float:
    """Two figures, as nobody needs more."""
    if kimg <= 0:
        return 1.0
    digits = 1 - math.floor(math.log10(kimg))
    return max(1.0, round(kimg, digits))


def _known_shapes() -> list[Shape]:
    return [
        Shape(size, *widths)
        for size in (32, 64, 128, 256, 512)
        for widths in (NANO, FAST, STANDARD)
    ]


def _measured(shape: Shape, pace: Pace) -> float:
    speed = pace(shape.size_px, shape.channel_base, shape.channel_max)
    return speed if math.isfinite(speed) and speed > 0 else 0.0
