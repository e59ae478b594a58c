"""Clips as WAV files for other programs, and back."""

from __future__ import annotations

import io
from collections.abc import Iterable
from pathlib import Path
from typing import BinaryIO

import numpy as np
import soundfile

from studio.core import xmp
from studio.core.errors import StudioError
from studio.core.files import open_regular, write_bytes
from studio.core.provenance import (
    MAX_RECORD_BYTES,
    UNKNOWN,
    Origin,
    Provenance,
    read_record,
    record,
    silent,
)
from studio.media.music.clip_json import clip_from_json, clip_to_json
from studio.media.music.document import Clip
from studio.media.music.soundfont import SoundFont
from studio.media.music.synth import RATE_HZ, default_soundfont, render

RECORD_CHUNK = b"atel"  # lower case, as RIFF asks of chunks that nobody registered
MAX_CHUNKS = 1000
Chunk = tuple[bytes, bytes]


def write_wav(
    clip: Clip,
    path: Path,
    soundfont: SoundFont | None = None,
    origin: Origin | None = UNKNOWN,
) -> None:
    """Write 24-bit stereo at 44.1 kHz, played by the given SoundFont or the one of Atelier.

    Muted tracks are silent; peaks stay at -1 dBFS. It says how it was made and holds the clip,
    unless origin is None. StudioError when it cannot be saved.
    """
    samples = render(clip, soundfont or SoundFont(default_soundfont()))
    provenance = None
    if origin is not None:
        provenance = Provenance("music", clip.recipe, origin, clip.edited, clip_to_json(clip))
    write_bytes(path, wav_bytes(samples, provenance))


def wav_bytes(samples: np.ndarray, provenance: Provenance | None) -> bytes:
    """Samples float32 [N, 2] as the bytes of a WAV file, with its provenance if any is given.

    What it says follows the sound, where even a player that knows no chunks stumbles over nothing:
    INFO and XMP for others, the record in a chunk of its own.
    """
    content = io.BytesIO()
    with soundfile.SoundFile(
        content, "w", RATE_HZ, channels=2, subtype="PCM_24", format="WAV"
    ) as file:
        file.write(samples)
    if provenance is None:
        return content.getvalue()
    chunks = [
        (b"LIST", b"INFO" + b"".join(_chunk(one) for one in _fields(provenance))),
        (xmp.WAV_CHUNK, xmp.packet(provenance).encode()),
        (RECORD_CHUNK, record(provenance).encode()),
    ]
    return _with_chunks(content, chunks)


def _fields(provenance: Provenance) -> list[Chunk]:
    """Words for the fields that other programs show, each ending with a NUL."""
    terms = ". ".join(filter(None, (provenance.origin.terms, provenance.origin.credit)))
    comment = f"{provenance.sentence} {provenance.source_type}"
    words = [(b"ISFT", provenance.app), (b"ICMT", comment), (b"ICOP", terms)]
    return [(name, text.encode() + b"\0") for name, text in words if text]


def _with_chunks(wav: io.BytesIO, chunks: Iterable[Chunk]) -> bytes:
    """Added in place, as sound is large."""
    size = wav.seek(0, io.SEEK_END)
    size += wav.write(b"\0" * (size % 2))
    for chunk in chunks:
        size += wav.write(_chunk(chunk))
    wav.seek(4)
    wav.write((size - 8).to_bytes(4, "little"))
    return wav.getvalue()


def _chunk(chunk: Chunk) -> bytes:
    """Name, length, content, and a byte that makes the length even."""
    name, content = chunk
    return name + len(content).to_bytes(4, "little") + content + b"\0" * (len(content) % 2)


def read_provenance(path: Path) -> Provenance:
    """What a WAV file says of itself; StudioError if it is none, or says nothing."""
    try:
        with open_regular(path) as file:
            content = _find(file, RECORD_CHUNK)
    except FileNotFoundError as error:
        raise StudioError(f"There is no file {path}.") from error
    except OSError as error:
        raise StudioError(f"{path.name} cannot be read: {error.strerror or error}.") from error
    if content is None:
        raise silent(path.name)
    return read_record(content, path.name)


def read_work(path: Path) -> Clip:
    """The clip that write_wav played; StudioError if the file is none of ours."""
    provenance = read_provenance(path)
    if provenance.medium != "music":
        raise StudioError(f"{path.name} is of another medium ({provenance.medium}).")
    damaged = f"What {path.name} says of itself is damaged."
    return clip_from_json(provenance.state, provenance.recipe, damaged)


def _find(file: BinaryIO, wanted: bytes) -> bytes | None:
    """A chunk's content, one byte more than any of ours at most; None if there is none whole."""
    head = file.read(12)
    if head[:4] != b"RIFF" or head[8:] != b"WAVE":
        return None
    for _ in range(MAX_CHUNKS):
        header = file.read(8)
        size = int.from_bytes(header[4:], "little")
        if len(header) < 8:
            return None
        if header[:4] == wanted:
            return file.read(min(size, MAX_RECORD_BYTES + 1))
        file.seek(size + size % 2, io.SEEK_CUR)
    return None
