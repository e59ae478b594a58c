"""Notes, clips, their edits and the grid."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from studio.core.errors import StudioError
from studio.media.music.document import (
    CLIP_TICKS,
    DRUMS,
    PITCHES,
    STEPS,
    TRACKS,
    Clip,
    Note,
    clip_of,
    copies,
    moved,
    quantised,
    resized,
    roll_of,
)

NOTES = st.builds(
    lambda track, pitch, start, length, velocity: Note(
        track, pitch, start, min(length, CLIP_TICKS - start), velocity
    ),
    st.sampled_from(TRACKS),
    st.integers(0, 127),
    st.integers(0, CLIP_TICKS - 1),
    st.integers(1, CLIP_TICKS),
    st.integers(1, 127),
)
CLIPS = st.builds(lambda notes: Clip(notes=tuple(notes)), st.lists(NOTES, max_size=25))


def overlaps(clip: Clip) -> bool:
    lines: dict[tuple[str, int], int] = {}
    for note in clip.notes:
        if note.start_ticks < lines.get((note.track, note.pitch), 0):
            return True
        lines[(note.track, note.pitch)] = note.end_ticks
    return False


@pytest.mark.parametrize(
    "wrong",
    [
        {"track": "kazoo"},
        {"pitch": 128},
        {"pitch": 60.0},
        {"pitch": True},
        {"start_ticks": -1},
        {"length_ticks": 0},
        {"velocity": 0},
        {"velocity": 128},
    ],
)
def test_notes_that_make_no_sense_are_refused(wrong):
    right = {"track": "melody", "pitch": 60, "start_ticks": 0, "length_ticks": 120}
    with pytest.raises(StudioError):
        Note(**{**right, **wrong})


@pytest.mark.parametrize(
    "wrong",
    [
        {"tempo_bpm": 0.0},
        {"tempo_bpm": float("nan")},
        {"programs": (0, 0, 0)},
        {"programs": (0, 0, 0, 128)},
        {"muted": ("kazoo",)},
        {"length_ticks": 0},
        {"length_ticks": 480.0},
    ],
)
def test_clips_that_make_no_sense_are_refused(wrong):
    with pytest.raises(StudioError):
        Clip(**wrong)


@given(CLIPS)
def test_clips_are_sorted_inside_and_without_overlaps(clip):
    assert list(clip.notes) == sorted(clip.notes, key=lambda note: note.start_ticks)
    assert all(note.end_ticks <= clip.length_ticks for note in clip.notes)
    assert not overlaps(clip)
    assert replace(clip) == clip


@given(CLIPS, st.integers(-9_000, 9_000), st.integers(-150, 150), st.randoms(use_true_random=False))
def test_moving_keeps_notes_in_the_clip_and_together(clip, ticks, semitones, random):
    chosen = tuple(note for note in clip.notes if random.random() < 0.5)
    new = moved(chosen, ticks, semitones, clip.length_ticks)
    assert len({b.start_ticks - a.start_ticks for a, b in zip(chosen, new, strict=True)}) <= 1
    assert len({b.pitch - a.pitch for a, b in zip(chosen, new, strict=True)}) <= 1
    changed = clip.move(chosen, ticks, semitones)
    assert not overlaps(changed)
    assert {(n.track, n.pitch, n.start_ticks) for n in new} <= {
        (n.track, n.pitch, n.start_ticks) for n in changed.notes
    }


@given(CLIPS, st.integers(-9_000, 9_000), st.sampled_from((30, 60, 120, 160, 480)))
def test_resizing_and_quantising_stay_in_the_clip(clip, ticks, grid_ticks):
    for note in resized(clip.notes, ticks, clip.length_ticks, 30):
        assert 1 <= note.length_ticks <= clip.length_ticks - note.start_ticks
    for note in quantised(clip.notes, grid_ticks, clip.length_ticks):
        assert note.start_ticks % grid_ticks == 0
        assert note.end_ticks <= clip.length_ticks
    assert not overlaps(clip.quantise(clip.notes, grid_ticks))


def test_the_later_note_ends_the_earlier_and_the_newer_replaces_the_older():
    clip = Clip(notes=(Note("melody", 60, 0, 960),))
    assert clip.add(Note("melody", 60, 480, 480)).notes == (
        Note("melody", 60, 0, 480),
        Note("melody", 60, 480, 480),
    )
    assert clip.add(Note("melody", 60, 0, 120)).notes == (Note("melody", 60, 0, 120),)
    assert len(clip.add(Note("bass", 60, 480, 480)).notes) == 2


def test_edits_leave_the_old_clip_alone_and_do_what_they_say():
    first, second = Note("melody", 60, 0, 480, 80), Note("drums", 38, 480, 120, 100)
    clip = Clip(notes=(first, second))
    assert clip.remove([first]).notes == (second,)
    assert clip.transpose(3).notes == (replace(first, pitch=63), second)
    assert clip.set_velocity([first], 300).notes[0].velocity == 127
    assert clip.change_velocity([first, second], -90).notes[1].velocity == 10
    assert clip.duplicate([first], 960).notes == (first, second, replace(first, start_ticks=960))
    assert copies([first], CLIP_TICKS) == ()
    assert clip.with_program("bass", 33).programs == (73, 0, 33, 0)
    assert clip.notes == (first, second)


def test_mute_and_solo():
    assert Clip(muted=("bass",)).audible("melody")
    assert not Clip(muted=("bass",)).audible("bass")
    assert not Clip(soloed=("bass",)).audible("melody")
    assert not Clip(soloed=("bass",), muted=("bass",)).audible("bass")


ROLLS = st.integers(0, 2**32 - 1).map(
    lambda seed: np.random.default_rng(seed).random((4, 2, STEPS, PITCHES)) < 0.01
)


@given(ROLLS)
@settings(max_examples=25, deadline=None)
def test_a_grid_read_as_a_clip_and_back_settles_at_once(roll):
    once = roll_of(clip_of(roll))
    assert (roll_of(clip_of(once)) == once).all()
    assert (once[:, 1] & ~once[:, 0]).sum() == 0, "an onset that does not sound"
    rises = once[:, 0, 1:] & ~once[:, 0, :-1]
    assert (rises & ~once[:, 1, 1:]).sum() == 0, "sound without an onset"
    assert (once[:, 1] >= roll[:, 1]).all(), "every onset of the grid is a note"


@given(CLIPS)
@settings(max_examples=50, deadline=None)
def test_quantised_clips_survive_the_grid(clip):
    notes = [note for note in clip.notes if note.track != DRUMS and 24 <= note.pitch < 108]
    straight = Clip(notes=tuple(notes)).quantise(notes, 120)
    back = clip_of(roll_of(straight))
    assert [(n.track, n.pitch, n.start_ticks, n.length_ticks) for n in back.notes] == [
        (n.track, n.pitch, n.start_ticks, n.length_ticks) for n in straight.notes
    ]
