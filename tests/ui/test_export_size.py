"""The question how large a picture is exported."""

from dataclasses import replace

import numpy as np
import pytest

from studio.core.kind import PICTURE_SETTINGS, Exporter
from studio.core.settings import load_settings
from studio.ui.export import ExportDialog, Offer
from studio.ui.export_size import SizeDialog, ask_export
from studio.ui.widgets import pixmap_of


@pytest.fixture
def sized(kind):
    """A medium of pictures: one format of 100 x 50 pixels, and one of 4000 x 10."""

    def write(document, path, **size):
        path.write_bytes(b"x")

    def of(label, *size_px):
        return Exporter(label, ".grey", write, PICTURE_SETTINGS, size_px=lambda _: size_px)

    return replace(kind, exporters=(of("Tile", 100, 50), of("Sheet", 4000, 10)))


@pytest.fixture
def offer(kind):
    return Offer(kind.empty(), "grey_1", pixmap_of(np.zeros((4, 4, 3), np.uint8)))


@pytest.fixture
def dialog(sized, context, offer, panel):
    made = SizeDialog(sized, context, offer, panel)
    yield made
    made.deleteLater()


def test_it_says_how_large_the_file_will_be(dialog):
    assert "100 × 50 px" in dialog.size_note.text() and not dialog.hard.isEnabled()
    dialog.scales[4].click()
    assert "400 × 200 px · 3.4 × 1.7 cm" in dialog.size_note.text() and dialog.hard.isEnabled()
    dialog.dpi.setValue(100)
    assert "10.2 × 5.1 cm" in dialog.size_note.text()


def test_what_would_be_too_large_cannot_be_chosen(dialog):
    dialog.scales[8].click()
    dialog.formats[dialog._kind.exporters[1]].click()
    assert [chip.isEnabled() for chip in dialog.scales.values()] == [True, True, False, False]
    assert dialog.scale == 2 and dialog.scales[2].isChecked()
    dialog.formats[dialog._kind.exporters[0]].click()
    assert dialog.scale == 8 and dialog.scales[8].isChecked()


def test_the_choice_is_remembered_and_the_file_dialog_comes(dialog, sized, context, offer, panel):
    chosen = []
    dialog.chosen.connect(chosen.append)
    dialog.scales[2].click()
    dialog.hard.click()
    dialog.dpi.setValue(150)
    dialog.accept()
    assert chosen == [sized.exporters[0]]
    for settings in (context.settings, load_settings(context.places.settings_path)[0]):
        assert (settings.scale, settings.pixel_art, settings.dpi) == (2, True, 150)
    again = SizeDialog(sized, context, offer, panel)
    assert again.scale == 2 and again.hard.isChecked() and again.dpi.value() == 150
    again.reject()


def test_the_format_that_was_chosen_is_the_one_that_is_written(sized, context, offer, panel):
    dialog = ExportDialog(sized, context, offer, panel, sized.exporters[1])
    assert dialog.selectedNameFilter() == "Sheet (*.grey)"
    dialog.deleteLater()


def test_a_medium_without_pixels_is_only_asked_where(kind, context, offer, panel):
    ask_export(kind, context, offer, panel)
    assert not panel.findChildren(SizeDialog)
    [dialog] = panel.findChildren(ExportDialog)
    dialog.close()
    dialog.deleteLater()


def test_a_large_picture_is_dragged_out_from_the_worker(sized, context):
    exporter = sized.exporters[0]
    assert not exporter.takes_long(context.settings)
    assert exporter.takes_long(replace(context.settings, scale=4))
    assert not Exporter("A", ".a", print).takes_long(replace(context.settings, scale=4))
