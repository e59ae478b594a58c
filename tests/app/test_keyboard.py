"""Tab goes as the eye does, F6 from area to area, and a view shows that it has the keyboard."""

from itertools import pairwise

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QPushButton

from studio import media
from studio.app import keyboard
from studio.ui.focus_frame import FocusFrame

PANELS = [kind.name for kind in media.kinds()]


def focused():
    return QApplication.focusWidget()


@pytest.fixture
def shown(window, qtbot):
    """Goes to a page of the window, which has the keyboard."""

    def show(name):
        page = window.pages.show_page(name)
        window.activateWindow()
        qtbot.waitUntil(window.isActiveWindow)
        return page

    return show


@pytest.mark.parametrize("name", PANELS)
def test_tab_reads_the_inspector_from_top_to_foot(window, shown, name):
    panel = shown(name)
    order = keyboard.stops(panel.inspector)
    tops = [one.mapTo(panel.inspector, one.rect().center()).y() for one in order]
    assert len(order) > 8
    assert all(below >= above - 30 for above, below in pairwise(tops))


def in_a_group(widget):
    """Of those the arrows choose one, and Tab comes to that one only."""
    return isinstance(widget, QAbstractButton) and widget.group() is not None


@pytest.mark.parametrize("name", [*PANELS, "train", "settings"])
def test_tab_comes_to_every_stop_and_back_to_the_first(window, shown, name):
    shown(name)
    order = keyboard.stops(window.centralWidget())
    keyboard.go_to(order[0])
    seen = [focused()]
    while focused() is not order[0] or len(seen) == 1:
        QTest.keyClick(focused(), Qt.Key.Key_Tab)
        seen.append(focused())
        assert len(seen) <= len(order) + 1
    assert [one for one in order if one in seen[:-1]] == seen[:-1]
    assert all(one in seen or in_a_group(one) for one in order)
    QTest.keyClick(focused(), Qt.Key.Key_Backtab)
    assert focused() is seen[-2]


@pytest.mark.parametrize("name", PANELS)
def test_f6_goes_around_the_areas_and_back(window, shown, name):
    panel = shown(name)
    keyboard.go_to_document(window)
    areas = [panel.view, panel.inspector, panel.for_you, panel.bar, window.rail]
    for area in (*areas[1:], areas[0]):
        keyboard.go_to_area(window, forward=True)
        assert keyboard.is_in(area), area
    keyboard.go_to_area(window, forward=False)
    assert keyboard.is_in(window.rail)


def test_f6_goes_to_a_question_first_and_enter_answers_it(window, shown):
    shown("artwork")
    said = []
    window.notice.ask("Really?", {"Yes": lambda: said.append("yes")})
    keyboard.go_to_area(window, forward=True)
    assert isinstance(focused(), QPushButton) and keyboard.is_in(window.notice)
    QTest.keyClick(focused(), Qt.Key.Key_Return)
    assert said == ["yes"] and window.notice.isHidden()


@pytest.mark.parametrize("name", PANELS)
def test_a_view_shows_that_the_keyboard_came_to_it(window, shown, name):
    panel = shown(name)
    [frame] = panel.view.findChildren(FocusFrame)
    assert frame.isHidden(), "nobody used the keyboard yet"
    keyboard.go_to_area(window, forward=True)
    keyboard.go_to_document(window)
    assert frame.isVisible() and frame.geometry() == frame.parentWidget().rect()
    keyboard.go_to_area(window, forward=True)
    assert frame.isHidden()


@pytest.mark.parametrize("name", PANELS)
def test_the_style_is_mixed_without_a_mouse(window, shown, name):
    panel = shown(name)
    mixer, played = panel.mixer, []
    mixer.changed.connect(lambda: played.append(mixer.mix(0.7)))
    keyboard.go_to_document(window)
    keyboard.go_to_area(window, forward=True)
    for key in (Qt.Key.Key_Up, Qt.Key.Key_Right, Qt.Key.Key_Tab):
        QTest.keyClick(focused(), key)
    assert mixer.isVisible() and focused() is mixer._chips["coarse"]
    QTest.keyClick(focused(), Qt.Key.Key_Return)
    assert played[-1].groups == ("coarse",) and played[-1].other.seed == mixer.seed.seed
    for _ in range(3):
        QTest.keyClick(focused(), Qt.Key.Key_Tab)
    assert focused() is mixer.seed
    mixer.seed.selectAll()
    QTest.keyClicks(mixer.seed, "77")
    QTest.keyClick(mixer.seed, Qt.Key.Key_Return)
    assert played[-1].other.seed == 77
    assert mixer.isAncestorOf(focused()) and focused() is not mixer.seed, "the dice"
    QTest.keyClick(focused(), Qt.Key.Key_Return)
    assert len(played) == 3 and mixer.seed.seed != 77


def test_arrows_go_from_title_to_title_and_fold(window, shown):
    panel = shown("pattern")
    titles = [one.accessibleName() for one in panel.inspector.findChildren(QPushButton)
              if one.property("role") == "section"]  # fmt: skip
    keyboard.go_to_document(window)
    keyboard.go_to_area(window, forward=True)
    seen = []
    for _ in titles:
        seen.append(focused().accessibleName())
        QTest.keyClick(focused(), Qt.Key.Key_Down)
    assert sorted(seen) == sorted(titles) and seen[0] == focused().accessibleName() == "Explore"
    QTest.keyClick(focused(), Qt.Key.Key_Left)
    assert not panel.explore.isVisible()
    QTest.keyClick(focused(), Qt.Key.Key_Right)
    assert panel.explore.isVisible()
