"""The page of patterns."""

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt

from studio.core.history import History
from studio.core.pixels import Pixels
from studio.media.pattern.document import Tile
from studio.media.pattern.kind import KIND
from studio.media.pattern.panel import Panel


def make(recipe):
    across, down = int(recipe.option("tiles_x", 1)), int(recipe.option("tiles_y", 1))
    grey = recipe.latent.seed % 200
    return Tile(recipe, Pixels.of(np.full((16 * down, 16 * across, 3), grey, np.uint8)))


@pytest.fixture
def panel(qtbot, context, with_generator):
    kind, generator = with_generator(KIND, make)
    panel = Panel(kind, context, History(kind.empty()))
    panel.generator = generator
    qtbot.addWidget(panel)
    panel.resize(1280, 700)
    panel.show()
    panel.start()
    qtbot.waitUntil(lambda: panel.has_result and not panel.is_busy)
    return panel


def test_chips_and_keys_choose_the_repeat_as_one_step(panel, qtbot):
    panel.repeats["half-drop"].click()
    assert panel.history.value.repeat == "half-drop"
    assert panel.history.undo_text == "Half-drop"
    brick = panel.menu_actions()["Repeat"][2]
    assert brick.shortcut().toString() == "3"
    brick.trigger()
    assert panel.history.value.repeat == "brick" and panel.repeats["brick"].isChecked()
    panel.undo()
    assert panel.repeats["half-drop"].isChecked()
    panel.undo()
    assert panel.repeats["block"].isChecked()


def test_a_new_tile_keeps_the_repeat(panel, qtbot):
    panel.choose_repeat("mirror")
    seed = panel.history.value.recipe.latent.seed
    panel.generate()
    qtbot.waitUntil(lambda: panel.history.value.recipe.latent.seed != seed)
    assert panel.history.value.repeat == "mirror"


def test_a_variation_is_pointed_at_in_the_chosen_repeat(panel):
    panel.choose_repeat("brick")
    other = replace(make(panel.history.value.recipe), repeat="block")
    panel.show_document(other)
    assert panel.view._tile.repeat == "brick"


def test_the_shape_is_asked_of_the_generator(panel, qtbot):
    picker = panel.shape
    qtbot.mouseClick(picker, Qt.MouseButton.LeftButton, pos=QPoint(40, 10))
    qtbot.waitUntil(lambda: panel.history.value.pixels.width == 32)
    assert panel.history.value.pixels.height == 16
    assert panel.generator.recipes[-1].option("tiles_x", 0) == 2
    panel.undo()
    assert picker.shape == (1, 1)
    qtbot.keyClick(picker, Qt.Key.Key_Down)
    qtbot.waitUntil(lambda: panel.history.value.pixels.height == 32)


def test_the_picker_says_what_a_shape_would_be(panel, qtbot):
    panel.shape.pointed.emit(3, 2)
    note = panel._size_section._note
    assert "3 × 2" in note.text() and "48 × 32 px" in note.text()
    panel.shape.pointed.emit(0, 0)
    assert "16 × 16 px" in panel._size_section._note.text()


def test_view_actions_act(panel):
    by_text = {action.text(): action for action in panel.menu_actions()["View"]}
    scale = panel.view.scale
    by_text["Zoom in"].trigger()
    assert panel.view.scale > scale
    by_text["Fit"].trigger()
    assert panel.view.scale == scale
    by_text["Outline of the tile"].trigger()
    assert not panel.view._shows_outline


def test_the_seam_is_measured_on_the_worker_once_the_tile_rests(qtbot, panel):
    panel.dice()
    qtbot.waitUntil(lambda: panel.history.undo_text == "New seed")
    assert "seam …" in panel.view.caption()
    qtbot.waitUntil(lambda: "seam 1.00" in panel.view.caption())
