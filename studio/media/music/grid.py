"""From the ticks of any meter to sixteen steps a bar, upbeats found by ear."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from studio.media.music.midi import DRUM_CHANNEL, Song

STEPS_PER_BAR = 16
STEPS_PER_QUARTER = 4
MAX_SECTIONS = 2_000
UPBEAT_MARGIN = 1.08
UPBEAT_BARS = 200


@dataclass(frozen=True)
class Bar:
    """How one bar of a meter lies on the steps: breakpoints, linear in between."""

    quarters: tuple[float, ...]
    steps: tuple[float, ...]

    @property
    def length(self) -> float:
        return self.quarters[-1]

    @property
    def length_steps(self) -> float:
        return self.steps[-1]


def bar_of(numerator: int, denominator: int) -> Bar:
    """The bar of a meter in steps.

    Duple meters keep a sixteenth a step (2/4 fills half a bar). Of three beats the first lasts
    twice as long, so that waltzes and 9/8 fill a bar of four; of three parts of a beat likewise
    (6/8, 12/8). Other meters are read straight through at a sixteenth a step.
    """
    unit = 4 / denominator
    parts = 3 if numerator % 3 == 0 and (numerator > 3 or denominator >= 8) else 1
    beats = numerator // parts
    if (parts == 1 and numerator != 3) or beats > 4:
        steps = numerator * unit * STEPS_PER_QUARTER
        return Bar((0.0, numerator * unit), (0.0, steps))
    lengths = {1: (8.0,), 2: (8.0, 8.0), 3: (8.0, 4.0, 4.0), 4: (4.0, 4.0, 4.0, 4.0)}[beats]
    quarters, steps = [0.0], [0.0]
    for length in lengths:
        for share in (0.5, 0.25, 0.25) if parts == 3 else (1.0,):
            quarters.append(quarters[-1] + unit)
            steps.append(steps[-1] + length * share)
    return Bar(tuple(quarters), tuple(steps))


class Grid:
    """Steps (sixteen a bar) for the ticks of one song."""

    def __init__(self, song: Song) -> None:
        self._ticks_per_quarter = song.ticks_per_quarter
        sections = _sections(song)
        self.meters = tuple(f"{top}/{bottom}" for _, top, bottom in sections)
        self._starts = np.array([ticks for ticks, _, _ in sections], np.int64)
        self._bars = [bar_of(top, bottom) for _, top, bottom in sections]
        self.upbeat_quarters = upbeat(song, self._bars[0], self._end_of_first(song))
        self._bases = self._base_steps()

    def steps(self, ticks: np.ndarray) -> np.ndarray:
        """Float steps [N] since the first whole bar line for int ticks [N]."""
        section = np.clip(np.searchsorted(self._starts, ticks, "right") - 1, 0, None)
        quarters = (ticks - self._starts[section]) / self._ticks_per_quarter
        steps = np.zeros(len(ticks))
        for bar in set(self._bars):
            mine = np.array([one == bar for one in self._bars])[section]
            if mine.any():
                steps[mine] = _within(bar, quarters[mine] + self._shift(section[mine]))
        return steps + self._bases[section]

    def _shift(self, section: np.ndarray) -> np.ndarray:
        """Whole bars less the upbeat, in the first section only."""
        return np.where(section == 0, self._lead_quarters(), 0.0)

    def _lead_quarters(self) -> float:
        bar = self._bars[0]
        whole = max(1, round(STEPS_PER_BAR / bar.length_steps)) * bar.length
        return whole - self.upbeat_quarters if self.upbeat_quarters else 0.0

    def _end_of_first(self, song: Song) -> int:
        return int(self._starts[1]) if len(self._starts) > 1 else song.end_ticks + 1

    def _base_steps(self) -> np.ndarray:
        """Every section begins on a bar line of the grid."""
        bases = [0.0]
        for index, bar in enumerate(self._bars[:-1]):
            length = (self._starts[index + 1] - self._starts[index]) / self._ticks_per_quarter
            length += self._lead_quarters() if index == 0 else 0.0
            steps = float(_within(bar, np.array([length]))[0])
            bases.append(bases[-1] + np.ceil(steps / STEPS_PER_BAR - 1e-6) * STEPS_PER_BAR)
        return np.array(bases)


def _within(bar: Bar, quarters: np.ndarray) -> np.ndarray:
    bars = np.floor(quarters / bar.length + 1e-9)
    inside = np.interp(quarters - bars * bar.length, bar.quarters, bar.steps)
    return bars * bar.length_steps + inside


def _sections(song: Song) -> list[tuple[int, int, int]]:
    """Stretches of one meter; 4/4 where the file does not say."""
    sections = [(0, 4, 4)]
    for ticks, top, bottom in song.meters:
        if len(sections) == 1 and ticks <= song.ticks_per_quarter // 8:
            sections = [(0, top, bottom)]  # some writers put the first meter a tick late
        elif (top, bottom) != sections[-1][1:]:
            if ticks == sections[-1][0]:
                sections.pop()
            sections.append((ticks, top, bottom))
    return sections if len(sections) <= MAX_SECTIONS else [(0, 4, 4)]


def upbeat(song: Song, bar: Bar, end_ticks: int) -> float:
    """Quarters before the first bar line: 0 unless another bar line fits the accents better.

    Long notes, many notes at once and low notes are taken to fall on bar lines; drums are not
    asked, and without pitched notes there is no upbeat.
    """
    pitched = (song.channel != DRUM_CHANNEL) & (song.start < end_ticks)
    if pitched.sum() < 16:
        return 0.0
    tick = song.ticks_per_quarter
    start = song.start[pitched] / tick
    keep = start < UPBEAT_BARS * bar.length
    start = start[keep]
    length = np.minimum((song.end - song.start)[pitched][keep] / tick, bar.length)
    unit = bar.quarters[1] if len(bar.quarters) > 2 else 1.0
    beats = round(bar.length / unit)
    if beats < 2 or beats > 16:
        return 0.0
    weight = length * np.where(song.pitch[pitched][keep] < 55, 2.0, 1.0)
    on_unit = np.abs(start / unit - np.round(start / unit)) < 0.05
    place = np.round(start[on_unit] / unit).astype(np.int64) % beats
    accents = np.bincount(place, weight[on_unit], beats)
    scores = accents + _half_bar(accents, beats)
    if beats % 2 == 0:
        scores[beats // 2] *= 0.9  # half a bar off is rarely meant and does little harm
    best = int(scores.argmax())
    return best * unit if scores[best] > UPBEAT_MARGIN * scores[0] else 0.0


def _half_bar(accents: np.ndarray, beats: int) -> np.ndarray:
    return 0.5 * np.roll(accents, -(beats // 2)) if beats % 2 == 0 and beats > 2 else 0 * accents


def common(meters: Sequence[str]) -> str:
    """The meter that most of the files begin with."""
    return max(set(meters), key=list(meters).count) if meters else ""
