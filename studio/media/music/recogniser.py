"""Knows a training phrase again from the little that a model keeps of it.

A fingerprint says, beat by beat, which of the twelve notes sound in the melody and in what goes
with it, on four levels, and how busy the drums are: no octaves, no rhythm within the beat, no
voices and no instruments. The harmony can be guessed from it, and the course of the tune; neither
a performance nor an arrangement can.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from studio.media.music.document import BARS, PITCHES, STEPS
from studio.media.music.rolls import PITCHED, chroma, unpack

VERSION = "phrase-1"
BEATS = 16
LINES = 2 * 12 + 1  # melody, harmony, drums
NUMBERS = BEATS * LINES
LEVELS = np.sqrt(np.array([0, 1, 2.5, 5], np.float32))  # of how many steps a note sounds in a beat
FROM = np.array([1, 2, 4])  # steps for each level above the first
LEAST_BEATS = 6  # that differ; the last bar of one song is that of another, too
AT_ONCE = 256
FARTHEST = 2.0  # of two unit vectors


class PhraseRecogniser:
    """Fingerprints of packed phrases, and how far a phrase is from each, however disguised.

    It is looked for in all keys, and begun one, two or three bars later.
    """

    version = VERSION
    width = NUMBERS // 4
    surely, hardly = 0.05, 0.35

    def fingerprints(self, examples: np.ndarray) -> np.ndarray:
        """uint8 [N, 100] of uint8 [N, 4, 2, 64, 11]; a row of 0 where there is no phrase."""
        found = [np.zeros((0, self.width), np.uint8)]
        for start in range(0, len(examples), AT_ONCE):
            counts = _counts(np.asarray(examples[start : start + AT_ONCE]))
            levels = (counts[:, :, None] >= FROM).sum(2)
            levels[_different_beats(levels) < LEAST_BEATS] = 0
            bits = np.stack([levels >> 1, levels & 1], 2).astype(np.uint8)
            found.append(np.packbits(bits.reshape(len(bits), -1), axis=1))
        return np.concatenate(found)

    def distances(self, example: np.ndarray, size_px: int, fingerprints: np.ndarray) -> np.ndarray:
        """float32 [N], 0 (the same) to 2, of one packed phrase to each fingerprint.

        size_px means nothing here. About 20 ms for 5,000 fingerprints on one thread.
        """
        kept = _rows(fingerprints)
        views = np.concatenate(list(_views(_rows(self.fingerprints(example[None])))))
        alike = (views @ kept.T).max(0, initial=0)
        return np.sqrt(np.maximum(2 - 2 * alike, 0))


def _counts(examples: np.ndarray) -> np.ndarray:
    """Steps that each note sounds, and strokes of the drums, in each beat: [N, 400]."""
    rolls = unpack(examples)
    count = len(rolls)
    beats = rolls[:, :PITCHED, 0].reshape(count, PITCHED, BEATS, STEPS // BEATS, PITCHES)
    notes = chroma(beats)  # [N, 3, 16, 12]
    strokes = rolls[:, PITCHED, 1].reshape(count, BEATS, -1).sum(2)
    parts = [notes[:, 0], notes[:, 1:].sum(1), strokes[..., None]]
    return np.concatenate(parts, 2).reshape(count, NUMBERS)


def _different_beats(levels: np.ndarray) -> np.ndarray:
    """How many beats of each [N, 400] are unlike all others: int [N]."""
    beats = (levels > 0).reshape(len(levels), BEATS, LINES)
    return np.array([len(np.unique(one, axis=0)) for one in beats], int)


def _rows(fingerprints: np.ndarray) -> np.ndarray:
    """Units float32 [N, 400], or 0 where there is no phrase."""
    bits = np.unpackbits(fingerprints, axis=1).reshape(-1, NUMBERS, 2)
    rows = LEVELS[bits[..., 0] * 2 + bits[..., 1]]
    return rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-6)


def _views(rows: np.ndarray) -> Iterator[np.ndarray]:
    """Of one row [1, 400], every key and every bar to begin in."""
    beats = rows.reshape(BEATS, LINES)
    for bar in range(BARS):
        turned = np.roll(beats, -bar * BEATS // BARS, axis=0)
        for key in range(12):
            lines = [np.roll(turned[:, at : at + 12], key, axis=1) for at in (0, 12)]
            yield np.concatenate([*lines, turned[:, 24:]], axis=1).reshape(1, NUMBERS)
