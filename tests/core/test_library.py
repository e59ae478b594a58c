"""The library: places, models by any of their names, runs."""

import json
import os

import pytest

from studio.core.errors import StudioError
from studio.core.library import Places, find_model, models, places, runs
from studio.core.model_file import ModelHeader, header_to_metadata
from studio.core.run_folder import RunFolder, TrainConfig


def write_model(path, name, identity, medium="artwork"):
    """A model file without weights, which is enough for lists."""
    header = ModelHeader(identity, medium, name, 64)
    index = json.dumps({"__metadata__": header_to_metadata(header)}).encode()
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(len(index).to_bytes(8, "little") + index)


@pytest.fixture
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("ATELIER_HOME", str(tmp_path / "home"))
    return places()


def test_naming_places_creates_nothing(home, tmp_path):
    assert home.settings_path.is_relative_to(tmp_path / "home")
    assert not (tmp_path / "home").exists()
    assert (models("sound", home), runs(home)) == (([], []), [])


def test_the_systems_folders_are_used_without_the_variable(monkeypatch):
    monkeypatch.delenv("ATELIER_HOME")
    usual = places()
    assert isinstance(usual, Places)
    assert "atelier" in str(usual.data)


def test_a_model_is_found_by_every_name(home):
    path = home.models_path / "roses.safetensors"
    write_model(path, "Roses at night", "id-1")
    for name in ("roses", "ROSES", "Roses at night", "roses AT night", "id-1", str(path)):
        assert find_model(name, home).path == path


def test_the_model_of_a_run_is_found_by_the_runs_name(home):
    run = RunFolder(home.runs_path / "tulips-64")
    run.create(TrainConfig("artwork", "somewhere"))
    write_model(run.model_path, "Tulips", "id-2")
    assert [found.path for found in runs(home)] == [run.path]
    for name in ("tulips-64", "Tulips", str(run.path)):
        assert find_model(name, home).path == run.model_path


def test_an_unknown_name_lists_what_there_is(home):
    write_model(home.models_path / "roses.safetensors", "Roses", "id-1")
    with pytest.raises(StudioError, match=r"no model called 'rose'.*roses"):
        find_model("rose", home)
    with pytest.raises(StudioError, match="no model file"):
        find_model("missing.safetensors", home)


def test_a_damaged_model_is_a_sentence_and_the_rest_still_shows(home):
    write_model(home.models_path / "roses.safetensors", "Roses", "id-1", "sound")
    (home.models_path / "broken.safetensors").write_bytes(os.urandom(100))
    found, problems = models("sound", home)
    assert [entry.header.name for entry in found] == ["Roses"]
    assert len(problems) == 1 and "broken.safetensors" in problems[0]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
def test_a_pipe_among_the_models_hides_none_and_is_not_waited_for(home):
    write_model(home.models_path / "roses.safetensors", "Roses", "id-1", "sound")
    pipe = home.models_path / "pipe.safetensors"
    os.mkfifo(pipe)
    run = RunFolder(home.runs_path / "tulips")
    run.create(TrainConfig("sound", "somewhere"))
    os.mkfifo(run.model_path)
    found, problems = models("sound", home)
    assert [entry.header.name for entry in found] == ["Roses"]
    assert problems == [f"{pipe} is no file.", f"tulips: {run.model_path} is no file."]
    assert find_model("roses", home).header.id == "id-1"
    with pytest.raises(StudioError, match="is no file"):
        find_model(str(run.path), home)


def test_runs_come_newest_first(home):
    for age, name in enumerate(["new", "older", "oldest"]):
        run = RunFolder(home.runs_path / name)
        run.create(TrainConfig("artwork", "somewhere"))
        os.utime(run.config_path, (1e9 - age, 1e9 - age))
    (home.runs_path / "no run").mkdir()
    assert [run.path.name for run in runs(home)] == ["new", "older", "oldest"]
