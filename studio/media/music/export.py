"""Clips as files: MIDI and WAV for other programs and back, JSON bytes for the project file."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

from studio.core.errors import StudioError
from studio.core.provenance import UNKNOWN, Origin, Provenance
from studio.core.recipe_file import recipe_from_json, recipe_to_json
from studio.media.music.clip_json import clip_from_json, clip_to_json
from studio.media.music.document import Clip

CLIP_FILE = "clip.json"
CLIP_VERSION = 1
MAX_CLIP_BYTES = 8 * 2**20
DAMAGED = "The clip in this project is damaged."


def load_midi_file() -> ModuleType:
    """mido loads with the first MIDI file that is written, not with the window."""
    from studio.media.music import midi_file

    return midi_file


def load_wav_file() -> ModuleType:
    """So does the sound library."""
    from studio.media.music import wav_file

    return wav_file


def load_wav_writer(soundfont: str) -> Callable[[Clip, Path, Origin | None], None]:
    """And the sampler; "" is the SoundFont that comes along."""
    from studio.media.music import soundfont as sf

    font = sf.SoundFont(Path(soundfont)) if soundfont else None
    return lambda clip, path, origin: load_wav_file().write_wav(clip, path, font, origin)


def write_midi(clip: Clip, path: Path, origin: Origin | None = UNKNOWN) -> None:
    """Write a type 1 MIDI file that says how it was made, unless origin is None.

    StudioError when it cannot be saved.
    """
    load_midi_file().write_midi(clip, path, origin)


def write_wav(clip: Clip, path: Path, soundfont: str = "", origin: Origin | None = UNKNOWN) -> None:
    """Write a 24-bit stereo WAV file, played by a SoundFont file or that of Atelier.

    It says how it was made, unless origin is None. StudioError when it cannot be saved, or the
    SoundFont is missing or damaged.
    """
    load_wav_writer(soundfont)(clip, path, origin)


def read_provenance(path: Path) -> Provenance:
    """What a MIDI or WAV file says of itself; StudioError if nothing."""
    return _reader(path).read_provenance(path)


def read_work(path: Path) -> Clip:
    """The clip that was exported; StudioError if the file is none of ours."""
    return _reader(path).read_work(path)


def _reader(path: Path) -> ModuleType:
    return load_wav_file() if path.suffix.lower() == ".wav" else load_midi_file()


def encode(clip: Clip) -> dict[str, bytes]:
    """The clip as one JSON file for the project."""
    plain = {
        "version": CLIP_VERSION,
        "recipe": recipe_to_json(clip.recipe),
        **clip_to_json(clip),
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
        recipe = recipe_from_json(plain["recipe"])
    except (KeyError, TypeError) as error:
        raise StudioError(DAMAGED) from error
    return clip_from_json(plain, recipe, DAMAGED)


def _parsed(content: bytes) -> Any:
    try:
        return json.loads(content)
    except (ValueError, RecursionError) as error:
        raise StudioError(DAMAGED) from error
