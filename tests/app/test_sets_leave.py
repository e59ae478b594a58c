"""A set of results out of the real window and back again, in every medium."""

from dataclasses import replace

import pytest
from PySide6.QtTest import QTest

from studio import media
from studio.app import keyboard
from studio.core.latent import Latent, Recipe
from studio.core.lineage import Lineage, Packed
from studio.core.model_file import read_entry
from studio.core.work import result_of
from studio.ui.bring_back import bring_back
from studio.ui.context import Errand

KINDS = media.kinds()
every_kind = pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
SEEDS = (5, 5, 6, 7)  # two of one seed, one that lies packed, one of which the recipe is left


@pytest.fixture
def starred(window, library, model_of):
    """A medium's panel, and the documents of which its lineage holds nodes, each with a star."""

    def make(kind):
        entry = read_entry(model_of(kind))
        library.append(entry)
        generator = kind.load_generator(entry.path, "cpu")
        recipes = [
            Recipe(entry.header.id, Latent(seed, 0.5 + n / 10)) for n, seed in enumerate(SEEDS)
        ]
        documents = [result_of(generator.generate(recipe)) for recipe in recipes]
        lineage = Lineage()
        for number, document in enumerate(documents):
            parents = (number - 1,) if number else ()
            lineage = lineage.recorded(document, "vary" if number else "generate", parents)
            lineage = lineage.with_star(number)
        lineage = lineage.recorded(replace(documents[0], recipe=Recipe()), "edit")  # has none
        packed = Packed(tuple(sorted(kind.encode(documents[2]).items())))
        held = [documents[0], documents[1], packed, None, kind.empty()]
        nodes = (replace(n, document=d) for n, d in zip(lineage.nodes, held, strict=True))
        window.show_page(kind.name)
        window.pages.panel.recording.lineage.become(Lineage(tuple(nodes), lineage.born))
        return window.pages.panel, documents

    return make


@every_kind
def test_every_file_of_a_set_drops_back_to_its_result(qtbot, starred, kind, tmp_path):
    panel, documents = starred(kind)
    context, said = panel.context, []
    context.notify = said.append
    for exporter in (one for one in kind.exporters if not one.is_slow):
        folder = tmp_path / exporter.label.replace(" ", "-")
        folder.mkdir()
        context.change_settings(export_formats=(f"{kind.name}: {exporter.label}",))
        panel.starred.write(folder)
        qtbot.waitUntil(lambda: context.errand.value is None, timeout=30_000)
        assert said[-1] == f"Saved 4 files in {folder}."
        found = sorted(
            folder.iterdir(), key=lambda path: kind.read_provenance(path).recipe.latent.psi
        )
        assert [path.suffix for path in found] == [exporter.suffix] * 4
        for number, (path, document) in enumerate(zip(found, documents, strict=True)):
            told = kind.read_provenance(path)
            assert told.recipe == document.recipe and kind.read_work(path) == document
            assert told.origin.model_name == f"Tiny {kind.name}"
            assert told.origin.verb == ("vary" if number else "generate")
            before = (f"Tiny {kind.name}:{SEEDS[number - 1]}",) if number else ()
            assert told.origin.parents == before
            assert path.name.startswith(f"tiny-{kind.name}_{SEEDS[number]}")
    for number, path in enumerate(found):
        bring_back(panel, kind.read_work(path), kind.read_provenance(path))
        assert panel.recording.node_of(panel.history.value).id == number


@every_kind
def test_the_command_has_a_key_on_the_sheet_and_asks_the_panel_in_front(window, kind, monkeypatch):
    window.show_page(kind.name)
    rows = [row for _, rows in window.menus.shortcuts() for row in rows]
    assert ("Export starred…", "Ctrl+E") in rows
    said = []
    window.session.context.notify = said.append
    QTest.keySequence(window, "Ctrl+E")
    assert len(said) == 1 and "star" in said[0]


def test_f6_comes_to_the_stop_at_the_foot(window):
    errand = window.session.context.errand
    errand.become(Errand("Writing 1 of 2", lambda: None))
    keyboard.go_to_document(window)
    for _ in range(8):
        keyboard.go_to_area(window, forward=True)
        if window.status.stop.hasFocus():
            break
    assert window.status.stop.hasFocus()
    errand.become(None)
