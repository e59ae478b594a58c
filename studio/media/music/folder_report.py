"""What the doctor finds in MIDI files that were read: a report with charts and remedies."""

from __future__ import annotations

import hashlib
import zlib
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np

from studio.core.doctor import Chart, Remedy, Sheet, bars, counted
from studio.core.kind import MIN_FILES, FolderReport, Refusal
from studio.media.music.document import GROUND, PITCHES, STEPS, TRACK_COLOURS, TRACKS
from studio.media.music.rolls import unpack

SKIP_NEAR, SKIP_NO_MELODY, SKIP_METERS = "skip-near-copies", "skip-no-melody", "skip-other-meters"
REMEDIES = (SKIP_NEAR, SKIP_NO_MELODY, SKIP_METERS)
SHARED = 0.6  # of the phrases of the shorter song: two recordings of one song differ here and there
COMMON = 40  # songs with one phrase; more are only compared with the first of them
MAIN_METER = 0.6  # of the files, from which on others are the exception
FEW, MOST_KEYS, MOST_METERS = 100, 8, 8
TEMPI_BPM = (60, 80, 100, 120, 140, 160, 200)
NOTES_PER_BAR = (4, 8, 12, 16, 24, 32, 48)
SHEET_PX, MOST_ON_SHEET = 96, 20
Names = tuple[str, ...]


@dataclass(frozen=True)
class Reading:
    """What one file holds, once told apart and cut; phrases are packed and deflated."""

    tracks: tuple[str, ...]
    meter: str
    upbeat: bool
    tempo_bpm: float
    key: str = ""
    notes_per_bar: float = 0.0
    phrases: tuple[bytes, ...] = ()
    marks: tuple[bytes, ...] = ()


@dataclass
class Survey:
    """A folder that was read."""

    folder: Path
    files: dict[str, Reading] = field(default_factory=dict)
    refused: list[Refusal] = field(default_factory=list)
    ignored: tuple[str, ...] = ()


def mark_of(roll: np.ndarray) -> bytes:
    """A fingerprint of bool [4, 2, 64, 84], the same in every octave, key and tempo."""
    onsets = roll[:, 1]
    folded = onsets[:3].reshape(3, STEPS, PITCHES // 12, 12).any(2)
    bits = np.packbits(folded).tobytes() + np.packbits(onsets[3]).tobytes()
    return hashlib.blake2b(bits, digest_size=8).digest()


def near_songs(files: dict[str, Reading]) -> tuple[Names, ...]:
    """Groups of files that share most of their phrases, the longest of each first."""
    having: dict[bytes, list[str]] = defaultdict(list)
    for name, reading in files.items():
        for mark in dict.fromkeys(reading.marks):
            having[mark].append(name)
    shared: Counter[tuple[str, str]] = Counter()
    for names in having.values():
        few = len(names) <= COMMON
        shared.update(combinations(names, 2) if few else ((names[0], n) for n in names[1:]))
    first = {name: name for name in files}

    def root(name: str) -> str:
        while first[name] != name:
            name = first[name]
        return name

    for (one, other), count in shared.items():
        if count >= SHARED * min(len(set(files[one].marks)), len(set(files[other].marks))):
            first[root(other)] = root(one)
    groups: dict[str, list[str]] = defaultdict(list)
    for name in files:
        groups[root(name)].append(name)
    found = [
        tuple(sorted(names, key=lambda name: (-len(files[name].phrases), name)))
        for names in groups.values()
        if len(names) > 1
    ]
    return tuple(sorted(found, key=lambda names: -len(names)))


def findings(survey: Survey, remedies: Sequence[str], most: int) -> FolderReport:
    """The report of a folder of which training takes so many phrases at most."""
    near = near_songs(survey.files)
    meter = _main_meter(survey.files)
    skips = _skips(survey.files, near, meter)
    gone = {name: why for word in remedies for name, why in skips[word].items()}
    used = {name: one for name, one in survey.files.items() if name not in gone}
    left = (tuple(name for name in names if name not in gone) for names in near)
    left = tuple(names for names in left if len(names) > 1)
    phrases = len({mark for one in used.values() for mark in one.phrases})
    refused = [*survey.refused, *(Refusal(name, why) for name, why in gone.items())]
    return FolderReport(
        folder=str(survey.folder),
        medium="music",
        usable=tuple(used),
        refused=tuple(sorted(refused, key=lambda one: one.file)),
        ignored=survey.ignored,
        notes=tuple(_notes(list(used.values()), phrases, most)),
        facts=_facts(list(used.values()), phrases, left),
        noun="MIDI file",
        nouns="MIDI files",
        good=f"{phrases:,} phrases of four bars" if phrases else "",
        near=left,
        remedies=tuple(_offers(survey.files, skips, remedies, meter)),
        charts=tuple(_charts(list(used.values()))),
        sheets=tuple(_sheets(survey.files, near)),
    )


def _main_meter(files: dict[str, Reading]) -> str:
    """The meter of most files; "" where none stands out."""
    meters = Counter(one.meter for one in files.values()).most_common(1)
    return meters[0][0] if meters and meters[0][1] >= MAIN_METER * len(files) else ""


def _skips(
    files: dict[str, Reading], near: tuple[Names, ...], meter: str
) -> dict[str, dict[str, str]]:
    """For every remedy: the files that it leaves out, and why."""
    copies = {name: names[0] for names in near for name in names[1:]}
    silent = [name for name, one in files.items() if "melody" not in one.tracks]
    others = {name: one.meter for name, one in files.items() if meter and one.meter != meter}
    return {
        SKIP_NEAR: {name: f"It is nearly a copy of {first}." for name, first in copies.items()},
        SKIP_NO_MELODY: dict.fromkeys(silent, "It has no melody."),
        SKIP_METERS: {name: f"It is in {other}." for name, other in others.items()},
    }


def _offers(
    files: dict[str, Reading],
    skips: dict[str, dict[str, str]],
    remedies: Sequence[str],
    meter: str,
) -> Iterator[Remedy]:
    texts = {
        SKIP_NEAR: "Keep one of each group of near copies",
        SKIP_NO_MELODY: "Leave out files without a melody",
        SKIP_METERS: f"Leave out files that are not in {meter}",
    }
    for word, text in texts.items():
        count, is_taken = len(skips[word]), word in remedies
        if 0 < count <= len(files) - MIN_FILES or (is_taken and count):
            yield Remedy(word, text, count, is_taken)


def _facts(readings: list[Reading], phrases: int, near: tuple[Names, ...]) -> dict[str, Any]:
    if not readings:
        return {"phrases": 0}
    keys = Counter(one.key for one in readings if one.key)
    marks = [mark for one in readings for mark in one.marks]
    return {
        "phrases": phrases,
        "examples": phrases,
        "meters": dict(Counter(one.meter for one in readings).most_common(MOST_METERS)),
        "upbeats": sum(one.upbeat for one in readings),
        "tempo_bpm": round(float(np.median([one.tempo_bpm for one in readings])), 1),
        "files_with": _with_track(readings),
        "keys": dict(keys.most_common()),
        "notes_per_bar": round(float(np.median([one.notes_per_bar for one in readings])), 1),
        "near_copies": sum(len(names) - 1 for names in near),
        # 1 where no phrase comes again, in whatever key or octave
        "diversity": round(len(set(marks)) / max(1, len(marks)), 2),
    }


def _with_track(readings: list[Reading]) -> dict[str, int]:
    return {track: sum(track in one.tracks for one in readings) for track in TRACKS}


def _notes(readings: list[Reading], phrases: int, most: int) -> Iterator[str]:
    if not readings:
        return
    missing = [track for track, count in _with_track(readings).items() if not count]
    if missing:
        yield f"No file has {' or '.join(missing)}; clips will have none either."
    if phrases < FEW:
        yield f"{phrases} phrases of four bars are few; expect a model that repeats them."
    if phrases > most:
        yield f"There are {phrases:,} phrases; training takes {most:,} of them."


def _charts(readings: list[Reading]) -> Iterator[Chart]:
    if not readings:
        return
    yield counted("Files with", _with_track(readings))
    yield bars("Tempo in bpm", [one.tempo_bpm for one in readings], TEMPI_BPM)
    keys = Counter(one.key for one in readings if one.key).most_common(MOST_KEYS)
    if keys:
        yield counted("Keys", dict(keys))
    yield bars("Notes in a bar", [one.notes_per_bar for one in readings], NOTES_PER_BAR)
    meters = Counter(one.meter for one in readings).most_common(MOST_METERS)
    if len(meters) > 1:
        yield counted("Meter", dict(meters))


def _sheets(files: dict[str, Reading], near: tuple[Names, ...]) -> Iterator[Sheet]:
    """The fullest phrase of each near copy, as a picture of its piano roll."""
    every = [(name, place) for place, group in enumerate(near) for name in group]
    shown = every[:MOST_ON_SHEET]
    if shown:
        pictures = tuple((name, _picture(files[name])) for name, _ in shown)
        yield Sheet("Near copies", pictures, tuple(place for _, place in shown))


def _picture(reading: Reading) -> np.ndarray:
    """uint8 [96, 96, 3]: the phrase with the most notes, its tracks in their colours."""
    rolls = [unpack(inflated(phrase)) for phrase in reading.phrases[:4]]
    roll = max(rolls, key=lambda one: int(one[:, 1].sum()))
    picture = np.full((PITCHES, STEPS, 3), GROUND, np.uint8)
    for track, colour in enumerate(TRACK_COLOURS):
        picture[roll[track, 0].T] = colour
    rows = (np.arange(SHEET_PX) * PITCHES // SHEET_PX)[::-1]  # low notes at the foot
    return picture[rows][:, np.arange(SHEET_PX) * STEPS // SHEET_PX]


def deflated(roll: np.ndarray) -> bytes:
    """A phrase bool [4, 2, 64, 84] in little room: most of it is silence."""
    return zlib.compress(np.packbits(roll, axis=-1).tobytes(), 1)


def inflated(phrase: bytes) -> np.ndarray:
    """uint8 [4, 2, 64, 11] of a deflated phrase."""
    packed = np.frombuffer(zlib.decompress(phrase), np.uint8)
    return packed.reshape(len(TRACKS), 2, STEPS, -1)
