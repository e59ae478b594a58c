"""A part marked without a mouse, in the views of pictures and of tiles."""

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from studio.core.latent import Recipe
from studio.core.pixels import Pixels
from studio.media.artwork.canvas_view import CanvasView
from studio.media.artwork.document import Artwork
from studio.media.pattern.document import Tile
from studio.media.pattern.repeat_view import RepeatView
from studio.ui.mask_painter import MaskPainter

SIDE = 64
PIXELS = Pixels.of(np.zeros((SIDE, SIDE, 3), np.uint8))
SHIFT = Qt.KeyboardModifier.ShiftModifier


@pytest.fixture(params=["canvas", "repeat"])
def view(request, qtbot, themed):
    painter = MaskPainter(wraps=request.param == "repeat")
    kind, document = {
        "canvas": (CanvasView, Artwork(Recipe(), PIXELS)),
        "repeat": (RepeatView, Tile(Recipe(), PIXELS)),
    }[request.param]
    view = kind(painter)
    qtbot.addWidget(view)
    view.painter = painter
    view.resize(400, 300)
    view.show()
    view.show_document(document)
    painter.follow(SIDE, SIDE)
    return view


def press(view, *keys, held=Qt.KeyboardModifier.NoModifier):
    for key in keys:
        QTest.keyClick(view, key, held)


def test_a_frame_is_moved_made_larger_and_marked(view):
    painter = view.painter
    painter.choose("rectangle")
    press(view, Qt.Key.Key_Return)
    assert painter.aim is not None and painter.mask is None, "the first key only shows it"
    press(view, *[Qt.Key.Key_Left] * 30, *[Qt.Key.Key_Up] * 30)
    press(view, Qt.Key.Key_Right, held=SHIFT)
    press(view, Qt.Key.Key_Return)
    expected = np.zeros((SIDE, SIDE), bool)
    expected[:16, :20] = True
    assert np.array_equal(painter.mask, expected)


@pytest.mark.parametrize("tool", ["ellipse", "brush"])
def test_other_tools_mark_within_the_frame_and_the_eraser_takes_away(view, tool):
    painter = view.painter
    painter.choose(tool)
    press(view, Qt.Key.Key_Down, Qt.Key.Key_Return)
    middle = painter.aim.center()
    assert painter.mask[int(middle.y()), int(middle.x())]
    assert painter.mask.sum() < 17 * 17
    before = painter.share
    painter.choose("eraser")
    press(view, Qt.Key.Key_Down, Qt.Key.Key_Return)
    assert painter.share < before


def test_without_a_tool_the_keys_mean_what_they_did(view):
    press(view, Qt.Key.Key_Left, Qt.Key.Key_Return)
    assert view.painter.aim is None and view.painter.mask is None


def test_the_frame_goes_with_the_tool_and_with_the_keyboard(view):
    painter = view.painter
    painter.choose("ellipse")
    press(view, Qt.Key.Key_Right)
    painter.choose("rectangle")
    assert painter.aim is None
    press(view, Qt.Key.Key_Right)
    assert painter.aim is not None
    painter.follow(32, 32)
    assert painter.aim is None, "another picture"
