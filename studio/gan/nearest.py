"""Which model's results are most like a folder, so that training on it begins there."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Sequence
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import torch

from studio.core.errors import StudioError
from studio.core.kind import Features, Reader
from studio.core.kind import Generator as Player
from studio.core.latent import Latent, Recipe
from studio.core.model_file import ModelEntry
from studio.core.work import Finished, Preview, Progress, Work
from studio.gan.metrics import held_out_figures, reference

LOOKED_AT = 96  # files, and as many results of each model
LEAST_FILES = 8  # told apart by fewer, models would be drawn by lot


class Comparable(Protocol):
    """The parts of a medium that this needs; every MediumKind is one."""

    @property
    def load_reader(self) -> Callable[[], Reader]: ...
    @property
    def load_generator(self) -> Callable[[Path, str], Player]: ...
    @property
    def load_features(self) -> Callable[[], Features]: ...
    @property
    def example_of(self) -> Callable[[Any], np.ndarray]: ...


def nearest_model(
    entries: Sequence[ModelEntry], medium: Comparable, folder: Path, files: Sequence[str]
) -> Work:
    """Finished(the ModelEntry whose results fall least short of these files, or None).

    files are names in the folder, of which 96 are looked at; None where fewer than eight can be
    read. About three seconds a model on one thread. Models that do not load are passed over.
    """
    best: tuple[float, ModelEntry] | None = None
    for index, entry in enumerate(entries):
        yield Progress(index, len(entries), entry.header.name)
        try:
            short = yield from _shortfall(entry, medium, folder, files)
        except StudioError:
            continue
        if short is not None and (best is None or short < best[0]):
            best = short, entry
    yield Finished(best[1] if best else None)


def _shortfall(
    entry: ModelEntry, medium: Comparable, folder: Path, files: Sequence[str]
) -> Generator[Progress, None, float | None]:
    """How far the model's results fall short of the files, 0 to 1 (metrics.shortfall).

    Files as the model would learn them, so in its size.
    """
    drawn = files[:: max(1, len(files) // LOOKED_AT)][:LOOKED_AT]
    found: list[np.ndarray] = []
    for example in _examples(medium, folder, drawn, entry.header.size_px):
        found.append(example)
        yield Progress(0, 0, entry.header.name)
    if len(found) < LEAST_FILES:
        return None
    threads = torch.get_num_threads()
    player = medium.load_generator(entry.path, "cpu")
    torch.set_num_threads(threads)  # loading a model sets the number that is usual for playing
    made: list[np.ndarray] = []
    recipes = [Recipe(latent=Latent(seed=seed, psi=1.0)) for seed in range(LOOKED_AT)]
    for event in player.generate_many(recipes):
        if isinstance(event, Preview):
            made.append(medium.example_of(event.value[1]))
            yield Progress(0, 0, entry.header.name)
    features, pixels = medium.load_features(), np.stack(found)
    judge = reference(pixels, pixels[:0], features)
    return held_out_figures(np.stack(made), judge, features)["shortfall"]


def _examples(
    medium: Comparable, folder: Path, files: Sequence[str], size_px: int
) -> Iterator[np.ndarray]:
    """Those files that can be read, as examples of a model of this size."""
    reader = medium.load_reader()
    for name in files:
        try:
            yield medium.example_of(reader.open(folder / name, size_px))
        except StudioError:
            continue
