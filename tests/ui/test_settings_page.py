"""Settings hold at once and are on disk; the device says why."""

import numpy as np
from PySide6.QtWidgets import QPushButton

from studio.core.settings import load_settings
from studio.core.taste import DIMENSIONS, Taste
from studio.core.taste_file import load_taste, save_taste
from studio.ui.help_pages import READABLE_PX, AboutPage, GuidePage, ShortcutsPage
from studio.ui.settings_page import SettingsPage


def test_changes_are_kept_and_told(qtbot, context):
    page = SettingsPage(context)
    qtbot.addWidget(page)
    told = []
    page.device_changed.connect(lambda: told.append(1))
    page._change_device(device="cpu")
    page._change_device(device="cpu")
    assert told == [1]
    assert load_settings(context.places.settings_path)[0].device == "cpu"
    page.show_device("CPU, 1 thread", "No GPU here.", good=True)
    assert page._used.text() == "CPU, 1 thread" and page._why.text() == "No GPU here."


def test_a_soundfont_that_is_not_there_is_refused(qtbot, context, tmp_path):
    page = SettingsPage(context)
    qtbot.addWidget(page)
    page._soundfont_chosen(str(tmp_path / "gone.sf2"))
    assert "no file" in context.said[0] and context.settings.soundfont == ""
    file = tmp_path / "piano.sf2"
    file.touch()
    page._soundfont_chosen(str(file))
    assert context.settings.soundfont == str(file)


def test_help_pages_show(qtbot, themed):
    sheet = ShortcutsPage()
    qtbot.addWidget(sheet)
    sheet.show_shortcuts([("File", [("Open", "Ctrl+O")])])
    sheet.show_shortcuts([("File", [("Open", "Ctrl+O")]), ("Edit", [("Undo", "Ctrl+Z")])])
    sheet.show()
    qtbot.addWidget(AboutPage())


def test_the_guide_has_lines_one_can_read(qtbot, themed):
    page = GuidePage()
    qtbot.addWidget(page)
    for row in range(page._chapters.count()):
        page._chapters.setCurrentRow(row)
        document = page._text.document()
        assert document.textWidth() <= READABLE_PX
        block = document.begin()
        while block.isValid():
            assert block.blockFormat().bottomMargin() > 0
            block = block.next()


def test_all_likes_are_forgotten_at_once(qtbot, context):
    save_taste(Taste("one").judged(np.zeros(DIMENSIONS), True), context.places)
    page = SettingsPage(context)
    qtbot.addWidget(page)
    [forget] = [one for one in page.findChildren(QPushButton) if one.text() == "Forget"]
    forget.click()
    assert not load_taste("one", context.places).labels
    assert "forgotten" in context.said[-1]
