"""What a person needs first is seen without scrolling, and no window that may be is too small."""

import pytest
from PySide6.QtCore import QPoint, QRect
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QApplication, QScrollArea, QWidget

from studio import media
from studio.app.chrome import SMALLEST_PX
from studio.core.slider import Slider, SliderChoice
from studio.ui.section import Section
from studio.ui.steer import FEW, FEWEST

MEDIA = [kind.name for kind in media.kinds()]


def shown_panel(window, name, width, height):
    """With as many sliders as a starter model brings."""
    panel = window.pages.show_page(name)
    window.resize(width, height)
    one = bytes([0, 0, 128, 63])
    sliders = tuple(Slider(f"Main {n}", "pca", one, -3.0, 3.0, 0.9, ()) for n in range(11))
    panel.steer.show_sliders(sliders, SliderChoice())
    for _ in range(3):
        QApplication.processEvents()
    return panel


def is_seen(widget: QWidget) -> bool:
    """Whether all of it lies in what is scrolled and in the window."""
    window = widget.window()
    around, there = window.rect(), QRect(widget.mapTo(window, QPoint()), widget.size())
    parent = widget.parentWidget()
    while parent is not None:
        if isinstance(parent, QScrollArea):
            view = parent.viewport()
            around &= QRect(view.mapTo(window, QPoint()), view.size())
        parent = parent.parentWidget()
    return widget.isVisible() and around.contains(there)


@pytest.mark.parametrize("name", MEDIA)
def test_what_matters_most_needs_no_scrolling(window, name):
    panel = shown_panel(window, name, 1280, 800)
    bar, explore = panel.bar, panel.explore
    sliders = [row.control for row in panel.steer.rows.values()]
    assert len(sliders) >= FEWEST
    wanted = [bar.seed, bar.dice, bar.variety, bar.generate, *explore.verbs._chips.values()]
    wanted += [*explore.grid.cells, explore.strength, *sliders, explore.locks, panel.region.reroll]
    assert [one for one in wanted if not is_seen(one)] == []
    assert any(is_seen(one) for one in (panel.for_you.lesson, panel.for_you.words))


@pytest.mark.parametrize("name", MEDIA)
def test_the_bar_keeps_all_its_words(window, name):
    bar = shown_panel(window, name, 1280, 800).bar
    assert [word.is_shown for word in bar._words] == [True] * len(bar._words)
    assert bar.variety.name.isVisible() and bar.model.text() == "No model"


@pytest.mark.parametrize("name", MEDIA)
@pytest.mark.parametrize("size", [SMALLEST_PX, (1024, 700), (1067, 667)])
def test_a_small_window_cuts_nothing_off(window, name, size):
    panel = shown_panel(window, name, *size)
    assert (window.width(), window.height()) == size
    bar = panel.bar
    for one in (bar.model, bar.seed, bar.dice, bar.variety.slider, bar.generate, panel.foot):
        assert is_seen(one) and one.width() >= 0.85 * one.minimumSizeHint().width(), one


def test_folded_sections_stay_folded_and_say_so(window):
    settings = window.session.context.settings
    assert settings.folded == ("mix", "size")
    pattern = window.pages.show_page("pattern")
    titles = {one._head.accessibleName(): one for one in pattern.findChildren(Section)}
    assert titles["Style mix"].is_folded and titles["Tile size"].is_folded
    assert not pattern.mixer.isVisible() and pattern.steer.isVisible()
    assert titles["Tile size"]._note.text().startswith("1 × 1")
    titles["Steer"]._head.click()
    titles["Style mix"]._head.click()
    assert window.session.context.settings.folded == ("size", "steer")
    music = window.pages.show_page("music")
    assert not music.steer.isVisible() and music.mixer.isVisible()


def test_what_is_folded_in_one_panel_is_folded_in_all_that_were_open(window):
    music, artwork = window.pages.show_page("music"), window.pages.show_page("artwork")
    titles = {one._head.accessibleName(): one for one in artwork.findChildren(Section)}
    titles["Steer"]._head.click()
    titles["Style mix"]._head.click()
    artwork.for_you.caption.click()
    assert window.pages.show_page("music") is music
    assert not music.steer.isVisible() and music.mixer.isVisible()
    assert not music.for_you.is_open
    music.for_you.caption.click()
    window.pages.show_page("artwork")
    assert artwork.for_you.is_open and not artwork.steer.isVisible()


@pytest.mark.parametrize("name", MEDIA)
def test_a_section_that_is_unfolded_is_seen(window, qtbot, name):
    panel = shown_panel(window, name, 1280, 700)
    titles = {one._head.accessibleName(): one for one in panel.findChildren(Section)}
    mix = titles["Style mix"]
    assert not is_seen(panel.mixer)
    mix._head.click()
    qtbot.waitUntil(lambda: is_seen(panel.mixer) and is_seen(mix._head))


def test_a_verb_chosen_while_explore_is_folded_unfolds_it(window):
    panel = window.pages.show_page("artwork")
    titles = {one._head.accessibleName(): one for one in panel.findChildren(Section)}
    titles["Explore"]._head.click()
    assert not panel.explore.isVisible() and panel.explore.verbs.isVisible()
    panel.explore.verbs.choose("breed")
    assert panel.explore.isVisible()


def test_every_track_is_seen_without_scrolling(window):
    rows = shown_panel(window, "music", 1280, 800).tracks.rows
    assert [name for name, row in rows.items() if not is_seen(row)] == []


def test_a_taller_window_shows_more_sliders_and_folding_brings_none(window):
    panel = shown_panel(window, "music", 1280, 800)
    assert len(panel.steer.rows) == FEWEST
    titles = {one._head.accessibleName(): one for one in panel.findChildren(Section)}
    titles["Explore"]._head.click()
    QApplication.processEvents()
    assert len(panel.steer.rows) == FEWEST
    titles["Explore"]._head.click()
    assert len(shown_panel(window, "music", 1280, 900).steer.rows) == FEW
    assert len(shown_panel(window, "music", 1280, 800).steer.rows) == FEWEST


def test_what_stays_is_told_beside_the_title_and_moves_nothing(window):
    panel = shown_panel(window, "music", 1280, 800)
    [lock] = [one for one in panel.findChildren(Section) if one._head.accessibleName() == "Lock"]
    before = panel.tracks.pos(), panel.tracks.mapTo(window, QPoint())
    assert lock._note.text() == "Choose what to keep"
    panel.region.told.emit("A sentence that is much longer than what is free beside the title")
    QApplication.processEvents()
    assert (panel.tracks.pos(), panel.tracks.mapTo(window, QPoint())) == before
    assert is_seen(lock._note) and is_seen(lock._head) and lock._head.width() > 40


def lies_over(over: QWidget, widget: QWidget) -> bool:
    """Whether any of a widget that is shown lies under another."""
    window = widget.window()
    one, other = (QRect(w.mapTo(window, QPoint()), w.size()) for w in (over, widget))
    return widget.isVisible() and one.intersects(other)


@pytest.mark.parametrize("size", [SMALLEST_PX, (1280, 800)])
def test_a_question_covers_nothing_that_is_worked_with(window, size):
    train = window.pages.show_page("train")
    window.resize(*size)
    window.notice.ask(
        "Fruit watercolours is a model for Canvas.",
        {"Play it": lambda: None, "Keep it among my models": lambda: None},
    )
    QApplication.processEvents()
    form, detail = train.form, train.detail
    train._right.setCurrentWidget(detail)
    QApplication.processEvents()
    assert is_seen(window.notice)
    for one in (form, form.start_button, detail._name, detail._pause, detail._bar, detail.samples):
        assert one.isVisible() and not lies_over(window.notice, one), one
    panel = window.pages.show_page("artwork")
    QApplication.processEvents()
    assert is_seen(window.notice)
    for one in (panel.bar, panel.foot, panel.explore, panel.region):
        assert not lies_over(window.notice, one), one


def test_guesses_come_in_the_place_of_an_open_history(window):
    panel = window.pages.show_page("artwork")
    panel.dock.toggle()
    assert panel.dock.is_open and not panel.for_you.isVisible()
    [action] = [one for one in window.findChildren(QAction) if one.text() == "For you"]
    action.trigger()
    assert not panel.dock.is_open and panel.for_you.isVisible()
    assert panel.for_you.isAncestorOf(QApplication.focusWidget())
