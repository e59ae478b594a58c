"""Tell the parts of a song apart: what is melody, chords, bass and drums."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np

from studio.media.music.document import TRACKS
from studio.media.music.midi import DRUM_CHANNEL, Song

PHRASE_STEPS = 64
BASS_PROGRAMS = range(32, 40)
LEAD_PROGRAMS = frozenset((40, 41, *range(52, 55), *range(56, 80), *range(80, 88)))
LEAD_NAMES = re.compile(
    r"voice|vocal|vox|voix|chant|canto|gesang|sing|stimme|sopran|cantus|treble|melod|lead\b|tune"
    r"|\bsolo",
    re.IGNORECASE,
)
BASS_NAMES = re.compile(
    r"\bbass\b|basso|\bbas\b|contrabass|kontrabass|\bbass[ _]?\d", re.IGNORECASE
)
BASS_CEILING = 57
MOST_CHORD_PARTS = 3
SAME_BEAT_STEPS = 8
BASS_SPREAD = 3
SINGLE = 0.75
REST_STEPS = 32
# electronic kits send these for the edge of the hi-hat and the rim of the tom
DRUM_EDGES = {22: 42, 26: 46, 58: 43}


@dataclass(frozen=True)
class Lines:
    """Notes of one track of the clip: int columns start, end (steps), pitch [N, 3]."""

    melody: np.ndarray
    chords: np.ndarray
    bass: np.ndarray
    drums: np.ndarray

    def of(self, track: str) -> np.ndarray:
        return {
            "melody": self.melody,
            "chords": self.chords,
            "bass": self.bass,
            "drums": self.drums,
        }[track]

    @property
    def tracks(self) -> tuple[str, ...]:
        """The tracks that have notes."""
        return tuple(track for track in TRACKS if len(self.of(track)))


@dataclass(frozen=True)
class Part:
    """What one channel of one track plays."""

    notes: np.ndarray
    name: str
    program: int

    @property
    def mean_pitch(self) -> float:
        return float(self.notes[:, 2].mean())

    @property
    def single(self) -> float:
        """The share of notes that sound alone: 1 for a melody, 0 for chords."""
        notes = self.notes
        if len(notes) < 2:
            return 1.0
        starts = len(np.unique(notes[:, 0])) / len(notes)
        apart = float(np.mean(notes[:-1, 1] <= notes[1:, 0] + 1))
        return starts * apart

    def coverage(self, phrases: int) -> float:
        """The share of the song's phrases in which the part plays."""
        return len(np.unique(self.notes[:, 0] // PHRASE_STEPS)) / max(phrases, 1)


def tell_apart(song: Song, start: np.ndarray, end: np.ndarray) -> Lines:
    """At most one melody and one bass, chords merged from the rest, drums from channel 10.

    start, end: float steps [N] of the song's notes.
    """
    first = np.floor(start + 0.5).astype(np.int64)
    last = np.maximum(np.floor(end + 0.5).astype(np.int64), first + 1)
    notes = np.stack([first, last, song.pitch], axis=1)
    drums = song.channel == DRUM_CHANNEL
    parts = _parts(song, notes, drums)
    phrases = len(np.unique(notes[~drums, 0] // PHRASE_STEPS))
    melody, parts = _take_melody(parts, phrases)
    bass, parts = _take_bass(parts, phrases)
    chords = _merge(_chord_parts(parts, phrases))
    if not len(bass) and len(chords):
        low = low_line(chords)
        bass, chords = _monophonic(chords[low]), chords[~low]
    return Lines(melody, chords, bass, _drum_notes(notes[drums]))


def _parts(song: Song, notes: np.ndarray, drums: np.ndarray) -> list[Part]:
    key = song.track * 16 + song.channel
    parts = []
    for one in np.unique(key[~drums]):
        track, channel = divmod(int(one), 16)
        program = song.programs.get((track, channel), -1)
        if program < 0:  # some files set the programs of all channels on one track
            program = next((p for (_, c), p in song.programs.items() if c == channel), 0)
        mine = notes[(key == one) & ~drums]
        order = np.lexsort((mine[:, 2], mine[:, 0]))
        if program < 120:  # above lie sound effects
            parts.append(Part(mine[order], song.names.get(track, ""), program))
    return parts


def _take_melody(parts: list[Part], phrases: int) -> tuple[np.ndarray, list[Part]]:
    """The notes of the melody, and the parts with what is left of them."""
    if not parts:
        return _none(), parts
    best = _melody_part(parts, phrases)
    if best is None:
        return _none(), parts
    line = skyline(best.notes)
    rest = [part for part in parts if part is not best]
    if (~line).sum() and best.single <= SINGLE:
        rest.append(Part(best.notes[~line], best.name, best.program))
    return _fill_rests(_monophonic(best.notes[line]), rest, phrases)


def _fill_rests(
    melody: np.ndarray, parts: list[Part], phrases: int
) -> tuple[np.ndarray, list[Part]]:
    """Where the melody rests for two bars or more another lead takes over."""
    leads = [
        part
        for part in parts
        if part.single > SINGLE and part.mean_pitch > 55 and part.program not in BASS_PROGRAMS
    ]
    for lead in sorted(leads, key=lambda part: -_melody_score(part, phrases)):
        alone = ~np.isin(lead.notes[:, 0] // REST_STEPS, melody[:, 0] // REST_STEPS)
        if alone.sum() < 4:
            continue
        melody = _monophonic(np.concatenate([melody, lead.notes[alone]]))
        parts = [part for part in parts if part is not lead]
        if not alone.all():
            parts.append(Part(lead.notes[~alone], lead.name, lead.program))
    return melody, parts


def _melody_part(parts: list[Part], phrases: int) -> Part | None:
    """A part of single notes that looks like a melody, else the highest; None for basses only."""
    high = [part for part in parts if part.program not in BASS_PROGRAMS]
    single = [part for part in high if part.single > SINGLE]
    if single:
        best = max(single, key=lambda part: _melody_score(part, phrases))
        if best.mean_pitch >= 52 or LEAD_NAMES.search(best.name) or len(parts) == 1:
            return best
    if not high:
        return None
    best = max(high, key=lambda part: _melody_score(part, phrases))
    return best if best.mean_pitch >= 48 else None


def _melody_score(part: Part, phrases: int) -> float:
    score = 2 * part.single + 2 * part.coverage(phrases) + 0.8 * (part.mean_pitch - 60) / 12
    score += 2.0 * bool(LEAD_NAMES.search(part.name)) + 0.8 * (part.program in LEAD_PROGRAMS)
    score -= 1.5 * bool(BASS_NAMES.search(part.name)) + 1.0 * (part.mean_pitch < 50)
    return score


def _take_bass(parts: list[Part], phrases: int) -> tuple[np.ndarray, list[Part]]:
    def score(part: Part) -> float:
        sure = 3 * (part.program in BASS_PROGRAMS) + 2 * bool(BASS_NAMES.search(part.name))
        return sure + (55 - part.mean_pitch) / 12 + 1.5 * part.single + part.coverage(phrases)

    fit = [
        part
        for part in parts
        if part.mean_pitch < BASS_CEILING and (part.single > 0.6 or part.program in BASS_PROGRAMS)
    ]
    if not fit:
        return _none(), parts
    best = max(fit, key=score)
    return _monophonic(best.notes), [part for part in parts if part is not best]


def _chord_parts(parts: list[Part], phrases: int) -> list[Part]:
    """The few that say most about the harmony."""
    ranked = sorted(parts, key=lambda part: part.coverage(phrases) - part.single, reverse=True)
    return ranked[:MOST_CHORD_PARTS]


def _merge(parts: list[Part]) -> np.ndarray:
    if not parts:
        return _none()
    notes = np.concatenate([part.notes for part in parts])
    return notes[np.lexsort((notes[:, 2], notes[:, 0]))]


def skyline(notes: np.ndarray) -> np.ndarray:
    """Bool [N]: the highest note of each onset, unless a higher one of the line still sounds."""
    chosen = np.zeros(len(notes), bool)
    high_end, high_pitch = -1, -1
    for index in _extremes(notes, highest=True):
        start, end, pitch = notes[index]
        if start < high_end - 1 and pitch < high_pitch:
            continue
        chosen[index] = True
        high_end, high_pitch = end, pitch
    return chosen


def low_line(notes: np.ndarray) -> np.ndarray:
    """Bool [N]: the bass that a pair of hands plays.

    The lowest note of each onset below the ceiling, when it is near the lowest of its half bar
    and nothing lower still sounds.
    """
    chosen = np.zeros(len(notes), bool)
    floor: dict[int, int] = {}
    for half, pitch in zip(
        (notes[:, 0] // SAME_BEAT_STEPS).tolist(), notes[:, 2].tolist(), strict=True
    ):
        floor[half] = min(pitch, floor.get(half, 128))
    low_end, low_pitch = -1, 128
    for index in _extremes(notes, highest=False):
        start, end, pitch = notes[index].tolist()
        near = pitch <= floor[start // SAME_BEAT_STEPS] + BASS_SPREAD
        under = start >= low_end - 1 or pitch <= low_pitch
        if pitch < BASS_CEILING and near and under:
            chosen[index] = True
            low_end, low_pitch = end, pitch
    return chosen


def _extremes(notes: np.ndarray, highest: bool) -> list[int]:
    """Indices of the highest or lowest note of every onset, in time."""
    order = np.lexsort((notes[:, 2] * (-1 if highest else 1), notes[:, 0]))
    first = np.concatenate([[True], np.diff(notes[order, 0]) > 0]) if len(notes) else []
    return order[np.asarray(first, bool)].tolist()


def _monophonic(notes: np.ndarray) -> np.ndarray:
    """Each note ends where the next begins, the highest of simultaneous ones stays."""
    order = np.lexsort((-notes[:, 2], notes[:, 0]))
    notes = notes[order]
    if len(notes) < 2:
        return notes
    notes = notes[np.concatenate([[True], np.diff(notes[:, 0]) > 0])].copy()
    notes[:-1, 1] = np.minimum(notes[:-1, 1], notes[1:, 0])
    return notes


def _drum_notes(notes: np.ndarray) -> np.ndarray:
    notes = notes.copy()
    for edge, plain in DRUM_EDGES.items():
        notes[notes[:, 2] == edge, 2] = plain
    notes[:, 1] = notes[:, 0] + 1
    return notes


def _none() -> np.ndarray:
    return np.zeros((0, 3), np.int64)
