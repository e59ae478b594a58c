"""Clips as files: MIDI and WAV for other programs, JSON bytes for the project file."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import mido
import numpy as np
import soundfile

from studio.core.errors import StudioError
from studio.core.files import write_bytes
from studio.core.latent import Recipe, recipe_from_json, recipe_to_json
from studio.media.music.document import DRUMS, TICKS_PER_QUARTER, TRACKS, Clip, Note
from studio.media.music.midi import DRUM_CHANNEL, Song, read_song
from studio.media.music.soundfont import SoundFont
from studio.media.music.synth import RATE_HZ, default_soundfont, render

CLIP_FILE = "clip.json"
CLIP_VERSION = 1
MAX_CLIP_BYTES = 8 * 2**20
RECIPE_PREFIX = "atelier:"
DAMAGED = "The clip in this project is damaged."
CHANNELS = {track: index for index, track in enumerate(TRACKS)} | {DRUMS: DRUM_CHANNEL}


def write_midi(clip: Clip, path: Path) -> None:
    """Write a type 1 MIDI file, 480 ticks to the quarter, with the recipe as a text event.

    Every track is written, heard or not. StudioError when it cannot be saved.
    """
    file = mido.MidiFile(type=1, ticks_per_beat=TICKS_PER_QUARTER, charset="utf-8")
    file.tracks.append(_conductor(clip))
    file.tracks.extend(_track(clip, track) for track in TRACKS)
    content = io.BytesIO()
    file.save(file=content)
    write_bytes(path, content.getvalue())


def _conductor(clip: Clip) -> mido.MidiTrack:
    recipe = RECIPE_PREFIX + json.dumps(recipe_to_json(clip.recipe), separators=(",", ":"))
    meta = mido.MetaMessage
    return mido.MidiTrack(
        [
            meta("track_name", name="Atelier"),
            meta("text", text=recipe),
            meta("time_signature", numerator=4, denominator=4),
            meta("set_tempo", tempo=round(60e6 / clip.tempo_bpm)),
            meta("end_of_track", time=clip.length_ticks),
        ]
    )


def _track(clip: Clip, track: str) -> mido.MidiTrack:
    channel = CHANNELS[track]
    messages = mido.MidiTrack(
        [
            mido.MetaMessage("track_name", name=track.capitalize()),
            mido.Message("program_change", channel=channel, program=clip.program(track)),
        ]
    )
    events: list[tuple[int, int, int, int]] = []  # ends come before starts of the same tick
    for note in clip.on_track(track):
        events.append((note.start_ticks, 1, note.pitch, note.velocity))
        events.append((note.end_ticks, 0, note.pitch, 0))
    now = 0
    for ticks, starts, pitch, velocity in sorted(events):
        kind = "note_on" if starts else "note_off"
        messages.append(
            mido.Message(kind, channel=channel, note=pitch, velocity=velocity, time=ticks - now)
        )
        now = ticks
    messages.append(mido.MetaMessage("end_of_track", time=clip.length_ticks - now))
    return messages


def read_midi(path: Path) -> Clip:
    """Read back a file that write_midi wrote; StudioError for any other."""
    song = read_song(path)
    text = next((text for text in song.texts if text.startswith(RECIPE_PREFIX)), None)
    if text is None or song.ticks_per_quarter != TICKS_PER_QUARTER:
        raise StudioError(f"{path.name} was not written by Atelier.")
    tempo = song.tempos[0][1] if song.tempos else 100.0
    tracks = {CHANNELS[track]: track for track in TRACKS}
    programs = {tracks.get(channel): program for (_, channel), program in song.programs.items()}
    notes = tuple(
        Note(tracks[channel], *place)
        for channel, place in zip(song.channel.tolist(), _places(song), strict=True)
        if channel in tracks
    )
    return Clip(
        _recipe(text[len(RECIPE_PREFIX) :]), notes, round(tempo, 3),
        tuple(programs.get(track, 0) for track in TRACKS), song.end_ticks,
    )  # fmt: skip


def _places(song: Song) -> list[list[int]]:
    """Pitch, start, length and velocity of every note."""
    columns = [song.pitch, song.start, song.end - song.start, song.velocity]
    return np.stack(columns, axis=1).tolist()


def write_wav(clip: Clip, path: Path, soundfont: SoundFont | None = None) -> None:
    """Write 24-bit stereo at 44.1 kHz, played by the given SoundFont or the one of Atelier.

    Muted tracks are silent; peaks stay at -1 dBFS. StudioError when it cannot be saved.
    """
    samples = render(clip, soundfont or SoundFont(default_soundfont()))
    write_bytes(path, wav_bytes(samples, clip.recipe))


def wav_bytes(samples: np.ndarray, recipe: Recipe) -> bytes:
    """Samples float32 [N, 2] as the bytes of a WAV file that carries its recipe."""
    content = io.BytesIO()
    with soundfile.SoundFile(
        content, "w", RATE_HZ, channels=2, subtype="PCM_24", format="WAV"
    ) as file:
        file.software = "Atelier"
        file.comment = RECIPE_PREFIX + json.dumps(recipe_to_json(recipe), separators=(",", ":"))
        file.write(samples)
    return content.getvalue()


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


def _recipe(text: str) -> Recipe:
    return recipe_from_json(_parsed(text.encode()))


def _parsed(content: bytes) -> Any:
    try:
        return json.loads(content)
    except (ValueError, RecursionError) as error:
        raise StudioError(DAMAGED) from error
