"""Drags: the newest value wins, previews are shown and never kept, thumbnails wait."""

import pytest

from studio.core.errors import StudioError
from studio.ui.making import SLOW_S, TRIES

ROUGH = 1000  # what the generator of these tests gives as a preview


def settle(qtbot, panel):
    qtbot.waitUntil(lambda: panel.has_result and not panel.is_busy)


@pytest.fixture
def slow(qtbot, panel, generator):
    """A panel whose results take longer than a hand waits, as it has found out."""
    generator.takes_s = SLOW_S * 1.5
    panel.start()
    settle(qtbot, panel)
    panel.dice()
    qtbot.waitUntil(lambda: panel.history.undo_text == "New seed")
    settle(qtbot, panel)
    return panel


@pytest.fixture
def kept(panel):
    """Every document that was ever in the history."""
    found = []
    panel.history.on_change.append(found.append)
    return found


def drag(qtbot, panel, values, pause_ms=10):
    panel.bar.variety.slider.setSliderDown(True)
    for value in values:
        panel.bar.variety.slider.setValue(value)
        qtbot.wait(pause_ms)


def release(panel):
    panel.bar.variety.slider.setSliderDown(False)


def test_a_slow_network_shows_previews_and_keeps_only_full_results(qtbot, slow, kept, generator):
    first, full = slow.history.value, len(generator.recipes)
    drag(qtbot, slow, range(20, 41))
    assert generator.previewed and slow.view.shown[-1].grey == ROUGH
    assert len(generator.recipes) == full, "no full result while the hand moves"
    assert slow.history.value == first and slow.drag_out.isEnabled()
    release(slow)
    qtbot.waitUntil(lambda: slow.history.value.recipe.latent.psi == 0.4)
    settle(qtbot, slow)
    assert slow.view.shown[-1] == slow.history.value
    assert len(generator.recipes) == full + 1
    assert ROUGH not in [sheet.grey for sheet in (*kept, *slow.strip.documents)]
    slow.undo()
    assert slow.history.value == first, "one step"


def test_the_full_result_comes_when_a_drag_rests_in_the_middle(qtbot, slow):
    drag(qtbot, slow, range(20, 31))
    qtbot.waitUntil(lambda: slow.history.value.recipe.latent.psi == 0.3, timeout=2000)
    assert slow.bar.variety.is_dragged
    drag(qtbot, slow, (40,), pause_ms=0)
    qtbot.waitUntil(lambda: slow.view.shown[-1].recipe.latent.psi == 0.4)
    assert slow.view.shown[-1].grey == ROUGH, "and previews go on"
    release(slow)
    qtbot.waitUntil(lambda: slow.history.value.recipe.latent.psi == 0.4)


def test_a_quick_network_needs_no_previews(qtbot, panel, generator):
    panel.start()
    settle(qtbot, panel)
    drag(qtbot, panel, range(20, 41))
    release(panel)
    qtbot.waitUntil(lambda: panel.history.value.recipe.latent.psi == 0.4)
    assert not generator.previewed


def test_one_slow_result_is_not_yet_a_slow_network(qtbot, panel, generator):
    generator.takes_s = SLOW_S * 1.5
    panel.start()
    settle(qtbot, panel)
    generator.takes_s = 0.0
    drag(qtbot, panel, range(20, 31))
    release(panel)
    qtbot.waitUntil(lambda: panel.history.value.recipe.latent.psi == 0.3)
    assert not generator.previewed, "the first one wakes the network up"


def test_of_waiting_values_only_the_newest_is_made(qtbot, slow, generator):
    generator.gate.clear()
    full = len(generator.recipes)
    drag(qtbot, slow, range(20, 61), pause_ms=0)
    release(slow)
    generator.gate.set()
    qtbot.waitUntil(lambda: slow.history.value.recipe.latent.psi == 0.6)
    settle(qtbot, slow)
    assert len(generator.previewed) <= 1 and len(generator.recipes) == full + 1


def test_another_result_takes_the_place_of_one_that_is_owed(qtbot, slow, kept):
    drag(qtbot, slow, range(20, 31))
    release(slow)
    slow.dice()
    qtbot.waitUntil(lambda: bool(kept))
    settle(qtbot, slow)
    assert slow.history.undo_text == "New seed" and len(kept) == 1


def test_a_preview_that_fails_is_said_and_the_document_comes_back(qtbot, slow, generator, context):
    before = slow.history.value
    drag(qtbot, slow, (20, 21))
    generator.error = StudioError("There was a stone in the press.")
    drag(qtbot, slow, (22, 23))
    qtbot.waitUntil(lambda: bool(context.said))
    assert slow.history.value == before and slow.view.shown[-1] == before
    assert not slow.is_busy
    release(slow)


def test_thumbnails_follow_when_the_drag_ends(qtbot, panel, generator, monkeypatch):
    panel.start()
    settle(qtbot, panel)
    drag(qtbot, panel, (20,))
    qtbot.waitUntil(lambda: len(panel.strip.documents) == 2)
    qtbot.waitUntil(lambda: not panel.maker.is_live)
    drawn = []
    picture = panel.strip._picture
    monkeypatch.setattr(panel.strip, "_picture", lambda *a: (drawn.append(a[0]), picture(*a))[1])
    monkeypatch.setattr(panel.explore.grid, "_picture", panel.strip._picture)
    drag(qtbot, panel, range(21, 41))
    assert panel.history.value.recipe.latent.psi > 0.3, "the document follows"
    assert panel.strip.documents[0] == panel.history.value and not drawn
    release(panel)
    settle(qtbot, panel)
    qtbot.waitUntil(lambda: panel.history.value.recipe.latent.psi == 0.4)
    assert drawn.count(panel.history.value) == 2, "in the strip and in the middle of the grid"


def test_previews_that_are_no_quicker_are_given_up(qtbot, slow, generator):
    generator.preview_takes_s = SLOW_S * 1.5
    drag(qtbot, slow, range(20, 60), pause_ms=20)
    release(slow)
    qtbot.waitUntil(lambda: slow.history.value.recipe.latent.psi == 0.59)
    settle(qtbot, slow)
    assert len(generator.previewed) == TRIES and len(generator.recipes) > 3


def test_a_drag_that_goes_back_to_the_document_shows_it_again(qtbot, slow):
    drag(qtbot, slow, (30,))
    qtbot.waitUntil(lambda: slow.history.value.recipe.latent.psi == 0.3)
    drag(qtbot, slow, (40,), pause_ms=0)
    qtbot.waitUntil(lambda: slow.view.shown[-1].grey == ROUGH)
    drag(qtbot, slow, (30,), pause_ms=0)
    release(slow)
    settle(qtbot, slow)
    assert slow.view.shown[-1] == slow.history.value
    assert slow.history.value.recipe.latent.psi == 0.3
