"""A clip of four bars: notes on four tracks, how they are edited, and the grid the networks see."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from studio.core.errors import StudioError
from studio.core.latent import Recipe

TRACKS = ("melody", "chords", "bass", "drums")
DRUMS = "drums"
BARS = 4
STEPS_PER_BAR = 16
STEPS = BARS * STEPS_PER_BAR
TICKS_PER_QUARTER = 480
TICKS_PER_STEP = 120
CLIP_TICKS = STEPS * TICKS_PER_STEP
PITCH_LOW = 24
PITCHES = 84
PROGRAMS = (73, 0, 32, 0)
TRACK_COLOURS = ((242, 162, 58), (77, 182, 172), (154, 134, 224), (224, 120, 107))
GROUND = (16, 17, 20)
TEMPO_LOW_BPM, TEMPO_HIGH_BPM = 20.0, 300.0
MAX_NOTES = 20_000
MAX_CLIP_TICKS = 64 * CLIP_TICKS


@dataclass(frozen=True)
class Note:
    """One note of a track; ticks are 480 to the quarter, pitch and velocity as in MIDI."""

    track: str
    pitch: int
    start_ticks: int
    length_ticks: int
    velocity: int = 90

    def __post_init__(self) -> None:
        if self.track not in TRACKS:
            raise StudioError(f"There is no track called {str(self.track)[:40]!r}.")
        for value, low, high in (
            (self.pitch, 0, 127),
            (self.start_ticks, 0, MAX_CLIP_TICKS - 1),
            (self.length_ticks, 1, MAX_CLIP_TICKS),
            (self.velocity, 1, 127),
        ):
            if type(value) is not int or not low <= value <= high:
                raise StudioError("A note of this clip lies outside what a clip can hold.")

    @property
    def end_ticks(self) -> int:
        return self.start_ticks + self.length_ticks


@dataclass(frozen=True)
class Clip:
    """Notes, tempo and instruments, and the recipe they were made with.

    Notes are sorted, and two of the same track and pitch never overlap: the later one ends the
    earlier; of two that start together the one given last stays. programs are General MIDI
    numbers in the order of TRACKS. edited says that a person's hand changed notes.
    """

    recipe: Recipe = field(default_factory=Recipe)
    notes: tuple[Note, ...] = ()
    tempo_bpm: float = 100.0
    programs: tuple[int, ...] = PROGRAMS
    length_ticks: int = CLIP_TICKS
    muted: tuple[str, ...] = ()
    soloed: tuple[str, ...] = ()
    edited: bool = False

    def __post_init__(self) -> None:
        if type(self.length_ticks) is not int or not 1 <= self.length_ticks <= MAX_CLIP_TICKS:
            raise StudioError("The length of this clip makes no sense.")
        if not TEMPO_LOW_BPM <= self.tempo_bpm <= TEMPO_HIGH_BPM:
            raise StudioError(
                f"The tempo must lie between {TEMPO_LOW_BPM:.0f} and {TEMPO_HIGH_BPM:.0f} bpm."
            )
        if len(self.programs) != len(TRACKS) or any(
            type(program) is not int or not 0 <= program <= 127 for program in self.programs
        ):
            raise StudioError("An instrument of this clip is not a General MIDI program.")
        if not {*self.muted, *self.soloed} <= set(TRACKS):
            raise StudioError("This clip mutes or solos a track that does not exist.")
        if len(self.notes) > MAX_NOTES:
            raise StudioError(f"A clip can hold {MAX_NOTES:,} notes, and this one has more.")
        object.__setattr__(self, "notes", _tidy(self.notes, self.length_ticks))

    def add(self, *notes: Note) -> Clip:
        """With these notes; where they overlap others, the new ones win."""
        return self.replace_notes((), notes)

    def remove(self, notes: Iterable[Note]) -> Clip:
        return self.replace_notes(notes, ())

    def replace_notes(self, old: Iterable[Note], new: Iterable[Note]) -> Clip:
        """Take the old notes out and put the new ones in, by hand; itself if that changes none."""
        gone = set(old)
        kept = (note for note in self.notes if note not in gone)
        changed = replace(self, notes=(*kept, *new), edited=True)
        return self if changed.notes == self.notes else changed

    def move(self, notes: Sequence[Note], ticks: int = 0, semitones: int = 0) -> Clip:
        """Move notes together in time and pitch, as far as the clip's edges allow."""
        return self.replace_notes(notes, moved(notes, ticks, semitones, self.length_ticks))

    def resize(self, notes: Sequence[Note], ticks: int, least_ticks: int = 30) -> Clip:
        """Make notes longer (or shorter, ticks < 0), each at least least_ticks long."""
        return self.replace_notes(notes, resized(notes, ticks, self.length_ticks, least_ticks))

    def set_velocity(self, notes: Sequence[Note], velocity: int) -> Clip:
        loud = int(np.clip(velocity, 1, 127))
        return self.replace_notes(notes, [replace(note, velocity=loud) for note in notes])

    def change_velocity(self, notes: Sequence[Note], by: int) -> Clip:
        """Louder or softer by so much each, so that differences stay."""
        new = [replace(n, velocity=int(np.clip(n.velocity + by, 1, 127))) for n in notes]
        return self.replace_notes(notes, new)

    def quantise(self, notes: Sequence[Note], grid_ticks: int = TICKS_PER_STEP) -> Clip:
        """Move starts and ends to the nearest line of the grid."""
        return self.replace_notes(notes, quantised(notes, grid_ticks, self.length_ticks))

    def transpose(self, semitones: int) -> Clip:
        """The whole clip but the drums, as far as the range of MIDI allows."""
        return self.move([note for note in self.notes if note.track != DRUMS], 0, semitones)

    def duplicate(self, notes: Sequence[Note], ticks: int) -> Clip:
        """Copies of these notes, so many ticks later; what falls outside the clip is left out."""
        return self.add(*copies(notes, ticks, self.length_ticks))

    def on_track(self, track: str) -> tuple[Note, ...]:
        return tuple(note for note in self.notes if note.track == track)

    def program(self, track: str) -> int:
        return self.programs[TRACKS.index(track)]

    def with_program(self, track: str, program: int) -> Clip:
        programs = list(self.programs)
        programs[TRACKS.index(track)] = program
        return replace(self, programs=tuple(programs))

    def audible(self, track: str) -> bool:
        """A muted track is silent; while any track is soloed only soloed ones sound."""
        return track not in self.muted and (not self.soloed or track in self.soloed)

    @property
    def seconds(self) -> float:
        return self.length_ticks / TICKS_PER_QUARTER * 60.0 / self.tempo_bpm


def moved(
    notes: Sequence[Note], ticks: int, semitones: int, length_ticks: int = CLIP_TICKS
) -> tuple[Note, ...]:
    """The notes after a move; all by the same amount, stopped where the first meets an edge."""
    if not notes:
        return ()
    ticks = max(-min(note.start_ticks for note in notes), ticks)
    ticks = min(length_ticks - max(note.end_ticks for note in notes), ticks)
    semitones = max(-min(note.pitch for note in notes), semitones)
    semitones = min(127 - max(note.pitch for note in notes), semitones)
    return tuple(
        replace(note, start_ticks=note.start_ticks + ticks, pitch=note.pitch + semitones)
        for note in notes
    )


def resized(
    notes: Sequence[Note], ticks: int, length_ticks: int = CLIP_TICKS, least_ticks: int = 30
) -> tuple[Note, ...]:
    """The notes with their ends moved; never shorter than least_ticks nor past the clip's end."""
    return tuple(
        replace(
            note,
            length_ticks=max(
                1,
                min(max(note.length_ticks + ticks, least_ticks), length_ticks - note.start_ticks),
            ),
        )
        for note in notes
    )


def quantised(
    notes: Sequence[Note], grid_ticks: int, length_ticks: int = CLIP_TICKS
) -> tuple[Note, ...]:
    """The notes on the nearest lines of a grid, each at least one grid cell long."""
    new: list[Note] = []
    for note in notes:
        last = max(0, (length_ticks - 1) // grid_ticks * grid_ticks)
        start = min(_nearest(note.start_ticks, grid_ticks), last)
        end = max(_nearest(note.end_ticks, grid_ticks), start + grid_ticks)
        end = min(end, length_ticks)
        new.append(replace(note, start_ticks=start, length_ticks=end - start))
    return tuple(new)


def copies(notes: Sequence[Note], ticks: int, length_ticks: int = CLIP_TICKS) -> tuple[Note, ...]:
    """The same notes so many ticks later, cut at the clip's end."""
    return tuple(
        replace(
            note,
            start_ticks=note.start_ticks + ticks,
            length_ticks=min(note.length_ticks, length_ticks - note.start_ticks - ticks),
        )
        for note in notes
        if 0 <= note.start_ticks + ticks < length_ticks
    )


def _nearest(ticks: int, grid_ticks: int) -> int:
    return (ticks + grid_ticks // 2) // grid_ticks * grid_ticks


def _tidy(notes: Iterable[Note], length_ticks: int) -> tuple[Note, ...]:
    """Sorted, cut at the clip's end, no two of one track and pitch overlapping."""
    last: dict[tuple[str, int, int], Note] = {}
    for note in notes:
        if note.start_ticks < length_ticks:
            last[(note.track, note.pitch, note.start_ticks)] = note
    ends: dict[tuple[str, int], int] = {}
    kept: list[Note] = []
    for note in sorted(last.values(), key=lambda one: -one.start_ticks):
        line = (note.track, note.pitch)
        end = min(note.end_ticks, ends.get(line, length_ticks))
        ends[line] = note.start_ticks
        kept.append(
            note if end == note.end_ticks else replace(note, length_ticks=end - note.start_ticks)
        )
    return tuple(sorted(kept, key=_order))


def _order(note: Note) -> tuple[int, int, int]:
    return (note.start_ticks, TRACKS.index(note.track), note.pitch)


def fold_pitch(pitch: int) -> int:
    """The same note in the nearest octave that the grid has."""
    while pitch < PITCH_LOW:
        pitch += 12
    while pitch >= PITCH_LOW + PITCHES:
        pitch -= 12
    return pitch


def roll_of(clip: Clip) -> np.ndarray:
    """The clip on the grid: bool [4 tracks, (sustain, onset), 64 steps, 84 pitches].

    Every sustained run begins with an onset; drums sustain for their onset step only.
    """
    roll = np.zeros((len(TRACKS), 2, STEPS, PITCHES), bool)
    for note in clip.notes:
        track, row = TRACKS.index(note.track), fold_pitch(note.pitch) - PITCH_LOW
        start = _nearest(note.start_ticks, TICKS_PER_STEP) // TICKS_PER_STEP
        end = max(_nearest(note.end_ticks, TICKS_PER_STEP) // TICKS_PER_STEP, start + 1)
        if start >= STEPS:
            continue
        roll[track, 0, start : start + 1 if note.track == DRUMS else end, row] = True
        roll[track, 1, start, row] = True
    return roll


def example_of(clip: Clip) -> np.ndarray:
    """The clip as a reader of folders would give it: its roll, packed, uint8 [4, 2, 64, 11]."""
    return np.packbits(roll_of(clip), axis=-1)


def clip_of(
    roll: np.ndarray,
    recipe: Recipe | None = None,
    tempo_bpm: float = 100.0,
    programs: tuple[int, ...] = PROGRAMS,
) -> Clip:
    """Notes of a grid bool [4, 2, 64, 84]; sustain of two steps or more needs no onset to sound."""
    notes: list[Note] = []
    for index, track in enumerate(TRACKS):
        sustain, onset = np.asarray(roll[index, 0], bool), np.asarray(roll[index, 1], bool)
        for row in np.flatnonzero((sustain | onset).any(axis=0)):
            pitch = int(row) + PITCH_LOW
            for start, steps in _runs(sustain[:, row], onset[:, row], track == DRUMS):
                notes.append(
                    Note(
                        track,
                        pitch,
                        start * TICKS_PER_STEP,
                        steps * TICKS_PER_STEP,
                        _velocity(track, start),
                    )
                )
    return Clip(recipe or Recipe(), tuple(notes), tempo_bpm, programs)


def _runs(sustain: np.ndarray, onset: np.ndarray, drum: bool) -> list[tuple[int, int]]:
    """(start, steps) of the notes in one row of the grid."""
    starts = [int(step) for step in np.flatnonzero(onset)]
    if drum:
        return [(step, 1) for step in starts]
    sounding = sustain | onset
    rises = np.flatnonzero(sounding & ~np.concatenate([[False], sounding[:-1]]))
    for step in (int(rise) for rise in rises):
        if not onset[step] and sounding[step : step + 2].sum() == 2 and not onset[step + 1]:
            starts.append(step)
    starts.sort()
    runs: list[tuple[int, int]] = []
    for place, start in enumerate(starts):
        limit = starts[place + 1] if place + 1 < len(starts) else STEPS
        end = start + 1
        while end < limit and sounding[end]:
            end += 1
        runs.append((start, end - start))
    return runs


def _velocity(track: str, step: int) -> int:
    """Bars and beats a little louder than what lies between, chords behind the melody."""
    base = {"melody": 96, "chords": 70, "bass": 86, "drums": 88}[track]
    accent = 10 if step % STEPS_PER_BAR == 0 else 5 if step % 4 == 0 else 0
    return base + accent
