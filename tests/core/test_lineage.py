"""Lineage: everything made, where it came from, pruned without losing stars or links."""

import contextlib
import json
from dataclasses import dataclass, replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from studio.core import lineage_file
from studio.core.errors import StudioError
from studio.core.history import History
from studio.core.latent import Drift, Latent, Recipe
from studio.core.lineage import (
    MAX_NODES,
    MAX_PARENTS,
    MAX_STARRED,
    MAX_THUMBNAIL_BYTES,
    WHOLE,
    Lineage,
    Node,
    Packed,
    opened,
)
from studio.core.lineage_file import CONTENT, INDEX, lineage_from_files, lineage_to_files

patient = settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@dataclass(frozen=True)
class Work:
    recipe: Recipe
    drawn: str = ""


def encode(work):
    return {"recipe.json": str(work.recipe.latent.seed).encode(), "drawn.txt": work.drawn.encode()}


def decode(files):
    seed = int(files["recipe.json"])
    return Work(Recipe("m", Latent(seed)), files["drawn.txt"].decode())


def work(seed, drawn=""):
    return Work(Recipe("m", Latent(seed)), drawn)


def grown(*parents, **more):
    """One node for each tuple of parents, with the seeds 0, 1, 2 ..."""
    lineage = Lineage()
    for seed, above in enumerate(parents):
        lineage = lineage.recorded(work(seed), "vary", above, made_at=float(seed), **more)
    return lineage


@st.composite
def lineages(draw):
    lineage = Lineage()
    for seed in range(draw(st.integers(0, 14))):
        above = draw(st.lists(st.integers(0, max(0, seed - 1)), max_size=3))
        lineage = lineage.recorded(
            work(seed, draw(st.text(max_size=3))),
            draw(st.sampled_from(["dice", "vary", "breed"])),
            above,
            settings=draw(st.text(max_size=5)),
            thumbnail=draw(st.binary(max_size=9)),
            edited=draw(st.booleans()),
            made_at=draw(st.floats(0, 2**31)),
        )
        if draw(st.booleans()):
            lineage = lineage.with_star(seed)
    return lineage


def holds_together(lineage):
    known = set()
    for node in lineage.nodes:
        assert set(node.parents) <= known and len(set(node.parents)) == len(node.parents)
        assert node.id not in known and node.id < lineage.born
        known.add(node.id)


def test_results_are_recorded_with_all_that_led_to_them():
    lineage = Lineage().recorded(work(5), "dice", thumbnail=b"png", made_at=1.0)
    lineage = lineage.recorded(work(6), "vary", [0, 0, 99], settings="strength 0.3", made_at=2.0)
    first, second = lineage.nodes
    assert (first.verb, first.parents, first.thumbnail) == ("dice", (), b"png")
    assert (second.parents, second.settings, second.made_at) == ((0,), "strength 0.3", 2.0)
    assert lineage.newest is second and lineage.of(work(5)) is first
    assert lineage.children(0) == [1] and lineage.ancestors(1) == [0]
    assert lineage.recorded(work(7), "dice").newest.made_at > 1.7e9


def test_ancestors_come_once_the_nearest_first():
    lineage = grown((), (), (0, 1), (2, 0), (3,))
    assert lineage.ancestors(4) == [3, 2, 0, 1]
    assert lineage.children(0) == [2, 3]


def test_a_document_is_found_by_itself_or_by_its_recipe():
    lineage = (
        Lineage().recorded(work(5), "dice").recorded(work(5, "hand"), "draw", [0], edited=True)
    )
    assert lineage.of(work(5, "hand")).id == 1
    assert lineage.of(work(5)).id == 0
    assert lineage.of(work(5, "other")).id == 0
    assert lineage.of(work(6)) is None


def test_a_gesture_takes_one_place_unless_something_hangs_on_it():
    lineage = grown((), (0,))
    again = lineage.replaced(1, work(9), settings="warmth 2")
    assert [node.recipe.latent.seed for node in again.nodes] == [0, 9]
    assert (again.newest.settings, again.newest.parents) == ("warmth 2", (0,))
    assert len(lineage.with_star(1).replaced(1, work(9)).nodes) == 3
    beside = lineage.replaced(0, work(9))
    assert beside.newest.parents == () and beside.node(0) == lineage.node(0)


def test_stars_come_go_and_are_bounded(monkeypatch):
    lineage = grown((), ())
    assert lineage.with_star(1).stars == {1} and lineage.stars == frozenset()
    assert lineage.with_star(1).with_star(1, False) == lineage
    monkeypatch.setattr("studio.core.lineage.MAX_STARRED", 1)
    full = lineage.with_star(1)
    with pytest.raises(StudioError, match="take one off"):
        full.with_star(0)
    assert full.with_star(1) == full
    with pytest.raises(StudioError, match="not in the history"):
        full.with_star(7)


def test_search_finds_by_verb_seed_model_words_and_star():
    lineage = Lineage().recorded(work(42), "dice")
    lineage = lineage.recorded(work(7), "breed", [0], settings="Mutation 0.25")
    lineage = lineage.recorded(Work(Recipe("other", Latent(42))), "vary").with_star(1)

    def found(*words, **more):
        return [node.id for node in lineage.search(*words, **more)]

    assert found() == [2, 1, 0]
    assert found(verb="dice") == [0]
    assert found(seed=42) == found("42") == [2, 0]
    assert found(model="other") == found("OTH") == [2]
    assert found("mutation BREED") == [1] and found("mutation dice") == []
    assert found(starred=True) == [1] and found(seed=42, starred=True) == []


@patient
@given(lineages(), st.integers(0, 16), st.sets(st.integers(0, 13), max_size=3))
def test_pruning_keeps_stars_and_what_is_needed_and_breaks_no_link(lineage, most, needed):
    needed &= {node.id for node in lineage.nodes}
    found = lineage.pruned(most, needed)
    kept = {node.id for node in found.nodes}
    holds_together(found)
    assert lineage.stars | needed <= kept
    assert len(kept) == max(len(lineage.stars | needed), min(most, len(lineage.nodes)))
    assert found.born == lineage.born
    for node in found.nodes:
        before = lineage.node(node.id)
        assert replace(node, parents=before.parents) == before
        assert set(node.parents) <= set(lineage.ancestors(node.id))
        # Whoever stays among the ancestors is still reached.
        assert set(found.ancestors(node.id)) == kept & set(lineage.ancestors(node.id))


def test_pruning_keeps_the_way_that_led_here_and_the_newest():
    lineage = grown((), (0,), (1,), (2,), *[()] * 8)
    assert [node.id for node in lineage.pruned(5, [3]).nodes] == [1, 2, 3, 10, 11]
    assert lineage.pruned(1, [3]).node(3).parents == ()


def test_many_results_are_bounded_and_old_ones_keep_only_their_recipe():
    lineage = Lineage().recorded(work(0), "dice").with_star(0)
    for seed in range(1, MAX_NODES + 40):
        lineage = lineage.recorded(work(seed), "vary", [seed - 1])
    assert len(lineage.nodes) == MAX_NODES and lineage.node(0).document == work(0)
    assert lineage.newest.id == lineage.born - 1
    assert sum(node.document is not None for node in lineage.nodes) == WHOLE + 1
    assert set(lineage.ancestors(lineage.newest.id)) == {n.id for n in lineage.nodes[:-1]}


def test_what_is_too_large_is_cut():
    lineage = grown(*[()] * 20)
    huge = lineage.recorded(
        work(1),
        "v" * 999,
        range(20),
        settings="s" * 999,
        thumbnail=b"0" * (MAX_THUMBNAIL_BYTES + 1),
    ).newest
    assert len(huge.parents) == MAX_PARENTS and huge.thumbnail == b""
    assert len(huge.verb) == len(huge.settings) == 200


@patient
@given(lineages())
def test_a_layout_has_a_place_for_each_and_goes_from_left_to_right(lineage):
    places = lineage.layout()
    assert sorted(place.id for place in places) == [node.id for node in lineage.nodes]
    assert len({(place.column, place.row) for place in places}) == len(places)
    column = {place.id: place.column for place in places}
    for node in lineage.nodes:
        assert all(column[parent] < column[node.id] for parent in node.parents)
    assert [place.row for place in places] == sorted(place.row for place in places)


def test_a_line_stays_in_its_row_and_branches_go_below():
    lineage = grown((), (0,), (1,), (0,), ())
    assert [(p.id, p.column, p.row) for p in lineage.layout()] == [
        (0, 0, 0), (1, 1, 0), (2, 2, 0), (3, 1, 1), (4, 0, 2),
    ]  # fmt: skip


def test_a_long_line_is_no_trouble():
    lineage = Lineage()
    for seed in range(MAX_NODES):
        lineage = lineage.recorded(work(seed), "vary", [seed - 1])
    assert {place.row for place in lineage.layout()} == {0}
    assert len(lineage.ancestors(MAX_NODES - 1)) == MAX_NODES - 1


def test_undo_takes_nothing_out_and_pruning_undoes_nothing():
    history, lineage = History(work(0)), Lineage()
    for seed in range(1, 6):
        history.apply(work(seed), "vary")
        lineage = lineage.recorded(work(seed), "vary", [seed - 2])
    before = lineage
    for _ in range(3):
        history.undo()
    assert lineage == before and lineage.of(history.value).id == 1
    lineage = lineage.pruned(1, [])
    for _ in range(3):
        history.redo()
    assert history.value == work(5)


# --- in a file ---


@patient
@given(lineages())
def test_a_lineage_comes_back_from_its_files(lineage):
    files = lineage_to_files(lineage, encode)
    found = lineage_from_files(files)
    assert found.born == lineage.born
    for node, before in zip(found.nodes, lineage.nodes, strict=True):
        assert replace(node, document=None) == replace(before, document=None)
        whole = before.document if before.is_precious else None
        assert opened(node.document, decode) == whole
    assert lineage_to_files(found, encode) == files
    assert lineage_from_files(lineage_to_files(found, encode)) == found


def test_what_is_too_much_leaves_out_the_oldest_without_a_star(monkeypatch):
    lineage = grown(*[()] * 6, thumbnail=b"x" * 100).with_star(0)
    lineage = lineage.recorded(work(6), "vary", [5], thumbnail=b"x" * 100)
    monkeypatch.setattr(lineage_file, "MAX_CONTENT_BYTES", 330)
    found = lineage_from_files(lineage_to_files(lineage, encode))
    assert [node.id for node in found.nodes] == [0, 5, 6]
    assert found.newest.parents == (5,)


def test_a_document_too_large_for_the_file_leaves_its_recipe(monkeypatch):
    lineage = Lineage().recorded(work(3, "x" * 500), "draw", edited=True, thumbnail=b"x" * 50)
    monkeypatch.setattr(lineage_file, "MAX_CONTENT_BYTES", 330)
    (node,) = lineage_from_files(lineage_to_files(lineage, encode)).nodes
    assert (node.document, node.thumbnail, node.edited) == (None, b"x" * 50, True)


def changed(index=None, content=None, **node):
    files = lineage_to_files(grown((), (0,), thumbnail=b"png").with_star(1), encode)
    values = json.loads(files[INDEX])
    values.update(index or {})
    if node:
        values["nodes"][-1].update(node)
    return {
        INDEX: json.dumps(values).encode(),
        CONTENT: files[CONTENT] if content is None else content,
    }


HOSTILE = {
    "nothing": {},
    "no JSON": {INDEX: b"\xff"},
    "deep": {INDEX: b"[" * 100_000},
    "a list": {INDEX: b"[]"},
    "no content": {INDEX: changed()[INDEX]},
    "more content": changed(content=b"0" * 999),
    "newer": changed({"format": 2}),
    "nodes are a number": changed({"nodes": 3}),
    "born too early": changed({"born": 1}),
    "born is a yes": changed({"born": True}),
    "many nodes": changed({"nodes": [{}] * (MAX_NODES + 1)}),
    "its own parent": changed(parents=[1]),
    "a parent to come": changed(parents=[2]),
    "a parent that is a list": changed(parents=[[0]]),
    "many parents": changed(parents=[0] * (MAX_PARENTS + 1)),
    "the same id": changed(id=0),
    "a negative id": changed(id=-1),
    "no recipe": changed(recipe={}),
    "a time that is none": changed(made_at=float("nan")),
    "long ago": changed(made_at=-1),
    "a star that is a word": changed(starred="yes"),
    "a negative size": changed(thumbnail=-3),
    "a size that is a fraction": changed(thumbnail=3.0),
    "a file that climbs out": changed(files=[["../x", 0]]),
    "many files": changed(files=[["a", 0]] * 99),
}


@pytest.mark.parametrize("files", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_hostile_lineage_is_refused_with_a_sentence(files):
    assert len(lineage_from_files(changed()).nodes) == 2
    with pytest.raises(StudioError, match="damaged"):
        lineage_from_files(files)


def test_more_stars_than_ever_given_are_refused(monkeypatch):
    monkeypatch.setattr(lineage_file, "MAX_STARRED", 0)
    with pytest.raises(StudioError, match="damaged"):
        lineage_from_files(changed())
    assert MAX_STARRED < MAX_NODES


@settings(max_examples=200, deadline=None)
@given(st.integers(0, 2000), st.integers(0, 255), st.integers(0, 300))
def test_any_damage_is_a_sentence_or_harmless(where, byte, cut):
    files = changed()
    content = bytearray(files[INDEX])
    content[where % len(content)] = byte
    files[INDEX] = bytes(content[: len(content) - (cut if cut > 250 else 0)])
    with contextlib.suppress(StudioError):
        holds_together(lineage_from_files(files))


def test_packed_documents_open_and_others_are_as_they_are():
    packed = Packed((("drawn.txt", b"hand"), ("recipe.json", b"5")))
    assert opened(packed, decode) == work(5, "hand")
    assert opened(work(5), decode) == work(5) and opened(None, decode) is None
    assert Node(0, Recipe(latent=Latent(1).moved(Drift(2, 0.1)))).is_precious is False
