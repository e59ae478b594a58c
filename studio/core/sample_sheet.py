"""The samples of one moment of a run: how they stand in their picture, and what is kept beside it.

Of a medium that can be heard the samples are kept as examples (Reader.read) as well, in a file of
the picture's name: their bytes one after the other, compressed by zlib. Nothing in such a file is
trusted.
"""

from __future__ import annotations

import math
import zlib
from pathlib import Path

import numpy as np

from studio.core.errors import StudioError
from studio.core.files import open_regular, write_bytes

COLUMNS, ROWS, GAP_PX = 8, 4, 4
COUNT = COLUMNS * ROWS
SUFFIX = ".examples"
MAX_BYTES = 2**22  # compressed


def beside(picture: Path) -> Path:
    """Where the examples of a picture of samples lie, if they were kept."""
    return picture.with_suffix(SUFFIX)


def write_examples(picture: Path, examples: np.ndarray) -> None:
    """Keep uint8 examples [COUNT, ...] beside their picture; DiskFull or StudioError if not."""
    write_bytes(beside(picture), zlib.compress(np.ascontiguousarray(examples).tobytes()))


def read_example(picture: Path, place: int, shape: tuple[int, ...]) -> np.ndarray:
    """One of the examples, uint8 of this shape, by its place in the picture from the top left.

    StudioError where they were not kept, cannot be read, or are not so many of this shape.
    """
    path, size = beside(picture), math.prod(shape)
    try:
        with open_regular(path) as file:
            packed = file.read(MAX_BYTES)
        unpacking = zlib.decompressobj()
        rows = unpacking.decompress(packed, COUNT * size + 1)  # one more than there may be
    except (OSError, zlib.error) as error:
        raise StudioError(f"{path.name} cannot be read, or it is damaged.") from error
    if len(rows) != COUNT * size or not unpacking.eof:
        raise StudioError(f"{path.name} is damaged: it does not hold {COUNT} samples.")
    return np.frombuffer(rows, np.uint8).reshape(COUNT, *shape)[place]
