"""The piano roll: shows a clip, and turns mouse and keys into edits of its notes."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPointF, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from studio.media.music import edits
from studio.media.music.document import Clip, Note
from studio.media.music.editor import NoteEditor
from studio.media.music.gestures import Pointer, SelectNotes
from studio.media.music.hit import Hit, hit_at
from studio.media.music.names import pitch_name
from studio.media.music.paint_view import (
    BAR_TICKS,
    NoteFinder,
    Scene,
    paint_marquee,
    paint_notes,
    paint_rows,
    paint_upright,
)
from studio.media.music.roll_area_view import RollArea

VELOCITY_STEP = 5
FINE_TICKS = 15
DRAG_PX = 3
_CURSORS = {"draw": Qt.CursorShape.CrossCursor, "erase": Qt.CursorShape.PointingHandCursor}
_ARROWS = {
    Qt.Key.Key_Left: (-1, 0),
    Qt.Key.Key_Right: (1, 0),
    Qt.Key.Key_Up: (0, 1),
    Qt.Key.Key_Down: (0, -1),
}


class PianoRollView(RollArea):
    """Painted from the immutable clip; each gesture ends in at most one edited signal."""

    edited = Signal(object, str, object)  # clip, words for undo, gesture
    note_sounded = Signal(object)  # Note
    key_pressed = Signal(int)  # pitch
    cursor_moved = Signal(int)  # ticks
    track_asked = Signal(str)
    changed = Signal()  # what is selected, the track, the tool

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(NoteEditor(), parent)
        self.setAccessibleName(self.tr("Piano roll"))
        self.editor.on_commit = self.edited.emit
        self.editor.on_sound = self.note_sounded.emit
        self._pressed_at: QPointF | None = None
        self._is_dragged = False
        self._held_key: object = None
        self._finder = NoteFinder(self.editor.clip)
        self.keyboard.key_pressed.connect(self.key_pressed)
        self.ruler.cursor_moved.connect(self.cursor_moved)
        self.ruler.cursor_moved.connect(self.refresh)
        self.lane.changed.connect(self.refresh)
        self.rhythm.track_asked.connect(self.track_asked)

    def show_document(self, clip: Clip) -> None:
        old = self.editor.clip
        self.editor.show(clip)
        self.show_key()
        self._pressed_at = None
        if not old.notes:
            self.reveal(clip)
        elif clip.recipe != old.recipe:
            self.follow(clip)
        self.lay_out()
        self.refresh()

    def show_locked(self, notes: frozenset[Note], bars: frozenset[int]) -> None:
        """Mark what stays when the rest is made anew; bars are counted from 0."""
        self.editor.locked_notes, self.editor.locked_bars = notes, bars
        self.update_parts()

    def refresh(self) -> None:
        """Paint again; call after a change of the editor's track, tool, grid or selection."""
        self.viewport().setCursor(_CURSORS.get(self.editor.tool, Qt.CursorShape.ArrowCursor))
        self.setAccessibleDescription(describe(self.editor))
        self.update_parts()
        self.changed.emit()

    def perform(self, edit: edits.Edit, gesture: object = None) -> None:
        """Do an edit of the selection, as one step of the history."""
        self.editor.perform(edit, gesture)
        self.refresh()

    def _hit(self, at: QPointF) -> Hit | None:
        editor = self.editor
        return hit_at(editor.shown.notes, self.geometry_now(), at.x(), at.y(), editor.track)

    def _pointer(self, event: QMouseEvent) -> Pointer:
        place, at, held = self.geometry_now(), event.position(), event.modifiers()
        return Pointer(
            place.ticks_at(at.x()),
            place.pitch_at(at.y()),
            snaps=not held & Qt.KeyboardModifier.AltModifier,
            copies=bool(held & Qt.KeyboardModifier.ControlModifier),
        )

    def paintEvent(self, event: QPaintEvent) -> None:
        editor, rect, place = self.editor, event.rect(), self.geometry_now()
        shown = editor.shown
        if shown.notes is not self._finder.notes:
            self._finder = NoteFinder(shown)
        scene = Scene(
            shown, editor.shown_selection, editor.locked_notes, editor.track, editor.grid_ticks
        )
        painter = QPainter(self.viewport())
        painter.setClipRect(rect)
        paint_rows(painter, rect, place, scene)
        paint_notes(painter, rect, place, scene, self._finder)
        if isinstance(editor.gesture, SelectNotes):
            paint_marquee(painter, place, editor.gesture)
        if editor.cursor_ticks:
            paint_upright(painter, place.x_of(editor.cursor_ticks), rect, "muted", dashed=True)
        if self.playhead_ticks is not None:
            paint_upright(painter, place.x_of(self.playhead_ticks), rect, "text", dashed=False)
        painter.end()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() not in (Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton):
            return
        self._pressed_at, self._is_dragged = event.position(), False
        adds = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        erases = event.button() == Qt.MouseButton.RightButton
        self.editor.press(self._pointer(event), self._hit(event.position()), adds, erases)
        self.refresh()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        is_left = event.button() == Qt.MouseButton.LeftButton
        if not is_left or self.editor.tool != "select" or self._hit(event.position()):
            self.mousePressEvent(event)
            return
        self._pressed_at, self._is_dragged = event.position(), False
        self.editor.draw(self._pointer(event))
        self.refresh()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        at = event.position()
        self.keyboard.light(self.geometry_now().pitch_at(at.y()))
        if self._pressed_at is None:
            self._aim(at)
            return
        # A hand that clicks trembles: nothing moves before the pointer has left its place
        far = (at - self._pressed_at).manhattanLength() >= DRAG_PX
        self._is_dragged = self._is_dragged or far
        if self._is_dragged and self.editor.gesture:
            self.editor.drag(self._pointer(event))
            self._scroll_to(at)
            self.refresh()

    def _aim(self, at: QPointF) -> None:
        """The pointer's shape says what a press would do."""
        if self.editor.tool == "erase":
            return
        hit = self._hit(at)
        shape = _CURSORS.get(self.editor.tool, Qt.CursorShape.ArrowCursor)
        if hit is not None and (
            self.editor.tool == "select" or hit.note.track == self.editor.track
        ):
            is_body = hit.part == "body"
            shape = Qt.CursorShape.ArrowCursor if is_body else Qt.CursorShape.SizeHorCursor
        self.viewport().setCursor(shape)

    def _scroll_to(self, at: QPointF) -> None:
        """Scroll along when a drag leaves the view."""
        for bar, way, length in (
            (self.horizontalScrollBar(), at.x(), self.viewport().width()),
            (self.verticalScrollBar(), at.y(), self.viewport().height()),
        ):
            past = min(way, 0.0) + max(way - length, 0.0)
            bar.setValue(bar.value() + round(past / 4))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._pressed_at = None
        self.editor.release()
        self.refresh()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self._pressed_at = None
            if self.editor.gesture:
                self.editor.cancel()
            else:
                self.editor.select(frozenset())
            self.refresh()
            return
        step = _ARROWS.get(Qt.Key(event.key()))
        if step is None or self.editor.gesture:
            super().keyPressEvent(event)
            return
        if not event.isAutoRepeat() or self._held_key is None:
            self._held_key = object()  # a key held down is one gesture
        self.press_arrow(step, event.modifiers())

    def press_arrow(self, step: tuple[int, int], held: Qt.KeyboardModifier) -> None:
        """Move, transpose, lengthen or accent the selection, as an arrow key with these held."""
        editor = self.editor
        shift = bool(held & Qt.KeyboardModifier.ShiftModifier)
        ctrl = bool(held & Qt.KeyboardModifier.ControlModifier)
        alt = bool(held & Qt.KeyboardModifier.AltModifier)
        if not editor.selection or (ctrl and step[0]):
            editor.step_selection(step[0] or step[1])
            self.refresh()
            return
        clip, notes = editor.clip, editor.selection
        ticks = step[0] * (FINE_TICKS if alt else editor.grid_ticks)
        if ctrl:
            edit = edits.louder(clip, notes, step[1] * (1 if alt else VELOCITY_STEP))
        elif shift and step[0]:
            edit = edits.lengthen(clip, notes, ticks)
        else:
            edit = edits.nudge(clip, notes, ticks, step[1] * (12 if shift else 1))
        self.perform(edit, self._held_key)
        if step[1] and not ctrl and len(editor.selection) == 1:
            self.note_sounded.emit(next(iter(editor.selection)))

    def focusOutEvent(self, event: QFocusEvent) -> None:
        self._held_key = None
        super().focusOutEvent(event)

    def leaveEvent(self, event: QEvent) -> None:
        self.keyboard.light(-1)


def describe(editor: NoteEditor) -> str:
    """The selection in words, for the line under the roll and for screen readers."""
    notes = sorted(editor.shown_selection, key=lambda note: note.pitch)
    if not notes:
        return ""
    low, high = (pitch_name(notes[at].pitch, notes[at].track) for at in (0, -1))
    loud = {note.velocity for note in notes}
    velocity = f"velocity {min(loud)}" + (f" to {max(loud)}" if len(loud) > 1 else "")
    if len(notes) > 1:
        return f"{len(notes)} notes, {low} to {high}, {velocity}"
    bar, rest = divmod(notes[0].start_ticks, BAR_TICKS)
    return f"{low}, bar {bar + 1} beat {rest / 480 + 1:.4g}, {velocity}"
