"""The piano roll under a real mouse and keyboard."""

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QObject, QPoint, QPointF, Qt
from PySide6.QtGui import QMouseEvent, QWheelEvent
from PySide6.QtWidgets import QApplication

from studio.core.history import History
from studio.core.latent import Latent, Recipe
from studio.media.music.document import CLIP_TICKS, TRACKS, Clip, Note
from studio.media.music.margins_view import KEYS_PX, RULER_PX
from studio.media.music.paint_view import GHOST_SHARE, SIGN_SHARE, _blend, ink_on
from studio.media.music.piano_roll_view import PianoRollView, describe
from studio.ui.theme import color

LEFT, RIGHT = Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton
CTRL = Qt.KeyboardModifier.ControlModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier
ALT = Qt.KeyboardModifier.AltModifier
NONE = Qt.KeyboardModifier.NoModifier

C4 = Note("melody", 60, 1920, 480)
E4 = Note("melody", 64, 2880, 480)
CLIP = Clip(notes=(C4, E4, Note("bass", 40, 0, 960)))


@pytest.fixture
def roll(qtbot, themed):
    """A roll whose edits go into a history that it follows, as in the panel."""
    roll = PianoRollView()
    qtbot.addWidget(roll)
    roll.resize(1028, 600)
    roll.show()
    roll.history = History(CLIP)
    roll.edited.connect(roll.history.apply)
    roll.history.on_change.append(roll.show_document)
    roll.show_document(CLIP)
    return roll


def at(roll, ticks, pitch):
    """The middle of a pitch's row at a tick, in the viewport."""
    place = roll.geometry_now()
    return QPoint(round(place.x_of(ticks)), round(place.y_of(pitch) + place.row_px / 2))


def drag(qtbot, roll, start, end, button=LEFT, held=NONE):
    port = roll.viewport()
    qtbot.mousePress(port, button, held, start)
    for share in (0.3, 0.7, 1.0):
        move = start + (end - start) * share
        event = mouse_move(port, move, button, held)
        QApplication.sendEvent(port, event)
    qtbot.mouseRelease(port, button, held, end)


def mouse_move(port, where, button, held):
    return QMouseEvent(
        QEvent.Type.MouseMove, QPointF(where), port.mapToGlobal(QPointF(where)),
        Qt.MouseButton.NoButton, button, held,
    )  # fmt: skip


def test_double_click_adds_a_note_on_the_grid(roll, qtbot):
    drawn = []
    roll.note_sounded.connect(drawn.append)
    where = at(roll, 490, 70)
    qtbot.mousePress(roll.viewport(), LEFT, NONE, where)
    qtbot.mouseRelease(roll.viewport(), LEFT, NONE, where)
    qtbot.mouseDClick(roll.viewport(), LEFT, NONE, where)
    qtbot.mouseRelease(roll.viewport(), LEFT, NONE, where)
    assert [n.pitch for n in roll.history.value.on_track("melody")] == [70, 60, 64]
    assert roll.history.value.on_track("melody")[0].start_ticks == 480
    assert drawn[0].pitch == 70
    roll.history.undo()
    assert roll.history.value == CLIP and roll.history.undo_text is None


def test_the_draw_tool_draws_a_length(roll, qtbot):
    roll.editor.tool = "draw"
    drag(qtbot, roll, at(roll, 10, 72), at(roll, 955, 72))
    assert Note("melody", 72, 0, 960) in roll.history.value.notes


def test_dragging_moves_and_is_one_undo(roll, qtbot):
    drag(qtbot, roll, at(roll, 2160, 60), at(roll, 2400, 65))
    assert replace(C4, start_ticks=2160, pitch=65) in roll.history.value.notes
    roll.history.undo()
    assert roll.history.value == CLIP and roll.history.undo_text is None


def test_control_drag_copies(roll, qtbot):
    drag(qtbot, roll, at(roll, 2160, 60), at(roll, 2160, 67), held=CTRL)
    assert {C4, replace(C4, pitch=67)} <= set(roll.history.value.notes)


def test_dragging_an_edge_resizes(roll, qtbot):
    end = at(roll, 2400, 60) - QPoint(2, 0)
    drag(qtbot, roll, end, at(roll, 2640, 60))
    assert replace(C4, length_ticks=720) in roll.history.value.notes


def test_a_trembling_click_moves_nothing(roll, qtbot):
    start = at(roll, 2160, 60)
    drag(qtbot, roll, start, start + QPoint(1, 1))
    assert roll.history.value is CLIP and roll.editor.selection == {C4}


def test_right_click_erases(roll, qtbot):
    qtbot.mouseClick(roll.viewport(), RIGHT, NONE, at(roll, 2160, 60))
    assert C4 not in roll.history.value.notes and E4 in roll.history.value.notes


def test_marquee_and_shift_click(roll, qtbot):
    drag(qtbot, roll, at(roll, 1700, 62), at(roll, 2100, 58))
    assert roll.editor.selection == {C4}
    qtbot.mouseClick(roll.viewport(), LEFT, SHIFT, at(roll, 3100, 64))
    assert roll.editor.selection == {C4, E4}


def test_escape_in_the_middle_of_a_drag_leaves_no_trace(roll, qtbot):
    port, start = roll.viewport(), at(roll, 2160, 60)
    qtbot.mousePress(port, LEFT, NONE, start)
    QApplication.sendEvent(port, mouse_move(port, start + QPoint(100, 40), LEFT, NONE))
    assert roll.editor.shown != CLIP
    qtbot.keyClick(roll, Qt.Key.Key_Escape)
    assert roll.editor.shown == CLIP
    QApplication.sendEvent(port, mouse_move(port, start + QPoint(200, 40), LEFT, NONE))
    qtbot.mouseRelease(port, LEFT, NONE, start)
    assert roll.history.value is CLIP and roll.history.undo_text is None
    qtbot.keyClick(roll, Qt.Key.Key_Escape)
    assert not roll.editor.selection


@pytest.mark.parametrize(
    ("key", "held", "expected"),
    [
        (Qt.Key.Key_Right, NONE, replace(C4, start_ticks=2040)),
        (Qt.Key.Key_Left, ALT, replace(C4, start_ticks=1905)),
        (Qt.Key.Key_Up, NONE, replace(C4, pitch=61)),
        (Qt.Key.Key_Down, SHIFT, replace(C4, pitch=48)),
        (Qt.Key.Key_Right, SHIFT, replace(C4, length_ticks=600)),
        (Qt.Key.Key_Up, CTRL, replace(C4, velocity=95)),
    ],
)
def test_arrow_keys(roll, qtbot, key, held, expected):
    roll.editor.select(frozenset([C4]))
    qtbot.keyClick(roll, key, held)
    assert expected in roll.history.value.notes
    roll.history.undo()
    assert roll.history.value == CLIP


def test_arrows_without_a_selection_walk_through_the_notes(roll, qtbot):
    qtbot.keyClick(roll, Qt.Key.Key_Right)
    assert roll.editor.selection == {C4}
    qtbot.keyClick(roll, Qt.Key.Key_Right, CTRL)
    assert roll.editor.selection == {E4} and roll.history.value is CLIP


def test_velocity_lane(roll, qtbot):
    x = round(roll.geometry_now().x_of(1920)) + 2
    qtbot.mousePress(roll.lane, LEFT, NONE, QPoint(x, roll.lane.height() - 3))
    qtbot.mouseRelease(roll.lane, LEFT, NONE, QPoint(x, roll.lane.height() - 3))
    assert roll.history.value.on_track("melody")[0].velocity < 15
    assert roll.history.value.on_track("melody")[1].velocity == 90


def test_ruler_sets_the_cursor_on_the_grid(roll, qtbot):
    moved = []
    roll.cursor_moved.connect(moved.append)
    x = round(roll.geometry_now().x_of(1930))
    qtbot.mouseClick(roll.ruler, LEFT, NONE, QPoint(x, 10))
    assert moved == [1920] and roll.editor.cursor_ticks == 1920


def test_keyboard_sounds_its_keys(roll, qtbot):
    pressed = []
    roll.key_pressed.connect(pressed.append)
    qtbot.mouseClick(roll.keyboard, LEFT, NONE, QPoint(10, at(roll, 0, 62).y()))
    assert pressed == [62]


def turn_wheel(roll, steps, held):
    where = QPointF(400, 200)
    turn = QPoint(120 * steps, 0) if held == ALT else QPoint(0, 120 * steps)
    event = QWheelEvent(
        where, roll.viewport().mapToGlobal(where), QPoint(), turn, Qt.MouseButton.NoButton,
        held, Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(roll.viewport(), event)


def test_wheel_zooms_around_the_pointer_and_scrolls(roll):
    ticks, pitch = roll.geometry_now().ticks_at(400), roll.geometry_now().pitch_at(200)
    turn_wheel(roll, 4, CTRL)
    assert roll.geometry_now().px_per_tick > 0.2
    assert abs(roll.geometry_now().ticks_at(400) - ticks) < 10
    turn_wheel(roll, 3, ALT)
    assert roll.geometry_now().pitch_at(200) == pitch
    top = roll.verticalScrollBar().value()
    turn_wheel(roll, -1, NONE)
    assert roll.verticalScrollBar().value() > top
    left = roll.horizontalScrollBar().value()
    turn_wheel(roll, -1, SHIFT)
    assert roll.horizontalScrollBar().value() > left
    turn_wheel(roll, -40, CTRL)
    assert roll.geometry_now().px_per_tick == pytest.approx(roll.viewport().width() / CLIP_TICKS)


def test_a_resized_view_shows_all_notes_until_a_person_scrolls(roll):
    wide = Clip(notes=(Note("melody", 90, 0, 480), Note("bass", 45, 0, 480)))
    roll.show_document(wide)
    roll.resize(1028, 900)
    place = roll.geometry_now()
    assert place.row_px > 12
    assert place.y_of(90) > 0 and place.y_of(44) < roll.viewport().height()
    turn_wheel(roll, -2, NONE)
    top = roll.verticalScrollBar().value()
    roll.resize(1028, 800)
    assert roll.geometry_now().row_px == place.row_px
    assert roll.verticalScrollBar().value() == top


def test_the_rows_stay_from_clip_to_clip_while_all_notes_are_well_in_view(roll):
    def made(seed, *pitches):
        notes = tuple(Note("melody", pitch, 0, 480) for pitch in pitches)
        return Clip(notes=notes, recipe=Recipe(latent=Latent(seed)))

    def rows():
        place = roll.geometry_now()
        return place.row_px, place.top_px

    roll.show_document(made(1, 40, 80))
    first = rows()
    roll.show_document(made(2, 45, 78))
    assert rows() == first
    roll.show_document(made(3, 30, 80))
    wide = rows()
    assert wide != first, "a note was out of view"
    assert roll.geometry_now().y_of(30) < roll.viewport().height()
    roll.show_document(made(4, 60, 62))
    assert rows()[0] > wide[0], "most of it was empty"


def test_zoomed_in_the_view_follows_the_playhead(roll):
    roll.zoom_time(8, 0)
    assert roll.horizontalScrollBar().value() == 0
    roll.set_playhead(CLIP_TICKS * 0.6)
    assert 0 < roll.geometry_now().x_of(CLIP_TICKS * 0.6) < roll.viewport().width()


class PaintedAreas(QObject):
    def __init__(self):
        super().__init__()
        self.areas = []

    def eventFilter(self, watched, event):
        if event.type() == QEvent.Type.Paint:
            self.areas.append(event.region().boundingRect().width())
        return False


def test_the_playhead_paints_only_where_it_was_and_is(roll, qtbot):
    roll.set_playhead(1000.0)
    qtbot.wait(30)
    painted = PaintedAreas()
    roll.viewport().installEventFilter(painted)
    roll.set_playhead(1010.0)
    qtbot.waitUntil(lambda: bool(painted.areas))
    assert max(painted.areas) < 20
    roll.viewport().removeEventFilter(painted)


def seen(roll, ticks, pitch):
    image, where = roll.viewport().grab().toImage(), at(roll, ticks, pitch)
    return np.array(image.pixelColor(where).getRgb()[:3], int)


def test_active_notes_are_bright_and_others_dim(roll):
    colour = np.array(color("bass").getRgb()[:3])
    dim = seen(roll, 700, 40)
    roll.editor.activate("bass")
    roll.refresh()
    bright = seen(roll, 700, 40)
    assert np.abs(bright - colour).max() < 60
    assert dim.sum() < bright.sum() * 0.7


def test_drum_names_stand_at_the_keyboard(roll):
    plain = roll.keyboard.grab().toImage()
    roll.editor.activate("drums")
    roll.refresh()
    assert roll.keyboard.grab().toImage() != plain


def test_drums_have_rows_of_their_own(roll, qtbot):
    drum = Note("drums", 60, 1920, 480)
    roll.show_document(Clip(notes=(drum, C4)))
    qtbot.mouseClick(roll.viewport(), LEFT, NONE, at(roll, 2160, 60))
    assert roll.editor.selection == {C4}
    asked = []
    roll.track_asked.connect(asked.append)
    qtbot.mousePress(roll.rhythm, LEFT, NONE, QPoint(300, 8))
    assert asked == ["drums"] and roll.editor.track == "melody"
    roll.editor.activate("drums")
    qtbot.mouseClick(roll.viewport(), LEFT, NONE, at(roll, 2160, 60))
    assert roll.editor.selection == {drum} and roll.rhythm.track == "melody"


def test_a_new_clip_is_brought_into_view_and_undo_keeps_the_view(roll):
    high = Clip(Recipe(latent=Latent(77)), (Note("melody", 108, 0, 480),))
    roll.show_document(high)
    place = roll.geometry_now()
    assert 0 < place.y_of(108) < roll.viewport().height()
    roll.verticalScrollBar().setValue(0)
    roll.show_document(replace(high, notes=(*high.notes, Note("melody", 30, 0, 480))))
    assert roll.verticalScrollBar().value() == 0


def test_selection_in_words(roll):
    assert describe(roll.editor) == ""
    roll.editor.select(frozenset([C4]))
    assert describe(roll.editor) == "C4, bar 2 beat 1, velocity 90"
    roll.editor.select(frozenset([C4, E4]))
    assert describe(roll.editor) == "2 notes, C4 to E4, velocity 90"
    roll.refresh()
    assert "2 notes" in roll.accessibleDescription()


def test_many_notes_paint(roll):
    many = [Note("chords", 30 + n % 70, n * 2, 120) for n in range(3000)]
    roll.show_document(Clip(notes=tuple(many)))
    assert not roll.viewport().grab().isNull()


def test_meter_and_key_stand_above_the_keyboard_and_follow_the_notes(roll):
    assert roll.meter.text() == "4/4" and roll.meter.geometry().bottom() <= RULER_PX
    chord = tuple(replace(C4, pitch=pitch, length_ticks=960) for pitch in (57, 60, 64))
    roll.show_document(Clip(notes=chord))
    assert roll.meter.text() == "4/4 · Am"
    longest = roll.meter.fontMetrics().horizontalAdvance("4/4 · G♯m")
    assert longest <= roll.meter.width() <= KEYS_PX
    roll.show_document(Clip())
    assert roll.meter.text() == "4/4"


def luminance(colour):
    parts = [part / 255 for part in colour.getRgb()[:3]]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one, other):
    low, high = sorted(luminance(colour) for colour in (one, other))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("track", TRACKS)
def test_words_on_notes_are_read_however_soft_they_are_played(roll, track):
    for tenth in range(11):
        fill = _blend(track, 0.2 + 0.08 * tenth)
        for shown in (fill, fill.lighter(125)):
            assert contrast(ink_on(shown), shown) >= 4.5
    assert contrast(_blend(track, SIGN_SHARE, "text"), _blend(track, GHOST_SHARE)) >= 4.5


def test_what_stays_is_marked_in_the_roll_and_its_bars_in_the_ruler(roll):
    def first_pixel(note):
        box = roll.geometry_now().box_of(note)
        return picture().pixelColor(round(box[0]) + 1, round(box[1] + box[3] / 2))

    def picture():
        return roll.viewport().grab().toImage()

    assert first_pixel(C4) != color("text")
    roll.show_locked(frozenset((C4,)), frozenset((1,)))
    assert first_pixel(C4) == color("text") and first_pixel(E4) != color("text")
    ruler = roll.ruler.grab().toImage()
    quarter = ruler.width() // 4
    marked = [ruler.pixelColor(round(quarter * (bar + 0.7)), RULER_PX - 2) for bar in range(4)]
    assert [one == color("text") for one in marked] == [False, True, False, False]
    roll.show_locked(frozenset(), frozenset())
    assert first_pixel(C4) != color("text")
