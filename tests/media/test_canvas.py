"""The canvas: fit, zoom about the pointer, crisp pixels, panning, Space as tap and as hand."""

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtTest import QTest

from studio.core.pixels import Pixels
from studio.media.artwork.canvas_view import MARGIN_PX, CanvasView
from studio.media.artwork.document import Artwork
from studio.ui.widgets import pixmap_of


def picture(side: int = 64) -> Artwork:
    array = np.zeros((side, side, 3), np.uint8)
    array[:, side // 2 :] = (255, 0, 0)
    return Artwork(pixels=Pixels.of(array))


@pytest.fixture
def view(qtbot, themed):
    view = CanvasView()
    qtbot.addWidget(view)
    view.resize(800, 600)
    view.show()
    view.show_document(picture())
    return view


def wheel(view, point, notches):
    event = QWheelEvent(
        QPointF(point), QPointF(view.mapToGlobal(point)), QPoint(), QPoint(0, 120 * notches),
        Qt.MouseButton.NoButton, Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase,
        False,
    )  # fmt: skip
    view.wheelEvent(event)


def test_the_picture_fits_and_follows_the_size(view):
    assert view.zoom == pytest.approx((600 - 2 * MARGIN_PX) / 64)
    view.resize(700, 500)
    assert view.zoom == pytest.approx((500 - 2 * MARGIN_PX) / 64)


def test_an_empty_page_shows_nothing(view):
    view.show_document(Artwork())
    assert view.grab().toImage().pixelColor(400, 300).name() == "#101114"
    assert not view._label.isVisible()


def test_colours_arrive_on_the_screen(view):
    image = view.grab().toImage()
    assert image.pixelColor(550, 300).name() == "#ff0000"
    assert image.pixelColor(250, 300).name() == "#000000"
    assert image.pixelColor(5, 5).name() == "#101114"


def test_the_wheel_zooms_about_the_pointer(view):
    point = QPoint(300, 200)
    before, zoom = view.mapToScene(point), view.zoom
    wheel(view, point, 2)
    assert view.zoom == pytest.approx(zoom * 1.25**2, rel=1e-3)
    after = view.mapToScene(point)
    assert abs(after.x() - before.x()) < 0.3 and abs(after.y() - before.y()) < 0.3


def test_zoom_has_bounds(view):
    for _ in range(60):
        view.zoom_in()
    assert view.zoom == 64
    for _ in range(90):
        view.zoom_out()
    assert view.zoom == pytest.approx(0.05)


def test_close_up_pixels_are_crisp_and_otherwise_smooth(view):
    fitted = view.grab().toImage()
    row = [fitted.pixelColor(x, 300).red() for x in range(380, 420)]
    assert len(set(row)) > 3, "resampled when it fits"
    view.zoom_in()
    view.zoom_in()
    close = view.grab().toImage()
    row = {close.pixelColor(x, 300).red() for x in range(300, 500)}
    assert row == {0, 255}, "single pixels when looked at closely"


def test_actual_size_and_label(view):
    view.actual_size()
    assert view.zoom == pytest.approx(1 / view.devicePixelRatioF())
    assert view._label.text() == "64 × 64 px · 100 %"


def test_a_new_result_keeps_the_zoom_but_another_size_fits(view):
    view.zoom_in()
    zoom = view.zoom
    view.show_document(picture())
    assert view.zoom == zoom
    view.show_document(picture(128))
    assert view.zoom == pytest.approx((600 - 2 * MARGIN_PX) / 128)


def test_middle_drag_pans(view, qtbot):
    before = view.mapToScene(QPoint(400, 300))
    viewport = view.viewport()
    QTest.mousePress(viewport, Qt.MouseButton.MiddleButton, pos=QPoint(400, 300))
    QTest.mouseMove(viewport, QPoint(430, 310))
    QTest.mouseRelease(viewport, Qt.MouseButton.MiddleButton, pos=QPoint(430, 310))
    after = view.mapToScene(QPoint(430, 310))
    assert after.x() == pytest.approx(before.x(), abs=0.3)
    assert after.y() == pytest.approx(before.y(), abs=0.3)


def test_space_tapped_asks_for_a_result_and_held_it_pans(view):
    taps = []
    view.space_tapped.connect(lambda: taps.append(1))
    QTest.keyClick(view, Qt.Key.Key_Space)
    assert taps == [1]
    before = view.mapToScene(QPoint(400, 300))
    QTest.keyPress(view, Qt.Key.Key_Space)
    QTest.mousePress(view.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(400, 300))
    QTest.mouseMove(view.viewport(), QPoint(380, 300))
    QTest.mouseRelease(view.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(380, 300))
    QTest.keyRelease(view, Qt.Key.Key_Space)
    assert taps == [1]
    assert view.mapToScene(QPoint(380, 300)).x() == pytest.approx(before.x(), abs=0.3)


def test_a_new_picture_of_the_same_size_is_drawn_once_and_better_at_rest(qtbot, view, monkeypatch):
    drawn = []
    monkeypatch.setattr(
        "studio.media.artwork.canvas_view.pixmap_of",
        lambda array: (drawn.append(array.shape), pixmap_of(array))[1],
    )
    turned = Artwork(pixels=Pixels.of(picture().pixels.array()[:, ::-1]))
    zoom = view.zoom
    view.show_document(turned)
    assert drawn == [(256, 256, 3)] and view.zoom == zoom, "quickly, as it came right after another"
    qtbot.waitUntil(lambda: drawn == [(256, 256, 3), (512, 512, 3)])
    view.show_document(picture(32))
    assert view.zoom == pytest.approx(2 * zoom), "another size is fitted anew"
