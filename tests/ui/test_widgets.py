"""Sliders, seeds, sections, thumbnails, theme and icons."""

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtGui import QHelpEvent, QPixmap
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QHBoxLayout, QToolTip, QWidget

from studio.core.latent import MAX_SEED
from studio.core.resources import resource
from studio.ui import theme
from studio.ui.overlay import FOOT_PX, CentreNote, MessageLine
from studio.ui.result_grid import ResultGrid
from studio.ui.section import Section
from studio.ui.status_line import duration
from studio.ui.thumbnails import Thumbnail
from studio.ui.widgets import Chip, LabelledSlider, SeedField, pixmap_of


def test_every_icon_is_drawn_in_the_asked_colour(themed):
    for path in resource("icons").glob("*.svg"):
        if "." in path.stem or path.stem == "atelier":
            continue
        image = theme.icon_pixmap(path.stem, 32, "accent").toImage()
        colors = {
            image.pixelColor(x, y).name()
            for x in range(32)
            for y in range(32)
            if image.pixelColor(x, y).alpha() == 255
        }
        assert "#f2a23a" in colors, path.name


def test_text_is_readable_on_every_ground(themed):
    def luminance(name):
        values = np.array(theme.color(name).getRgbF()[:3])
        linear = np.where(values <= 0.04045, values / 12.92, ((values + 0.055) / 1.055) ** 2.4)
        return linear @ [0.2126, 0.7152, 0.0722]

    for ground in ("document", "ground", "pane", "raised"):
        for text in ("text", "muted", "good", "caution", "bad", "accent"):
            ratio = (luminance(text) + 0.05) / (luminance(ground) + 0.05)
            assert ratio >= 4.5, (text, ground, ratio)
    assert (luminance("accent") + 0.05) / (luminance("accent_ink") + 0.05) >= 4.5


def test_the_style_sheet_has_no_open_tokens(themed):
    assert "@" not in themed.styleSheet()


def test_a_slider_tells_while_dragged_and_one_drag_is_one_gesture(qtbot, themed):
    slider = LabelledSlider("Strength", 0, 1, 0.5)
    qtbot.addWidget(slider)
    slider.resize(300, 30)
    slider.show()
    seen = []
    slider.value_changed.connect(lambda value: seen.append((round(value, 2), slider.gesture)))
    slider.set_value(0.25)
    assert seen == [] and slider.value == pytest.approx(0.25)
    inner = slider.slider
    QTest.mousePress(inner, Qt.MouseButton.LeftButton, pos=QPoint(inner.width() // 2, 10))
    QTest.mouseMove(inner, QPoint(inner.width() - 8, 10))
    QTest.mouseRelease(inner, Qt.MouseButton.LeftButton, pos=QPoint(inner.width() - 8, 10))
    assert len({gesture for _, gesture in seen}) == 1
    assert seen[0][0] == pytest.approx(0.5, abs=0.06) and seen[-1][0] > 0.9
    inner.reset_asked.emit()
    assert slider.value == pytest.approx(0.5)


def test_a_seed_is_typed_stepped_and_bounded(qtbot, themed):
    field = SeedField(5)
    qtbot.addWidget(field)
    seen = []
    field.seed_changed.connect(seen.append)
    QTest.keyClick(field, Qt.Key.Key_Up)
    field.selectAll()
    QTest.keyClicks(field, "12x3")
    QTest.keyClick(field, Qt.Key.Key_Return)
    field.change_seed(2**40)
    assert seen == [6, 123, MAX_SEED]
    field.clear()
    field.editingFinished.emit()
    assert field.seed == MAX_SEED and field.text() == str(MAX_SEED)


def test_escape_takes_back_what_was_typed_and_the_keyboard_goes_on(qtbot, themed):
    page = QWidget()
    qtbot.addWidget(page)
    row = QHBoxLayout(page)
    field, chip = SeedField(5), Chip("Coarse")
    row.addWidget(field)
    row.addWidget(chip)
    page.show()
    page.activateWindow()
    qtbot.waitUntil(page.isActiveWindow)
    seen = []
    field.seed_changed.connect(seen.append)
    field.setFocus(Qt.FocusReason.MouseFocusReason)
    QTest.keyClicks(field, "9")
    QTest.keyClick(field, Qt.Key.Key_Escape)
    assert seen == [] and field.text() == "5" and not field.hasFocus()
    field.setFocus(Qt.FocusReason.TabFocusReason)
    field.selectAll()
    QTest.keyClicks(field, "7")
    QTest.keyClick(field, Qt.Key.Key_Return)
    assert seen == [7]
    qtbot.waitUntil(chip.hasFocus)
    QTest.keyClick(chip, Qt.Key.Key_Return)
    assert chip.isChecked()


def test_a_section_folds(qtbot, themed):
    section = Section("Explore", "note")
    chip = Chip("Coarse")
    section.add(chip)
    qtbot.addWidget(section)
    section.show()
    assert chip.isVisible()
    section._head.click()
    assert not chip.isVisible()


def test_a_thumbnail_shows_its_picture_and_tells_when_pointed_at(qtbot, themed):
    thumbnail = Thumbnail(60)
    qtbot.addWidget(thumbnail)
    thumbnail.show_pixmap(pixmap_of(np.full((8, 8, 3), (10, 200, 30), np.uint8)))
    assert thumbnail.grab().toImage().pixelColor(30, 30).name() == "#0ac81e"
    thumbnail.show_pixmap(None)
    assert not thumbnail.isEnabled()


def test_help_on_a_thumbnail_covers_no_picture_of_its_group(qtbot, themed, monkeypatch):
    shown = []
    monkeypatch.setattr(QToolTip, "showText", lambda at, words, owner: shown.append((at, words)))
    grid = ResultGrid(lambda document, side_px: QPixmap(side_px, side_px))
    qtbot.addWidget(grid)
    grid.put(0, "first")
    grid.show()
    cell = grid.cells[0]
    for at, words in (((20, 20), "Click to take it"), ((70, 74), "Dislike it  (N)")):
        monkeypatch.setattr(cell, "underMouse", lambda: True)
        place = QPoint(*at)
        help_event = QHelpEvent(QEvent.Type.ToolTip, place, cell.mapToGlobal(place))
        assert QApplication.sendEvent(cell, help_event)
        assert shown[-1][1] == words
        assert shown[-1][0].y() >= grid.mapToGlobal(grid.rect().bottomLeft()).y()


def test_messages_stay_inside_and_off_the_strip(qtbot, themed):
    page = QWidget()
    page.resize(900, 600)
    qtbot.addWidget(page)
    line = MessageLine(page)
    page.show()
    line.say("A sentence that is long enough to need more than a single line. " * 5)
    assert page.rect().contains(line.geometry())
    assert line.geometry().bottom() < 600 - theme.STRIP_PX - FOOT_PX
    page.resize(500, 400)
    assert page.rect().contains(line.geometry())
    note = CentreNote(page, "image")
    note.say("Title", "Text")
    page.resize(640, 420)
    assert note.size() == page.size()


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(12, "12 s"), (600, "10 min"), (3600, "1 h"), (5100, "85 min"), (7500, "2 h 05 min")],
)
def test_durations_read_well(seconds, words):
    assert duration(seconds) == words
