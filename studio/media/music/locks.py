"""What a person keeps of a clip: bars, tracks, notes; and how new notes come in around them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from studio.core.errors import StudioError
from studio.media.music.document import (
    BARS,
    CLIP_TICKS,
    STEPS_PER_BAR,
    TICKS_PER_STEP,
    TRACKS,
    Clip,
    Note,
    roll_of,
)

BAR_TICKS = STEPS_PER_BAR * TICKS_PER_STEP
SINGLE_TRACKS = ("melody", "bass")  # one note at a time
NOTHING_KEPT = "Nothing is kept: choose bars, tracks or notes that shall stay as they are."
ALL_KEPT = "Everything is kept: leave a bar or a track free to be made anew."


@dataclass(frozen=True)
class Lock:
    """Whole bars (counted from 0) over all tracks, whole tracks, and single notes of a clip.

    Notes that sound in a locked bar or track come back as they are, and nothing new sounds there.
    """

    bars: frozenset[int] = frozenset()
    tracks: frozenset[str] = frozenset()
    notes: frozenset[Note] = frozenset()

    def holds(self, note: Note) -> bool:
        """Whether a note of the clip stays."""
        first, last = note.start_ticks // BAR_TICKS, (note.end_ticks - 1) // BAR_TICKS
        return (
            note.track in self.tracks
            or note in self.notes
            or not self.bars.isdisjoint(range(first, last + 1))
        )

    def checked(self, clip: Clip) -> Lock:
        """Itself; StudioError if it holds nothing or everything, or is that of another clip."""
        if not self.bars <= set(range(BARS)):
            raise StudioError(f"A clip has the bars 1 to {BARS}.")
        if not self.tracks <= set(TRACKS):
            raise StudioError(f"A clip has the tracks {', '.join(TRACKS)}.")
        if not self.notes <= set(clip.notes):
            raise StudioError("A note that shall stay is not in this clip.")
        if not (self.bars or self.tracks or self.notes):
            raise StudioError(NOTHING_KEPT)
        if len(self.bars) == BARS or len(self.tracks) == len(TRACKS):
            raise StudioError(ALL_KEPT)
        return self

    def kept(self, clip: Clip) -> tuple[Note, ...]:
        """The notes that stay; what lies after the bars that the model writes stays as well."""
        return tuple(note for note in clip.notes if self.holds(note) or note.end_ticks > CLIP_TICKS)

    def cells(self, clip: Clip, semitones: int = 0) -> tuple[np.ndarray, np.ndarray]:
        """What is wanted, and where it counts: bool [4, 2, 64, 84] each, moved by semitones.

        In locked bars and tracks silence counts too; of a single note only where it sounds.
        """
        wanted = roll_of(replace(clip, notes=self.kept(clip)).transpose(semitones))
        counts = np.repeat(wanted[:, :1] | wanted[:, 1:], 2, axis=1)
        for track in self.tracks:
            counts[TRACKS.index(track)] = True
        for bar in self.bars:
            counts[:, :, bar * STEPS_PER_BAR : (bar + 1) * STEPS_PER_BAR] = True
        return wanted, counts

    def joined(self, clip: Clip, new: Iterable[Note]) -> Clip:
        """The kept notes of a clip, unchanged, and the new ones where they may sound."""
        kept = self.kept(clip)
        lines: dict[tuple[str, int], list[Note]] = {}
        for note in kept:
            lines.setdefault(_line(note), []).append(note)
        fitted = (self._fitted(note, lines.get(_line(note), [])) for note in new)
        return replace(clip, notes=(*kept, *(note for note in fitted if note is not None)))

    def _fitted(self, note: Note, beside: Sequence[Note]) -> Note | None:
        """A new note, cut where something kept begins; None where that leaves nothing of it.

        beside are the kept notes that it must not sound together with.
        """
        if note.track in self.tracks:
            return None
        begins = [(bar * BAR_TICKS, (bar + 1) * BAR_TICKS) for bar in self.bars]
        begins += [(other.start_ticks, other.end_ticks) for other in beside]
        end = note.end_ticks
        for start, stop in begins:
            if start <= note.start_ticks < stop:
                return None
            if note.start_ticks < start:
                end = min(end, start)
        return replace(note, length_ticks=end - note.start_ticks)


def _line(note: Note) -> tuple[str, int]:
    """What sounds only once at a time: a melody and a bass line, each pitch of chords and drums."""
    return note.track, 0 if note.track in SINGLE_TRACKS else note.pitch


def read_lock(words: Sequence[str]) -> Lock:
    """From words like bars=1-2 or bars=1,4 (counted from 1) and tracks=bass,drums.

    StudioError for any other word.
    """
    lock = Lock()
    for word in words:
        name, _, value = word.partition("=")
        if name == "bars":
            lock = replace(lock, bars=lock.bars | _bars(value))
        elif name == "tracks":
            tracks = frozenset(value.split(","))
            if not tracks <= set(TRACKS):
                raise StudioError(f"A clip has the tracks {', '.join(TRACKS)}, not {value[:40]!r}.")
            lock = replace(lock, tracks=lock.tracks | tracks)
        else:
            raise StudioError(
                f"What to keep of a clip is said like bars=1-2 or tracks=bass, not {word[:40]!r}."
            )
    return lock


def _bars(text: str) -> frozenset[int]:
    found: set[int] = set()
    for part in text.split(","):
        match = re.fullmatch(r"([1-9])(?:-([1-9]))?", part)
        first, last = (int(match[1]), int(match[2] or match[1])) if match else (1, 0)
        if not first <= last <= BARS:
            raise StudioError(f"A clip has the bars 1 to {BARS}, so {text[:40]!r} names none.")
        found |= set(range(first - 1, last))
    return frozenset(found)
