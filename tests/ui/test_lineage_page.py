"""The history browser: search, stars, tidying up, comparing, keys that win over the window's."""

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent, QShortcut
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QVBoxLayout, QWidget

from studio.core.errors import StudioError
from studio.core.history import Present
from studio.core.lineage import MAX_STARRED, Lineage, Packed, opened
from studio.ui import lineage_tidy
from studio.ui.lineage_page import LineagePage
from studio.ui.widgets import pixmap_of
from tests.ui.lineages import FAMILY, grown, pixels, square

KEY, CONTROL = Qt.Key, Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def lineage():
    return Present(grown(*FAMILY, verbs=("vary", "breed")))


@pytest.fixture
def page(qtbot, themed, lineage):
    """In a window whose own shortcuts are the page's keys."""
    window = QWidget()
    window.stolen = []
    for key in ("S", "C", "H", "X", "Space", "Left", "Return", "Escape", "/"):
        QShortcut(key, window, lambda key=key: window.stolen.append(key))

    def decode(files):
        if "broken" in files:
            raise StudioError("A picture in this project is damaged.")
        return square(77)

    page = LineagePage(
        lineage,
        lambda document, side_px: pixmap_of(pixels(document, side_px)),
        lambda document: opened(document, decode),
    )
    page.mark(5)
    QVBoxLayout(window).addWidget(page)
    qtbot.addWidget(window)
    window.resize(900, 600)
    window.show()
    qtbot.waitUntil(lambda: window.isActiveWindow())
    yield page
    assert window.stolen == []


def press(*keys, modifier=Qt.KeyboardModifier.NoModifier):
    for key in keys:
        QTest.keyClick(QApplication.focusWidget(), key, modifier)


def shown(page):
    return [node.id for node in page.view.tree.lineage.nodes]


def colour(place):
    return place.grab().toImage().pixelColor(place.rect().center()).getRgb()[:3]


def test_it_opens_at_the_present_result(page):
    assert page.view.hasFocus() and page.view.current == 5
    assert page.words.text().startswith("Breed · seed 5 · strength 0.5")
    assert page.count.text() == "7 results"


def test_s_stars_and_takes_the_star_off(page, lineage):
    press(KEY.Key_Left, KEY.Key_S)
    assert lineage.value.stars == {2} and page.head.star.isChecked()
    assert page.count.text() == "7 results, 1 star"
    assert "starred" in page.view.accessibleDescription()
    page.head.star.click()
    assert lineage.value.stars == frozenset() and not page.head.star.isChecked()


def test_too_many_stars_are_said(page, lineage):
    full = grown(*[()] * (MAX_STARRED + 1), thumbnails=b"")
    for id in range(MAX_STARRED):
        full = full.with_star(id)
    lineage.become(full)
    page.view.select(MAX_STARRED)
    page.star()
    assert "have a star already" in page.words.text() and not page.head.star.isChecked()


def test_search_dims_what_does_not_fit_and_can_leave_it_out(page):
    press(KEY.Key_Slash)
    assert page.head.search.hasFocus()
    QTest.keyClicks(page.head.search, "breed")
    assert shown(page) == list(range(7)) and page.view._dimmed == {0, 2, 4, 6}
    assert page.count.text() == "3 of 7 found"
    page.head.matches.click()
    assert shown(page) == [1, 3, 5] and page.view.current == 5
    press(KEY.Key_Escape)
    assert page.view.hasFocus() and page.head.search.text() == ""
    assert shown(page) == list(range(7)) and not page.view._dimmed


def test_enter_goes_from_hit_to_hit_newest_first(page):
    press(KEY.Key_F, modifier=Qt.KeyboardModifier.ControlModifier)
    QTest.keyClicks(page.head.search, "vary")
    seen = []
    for _ in range(3):
        press(KEY.Key_Return)
        seen.append(page.view.current)
    assert seen == [6, 2, 6]


def test_a_search_without_hits_says_so_and_loses_no_selection(page):
    page.head.search.setText("zebra")
    assert page._note.isVisible() and page._note._title.text() == "Nothing was found."
    assert page.view.current is None and not page.head.star.isEnabled()
    page.head.search.clear()
    assert not page._note.isVisible() and page.view.current == 5


def test_starred_only_lists_stars(page, lineage):
    page.head.starred.click()
    assert page._note._title.text() == "Nothing has a star yet."
    lineage.become(lineage.value.with_star(0).with_star(5))
    assert shown(page) == [0, 5]
    assert page.view.tree.lineage.node(5).parents == (0,)  # by its nearest ancestor
    assert not page._note.isVisible()


def test_an_empty_history_teaches(page, lineage):
    lineage.become(Lineage())
    assert page._note._title.text() == "Everything you make grows here as a tree."
    assert page._note._text.text() == "Press Space to begin."
    press(KEY.Key_S, KEY.Key_C, KEY.Key_Left, KEY.Key_Return)
    assert not page.head.tidy.isEnabled()


def test_tidying_up_asks_keeps_what_matters_and_can_be_taken_back(page, lineage, monkeypatch):
    monkeypatch.setattr(lineage_tidy, "KEPT", 4)
    chain = grown((), (0,), (1,), *[()] * 20, (2,))
    before = chain.with_star(7).with_star(9)
    lineage.become(before)
    page.mark(23)
    page.head.tidy.click()
    assert page.notice.isVisible() and lineage.value is before
    assert "Keep 4 in all" not in _said(page)  # more than four have a reason to stay
    _answer(page, "Keep only these, take away 18")
    assert [node.id for node in lineage.value.nodes] == [0, 1, 2, 7, 9, 23]
    assert "18 results went." in _said(page)
    _answer(page, "Bring back")
    assert lineage.value == before and not page.notice.isVisible()


def test_a_few_stars_are_worth_tidying_for_and_so_are_the_newest(page, lineage, monkeypatch):
    monkeypatch.setattr(lineage_tidy, "KEPT", 10)
    lineage.become(grown(*[()] * 25).with_star(3).with_star(8))
    page.mark(24)
    page.tidy()
    assert "Keep only these, take away 22" in _said(page)
    _answer(page, "Keep 10 in all, take away 15")
    ids = [node.id for node in lineage.value.nodes]
    assert len(ids) == 10 and ids[:2] == [3, 8] and ids[2:] == list(range(17, 25))


def test_what_went_comes_back_after_more_was_made_and_starred(page, lineage):
    lineage.become(grown((), (0,), (), (1,)).with_star(3))
    page.mark(3)
    page.tidy()
    _answer(page, "Keep only these, take away 1")
    lineage.become(lineage.value.recorded(square(50), "vary", [3]).with_star(0))
    assert page.notice.isVisible(), "the offer outlives what is made since"
    page.notice.hide()
    page.tidy()
    _answer(page, "Bring back 1")
    nodes = lineage.value.nodes
    assert [(one.id, one.starred) for one in nodes] == [
        (0, True), (1, False), (2, False), (3, True), (4, False)
    ]  # fmt: skip
    assert nodes[4].parents == (3,) and lineage.value.born == 5
    assert not page.notice.isVisible()


def test_all_that_went_in_two_tidyings_comes_back(page, lineage, monkeypatch):
    monkeypatch.setattr(lineage_tidy, "KEPT", 4)
    lineage.become(grown(*[()] * 9))
    page.mark(8)
    page.tidy()
    _answer(page, "Keep 4 in all, take away 5")
    lineage.become(lineage.value.recorded(square(50), "vary", [8]))
    page.mark(9)
    page.tidy()
    _answer(page, "Keep only these, take away 3")
    assert [node.id for node in lineage.value.nodes] == [8, 9]
    _answer(page, "Bring back")
    assert [node.id for node in lineage.value.nodes] == list(range(10))


@pytest.mark.parametrize("is_second", [False, True])
def test_a_star_given_meanwhile_makes_a_question_void(page, lineage, monkeypatch, is_second):
    monkeypatch.setattr(lineage_tidy, "KEPT", 20)
    lineage.become(grown(*[()] * 30))
    page.mark(29)
    if is_second:
        page.tidy()
        _answer(page, "Keep 20 in all, take away 10")
    page.tidy()
    lineage.become(lineage.value.with_star(15))
    assert not page.notice.isVisible(), "its answers would take the star away"
    page.tidy()
    _answer(page, f"Keep only these, take away {18 if is_second else 28}")
    assert [node.id for node in lineage.value.nodes] == [15, 29]


def test_ctrl_z_undoes_the_tidying_while_it_is_offered(page, lineage):
    before = grown((), (), ()).with_star(0)
    lineage.become(before)
    page.tidy()
    _answer(page, "Keep only these, take away 2")
    page.view.setFocus()
    press(KEY.Key_Z, modifier=CONTROL)
    assert lineage.value == before and not page.notice.isVisible()
    assert page._action(QKeyEvent(QEvent.Type.KeyPress, KEY.Key_Z, CONTROL)) is None


def test_an_offer_about_another_history_goes(page, lineage):
    page.mark(0)
    page.tidy()
    _answer(page, "Keep only these, take away 6")
    assert page.notice.isVisible()
    lineage.become(grown((), ()))
    assert not page.notice.isVisible()
    page.mark(0)
    lineage.become(lineage.value.with_star(1))
    page.tidy()
    assert not page.notice.isVisible() and page.words.text() == (
        "Nothing to tidy up: all 2 results stay."
    )


def test_comparing_shows_both_and_what_differs_and_one_is_taken(page, qtbot):
    page.view.set_other(3)
    press(KEY.Key_C)
    view = page.comparison
    assert view is not None and view.hasFocus()
    assert [colour(place) for place in view._places] == [
        square(5).colour,
        square(3).colour,
    ]
    chosen = []
    page.chosen.connect(chosen.append)
    view._words[1].take.click()
    assert chosen == [3] and page.comparison is None and page.view.hasFocus()


def test_without_a_second_one_the_present_result_or_a_parent_is_compared(page):
    assert [node.id for node in page._pair()] == [5, 2]
    page.view.select(6)
    assert [node.id for node in page._pair()] == [6, 5]
    page.mark(None)
    page.view.select(4)
    press(KEY.Key_C)
    assert page.comparison is None and not page.head.compare.isEnabled()
    assert "Choose a second result" in page.words.text()


def test_a_result_without_its_document_is_compared_by_its_thumbnail(page, lineage):
    gone = [None, Packed((("broken", b""),)), Packed((("fine", b""),))]
    for document, colour_wanted in zip(gone, [1, 1, 77], strict=True):
        nodes = list(lineage.value.nodes)
        nodes[1] = type(nodes[1])(
            1, nodes[1].recipe, thumbnail=nodes[1].thumbnail, document=document
        )
        lineage.become(Lineage(tuple(nodes), lineage.value.born))
        page.view.select(1)
        page.compare()
        assert colour(page.comparison._places[0]) == square(colour_wanted).colour
        press(KEY.Key_Escape)
        assert page.comparison is None


def test_a_result_without_its_document_can_be_taken_back(page, lineage):
    chosen = []
    page.chosen.connect(chosen.append)
    lineage.become(Lineage(tuple(_bare(node) for node in lineage.value.nodes), 7))
    press(KEY.Key_Left, KEY.Key_Return)
    assert chosen == [2]


def _bare(node):
    return type(node)(node.id, node.recipe, parents=node.parents, thumbnail=node.thumbnail)


@pytest.mark.parametrize("key", [KEY.Key_Escape, KEY.Key_H])
def test_it_is_left_by_key(page, key):
    left = []
    page.closed.connect(lambda: left.append(True))
    press(key)
    assert left == [True]


def test_the_present_result_is_followed(page, lineage):
    lineage.become(lineage.value.recorded(square(50), "vary", [5]))
    page.mark(7)
    assert page.view.current == 7 and page.count.text() == "8 results"


def test_nothing_is_laid_out_while_it_is_hidden(page, lineage):
    page.hide()
    before = page.view.tree
    lineage.become(lineage.value.recorded(square(50), "vary", [5]))
    page.mark(7)
    assert page.view.tree is before
    page.show()
    assert page.view.current == 7


def test_a_narrow_page_keeps_every_button(page):
    page.window().resize(page.minimumSizeHint().width() + 30, 500)
    QApplication.processEvents()
    head = page.head
    assert head.star.text() == "" and head.star.accessibleName() == "Star"
    right = max(one.geometry().right() for one in (head.tidy, head.close_button))
    assert right <= head.width()
    page.window().resize(1200, 500)
    QApplication.processEvents()
    assert head.tidy.text() == "Tidy up…"


def _said(page):
    labels = [page.notice._row.itemAt(place).widget() for place in range(page.notice._row.count())]
    return " ".join(one.text() for one in labels if one is not None and one.text())


def _answer(page, words):
    row = page.notice._row
    for place in range(row.count()):
        one = row.itemAt(place).widget()
        if one is not None and one.text() == words:
            one.click()
            return
    raise AssertionError(words)
