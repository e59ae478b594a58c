"""The repeat as it is seen: seam, sheet, pan, zoom."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QApplication

from studio.core.pixels import Pixels
from studio.media.pattern.document import REPEATS, Tile, unit_cell
from studio.media.pattern.repeat_view import RepeatView
from studio.media.pattern.seam import seam_ratio
from studio.media.pattern.sheet_view import Placement, Sheet


def waves(side=32):
    """uint8 [side, side, 3]: whole waves, so without a seam."""
    turn = 2 * np.pi * np.arange(side) / side
    wave = 128 + 60 * np.sin(turn)[:, None] + 60 * np.cos(2 * turn)[None, :]
    return np.repeat(wave[..., None], 3, axis=2).astype(np.uint8)


def quarters(side=16):
    """Red, green, blue and white quarters: every tile shows where it begins."""
    picture = np.zeros((side, side, 3), np.uint8)
    half = side // 2
    picture[:half, :half], picture[:half, half:] = (255, 0, 0), (0, 255, 0)
    picture[half:, :half], picture[half:, half:] = (0, 0, 255), (255, 255, 255)
    return picture


@pytest.fixture
def view(qtbot, themed):
    view = RepeatView()
    qtbot.addWidget(view)
    view.resize(640, 480)
    view.show()
    return view


def colour(view, x, y):
    return view.grab().toImage().pixelColor(round(x), round(y)).getRgb()[:3]


def test_seam_of_waves_is_none_and_of_a_ramp_is_seen():
    assert seam_ratio(Tile(pixels=Pixels.of(waves()))) < 1.05
    ramp = np.repeat(np.arange(0, 256, 8, dtype=np.uint8)[None, :, None], 32, 0)
    ramp = np.repeat(ramp, 3, 2)
    assert seam_ratio(Tile(pixels=Pixels.of(ramp))) > 10
    assert seam_ratio(Tile(pixels=Pixels.of(ramp), repeat="mirror")) < 1.05
    assert seam_ratio(Tile()) == 0
    assert seam_ratio(Tile(pixels=Pixels.of(np.full((8, 8, 3), 9, np.uint8)))) == 1


def test_half_drop_brings_other_edges_together():
    bands = np.zeros((16, 16, 3), np.uint8)
    bands[:8] = 250  # half-drop puts the dark half beside the bright one
    assert seam_ratio(Tile(pixels=Pixels.of(bands), repeat="block")) <= 1.05
    assert seam_ratio(Tile(pixels=Pixels.of(bands), repeat="half-drop")) > 10


def test_a_step_in_colour_under_a_fine_texture_is_found():
    noise = np.random.default_rng(1).integers(0, 90, (32, 32, 3))
    slope = np.linspace(0, 60, 32).astype(int)[None, :, None]
    stepped = Tile(pixels=Pixels.of((noise + slope).astype(np.uint8)))
    assert seam_ratio(stepped) > 1.5
    assert seam_ratio(Tile(pixels=Pixels.of(noise.astype(np.uint8)))) < 1.5


@settings(deadline=None)
@given(st.integers(0, 2**20), st.sampled_from(REPEATS), st.sampled_from(((5, 3), (16, 48))))
def test_turning_the_tile_over_does_not_change_the_seam(seed, repeat, size):
    noise = np.random.default_rng(seed).integers(0, 256, (*size, 3)).astype(np.uint8)
    seam = seam_ratio(Tile(pixels=Pixels.of(noise), repeat=repeat))
    assert seam > 0
    if repeat in ("block", "mirror"):
        over = Tile(pixels=Pixels.of(noise[:, ::-1]), repeat=repeat)
        assert seam_ratio(over) == pytest.approx(seam, rel=1e-4)


@pytest.mark.parametrize("repeat", REPEATS)
def test_the_view_shows_the_unit_cell_everywhere(view, repeat):
    tile = Tile(pixels=Pixels.of(quarters()), repeat=repeat)
    view.show_document(tile)
    cell, box = unit_cell(tile), view.tile_rect
    for dx, dy in ((4, 4), (12, 4), (4, 12), (20, 4), (4, 20), (20, 28), (-4, -4)):
        seen = colour(view, box.x() + dx * view.scale, box.y() + dy * view.scale)
        meant = cell[dy % cell.shape[0], dx % cell.shape[1]]
        assert np.allclose(seen, meant, atol=3), (repeat, dx, dy)


def test_the_tile_is_outlined_in_the_middle(view):
    view.show_document(Tile(pixels=Pixels.of(waves())))
    box = view.tile_rect
    assert abs(box.center().x() - 331) < 2 and abs(box.center().y() - 251) < 2
    outline = colour(view, box.left(), box.center().y())
    assert np.allclose(outline, (242, 162, 58), atol=3)
    view.show_outline(False)
    assert not np.allclose(colour(view, box.left(), box.center().y()), outline, atol=30)


def test_dragging_pans_and_a_lost_outline_comes_back(view, qtbot):
    view.show_document(Tile(pixels=Pixels.of(waves())))
    before = view.tile_rect
    qtbot.mousePress(view, Qt.MouseButton.LeftButton, pos=QPoint(300, 200))
    qtbot.mouseMove(view, QPoint(350, 230))
    qtbot.mouseRelease(view, Qt.MouseButton.LeftButton, pos=QPoint(350, 230))
    assert view.tile_rect.topLeft() - before.topLeft() == QPointF(50, 30)
    view.pan(5000, -3000)
    qtbot.mousePress(view, Qt.MouseButton.LeftButton, pos=QPoint(300, 200))
    qtbot.mouseRelease(view, Qt.MouseButton.LeftButton, pos=QPoint(300, 200))
    assert view.tile_rect.intersects(view.rect().toRectF())


def turn_wheel(widget, at, steps, held=Qt.KeyboardModifier.NoModifier):
    event = QWheelEvent(
        QPointF(at), widget.mapToGlobal(QPointF(at)), QPoint(), QPoint(0, 120 * steps),
        Qt.MouseButton.NoButton, held, Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(widget, event)


def test_the_wheel_zooms_around_the_pointer(view):
    view.show_document(Tile(pixels=Pixels.of(waves())))
    at, before, scale = QPoint(200, 150), view.tile_rect, view.scale
    turn_wheel(view, at, 2)
    after = view.tile_rect
    assert view.scale == pytest.approx(scale * 1.44)
    under_before = (QPointF(at) - before.topLeft()) / scale
    under_after = (QPointF(at) - after.topLeft()) / view.scale
    assert under_after.x() == pytest.approx(under_before.x())
    turn_wheel(view, at, -80)
    assert view.scale == 1 / 16
    assert not view.grab().isNull()
    view.actual_size()
    assert view.scale == 1


def test_another_tile_of_the_same_size_keeps_the_view(view):
    view.show_document(Tile(pixels=Pixels.of(waves())))
    view.zoom(2)
    place = view.tile_rect
    view.show_document(Tile(pixels=Pixels.of(quarters(32)), repeat="brick"))
    assert view.tile_rect == place
    view.show_document(Tile(pixels=Pixels.of(waves(64))))
    assert view.tile_rect != place


def test_caption_says_what_can_be_seen(view):
    assert view.caption() == ""
    view.show_document(Tile(pixels=Pixels.of(waves())))
    assert "32 × 32 px" in view.caption() and "no visible seam" in view.caption()


@settings(deadline=None)
@given(st.floats(-500, 500), st.floats(-500, 500), st.floats(0.1, 30), st.floats(0.1, 30))
def test_zooming_there_and_back_changes_nothing(x, y, first, second):
    place = Placement(x, y, first)
    back = place.scaled(second, 123, 45).scaled(first, 123, 45)
    assert (back.x, back.y) == (pytest.approx(x, abs=1e-6), pytest.approx(y, abs=1e-6))


def test_small_copies_are_means(themed):
    sheet = Sheet(np.tile(quarters(), (4, 4, 1)))
    assert sheet.size == (64, 64)


def test_a_seam_is_measured_when_the_tile_rests_and_only_for_that_tile(qtbot, themed):
    asked = []
    view = RepeatView(measure=lambda tile, tell: asked.append((tile, tell)))
    qtbot.addWidget(view)
    for shift in range(3):
        view.show_document(Tile(pixels=Pixels.of(np.roll(waves(), shift, 0))))
        assert "looking for a seam…" in view.caption() and not asked
    qtbot.waitUntil(lambda: len(asked) == 1)
    tile, tell = asked[0]
    assert tile.pixels == Pixels.of(np.roll(waves(), 2, 0))
    tell(1.5)
    assert "a seam shows (1.50)" in view.caption()
    view.show_document(Tile(pixels=Pixels.of(quarters())))
    tell(9.0)
    assert "looking for a seam…" in view.caption(), "that of another tile"
