"""Generators on the worker: their sliders are found once and kept."""

from dataclasses import replace

import numpy as np
import pytest

from studio.core.errors import StudioError
from studio.core.model_file import read_entry
from studio.core.slider import Slider
from studio.core.slider_file import path_for
from studio.core.work import Finished, Progress, result_of
from studio.media import kinds
from studio.ui.generation import LoadedGenerators

KIND = kinds()[0]
FOUND = (Slider("Main 1", "pca", np.ones(256, "<f4").tobytes(), -3.0, 3.0, 0.5),)


class Searching:
    searches = 0

    def sliders(self):
        self.searches += 1
        yield Progress(1, 2)
        yield Finished(FOUND)


@pytest.fixture
def searching(model_of):
    generator = Searching()
    kind = replace(KIND, load_generator=lambda path, device: generator)
    return generator, kind, read_entry(model_of(KIND))


def test_sliders_are_searched_once_for_all_starts_of_the_studio(searching, tmp_path):
    generator, kind, entry = searching
    for _ in range(2):
        loaded = LoadedGenerators(sliders_path=tmp_path / "sliders")
        assert result_of(loaded.sliders(kind, entry, "cpu")) == FOUND
    assert generator.searches == 1
    [kept] = (tmp_path / "sliders").iterdir()
    kept.write_bytes(b"damaged")
    assert result_of(loaded.sliders(kind, entry, "cpu")) == FOUND
    assert generator.searches == 2


def test_without_a_folder_nothing_is_kept(searching, tmp_path):
    generator, kind, entry = searching
    for _ in range(2):
        assert result_of(LoadedGenerators().sliders(kind, entry, "cpu")) == FOUND
    assert generator.searches == 2


def test_the_folder_of_another_model_is_its_own(tmp_path):
    assert path_for(tmp_path, "one") != path_for(tmp_path, "two")


def test_a_model_that_is_gone_is_a_sentence(searching, tmp_path):
    _, kind, entry = searching
    gone = replace(entry, path=tmp_path / "gone.safetensors")
    with pytest.raises(StudioError):
        result_of(LoadedGenerators().sliders(kind, gone, "cpu"))
