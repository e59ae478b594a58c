"""Each quality of phrases is more where there is more of it."""

import numpy as np
import pytest

from studio.media.music.document import Clip, Note, example_of
from studio.media.music.qualities import impressions, qualities

BAR, STEP = 1920, 120


def phrase(*notes):
    """(track, pitch, step, steps) each, packed [4, 2, 64, 11]."""
    made = [
        Note(track, pitch, start * STEP, length * STEP) for track, pitch, start, length in notes
    ]
    return example_of(Clip(notes=tuple(made)))


def line(pitches, every, length, offset=0, track="melody"):
    return [(track, pitch, offset + every * i, length) for i, pitch in enumerate(pitches)]


C_MAJOR, A_MINOR = [60, 64, 67, 72] * 3, [57, 60, 64, 69] * 3
DRUMS = [("drums", 36, step, 1) for step in range(0, 64, 2)]


@pytest.mark.parametrize(
    ("name", "more", "less"),
    [
        ("Density", line(C_MAJOR, 4, 2), line(C_MAJOR[:4], 4, 2)),
        ("Register", line([84, 86], 8, 4), line([40, 38], 8, 4, track="bass")),
        ("Syncopation", line(C_MAJOR, 4, 2, 2), line(C_MAJOR, 4, 2)),
        ("Brightness", line(C_MAJOR, 4, 4), line(A_MINOR, 4, 4)),
        ("Note length", line(C_MAJOR[:4], 16, 12), line(C_MAJOR[:4], 16, 2)),
        ("Drum busyness", DRUMS, DRUMS[:4]),
        ("Fullness", line(C_MAJOR, 4, 4) + line([48] * 12, 4, 4), line(C_MAJOR, 4, 4)),
        ("Range", line([36, 84], 4, 4), line([60, 62], 4, 4)),
        ("Leaps", line([60, 72, 60, 72], 4, 4), line([60, 62, 64, 65], 4, 4)),
        ("Singing", line(C_MAJOR, 4, 4), line(C_MAJOR[:2], 4, 4)),
    ],
)
def test_more_is_more(name, more, less):
    values = impressions()[name](np.stack([phrase(*more), phrase(*less)]))
    assert values[0] > values[1] + 0.05


def test_units():
    found = qualities()
    one = np.stack([phrase(*line([60] * 8, 8, 4), *DRUMS)])
    assert found["Density"](one)[0] == 2 and found["Drum busyness"](one)[0] == 8
    assert found["Register"](one)[0] == 60 and found["Note length"](one)[0] == 4
    assert found["Syncopation"](one)[0] == 0


def test_silence_and_noise_have_numbers():
    random = np.random.default_rng(0)
    for phrases in (
        np.stack([phrase()]),
        random.integers(0, 256, (3, 4, 2, 64, 11), dtype=np.uint8),
        np.zeros((0, 4, 2, 64, 11), np.uint8),
    ):
        for measure in impressions().values():
            values = measure(phrases)
            assert values.shape == (len(phrases),) and np.isfinite(values).all()
