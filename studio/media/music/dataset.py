"""Read a person's folder of MIDI files: what can be used, and phrases of four bars to train on."""

from __future__ import annotations

import hashlib
from collections.abc import Generator, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from studio.core.doctor import refuse_unknown
from studio.core.errors import StudioError
from studio.core.examples import ExampleWriter
from studio.core.files import walk
from studio.core.kind import Refusal
from studio.core.latent import Recipe
from studio.core.work import Finished, Progress, Work
from studio.media.music.document import (
    PITCH_LOW,
    PITCHES,
    STEPS,
    STEPS_PER_BAR,
    TRACKS,
    Clip,
    clip_of,
)
from studio.media.music.folder_report import (
    REMEDIES,
    Reading,
    Survey,
    deflated,
    findings,
    inflated,
    mark_of,
)
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
TONICS = ("C", "D♭", "D", "E♭", "E", "F", "F♯", "G", "A♭", "A", "B♭", "B")
KINDS_BY_SUFFIX = {
    "a picture": (".png", ".jpg", ".jpeg", ".gif", ".webp", ".bmp", ".tif", ".tiff", ".svg"),
    "a sound recording": (".wav", ".mp3", ".flac", ".ogg", ".aif", ".aiff", ".m4a", ".opus"),
    "a text": (".txt", ".md", ".csv", ".json", ".html", ".xml", ".pdf", ".doc", ".docx"),
    "a score, not MIDI": (".mxl", ".musicxml", ".mscz", ".abc", ".krn", ".gp5"),
    "an archive": (".zip", ".gz", ".tar", ".7z", ".rar"),
}


class MusicReader:
    """Reads MIDI folders, each file again only when it has changed; numpy only."""

    def __init__(self) -> None:
        self._readings: dict[Path, tuple[object, str, Reading, Lines]] = {}

    def check(self, folder: Path, remedies: Sequence[str] = ()) -> Work:
        """Finished(FolderReport). StudioError if the folder is missing or unreadable."""
        survey = yield from self._survey(folder, remedies)
        yield Finished(findings(survey, remedies, MAX_PHRASES))

    def read(self, folder: Path, size_px: int, cache: Path, remedies: Sequence[str] = ()) -> Work:
        """Finished((Examples [N, 4, 2, 64, 11] in cache, FolderReport)).

        A phrase is np.packbits of bool [4 tracks, (sustain, onset), 64 steps, 84 pitches] along
        the pitches, in C major or A minor; none is there twice, and of too many a fair choice is
        taken. size_px means nothing here. StudioError under 8 usable files.
        """
        survey = yield from self._survey(folder, remedies)
        report = findings(survey, remedies, MAX_PHRASES)
        if report.too_few:
            raise StudioError(report.too_few)
        source: dict[bytes, str] = {}
        for name in report.usable:
            for phrase in survey.files[name].phrases:
                source.setdefault(phrase, name)
        chosen = np.arange(len(source))
        if len(source) > MAX_PHRASES:
            random = np.random.default_rng(0)
            chosen = np.sort(random.choice(len(source), MAX_PHRASES, replace=False))
        phrases = list(source)
        with ExampleWriter(cache) as writer:
            for at in chosen.tolist():
                writer.add(inflated(phrases[at]), source[phrases[at]])
            examples = writer.close()
        yield Finished((examples, report))

    def open(self, path: Path, size_px: int) -> Clip:
        """The first four bars that have notes enough, on the grid, in the key of the file."""
        try:
            song = parse_song(_content(path))
        except StudioError as error:
            raise StudioError(f"{path.name} cannot be used. {error}") from error
        lines = _lines(song)
        found = next(_keyed_phrases(lines), None)
        if found is None:
            raise StudioError(f"No four bars of {path.name} have {LEAST_NOTES} notes.")
        roll, shift = found
        recipe = Recipe().with_option("key", -shift)
        return clip_of(roll, recipe, _tempo_bpm(song)).transpose(-shift)

    def _survey(self, folder: Path, remedies: Sequence[str]) -> Generator[Any, None, Survey]:
        """Read every file; where there are few phrases, cut them again in between."""
        refuse_unknown(remedies, REMEDIES, "music")
        found = walk(folder)
        survey = Survey(folder, ignored=found.ignored)
        survey.refused += [
            Refusal(name, f"{why[0].upper()}{why[1:]}.") for name, why in found.closed
        ]
        songs: dict[str, str] = {}
        seen: set[bytes] = set()
        few: dict[str, Lines] = {}
        for done, name in enumerate(found.files):
            yield Progress(done, len(found.files), name)
            try:
                digest, reading, lines = self._reading(folder / name)
                if digest in songs:
                    raise StudioError(f"The same file as {songs[digest]}; it is used once.")
            except StudioError as error:
                survey.refused.append(Refusal(name, str(error)))
                continue
            songs[digest], survey.files[name] = name, reading
            seen.update(reading.phrases)
            few = {**few, name: lines} if len(seen) < FEW_PHRASES else {}
        for name, lines in few.items():  # every bar is worth more where there are few
            between = tuple(deflated(roll) for roll in _phrases(lines, offset=STEPS // 2))
            reading = survey.files[name]
            survey.files[name] = replace(reading, phrases=reading.phrases + between)
        return survey

    def _reading(self, path: Path) -> tuple[str, Reading, Lines]:
        """Digest, reading and lines of a file; StudioError in words when it is of no use."""
        try:
            state = path.stat()
            mark = (state.st_size, state.st_mtime_ns, state.st_ino)
        except OSError:
            mark = None
        known = self._readings.get(path)
        if known and known[0] == mark:
            return known[1:]
        content = _content(path)
        digest = hashlib.sha256(content).hexdigest()
        reading, lines = _reading(parse_song(content))
        if not reading.phrases:
            raise StudioError(f"No four bars of it have {LEAST_NOTES} notes.")
        self._readings[path] = (mark, digest, reading, lines)
        return digest, reading, lines


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


def _reading(song: Song) -> tuple[Reading, Lines]:
    """Lay a song on the grid, tell its parts apart, cut it."""
    grid = Grid(song)
    lines = tell_apart(song, grid.steps(song.start), grid.steps(song.end))
    rolls = list(_phrases(lines))
    notes = np.concatenate([lines.of(track) for track in TRACKS])
    pitched = np.concatenate([lines.of(track) for track in TRACKS[:3]])
    sounding = len(np.unique(notes[:, 0] // STEPS_PER_BAR))
    reading = Reading(
        lines.tracks,
        grid.meters[0],
        grid.upbeat_quarters > 0,
        _tempo_bpm(song),
        key_name(key_weights(pitched)) if len(pitched) else "",
        len(notes) / max(sounding, 1),
        tuple(deflated(roll) for roll in rolls),
        tuple(mark_of(roll) for roll in rolls),
    )
    return reading, lines


def _lines(song: Song) -> Lines:
    grid = Grid(song)
    return tell_apart(song, grid.steps(song.start), grid.steps(song.end))


def _tempo_bpm(song: Song) -> float:
    return next((bpm for _, bpm in reversed(song.tempos) if 20 <= bpm <= 300), 120.0)


def _phrases(lines: Lines, offset: int = 0) -> Iterator[np.ndarray]:
    """Phrases bool [4, 2, 64, 84] every four bars from the first bar with notes."""
    return (roll for roll, _ in _keyed_phrases(lines, offset))


def _keyed_phrases(lines: Lines, offset: int = 0) -> Iterator[tuple[np.ndarray, int]]:
    """The same, with the semitones that brought each into its key."""
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
        yield _roll(parts, shift), shift


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
    tonic = int(np.argmax(np.maximum(*_fits(weights))))
    return (6 - tonic) % 12 - 6


def key_name(weights: np.ndarray) -> str:
    """The key that fits pitch class weights float [12] best, like E♭ major."""
    major, minor = _fits(weights)
    tonic = int(np.argmax(np.maximum(major, minor)))
    if minor[tonic] > major[tonic]:
        return f"{TONICS[(tonic + 9) % 12]} minor"
    return f"{TONICS[tonic]} major"


def _fits(weights: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """How well each major key fits, and its relative minor: float [12] each, by major tonic."""
    profiles = [np.array(profile) - np.mean(profile) for profile in (MAJOR, MINOR)]
    profiles = [profile / np.linalg.norm(profile) for profile in profiles]
    major = [float(weights @ np.roll(profiles[0], tonic)) for tonic in range(12)]
    minor = [float(weights @ np.roll(profiles[1], tonic + 9)) for tonic in range(12)]
    return np.array(major), np.array(minor)
