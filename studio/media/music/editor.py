"""The state of editing a clip: track, tool, grid, selection, and the gesture under way."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

from studio.media.music import edits
from studio.media.music.document import TICKS_PER_STEP, TRACKS, Clip, Note
from studio.media.music.gestures import (
    DrawNote,
    EraseNotes,
    Gesture,
    MoveNotes,
    PaintVelocity,
    Pointer,
    ResizeNotes,
    Selection,
    SelectNotes,
    ShiftVelocity,
    kept,
)
from studio.media.music.hit import Hit

Tool = Literal["select", "draw", "erase"]
DEFAULT_VELOCITY = 90


class NoteEditor:
    """Turns presses, drags and commands into clips; the keeper of the history hears of each end."""

    def __init__(self) -> None:
        self.clip = Clip()
        self.selection: Selection = frozenset()
        self._wanted: Selection = frozenset()
        self.locked_notes: Selection = frozenset()  # stay when the rest is made anew
        self.locked_bars: frozenset[int] = frozenset()  # counted from 0
        self.track: str = TRACKS[0]
        self.tool: Tool = "select"
        self.grid_ticks = TICKS_PER_STEP
        self.cursor_ticks = 0
        self.gesture: Gesture | None = None
        self.on_commit: Callable[[Clip, str, object], None] = lambda *_: None
        self.on_sound: Callable[[Note], None] = lambda _: None
        self.copied: Selection = frozenset()
        self._note_ticks = 0
        self._velocity = DEFAULT_VELOCITY

    @property
    def shown(self) -> Clip:
        """The clip to draw: with a gesture under way, what it would leave."""
        return self.gesture.clip if self.gesture else self.clip

    @property
    def shown_selection(self) -> Selection:
        return self.gesture.selection if self.gesture else self.selection

    def show(self, clip: Clip) -> None:
        """Another clip; what was selected is so again as soon as a clip holds it."""
        self.gesture = None
        self.clip = clip
        self.selection = self._wanted & frozenset(clip.notes)

    def activate(self, track: str) -> None:
        """Edit another track; what was selected on the old one is let go."""
        if track != self.track:
            self.track = track
            self.select(frozenset())

    def select(self, notes: Selection) -> None:
        self.selection = self._wanted = notes & frozenset(self.clip.notes)

    def select_all(self) -> None:
        self.select(frozenset(self.clip.on_track(self.track)))

    def step_selection(self, by: int) -> None:
        """Select the next note of the track, or the one before."""
        notes = self.clip.on_track(self.track)
        if not notes:
            return
        here = [index for index, note in enumerate(notes) if note in self.selection]
        if here:
            place = min(max((here[-1] if by > 0 else here[0]) + by, 0), len(notes) - 1)
        else:
            place = 0 if by > 0 else len(notes) - 1
        self.select(frozenset([notes[place]]))

    def press(self, pointer: Pointer, hit: Hit | None, adds: bool, erases: bool = False) -> None:
        """A button goes down on the roll; adds: Shift is held; erases: the right button."""
        if erases or self.tool == "erase":
            self.gesture = EraseNotes(self.clip, self.track, pointer)
        elif hit is None or (self.tool == "draw" and hit.note.track != self.track):
            self._press_ground(pointer, adds)
        else:
            self._press_note(pointer, hit, adds)

    def _press_ground(self, pointer: Pointer, adds: bool) -> None:
        if self.tool == "draw":
            self.draw(pointer)
            return
        held = self.selection if adds else frozenset()
        self.gesture = SelectNotes(self.clip, self.track, pointer, held)

    def _press_note(self, pointer: Pointer, hit: Hit, adds: bool) -> None:
        self.activate(hit.note.track)
        if adds:
            self.select(self.selection ^ {hit.note})
            return
        if hit.note not in self.selection:
            self.select(frozenset([hit.note]))
        self._velocity = hit.note.velocity
        self._note_ticks = hit.note.length_ticks
        if hit.part == "body":
            self.on_sound(hit.note)
            self.gesture = MoveNotes(self.clip, self.selection, hit.note, pointer, self.grid_ticks)
        else:
            self.gesture = ResizeNotes(
                self.clip, self.selection, hit.note, pointer, self.grid_ticks, hit.part == "start"
            )

    def draw(self, pointer: Pointer) -> None:
        """Begin a new note, as long and as loud as the one touched last."""
        pointer = Pointer(
            pointer.ticks, pointer.pitch, self._velocity, pointer.snaps, pointer.copies
        )
        length = self._note_ticks or max(self.grid_ticks, TICKS_PER_STEP)
        if self.track == "drums":
            length = TICKS_PER_STEP
        drawing = DrawNote(self.clip, self.track, pointer, self.grid_ticks, length)
        self.gesture = drawing
        self.on_sound(drawing.note)

    def press_velocity(self, pointer: Pointer, reach_ticks: float) -> None:
        """A button goes down in the velocity lane; a stem of many selected moves them all."""
        near = [n for n in self.selection if abs(n.start_ticks - pointer.ticks) <= reach_ticks]
        if near and len({note.start_ticks for note in self.selection}) > 1:
            self.gesture = ShiftVelocity(self.clip, self.selection, pointer)
        else:
            self.gesture = PaintVelocity(
                self.clip, self.track, pointer, reach_ticks, self.selection
            )

    def drag(self, pointer: Pointer) -> None:
        gesture = self.gesture
        if isinstance(gesture, MoveNotes):
            pitch = gesture.sounding.pitch
            gesture.drag(pointer)
            if gesture.sounding.pitch != pitch:
                self.on_sound(gesture.sounding)
        elif gesture:
            gesture.drag(pointer)

    def release(self) -> None:
        """Keep what the gesture made: one step of the history."""
        gesture, self.gesture = self.gesture, None
        if gesture is None:
            return
        selection = gesture.selection
        if isinstance(gesture, (DrawNote, ResizeNotes)) and selection:
            self._note_ticks = next(iter(selection)).length_ticks
        if isinstance(gesture, MoveNotes) and not gesture.is_dragged:
            # A plain click on one of many selected notes picks that one
            selection = frozenset([gesture.grabbed])
        self._keep(gesture.clip, selection, gesture.text, gesture)

    def cancel(self) -> None:
        """Drop the gesture; the clip was never touched."""
        self.gesture = None

    def copy(self) -> None:
        if self.selection:
            self.copied = self.selection

    def paste(self) -> None:
        self.perform(edits.paste(self.clip, self.copied, self.cursor_ticks, self.track))

    def perform(self, edit: edits.Edit, gesture: object = None) -> None:
        """Take over an edit; the same gesture again (a key held down) joins the same step."""
        self._keep(edit.clip, edit.selection, edit.text, gesture)

    def _keep(self, clip: Clip, selection: Selection, text: str, gesture: object) -> None:
        changed = clip != self.clip
        self.clip = clip
        self.select(kept(clip, selection))
        if changed:
            self.on_commit(clip, text, gesture)
