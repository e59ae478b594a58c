"""Where notes lie on the screen, and what lies under the pointer."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from studio.media.music.document import DRUMS, Note

PITCH_TOP = 127
ROWS = PITCH_TOP + 1
EDGE_PX = 7.0
Part = Literal["start", "body", "end"]


@dataclass(frozen=True)
class Geometry:
    """Ticks and pitches to pixels: x grows with time from left_px, y falls with pitch."""

    px_per_tick: float = 0.1
    row_px: float = 12.0
    left_px: float = 0.0
    top_px: float = 0.0

    def x_of(self, ticks: float) -> float:
        return ticks * self.px_per_tick - self.left_px

    def y_of(self, pitch: float) -> float:
        """The upper edge of the pitch's row."""
        return (PITCH_TOP - pitch) * self.row_px - self.top_px

    def ticks_at(self, x: float) -> float:
        return (x + self.left_px) / self.px_per_tick

    def pitch_at(self, y: float) -> int:
        row = math.floor((y + self.top_px) / self.row_px)
        return min(max(PITCH_TOP - row, 0), PITCH_TOP)

    def box_of(self, note: Note) -> tuple[float, float, float, float]:
        """Left, top, width and height of a note."""
        width = note.length_ticks * self.px_per_tick
        return self.x_of(note.start_ticks), self.y_of(note.pitch), width, self.row_px


@dataclass(frozen=True)
class Hit:
    """A note under the pointer, and which part of it."""

    note: Note
    part: Part


def shares_rows(track: str, active: str) -> bool:
    """A row is a pitch for all tracks but the drums, for which it is a drum."""
    return (track == DRUMS) == (active == DRUMS)


def hit_at(
    notes: Iterable[Note], geometry: Geometry, x: float, y: float, active: str
) -> Hit | None:
    """The note at a point of the view; one of the active track before any other."""
    pitch, ticks = geometry.pitch_at(y), geometry.ticks_at(x)
    found: Note | None = None
    for note in notes:
        if (
            note.pitch == pitch
            and shares_rows(note.track, active)
            and _covers(note, ticks, geometry)
        ):
            if note.track == active:
                return Hit(note, _part(note, geometry, x))
            found = note
    return Hit(found, _part(found, geometry, x)) if found else None


def notes_between(
    notes: Iterable[Note], ticks: tuple[float, float], pitches: tuple[int, int], track: str
) -> frozenset[Note]:
    """Notes of a track that touch a span of time and of pitch, ends in either order."""
    first, last = min(ticks), max(ticks)
    low, high = min(pitches), max(pitches)
    return frozenset(
        note
        for note in notes
        if note.track == track
        and note.start_ticks < last
        and note.end_ticks > first
        and low <= note.pitch <= high
    )


def _covers(note: Note, ticks: float, geometry: Geometry) -> bool:
    # A very short note is drawn, and can be caught, at least 5 px wide
    end = max(note.end_ticks, note.start_ticks + 5 / geometry.px_per_tick)
    return note.start_ticks <= ticks < end


def _part(note: Note, geometry: Geometry, x: float) -> Part:
    """A drum hit has no length to change, so it has no edges."""
    if note.track == DRUMS:
        return "body"
    left, _, width, _ = geometry.box_of(note)
    edge = min(EDGE_PX, width / 4)
    if x >= left + width - edge:
        return "end"
    return "start" if x < left + edge else "body"
