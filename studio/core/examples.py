"""The examples of a folder on disk, written one by one and memory-mapped from then on."""

from __future__ import annotations

import contextlib
import errno
import json
import math
import os
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, NoReturn

import numpy as np

from studio.core.errors import DiskFull, StudioError
from studio.core.files import write_bytes

PIXELS, INDEX = "pixels.u8", "examples.json"


@dataclass(frozen=True)
class Examples:
    """Examples of one shape and where they come from.

    pixels: uint8 [N, ...], memory-mapped and read-only; sources: int32 [N], places in files;
    files: names relative to the person's folder.
    """

    pixels: np.ndarray
    sources: np.ndarray
    files: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.pixels)

    def file_of(self, example: int) -> str:
        """The file that an example was cut from."""
        return self.files[self.sources[example]]


class ExampleWriter:
    """Streams examples into a folder of its own; what it began looks whole only after close().

    The pixels go to a file under a passing name; the index, which is what open_examples looks
    for, is written last. As a context manager it clears up where close() was never reached.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._shape: tuple[int, ...] = ()
        self._files: dict[str, int] = {}
        self._sources: list[int] = []
        try:
            folder.mkdir(parents=True, exist_ok=True)
            handle, partial = tempfile.mkstemp(prefix=f".{PIXELS}.", dir=folder)
        except OSError as error:
            _cannot(folder, error)
        self._file, self._partial = os.fdopen(handle, "wb"), Path(partial)

    def __enter__(self) -> ExampleWriter:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        with contextlib.suppress(OSError):
            self._file.close()  # writes what it still holds, which a full disk refuses
        with contextlib.suppress(OSError):
            self._partial.unlink()

    def __len__(self) -> int:
        return len(self._sources)

    def add(self, example: np.ndarray, file: str) -> None:
        """Append one uint8 example of the file; StudioError when there is no room."""
        if not self._sources:
            self._shape = example.shape
        if example.dtype != np.uint8 or example.shape != self._shape:
            raise ValueError(f"{example.dtype} {example.shape} is no uint8 {self._shape}")
        try:
            self._file.write(np.ascontiguousarray(example).data)
        except OSError as error:
            _cannot(self._folder, error)
        self._sources.append(self._files.setdefault(file, len(self._files)))

    def close(self, keep: Sequence[int] | None = None) -> Examples:
        """Make it whole and open it; keep are the places, rising, of those that stay."""
        try:
            self._file.flush()
            if keep is not None:
                self._keep(keep)
            os.fsync(self._file.fileno())
            self._file.close()
            with contextlib.suppress(FileNotFoundError):
                (self._folder / INDEX).unlink()  # never an index beside the pixels of another
            os.replace(self._partial, self._folder / PIXELS)
        except OSError as error:
            _cannot(self._folder, error)
        index = {
            "shape": [len(self._sources), *self._shape],
            "sources": self._sources,
            "files": list(self._files),
        }
        write_bytes(self._folder / INDEX, json.dumps(index).encode())
        examples = open_examples(self._folder)
        if examples is None:
            raise StudioError("The examples could not be read back from the disk.")
        return examples

    def _keep(self, keep: Sequence[int]) -> None:
        """Move the kept rows to the front, in place, and cut the rest off."""
        size = math.prod(self._shape)
        if len(keep) < len(self._sources):
            with open(self._partial, "r+b") as file:
                for place, row in enumerate(keep):
                    if place == row:
                        continue
                    file.seek(row * size)
                    example = file.read(size)
                    file.seek(place * size)
                    file.write(example)
                file.truncate(len(keep) * size)
        names = list(self._files)
        kept = [names[self._sources[row]] for row in keep]
        self._files = {name: place for place, name in enumerate(dict.fromkeys(kept))}
        self._sources = [self._files[name] for name in kept]


def open_examples(folder: Path) -> Examples | None:
    """The examples of a folder; None where there are none, or not whole: write them again."""
    try:
        index: Any = json.loads((folder / INDEX).read_bytes())
        shape = tuple(index["shape"])
        files = tuple(index["files"])
        sources = np.array(index["sources"], dtype=np.int32)
        path = folder / PIXELS
        if not _fits(shape, files, sources) or path.stat().st_size != math.prod(shape):
            return None
        return Examples(np.memmap(path, np.uint8, "r", shape=shape), sources, files)
    except (OSError, ValueError, TypeError, KeyError, OverflowError, RecursionError):
        return None


def _fits(shape: tuple[Any, ...], files: tuple[Any, ...], sources: np.ndarray) -> bool:
    return (
        all(type(side) is int and side > 0 for side in shape)
        and all(isinstance(name, str) for name in files)
        and sources.shape == shape[:1]
        and bool(((sources >= 0) & (sources < len(files))).all())
    )


def _cannot(folder: Path, error: OSError) -> NoReturn:
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        raise DiskFull("the cache of examples", str(folder)) from error
    raise StudioError(
        f"The examples could not be written to {folder}: {error.strerror or error}."
    ) from error
