"""What is kept of a clip comes back as it was, and nothing new sounds where it is locked."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.core.errors import StudioError
from studio.media.music.document import BARS, CLIP_TICKS, TRACKS, Clip, Note
from studio.media.music.locks import BAR_TICKS, Lock, read_lock

notes = st.builds(
    Note,
    st.sampled_from(TRACKS),
    st.integers(58, 62),
    st.integers(0, CLIP_TICKS - 1),
    st.integers(1, 2 * BAR_TICKS),
    st.integers(1, 127),
)
clips = st.builds(
    lambda some, length: Clip(notes=tuple(some), length_ticks=length),
    st.lists(notes, max_size=12),
    st.sampled_from((CLIP_TICKS, CLIP_TICKS // 2 + 7, 2 * CLIP_TICKS)),
)
bars = st.frozensets(st.integers(0, BARS - 1), max_size=BARS - 1)
tracks = st.frozensets(st.sampled_from(TRACKS), max_size=len(TRACKS) - 1)


@given(clips, bars, tracks, st.data())
def test_kept_notes_stay_and_locked_places_stay_silent(clip, bars, tracks, data):
    some = data.draw(st.frozensets(st.sampled_from(clip.notes))) if clip.notes else frozenset()
    lock = Lock(bars, tracks, some)
    new = data.draw(st.lists(notes, max_size=12))
    joined = lock.joined(clip, new)
    kept = set(lock.kept(clip))
    assert kept <= set(joined.notes)
    assert some <= kept
    for note in set(joined.notes) - kept:
        assert note.track not in tracks
        sounding = range(note.start_ticks // BAR_TICKS, (note.end_ticks - 1) // BAR_TICKS + 1)
        assert bars.isdisjoint(sounding)
    for track in tracks:
        assert joined.on_track(track) == clip.on_track(track)
    again = lock.joined(joined, new)
    assert again == joined, "the same once more changes nothing"


@given(clips, bars, tracks)
def test_cells_ask_for_silence_where_a_bar_or_track_is_locked(clip, bars, tracks):
    wanted, counts = Lock(bars, tracks).cells(clip)
    assert (wanted & ~counts).sum() == 0
    assert counts[[TRACKS.index(track) for track in tracks]].all()
    for bar in bars:
        assert counts[:, :, bar * 16 : bar * 16 + 16].all()


def test_a_melody_goes_round_a_kept_note_of_another_pitch():
    kept = Note("melody", 60, 960, 480)
    clip = Clip(notes=(kept,))
    lock = Lock(notes=frozenset({kept}))
    new = [Note("melody", 72, 480, 960), Note("melody", 72, 1200, 480), Note("chords", 60, 960, 99)]
    joined = lock.joined(clip, new)
    assert joined.on_track("melody") == (Note("melody", 72, 480, 480), kept)
    assert joined.on_track("chords") == (new[2],)


def test_what_lies_after_the_bars_of_the_model_stays():
    late = Note("bass", 40, CLIP_TICKS + 10, 100)
    clip = Clip(notes=(late, Note("bass", 40, 0, 100)), length_ticks=2 * CLIP_TICKS)
    assert Lock(tracks=frozenset({"drums"})).joined(clip, []).notes == (late,)


@pytest.mark.parametrize(
    ("words", "lock"),
    [
        (["bars=1-2"], Lock(bars=frozenset({0, 1}))),
        (["bars=1,4"], Lock(bars=frozenset({0, 3}))),
        (["tracks=bass,drums"], Lock(tracks=frozenset({"bass", "drums"}))),
        (["bars=2", "tracks=bass", "bars=4"], Lock(frozenset({1, 3}), frozenset({"bass"}))),
    ],
)
def test_words_of_the_command_line(words, lock):
    assert read_lock(words) == lock


NONSENSE = (
    "", "bars", "bars=", "bars=0", "bars=5", "bars=3-2", "bars=1-", "bars=\u0661", "tracks=",
    "tracks=oboe", "tempo=3", "mask.png",
)  # fmt: skip


@pytest.mark.parametrize("word", NONSENSE)
def test_words_that_make_no_sense(word):
    with pytest.raises(StudioError):
        read_lock([word])


@pytest.mark.parametrize(
    ("lock", "words"),
    [
        (Lock(), "Nothing is kept"),
        (Lock(bars=frozenset(range(BARS))), "Everything is kept"),
        (Lock(tracks=frozenset(TRACKS)), "Everything is kept"),
        (Lock(bars=frozenset({4})), "bars 1 to 4"),
        (Lock(tracks=frozenset({"oboe"})), "melody, chords, bass, drums"),
        (Lock(notes=frozenset({Note("bass", 1, 1, 1)})), "not in this clip"),
    ],
)
def test_locks_that_make_no_sense(lock, words):
    with pytest.raises(StudioError, match=words):
        lock.checked(replace(Clip(), notes=(Note("melody", 60, 0, 480),)))
