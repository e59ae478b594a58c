"""The Canvas as a page: first picture by itself, Space, zoom in the View menu, PNG out."""

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from studio.core.history import History
from studio.core.pixels import Pixels
from studio.media.artwork.document import Artwork
from studio.media.artwork.kind import KIND
from studio.media.artwork.panel import Panel


def grey(recipe):
    shade = recipe.latent.seed % 200
    return Artwork(recipe, Pixels.of(np.full((32, 32, 3), shade, np.uint8)))


@pytest.fixture
def panel(qtbot, context, with_generator):
    kind, _ = with_generator(KIND, grey)
    panel = Panel(kind, context, History(Artwork()))
    qtbot.addWidget(panel)
    panel.resize(1200, 700)
    panel.show()
    panel.start()
    qtbot.waitUntil(lambda: panel.has_result)
    return panel


def test_space_on_the_canvas_makes_another(qtbot, panel):
    first = panel.history.value
    QTest.keyClick(panel.canvas, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: panel.history.value != first)
    assert panel.history.undo_text == "Generate"


def test_the_view_menu_has_the_zoom(panel):
    actions = panel.menu_actions()["View"]
    keys = [action.shortcut().toString() for action in actions]
    assert keys == ["Ctrl+0", "Ctrl+1", "Ctrl++", "Ctrl+-"]
    actions[1].trigger()
    assert panel.canvas.zoom == pytest.approx(1 / panel.devicePixelRatioF())


def test_what_is_dragged_out_is_the_picture(panel):
    path = panel.drag_out.written_file(KIND.exporters[0])
    assert path is not None and path.suffix == ".png"
    with Image.open(path) as image:
        assert image.size == (32, 32)
        assert np.array_equal(np.asarray(image.convert("RGB")), panel.history.value.pixels.array())
