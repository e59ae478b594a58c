"""Clips as MIDI files for other programs, and back."""

from __future__ import annotations

import io
import json
from pathlib import Path

import mido
import numpy as np

from studio.core.errors import StudioError
from studio.core.files import write_bytes
from studio.core.latent import Recipe
from studio.core.recipe_file import recipe_from_json, recipe_to_json
from studio.media.music.document import DRUMS, TICKS_PER_QUARTER, TRACKS, Clip, Note
from studio.media.music.midi import DRUM_CHANNEL, Song, read_song

RECIPE_PREFIX = "atelier:"
CHANNELS = {track: index for index, track in enumerate(TRACKS)} | {DRUMS: DRUM_CHANNEL}


def write_midi(clip: Clip, path: Path, provenance: bool = True) -> None:
    """Write a type 1 MIDI file, 480 ticks to the quarter, with the recipe as a text event.

    Without provenance there is no such event. Every track is written,
    heard or not. StudioError when it cannot be saved.
    """
    file = mido.MidiFile(type=1, ticks_per_beat=TICKS_PER_QUARTER, charset="utf-8")
    file.tracks.append(_conductor(clip, provenance))
    file.tracks.extend(_track(clip, track) for track in TRACKS)
    content = io.BytesIO()
    file.save(file=content)
    write_bytes(path, content.getvalue())


def _conductor(clip: Clip, provenance: bool) -> mido.MidiTrack:
    recipe = RECIPE_PREFIX + json.dumps(recipe_to_json(clip.recipe), separators=(",", ":"))
    meta = mido.MetaMessage
    return mido.MidiTrack(
        [
            meta("track_name", name="Atelier"),
            *([meta("text", text=recipe)] if provenance else []),
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


def _recipe(text: str) -> Recipe:
    try:
        return recipe_from_json(json.loads(text))
    except (ValueError, RecursionError) as error:
        raise StudioError("The recipe in this file is damaged.") from error
