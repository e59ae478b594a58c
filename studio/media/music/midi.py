"""A reader of Standard MIDI Files that makes do with damaged ones and never runs away."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from studio.core.errors import StudioError
from studio.core.files import open_regular
from studio.core.provenance import MAX_RECORD_BYTES

MAX_BYTES = 16 * 2**20
MAX_EVENTS = 2_000_000
MAX_NOTES = 400_000
MAX_TEXTS = 200
MAX_TEXT_BYTES = MAX_RECORD_BYTES  # our own texts hold recipes
HEADER_SEARCH_BYTES = 64 * 2**10
DEFAULT_BPM = 120.0
DRUM_CHANNEL = 9
LOST_NOTE_QUARTERS = 4
_DATA_BYTES = {0x8: 2, 0x9: 2, 0xA: 2, 0xB: 2, 0xC: 1, 0xD: 1, 0xE: 2}


@dataclass(frozen=True)
class Song:
    """What a MIDI file says: notes as arrays of equal length, times in its own ticks.

    tempos are (ticks, bpm), meters (ticks, numerator, denominator), programs the first one of
    each (track, channel), texts the text events in the order of the file.
    """

    ticks_per_quarter: int
    start: np.ndarray
    end: np.ndarray
    pitch: np.ndarray
    velocity: np.ndarray
    channel: np.ndarray
    track: np.ndarray
    tempos: tuple[tuple[int, float], ...] = ()
    meters: tuple[tuple[int, int, int], ...] = ()
    names: dict[int, str] = field(default_factory=dict)
    programs: dict[tuple[int, int], int] = field(default_factory=dict)
    texts: tuple[str, ...] = ()
    end_ticks: int = 0


def read_song(path: Path, *, may_be_silent: bool = False) -> Song:
    """Read a MIDI file; StudioError with a plain sentence when it is none or holds no notes.

    may_be_silent: one without notes will do.
    """
    try:
        with open_regular(path) as file:
            content = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise StudioError(f"It cannot be opened: {error.strerror or error}.") from error
    return parse_song(content, may_be_silent=may_be_silent)


def parse_song(content: bytes, *, may_be_silent: bool = False) -> Song:
    """Read the bytes of a MIDI file, of which nothing is trusted; StudioError as in read_song."""
    if not content:
        raise StudioError("The file is empty.")
    if len(content) > MAX_BYTES:
        raise StudioError(f"The file is larger than {MAX_BYTES // 2**20} MB.")
    start = content.find(b"MThd", 0, HEADER_SEARCH_BYTES)
    if start < 0:
        raise StudioError("It is not a MIDI file.")
    if len(content) < start + 14:
        raise StudioError("The file ends within its header.")
    form = int.from_bytes(content[start + 8 : start + 10], "big")
    division = int.from_bytes(content[start + 12 : start + 14], "big")
    header_bytes = max(6, int.from_bytes(content[start + 4 : start + 8], "big"))
    smpte = bool(division & 0x8000)
    if smpte:  # frames a second times ticks a frame; a quarter is taken to last half a second
        division = (256 - (division >> 8)) * (division & 0xFF) // 2
    if division == 0:
        raise StudioError("The header says that a quarter note has no length (0 ticks).")
    scribe = _Scribe(content, division, smpte)
    for index, (first, last) in enumerate(_chunks(content, start + 8 + header_bytes)):
        if form == 2:  # patterns that follow each other instead of sounding together
            scribe.base = -(-scribe.latest // (4 * division)) * 4 * division
        scribe.read_track(index, first, last)
    if not scribe.notes and not may_be_silent:
        raise StudioError("There are no notes in it.")
    return scribe.song()


def _chunks(content: bytes, position: int) -> list[tuple[int, int]]:
    """(first, last) byte positions of every track; alien chunks are stepped over."""
    found: list[tuple[int, int]] = []
    while position + 8 <= len(content):
        name = content[position : position + 4]
        size = int.from_bytes(content[position + 4 : position + 8], "big")
        whole = position + 8 + size <= len(content)
        if name == b"MTrk":
            last = min(position + 8 + size, len(content))
            found.append((position + 8, last))
        if name == b"MTrk" or (name.isalnum() and whole):
            position += 8 + size
        else:  # lost: go on at the next track there is
            following = content.find(b"MTrk", position + 1)
            position = following if following >= 0 else len(content)
    return found


class _Scribe:
    """Collects the notes and marks of one file, track after track."""

    def __init__(self, content: bytes, division: int, smpte: bool) -> None:
        self.content = content
        self.division = division
        self.smpte = smpte
        self.base = 0
        self.latest = 0
        self.events = 0
        self.started = 0  # notes, ended or not
        self.notes: list[tuple[int, int, int, int, int, int]] = []
        self.open: dict[int, deque[tuple[int, int]]] = {}
        self.tempos: list[tuple[int, float]] = []
        self.meters: list[tuple[int, int, int]] = []
        self.names: dict[int, str] = {}
        self.programs: dict[tuple[int, int], int] = {}
        self.texts: list[str] = []

    def read_track(self, index: int, position: int, last: int) -> None:
        """Read one track as far as it makes sense."""
        content, now, status = self.content, self.base, 0
        self.open = {}
        while position < last:
            delta = 0
            for _ in range(4):
                byte = content[position]
                position += 1
                delta = delta << 7 | byte & 0x7F
                if byte < 0x80 or position >= last:
                    break
            now += delta
            if position >= last:
                break
            self.events += 1
            if self.events > MAX_EVENTS or self.started > MAX_NOTES:
                raise StudioError(f"The file has more than {MAX_NOTES:,} notes.")
            byte = content[position]
            if byte >= 0xF0:
                position = self._system(index, now, position, last)
                if position < 0:
                    break
                continue
            if byte >= 0x80:
                status = byte
                position += 1
            elif status == 0:  # data without a status: nothing sensible can follow
                position += 1
                continue
            size = _DATA_BYTES[status >> 4]
            if position + size > last:
                break
            first = content[position] & 0x7F
            second = content[position + 1] & 0x7F if size == 2 else 0
            position += size
            self._channel(index, now, status, first, second)
        self._close(index, now)
        self.latest = max(self.latest, now)

    def _channel(self, index: int, now: int, status: int, first: int, second: int) -> None:
        kind, channel = status >> 4, status & 0x0F
        if kind == 0x9 and second:
            self.started += 1
            self.open.setdefault(channel << 7 | first, deque()).append((now, second))
        elif kind in (0x8, 0x9):
            waiting = self.open.get(channel << 7 | first)
            if waiting:
                start, velocity = waiting.popleft()
                self.notes.append((start, now, first, velocity, channel, index))
        elif kind == 0xC:
            self.programs.setdefault((index, channel), first)

    def _close(self, index: int, now: int) -> None:
        """Notes that were never ended last until their pitch sounds again, a bar at most."""
        for key, waiting in self.open.items():
            held = list(waiting)  # the middle of a deque is slow to reach
            for place, (start, velocity) in enumerate(held):
                end = held[place + 1][0] if place + 1 < len(held) else max(now, start + 1)
                if end == now:
                    end = max(end, start + self.division)
                end = min(end, start + LOST_NOTE_QUARTERS * self.division)
                self.notes.append((start, end, key & 0x7F, velocity, key >> 7, index))

    def _system(self, index: int, now: int, position: int, last: int) -> int:
        """Meta and system events; the position after it, or -1 at the end of the track."""
        content = self.content
        status = content[position]
        if status not in (0xF0, 0xF7, 0xFF):
            return position + 1
        position += 1
        kind = -1
        if status == 0xFF:
            if position >= last:
                return -1
            kind = content[position]
            position += 1
        size = 0
        for _ in range(4):
            if position >= last:
                return -1
            byte = content[position]
            position += 1
            size = size << 7 | byte & 0x7F
            if byte < 0x80:
                break
        if kind == 0x2F:
            return -1
        if kind >= 0:
            self._meta(index, now, kind, content[position : min(position + size, last)])
        return position + size

    def _meta(self, index: int, now: int, kind: int, body: bytes) -> None:
        if kind == 0x51 and len(body) >= 3 and not self.smpte:
            microseconds = int.from_bytes(body[:3], "big")
            self.tempos.append((now, 60e6 / microseconds if microseconds else DEFAULT_BPM))
        elif kind == 0x58 and len(body) >= 2 and body[0] > 0 and body[1] <= 6:
            self.meters.append((now, body[0], 2 ** body[1]))
        elif kind == 0x03:
            self.names.setdefault(index, _text(body[:256]))
        elif kind == 0x01 and len(self.texts) < MAX_TEXTS:
            self.texts.append(_text(body[:MAX_TEXT_BYTES]))

    def song(self) -> Song:
        table = np.array(self.notes, np.int64).reshape(-1, 6)
        table = table[np.lexsort((table[:, 2], table[:, 0]))]
        start, end, pitch, velocity, channel, track = table.T
        return Song(
            self.division,
            start,
            np.maximum(end, start + 1),
            pitch,
            velocity,
            channel,
            track,
            tuple(sorted(self.tempos)),
            tuple(sorted(self.meters)),
            self.names,
            self.programs,
            tuple(self.texts),
            max(self.latest, int(end.max(initial=0))),
        )


def _text(body: bytes) -> str:
    for encoding in ("utf-8", "cp932"):
        try:
            return body.decode(encoding).strip("\0 \r\n")
        except UnicodeDecodeError:
            continue
    return body.decode("latin-1").strip("\0 \r\n")
