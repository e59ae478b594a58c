"""What a pointer does to a clip between press and release: each gesture is an object.

A gesture looks at the clip as it was when it began, so that notes passed on the way stay whole,
and nothing is kept until it ends; to cancel is to drop it.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Protocol

from studio.media.music.document import Clip, Note, moved, resized
from studio.media.music.hit import notes_between

LEAST_TICKS = 30
Selection = frozenset[Note]


@dataclass(frozen=True)
class Pointer:
    """Where the pointer is in the clip, and what the keyboard says: snap off, copy."""

    ticks: float
    pitch: int = 60
    velocity: int = 90
    snaps: bool = True
    copies: bool = False


class Gesture(Protocol):
    """clip and selection are what would stay if the pointer were let go now."""

    clip: Clip
    selection: Selection
    text: str

    def drag(self, pointer: Pointer) -> None: ...


def snapped(ticks: float, grid_ticks: int, snaps: bool = True) -> int:
    """The nearest line of the grid, or the nearest tick."""
    return round(ticks / grid_ticks) * grid_ticks if snaps else round(ticks)


def kept(clip: Clip, notes: Collection[Note]) -> Selection:
    """Those notes as they are in the clip, which may have shortened them to part them."""
    places = {(note.track, note.pitch, note.start_ticks) for note in notes}
    return frozenset(n for n in clip.notes if (n.track, n.pitch, n.start_ticks) in places)


class DrawNote:
    """A new note; dragging sets its end."""

    def __init__(
        self, clip: Clip, track: str, pointer: Pointer, grid_ticks: int, note_ticks: int
    ) -> None:
        self.text = "Draw a note"
        self._before, self._grid = clip, grid_ticks
        grid = grid_ticks if pointer.snaps else 1
        start = min(max(int(pointer.ticks // grid) * grid, 0), clip.length_ticks - 1)
        self.note = Note(track, pointer.pitch, start, note_ticks, pointer.velocity)
        self._put(note_ticks)

    def _put(self, length_ticks: int) -> None:
        room = self._before.length_ticks - self.note.start_ticks
        self.note = replace(self.note, length_ticks=max(1, min(length_ticks, room)))
        self.clip = self._before.add(self.note)
        self.selection = kept(self.clip, [self.note])

    def drag(self, pointer: Pointer) -> None:
        least = self._grid if pointer.snaps else LEAST_TICKS
        end = snapped(pointer.ticks, self._grid, pointer.snaps)
        self._put(max(end - self.note.start_ticks, least))


class MoveNotes:
    """Carries notes in time and pitch; with copy held the old ones stay.

    sounding is the grabbed note where it is now.
    """

    def __init__(
        self, clip: Clip, notes: Selection, grabbed: Note, pointer: Pointer, grid_ticks: int
    ) -> None:
        self.text = "Move notes"
        self.grabbed, self.sounding, self.is_dragged = grabbed, grabbed, False
        self._before, self._notes = clip, tuple(notes)
        self._from, self._grid = pointer, grid_ticks
        self.clip, self.selection = clip, notes

    def drag(self, pointer: Pointer) -> None:
        self.is_dragged = True
        ticks = self._shift_ticks(pointer)
        semitones = pointer.pitch - self._from.pitch
        new = moved(self._notes, ticks, semitones, self._before.length_ticks)
        self.sounding = new[self._notes.index(self.grabbed)]
        if pointer.copies:
            self.text = "Copy notes"
            self.clip = self._before.add(*new)
        else:
            self.text = "Move notes"
            self.clip = self._before.replace_notes(self._notes, new)
        self.selection = kept(self.clip, new)

    def _shift_ticks(self, pointer: Pointer) -> int:
        """The grabbed note lands on the grid; one moved only in pitch keeps its place off it."""
        by = pointer.ticks - self._from.ticks
        if pointer.snaps and abs(by) < self._grid / 2:
            return 0
        start = self.grabbed.start_ticks
        return snapped(start + by, self._grid, pointer.snaps) - start


class ResizeNotes:
    """Moves the ends of notes, or with at_start their beginnings."""

    def __init__(
        self,
        clip: Clip,
        notes: Selection,
        grabbed: Note,
        pointer: Pointer,
        grid_ticks: int,
        at_start: bool,
    ) -> None:
        self.text = "Change the length of notes"
        self._before, self._notes, self._at_start = clip, tuple(notes), at_start
        self._edge = grabbed.start_ticks if at_start else grabbed.end_ticks
        self._from, self._grid = pointer, grid_ticks
        self.clip, self.selection = clip, notes

    def drag(self, pointer: Pointer) -> None:
        wanted = self._edge + pointer.ticks - self._from.ticks
        by = snapped(wanted, self._grid, pointer.snaps) - self._edge
        least = min(self._grid, LEAST_TICKS) if pointer.snaps else LEAST_TICKS
        if self._at_start:
            new = starts_moved(self._notes, by, least)
        else:
            new = resized(self._notes, by, self._before.length_ticks, least)
        self.clip = self._before.replace_notes(self._notes, new)
        self.selection = kept(self.clip, new)


class EraseNotes:
    """Takes away every note of the track that the pointer passes."""

    def __init__(self, clip: Clip, track: str, pointer: Pointer) -> None:
        self.text = "Erase notes"
        self._track, self._at = track, pointer
        self.clip, self.selection = clip, frozenset()
        self.drag(pointer)

    def drag(self, pointer: Pointer) -> None:
        rows = abs(pointer.pitch - self._at.pitch)
        # A quick hand skips rows and steps: look at the way, not only at its end
        points = max(1, rows * 2, int(abs(pointer.ticks - self._at.ticks) // LEAST_TICKS))
        for point in range(points + 1):
            share = point / points
            ticks = self._at.ticks + (pointer.ticks - self._at.ticks) * share
            pitch = round(self._at.pitch + (pointer.pitch - self._at.pitch) * share)
            gone = notes_between(
                self.clip.notes, (ticks, ticks + 1e-6), (pitch, pitch), self._track
            )
            if gone:
                self.clip = self.clip.remove(gone)
        self._at = pointer


class SelectNotes:
    """A rectangle; notes of the track that it touches are selected, beside those held before."""

    def __init__(self, clip: Clip, track: str, pointer: Pointer, held: Selection) -> None:
        self.text = "Select notes"
        self.clip, self.selection = clip, held
        self._held, self._track = held, track
        self.start, self.end = pointer, pointer

    def drag(self, pointer: Pointer) -> None:
        self.end = pointer
        ticks = (self.start.ticks, pointer.ticks)
        pitches = (self.start.pitch, pointer.pitch)
        self.selection = self._held | notes_between(self.clip.notes, ticks, pitches, self._track)


class PaintVelocity:
    """Each note of the track that begins where the pointer passes takes the pointer's velocity."""

    def __init__(
        self, clip: Clip, track: str, pointer: Pointer, reach_ticks: float, held: Selection
    ) -> None:
        self.text = "Change velocity"
        self._track, self._at, self._reach = track, pointer, reach_ticks
        self.clip, self.selection = clip, held
        self.drag(pointer)

    def drag(self, pointer: Pointer) -> None:
        first, last = sorted((self._at, pointer), key=lambda one: one.ticks)
        span = max(last.ticks - first.ticks, 1e-6)
        old: list[Note] = []
        new: list[Note] = []
        for note in self.clip.on_track(self._track):
            if first.ticks - self._reach <= note.start_ticks <= last.ticks + self._reach:
                share = min(max((note.start_ticks - first.ticks) / span, 0.0), 1.0)
                loud = first.velocity + (last.velocity - first.velocity) * share
                if abs(note.start_ticks - pointer.ticks) <= self._reach:
                    loud = pointer.velocity
                old.append(note)
                new.append(replace(note, velocity=_velocity(loud)))
        self.clip = self.clip.replace_notes(old, new)
        self.selection = kept(self.clip, self.selection)
        self._at = pointer


class ShiftVelocity:
    """Makes all selected notes louder or softer by as much as the pointer moves."""

    def __init__(self, clip: Clip, notes: Selection, pointer: Pointer) -> None:
        self.text = "Change velocity"
        self._before, self._notes, self._from = clip, tuple(notes), pointer
        self.clip, self.selection = clip, notes

    def drag(self, pointer: Pointer) -> None:
        by = pointer.velocity - self._from.velocity
        new = [replace(note, velocity=_velocity(note.velocity + by)) for note in self._notes]
        self.clip = self._before.replace_notes(self._notes, new)
        self.selection = kept(self.clip, new)


def starts_moved(notes: Collection[Note], ticks: int, least_ticks: int) -> tuple[Note, ...]:
    """The notes with their beginnings moved and their ends left; each at least least_ticks long."""
    new: list[Note] = []
    for note in notes:
        latest = max(note.end_ticks - least_ticks, note.start_ticks if ticks > 0 else 0)
        start = min(max(note.start_ticks + ticks, 0), latest)
        new.append(replace(note, start_ticks=start, length_ticks=note.end_ticks - start))
    return tuple(new)


def _velocity(value: float) -> int:
    return min(max(round(value), 1), 127)
