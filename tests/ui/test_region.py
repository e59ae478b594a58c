"""A part that stays: marking it, making the rest anew, and everything else around it."""

import threading

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QImage, QMouseEvent, QPainter
from PySide6.QtWidgets import QApplication, QWidget

from studio.core.errors import StudioError
from studio.core.work import Finished, Preview, Progress
from studio.ui.mask_gestures import MaskGestures
from studio.ui.mask_painter import MaskPainter


@pytest.fixture
def painter(themed):
    made = MaskPainter()
    made.follow(20, 10)
    return made


def draw(painter, tool, *points):
    if painter.tool != tool:
        painter.choose(tool)
    painter.press(points[0])
    for point in points[1:]:
        painter.drag(point)
    painter.release()


def test_marks_add_up_and_the_eraser_takes_away(painter):
    draw(painter, "rectangle", (1.5, 1.5), (4.5, 4.5))
    assert painter.mask.sum() == 16
    draw(painter, "rectangle", (10.5, 1.5), (10.5, 1.5))
    assert painter.mask.sum() == 17
    painter.radius_share = 0.01
    draw(painter, "eraser", (10.5, 1.5))
    assert painter.mask.sum() == 16
    painter.invert()
    assert painter.mask.sum() == 184 and painter.share == pytest.approx(0.92)
    painter.clear()
    assert painter.mask is None and painter.share == 0


def test_a_drag_shows_what_it_will_mark_and_only_then_marks(painter):
    painter.choose("ellipse")
    painter.press((2, 2))
    painter.drag((12, 8))
    assert painter.is_drawing and painter.mask is None
    picture = QImage(20, 10, QImage.Format.Format_RGB32)
    picture.fill(0)
    brush = QPainter(picture)
    painter.paint(brush)
    brush.end()
    assert picture.pixelColor(7, 5).value() > 0 and picture.pixelColor(19, 9).value() == 0
    painter.release()
    assert painter.mask[5, 7]


def test_a_picture_of_another_size_has_no_mark(painter):
    draw(painter, "brush", (5, 5))
    painter.follow(20, 10)
    assert painter.mask is not None
    painter.follow(40, 20)
    assert painter.mask is None
    painter.take(np.ones((3, 3), bool))
    assert painter.mask is None, "not of this picture"


def test_the_same_tool_again_puts_it_away(painter):
    painter.choose("brush")
    painter.choose("brush")
    painter.press((5, 5))
    assert not painter.is_active and not painter.is_drawing


def send(view, kind, at, button=Qt.MouseButton.LeftButton):
    event = QMouseEvent(
        kind, QPointF(*at), QPointF(*at), button, button, Qt.KeyboardModifier.NoModifier
    )
    return QApplication.sendEvent(view, event)


def test_the_mouse_draws_only_with_a_tool_and_where_nothing_else_has_it(painter, qtbot):
    view, free = QWidget(), [True]
    qtbot.addWidget(view)
    gestures = MaskGestures(painter, view, lambda at: (at.x() / 10, at.y() / 10), lambda: free[0])
    kinds = QEvent.Type
    send(view, kinds.MouseButtonPress, (50, 50))
    assert not painter.is_drawing
    painter.choose("rectangle")
    assert view.cursor().shape() == Qt.CursorShape.CrossCursor
    send(view, kinds.MouseButtonPress, (50, 50), Qt.MouseButton.MiddleButton)
    assert not painter.is_drawing
    free[0] = False
    send(view, kinds.MouseButtonPress, (50, 50))
    assert not painter.is_drawing
    free[0] = True
    send(view, kinds.MouseButtonPress, (15, 15))
    send(view, kinds.MouseMove, (35, 25))
    send(view, kinds.MouseButtonRelease, (35, 25))
    assert painter.mask.sum() == 6 and not painter.is_drawing
    painter.choose("rectangle")
    gestures.show_cursor()
    assert view.cursor().shape() == Qt.CursorShape.ArrowCursor


@pytest.fixture
def keeping(qtbot, panel, monkeypatch):
    """The panel with a first result, a part of which is locked."""
    panel.start()
    qtbot.waitUntil(lambda: panel.has_result and not panel.is_busy)
    monkeypatch.setattr(type(panel), "locked_region", lambda self: "upper half")
    panel.region.show_kept("Some is kept.", True)
    return panel


def test_the_rest_is_made_anew_as_one_step(qtbot, keeping, generator):
    asked = []

    def reroll(document, locked, seed, instant=False):
        asked.append((document, locked, instant))
        yield Progress(1, 2, "Fitting")
        yield Preview(document)
        yield Finished(generator._sheet(document.recipe.with_latent(seed=99)))

    generator.reroll = reroll
    before = keeping.history.value
    keeping.region.reroll.click()
    qtbot.waitUntil(lambda: keeping.history.value.recipe.latent.seed == 99)
    assert asked == [(before, "upper half", False)]
    assert keeping.history.undo_text == "Re-roll" and len(keeping.strip.documents) == 2
    keeping.undo()
    assert keeping.history.value == before
    keeping.region.quick.click()
    qtbot.waitUntil(lambda: len(asked) == 2 and not keeping.rerolling.is_running)
    assert asked[1][2], "at once"


def test_stopping_leaves_everything_as_it_was(qtbot, keeping, generator):
    def reroll(document, locked, seed, instant=False):
        while True:
            yield Progress(1, 2, "Fitting")
            yield Preview(generator._sheet(document.recipe.with_latent(seed=5)))

    generator.reroll = reroll
    before = keeping.history.value
    keeping.reroll()
    qtbot.waitUntil(lambda: keeping.view.shown[-1].recipe.latent.seed == 5)
    keeping.region._stop.click()
    assert keeping.history.value == before and keeping.view.shown[-1] == before
    assert not keeping.rerolling.is_running and keeping.region._stop.isHidden()


def test_undo_takes_back_what_is_under_way_and_nothing_else(qtbot, keeping, generator):
    def reroll(document, locked, seed, instant=False):
        while True:
            yield Progress(1, 2, "Fitting")

    generator.reroll = reroll
    keeping.dice()
    qtbot.waitUntil(lambda: not keeping.is_busy)
    before = keeping.history.value
    keeping.reroll()
    keeping.undo()
    assert not keeping.rerolling.is_running and keeping.history.value == before
    keeping.undo()
    assert keeping.history.value != before


def test_what_is_made_meanwhile_is_no_parent_of_the_rest(qtbot, keeping, generator):
    gate = threading.Event()

    def reroll(document, locked, seed, instant=False):
        while not gate.is_set():
            yield Progress(1, 2, "Fitting")
        yield Finished(generator._sheet(document.recipe.with_latent(seed=99)))

    generator.reroll = reroll
    source = keeping.history.value
    keeping.reroll()
    keeping.dice()
    qtbot.waitUntil(lambda: not keeping.is_busy)
    gate.set()
    qtbot.waitUntil(lambda: keeping.history.value.recipe.latent.seed == 99)
    nodes = {node.id: node for node in keeping.recording.lineage.value.nodes}
    [parent] = max(nodes.values(), key=lambda node: node.id).parents
    assert nodes[parent].recipe == source.recipe


def test_a_refusal_is_a_sentence_and_nothing_else(qtbot, keeping, generator, context):
    def reroll(document, locked, seed, instant=False):
        raise StudioError("Everything is kept.")
        yield

    generator.reroll = reroll
    before = keeping.history.value
    keeping.reroll()
    qtbot.waitUntil(lambda: "Everything is kept." in context.said)
    assert keeping.history.value == before


def test_without_a_mark_it_says_what_to_do(qtbot, panel, context):
    panel.start()
    qtbot.waitUntil(lambda: panel.has_result and not panel.is_busy)
    panel.reroll()
    assert "First mark" in context.said[-1]
    assert not panel.region.reroll.isEnabled()
