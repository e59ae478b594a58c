"""Two results side by side and flickering in one place."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QPixmap
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel

from studio.ui.compare import SIDES_PX, CompareView
from studio.ui.widgets import pixmap_of
from tests.ui.lineages import pixels, square

KEY = Qt.Key


@pytest.fixture
def asked():
    return []


@pytest.fixture
def view(qtbot, themed, asked):
    def picture(document, side_px):
        asked.append((document, side_px))
        return pixmap_of(pixels(document, side_px)) if document else QPixmap()

    view = CompareView(
        (square(3), "Original\nphoto.png"),
        (square(8), "Reconstruction\nby <b>Fruit</b>"),
        picture,
        apart=([f"step {n}" for n in range(9)], []),
        take="Take this one",
    )
    qtbot.addWidget(view)
    view.resize(900, 640)
    view.show()
    qtbot.waitUntil(view.isActiveWindow)
    view.setFocus()
    return view


def colours(view):
    return [
        place.grab().toImage().pixelColor(place.rect().center()).getRgb()[:3]
        for place in view._places
        if place.isVisible()
    ]


ONE, OTHER = square(3).colour, square(8).colour


def test_both_are_seen_with_free_captions(view):
    assert colours(view) == [ONE, OTHER]
    said = [one.text() for one in view.findChildren(QLabel) if one.isVisible()]
    assert {"Original", "photo.png", "Reconstruction", "by <b>Fruit</b>", "step 0"} <= set(said)
    assert "and 5 more" in said
    assert view.accessibleDescription() == "Original / Reconstruction"
    plain = [one for one in view.findChildren(QLabel) if one.text() == "by <b>Fruit</b>"]
    assert plain[0].textFormat() == Qt.TextFormat.PlainText


def test_x_swaps_them_in_one_place(view):
    QTest.keyClick(view, KEY.Key_X)
    assert colours(view) == [ONE] and view.is_together
    place = view._places[0].geometry()
    QTest.keyClick(view, KEY.Key_X)
    assert colours(view) == [OTHER]
    assert view._places[1].geometry() == place  # nothing else moves
    QTest.keyClick(view, KEY.Key_X)
    assert colours(view) == [ONE]
    view.together.click()
    assert colours(view) == [ONE, OTHER]


def test_the_other_one_is_seen_while_space_is_held(view):
    QTest.keyPress(view, KEY.Key_Space)
    assert colours(view) == [OTHER]
    QTest.keyRelease(view, KEY.Key_Space)
    assert colours(view) == [ONE]
    QTest.keyPress(view, KEY.Key_Space)
    view.together.setFocus()  # the release goes elsewhere
    assert colours(view) == [ONE]


def test_a_button_tells_which_was_taken(view):
    taken, left = [], []
    view.taken.connect(taken.append)
    view.closed.connect(lambda: left.append(True))
    for words in view._words:
        words.take.click()
    QTest.keyClick(view, KEY.Key_Escape)
    assert taken == [0, 1] and left == [True]


def test_pictures_are_asked_for_once_in_few_sizes(view, asked):
    colours(view)
    view.resize(880, 620)
    colours(view)
    assert len(asked) == 2 and all(side_px in SIDES_PX for _, side_px in asked)
    view.resize(1800, 1200)
    colours(view)
    assert len(asked) == 4 and asked[-1][1] > asked[0][1]


def test_no_picture_is_said_and_no_button_is_shown(qtbot, themed):
    view = CompareView((None, ""), (None, "B"), lambda document, side_px: QPixmap())
    qtbot.addWidget(view)
    view.show()
    view.grab()
    assert not any(words.take.isVisible() for words in view._words)
