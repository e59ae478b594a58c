"""Copies of phrases are known again in any key, from any bar and with a note changed."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from studio.media.music.document import STEPS, Clip, clip_of, example_of
from studio.media.music.recogniser import PhraseRecogniser

PHRASES = PhraseRecogniser()


def clip(seed: int) -> Clip:
    """A melody over chords and bass, another for every seed."""
    random = np.random.default_rng(seed)
    roll = np.zeros((4, 2, STEPS, 84), bool)
    for track, low, every in ((0, 48, 2), (1, 24, 8), (2, 12, 8)):
        for start in range(0, STEPS, every):
            row = low + int(random.integers(0, 12))
            roll[track, 0, start : start + every, row] = roll[track, 1, start, row] = True
    return clip_of(roll)


def nearest(asked: Clip, files: list[Clip]) -> tuple[int, np.ndarray]:
    kept = PHRASES.fingerprints(np.stack([example_of(one) for one in files]))
    far = PHRASES.distances(example_of(asked), 0, kept)
    return int(far.argmin()), far


FILES = [clip(seed) for seed in range(40)]


def test_a_transposed_clip_is_known_again() -> None:
    for semitones in (-5, 0, 3, 11):
        index, far = nearest(FILES[9].transpose(semitones), FILES)
        assert index == 9 and far[9] < PHRASES.surely
        assert np.delete(far, 9).min() > PHRASES.hardly


def test_an_edited_clip_is_known_again() -> None:
    notes = list(FILES[9].notes)
    notes[4] = replace(notes[4], pitch=notes[4].pitch + 2)
    edited = replace(FILES[9], notes=tuple(notes)).transpose(4)
    index, far = nearest(edited, FILES)
    assert index == 9 and far[9] < 0.25


def test_a_clip_that_begins_in_another_bar_is_known_again() -> None:
    roll = np.roll(np.unpackbits(example_of(FILES[9]), axis=-1, count=84).astype(bool), 16, axis=2)
    index, far = nearest(clip_of(roll), FILES)
    assert index == 9 and far[9] < PHRASES.surely


def test_fresh_clips_are_like_none() -> None:
    assert min(nearest(clip(seed), FILES)[1].min() for seed in range(100, 140)) > PHRASES.hardly


def test_a_last_chord_is_like_nothing() -> None:
    roll = np.zeros((4, 2, STEPS, 84), bool)
    roll[:3, 0, :32, (24, 28, 31)] = True
    last = clip_of(roll)
    _, far = nearest(last, [last, Clip(), *FILES])
    assert far.min() > 1
    assert (PHRASES.fingerprints(example_of(last)[None]) == 0).all()
