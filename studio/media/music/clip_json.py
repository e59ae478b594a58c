"""Clips as plain JSON values: in projects, and inside exported files."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from typing import Any

from studio.core.errors import StudioError
from studio.core.latent import Recipe
from studio.media.music.document import Clip, Note


def clip_to_json(clip: Clip) -> dict[str, Any]:
    """Everything but the recipe; clip_from_json reads it back."""
    return {**frame_to_json(clip), "notes": [_row(note) for note in clip.notes]}


def frame_to_json(clip: Clip) -> dict[str, Any]:
    """Everything but the recipe and the notes."""
    return {
        "tempo_bpm": clip.tempo_bpm,
        "programs": list(clip.programs),
        "length_ticks": clip.length_ticks,
        "muted": list(clip.muted),
        "soloed": list(clip.soloed),
        "edited": clip.edited,
    }


def clip_from_json(plain: Any, recipe: Recipe, damaged: str) -> Clip:
    """Read a clip that may come from a stranger; StudioError(damaged) when it makes no sense."""
    try:
        return Clip(
            recipe,
            tuple(Note(*_five(row)) for row in plain["notes"]),
            float(plain["tempo_bpm"]),
            tuple(plain["programs"]),
            plain["length_ticks"],
            tuple(plain["muted"]),
            tuple(plain["soloed"]),
            plain.get("edited") is True,
        )
    except (KeyError, TypeError, ValueError, OverflowError) as error:
        raise StudioError(damaged) from error


def digest(notes: Iterable[Note]) -> str:
    """A short fingerprint of notes."""
    return hashlib.sha256(json.dumps([_row(note) for note in notes]).encode()).hexdigest()[:16]


def _row(note: Note) -> list[Any]:
    return [note.track, note.pitch, note.start_ticks, note.length_ticks, note.velocity]


def _five(row: Any) -> list[Any]:
    if not isinstance(row, list) or len(row) != 5:
        raise ValueError("not a note")
    return row
