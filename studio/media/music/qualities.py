"""What a person hears in a phrase at once, as numbers.

The sliders of music models steer some of it; a taste is learnt from all.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from studio.core.kind import Qualities
from studio.media.music.dataset import MAJOR, MINOR
from studio.media.music.document import BARS, PITCH_LOW, PITCHES
from studio.media.music.rolls import (
    PITCHED,
    chroma,
    intervals,
    note_lengths,
    pitch_ranges,
    unpack,
)

BEAT_STEPS = 4
AT_ONCE = 256

WORDS = {
    "Density": ("sparse", "dense"),
    "Register": ("low", "high"),
    "Syncopation": ("on the beat", "syncopated"),
    "Brightness": ("minor", "major"),
    "Note length": ("short notes", "long notes"),
    "Drum busyness": ("calm drums", "busy drums"),
    "Fullness": ("thin", "full"),
    "Range": ("narrow", "wide"),
    "Leaps": ("smooth melody", "leaping melody"),
    "Singing": ("little melody", "much melody"),
}


def qualities() -> Qualities:
    """Each takes packed phrases uint8 [N, 4, 2, 64, 11] and gives float64 [N]; drums by themselves.

    A phrase without notes has the lowest density and length, and the middle of everything else.
    """
    return {
        "Density": _of_rolls(density),
        "Register": _of_rolls(register),
        "Syncopation": _of_rolls(syncopation),
        "Brightness": _of_rolls(brightness),
        "Note length": _of_rolls(note_length),
        "Drum busyness": _of_rolls(drum_busyness),
    }


def impressions() -> Qualities:
    """The same and what no slider is for, as it goes along with others."""
    return {
        **qualities(),
        "Fullness": _of_rolls(fullness),
        "Range": _of_rolls(pitch_range),
        "Leaps": _of_rolls(leaps),
        "Singing": _of_rolls(singing),
    }


def _of_rolls(quality: Callable[[np.ndarray], np.ndarray]) -> Callable[[np.ndarray], np.ndarray]:
    """The quality of packed phrases, a few at a time, as unpacked ones are large."""

    def of_phrases(phrases: np.ndarray) -> np.ndarray:
        parts = [
            quality(unpack(phrases[start : start + AT_ONCE]))
            for start in range(0, len(phrases), AT_ONCE)
        ]
        return np.concatenate([np.zeros(0), *parts])

    return of_phrases


def density(rolls: np.ndarray) -> np.ndarray:
    """Notes a bar in melody, chords and bass together, from bool [N, 4, 2, 64, 84]: 0 up."""
    return rolls[:, :PITCHED, 1].sum((1, 2, 3)) / BARS


def register(rolls: np.ndarray) -> np.ndarray:
    """Mean pitch of the sounding notes in MIDI numbers, 24 to 107; 60 is middle C."""
    by_pitch = rolls[:, :PITCHED, 0].sum((1, 2))
    total = by_pitch.sum(1)
    mean = (by_pitch @ np.arange(PITCHES)) / np.maximum(total, 1) + PITCH_LOW
    return np.where(total > 0, mean, 60.0)


def syncopation(rolls: np.ndarray) -> np.ndarray:
    """Share of the notes of melody, chords and bass that begin off the beat, 0 to 1."""
    starts = rolls[:, :PITCHED, 1].sum((1, 3))  # [N, 64]
    on_beat = starts[:, ::BEAT_STEPS].sum(1)
    return 1 - on_beat / np.maximum(starts.sum(1), 1) - (starts.sum(1) == 0) * 0.5


def brightness(rolls: np.ndarray) -> np.ndarray:
    """How much better C major fits than A minor: about -0.5 to 0.5.

    Phrases are read in one of these keys, and models think in them. Fits are correlations of the
    sounding pitch classes with how common each degree is (Temperley 2007).
    """
    classes = chroma(rolls[:, :PITCHED, 0]).sum(1)  # [N, 12]
    away = classes - classes.mean(1, keepdims=True)
    away = away / np.maximum(np.linalg.norm(away, axis=1, keepdims=True), 1e-9)
    return away @ (_profile(MAJOR, 0) - _profile(MINOR, 9))


def _profile(degrees: Sequence[float], tonic: int) -> np.ndarray:
    """How much of each pitch class [12] a key has, centred and of length 1."""
    centred = np.roll(degrees, tonic) - np.mean(degrees)
    return centred / np.linalg.norm(centred)


def note_length(rolls: np.ndarray) -> np.ndarray:
    """Mean length of the notes of melody, chords and bass, in sixteenths: 0 to 64."""
    lengths = note_lengths(rolls)
    count = (lengths > 0).sum((1, 2, 3))
    return lengths.sum((1, 2, 3), dtype=int) / np.maximum(count, 1)


def drum_busyness(rolls: np.ndarray) -> np.ndarray:
    """Drum hits a bar: 0 up."""
    return rolls[:, PITCHED, 1].sum((1, 2)) / BARS


def fullness(rolls: np.ndarray) -> np.ndarray:
    """Pitches that sound at once, where any does: 0 up."""
    at_once = (rolls[:, :PITCHED, 0].sum(1) > 0).sum(2)  # [N, 64]
    return at_once.sum(1) / np.maximum((at_once > 0).sum(1), 1)


def pitch_range(rolls: np.ndarray) -> np.ndarray:
    """Semitones from the lowest to the highest note: 0 to 83."""
    return pitch_ranges(rolls[:, :PITCHED, 0].sum((1, 2)))


def leaps(rolls: np.ndarray) -> np.ndarray:
    """Mean size of the melody's steps in semitones: 0 up."""
    phrase, semitones = intervals(rolls)
    count = np.bincount(phrase, minlength=len(rolls))
    return np.bincount(phrase, np.abs(semitones), len(rolls)) / np.maximum(count, 1)


def singing(rolls: np.ndarray) -> np.ndarray:
    """Share of the phrase in which a melody sounds, 0 to 1."""
    return rolls[:, 0, 0].any(2).mean(1)
