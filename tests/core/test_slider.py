"""Sliders as values: JSON both ways, ranges, what a person chose, files that may be damaged."""

import json
import os
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.core import slider_file
from studio.core.errors import StudioError
from studio.core.latent import LAYER_GROUPS, Latent, Recipe
from studio.core.model_file import ModelEntry, ModelHeader
from studio.core.recipe_file import recipe_from_json, recipe_to_json
from studio.core.slider import Slider, SliderChoice, choice_from_json, slider_from_json
from studio.core.verbs import slid, steered
from studio.core.work import Finished, Progress, result_of

DIRECTION = np.linspace(-1, 1, 8, dtype="<f4").tobytes()
WARMTH = Slider(
    "Warmth", "measured", DIRECTION, -2.0, 3.0, 0.97, (("Warmth", 2.0), ("Hue", -0.4)), ("fine",)
)
MAIN = Slider("Main 1", "pca", DIRECTION, -3.0, 3.0, 0.5, (("Warmth", 0.5), ("Hue", -0.9)))

names = st.text(min_size=1, max_size=64)
numbers = st.floats(-100, 100, width=32)
sliders = st.builds(
    Slider,
    names,
    st.sampled_from(("measured", "pca", "sefa")),
    st.lists(st.floats(-1e6, 1e6, width=32), min_size=1, max_size=16)
    .filter(any)
    .map(lambda values: np.array(values, "<f4").tobytes()),
    st.floats(-100, -0.5),
    st.floats(0, 100),
    st.floats(0, 1),
    st.dictionaries(names, numbers, max_size=8).map(lambda found: tuple(found.items())),
    st.sets(st.sampled_from(LAYER_GROUPS), min_size=1).map(
        lambda chosen: tuple(group for group in LAYER_GROUPS if group in chosen)
    ),
)


@given(sliders)
def test_a_slider_comes_back_from_json(slider):
    assert slider_from_json(json.loads(json.dumps(slider.to_json()))) == slider


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("name", ""),
        ("name", "x" * 65),
        ("name", 3),
        ("kind", "magic"),
        ("low", 1.0),
        ("low", float("nan")),
        ("low", "-1"),
        ("high", 1e9),
        ("quality", 2),
        ("quality", True),
        ("groups", []),
        ("groups", None),
        ("effects", {str(i): 0.0 for i in range(1000)}),
        ("effects", {"Hue": float("inf")}),
        ("effects", 5),
        ("direction", ""),
        ("direction", "?"),
        ("direction", "AAAA"),
        ("direction", "AAAAAA=="),
        ("direction", "AADAfw=="),  # not a number
        ("direction", "AAAAAA==" * 10_000),
        ("direction", None),
    ],
)
def test_a_slider_that_makes_no_sense_is_a_sentence(name, value):
    with pytest.raises(StudioError, match="damaged"):
        slider_from_json({**WARMTH.to_json(), name: value})


@pytest.mark.parametrize("json", [None, [], "x", {}, {"low": 0, "high": 0}])
def test_what_is_no_slider_is_a_sentence(json):
    with pytest.raises(StudioError, match="damaged"):
        slider_from_json(json)


def test_moving_stays_in_range_and_is_kept_in_the_recipe():
    recipe = steered(Recipe("m", Latent(3)), WARMTH.slide(9.0))
    assert slid(recipe, "Warmth") == 3.0
    assert recipe.latent.moves[0].groups == ("fine",)
    assert slid(steered(recipe, WARMTH.slide(-9.0)), "Warmth") == -2.0
    assert recipe_from_json(json.loads(json.dumps(recipe_to_json(recipe)))) == recipe
    assert steered(recipe, WARMTH.slide(0)) == Recipe("m", Latent(3))


def test_what_a_slider_does_beside_its_own():
    assert (WARMTH.effect, WARMTH.leak) == (2.0, ("Hue", -0.4))
    assert (MAIN.effect, MAIN.leak) == (0.0, ("Hue", -0.9))
    assert replace(MAIN, effects=()).leak == ("", 0.0)


def test_a_person_renames_pins_and_hides():
    choice = SliderChoice().renamed("Main 1", " Size ").with_pinned("Main 1", True)
    assert choice.word(MAIN) == "Size" and choice.word(WARMTH) == "Warmth"
    assert choice.shown((WARMTH, MAIN)) == (MAIN, WARMTH)
    assert choice.with_hidden("Warmth", True).shown((WARMTH, MAIN)) == (MAIN,)
    assert choice.with_hidden("Warmth", True).with_hidden("Warmth", False) == choice
    assert choice.renamed("Main 1", "").with_pinned("Main 1", False) == SliderChoice()
    assert choice_from_json(json.loads(json.dumps(choice.to_json()))) == choice


@pytest.mark.parametrize(
    "json",
    [
        None,
        {},
        {"names": {}, "pinned": [], "hidden": 5},
        {"names": {"a": 1}, "pinned": [], "hidden": []},
        {"names": {}, "pinned": [""], "hidden": []},
        {"names": {}, "pinned": ["a"] * 1000, "hidden": []},
    ],
)
def test_a_choice_that_makes_no_sense_is_a_sentence(json):
    with pytest.raises(StudioError, match="damaged"):
        choice_from_json(json)


def test_choices_are_kept_for_each_model(tmp_path):
    choice = SliderChoice({"Main 1": "Größe"}, ("Main 1",), ("Hue",))
    slider_file.write_choice(tmp_path, "one", choice)
    assert slider_file.read_choice(tmp_path, "one") == choice
    assert slider_file.read_choice(tmp_path, "../two") == SliderChoice()
    for damage in (b"", b"[]", b"\xff", b"[" * 100_000, b" " * 2**22):
        slider_file.path_for(tmp_path, "one").write_bytes(damage)
        assert slider_file.read_choice(tmp_path, "one") == SliderChoice()


# ---------------------------------------------------------------- found sliders on disk


@pytest.fixture
def entry(tmp_path) -> ModelEntry:
    header = ModelHeader("../../id", "fake", "Fake", 64, {"w_dim": 8})
    return ModelEntry(tmp_path / "fake.safetensors", header)


def search(found, asked):
    def work():
        asked.append(1)
        yield Progress(0, 1)
        yield Finished(found)

    return work


def test_sliders_are_found_once_and_then_remembered(entry, tmp_path):
    asked, cache = [], tmp_path / "cache"
    for _ in range(2):
        work = slider_file.remembered(entry, cache, search((WARMTH, MAIN), asked))
        assert result_of(work) == (WARMTH, MAIN)
    assert len(asked) == 1
    assert [path.parent for path in tmp_path.rglob("*.json")] == [cache], "whatever the id says"


def wrong_files() -> list[bytes]:
    good = slider_file.sliders_to_json("../../id", [WARMTH])
    narrow = replace(WARMTH, direction=DIRECTION[:16]).to_json()
    changes = [
        {"search": 0},
        {"model": "other"},
        {"sliders": None},
        {"sliders": [{}]},
        {"sliders": [narrow]},
        {"sliders": [WARMTH.to_json()] * 2},
        {"sliders": [WARMTH.to_json()] * 1000},
    ]
    texts = [json.dumps({**good, **change}).encode() for change in changes]
    return [b"", b"{}", b"[]", b"\x00\xff", b"[" * 100_000, b" " * 2**22, *texts]


@pytest.mark.parametrize("content", wrong_files(), ids=lambda content: str(content[:40]))
def test_a_wrong_cache_is_found_anew_and_mended(entry, tmp_path, content):
    path = slider_file.path_for(tmp_path, entry.header.id)
    path.write_bytes(content)
    assert slider_file.read_sliders(path, entry) is None
    assert result_of(slider_file.remembered(entry, tmp_path, search((MAIN,), []))) == (MAIN,)
    assert slider_file.read_sliders(path, entry) == (MAIN,)


def test_sliders_that_come_along_with_a_model_are_taken(entry, tmp_path):
    content = json.dumps(slider_file.sliders_to_json(entry.header.id, [WARMTH]))
    slider_file.beside(entry.path).write_text(content, encoding="utf-8")
    asked: list[int] = []
    assert result_of(slider_file.remembered(entry, None, search((), asked))) == (WARMTH,)
    assert not asked


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
def test_a_pipe_beside_a_model_is_no_slider_file_and_not_waited_for(entry, tmp_path):
    os.mkfifo(slider_file.beside(entry.path))
    assert slider_file.read_sliders(slider_file.beside(entry.path), entry) is None


def test_a_cache_that_cannot_be_written_does_no_harm(entry, tmp_path):
    (tmp_path / "file").write_bytes(b"")
    work = slider_file.remembered(entry, Path(tmp_path / "file"), search((MAIN,), []))
    assert result_of(work) == (MAIN,)


def test_an_id_that_is_no_text_names_a_file_all_the_same(tmp_path):
    slider_file.write_choice(tmp_path, "\ud800", SliderChoice(hidden=("Hue",)))
    assert slider_file.read_choice(tmp_path, "\ud800").hidden == ("Hue",)
