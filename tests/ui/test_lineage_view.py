"""The tree of results on the screen: places, lines, walking, pointing, scrolling, looks."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PySide6.QtCore import QEvent, QPoint, QPointF, QRect, Qt
from PySide6.QtGui import QImage, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from studio.core.lineage import MAX_NODES, Lineage
from studio.ui import lineage_view, theme
from studio.ui.lineage_lone import lined_up, lone_ones
from studio.ui.lineage_map import STEP_X_PX, STEP_Y_PX, TreeMap
from studio.ui.lineage_rows import gathered
from studio.ui.lineage_view import LineageView
from studio.ui.lineage_words import tooltip_of
from tests.ui.lineages import FAMILY, grown

LEFT, MIDDLE = Qt.MouseButton.LeftButton, Qt.MouseButton.MiddleButton
CONTROL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
EVERYTHING = QRect(-1000, -1000, 10**6, 10**6)


@pytest.fixture
def view(qtbot, themed):
    view = LineageView()
    qtbot.addWidget(view)
    view.resize(600, 420)
    view.show()
    view.show_lineage(grown(*FAMILY), 5)
    view.setFocus()
    return view


def large():
    chance = random.Random(4)
    parents = [
        tuple(chance.sample(range(max(0, n - 30), n), min(n, chance.choice((0, 1, 1, 1, 2)))))
        for n in range(MAX_NODES)
    ]
    return grown(*parents)


def centre(view, id):
    return view.tree.picture(id).center() - view.offset


def heard(signal):
    found = []
    signal.connect(found.append)
    return found


def pixel(view, point):
    return view.viewport().grab().toImage().pixelColor(point).name()


@st.composite
def families(draw):
    parents = []
    for number in range(draw(st.integers(0, 30))):
        one = st.integers(0, number - 1) if number else st.nothing()
        parents.append(tuple(draw(st.lists(one, max_size=3, unique=True))) if number else ())
    return parents


@settings(max_examples=80, deadline=None)
@given(families())
def test_gathered_rows_keep_columns_and_no_line_meets_another(parents):
    lineage = grown(*parents, thumbnails=b"")
    before = {place.id: place for place in lineage.layout()}
    places = {place.id: place for place in gathered(lineage, list(before.values()))}
    assert {id: place.column for id, place in places.items()} == {
        id: place.column for id, place in before.items()
    }
    assert len({(place.column, place.row) for place in places.values()}) == len(places)
    assert max((p.row for p in places.values()), default=0) <= max(
        (p.row for p in before.values()), default=0
    )
    _assert_lines_are_apart(lineage, places)


def _assert_lines_are_apart(lineage, places):
    """In steps of half a cell every first parent's line touches only its own parent's lines."""
    taken = {(2 * place.column, place.row): id for id, place in places.items()}
    for node in lineage.nodes:
        if not node.parents:
            continue
        start, end = places[node.parents[0]], places[node.id]
        turn = 2 * start.column + 1
        upright = {(turn, row) for row in range(start.row, end.row + 1)}
        level = {(column, end.row) for column in range(turn, 2 * end.column)}
        for cell in upright | level:
            assert taken.setdefault(cell, ("of", start.id)) == ("of", start.id)


@settings(max_examples=80, deadline=None)
@given(families(), st.integers(1, 6))
def test_lone_ones_stand_side_by_side_and_no_line_meets_another(parents, across):
    lineage = grown(*parents, thumbnails=b"")
    before = gathered(lineage, lineage.layout())
    places = {place.id: place for place in lined_up(lineage, before, across)}
    assert len({(place.column, place.row) for place in places.values()}) == len(places)
    assert sorted(places) == list(range(len(parents)))
    for place in before:
        if place.id not in lone_ones(lineage):
            assert places[place.id].column == place.column
    _assert_lines_are_apart(lineage, places)


def test_dice_alone_fill_rows(themed):
    tree = TreeMap(grown(*[()] * 10, (9,), ()), 4)
    assert tree.picture(3).left() == 3 * STEP_X_PX + tree.picture(0).left()
    assert tree.picture(4).top() == STEP_Y_PX + tree.picture(0).top()
    rows = {(tree.picture(id).top() - 20) // STEP_Y_PX for id in range(12)}
    assert rows == {0, 1, 2, 3, 4}, "9 and 10 have a row of their own"
    walked = [0]
    while (found := tree.neighbour(walked[-1], "right")) is not None:
        walked.append(found)
    assert walked == [*range(9), 11]
    assert tree.neighbour(2, "down") == 6 and tree.neighbour(0, "left") is None


def test_a_wider_window_shows_more_side_by_side(view):
    view.show_lineage(grown(*[()] * 12), 0)
    narrow = view.tree.size.height()
    view.resize(1200, 420)
    assert view.tree.size.height() < narrow and len(view.tree) == 12


def test_everybody_has_a_place_of_their_own(themed):
    tree = TreeMap(grown(*FAMILY))
    assert len(tree) == 7 and set(tree.seen(EVERYTHING)) == set(range(7))
    squares = [tree.picture(id) for id in range(7)]
    for id, one in enumerate(squares):
        assert tree.at(one.center()) == id
        assert not any(one.intersects(other) for other in squares[:id])
    assert tree.at(QPoint(2, 2)) is None
    assert tree.picture(1).left() - tree.picture(0).left() == STEP_X_PX
    assert tree.picture(0).top() == tree.picture(2).top()  # the first child goes on in the row
    links = {(link.parent, link.child, link.is_first) for link in tree.links(EVERYTHING)}
    assert (2, 5, True) in links and (4, 5, False) in links and len(links) == 6


def test_only_what_is_in_an_area_is_looked_for(themed):
    tree = TreeMap(large())
    area = QRect(3 * STEP_X_PX, 20 * STEP_Y_PX, 5 * STEP_X_PX, 4 * STEP_Y_PX)
    seen = tree.seen(area)
    assert 0 < len(seen) <= 7 * 6
    assert all(id in seen for id in range(MAX_NODES) if tree.picture(id).intersects(area))


def test_arrows_walk_the_tree(view):
    seen = heard(view.current_changed)
    for key in ("Home", "Right", "Right", "Right", "Left", "Left", "Down", "Down", "Up"):
        QTest.keyClick(view, getattr(Qt.Key, f"Key_{key}"))
    assert seen[:4] == [0, 1, 2, 5] and seen[4:6] == [2, 1]
    assert {seen[6], seen[7]} == {3, 6} and seen[8] == seen[6]
    QTest.keyClick(view, Qt.Key.Key_Left)
    QTest.keyClick(view, Qt.Key.Key_Left)  # nobody is there
    assert view.current == 0
    QTest.keyClick(view, Qt.Key.Key_End)
    assert view.current == 6


def test_the_first_step_begins_at_the_present_result(view):
    pointed = heard(view.pointed)
    QTest.keyClick(view, Qt.Key.Key_Down)
    assert view.current == 5 and pointed == [5]
    assert "the present result" in view.accessibleDescription()
    assert "2 parents" in view.accessibleDescription()
    view.clearFocus()
    assert pointed == [5, None]


def test_no_key_means_anything_in_an_empty_tree(view):
    view.show_lineage(Lineage(), None)
    for key in (*lineage_view.KEYS, Qt.Key.Key_Q):
        QTest.keyClick(view, key)
    assert view.current is None


def test_enter_and_a_double_click_choose(view):
    chosen = heard(view.chosen)
    QTest.keyClick(view, Qt.Key.Key_Return)  # nothing is selected
    QTest.mouseClick(view.viewport(), LEFT, pos=centre(view, 1))
    QTest.keyClick(view, Qt.Key.Key_Return)
    QTest.mouseDClick(view.viewport(), LEFT, pos=centre(view, 3))
    assert chosen == [1, 3]


def test_a_second_one_is_chosen_with_control_and_shown_by_letters(view):
    QTest.mouseClick(view.viewport(), LEFT, pos=centre(view, 1))
    QTest.mouseClick(view.viewport(), LEFT, CONTROL, pos=centre(view, 3))
    assert (view.current, view.other) == (1, 3)
    assert view._look(1).letter == "A" and view._look(3).letter == "B"
    QTest.mouseClick(view.viewport(), LEFT, CONTROL, pos=centre(view, 3))
    assert view.other is None and view._look(1).letter == ""
    QTest.keyClick(view, Qt.Key.Key_Return, CONTROL)
    QTest.keyClick(view, Qt.Key.Key_Right)
    assert (view.current, view.other) == (2, 1)
    QTest.mouseClick(view.viewport(), LEFT, pos=QPoint(3, 3))
    assert (view.current, view.other) == (None, None)


def test_pointing_is_told_once_and_taken_back(view):
    pointed = heard(view.pointed)
    for at in (centre(view, 1), centre(view, 1) + QPoint(4, 4), centre(view, 3)):
        QTest.mouseMove(view.viewport(), at)
    assert pointed == [1, 3]
    QApplication.sendEvent(view.viewport(), QEvent(QEvent.Type.Leave))
    assert pointed == [1, 3, None]
    QTest.mouseMove(view.viewport(), centre(view, 1))
    view.show_lineage(view.tree.lineage.only({0}), 0)
    assert pointed[-1] is None


def turn(view, modifiers=Qt.KeyboardModifier.NoModifier):
    at, way = QPointF(300, 200), QPoint(0, -120)
    none, phase = Qt.MouseButton.NoButton, Qt.ScrollPhase.NoScrollPhase
    glob = QPointF(view.viewport().mapToGlobal(at.toPoint()))
    event = QWheelEvent(at, glob, QPoint(), way, none, modifiers, phase, False)
    QApplication.sendEvent(view.viewport(), event)


def test_the_wheel_scrolls_and_the_middle_button_drags(view):
    view.show_lineage(large(), 0)
    turn(view)
    assert view.offset == QPoint(0, 120)
    turn(view, SHIFT)
    assert view.offset == QPoint(120, 120)
    QTest.mousePress(view.viewport(), MIDDLE, pos=QPoint(100, 100))
    QTest.mouseMove(view.viewport(), QPoint(70, 60))
    QTest.mouseRelease(view.viewport(), MIDDLE, pos=QPoint(70, 60))
    assert view.offset == QPoint(150, 160) and not view.is_panned
    QTest.keyClick(view, Qt.Key.Key_PageDown)
    assert view.offset.y() > 160


def test_who_is_walked_to_is_scrolled_into_sight(view):
    view.show_lineage(large(), 0)
    for id in (MAX_NODES - 1, 0, 300):
        view.select(id, reveal=True)
        shown = QRect(view.offset, view.viewport().size())
        assert shown.contains(view.tree.picture(id))
    before = view.offset
    view.select(300, reveal=True)
    assert view.offset == before


def test_a_large_tree_paints_only_what_is_seen(view, monkeypatch):
    painted = []
    monkeypatch.setattr(
        lineage_view, "paint_result", lambda painter, place, *rest: painted.append(place)
    )
    view.show_lineage(large(), 0)
    view.viewport().grab()
    columns, rows = 600 // STEP_X_PX + 3, 420 // STEP_Y_PX + 3
    assert 0 < len(painted) <= columns * rows
    assert len(view._pictures) <= columns * rows  # the others were not even read


def test_frames_tell_the_present_and_the_selected_result(view):
    view.select(1)
    edge = view.tree.picture(5)
    assert pixel(view, QPoint(edge.left() + 1, edge.center().y())) == theme.color("accent").name()
    ring = view.tree.picture(1).adjusted(-4, 0, 0, 0)
    assert pixel(view, QPoint(ring.left(), ring.center().y())) != theme.color("document").name()
    inside = view.tree.picture(1).center()
    assert pixel(view, inside) == "#255b3c"
    view.show_lineage(view.tree.lineage, 5, {1})
    assert pixel(view, inside) != "#255b3c"


@pytest.mark.parametrize("thumbnail", [b"", b"\x89PNG\r\n\x1a\n" + bytes(80), b"GIF89a" + bytes(9)])
@pytest.mark.qt_log_ignore("libpng")
def test_a_broken_thumbnail_is_an_empty_place(view, thumbnail):
    view.show_lineage(grown((), (0,), thumbnails=thumbnail), 0)
    assert pixel(view, view.tree.picture(1).center()) == theme.color("pane").name()
    assert view.viewport().grab().toImage().format() != QImage.Format.Format_Invalid
    assert view.tree.at(view.tree.picture(1).center()) == 1


def test_a_star_is_drawn_on_its_picture(view):
    corner = view.tree.picture(3).topRight() + QPoint(-12, 13)
    before = pixel(view, corner)
    view.show_lineage(view.tree.lineage.with_star(3), 5)
    assert pixel(view, corner) == theme.color("text").name() != before


def test_words_of_a_stranger_are_only_words():
    lineage = grown((), (0,), verbs=("<img src='x'>\n\n<b>vary",))
    words = tooltip_of(lineage.node(1))
    assert "<img" not in words and "&lt;img" in words
    assert "seed 1" in words and "strength 0.1" in words and "drifted by 50%" in words
