"""Likes: clicks on thumbnails, what is learnt from them, proposals and their reasons."""

import numpy as np
import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtTest import QTest

from studio.core.taste import DIMENSIONS, ENOUGH
from studio.core.taste_file import load_taste, taste_path
from studio.core.verbs import seeded
from studio.core.work import Finished, Progress
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


def proposed(grid):
    return [one.recipe.latent.seed for one in grid.documents.values()]


def test_for_you_fills_the_grid_and_says_how_many_clicks_are_missing(qtbot, liking, context):
    liking.explore.verbs.choose("for you")
    grid = liking.explore.grid
    qtbot.waitUntil(lambda: len(grid.documents) == 8, timeout=3000)
    qtbot.waitUntil(lambda: "5 more" in liking.explore._hint.text())
    assert {seed // 1000 for seed in proposed(grid)} == {1} and len(set(proposed(grid))) == 8
    liking.explore.more()
    qtbot.waitUntil(
        lambda: len(grid.documents) == 8 and {seed // 1000 for seed in proposed(grid)} == {2},
        timeout=3000,
    )
    grid.cells[0].click()
    assert liking.history.undo_text == "For you"


def test_after_enough_clicks_it_says_so_and_why(qtbot, liking, context):
    for seed in range(ENOUGH):
        liking.bar.seed.change_seed(240 + seed)
        qtbot.waitUntil(lambda: not liking.is_busy)
        liking.judge(True)
    qtbot.waitUntil(lambda: len(clicks(liking, context)) == ENOUGH)
    qtbot.waitUntil(lambda: any("For you" in one for one in context.said[-1:]))
    liking.explore.verbs.choose("for you")
    qtbot.waitUntil(lambda: "light" in liking.explore._hint.text(), timeout=5000)
    assert "Every fourth" in liking.explore._hint.text()


def test_forgetting_leaves_nothing(qtbot, liking, context):
    liking.judge(True)
    qtbot.waitUntil(lambda: len(clicks(liking, context)) == 1)
    model = liking.history.value.recipe.model
    liking.liking.forget(model)
    assert not taste_path(model, context.places).exists()
    assert liking.liking.opinion(liking.history.value) is None
    assert "forgotten" in context.said[-1]


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
