"""Read a person's folder of MIDI files: what can be used, and phrases of four bars to train on."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Generator, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from studio.core.errors import StudioError
from studio.core.files import walk
from studio.core.kind import FolderReport, Refusal
from studio.core.work import Finished, Progress, Work
from studio.media.music.document import PITCH_LOW, PITCHES, STEPS, STEPS_PER_BAR, TRACKS
from studio.media.music.grid import Grid
from studio.media.music.midi import MAX_BYTES, Song, parse_song
from studio.media.music.parts import Lines, skyline, tell_apart

SUFFIXES = (".mid", ".midi", ".kar", ".rmi", ".smf")
LEAST_NOTES = 8
FEW_PHRASES = 400
MAX_PHRASES_PER_FILE = 256
MAX_PHRASES = 40_000
# how common each degree is (Temperley, Music and Probability, 2007, Kostka-Payne corpus)
MAJOR = (0.748, 0.060, 0.488, 0.082, 0.670, 0.460, 0.096, 0.715, 0.104, 0.366, 0.057, 0.400)
MINOR = (0.712, 0.084, 0.474, 0.618, 0.049, 0.460, 0.105, 0.747, 0.404, 0.067, 0.133, 0.330)
KINDS_BY_SUFFIX = {
    "a picture": (".png", ".jpg", ".jpeg", ".gif", ".webp", ".bmp", ".tif", ".tiff", ".svg"),
    "a sound recording": (".wav", ".mp3", ".flac", ".ogg", ".aif", ".aiff", ".m4a", ".opus"),
    "a text": (".txt", ".md", ".csv", ".json", ".html", ".xml", ".pdf", ".doc", ".docx"),
    "a score, not MIDI": (".mxl", ".musicxml", ".mscz", ".abc", ".krn", ".gp5"),
    "an archive": (".zip", ".gz", ".tar", ".7z", ".rar"),
}


@dataclass(frozen=True)
class Reading:
    """What one file holds, once told apart and cut."""

    tracks: tuple[str, ...]
    meter: str
    upbeat: bool
    tempo_bpm: float


class MusicReader:
    """Reads MIDI folders; numpy only, never writes."""

    def check(self, folder: Path) -> Work:
        """Finished(FolderReport). StudioError if the folder is missing or unreadable."""
        survey = yield from _survey(folder, 0)
        yield Finished(survey.report())

    def read(self, folder: Path, size_px: int = 64) -> Work:
        """Finished((phrases uint8 [N, 4, 2, 64, 11], FolderReport)).

        A phrase is np.packbits of bool [4 tracks, (sustain, onset), 64 steps, 84 pitches] along
        the pitches, in C major or A minor. size_px means nothing here. StudioError under 8
        usable files.
        """
        survey = yield from _survey(folder, MAX_PHRASES)
        report = survey.report()
        if report.too_few:
            raise StudioError(report.too_few)
        yield Finished((np.stack(survey.phrases), report))


def check(folder: Path) -> Work:
    """MusicReader.check as a function."""
    return MusicReader().check(folder)


def read(folder: Path, size_px: int = 64) -> Work:
    """MusicReader.read as a function."""
    return MusicReader().read(folder, size_px)


def unpack(phrases: np.ndarray) -> np.ndarray:
    """Bool [..., 64, 84] of packed phrases uint8 [..., 64, 11]."""
    return np.unpackbits(phrases, axis=-1, count=PITCHES).astype(bool)


@dataclass
class _Survey:
    """What has been read so far: at most so many phrases, a fair choice where there are more."""

    folder: Path
    most: int
    files: dict[str, Reading] = field(default_factory=dict)
    refused: list[Refusal] = field(default_factory=list)
    ignored: tuple[str, ...] = ()
    phrases: list[np.ndarray] = field(default_factory=list)
    seen: set[int] = field(default_factory=set)
    random: np.random.Generator = field(default_factory=lambda: np.random.default_rng(0))

    def keep(self, phrase: np.ndarray) -> None:
        """Take a phrase unless the very same one is there (reservoir sampling)."""
        mark = hash(phrase.tobytes())
        if mark in self.seen:
            return
        self.seen.add(mark)
        if len(self.phrases) < self.most:
            self.phrases.append(phrase)
        elif self.most:
            place = int(self.random.integers(len(self.seen)))
            if place < self.most:
                self.phrases[place] = phrase

    def report(self) -> FolderReport:
        return FolderReport(
            folder=str(self.folder),
            medium="music",
            usable=tuple(self.files),
            refused=tuple(self.refused),
            ignored=self.ignored,
            notes=tuple(self._notes()),
            facts=self._facts(),
        )

    def _facts(self) -> dict[str, Any]:
        readings = list(self.files.values())
        if not readings:
            return {"phrases": 0}
        return {
            "phrases": len(self.seen),
            "meters": dict(Counter(one.meter for one in readings).most_common(8)),
            "upbeats": sum(one.upbeat for one in readings),
            "tempo_bpm": round(float(np.median([one.tempo_bpm for one in readings])), 1),
            "files_with": {track: sum(track in one.tracks for one in readings) for track in TRACKS},
        }

    def _notes(self) -> Iterator[str]:
        if not self.files:
            return
        with_track = self._facts()["files_with"]
        missing = [track for track in TRACKS if not with_track[track]]
        if missing:
            yield f"No file has {' or '.join(missing)}; clips will have none either."
        phrases = len(self.seen)
        if phrases < 100:
            yield f"{phrases} phrases of four bars are few; expect a model that repeats them."
        if phrases > MAX_PHRASES:
            yield f"There are {phrases:,} phrases; training takes {MAX_PHRASES:,} of them."


def _survey(folder: Path, most: int) -> Generator[Any, None, _Survey]:
    """Read every file; yields Progress and returns the survey with at most so many phrases."""
    found = walk(folder)
    survey = _Survey(folder, most, ignored=found.ignored)
    songs: dict[str, str] = {}
    few: list[Lines] = []
    for done, name in enumerate(found.files):
        yield Progress(done, len(found.files), name)
        try:
            content = _content(folder / name)
            digest = hashlib.sha256(content).hexdigest()
            if digest in songs:
                raise StudioError(f"The same file as {songs[digest]}; it is used once.")
            lines, reading = _reading(parse_song(content))
            phrases = list(_phrases(lines))
            if not phrases:
                raise StudioError(f"No four bars of it have {LEAST_NOTES} notes.")
        except StudioError as error:
            survey.refused.append(Refusal(name, str(error)))
            continue
        songs[digest], survey.files[name] = name, reading
        for phrase in phrases:
            survey.keep(phrase)
        few = [*few, lines] if len(survey.seen) < FEW_PHRASES else []
    for lines in few:  # every bar is worth more where there are few: cut again in between
        for phrase in _phrases(lines, offset=STEPS // 2):
            survey.keep(phrase)
    return survey


def _content(path: Path) -> bytes:
    """The bytes of what may be a MIDI file; StudioError in words when it is none."""
    for kind, suffixes in KINDS_BY_SUFFIX.items():
        if path.suffix.lower() in suffixes:
            raise StudioError(f"It is {kind}; only MIDI files are read here.")
    try:
        if not path.is_file():
            raise StudioError("It is not a file, or a link that leads nowhere.")
        with path.open("rb") as file:
            return file.read(MAX_BYTES + 1)
    except OSError as error:
        raise StudioError(f"It cannot be opened: {error.strerror or error}.") from error


def _reading(song: Song) -> tuple[Lines, Reading]:
    """Lay a song on the grid and tell its parts apart."""
    grid = Grid(song)
    lines = tell_apart(song, grid.steps(song.start), grid.steps(song.end))
    tempo = next((bpm for _, bpm in reversed(song.tempos) if 20 <= bpm <= 300), 120.0)
    return lines, Reading(lines.tracks, grid.meters[0], grid.upbeat_quarters > 0, tempo)


def _phrases(lines: Lines, offset: int = 0) -> Iterator[np.ndarray]:
    """Packed phrases uint8 [4, 2, 64, 11] every four bars from the first bar with notes."""
    every = [lines.of(track) for track in TRACKS]
    starts = np.concatenate([notes[:, 0] for notes in every])
    if not len(starts):
        return
    first = int(starts.min()) // STEPS_PER_BAR * STEPS_PER_BAR + offset
    whole = key_weights(np.concatenate(every[:3]))
    places = np.unique((starts - first) // STEPS)
    for place in places[places >= 0][:MAX_PHRASES_PER_FILE].tolist():
        parts = [_window(notes, first + place * STEPS, drums=notes is every[3]) for notes in every]
        if not len(parts[0]) and len(parts[1]) and not len(parts[3]):
            line = skyline(parts[1])  # an interlude: the top of the chords sings
            parts[0], parts[1] = parts[1][line], parts[1][~line]
        if sum(len(notes) for notes in parts) < LEAST_NOTES:
            continue
        shift = key_shift(key_weights(np.concatenate(parts[:3])) + 0.5 * whole)
        yield np.packbits(_roll(parts, shift), axis=-1)


def _window(notes: np.ndarray, begin: int, drums: bool) -> np.ndarray:
    """The notes that sound in a phrase, cut to it, in its own steps."""
    inside = notes[(notes[:, 0] < begin + STEPS) & (notes[:, 1] > begin)]
    if drums:
        inside = inside[inside[:, 0] >= begin]
    cut = inside - np.array([begin, begin, 0])
    cut[:, :2] = np.clip(cut[:, :2], 0, STEPS)
    return cut


def _roll(lines: list[np.ndarray], shift: int) -> np.ndarray:
    """Bool [4, 2, 64, 84] of notes in steps; pitched tracks moved by shift semitones."""
    roll = np.zeros((len(TRACKS), 2, STEPS, PITCHES), bool)
    for track, notes in enumerate(lines):
        for start, end, pitch in notes.tolist():
            row = pitch - PITCH_LOW if track == 3 else _fold(pitch + shift - PITCH_LOW)
            if 0 <= row < PITCHES:
                roll[track, 0, start:end, row] = True
                roll[track, 1, start, row] = True
    return roll


def _fold(row: int) -> int:
    """Rows outside the grid go to the nearest octave inside."""
    if row < 0:
        return row % 12
    return row if row < PITCHES else PITCHES - 12 + row % 12


def key_weights(notes: np.ndarray) -> np.ndarray:
    """How long each pitch class sounds: float [12], sum 1; long notes count like a bar at most."""
    length = np.minimum(notes[:, 1] - notes[:, 0], STEPS_PER_BAR)
    weights = np.bincount(notes[:, 2] % 12, length, 12).astype(float)
    return weights / max(weights.sum(), 1e-9)


def key_shift(weights: np.ndarray) -> int:
    """Semitones (-6 to 5) that bring pitch class weights float [12] to C major or A minor."""
    profiles = [np.array(profile) - np.mean(profile) for profile in (MAJOR, MINOR)]
    profiles = [profile / np.linalg.norm(profile) for profile in profiles]
    major = [float(weights @ np.roll(profiles[0], tonic)) for tonic in range(12)]
    minor = [float(weights @ np.roll(profiles[1], tonic + 9)) for tonic in range(12)]
    tonic = int(np.argmax(np.maximum(major, minor)))
    return (6 - tonic) % 12 - 6
