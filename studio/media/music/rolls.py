"""Notes of many phrases at once, counted on the grid; rolls are bool [N, 4, 2, 64, 84]."""

from __future__ import annotations

import numpy as np

from studio.media.music.document import DRUMS, PITCHES, STEPS, TRACKS

PITCHED = TRACKS.index(DRUMS)  # the tracks before it have pitches


def unpack(phrases: np.ndarray) -> np.ndarray:
    """Bool [..., 64, 84] of packed phrases uint8 [..., 64, 11]."""
    return np.unpackbits(phrases, axis=-1, count=PITCHES).astype(bool)


def note_lengths(rolls: np.ndarray) -> np.ndarray:
    """Steps that the note beginning here lasts, 0 where none begins: int8 [N, 3, 64, 84]."""
    sustain, onset = rolls[:, :PITCHED, 0], rolls[:, :PITCHED, 1]
    lengths = np.zeros(sustain.shape, np.int8)
    lasting = np.zeros(sustain[:, :, 0].shape, np.int8)
    for step in range(STEPS - 1, -1, -1):
        sounds = sustain[:, :, step] | onset[:, :, step]
        lasting = np.where(sounds, lasting + 1, 0).astype(np.int8)
        lengths[:, :, step] = lasting * onset[:, :, step]
        lasting[onset[:, :, step]] = 0  # the note before ends where this one begins
    return lengths


def intervals(rolls: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(phrase, semitones) of each step of the melody's top line: int [K] each."""
    onset = rolls[:, 0, 1]
    phrase, step = np.nonzero(onset.any(2))
    top = PITCHES - 1 - onset[phrase, step, ::-1].argmax(1)
    follows = phrase[1:] == phrase[:-1]
    return phrase[1:][follows], np.diff(top)[follows]


def gaps(rolls: np.ndarray) -> np.ndarray:
    """Steps between one onset and the next within a pitched track: int [K]."""
    starts = rolls[:, :PITCHED, 1].any(3).reshape(-1, STEPS)
    line, step = np.nonzero(starts)
    return np.diff(step)[line[1:] == line[:-1]]


def chroma(sustain: np.ndarray) -> np.ndarray:
    """How long each pitch class sounds: [..., T, 84] -> float [..., 12]."""
    by_pitch = sustain.sum(-2)
    return by_pitch.reshape(*by_pitch.shape[:-1], PITCHES // 12, 12).sum(-2).astype(float)


def pitch_ranges(by_pitch: np.ndarray) -> np.ndarray:
    """Semitones from the lowest to the highest pitch of counts [N, 84], 0 without any."""
    there = by_pitch > 0
    high = PITCHES - 1 - there[:, ::-1].argmax(1)
    return np.where(there.any(1), high - there.argmax(1), 0).astype(float)
