"""Which model's results are most like a folder, so that training on it begins there."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence
from pathlib import Path

import numpy as np

from studio.core.errors import StudioError
from studio.core.model_file import ModelEntry
from studio.core.work import Finished, Progress, Work
from studio.gan.measure import Playable, results_of
from studio.gan.metrics import Reference, held_out_figures, reference

LOOKED_AT = 96  # files, and as many results of each model
LEAST_FILES = 8  # told apart by fewer, models would be drawn by lot


def nearest_model(
    entries: Sequence[ModelEntry], medium: Playable, folder: Path, files: Sequence[str]
) -> Work:
    """Finished(the ModelEntry whose results fall least short of these files, or None).

    files are names in the folder, of which 96 are looked at; None where fewer than eight can be
    read. About three seconds a model on one thread. Models that do not load are passed over.
    """
    drawn = files[:: max(1, len(files) // LOOKED_AT)][:LOOKED_AT]
    judges: dict[int, Reference | None] = {}  # files as a model would learn them, so by its size
    best: tuple[float, ModelEntry] | None = None
    for index, entry in enumerate(entries):
        yield Progress(index, len(entries), entry.header.name)
        size_px = entry.header.size_px
        if size_px not in judges:
            judges[size_px] = yield from _judge(medium, folder, drawn, size_px)
        judge = judges[size_px]
        if judge is None:
            continue
        try:
            made = yield from results_of(entry, medium, LOOKED_AT, "cpu")
        except StudioError:
            continue
        short = held_out_figures(made, judge, medium.load_features())["shortfall"]
        if best is None or short < best[0]:
            best = short, entry
    yield Finished(best[1] if best else None)


def _judge(
    medium: Playable, folder: Path, files: Sequence[str], size_px: int
) -> Generator[Progress, None, Reference | None]:
    """What results are held to; None where too few of the files can be read."""
    found: list[np.ndarray] = []
    for example in _examples(medium, folder, files, size_px):
        found.append(example)
        yield Progress(len(found), len(files), "Reading")
    if len(found) < LEAST_FILES:
        return None
    pixels = np.stack(found)
    return reference(pixels, pixels[:0], medium.load_features())


def _examples(
    medium: Playable, folder: Path, files: Sequence[str], size_px: int
) -> Iterator[np.ndarray]:
    """Those files that can be read, as examples of a model of this size."""
    reader = medium.load_reader()
    for name in files:
        try:
            yield medium.example_of(reader.open(folder / name, size_px))
        except StudioError:
            continue
