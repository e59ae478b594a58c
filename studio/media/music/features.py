"""A fixed description of phrases as numbers: the space in which music is compared.

Not learnt and not random: harmony, rhythm, contour, density and drums, as a listener might sum a
phrase up. Two phrases are near where they would be called alike; VERSION changes with any change.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from studio.media.music.descriptions import describe
from studio.media.music.document import BARS, PITCHES, STEPS, STEPS_PER_BAR
from studio.media.music.rolls import PITCHED, chroma, intervals, note_lengths, unpack

VERSION = "phrase-1"
AT_ONCE = 256
HALVES = 8  # of a bar, over which the contour is drawn
WIDEST = 12
BEATS = 16
# rows of the grid (MIDI - 24): kick, snare and its kin, hats; everything else is the last group
DRUM_ROWS = ((11, 12), (13, 14, 15, 16), (18, 20, 22))


class PhraseFeatures:
    """Packed phrases uint8 [N, 4, 2, 64, 11] -> float32 [N, 258]."""

    version = VERSION

    def __call__(self, examples: np.ndarray) -> np.ndarray:
        parts = [
            _describe(unpack(np.asarray(examples[start : start + AT_ONCE])))
            for start in range(0, max(len(examples), 1), AT_ONCE)
        ]
        return np.concatenate(parts).astype(np.float32)

    def describe(self, examples: np.ndarray) -> dict[str, np.ndarray]:
        """The measures of descriptions.py."""
        return describe(unpack(np.asarray(examples)))

    def disguised(self, examples: np.ndarray) -> np.ndarray:
        """None: phrases are read in one key, so that a transposed copy is the copy itself."""
        return examples[:0]

    def outlines(self, examples: np.ndarray) -> np.ndarray:
        """The harmony of each track, beat by beat, and the drums: float32 [N, 16, 49]."""
        found = [np.zeros((0, BEATS, 4 * 12 + 1), np.float32)]
        for start in range(0, len(examples), AT_ONCE):
            rolls = unpack(np.asarray(examples[start : start + AT_ONCE]))
            beats = rolls[:, :, 0].reshape(len(rolls), 4, BEATS, STEPS // BEATS, PITCHES)
            hits = rolls[:, PITCHED, 1].reshape(len(rolls), BEATS, -1).sum(2)
            tracks = chroma(beats).transpose(0, 2, 1, 3).reshape(len(rolls), BEATS, -1)
            found.append(np.sqrt(np.concatenate([tracks, hits[..., None]], 2), dtype=np.float32))
        return np.concatenate(found)

    def views(self, outlines: np.ndarray) -> Iterator[np.ndarray]:
        """As it is, then begun one, two and three bars later: [N, 784]."""
        for bar in range(BARS):
            turned = np.roll(outlines, -bar * BEATS // BARS, axis=1)
            yield turned.reshape(len(outlines), int(np.prod(outlines.shape[1:])))


def _describe(rolls: np.ndarray) -> np.ndarray:
    """Square roots of counts throughout, which keeps a few busy phrases from ruling."""
    sustain, onset = rolls[:, :PITCHED, 0], rolls[:, :PITCHED, 1]
    count = len(rolls)
    halves = sustain.reshape(count, PITCHED, 2, STEPS // 2, PITCHES)
    found = [
        np.sqrt(_shares(chroma(halves))),  # harmony: [N, 3, 2, 12]
        np.sqrt(_by_place(onset.sum(3))),  # rhythm: [N, 3, 16]
        np.sqrt(_by_bar(onset.sum(3))),  # density: [N, 3, 4]
        _contour(sustain),  # [N, 3, 8]
        _texture(rolls),  # [N, 3, 3]
        np.sqrt(_shares(_interval_counts(rolls))),  # [N, 25]
        np.sqrt(_drums(rolls[:, PITCHED, 1])),  # [N, 68]
    ]
    return np.concatenate([part.reshape(count, int(np.prod(part.shape[1:]))) for part in found], 1)


def _shares(counts: np.ndarray) -> np.ndarray:
    return counts / np.maximum(counts.sum(-1, keepdims=True), 1)


def _by_place(counts: np.ndarray) -> np.ndarray:
    """[..., 64] counts a step -> [..., 16] a place within the bar."""
    return counts.reshape(*counts.shape[:-1], BARS, STEPS_PER_BAR).sum(-2)


def _by_bar(counts: np.ndarray) -> np.ndarray:
    return counts.reshape(*counts.shape[:-1], BARS, STEPS_PER_BAR).sum(-1)


def _contour(sustain: np.ndarray) -> np.ndarray:
    """Octaves of the mean pitch above the track's own mean, each half bar: [N, 3, 8]."""
    parts = sustain.reshape(*sustain.shape[:2], HALVES, STEPS // HALVES, PITCHES).sum(3)
    weight, rows = parts.sum(3), np.arange(PITCHES)
    mean = _mean_row(parts.sum(2))[..., None]
    return np.where(weight > 0, (parts @ rows) / np.maximum(weight, 1) - mean, 0) / 12


def _mean_row(by_pitch: np.ndarray) -> np.ndarray:
    return (by_pitch @ np.arange(PITCHES)) / np.maximum(by_pitch.sum(-1), 1)


def _texture(rolls: np.ndarray) -> np.ndarray:
    """Register in octaves, notes at once, and how long they last (log2): [N, 3, 3]."""
    sustain, lengths = rolls[:, :PITCHED, 0], note_lengths(rolls)
    at_once = sustain.sum((2, 3)) / np.maximum(sustain.any(3).sum(2), 1)
    lasting = lengths.sum((2, 3), dtype=int) / np.maximum((lengths > 0).sum((2, 3)), 1)
    return np.stack([_mean_row(sustain.sum(2)) / 12, at_once, np.log2(lasting + 1)], axis=-1)


def _interval_counts(rolls: np.ndarray) -> np.ndarray:
    phrase, semitones = intervals(rolls)
    counts = np.zeros((len(rolls), 2 * WIDEST + 1))
    np.add.at(counts, (phrase, np.clip(semitones, -WIDEST, WIDEST) + WIDEST), 1)
    return counts


def _drums(onset: np.ndarray) -> np.ndarray:
    """[N, 64, 84] -> [N, 68]: four groups of drums by place in the bar, and hits a bar."""
    rest = sorted(set(range(PITCHES)) - {row for rows in DRUM_ROWS for row in rows})
    groups = [_by_place(onset[:, :, list(rows)].sum(2)) for rows in (*DRUM_ROWS, rest)]
    return np.concatenate([*groups, _by_bar(onset.sum(2))], axis=1)
