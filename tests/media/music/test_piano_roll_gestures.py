"""Gestures and edits of notes, without a window."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from studio.core.history import History
from studio.media.music import edits
from studio.media.music.document import CLIP_TICKS, TRACKS, Clip, Note
from studio.media.music.editor import NoteEditor
from studio.media.music.gestures import DrawNote, MoveNotes, Pointer, snapped
from studio.media.music.hit import Geometry, Hit, hit_at, notes_between
from studio.media.music.names import PROGRAM_NAMES, key_name, note_name, pitch_name

C4 = Note("melody", 60, 480, 480)
E4 = Note("melody", 64, 960, 240)
BASS = Note("bass", 36, 0, 960)
CLIP = Clip(notes=(C4, E4, BASS))

notes = st.builds(
    Note,
    st.sampled_from(TRACKS),
    st.integers(30, 100),
    st.integers(0, CLIP_TICKS - 1),
    st.integers(1, 2000),
    st.integers(1, 127),
)
clips = st.lists(notes, max_size=12).map(lambda found: Clip(notes=tuple(found)))
pointers = st.builds(
    Pointer,
    st.floats(-500, CLIP_TICKS + 500),
    st.integers(0, 127),
    st.integers(1, 127),
    st.booleans(),
    st.booleans(),
)


def editor_of(clip: Clip, **changes) -> tuple[NoteEditor, History]:
    """An editor whose commits go into a history, as in the panel."""
    editor, history = NoteEditor(), History(clip)
    editor.show(clip)
    editor.on_commit = history.apply
    history.on_change.append(editor.show)
    editor.select(changes.pop("selection", frozenset()))
    for name, value in changes.items():
        setattr(editor, name, value)
    return editor, history


def test_draw_starts_on_the_grid_and_dragging_sets_the_length():
    editor, history = editor_of(Clip(), tool="draw")
    heard: list[Note] = []
    editor.on_sound = heard.append
    editor.press(Pointer(130, 72), None, adds=False)
    editor.drag(Pointer(700, 50))
    editor.release()
    assert history.value.notes == (Note("melody", 72, 120, 600),)
    assert heard[0].pitch == 72
    assert editor.selection == frozenset(history.value.notes)


def test_a_new_note_is_as_long_as_the_last_one():
    editor, history = editor_of(CLIP)
    editor.press(Pointer(1000, 64), Hit(E4, "body"), adds=False)
    editor.release()
    editor.draw(Pointer(2400, 70))
    editor.release()
    assert history.value.notes[-1] == Note("melody", 70, 2400, 240)


def test_move_snaps_the_grabbed_note_and_is_one_step():
    editor, history = editor_of(CLIP)
    editor.press(Pointer(500, 60), Hit(C4, "body"), adds=False)
    for ticks in (550, 600, 700):
        editor.drag(Pointer(ticks, 62))
    assert history.value is CLIP
    editor.release()
    assert replace(C4, pitch=62, start_ticks=720) in history.value.notes
    assert history.undo_text == "Move notes"
    history.undo()
    assert history.value == CLIP and history.undo_text is None


def test_notes_passed_on_the_way_stay_whole():
    clip = Clip(notes=(C4, Note("melody", 60, 1920, 480)))
    editor, history = editor_of(clip)
    editor.press(Pointer(500, 60), Hit(C4, "body"), adds=False)
    for ticks in range(600, 4000, 120):
        editor.drag(Pointer(ticks, 60))
    editor.release()
    assert Note("melody", 60, 1920, 480) in history.value.notes


def test_a_note_sounds_when_taken_and_at_each_new_pitch():
    editor, _ = editor_of(CLIP)
    heard: list[int] = []
    editor.on_sound = lambda note: heard.append(note.pitch)
    editor.press(Pointer(500, 60), Hit(C4, "body"), adds=False)
    for pitch in (60, 61, 61, 63, 61):
        editor.drag(Pointer(500, pitch))
    assert heard == [60, 61, 63, 61]


def test_copy_leaves_the_old_notes():
    editor, history = editor_of(CLIP)
    editor.press(Pointer(500, 60), Hit(C4, "body"), adds=False)
    editor.drag(Pointer(500, 67, copies=True))
    editor.release()
    assert len(history.value.notes) == 4 and C4 in history.value.notes
    assert history.undo_text == "Copy notes"


def test_alt_switches_the_grid_off():
    gesture = MoveNotes(CLIP, frozenset([C4]), C4, Pointer(480, 60), 120)
    gesture.drag(Pointer(487, 60, snaps=False))
    assert replace(C4, start_ticks=487) in gesture.clip.notes
    gesture.drag(Pointer(487, 60))
    assert gesture.clip == CLIP


def test_resize_at_either_edge():
    editor, history = editor_of(CLIP)
    editor.press(Pointer(955, 60), Hit(C4, "end"), adds=False)
    editor.drag(Pointer(1190, 60))
    editor.release()
    assert replace(C4, length_ticks=720) in history.value.notes
    history.undo()
    editor.press(Pointer(485, 60), Hit(C4, "start"), adds=False)
    editor.drag(Pointer(245, 60))
    editor.release()
    assert replace(C4, start_ticks=240, length_ticks=720) in history.value.notes


def test_erase_takes_what_a_quick_hand_passes_but_only_of_its_track():
    row = tuple(Note("melody", 60, 480 * step, 240) for step in range(8))
    editor, history = editor_of(Clip(notes=(*row, Note("bass", 60, 700, 100))), tool="erase")
    editor.press(Pointer(10, 60), None, adds=False)
    editor.drag(Pointer(3700, 60))
    editor.release()
    assert [note.track for note in history.value.notes] == ["bass"]


def test_marquee_selects_and_changes_nothing():
    editor, history = editor_of(CLIP)
    editor.press(Pointer(0, 80), None, adds=False)
    editor.drag(Pointer(2000, 20))
    editor.release()
    assert editor.selection == {C4, E4}
    assert history.undo_text is None


def test_clicks_select_add_and_single_out():
    editor, _ = editor_of(CLIP)
    editor.press(Pointer(500, 60), Hit(C4, "body"), adds=False)
    editor.release()
    editor.press(Pointer(1000, 64), Hit(E4, "body"), adds=True)
    assert editor.selection == {C4, E4}
    editor.press(Pointer(1000, 64), Hit(E4, "body"), adds=False)
    editor.release()
    assert editor.selection == {E4}


def test_a_note_of_another_track_brings_its_track_forward():
    editor, _ = editor_of(CLIP)
    editor.press(Pointer(10, 36), Hit(BASS, "body"), adds=False)
    assert editor.track == "bass" and editor.selection == {BASS}


def test_drawing_over_another_track_draws():
    editor, history = editor_of(CLIP, tool="draw")
    editor.press(Pointer(10, 36), Hit(BASS, "body"), adds=False)
    editor.release()
    assert len(history.value.on_track("melody")) == 3


def test_velocity_lane_paints_what_is_passed():
    editor, history = editor_of(CLIP)
    editor.press_velocity(Pointer(400, velocity=20), 30)
    editor.drag(Pointer(1000, velocity=120))
    editor.release()
    first, second = history.value.on_track("melody")
    assert 20 < first.velocity < 60 and second.velocity > 100
    assert history.value.on_track("bass")[0].velocity == BASS.velocity


def test_velocity_of_many_selected_shifts_together():
    editor, history = editor_of(CLIP, selection=frozenset([C4, E4]))
    editor.press_velocity(Pointer(480, velocity=90), 30)
    editor.drag(Pointer(480, velocity=100))
    editor.release()
    assert [n.velocity for n in history.value.on_track("melody")] == [100, 100]


def test_edits_of_the_selection():
    chosen = frozenset([C4, E4])
    assert replace(C4, pitch=72) in edits.nudge(CLIP, chosen, 0, 12).clip.notes
    assert replace(C4, length_ticks=600) in edits.lengthen(CLIP, chosen, 120).clip.notes
    assert {n.velocity for n in edits.louder(CLIP, chosen, 60).selection} == {127}
    crooked = Clip(notes=(Note("melody", 60, 130, 200),))
    straight = edits.quantise(crooked, frozenset(crooked.notes), 120).clip
    assert straight.notes == (Note("melody", 60, 120, 240),)
    twice = edits.duplicate(CLIP, chosen, 120)
    assert replace(C4, start_ticks=480 + 720) in twice.selection
    assert edits.delete(CLIP, chosen).clip.notes == (BASS,)


def test_paste_goes_to_the_cursor_and_the_active_track():
    editor, history = editor_of(CLIP, selection=frozenset([C4, E4]))
    editor.copy()
    editor.activate("chords")
    editor.cursor_ticks = 1920
    editor.paste()
    assert [n.start_ticks for n in history.value.on_track("chords")] == [1920, 2400]


def test_stepping_through_the_notes_of_a_track():
    editor, _ = editor_of(CLIP)
    editor.step_selection(1)
    assert editor.selection == {C4}
    editor.step_selection(1)
    editor.step_selection(1)
    assert editor.selection == {E4}


def test_selection_survives_undo_where_the_notes_do():
    editor, history = editor_of(CLIP, selection=frozenset([C4]))
    editor.perform(edits.nudge(editor.clip, editor.selection, 0, 1))
    history.undo()
    assert editor.selection == frozenset() and editor.clip == CLIP


TOOLS = ("select", "draw", "erase")
PRESSES = ("roll", "erase", "draw", "velocity")


@settings(max_examples=120, deadline=None)
@given(clips, st.sampled_from(PRESSES), st.lists(pointers, min_size=1, max_size=6), st.data())
def test_any_gesture_and_undo_restores_the_clip_exactly(clip, how, path, data):
    editor, history = editor_of(clip, track=data.draw(st.sampled_from(TRACKS)))
    hit = None
    if clip.notes:
        part = data.draw(st.sampled_from(("start", "body", "end")))
        hit = data.draw(st.none() | st.sampled_from(clip.notes).map(lambda n: Hit(n, part)))
    if how == "velocity":
        editor.press_velocity(path[0], 60)
    else:
        editor.tool = how if how != "roll" else "select"
        editor.press(path[0], hit, adds=False)
    for pointer in path:
        editor.drag(pointer)
    made = editor.shown
    editor.release()
    assert history.value == made == editor.clip
    assert editor.selection <= frozenset(editor.clip.notes)
    history.undo()
    assert history.value == clip == editor.clip
    assert history.undo_text is None


@settings(max_examples=60, deadline=None)
@given(clips, st.lists(pointers, min_size=1, max_size=4), st.sampled_from(TOOLS))
def test_a_cancelled_gesture_leaves_no_trace(clip, path, tool):
    editor, history = editor_of(clip, tool=tool)
    editor.press(path[0], None, adds=False)
    for pointer in path:
        editor.drag(pointer)
    editor.cancel()
    assert editor.shown == clip and history.value is clip and history.undo_text is None


@settings(deadline=None)
@given(st.floats(0.05, 2), st.floats(5, 32), st.integers(0, CLIP_TICKS), st.integers(0, 127))
def test_geometry_goes_there_and_back(px_per_tick, row_px, ticks, pitch):
    place = Geometry(px_per_tick, row_px, 30, 40)
    assert abs(place.ticks_at(place.x_of(ticks)) - ticks) < 1e-6
    assert place.pitch_at(place.y_of(pitch) + row_px / 2) == pitch


def test_hit_prefers_the_active_track_and_knows_the_edges():
    place = Geometry(0.1, 12)
    clip = Clip(notes=(C4, replace(C4, track="chords")))
    y = place.y_of(60) + 6
    assert hit_at(clip.notes, place, 60, y, "chords") == Hit(clip.notes[1], "body")
    assert hit_at(clip.notes, place, 49, y, "melody") == Hit(C4, "start")
    assert hit_at(clip.notes, place, 94, y, "melody") == Hit(C4, "end")
    assert hit_at(clip.notes, place, 97, y, "melody") is None
    drum = Note("drums", 36, 480, 120)
    assert hit_at([drum], place, 59, place.y_of(36) + 1, "drums") == Hit(drum, "body")


def test_notes_between_takes_ends_in_either_order():
    assert notes_between(CLIP.notes, (2000, 500), (70, 60), "melody") == {C4, E4}


def test_draw_at_the_clips_very_end_stays_inside():
    gesture = DrawNote(Clip(), "melody", Pointer(CLIP_TICKS + 300, 60), 120, 480)
    assert gesture.clip.notes[0].end_ticks <= CLIP_TICKS


def test_snapping():
    assert snapped(59, 120) == 0 and snapped(61, 120) == 120
    assert snapped(61.4, 120, snaps=False) == 61


def test_names():
    assert note_name(60) == "C4" and note_name(63) == "E♭4"
    assert pitch_name(38, "drums") == "Snare" and pitch_name(38, "bass") == "D2"
    assert len(PROGRAM_NAMES) == 128 and PROGRAM_NAMES[73] == "Flute"
    scale = [Note("melody", pitch, 480 * i, 480) for i, pitch in enumerate((60, 64, 67, 65, 60))]
    assert key_name(scale) == "C"
    assert key_name([replace(n, pitch=n.pitch + 2) for n in scale]) == "D"
    assert key_name([Note("drums", 38, 0, 120)]) == ""
