"""Writes a run's figures and samples as TensorBoard event files, without TensorBoard.

The format: tensorflow/core/lib/io/record_writer.h (frames with masked CRC-32C), and the messages
Event, Summary and TensorProto of tensorflow's event.proto, summary.proto and tensor.proto.
"""

from __future__ import annotations

import functools
import math
import os
import struct
import time
from pathlib import Path
from typing import Any

import numpy as np

HOST = "atelier"  # stands where others write the name of the machine
MAX_PICTURE_BYTES = 32 * 2**20
MAX_TEXT = 10_000
MAX_FLOAT32 = 3.4028234e38
MAX_KIMG = 1e12
MAX_DEPTH = 2  # of figures within figures
POLYNOMIAL = 0x82F63B78  # Castagnoli, its bits turned round
ROW = 1024  # bytes of which one checksum is taken while others are
SESSION_START = 1
DT_STRING = 7
DATA_CLASS_TENSOR = 2

# What a progress record calls a figure, and where it is shown.
TAGS = {
    "loss_d": "loss/discriminator",
    "loss_g": "loss/generator",
    "r1": "penalty/r1",
    "r2": "penalty/r2",
    "images_per_s": "speed/images_per_s",
    "eta_s": "speed/eta_s",
}
GROUPS = {"progress": "training", "measure": "held_out", "guardian": "guardian"}
NO_FIGURES = {"event", "time", "kimg", "total_kimg"}


class EventWriter:
    """One new event file in a folder, made at the first record; nothing it meets stops training.

    What cannot be written, because the disk is full, is left out: the truth is in the run's own
    events. Steps are examples seen.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._handle: int | None = None
        self._end = 0

    def scalar(self, tag: str, value: float, step: int, wall_time: float | None = None) -> None:
        """Add a point to a curve."""
        self._summary(_text(1, tag) + _float(2, value), step, wall_time)

    def image(
        self,
        tag: str,
        png_bytes: bytes,
        height: int,
        width: int,
        step: int,
        wall_time: float | None = None,
    ) -> None:
        """Add a picture, encoded as PNG; height and width in px."""
        image = _number(1, height) + _number(2, width) + _number(3, 3) + _bytes(4, png_bytes)
        self._summary(_text(1, tag) + _bytes(4, image), step, wall_time)

    def text(self, tag: str, text: str, step: int, wall_time: float | None = None) -> None:
        """Add a text, which TensorBoard shows as Markdown."""
        shape = _bytes(2, _number(1, 1))  # one dimension of one
        tensor = _number(1, DT_STRING) + _bytes(2, shape) + _text(8, text)
        metadata = _bytes(1, _text(1, "text")) + _number(4, DATA_CLASS_TENSOR)
        self._summary(_text(1, tag) + _bytes(8, tensor) + _bytes(9, metadata), step, wall_time)

    def start(self, step: int, wall_time: float | None = None) -> None:
        """Say that training goes on from here: what older files hold beyond it is not shown."""
        self._event(_bytes(7, _number(1, SESSION_START)), step, wall_time)

    def close(self) -> None:
        """Nothing is kept back, so this only lets go of the file."""
        if self._handle is not None:
            os.close(self._handle)
            self._handle = None

    def _summary(self, value: bytes, step: int, wall_time: float | None) -> None:
        self._event(_bytes(5, _bytes(1, value)), step, wall_time)

    def _event(self, content: bytes, step: int, wall_time: float | None) -> None:
        seconds = time.time() if wall_time is None else wall_time
        record = framed(_double(1, seconds) + _number(2, step) + content)
        try:
            self._write(record)
        except OSError:
            return

    def _write(self, record: bytes) -> None:
        """Add a record, all of it or nothing: a reader stops at the first broken one."""
        if self._handle is None:
            self._handle = self._open()
            self._end = 0
        if self._end == 0:
            record = framed(_double(1, time.time()) + _text(3, "brain.Event:2")) + record
        try:
            if os.write(self._handle, record) < len(record):
                raise OSError("the disk is full")
            self._end += len(record)
        except OSError:
            self._cut()
            raise

    def _cut(self) -> None:
        """Take a half-written record away; where that fails, go on in a new file."""
        try:
            assert self._handle is not None
            os.ftruncate(self._handle, self._end)
        except OSError:
            self.close()

    def _open(self) -> int:
        """A file that no other session has written; its name sorts behind theirs."""
        self._folder.mkdir(parents=True, exist_ok=True)
        name = f"events.out.tfevents.{time.time():010.0f}.{HOST}.{os.getpid()}"
        flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
        for number in range(1000):
            try:
                return os.open(self._folder / f"{name}.{number}", flags, 0o644)
            except FileExistsError:
                continue
        raise OSError("no name is left")


def write_records(writer: EventWriter, record: dict[str, Any], run_path: Path) -> None:
    """Add what one record of a run's events shows; whatever it holds, this raises nothing.

    Figures become scalars, a sample an image, words a text. run_path: the folder of the run.
    """
    event = str(record.get("event", ""))
    wall_time = _figure(record.get("time"))
    kimg = _figure(record.get("kimg")) or 0.0
    step = round(kimg * 1000) if abs(kimg) < MAX_KIMG else 0
    if event == "start":
        writer.start(step + 1, wall_time)  # what was shown up to the checkpoint stays
    if event in GROUPS:
        for name, value in _figures(record):
            tag = TAGS.get(name, f"{GROUPS[event]}/{name}")
            writer.scalar(tag, value, step, wall_time)
    if event == "sample":
        path = run_path / "samples" / Path(str(record.get("file", ""))).name
        _add_picture(writer, "sample", path, step, wall_time)
    words = record.get("text")
    if isinstance(words, str) and words:
        writer.text(f"run/{event}", words[:MAX_TEXT], step, wall_time)


def _figure(value: Any) -> float | None:
    """The value as a float; None where it is no number, or one with hundreds of digits."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    try:
        return float(value)
    except OverflowError:
        return None


def _figures(record: dict[str, Any], start: str = "", depth: int = 0) -> list[tuple[str, float]]:
    """Every number of a record and of the records within it, with a name."""
    found: list[tuple[str, float]] = []
    for name, value in record.items():
        figure = _figure(value)
        if figure is not None and (start or name not in NO_FIGURES):
            found.append((f"{start}{name}", figure))
        elif isinstance(value, dict) and depth < MAX_DEPTH:
            found += _figures(value, f"{start}{name}/", depth + 1)
    return found


def _add_picture(
    writer: EventWriter, tag: str, path: Path, step: int, wall_time: float | None
) -> None:
    """Add a PNG file as it is; one that is missing, too large or no PNG is left out."""
    try:
        with open(path, "rb") as file:
            content = file.read(MAX_PICTURE_BYTES + 1)
    except (OSError, ValueError):
        return
    if content[:8] == b"\x89PNG\r\n\x1a\n" and 24 <= len(content) <= MAX_PICTURE_BYTES:
        width, height = struct.unpack(">II", content[16:24])
        writer.image(tag, content, height, width, step, wall_time)


def framed(record: bytes) -> bytes:
    """A record as TFRecord files hold it: length, its checksum, the bytes, their checksum."""
    length = struct.pack("<Q", len(record))
    return length + _masked(length) + record + _masked(record)


def _masked(content: bytes) -> bytes:
    """Checksums are stored turned and shifted, lest a checksum be taken of a checksum."""
    crc = crc32c(content)
    return struct.pack("<I", (((crc >> 15) | (crc << 17)) + 0xA282EAD8) & 0xFFFFFFFF)


def crc32c(content: bytes) -> int:
    """CRC-32C (Castagnoli, RFC 3720) of some bytes.

    Rows of 1,024 bytes are worked on side by side, and their checksums put together, which a
    checksum allows because it is linear: 1 MB takes milliseconds, not most of a second.
    """
    table = _table()
    whole = len(content) // ROW
    crc = 0xFFFFFFFF
    if whole:
        rows = np.frombuffer(content, np.uint8, whole * ROW).reshape(whole, ROW)
        parts = np.zeros(whole, np.uint32)
        for column in rows.T:
            parts = table[(parts ^ column) & 0xFF] ^ (parts >> np.uint32(8))
        a, b, c, d = _past_a_row()
        for part in parts.tolist():
            crc = part ^ a[crc & 0xFF] ^ b[crc >> 8 & 0xFF] ^ c[crc >> 16 & 0xFF] ^ d[crc >> 24]
    single = table.tolist()
    for byte in content[whole * ROW :]:
        crc = single[(crc ^ byte) & 0xFF] ^ (crc >> 8)
    return crc ^ 0xFFFFFFFF


@functools.cache
def _table() -> np.ndarray:
    """The checksum of each single byte, uint32 [256]."""
    crc = np.arange(256, dtype=np.uint32)
    for _ in range(8):
        crc = np.where(crc & 1, (crc >> 1) ^ np.uint32(POLYNOMIAL), crc >> 1).astype(np.uint32)
    return crc


@functools.cache
def _past_a_row() -> list[list[int]]:
    """What becomes of each byte of a checksum while a row of zeros goes by, [4][256]."""
    shifts = np.arange(0, 32, 8, dtype=np.uint32)[:, None]
    crc = np.arange(256, dtype=np.uint32)[None] << shifts
    for _ in range(ROW):
        crc = _table()[crc & 0xFF] ^ (crc >> np.uint32(8))
    return crc.tolist()


# The wire format of protocol buffers: field << 3 | kind, where kind 0 is a varint, 1 eight bytes,
# 2 a length and that many bytes, 5 four bytes.


def _varint(value: int) -> bytes:
    """Seven bits a byte, the lowest first; negative numbers as 64 bits."""
    value &= 2**64 - 1
    content = bytearray()
    while value > 0x7F:
        content.append(value & 0x7F | 0x80)
        value >>= 7
    content.append(value)
    return bytes(content)


def _number(field: int, value: int) -> bytes:
    return _varint(field << 3) + _varint(value)


def _bytes(field: int, content: bytes) -> bytes:
    return _varint(field << 3 | 2) + _varint(len(content)) + content


def _text(field: int, text: str) -> bytes:
    return _bytes(field, text.encode("utf-8", "replace"))


def _double(field: int, value: float) -> bytes:
    return _varint(field << 3 | 1) + struct.pack("<d", value)


def _float(field: int, value: float) -> bytes:
    """What is too large for 32 bits becomes infinite."""
    if abs(value) > MAX_FLOAT32:
        value = math.inf if value > 0 else -math.inf
    return _varint(field << 3 | 5) + struct.pack("<f", value)
