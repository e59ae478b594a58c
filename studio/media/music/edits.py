"""What a key or a menu line does to the selected notes: a clip and a selection in, both out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from studio.media.music.document import Clip, Note, copies, moved, quantised, resized
from studio.media.music.gestures import LEAST_TICKS, Selection, kept


@dataclass(frozen=True)
class Edit:
    """A changed clip, what is selected in it, and the words for undo."""

    text: str
    clip: Clip
    selection: Selection


def nudge(clip: Clip, notes: Selection, ticks: int, semitones: int) -> Edit:
    """Move in time or pitch."""
    new = moved(tuple(notes), ticks, semitones, clip.length_ticks)
    return _swap("Transpose notes" if semitones else "Move notes", clip, notes, new)


def lengthen(clip: Clip, notes: Selection, ticks: int) -> Edit:
    """Longer, or shorter where ticks is negative; never under a 64th."""
    new = resized(tuple(notes), ticks, clip.length_ticks, LEAST_TICKS)
    return _swap("Change the length of notes", clip, notes, new)


def louder(clip: Clip, notes: Selection, by: int) -> Edit:
    """Change the velocity of each note by so much, within 1 to 127."""
    new = [replace(note, velocity=min(max(note.velocity + by, 1), 127)) for note in notes]
    return _swap("Change velocity", clip, notes, new)


def quantise(clip: Clip, notes: Selection, grid_ticks: int) -> Edit:
    """Starts and ends onto the grid."""
    new = quantised(tuple(notes), grid_ticks, clip.length_ticks)
    return _swap("Quantise notes", clip, notes, new)


def duplicate(clip: Clip, notes: Selection, grid_ticks: int) -> Edit:
    """A copy right after the selection, its length rounded up to the grid."""
    if not notes:
        return Edit("Duplicate notes", clip, notes)
    span = max(n.end_ticks for n in notes) - min(n.start_ticks for n in notes)
    new = copies(tuple(notes), -(-span // grid_ticks) * grid_ticks, clip.length_ticks)
    return _swap("Duplicate notes", clip, (), new) if new else Edit("", clip, notes)


def delete(clip: Clip, notes: Selection) -> Edit:
    """Take the notes away."""
    return Edit("Delete notes", clip.remove(notes), frozenset())


def paste(clip: Clip, notes: Selection, at_ticks: int, track: str) -> Edit:
    """Put copied notes so that the first begins at a tick.

    Notes that came from one track go to the given one; a mixture keeps its tracks.
    """
    if not notes:
        return Edit("Paste notes", clip, frozenset())
    later = at_ticks - min(note.start_ticks for note in notes)
    new = copies(tuple(notes), later, clip.length_ticks)
    if len({note.track for note in notes}) == 1:
        new = tuple(replace(note, track=track) for note in new)
    return _swap("Paste notes", clip, (), new)


def _swap(text: str, clip: Clip, old: Selection | tuple[()], new: Sequence[Note]) -> Edit:
    changed = clip.replace_notes(old, new)
    return Edit(text, changed, kept(changed, new))
