"""Figures for a music model: the usual measures of piano rolls beside those of held-out files.

After MuseGAN (Dong et al. 2018) and MGEval (Yang and Lerch 2020), with one grid for both sides.
"""

from __future__ import annotations

import numpy as np

from studio.media.music.document import (
    BARS,
    PITCHES,
    STEPS_PER_BAR,
    TRACKS,
    Clip,
    roll_of,
)
from studio.media.music.folder_report import unpack

MAJOR_SCALE = (0, 2, 4, 5, 7, 9, 11)
QUALIFIED_STEPS = 2  # a note shorter than an eighth counts as a fragment
BINS = 24


def measures(made: list[Clip], train: np.ndarray, held_out: np.ndarray) -> dict[str, float]:
    """Each measure of the results, of held-out files (*_files), and their overlaps (*_overlap).

    *_floor is the overlap of held-out files with training files, the best to hope for.
    """
    rolls = [np.stack([roll_of(one) for one in made]), unpack(held_out), unpack(train)]
    fake, real, other = (describe(np.asarray(x, bool)) for x in rolls)
    figures: dict[str, float] = {}
    for name in fake:
        mean = [float(np.mean(values[name])) for values in (fake, real)]
        figures[name], figures[f"{name}_files"] = mean
        figures[f"{name}_overlap"] = overlap(fake[name], real[name])
        figures[f"{name}_floor"] = overlap(other[name], real[name])
    names = list(fake)
    for suffix in ("overlap", "floor"):
        figures[f"mean_{suffix}"] = float(np.mean([figures[f"{n}_{suffix}"] for n in names]))
    return figures


def describe(rolls: np.ndarray) -> dict[str, np.ndarray]:
    """Measures of phrases bool [N, 4, 2, 64, 84], each [N]."""
    sustain, onset = rolls[:, :, 0], rolls[:, :, 1]
    pitched, starts = sustain[:, :3], onset[:, :3]
    found: dict[str, np.ndarray] = {}
    for index, track in enumerate(TRACKS):
        bars = rolls[:, index].reshape(len(rolls), 2, BARS, STEPS_PER_BAR, PITCHES)
        found[f"empty_bars_{track}"] = 1 - bars.any((1, 3, 4)).mean(1)
        found[f"notes_{track}"] = onset[:, index].sum((1, 2)).astype(float)
    classes = pitched.sum((1, 2)).reshape(len(rolls), PITCHES // 12, 12).sum(1)  # [N, 12]
    total = np.maximum(classes.sum(1), 1)
    found["used_pitch_classes"] = (classes > 0).sum(1).astype(float)
    found["scale_consistency"] = classes[:, MAJOR_SCALE].sum(1) / total
    steps = pitched.any(1).sum(2)  # pitches sounding at each step [N, 64]
    found["polyphony"] = steps.sum(1) / np.maximum((steps > 0).sum(1), 1)
    found["qualified_notes"] = np.array(
        [_qualified(p, s) for p, s in zip(pitched, starts, strict=True)]
    )
    found["note_steps"] = pitched.sum((1, 2, 3)) / np.maximum(starts.sum((1, 2, 3)), 1)
    rows = np.arange(PITCHES)
    by_pitch = pitched.sum((1, 2))  # [N, 84]
    found["mean_pitch"] = (by_pitch * rows).sum(1) / np.maximum(by_pitch.sum(1), 1)
    found["pitch_range"] = np.array([_range(one) for one in by_pitch])
    beats = starts.sum((1, 3)).reshape(len(rolls), -1, 4).sum(1)  # place within the beat [N, 4]
    found["on_the_beat"] = beats[:, 0] / np.maximum(beats.sum(1), 1)
    return found


def _qualified(sustain: np.ndarray, onset: np.ndarray) -> float:
    """Share of notes that last two steps or more; bool [3, 64, 84] each."""
    held = np.zeros_like(sustain)
    held[:, :-1] = sustain[:, 1:] & ~onset[:, 1:]
    return float((onset & held).sum() / max(onset.sum(), 1))


def _range(by_pitch: np.ndarray) -> float:
    rows = np.flatnonzero(by_pitch)
    return float(rows[-1] - rows[0]) if len(rows) else 0.0


def overlap(a: np.ndarray, b: np.ndarray) -> float:
    """Shared area of two histograms on one grid, 0 to 1."""
    low, high = min(a.min(), b.min()), max(a.max(), b.max())
    if high - low < 1e-9:
        return 1.0
    edges = np.linspace(low, high, BINS + 1)
    one, two = (np.histogram(x, edges)[0] / len(x) for x in (a, b))
    return float(np.minimum(one, two).sum())
