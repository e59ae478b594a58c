"""Measures of phrases as musicians and papers name them, one number a phrase.

After MuseGAN (Dong et al. 2018) and MGEval (Yang and Lerch 2020).
"""

from __future__ import annotations

import numpy as np

from studio.media.music.document import BARS, PITCHES, STEPS, STEPS_PER_BAR, TRACKS
from studio.media.music.rolls import PITCHED, chroma, gaps, intervals, note_lengths, pitch_ranges

MAJOR_SCALE = (0, 2, 4, 5, 7, 9, 11)  # phrases are read in C major or A minor
QUALIFIED_STEPS = 2  # a note shorter than an eighth counts as a fragment
WIDEST = 24
BEATS = 16
# circle of fifths, of minor thirds, of major thirds: (radius, turns a semitone)
CIRCLES = ((1.0, 7 / 12), (1.0, 3 / 4), (0.5, 1 / 3))


def describe(rolls: np.ndarray) -> dict[str, np.ndarray]:
    """Measures of phrases bool [N, 4, 2, 64, 84], each [N] (tonal distances: fewer)."""
    sustain, onset = rolls[:, :, 0], rolls[:, :, 1]
    pitched, starts = sustain[:, :PITCHED], onset[:, :PITCHED]
    found: dict[str, np.ndarray] = {}
    for index, track in enumerate(TRACKS):
        bars = rolls[:, index].reshape(len(rolls), 2, BARS, STEPS_PER_BAR, PITCHES)
        found[f"empty_bars_{track}"] = 1 - bars.any((1, 3, 4)).mean(1)
        found[f"notes_{track}"] = onset[:, index].sum((1, 2)).astype(float)
    classes = chroma(pitched).sum(1)  # [N, 12]
    found["used_pitch_classes"] = (classes > 0).sum(1).astype(float)
    found["scale_consistency"] = classes[:, MAJOR_SCALE].sum(1) / np.maximum(classes.sum(1), 1)
    steps = pitched.any(1).sum(2)  # pitches sounding at each step [N, 64]
    found["polyphony"] = steps.sum(1) / np.maximum((steps > 0).sum(1), 1)
    lengths = note_lengths(rolls)
    notes = np.maximum(starts.sum((1, 2, 3)), 1)
    found["qualified_notes"] = (lengths >= QUALIFIED_STEPS).sum((1, 2, 3)) / notes
    found["note_steps"] = lengths.sum((1, 2, 3), dtype=int) / notes
    by_pitch = pitched.sum((1, 2))  # [N, 84]
    found["mean_pitch"] = (by_pitch @ np.arange(PITCHES)) / np.maximum(by_pitch.sum(1), 1)
    found["pitch_range"] = pitch_ranges(by_pitch)
    beats = starts.sum((1, 3)).reshape(len(rolls), -1, 4).sum(1)  # place within the beat [N, 4]
    found["on_the_beat"] = beats[:, 0] / np.maximum(beats.sum(1), 1)
    found["tonal_distance_melody_chords"] = tonal_distances(sustain[:, 0], sustain[:, 1])
    found["tonal_distance_chords_bass"] = tonal_distances(sustain[:, 1], sustain[:, 2])
    return found


def tonal_distances(one: np.ndarray, two: np.ndarray) -> np.ndarray:
    """Mean distance of two tracks bool [N, 64, 84] on the tonal circles, beat by beat: [<= N].

    Harte et al. 2006, as MuseGAN uses it; phrases where the two never sound in one beat are left
    out. It sees harmony faintly: differences under 0.05 mean nothing.
    """
    chromas = [
        chroma(x.reshape(len(x), BEATS, STEPS // BEATS, PITCHES)) for x in (one, two)
    ]  # [N, 16, 12]
    both = (chromas[0].sum(2) > 0) & (chromas[1].sum(2) > 0)
    places = [(x / np.maximum(x.sum(2, keepdims=True), 1)) @ _circles() for x in chromas]
    far = np.linalg.norm(places[0] - places[1], axis=2) * both
    sounds = both.any(1)
    return far[sounds].sum(1) / both[sounds].sum(1)


def _circles() -> np.ndarray:
    """[12, 6]: where each pitch class lies on the three circles."""
    turns = 2 * np.pi * np.arange(12)
    return np.stack(
        [radius * wave(turns * each) for radius, each in CIRCLES for wave in (np.sin, np.cos)], 1
    )


def note_counts(rolls: np.ndarray) -> dict[str, np.ndarray]:
    """Histograms over all notes of phrases bool [N, 4, 2, 64, 84]: int counts, fixed bins.

    pitch, interval (semitones of the melody's steps), onset (place in the bar), gap (steps from
    one onset to the next in a track, the inter-onset interval), length (steps); no drums.
    """
    starts = rolls[:, :PITCHED, 1]
    _, semitones = intervals(rolls)
    lengths = note_lengths(rolls)
    return {
        "pitch": starts.sum((0, 1, 2)),
        "interval": np.bincount(np.clip(semitones, -WIDEST, WIDEST) + WIDEST, None, 2 * WIDEST + 1),
        "onset": starts.sum((0, 1, 3)).reshape(BARS, STEPS_PER_BAR).sum(0),
        "gap": np.bincount(gaps(rolls), None, STEPS + 1),
        "length": np.bincount(lengths[lengths > 0], None, STEPS + 1),
    }
