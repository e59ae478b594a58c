"""Measures a finished model against a folder, beside files that it did not learn from."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Generator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import torch

from studio.core.examples import Examples
from studio.core.kind import Features, FolderReport, Measures, Reader
from studio.core.kind import Generator as Player
from studio.core.latent import Latent, Recipe
from studio.core.model_file import ModelEntry
from studio.core.split import halves, held_out_split
from studio.core.work import Finished, Preview, Progress, Work, noted, passed_on
from studio.gan.fid import Fid
from studio.gan.metrics import MOST

FEWEST_RESULTS = 256  # where fewer files than this are held out


class Playable(Protocol):
    """What results are made and held against files with; every MediumKind is one."""

    @property
    def load_reader(self) -> Callable[[], Reader]: ...
    @property
    def load_generator(self) -> Callable[[Path, str], Player]: ...
    @property
    def load_features(self) -> Callable[[], Features]: ...
    @property
    def example_of(self) -> Callable[[Any], np.ndarray]: ...


class Measurable(Playable, Protocol):
    """The parts of a medium that measuring needs; every MediumKind is one."""

    @property
    def load_training(self) -> Callable[[], Any]: ...
    @property
    def load_measures(self) -> Callable[[], Measures]: ...


@dataclass(frozen=True)
class Measured:
    """Figures, and what they were taken from: how many examples of each kind.

    held_out_known says that the model did not learn from the held-out files; otherwise they are
    one half of the folder, from which it may have learnt.
    """

    figures: dict[str, float]
    features: str
    results: int
    files: int
    train: int
    held_out: int
    held_out_known: bool


def measure(
    entry: ModelEntry, medium: Measurable, folder: Path, device: str, fid: Fid | None = None
) -> Work:
    """Finished(Measured): results at psi 1 beside training files and held-out files.

    StudioError when the folder cannot be used. At most 1,000 of each are compared.
    """
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as cache:
        yield from _measured(entry, medium, folder, device, fid, Path(cache))


def _measured(
    entry: ModelEntry, medium: Measurable, folder: Path, device: str, fid: Fid | None, cache: Path
) -> Work:
    work = medium.load_reader().read(folder, entry.header.size_px, cache)
    read: tuple[Examples, FolderReport] = yield from passed_on(noted(work, "Reading"))
    examples, file_count = read[0].pixels, len(read[1].usable)
    train, held_out, known = sides(read[0].sources, entry.header.trained)
    count = min(MOST, max(len(held_out), min(FEWEST_RESULTS, len(train))))
    made = yield from results_of(entry, medium, count, device)
    yield Progress(count, count, "Comparing")
    judged = medium.load_training().judged
    files, others = judged(examples[_drawn(train)]), judged(examples[_drawn(held_out)])
    figures = medium.load_measures()(made, files, others)
    if fid is not None:
        few = min(len(made), len(files), len(others))
        figures["fid"] = fid(made[:few], others[:few])
        figures["fid_floor"] = fid(files[:few], others[:few])
    yield Finished(
        Measured(
            figures, medium.load_features().version, len(made), file_count,
            len(train), len(held_out), known,
        )
    )  # fmt: skip


def results_of(
    entry: ModelEntry, medium: Playable, count: int, device: str
) -> Generator[Progress, None, np.ndarray]:
    """A model's first seeds at psi 1 as examples uint8 [count, ...]; StudioError as loading it."""
    threads = torch.get_num_threads()
    generator = medium.load_generator(entry.path, device)
    torch.set_num_threads(threads)  # loading a model sets the number that is usual for playing
    made: list[np.ndarray] = []
    recipes = [Recipe(latent=Latent(seed=seed, psi=1.0)) for seed in range(count)]
    for event in generator.generate_many(recipes):
        if isinstance(event, Preview):
            made.append(medium.example_of(event.value[1]))
            yield Progress(len(made), count, "Generating")
    return np.stack(made)


def sides(sources: np.ndarray, trained: dict[str, Any]) -> tuple[np.ndarray, np.ndarray, bool]:
    """(training indices, held-out indices, whether the model is known not to have seen these).

    The split of the training run where the model says which (trained: seed, held_out as a count
    of examples) and the folder still gives it; one half of the files each otherwise.
    """
    seed, count = trained.get("seed"), trained.get("held_out")
    if isinstance(seed, int) and 0 <= seed < 2**32 and isinstance(count, int) and count > 0:
        train, held_out = held_out_split(sources, seed)
        if len(held_out) == count:
            return train, held_out, True
    return *halves(sources), False


def _drawn(index: np.ndarray) -> np.ndarray:
    return np.random.default_rng(0).permutation(index)[:MOST]
