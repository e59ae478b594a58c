"""Clips as files: MIDI and WAV for other programs, JSON bytes for the project file."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from studio.core.errors import StudioError
from studio.core.recipe_file import recipe_from_json, recipe_to_json
from studio.media.music.document import Clip, Note

CLIP_FILE = "clip.json"
CLIP_VERSION = 1
MAX_CLIP_BYTES = 8 * 2**20
DAMAGED = "The clip in this project is damaged."


def load_midi_writer() -> Callable[[Clip, Path, bool], None]:
    """mido loads with the first MIDI file that is written, not with the window."""
    from studio.media.music import midi_file

    return midi_file.write_midi


def load_wav_writer(soundfont: str) -> Callable[[Clip, Path, bool], None]:
    """So do the sampler and the sound library; "" is the SoundFont that comes along."""
    from studio.media.music import soundfont as sf
    from studio.media.music import wav_file

    font = sf.SoundFont(Path(soundfont)) if soundfont else None
    return lambda clip, path, provenance: wav_file.write_wav(clip, path, font, provenance)


def write_midi(clip: Clip, path: Path, provenance: bool = True) -> None:
    """Write a type 1 MIDI file, with provenance one that carries its recipe.

    StudioError when it cannot be saved.
    """
    load_midi_writer()(clip, path, provenance)


def write_wav(clip: Clip, path: Path, soundfont: str = "", provenance: bool = True) -> None:
    """Write a 24-bit stereo WAV file, played by a SoundFont file or that of Atelier.

    StudioError when it cannot be saved, or the SoundFont is missing or damaged.
    """
    load_wav_writer(soundfont)(clip, path, provenance)


def encode(clip: Clip) -> dict[str, bytes]:
    """The clip as one JSON file for the project."""
    plain = {
        "version": CLIP_VERSION,
        "recipe": recipe_to_json(clip.recipe),
        "tempo_bpm": clip.tempo_bpm,
        "programs": list(clip.programs),
        "length_ticks": clip.length_ticks,
        "muted": list(clip.muted),
        "soloed": list(clip.soloed),
        "notes": [
            [note.track, note.pitch, note.start_ticks, note.length_ticks, note.velocity]
            for note in clip.notes
        ],
    }
    return {CLIP_FILE: json.dumps(plain, separators=(",", ":")).encode()}


def decode(files: Mapping[str, bytes]) -> Clip:
    """Read a clip that may come from a stranger; StudioError when it makes no sense."""
    content = files.get(CLIP_FILE)
    if content is None or len(content) > MAX_CLIP_BYTES:
        raise StudioError(DAMAGED)
    plain = _parsed(content)
    try:
        if plain["version"] > CLIP_VERSION:
            raise StudioError("The clip in this project was made by a newer Atelier.")
        return Clip(
            recipe_from_json(plain["recipe"]),
            tuple(Note(*_five(row)) for row in plain["notes"]),
            float(plain["tempo_bpm"]),
            tuple(plain["programs"]),
            plain["length_ticks"],
            tuple(plain["muted"]),
            tuple(plain["soloed"]),
        )
    except (KeyError, TypeError, ValueError, OverflowError) as error:
        raise StudioError(DAMAGED) from error


def _five(row: Any) -> list[Any]:
    if not isinstance(row, list) or len(row) != 5:
        raise ValueError("not a note")
    return row


def _parsed(content: bytes) -> Any:
    try:
        return json.loads(content)
    except (ValueError, RecursionError) as error:
        raise StudioError(DAMAGED) from error
