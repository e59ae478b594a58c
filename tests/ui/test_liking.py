"""Likes: clicks on thumbnails, what is learnt from them, proposals and their reasons."""

import time
from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from studio.core.errors import StudioError
from studio.core.latent import COMPOSITE
from studio.core.proposals import ForYou
from studio.core.taste import DIMENSIONS, ENOUGH
from studio.core.taste_file import forget_all_tastes, load_taste, taste_path
from studio.core.verbs import seeded
from studio.core.work import Finished, Progress
from studio.ui.for_you import _has_keyboard
from studio.ui.row_edges import RowEdge
from studio.ui.thumbnails import Thumbnail
from studio.ui.widgets import pixmap_of


class FakeLiking:
    """Seeds are places; candidates count on from the page."""

    def coordinates(self, latent):
        return np.full(DIMENSIONS, latent.seed % 97, np.float32)

    def shortlist(self, taste, recipe, count, seed):
        yield Progress(0, 1)
        yield Finished([seeded(recipe, 1000 * (seed + 1) + n) for n in range(min(count, 40))])


@pytest.fixture
def liking(qtbot, panel, generator):
    generator.liking = FakeLiking()
    generator.preview = generator.generate  # by which candidates are measured
    panel.start()
    qtbot.waitUntil(lambda: panel.has_result and not panel.is_busy)
    return panel


def clicks(panel, context):
    return load_taste(panel.history.value.recipe.model, context.places).labels


def test_a_click_is_kept_and_the_same_again_takes_it_back(qtbot, liking, context):
    liking.judge(True)
    qtbot.waitUntil(lambda: len(clicks(liking, context)) == 1)
    assert clicks(liking, context)[0].liked
    assert liking.liking.opinion(liking.history.value) is True
    assert liking.strip._kept[0].thumbnail._opinion is True
    liking.judge(False)
    qtbot.waitUntil(lambda: [one.liked for one in clicks(liking, context)] == [False])
    liking.judge(False)
    qtbot.waitUntil(lambda: not clicks(liking, context))
    assert liking.liking.opinion(liking.history.value) is None


def test_the_key_means_what_is_pointed_at(qtbot, liking, context):
    grid = liking.explore.grid
    qtbot.waitUntil(lambda: len(grid.documents) == 8, timeout=3000)
    other = grid.documents[0]
    grid.cells[0].pointed.emit(True)
    liking.judge(True)
    grid.cells[0].pointed.emit(False)
    assert liking.liking.opinion(other) is True
    assert liking.liking.opinion(liking.history.value) is None
    assert grid.cells[0]._opinion is True
    qtbot.waitUntil(lambda: len(clicks(liking, context)) == 1)


def judged(qtbot, panel, context, count):
    """So many results, each liked."""
    for seed in range(count):
        panel.bar.seed.change_seed(240 + seed)
        qtbot.waitUntil(lambda: not panel.is_busy)
        panel.judge(True)
    qtbot.waitUntil(lambda: len(clicks(panel, context)) == count)


def guessed(panel):
    return [one.recipe.latent.seed for one in panel.for_you.row.documents]


@pytest.fixture
def quick(monkeypatch):
    """Guesses do not wait for long."""
    monkeypatch.setattr("studio.ui.guesses.REST_MS", 20)


@pytest.fixture
def ready(quick, qtbot, liking, context):
    """With enough likes, and what is guessed by them."""
    judged(qtbot, liking, context, ENOUGH)
    qtbot.waitUntil(lambda: len(guessed(liking)) == 8, timeout=5000)
    return liking


def test_the_strip_teaches_and_counts_what_is_missing(quick, qtbot, liking, context):
    lesson = liking.for_you.lesson
    qtbot.waitUntil(lesson.isVisible)
    assert "dislike 5 results." in lesson.words.text() and lesson.dots.full == 0
    liking.judge(True)
    qtbot.waitUntil(lambda: lesson.dots.full == 1)
    assert "dislike 4 more results." in lesson.words.text()
    assert not liking.for_you.row.isVisible() and not guessed(liking)
    liking.judge(True)  # takes it back
    qtbot.waitUntil(lambda: lesson.dots.full == 0)


def test_from_five_clicks_on_it_guesses_and_says_why(ready, context):
    assert "For you" in context.said[-1]
    strip = ready.for_you
    assert strip.row.isVisible() and not strip.lesson.isVisible()
    assert strip.words.text() == "Like your likes: light"
    assert "A try" in strip.row.cells[3].accessibleName()
    strip.row.cells[3].pointed.emit(True)
    assert strip.words.text().startswith("A try")
    assert ready.view.shown[-1] == strip.row.documents[3]
    strip.row.cells[3].pointed.emit(False)
    assert ready.view.shown[-1] == ready.history.value


def test_each_guess_tells_the_reasons_that_hold_for_it(ready):
    strip = ready.for_you
    reasons = (("light",), (), ("light", "warm"), ("light",))
    strip._arrived(strip.row.documents[:4], ForYou(("light", "warm"), 0, reasons))
    told = [cell.accessibleName() for cell in strip.row.cells[:4]]
    assert [one.partition(": ")[2] for one in told] == [
        "Like your likes: light",
        "By your likes",
        "Like your likes: light, warm",
        "A try: something else, to learn from",
    ]
    assert not strip.row.cells[4].isEnabled()


def test_a_click_takes_a_guess_in_one_step(ready):
    wanted, before = ready.for_you.row.documents[1], ready.history.value
    ready.for_you.row.cells[1].click()
    assert ready.history.undo_text == "For you"
    assert ready.history.value.recipe == wanted.recipe
    ready.undo()
    assert ready.history.value == before


def test_a_row_that_goes_on_out_of_sight_says_so_and_goes_there(qtbot, ready):
    row = ready.for_you.row
    row.setFixedWidth(300)
    qtbot.waitUntil(lambda: row.horizontalScrollBar().maximum() > 0)
    before, after = sorted(row.findChildren(RowEdge), key=lambda edge: edge.x())
    assert after.isVisible() and not before.isVisible()
    assert after.geometry().right() == row.rect().right()
    for _ in range(8):
        qtbot.mouseClick(after, Qt.MouseButton.LeftButton)
    assert row.horizontalScrollBar().value() == row.horizontalScrollBar().maximum()
    assert before.isVisible() and not after.isVisible()
    qtbot.mouseClick(before, Qt.MouseButton.LeftButton)
    assert after.isVisible()


def test_likes_in_the_strip_bring_other_guesses_once_nobody_aims(qtbot, ready, context):
    strip, before = ready.for_you, guessed(ready)
    strip.row.setAttribute(Qt.WidgetAttribute.WA_UnderMouse)
    strip.row.cells[0].judged.emit(True)
    assert strip.row.cells[0]._opinion is True
    qtbot.waitUntil(lambda: "when you leave" in strip.words.text(), timeout=5000)
    assert guessed(ready) == before, "nothing moves while a person aims"
    strip.row.setAttribute(Qt.WidgetAttribute.WA_UnderMouse, False)
    QApplication.sendEvent(strip, QEvent(QEvent.Type.Leave))
    assert len(guessed(ready)) == 8 and guessed(ready) != before
    assert strip.row.cells[0]._opinion is None


def test_others_come_when_they_are_asked_for(qtbot, ready):
    before = set(guessed(ready))
    ready.for_you.row.setAttribute(Qt.WidgetAttribute.WA_UnderMouse)
    ready.for_you.more.click()
    qtbot.waitUntil(lambda: not before & set(guessed(ready)), timeout=5000)


def test_the_keyboard_reaches_every_guess_and_judges_it(qtbot, ready, context):
    strip = ready.for_you
    ready.activateWindow()
    qtbot.waitUntil(ready.isActiveWindow)
    strip.go()
    assert strip.row.cells[0].hasFocus() and ready.pointed == strip.row.documents[0]
    QTest.keyClick(strip.row.cells[0], Qt.Key.Key_Right)
    assert strip.row.cells[1].hasFocus()
    liked = strip.row.documents[1]
    ready.judge(False)
    assert ready.liking.opinion(liked) is False
    QTest.keyClick(strip.row.cells[1], Qt.Key.Key_Escape)
    assert not _has_keyboard(strip) and ready.pointed is None
    strip.go()
    QTest.keyClick(strip.row.cells[0], Qt.Key.Key_Return)
    assert ready.history.undo_text == "For you"
    strip.go()
    assert not strip.is_open, "a second time folds it"


def test_it_is_folded_as_it_was_left_and_makes_nothing_then(quick, qtbot, ready, context):
    strip, before = ready.for_you, guessed(ready)
    strip.caption.click()
    assert context.settings.folded == ("mix", "size", "for you") and strip.width() < 40
    ready.judge(False)
    qtbot.waitUntil(lambda: not clicks(ready, context)[-1].liked)
    qtbot.wait(100)
    assert guessed(ready) == before and not strip.guesses.is_looking
    strip.caption.click()
    qtbot.waitUntil(lambda: guessed(ready) != before, timeout=5000)
    assert context.settings.folded == ("mix", "size")


def test_a_drag_goes_before_guesses(quick, qtbot, ready, generator):
    ready.for_you.guesses.more()
    assert ready.for_you.guesses.is_looking
    ready.dice()
    assert not ready.for_you.guesses.is_looking
    qtbot.waitUntil(lambda: not ready.is_busy)
    qtbot.waitUntil(lambda: not ready.for_you.guesses._is_stale, timeout=5000)


def test_a_search_that_was_stopped_goes_on_with_what_was_measured(quick, qtbot, ready, generator):
    asked, guesses, measured = [], ready.for_you.guesses, []

    def shortlist(taste, recipe, count, seed):
        asked.append(seed)
        yield from FakeLiking().shortlist(taste, recipe, count, seed)

    def preview(recipe):
        measured.append(recipe)
        time.sleep(0.01)
        yield from generator.generate(recipe)

    generator.liking.shortlist, generator.preview = shortlist, preview
    guesses.more()
    qtbot.waitUntil(lambda: len(measured) > 10)
    guesses.pause()
    assert not guesses.is_looking
    qtbot.waitUntil(lambda: guesses.is_looking)
    ready.judge(False)  # another opinion, the same candidates
    qtbot.waitUntil(lambda: not guesses.is_looking and not guesses._is_stale, timeout=5000)
    assert len(asked) > 1 and len(set(asked)) == 1
    assert len(measured) == len(set(measured)) == 40


def test_asking_twice_for_others_does_not_begin_anew(quick, qtbot, ready, generator):
    guesses = ready.for_you.guesses
    before = set(guessed(ready))
    generator.gate.clear()
    ready.for_you.more.click()
    job, page = guesses._job, guesses._page
    ready.for_you.more.click()
    assert guesses._job is job and guesses._page == page
    generator.gate.set()
    qtbot.waitUntil(lambda: not before & set(guessed(ready)), timeout=5000)


def test_a_part_that_was_kept_is_no_reason_to_guess_anew(quick, qtbot, ready):
    now = ready.history.value
    before, page = guessed(ready), ready.for_you.guesses._page
    ready.history.apply(replace(now, recipe=now.recipe.with_option(COMPOSITE, True)), "Re-roll")
    ready.undo()
    qtbot.wait(100)
    assert ready.for_you.guesses._page == page and guessed(ready) == before


def test_the_search_tells_how_far_it_is_only_once(quick, qtbot, ready):
    told, guesses = [], ready.for_you.guesses
    guesses.looking.connect(told.append)
    guesses.more()
    qtbot.waitUntil(lambda: not guesses.is_looking)
    assert told == sorted(told) and told[0] < 0.1 and 0.8 < told[-1] <= 1


def test_a_search_that_fails_is_told_and_the_strip_is_as_it_was(qtbot, ready, generator, context):
    words = ready.for_you.words.text()
    generator.error = StudioError("The model is gone.")
    ready.for_you.more.click()
    qtbot.waitUntil(lambda: "The model is gone." in context.said)
    assert ready.for_you.words.text() == words


def test_the_keyboard_goes_on_to_the_first_guess_once_there_is_one(
    quick, qtbot, liking, context, generator
):
    judged(qtbot, liking, context, ENOUGH - 1)
    liking.activateWindow()
    qtbot.waitUntil(liking.isActiveWindow)
    strip = liking.for_you
    strip.go()
    assert strip.caption.hasFocus()
    liking.bar.seed.change_seed(900)
    qtbot.waitUntil(lambda: not liking.is_busy)
    liking.judge(True)
    qtbot.waitUntil(strip.row.cells[0].hasFocus, timeout=5000)
    assert liking.pointed == strip.row.documents[0]


def test_the_key_folds_nothing_that_was_only_passed_by_tab(qtbot, ready):
    ready.activateWindow()
    qtbot.waitUntil(ready.isActiveWindow)
    strip = ready.for_you
    strip.caption.setFocus(Qt.FocusReason.TabFocusReason)
    strip.go()
    assert strip.is_open and strip.row.cells[0].hasFocus()
    strip.go()
    assert not strip.is_open


def test_guesses_take_the_keyboard_from_nothing_else(quick, qtbot, liking, context):
    judged(qtbot, liking, context, ENOUGH - 1)
    liking.activateWindow()
    qtbot.waitUntil(liking.isActiveWindow)
    liking.for_you.go()
    liking.bar.generate.setFocus()
    liking.bar.seed.change_seed(900)
    qtbot.waitUntil(lambda: not liking.is_busy)
    liking.judge(True)
    qtbot.waitUntil(lambda: len(guessed(liking)) == 8, timeout=5000)
    assert liking.bar.generate.hasFocus()


def test_hearts_go_with_the_result_and_not_with_the_place(qtbot, liking):
    grid = liking.explore.grid
    qtbot.waitUntil(lambda: len(grid.documents) == 8, timeout=3000)
    liked = grid.documents[0]
    grid.cells[0].judged.emit(True)
    liking.explore.more()
    qtbot.waitUntil(lambda: grid.documents[0] != liked, timeout=3000)
    assert grid.cells[0]._opinion is None
    liking.strip.add(liked)
    assert liking.strip._kept[0].thumbnail._opinion is True


def test_forgetting_leaves_nothing(qtbot, liking, context):
    liking.judge(True)
    qtbot.waitUntil(lambda: len(clicks(liking, context)) == 1)
    model = liking.history.value.recipe.model
    liking.liking.forget(model)
    assert not taste_path(model, context.places).exists()
    assert liking.liking.opinion(liking.history.value) is None
    assert "forgotten" in context.said[-1]


def test_when_all_is_forgotten_the_strip_teaches_again(ready, qtbot, context):
    forget_all_tastes(context.places)
    ready.liking.forgotten()
    assert ready.strip._kept[0].thumbnail._opinion is None
    qtbot.waitUntil(ready.for_you.lesson.isVisible, timeout=5000)
    assert not guessed(ready) and ready.for_you.lesson.dots.full == 0


def test_the_keyboard_points_until_it_leaves(qtbot, themed):
    thumbnail = Thumbnail(86, can_be_judged=True)
    qtbot.addWidget(thumbnail)
    thumbnail.show_pixmap(pixmap_of(np.zeros((8, 8, 3), np.uint8)))
    thumbnail.show()
    qtbot.waitUntil(thumbnail.isActiveWindow)
    thumbnail.clearFocus()
    said = []
    thumbnail.pointed.connect(said.append)
    thumbnail.setFocus(Qt.FocusReason.TabFocusReason)
    QApplication.sendEvent(thumbnail, QEvent(QEvent.Type.Leave))
    assert said == [True, True], "the mouse that passes by takes nothing away"
    thumbnail.clearFocus()
    assert said[-1] is False
    thumbnail.setFocus(Qt.FocusReason.ActiveWindowFocusReason)
    assert said[-1] is False, "nobody pointed at it: the window came back"


def test_marks_on_a_thumbnail_are_buttons_of_their_own(qtbot, themed):
    thumbnail = Thumbnail(86, can_be_judged=True)
    qtbot.addWidget(thumbnail)
    thumbnail.show_pixmap(pixmap_of(np.zeros((8, 8, 3), np.uint8)))
    thumbnail.show()
    judged, clicked = [], []
    thumbnail.judged.connect(judged.append)
    thumbnail.clicked.connect(lambda: clicked.append(1))
    thumbnail.setAttribute(Qt.WidgetAttribute.WA_UnderMouse)
    for liked in (True, False):
        middle = thumbnail._mark_rect(liked).center()
        QTest.mouseClick(thumbnail, Qt.MouseButton.LeftButton, pos=QPointF(middle).toPoint())
    assert judged == [True, False] and not clicked
    QTest.mouseClick(thumbnail, Qt.MouseButton.LeftButton, pos=QPointF(20, 20).toPoint())
    assert clicked == [1]
