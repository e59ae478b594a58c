"""`atelier sliders` and `steer`, with a small untrained model whose sliders lie beside it."""

import json
import shutil

import numpy as np
import pytest

from studio.app.cli import main
from studio.app.cli_sliders import slider_value
from studio.core import slider_file
from studio.core.errors import StudioError
from studio.core.library import places
from studio.core.model_file import read_entry
from studio.core.slider import Slider, SliderChoice
from studio.media import kinds

KINDS = kinds()
every_kind = pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)


@pytest.fixture
def model(tmp_path, model_of):
    """Where a copy of a kind's small model lies, with two sliders beside it."""

    def make(kind):
        path = tmp_path / "mine.safetensors"
        shutil.copy(model_of(kind), path)
        entry = read_entry(path)
        random = np.random.default_rng(0)
        width = entry.header.network["w_dim"]
        ways = random.normal(size=(2, width)).astype("<f4")
        effects = (("Warmth", 2.0), ("Hue", -0.4))
        sliders = [
            Slider("Warmth", "measured", ways[0].tobytes(), -2.0, 3.0, 0.97, effects),
            Slider("Main 1", "pca", ways[1].tobytes(), -3.0, 3.0, 0.5, effects),
        ]
        found = slider_file.sliders_to_json(entry.header.id, sliders)
        slider_file.beside(path).write_text(json.dumps(found), encoding="utf-8")
        return path, entry

    return make


def test_sliders_are_listed(model, capsys):
    path, entry = model(KINDS[0])
    choice = SliderChoice({"Main 1": "Größe"})
    slider_file.write_choice(places().slider_choices_path, entry.header.id, choice)
    assert main(["sliders", str(path)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].split()[:2] == ["SLIDER", "KIND"] and len(lines) == 3
    assert " ".join(lines[1].split()) == "Warmth measured -2 to 3 0.97 +2.00 Hue -0.40"
    assert lines[2].startswith("Größe")
    assert main(["sliders", str(path), "--json"]) == 0
    printed = capsys.readouterr().out
    assert json.loads(printed)["model"] == entry.header.id
    slider_file.beside(path).write_text(printed, encoding="utf-8")
    assert len(slider_file.read_sliders(slider_file.beside(path), entry) or ()) == 2


@every_kind
def test_steering_writes_another_result(kind, model, tmp_path, capsys):
    path, _ = model(kind)
    files = []
    for words in (["warmth=3"], ["Warmth=0"], ["Warmth=3", "main 1=-2.5"]):
        out = tmp_path / f"out {len(files)}"
        sliders = [part for word in words for part in ("--slider", word)]
        assert main(["steer", f"{path}:7", *sliders, "--out", str(out), "--device", "cpu"]) == 0
        files.append(list(out.iterdir()))
        assert [str(files[-1][0])] == capsys.readouterr().out.splitlines()
    assert len({found[0].read_bytes() for found in files}) == 3
    assert "seed-0007" in files[0][0].name


@pytest.mark.parametrize(
    ("word", "said"),
    [
        ("Magic=1", "this model has: Warmth, Main 1"),
        ("Warmth=3.1", "Warmth goes from -2 to 3 in this model, not to 3.1"),
        ("Warmth=x", "no NAME=VALUE"),
        ("Warmth=inf", "no NAME=VALUE"),
    ],
)
def test_what_cannot_be_steered_is_one_sentence(model, tmp_path, capsys, word, said):
    path, _ = model(KINDS[0])
    code = main(["steer", f"{path}:7", "--slider", word, "--out", str(tmp_path / "out")])
    err = capsys.readouterr().err
    assert code == 2 and said in err and err.count("\n") == 1
    assert not (tmp_path / "out").exists()


def test_a_value_may_follow_a_name_with_an_equals_sign():
    assert slider_value("a=b = -1.5") == ("a=b", -1.5)
    with pytest.raises(StudioError):
        slider_value("=2")
