"""What files say of themselves: there and back, nothing hostile gets in, others can read it."""

import json
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from studio import __version__
from studio.core import provenance as module
from studio.core.errors import StudioError
from studio.core.latent import Cross, Drift, Latent, Mix, Recipe, Slide, Toward
from studio.core.library import missing_model
from studio.core.model_file import ModelEntry, ModelHeader
from studio.core.provenance import (
    MAX_RECORD_BYTES,
    MAX_TEXT,
    Origin,
    Provenance,
    one_line,
    provenance_to_json,
    read_record,
    record,
)
from studio.core.recipe_words import MAX_LINES, moves_in_words, start_in_words
from studio.core.xmp import packet

RECIPE = Recipe("f00d", Latent(7, 0.8, (Toward(Latent(3), 0.25), Mix(Latent(9)))), (("a", 1),))
ORIGIN = Origin("Fruit", "CC0-1.0", "A library & its <people>", "breed", ("seed 1", "seed 2"))
MADE = Provenance("artwork", RECIPE, ORIGIN, state={"pixels": "abc"})

words = st.text(max_size=30).map(one_line)
states = st.dictionaries(st.text(max_size=5), st.integers() | st.text(max_size=5), max_size=3)
anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=5,
)


@given(
    st.builds(
        Provenance,
        st.sampled_from(("artwork", "music", "pattern_2")),
        st.builds(Recipe, st.text(max_size=20)),
        st.builds(Origin, words, words, words, words, st.lists(words, max_size=3).map(tuple)),
        st.booleans(),
        states,
    )
)
@settings(max_examples=60, deadline=None)
def test_a_record_is_one_ascii_line_that_comes_back(made):
    text = record(made)
    assert text.isascii() and text.isprintable()
    assert read_record(text, "a.png") == made
    assert read_record(text.encode(), "a.png") == made


def test_a_record_says_everything():
    values = json.loads(record(MADE))
    assert values["app"] == f"Atelier {__version__}" and values["medium"] == "artwork"
    assert values["model"]["id"] == values["recipe"]["model"] == "f00d"
    assert values["model"]["licence"] == "CC0-1.0" and values["parents"] == ["seed 1", "seed 2"]


@pytest.mark.parametrize(
    ("made", "source"),
    [
        (MADE, "trainedAlgorithmicMedia"),
        (replace(MADE, edited=True), "compositeWithTrainedAlgorithmicMedia"),
        (Provenance("music", Recipe(), edited=True), "digitalCreation"),
    ],
)
def test_the_kind_of_source_is_told_in_the_words_of_iptc(made, source):
    assert made.source_type == f"http://cv.iptc.org/newscodes/digitalsourcetype/{source}"
    assert ("by hand" in made.sentence) == (source != "trainedAlgorithmicMedia")


@given(st.sampled_from(sorted(provenance_to_json(MADE))), anything)
@settings(max_examples=150, deadline=None)
def test_a_forged_value_is_read_or_refused_in_words(name, value):
    text = json.dumps({**provenance_to_json(MADE), name: value})
    try:
        found = read_record(text, "a.png")
    except StudioError as error:
        assert str(error).endswith(".")
        return
    assert read_record(record(found), "a.png") == found


@pytest.mark.parametrize(
    "text",
    [
        "", "null", "[]", "{}", "0", '"a"', "[" * 200_000, '{"a":' * 100_000, b"\xff\xfe\x00",
        '{"format": NaN}', '{"format": Infinity}', '{"format": ' + "9" * 5000 + "}",
        record(MADE)[:-9], record(MADE).replace('"state":{', '"state":[{').replace("}}", "}]}"),
        record(MADE).replace("artwork", "../art"), record(MADE).replace('"seed":7', '"seed":-7'),
    ],
)  # fmt: skip
def test_what_is_no_record_is_a_sentence(text):
    with pytest.raises(StudioError, match=r"damaged\.$"):
        read_record(text, "a.png")


def test_too_long_and_too_new_records_are_told_apart():
    with pytest.raises(StudioError, match="longer than anything"):
        read_record(" " * (MAX_RECORD_BYTES + 1), "a.png")
    with pytest.raises(StudioError, match="newer Atelier"):
        read_record(record(MADE).replace('"format":1', '"format":2'), "a.png")


def test_nothing_hidden_comes_in_with_names():
    forged = provenance_to_json(MADE)
    forged["model"]["name"] = "Fr\x1b[31muit\n\u202e\ud800" + "x" * 10_000
    forged["model"]["credit"] = "c" * (9 * MAX_TEXT)
    forged["parents"] = ["p\r\n"] * 1000
    origin = read_record(json.dumps(forged), "a.png").origin
    assert origin.model_name.startswith("Fr[31muit xxx") and len(origin.model_name) <= 200
    assert len(origin.credit) == MAX_TEXT and set(origin.parents) == {"p"}
    assert len(origin.parents) == 64


def test_a_family_too_large_for_a_record_is_cut_to_its_last_member(monkeypatch):
    large = Latent(7, 0.8, (Toward(Latent(3, point=bytes(4000)), 0.25), Drift(4, 0.5)))
    monkeypatch.setattr(module, "MAX_RECORD_BYTES", 2000)
    text = record(replace(MADE, recipe=replace(RECIPE, latent=large)))
    assert len(text) <= 2000
    assert read_record(text, "a.png").recipe.latent == Latent(7, 0.8, (Drift(4, 0.5),))


@pytest.mark.parametrize("strange", [["CC0"], None, 7, {"a": 1}])
def test_an_origin_is_what_the_model_file_says_if_it_is_text(strange):
    header = ModelHeader("1", "artwork", "Fruit", 64, trained={"licence": "MIT", "credit": "Us"})
    assert Origin.of(header) == Origin("Fruit", "MIT", "Us")
    assert Origin.of(replace(header, trained={"licence": strange})) == Origin("Fruit")


def test_others_read_source_tool_rights_and_credit():
    credit = 'Łódź & <b>"people"</b> ]]> \x00\ufffe'
    root = ElementTree.fromstring(packet(replace(MADE, origin=replace(ORIGIN, credit=credit))))
    texts = {one.tag: "".join(one.itertext()) for one in root.iter()}
    photoshop, dc = "{http://ns.adobe.com/photoshop/1.0/}", "{http://purl.org/dc/elements/1.1/}"
    source = "{http://iptc.org/std/Iptc4xmpExt/2008-02-29/}DigitalSourceType"
    assert texts[source] == MADE.source_type
    assert texts["{http://ns.adobe.com/xap/1.0/}CreatorTool"] == f"Atelier {__version__}"
    assert texts[f"{photoshop}Credit"] == 'Łódź & <b>"people"</b> ]]> '
    assert "CC0-1.0" in texts[f"{dc}rights"] and "seed 7" in texts[f"{dc}description"]
    bare = packet(Provenance("artwork", RECIPE))
    ElementTree.fromstring(bare)
    assert "rights" not in bare and "Credit" not in bare


def test_a_missing_or_changed_model_is_named():
    here = [ModelEntry(Path("a"), ModelHeader("f00d", "artwork", "Fruit", 64))]
    other = [ModelEntry(Path("a"), ModelHeader("beef", "artwork", "Fruit", 64))]
    assert missing_model(MADE, here) == "" == missing_model(Provenance("music", Recipe()), [])
    assert missing_model(MADE, []) == "It needs the model Fruit (f00d), which is not here."
    assert "weights are others" in missing_model(MADE, other)
    assert "with the id (f00d)" in missing_model(Provenance("music", RECIPE), other)


def test_a_recipe_in_words():
    moves = (
        Toward(Latent(3), 0.25, ("coarse",)),
        Mix(Latent(9, moves=(Drift(1, 0.1),))),
        Cross(Latent(4, point=bytes(4)), 2),
        Drift(6, 0.5),
        Slide("warmth", -1.5, b""),
    )
    assert moves_in_words(Latent(1, moves=moves)) == [
        "25% of the way to seed 3 (coarse layers only)",
        "fine layers of seed 9 after 1 move",
        "crossed with a point beside seed 4",
        "drifted by 50%, seed 6",
        "slider warmth -1.5",
    ]
    assert start_in_words(Latent(8, 0.5)) == "seed 8, variety 0.5"
    many = moves_in_words(Latent(moves=(Drift(6, 0.5),) * 60))
    assert len(many) == MAX_LINES and many[0] == "49 moves before"
