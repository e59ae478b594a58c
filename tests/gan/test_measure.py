"""Measuring a finished model of each medium beside files that it did not learn from."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from studio import media
from studio.core.kind import MediumKind
from studio.core.model_file import read_entry
from studio.core.split import held_out_split
from studio.core.work import Progress, result_of
from studio.gan.measure import measure, sides

KINDS = media.kinds()


@pytest.mark.parametrize("kind", KINDS, ids=lambda k: k.name)
def test_every_medium_can_be_measured(kind: MediumKind, folder_of, model_of) -> None:
    entry = read_entry(model_of(kind))
    events = list(measure(entry, kind, folder_of(kind), "cpu"))
    found = events[-1].value
    assert found.files == 12 and found.results >= 6 and not found.held_out_known
    assert found.train >= 6 and found.held_out >= 6
    assert found.features == kind.load_features().version
    assert all(type(value) is float and np.isfinite(value) for value in found.figures.values())
    assert {"kid_rand", "coverage", "nearest_ratio"} <= set(found.figures)
    assert any(isinstance(e, Progress) and e.note == "Generating" for e in events)
    assert result_of(iter(events)) == found  # type: ignore[arg-type]


def test_fid_is_taken_at_equal_numbers_with_its_floor(folder_of, model_of) -> None:
    asked = []

    def fid(made: np.ndarray, files: np.ndarray) -> float:
        asked.append((len(made), len(files)))
        return 3.0

    entry = read_entry(model_of(KINDS[0]))
    found = result_of(measure(entry, KINDS[0], folder_of(KINDS[0]), "cpu", fid))
    assert found.figures["fid"] == found.figures["fid_floor"] == 3.0
    assert asked == [(6, 6), (6, 6)]


def test_figures_are_computed_with_the_threads_that_were_chosen(folder_of, model_of) -> None:
    def threads(*arrays: np.ndarray) -> dict[str, float]:
        return {"threads": torch.get_num_threads()}

    kind, before = replace(KINDS[0], load_measures=lambda: threads), torch.get_num_threads()
    torch.set_num_threads(before + 2)
    try:
        found = result_of(measure(read_entry(model_of(kind)), kind, folder_of(kind), "cpu"))
    finally:
        torch.set_num_threads(before)
    assert found.figures == {"threads": before + 2}


def test_the_split_of_the_training_run_is_found_again() -> None:
    sources = np.arange(100)
    train, held_out, known = sides(sources, {"seed": 3, "held_out": 16})
    assert known and np.array_equal(held_out, held_out_split(sources, 3)[1])
    assert len(train) == 84


@pytest.mark.parametrize(
    "trained",
    [{}, {"seed": 3}, {"seed": 3, "held_out": 0}, {"seed": 3, "held_out": 5}, {"held_out": 16},
     {"seed": -1, "held_out": 16}, {"seed": "3", "held_out": 16}, {"seed": 3, "held_out": None}],
)  # fmt: skip
def test_half_a_folder_stands_in_where_the_split_is_not_known(trained) -> None:
    train, held_out, known = sides(np.arange(100), trained)
    assert not known and len(train) == len(held_out) == 50


def test_a_model_that_copies_its_files_is_found_out(folder_of, model_of, tmp_path) -> None:
    """As if the model gave back the training files: the whole road from folder to figure."""
    kind = KINDS[0]
    examples, _ = result_of(kind.load_reader().read(folder_of(kind), 32, tmp_path))
    copies = iter(examples.pixels[list(sides(examples.sources, {})[0]) * 2])
    copying = replace(kind, example_of=lambda document: next(copies))
    found = result_of(measure(read_entry(model_of(kind)), copying, folder_of(kind), "cpu"))
    assert found.figures["nearest_ratio"] < 0.01 and found.figures["copied_share"] == 1
