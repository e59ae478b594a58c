"""Which model training on a folder begins with: the one whose results are most like its files."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from studio import media
from studio.core.errors import StudioError
from studio.core.model_file import ModelEntry, ModelHeader
from studio.core.work import Finished, Preview, Progress, result_of
from studio.gan.nearest import LEAST_FILES, LOOKED_AT, nearest_model


def pictures(kind: str, count: int, size_px: int) -> np.ndarray:
    """Soft clouds or hard checks in changing colours, uint8 [count, size, size, 3]."""
    random = np.random.default_rng(len(kind))
    colours = random.integers(0, 256, (count, 2, 1, 1, 3))
    y, x = np.mgrid[:size_px, :size_px]
    found = []
    for first, second in colours:
        cell, phase = random.integers(3, 7), random.uniform(0, 6, 2)
        checks = (x // cell + y // cell) % 2
        clouds = (np.sin(x / size_px * 6 + phase[0]) * np.sin(y / size_px * 6 + phase[1]) + 1) / 2
        share = (checks if kind == "checks" else clouds)[..., None]
        found.append((first * share + second * (1 - share)).astype(np.uint8))
    return np.stack(found)


@dataclass
class Shelf:
    """Files and models that are pictures in memory, in the place of a medium."""

    files: np.ndarray
    sizes: list[int]
    load_features: Any = media.kind("artwork").load_features
    example_of: Any = staticmethod(lambda document: document)

    def load_reader(self) -> Any:
        return self

    def open(self, path: Path, size_px: int) -> np.ndarray:
        self.sizes.append(size_px)
        if path.name == "notes.txt":
            raise StudioError("notes.txt cannot be used.")
        return self.files[int(path.stem)]

    def load_generator(self, path: Path, device: str) -> Any:
        if path.stem == "broken":
            raise StudioError("broken cannot be opened.")
        return Player(path.stem)


@dataclass
class Player:
    kind: str

    def generate_many(self, recipes: list[Any]) -> Any:
        for index, picture in enumerate(pictures(self.kind, len(recipes), 32)):
            yield Preview((index, picture))
        yield Finished(len(recipes))


MODELS = [ModelEntry(Path(f"{name}.safetensors"), ModelHeader(name, "artwork", name, 32, {}, {}))
          for name in ("broken", "checks", "clouds")]  # fmt: skip


@pytest.mark.parametrize("kind", ["checks", "clouds"])
def test_the_model_whose_results_are_most_like_the_files(kind) -> None:
    shelf = Shelf(pictures(kind, 40, 32)[::-1], [])
    names = ["notes.txt", *(f"{index}.png" for index in range(40))]
    found = result_of(nearest_model(MODELS, shelf, Path("folder"), names))
    assert found.path.stem == kind
    assert set(shelf.sizes) == {32}, "files are looked at as the model would learn them"


def test_of_many_files_some_are_looked_at() -> None:
    shelf = Shelf(pictures("checks", 40, 32), [])
    names = [f"{index % 40}.png" for index in range(5000)]
    result_of(nearest_model(MODELS[1:2], shelf, Path("folder"), names))
    assert len(shelf.sizes) == LOOKED_AT


def test_too_few_files_tell_nothing() -> None:
    shelf = Shelf(pictures("checks", LEAST_FILES - 1, 32), [])
    names = [f"{index}.png" for index in range(LEAST_FILES - 1)]
    assert result_of(nearest_model(MODELS, shelf, Path("folder"), names)) is None
    assert result_of(nearest_model([], shelf, Path("folder"), names)) is None


def test_it_can_be_stopped_between_two_results() -> None:
    shelf = Shelf(pictures("checks", 40, 32), [])
    names = [f"{index}.png" for index in range(40)]
    events = list(nearest_model(MODELS[1:2], shelf, Path("folder"), names))
    assert sum(isinstance(event, Progress) for event in events) > LOOKED_AT
