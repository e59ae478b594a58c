"""The bar gives up words, never controls, and nothing in it overlaps."""

from dataclasses import replace
from itertools import pairwise

import pytest
from PySide6.QtWidgets import QHBoxLayout, QWidget

from studio.ui.bar import WIDEST_VARIETY_PX, LatentBar
from studio.ui.widgets import button, icon_button

RAIL_AND_INSPECTOR_PX = 56 + 304
LONG_NAME = "Fruit watercolours of the orchard, second try"


def shown(bar):
    """Every widget in the bar that is visible and has no visible parts of its own."""
    every = [one for one in bar.findChildren(QWidget) if one.isVisible() and one.width() > 1]
    return [one for one in every if not isinstance(one.layout(), QHBoxLayout)]


def overlaps(bar):
    boxes = [
        (one, one.rect().translated(one.mapTo(bar, one.rect().topLeft())))
        for one in shown(bar)
        if one.parentWidget().layout() is not None
    ]
    boxes.sort(key=lambda pair: pair[1].left())
    found = [(a, b) for (a, x), (b, y) in pairwise(boxes) if x.intersects(y)]
    return found + [one for one, box in boxes if box.right() > bar.width()]


@pytest.fixture
def bar(qtbot, kind, context, entries):
    bar = LatentBar(kind, context, button("Drag out", "Drag", icon="drag-out"))
    extra = QWidget()
    row = QHBoxLayout(extra)
    row.setContentsMargins(0, 0, 0, 0)
    for widget in (icon_button("play", "Play"), icon_button("loop", "Loop")):
        row.addWidget(widget)
    bar.add(extra)
    bar.model.choose_starter()
    page = QWidget()  # a window of its own could not be narrower than the words
    bar.setParent(page)
    qtbot.addWidget(page)
    page.resize(1600, 60)
    page.show()
    yield bar


@pytest.mark.parametrize("window_px", [1120, 1280, 1920])
def test_nothing_overlaps_at_any_width(qtbot, bar, window_px):
    bar.resize(window_px - RAIL_AND_INSPECTOR_PX, bar.height())
    qtbot.waitUntil(lambda: not overlaps(bar))
    for control in (bar.model, bar.seed, bar.dice, bar.variety.slider, bar.generate):
        assert control.isVisible() and control.width() >= control.minimumSizeHint().width()


def test_words_go_when_it_is_narrow_and_come_back(qtbot, bar):
    for width, has_words in ((1500, True), (480, False), (1500, True)):
        bar.resize(width, bar.height())
        qtbot.waitUntil(lambda on=has_words: bar.variety.name.isVisible() == on)


def test_a_long_name_is_whole_where_there_is_room_and_the_slider_stays_wide(qtbot, bar):
    bar.model.entry = replace(
        bar.model.entry, header=replace(bar.model.entry.header, name=LONG_NAME)
    )
    bar.resize(1920 - RAIL_AND_INSPECTOR_PX, bar.height())
    qtbot.waitUntil(lambda: bar.model.text() == LONG_NAME)
    assert not overlaps(bar) and bar.variety.width() == WIDEST_VARIETY_PX
    bar.resize(1120 - RAIL_AND_INSPECTOR_PX, bar.height())
    qtbot.waitUntil(lambda: bar.model.text() != LONG_NAME)
    assert LONG_NAME in bar.model.toolTip()
    qtbot.waitUntil(lambda: not overlaps(bar))
