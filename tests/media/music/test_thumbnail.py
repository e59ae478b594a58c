"""Small pictures of clips: what a person can tell from them."""

from dataclasses import replace

import numpy as np
import pytest

from studio.media.music.document import DRUMS, TRACK_COLOURS, TRACKS, Clip, Note
from studio.media.music.thumbnail import DRUM_GROUND, thumbnail

EIGHTH, BAR = 240, 1920
SIZES = (64, 76, 86, 96, 172)
BAND = Clip(
    notes=(
        *(Note("melody", 72 + at % 3, at * 2 * EIGHTH, 2 * EIGHTH) for at in range(16)),
        *(Note("chords", pitch, 0, 4 * BAR) for pitch in (55, 60, 64)),
        *(Note("bass", 36, at * BAR, BAR) for at in range(4)),
        *(Note(DRUMS, 36 if at % 2 else 42, at * EIGHTH, 120) for at in range(32)),
    )
)


def where(picture, track):
    """bool [size, size]"""
    return (picture == TRACK_COLOURS[TRACKS.index(track)]).all(axis=2)


def changed(track):
    """The band with one track a third higher, drums with a snare for the kick."""
    up = 2 if track == DRUMS else 4
    return replace(
        BAND,
        notes=tuple(
            replace(one, pitch=one.pitch + up) if one.track == track else one for one in BAND.notes
        ),
    )


def test_each_track_has_its_colour():
    clip = Clip(notes=(Note("melody", 72, 0, 2 * BAR), Note("bass", 40, 2 * BAR, 2 * BAR)))
    picture = thumbnail(clip, 96)
    assert picture.shape == (96, 96, 3) and picture.dtype == np.uint8
    rows = np.argwhere(where(picture, "melody"))
    assert rows[:, 1].max() < 48, "the melody fills the left half"
    assert np.argwhere(where(picture, "bass"))[:, 0].min() > rows[:, 0].max()
    assert (thumbnail(Clip(), 8) == (16, 17, 20)).all()


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("track", TRACKS)
def test_clips_that_differ_in_one_track_look_different(track, size):
    before, after = thumbnail(BAND, size), thumbnail(changed(track), size)
    differs = (before != after).any(axis=2)
    assert differs.mean() > 0.01, "at least a hundredth of the picture"
    assert where(before, track).any() and where(after, track).any()


@pytest.mark.parametrize("size", SIZES)
def test_notes_are_two_pixels_thick_and_drums_lie_at_the_foot(size):
    picture = thumbnail(BAND, size)
    for track in TRACKS:
        shown = where(picture, track)
        is_thick = shown & (np.roll(shown, 1, 0) | np.roll(shown, -1, 0))
        assert (is_thick == shown).all(), track
    foot = np.argwhere((picture == DRUM_GROUND).all(axis=2))[:, 0].min()
    drums = np.argwhere(where(picture, DRUMS))[:, 0]
    pitched = max(np.argwhere(where(picture, track))[:, 0].max() for track in TRACKS[:3])
    assert pitched < foot <= drums.min()


@pytest.mark.parametrize("size", SIZES)
def test_the_clips_own_range_fills_the_height(size):
    shown = np.argwhere(where(thumbnail(BAND, size), "melody"))[:, 0].min()
    assert shown < size * 0.12, "the highest note is at the top"
    alone = replace(BAND, notes=tuple(one for one in BAND.notes if one.track == "bass"))
    rows = np.argwhere(where(thumbnail(alone, size), "bass"))[:, 0]
    assert abs(rows.mean() - size / 2) < size * 0.1, "a single line lies in the middle"


def test_repeated_notes_stay_apart():
    quarters = Clip(notes=tuple(Note("bass", 40, at * 480, 480) for at in range(16)))
    row = where(thumbnail(quarters, 64), "bass").any(axis=0)
    assert (np.diff(row.astype(int)) == 1).sum() >= 15
