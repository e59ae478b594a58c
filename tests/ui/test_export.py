"""Names of files that leave, the export dialog, what a drag carries."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from studio.core.errors import StudioError
from studio.core.kind import Exporter
from studio.core.provenance import Origin
from studio.core.settings import Settings
from studio.ui.export import ExportDialog, Offer, file_stem, free_path
from studio.ui.widgets import pixmap_of


@pytest.mark.parametrize(
    ("words", "stem"),
    [
        (("Fruit watercolours", "48213"), "fruit-watercolours_48213"),
        (("../..//etc/passwd", "1"), "etc-passwd_1"),
        (("Früchte: «neu»", "7"), "fr-chte-neu_7"),
        (("", ""), "atelier"),
    ],
)
def test_file_names_suit_every_system(words, stem):
    assert file_stem(*words) == stem


def test_a_taken_name_gets_a_number(tmp_path):
    assert free_path(tmp_path, "a", ".png").name == "a.png"
    (tmp_path / "a.png").touch()
    assert free_path(tmp_path, "a", ".png").name == "a_2.png"


@pytest.fixture
def dialog(qtbot, kind, context, panel):
    offer = Offer(kind.empty(), "grey_1", pixmap_of(np.zeros((4, 4, 3), np.uint8)))
    return ExportDialog(kind, context, offer, panel)


def test_export_writes_says_so_and_remembers_the_folder(qtbot, dialog, context, tmp_path):
    target = tmp_path / "out" / "mine.oth"
    target.parent.mkdir()
    dialog._write(str(target))
    qtbot.waitUntil(lambda: bool(context.said))
    assert target.exists() and context.said == [f"Saved {target}"]
    assert Path(context.settings.last_folder) == target.parent
    dialog.deleteLater()


def test_a_copy_is_written_and_said(qtbot, dialog, context, tmp_path, monkeypatch):
    asked = []
    monkeypatch.setattr(context.copies, "is_copy_of", lambda *words: asked.append(words) or True)
    target = tmp_path / "mine.grey"
    dialog._write(str(target))
    qtbot.waitUntil(lambda: bool(context.said))
    assert target.exists() and len(asked) == 1
    assert context.said == [
        f"Saved {target}. It is nearly one of the files that the model learnt from: look before "
        "you publish it."
    ]
    dialog.deleteLater()


def test_what_cannot_be_compared_is_written_and_said(qtbot, dialog, context, tmp_path, monkeypatch):
    def refuse(*words):
        raise StudioError("The fingerprints are damaged.")

    monkeypatch.setattr(context.copies, "is_copy_of", refuse)
    target = tmp_path / "mine.grey"
    dialog._write(str(target))
    qtbot.waitUntil(lambda: bool(context.said))
    assert target.exists()
    assert context.said == [f"Saved {target}. The fingerprints are damaged."]
    dialog.deleteLater()


def test_an_unknown_ending_is_refused_in_words(dialog, context, tmp_path):
    dialog._write(str(tmp_path / "mine.doc"))
    assert context.said == ["Choose a name that ends with .grey, .oth."]
    dialog.deleteLater()


def test_a_failed_drag_says_why(qtbot, panel, context):
    def refuse(document, path):
        raise StudioError("The disk is full.")

    panel.start()
    qtbot.waitUntil(lambda: panel.has_result)
    panel.drag_out.drag(Exporter("Grey", ".grey", refuse))
    assert context.said == ["The disk is full."]


def test_the_chosen_format_counts_where_two_have_one_ending(qtbot, kind, context, panel, tmp_path):
    written = []
    kind = replace(
        kind,
        exporters=tuple(
            Exporter(name, ".grey", lambda document, path, name=name: written.append(name))
            for name in ("Tile", "Sheet")
        ),
    )
    offer = Offer(kind.empty(), "grey_1", pixmap_of(np.zeros((4, 4, 3), np.uint8)))
    dialog = ExportDialog(kind, context, offer, panel)
    dialog.selectNameFilter("Sheet (*.grey)")
    dialog._write(str(tmp_path / "a.grey"))
    qtbot.waitUntil(lambda: bool(context.said))
    assert written == ["Sheet"]
    dialog.deleteLater()


def test_an_exporter_is_told_the_settings_it_asks_for(tmp_path):
    told = []

    def write(document, path, **choices):
        told.append(choices)

    settings, origin = Settings(soundfont="/a/b.sf2"), Origin("Fruit", "CC0")
    asking = Exporter("A", ".a", write, ("soundfont", "provenance"))
    asking.export(1, tmp_path, settings, origin)
    asking.export(1, tmp_path, replace(settings, provenance=False), origin)
    Exporter("B", ".b", write).export(1, tmp_path, settings, origin)
    assert told == [
        {"soundfont": "/a/b.sf2", "origin": origin},
        {"soundfont": "/a/b.sf2", "origin": None},
        {},
    ]
