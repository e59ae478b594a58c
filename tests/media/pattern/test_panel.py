"""The page of patterns."""

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt

from studio.core.errors import StudioError
from studio.core.history import History
from studio.core.latent import Latent, Recipe
from studio.core.lattice import LATTICES
from studio.core.pixels import Pixels
from studio.media.pattern.document import Tile, made_for
from studio.media.pattern.kind import KIND
from studio.media.pattern.panel import Panel


def make(recipe):
    across, down = int(recipe.option("tiles_x", 1)), int(recipe.option("tiles_y", 1))
    repeat = made_for(recipe)
    grey = recipe.latent.seed % 200 + 20 * LATTICES.index(repeat)
    pixels = np.full((16 * down, 16 * across, 3), grey, np.uint8)
    return Tile(recipe, Pixels.of(pixels), repeat)


def choose(panel, qtbot, repeat):
    """Press the chip and wait until the tile is there."""
    panel.repeats[repeat].click()
    qtbot.waitUntil(lambda: not panel.is_busy and panel.history.value.repeat == repeat)
    assert panel.repeats[repeat].isChecked() and panel.view._tile == panel.history.value
    return panel.history.value


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
    first = panel.history.value
    dropped = choose(panel, qtbot, "half-drop")
    assert panel.history.undo_text == "Half-drop"
    brick = panel.menu_actions()["Repeat"][2]
    assert brick.shortcut().toString() == "3"
    brick.trigger()
    qtbot.waitUntil(lambda: panel.history.value.repeat == "brick")
    assert panel.repeats["brick"].isChecked()
    panel.undo()
    assert panel.history.value == dropped and panel.repeats["half-drop"].isChecked()
    panel.undo()
    assert panel.history.value == first and panel.repeats["block"].isChecked()


def test_a_tile_is_made_for_its_layout_and_block_gives_the_first_one_back(panel, qtbot):
    first = panel.history.value
    assert "repeat" not in dict(first.recipe.options)
    dropped = choose(panel, qtbot, "half-drop")
    assert made_for(dropped.recipe) == "half-drop" and dropped.pixels != first.pixels
    assert dropped.recipe.latent == first.recipe.latent
    assert made_for(choose(panel, qtbot, "brick").recipe) == "brick"
    assert choose(panel, qtbot, "block") == first


def test_mirror_needs_no_other_tile(panel, qtbot):
    first, made = panel.history.value, len(panel.generator.recipes)
    assert choose(panel, qtbot, "mirror") == replace(first, repeat="mirror")
    assert len(panel.generator.recipes) == made
    choose(panel, qtbot, "brick")
    assert choose(panel, qtbot, "mirror") == replace(first, repeat="mirror")


def test_the_layout_that_was_chosen_last_counts_while_tiles_are_on_their_way(panel, qtbot):
    first = panel.history.value
    for repeat in ("half-drop", "block", "brick", "mirror"):
        panel.repeats[repeat].click()
    qtbot.waitUntil(lambda: not panel.is_busy)
    assert panel.history.value == replace(first, repeat="mirror")
    choose(panel, qtbot, "half-drop")
    panel.repeats["block"].click()
    panel.repeats["half-drop"].click()
    qtbot.waitUntil(lambda: not panel.is_busy)
    assert panel.history.value.repeat == made_for(panel.history.value.recipe) == "half-drop"


def test_all_that_is_made_from_a_half_drop_is_one(panel, qtbot):
    choose(panel, qtbot, "half-drop")
    panel.dice()
    qtbot.waitUntil(lambda: panel.history.undo_text == "New seed")
    assert made_for(panel.history.value.recipe) == panel.history.value.repeat == "half-drop"
    shown = panel.explore.grid.documents
    qtbot.waitUntil(lambda: len(shown) == 8)
    assert {made_for(one.recipe) for one in shown.values()} == {"half-drop"}


def test_tiles_of_before_are_shown_in_the_layout_they_were_made_for(panel, qtbot):
    block = panel.history.value
    dropped = choose(panel, qtbot, "half-drop")
    panel.show_document(block)
    assert panel.view._tile == block
    choose(panel, qtbot, "block")
    panel.show_document(dropped)
    assert panel.view._tile == dropped


def test_a_half_drop_of_before_opens_as_it_was_and_is_made_anew_when_asked(panel, qtbot):
    old = replace(panel.history.value, repeat="half-drop")
    panel.history.restart(KIND.decode(KIND.encode(old)))
    assert panel.history.value == panel.view._tile == old
    assert panel.repeats["half-drop"].isChecked() and not panel.is_busy
    panel.show_document(make(old.recipe))
    assert panel.view._tile.repeat == "half-drop", "as its variations were"
    panel.repeats["half-drop"].click()
    qtbot.waitUntil(lambda: made_for(panel.history.value.recipe) == "half-drop")
    panel.undo()
    assert panel.history.value == old
    panel.repeats["half-drop"].click()
    panel.repeats["block"].click()
    qtbot.waitUntil(lambda: not panel.is_busy)
    assert panel.history.value == replace(old, repeat="block")


def test_without_its_model_a_tile_is_only_laid_out(panel, qtbot):
    stranger = replace(make(Recipe("another", Latent(9))), edited=True)
    panel.history.restart(stranger)
    made = len(panel.generator.recipes)
    for repeat in ("half-drop", "mirror", "brick"):
        assert choose(panel, qtbot, repeat) == replace(stranger, repeat=repeat)
    assert len(panel.generator.recipes) == made


def test_what_is_locked_stays_when_the_tile_is_made_for_another_layout(panel, qtbot):
    first = panel.history.value
    locked = np.zeros((16, 16), bool)
    locked[3:6, 13:] = True
    panel.painter.take(locked)
    dropped = choose(panel, qtbot, "half-drop")
    pixels = dropped.pixels.array()
    assert dropped.recipe.is_composite
    assert np.array_equal(pixels[locked], first.pixels.array()[locked])
    assert (pixels[11:14, 0] != pixels[11, 8]).all(), "softly over the edge, half a tile lower"
    assert (pixels[3:6, 0] == pixels[11, 8]).all()


def test_a_brush_over_the_edge_comes_in_where_the_layout_shows_it(panel, qtbot):
    choose(panel, qtbot, "half-drop")
    panel.painter.choose("brush")
    panel.painter.press((16.5, 4.5))
    panel.painter.release()
    assert panel.painter.mask[12, 0] and not panel.painter.mask[4, 0]
    panel.painter.clear()
    choose(panel, qtbot, "brick")
    panel.painter.press((2.5, -0.5))
    panel.painter.release()
    assert panel.painter.mask[15, 10] and not panel.painter.mask[15, 2]


def test_a_tile_that_cannot_be_made_leaves_the_layout_as_it_is(panel, qtbot, monkeypatch):
    def fails(recipe):
        raise StudioError("No memory is left.")

    monkeypatch.setattr(panel.generator, "make", fails)
    panel.repeats["brick"].click()
    qtbot.waitUntil(lambda: not panel.is_busy)
    assert panel.history.value.repeat == "block" and panel.repeats["block"].isChecked()


def test_a_new_tile_keeps_the_repeat(panel, qtbot):
    panel.choose_repeat("mirror")
    seed = panel.history.value.recipe.latent.seed
    panel.generate()
    qtbot.waitUntil(lambda: panel.history.value.recipe.latent.seed != seed)
    assert panel.history.value.repeat == "mirror"


def test_a_variation_is_pointed_at_in_the_chosen_repeat(panel):
    panel.choose_repeat("mirror")
    panel.show_document(make(panel.history.value.recipe))
    assert panel.view._tile.repeat == "mirror"


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
    assert "looking for a seam…" in panel.view.caption()
    qtbot.waitUntil(lambda: "no visible seam (1.00)" in panel.view.caption())
