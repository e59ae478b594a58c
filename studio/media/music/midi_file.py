"""Clips as MIDI files for other programs, and back."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import mido
import numpy as np

from studio.core.errors import StudioError
from studio.core.files import write_bytes
from studio.core.provenance import PREFIX, UNKNOWN, Origin, Provenance, read_record, record, silent
from studio.media.music.clip_json import clip_from_json, digest, frame_to_json
from studio.media.music.document import DRUMS, MAX_NOTES, TICKS_PER_QUARTER, TRACKS, Clip, Note
from studio.media.music.midi import DRUM_CHANNEL, Song, read_song

CHANNELS = {track: index for index, track in enumerate(TRACKS)} | {DRUMS: DRUM_CHANNEL}
DIGEST = "notes"  # in the state of a record: what the notes were when it was written


def write_midi(clip: Clip, path: Path, origin: Origin | None = UNKNOWN) -> None:
    """Write a type 1 MIDI file, 480 ticks to the quarter, with its provenance as a text event.

    With origin None no trace of us is in it. Every track is written, heard or not. StudioError
    when it cannot be saved.
    """
    file = mido.MidiFile(type=1, ticks_per_beat=TICKS_PER_QUARTER, charset="utf-8")
    file.tracks.append(_conductor(clip, origin))
    file.tracks.extend(_track(clip, track) for track in TRACKS)
    content = io.BytesIO()
    file.save(file=content)
    write_bytes(path, content.getvalue())


def _conductor(clip: Clip, origin: Origin | None) -> mido.MidiTrack:
    meta = mido.MetaMessage
    return mido.MidiTrack(
        [
            *(_words(clip, origin) if origin is not None else []),
            meta("time_signature", numerator=4, denominator=4),
            meta("set_tempo", tempo=_tempo(clip.tempo_bpm)),
            meta("end_of_track", time=clip.length_ticks),
        ]
    )


def _words(clip: Clip, origin: Origin) -> list[mido.MetaMessage]:
    """Who made it and by which terms for other programs, and the record for us."""
    meta, state = mido.MetaMessage, {**frame_to_json(clip), DIGEST: digest(clip.notes)}
    provenance = Provenance("music", clip.recipe, origin, clip.edited, state)
    terms = ". ".join(filter(None, (origin.terms, origin.credit)))
    return [
        meta("track_name", name="Atelier"),
        *([meta("copyright", text=terms)] if terms else []),
        meta("text", text=PREFIX + record(provenance)),
    ]


def _tempo(bpm: float) -> int:
    """Microseconds to the quarter, as MIDI keeps it."""
    return round(60e6 / bpm)


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


def read_provenance(path: Path) -> Provenance:
    """What a MIDI file says of itself; StudioError if it is none, or says nothing."""
    return _read(path)[0]


def read_work(path: Path) -> Clip:
    """Read back a file that write_midi wrote; StudioError for any other.

    What another program changed in it since, counts as edited by hand.
    """
    provenance, song = _read(path)
    damaged = f"What {path.name} says of itself is damaged."
    if provenance.medium != "music":
        raise StudioError(f"{path.name} is of another medium ({provenance.medium}).")
    plain, tempo = dict(provenance.state), song.tempos[0][1] if song.tempos else 0.0
    was = plain.pop(DIGEST, "")
    frame = clip_from_json({**plain, "notes": []}, provenance.recipe, damaged)
    bpm = frame.tempo_bpm
    if tempo and _tempo(tempo) != _tempo(bpm):
        bpm = round(tempo, 3)
    notes = _notes(song)
    programs = {channel: program for (_, channel), program in song.programs.items()}
    return Clip(
        provenance.recipe,
        notes,
        bpm,
        tuple(programs.get(CHANNELS[track], frame.program(track)) for track in TRACKS),
        max(frame.length_ticks, *(note.end_ticks for note in notes), 1),
        frame.muted,
        frame.soloed,
        frame.edited or digest(notes) != was,
    )


def _read(path: Path) -> tuple[Provenance, Song]:
    if not path.exists():
        raise StudioError(f"There is no file {path}.")
    try:
        song = read_song(path, may_be_silent=True)
    except StudioError as error:
        raise StudioError(f"{path.name}: {error}") from error
    text = next((text for text in song.texts if text.startswith(PREFIX)), None)
    if text is None:
        raise silent(path.name)
    return read_record(text[len(PREFIX) :], path.name), song


def _notes(song: Song) -> tuple[Note, ...]:
    """The notes on channels that have a track of ours, in our ticks, sorted as clips sort them."""
    tracks = {CHANNELS[track]: track for track in TRACKS}
    if len(song.start) > MAX_NOTES:
        raise StudioError(f"A clip can hold {MAX_NOTES:,} notes, and this one has more.")
    found = [
        Note(tracks[channel], *place)
        for channel, place in zip(song.channel.tolist(), _places(song), strict=True)
        if channel in tracks
    ]
    return Clip(notes=tuple(found), length_ticks=max([1, *(n.end_ticks for n in found)])).notes


def _places(song: Song) -> list[list[Any]]:
    """Pitch, start, length and velocity of every note."""
    start, end = (
        np.rint(ticks * (TICKS_PER_QUARTER / song.ticks_per_quarter)).astype(np.int64)
        for ticks in (song.start, song.end)
    )
    columns = [song.pitch, start, np.maximum(end - start, 1), song.velocity]
    return np.stack(columns, axis=1).tolist()
