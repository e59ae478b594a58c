"""A run's title: what is typed, what a stranger wrote into the file, and its models."""

import pytest

from studio.core.errors import StudioError
from studio.core.library import find_model, keep_model, models, places_below
from studio.core.model_file import read_entry
from studio.core.resources import resource
from studio.core.run_folder import RunFolder, TrainConfig
from studio.core.run_title import FILE_NAME, LONGEST, read_title, rename, titled_entry

STARTER = resource("models") / "fruit.safetensors"


@pytest.fixture
def places(tmp_path):
    return places_below(tmp_path)


@pytest.fixture
def run(places):
    run = RunFolder(places.runs_path / "mine")
    run.create(TrainConfig("artwork", "/folder", "Mine"))
    for path in (run.model_path, run.best_path):
        path.write_bytes(STARTER.read_bytes())
    return run


def test_a_title_is_one_short_line_and_can_be_taken_back(run):
    before = run.config_path.read_bytes()
    assert read_title(run.path) == ""
    rename(run, "  Red \t apples\n\x07\u202e of   2026 ")
    assert read_title(run.path) == "Red apples of 2026"
    rename(run, "x" * 500)
    assert read_title(run.path) == "x" * LONGEST
    rename(run, " \n ")
    assert read_title(run.path) == "" and not (run.path / FILE_NAME).exists()
    rename(run, "")
    assert run.config_path.read_bytes() == before, "a trainer that lives minds nothing of it"


@pytest.mark.parametrize(
    ("content", "title"),
    [
        (b"\xff\xfeno text", "��no text"),
        (b"two\nlines \x1b[31mred", "two lines [31mred"),
        (b"a" * 10**7, "a" * LONGEST),
        (b"", ""),
    ],
    ids=["no-text", "escapes", "long", "empty"],
)
def test_a_strangers_title_is_bounded_and_cleaned(run, content, title):
    (run.path / FILE_NAME).write_bytes(content)
    assert read_title(run.path) == title


def test_a_folder_in_its_place_is_no_title_and_a_gone_run_is_not_made_anew(run, tmp_path):
    (run.path / FILE_NAME).mkdir()
    assert read_title(run.path) == ""
    with pytest.raises(StudioError):
        rename(run, "")
    gone = RunFolder(tmp_path / "gone")
    with pytest.raises(StudioError, match="not there any more"):
        rename(gone, "Name")
    assert not gone.path.exists()


def test_the_models_of_a_run_are_called_by_its_title(run, places):
    rename(run, "Red apples")
    assert {titled_entry(path).header.name for path in (run.model_path, run.best_path)} == {
        "Red apples"
    }
    assert "Red apples" in [entry.header.name for entry in models("artwork", places)[0]]
    assert find_model("red apples", places).path == run.model_path
    assert titled_entry(STARTER).header.name == read_entry(STARTER).header.name


def test_a_kept_model_has_the_title_and_no_other_model_is_taken_for_it(run, places):
    rename(run, "Red apples")
    kept = keep_model(run.model_path, places.models_path)
    assert kept.name == "red-apples.safetensors"
    header, own = read_entry(kept).header, read_entry(run.model_path).header
    assert (header.name, header.id, header.trained) == ("Red apples", own.id, own.trained)
    assert read_entry(kept).preview_png == read_entry(STARTER).preview_png
    assert keep_model(run.best_path, places.models_path) == kept, "the same weights once"
    other = resource("models") / "textile.safetensors"
    run.model_path.write_bytes(other.read_bytes())
    second = keep_model(run.model_path, places.models_path)
    assert second.name == "red-apples-2.safetensors"
    assert read_entry(second).header.id == read_entry(other).header.id
    assert keep_model(STARTER, places.models_path).name == "fruit.safetensors"
