"""Read SoundFonts (SF2, and SF3 with Vorbis samples); nothing in the file is trusted.

After "SoundFont Technical Specification 2.04" (Creative, 2006); SF3 as MuseScore writes it.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile

from studio.core.errors import StudioError

MAX_FILE_BYTES = 2**31
MAX_ZONES_PER_PRESET = 4_096
MAX_ZONES_PER_NOTE = 24
MAX_SAMPLE_FRAMES = 8_000_000
MAX_CHUNKS = 1_000
MAX_RECORDS = 2_000_000
MAX_CACHED_FRAMES = 30_000_000
DRUM_BANK = 128
VORBIS = 0x10
DAMAGED = "This SoundFont is damaged."

# generators by their numbers in the specification
START, END, LOOP_START, LOOP_END, START_COARSE = 0, 1, 2, 3, 4
FILTER_CUTOFF, FILTER_Q, END_COARSE, PAN = 8, 9, 12, 17
DELAY, ATTACK, HOLD, DECAY, SUSTAIN, RELEASE = 33, 34, 35, 36, 37, 38
KEY_TO_HOLD, KEY_TO_DECAY, INSTRUMENT, KEYS, VELOCITIES = 39, 40, 41, 43, 44
LOOP_START_COARSE, FIXED_KEY, FIXED_VELOCITY, ATTENUATION = 45, 46, 47, 48
LOOP_END_COARSE, COARSE_TUNE, FINE_TUNE, SAMPLE = 50, 51, 52, 53
LOOP_MODE, SCALE_TUNING, EXCLUSIVE, ROOT_KEY = 54, 56, 57, 58
DEFAULTS = {
    FILTER_CUTOFF: 13_500, DELAY: -12_000, ATTACK: -12_000, HOLD: -12_000, DECAY: -12_000,
    RELEASE: -12_000, SCALE_TUNING: 100, FIXED_KEY: -1, FIXED_VELOCITY: -1, ROOT_KEY: -1,
}  # fmt: skip
NOT_IN_PRESETS = frozenset((0, 1, 2, 3, 4, 12, 45, 46, 47, 50, 53, 54, 57, 58))
# where a font lacks a program: others of General MIDI that come near, by family of eight
NEAR_PROGRAMS = (
    (0, 4), (11, 0), (52, 48), (24, 25), (33, 32), (48, 40), (48, 52), (56, 61),
    (65, 66), (73, 75), (80, 81), (52, 48), (11, 48), (24, 25), (11, 0), (80, 48),
)  # fmt: skip

_NAMED = [("name", "S20")]
_HEADERS = {
    b"phdr": np.dtype([*_NAMED, ("program", "<u2"), ("bank", "<u2"), ("bag", "<u2"), ("x", "V12")]),
    b"pbag": np.dtype([("gen", "<u2"), ("mod", "<u2")]),
    b"pgen": np.dtype([("what", "<u2"), ("amount", "<i2")]),
    b"inst": np.dtype([*_NAMED, ("bag", "<u2")]),
    b"ibag": np.dtype([("gen", "<u2"), ("mod", "<u2")]),
    b"igen": np.dtype([("what", "<u2"), ("amount", "<i2")]),
    b"shdr": np.dtype(
        [*_NAMED, ("start", "<u4"), ("end", "<u4"), ("loop_start", "<u4"), ("loop_end", "<u4"),
         ("rate", "<u4"), ("root", "u1"), ("cents", "i1"), ("link", "<u2"), ("kind", "<u2")]
    ),
}  # fmt: skip


@dataclass(frozen=True)
class Zone:
    """One sample with the keys and velocities that it answers to, and all its generators."""

    keys: tuple[int, int]
    velocities: tuple[int, int]
    sample: int
    generators: dict[int, int]

    def answers(self, key: int, velocity: int) -> bool:
        return (
            self.keys[0] <= key <= self.keys[1]
            and self.velocities[0] <= velocity <= self.velocities[1]
        )

    def distance(self, key: int, velocity: int) -> int:
        """How far a note lies outside, keys before velocities; 0 inside."""
        away = [
            max(low - value, value - high, 0)
            for (low, high), value in ((self.keys, key), (self.velocities, velocity))
        ]
        return 1_000 * away[0] + away[1]

    def get(self, generator: int) -> int:
        return self.generators.get(generator, DEFAULTS.get(generator, 0))


@dataclass(frozen=True)
class Sample:
    """A recording: mono float32 frames, loop in frames, and the pitch it was played at."""

    frames: np.ndarray
    loop_start: int
    loop_end: int
    rate_hz: int
    root: int
    cents: int


class SoundFont:
    """An open SoundFont; presets and samples are read when first asked for."""

    def __init__(self, path: Path) -> None:
        """StudioError when the file is missing, no SoundFont, or damaged."""
        self.path = path
        self._file = _File(path)
        chunks = _chunks(self._file)
        self._tables = {name: _table(self._file, chunks, name) for name in _HEADERS}
        self._smpl = chunks.get(b"smpl", (0, 0))
        self._zones: dict[tuple[int, int], tuple[Zone, ...]] = {}
        self._samples: dict[int, Sample] = {}
        self._cached_frames = 0
        self._places: dict[tuple[int, int], int] = {}
        self.names: dict[tuple[int, int], str] = {}
        for place, header in enumerate(self._tables[b"phdr"][:-1]):
            key = (int(header["bank"]), int(header["program"]))
            if key not in self._places:
                self._places[key] = place
                self.names[key] = header["name"].split(b"\0")[0].decode("latin-1").strip()
        if not self._places or self._smpl[1] == 0:
            raise StudioError("This SoundFont has no instruments in it.")

    @property
    def programs(self) -> tuple[tuple[int, str], ...]:
        """(General MIDI program, its name) of every melodic instrument, in order."""
        return tuple(sorted((key[1], name) for key, name in self.names.items() if key[0] == 0))

    def preset(self, program: int, drums: bool) -> tuple[Zone, ...]:
        """The zones of a program, or of one that comes near where the font lacks it."""
        key = self._near(program, drums)
        if key is None:
            return ()
        if key not in self._zones:
            self._zones[key] = self._read_preset(self._places[key])
        return self._zones[key]

    def zones(self, program: int, drums: bool, key: int, velocity: int) -> tuple[Zone, ...]:
        """What sounds for a note; melodic notes outside every range take the nearest zones."""
        preset = self.preset(program, drums)
        found = tuple(zone for zone in preset if zone.answers(key, velocity))
        if found or drums or not preset:
            return found[:MAX_ZONES_PER_NOTE]
        least = min(zone.distance(key, velocity) for zone in preset)
        nearest = (zone for zone in preset if zone.distance(key, velocity) == least)
        return tuple(nearest)[:MAX_ZONES_PER_NOTE]

    def _near(self, program: int, drums: bool) -> tuple[int, int] | None:
        if drums:
            wanted = [(DRUM_BANK, program), (DRUM_BANK, 0)]
            wanted += [key for key in self._places if key[0] == DRUM_BANK]
        else:
            family = program // 8 % 16
            wanted = [(0, program)]
            wanted += [(0, near) for near in range(family * 8, family * 8 + 8)]
            wanted += [(0, near) for near in NEAR_PROGRAMS[family]]
            wanted += [key for key in self._places if key[0] != DRUM_BANK]
        return next((key for key in wanted if key in self._places), None)

    def _read_preset(self, place: int) -> tuple[Zone, ...]:
        zones: list[Zone] = []
        instruments: dict[int, list[dict[int, int]]] = {}
        for outer in self._bags(b"phdr", b"pbag", b"pgen", place, INSTRUMENT):
            which = outer.get(INSTRUMENT, -1) & 0xFFFF
            if not 0 <= which < len(self._tables[b"inst"]) - 1:
                raise StudioError(DAMAGED)
            if which not in instruments:
                instruments[which] = self._bags(b"inst", b"ibag", b"igen", which, SAMPLE)
            for inner in instruments[which]:
                zone = _combine(outer, inner)
                if zone is not None:
                    zones.append(zone)
                if len(zones) > MAX_ZONES_PER_PRESET:
                    raise StudioError(DAMAGED)
        return tuple(zones)

    def _bags(
        self, header: bytes, bag: bytes, gen: bytes, place: int, last: int
    ) -> list[dict[int, int]]:
        """The generators of each zone, those of the global zone filled in."""
        headers, bags, gens = self._tables[header], self._tables[bag], self._tables[gen]
        first, end = int(headers[place]["bag"]), int(headers[place + 1]["bag"])
        if end >= len(bags) or end - first > MAX_ZONES_PER_PRESET:
            raise StudioError(DAMAGED)
        common: dict[int, int] = {}
        found: list[dict[int, int]] = []
        for index in range(first, end):
            low, high = int(bags[index]["gen"]), int(bags[index + 1]["gen"])
            if high > len(gens) or high - low > 256:
                raise StudioError(DAMAGED)
            rows = gens[low:high]
            zone = dict(zip(rows["what"].tolist(), rows["amount"].tolist(), strict=True))
            if last in zone:
                found.append({**common, **zone})
            elif index == first:
                common = zone
        return found

    def sample(self, index: int) -> Sample:
        """A sample, decoded on first use; StudioError when the file does not hold it."""
        if index not in self._samples:
            if self._cached_frames > MAX_CACHED_FRAMES:
                self._samples.clear()
                self._cached_frames = 0
            self._samples[index] = self._read_sample(index)
            self._cached_frames += len(self._samples[index].frames)
        return self._samples[index]

    def _read_sample(self, index: int) -> Sample:
        headers = self._tables[b"shdr"]
        if not 0 <= index < len(headers) - 1:
            raise StudioError(DAMAGED)
        one = headers[index]
        start, end = int(one["start"]), int(one["end"])
        loop_start, loop_end = int(one["loop_start"]), int(one["loop_end"])
        if int(one["kind"]) & VORBIS:
            frames = self._vorbis(start, end)
        else:
            frames = self._pcm(start, end)
            loop_start, loop_end = loop_start - start, loop_end - start
        loop_end = min(max(loop_end, 0), len(frames))
        loop_start = min(max(loop_start, 0), loop_end)
        rate = int(one["rate"])
        root = int(one["root"]) if one["root"] <= 127 else 60
        rate = rate if 400 <= rate <= 400_000 else 44_100
        return Sample(frames, loop_start, loop_end, rate, root, int(one["cents"]))

    def _pcm(self, start: int, end: int) -> np.ndarray:
        base, size = self._smpl
        if not 0 <= start < end <= size // 2 or end - start > MAX_SAMPLE_FRAMES:
            raise StudioError(DAMAGED)
        raw = self._file.read(base + 2 * start, base + 2 * end)
        return np.frombuffer(raw, "<i2").astype(np.float32) / 32_768

    def _vorbis(self, start: int, end: int) -> np.ndarray:
        base, size = self._smpl
        if not 0 <= start < end <= size or end - start > 4 * MAX_SAMPLE_FRAMES:
            raise StudioError(DAMAGED)
        packed = io.BytesIO(self._file.read(base + start, base + end))
        try:
            with soundfile.SoundFile(packed) as file:
                frames = file.read(MAX_SAMPLE_FRAMES, dtype="float32", always_2d=True)
        except (soundfile.SoundFileError, RuntimeError, ValueError, OSError) as error:
            raise StudioError(DAMAGED) from error
        if not len(frames) or not np.isfinite(frames).all():
            raise StudioError(DAMAGED)
        return np.ascontiguousarray(frames[:, 0])


class _File:
    """A file read piece by piece; not mapped, so that one cut short meanwhile is only an error."""

    def __init__(self, path: Path) -> None:
        self._path = path
        try:
            self.size = path.stat().st_size if path.is_file() else 0
        except OSError as error:
            raise StudioError(f"The SoundFont {path.name} cannot be opened.") from error
        if not path.exists():
            raise StudioError(f"There is no SoundFont {path}.")
        if not 12 < self.size <= MAX_FILE_BYTES:
            raise StudioError(f"{path.name} is not a SoundFont.")

    def read(self, first: int, last: int) -> bytes:
        """The bytes from first up to last; StudioError when they cannot be read."""
        try:
            with self._path.open("rb") as file:
                file.seek(first)
                content = file.read(max(last - first, 0))
        except OSError as error:
            raise StudioError(f"The SoundFont {self._path.name} cannot be read.") from error
        if len(content) < last - first:
            raise StudioError(DAMAGED)
        return content


def _chunks(file: _File) -> dict[bytes, tuple[int, int]]:
    """(position, size) of every chunk inside the lists of the file."""
    start = file.read(0, 12)
    if start[:4] != b"RIFF" or start[8:] != b"sfbk":
        raise StudioError("This file is not a SoundFont.")
    found: dict[bytes, tuple[int, int]] = {}
    waiting = [(12, file.size)]
    seen = 0
    while waiting and seen < MAX_CHUNKS:
        position, end = waiting.pop()
        while position + 8 <= end and seen < MAX_CHUNKS:
            seen += 1
            head = file.read(position, position + 8)
            name, size = head[:4], int.from_bytes(head[4:], "little")
            size = min(size, end - position - 8)
            if name == b"LIST" and size >= 4:
                waiting.append((position + 12, position + 8 + size))
            else:
                found.setdefault(name, (position + 8, size))
            position += 8 + size
            # chunks are padded to even sizes, but some writers forget
            following = file.read(position, min(position + 4, file.size))
            if size % 2 and not following.isalnum():
                position += 1
    return found


def _table(file: _File, chunks: dict[bytes, tuple[int, int]], name: bytes) -> np.ndarray:
    kind = _HEADERS[name]
    position, size = chunks.get(name, (0, 0))
    count = size // kind.itemsize
    if not 1 <= count <= MAX_RECORDS:
        raise StudioError(DAMAGED)
    return np.frombuffer(file.read(position, position + count * kind.itemsize), kind)


def _combine(outer: dict[int, int], inner: dict[int, int]) -> Zone | None:
    """A preset's zone over an instrument's: ranges meet, the other generators add up."""
    keys, velocities = (
        _meet(_range(outer.get(which)), _range(inner.get(which))) for which in (KEYS, VELOCITIES)
    )
    if keys is None or velocities is None:
        return None
    generators = dict(inner)
    for which, amount in outer.items():
        if which not in NOT_IN_PRESETS and which not in (KEYS, VELOCITIES, INSTRUMENT):
            generators[which] = generators.get(which, DEFAULTS.get(which, 0)) + amount
    return Zone(keys, velocities, generators[SAMPLE] & 0xFFFF, generators)


def _range(amount: int | None) -> tuple[int, int]:
    return (0, 127) if amount is None else (amount & 0xFF, amount >> 8 & 0xFF)


def _meet(one: tuple[int, int], two: tuple[int, int]) -> tuple[int, int] | None:
    low, high = max(one[0], two[0]), min(one[1], two[1])
    return (low, high) if low <= high else None
