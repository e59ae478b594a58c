"""The window: pages, menus with shortcuts, drops, the title, closing; without any model."""

from pathlib import Path
from types import SimpleNamespace

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QMessageBox

from studio import media
from studio.app.drops import Drop, read_drop
from studio.core.latent import Latent, Recipe
from studio.core.pixels import Pixels
from studio.media.artwork.document import Artwork
from studio.ui.context import Errand

PICTURE = Artwork(Recipe(latent=Latent(seed=3)), Pixels(2, 1, b"abcdef"))


def menu_titles(window):
    return [action.text().replace("&", "") for action in window.menus.bar.actions()]


def test_every_place_of_the_rail_opens_and_is_marked(window):
    for name in ("music", "pattern", "train", "settings", "artwork"):
        window.rail.chosen.emit(name)
        assert window.pages.name == name
        assert window.rail._buttons[name].isChecked()


def test_panels_bring_their_own_menus(window):
    assert menu_titles(window) == ["File", "Edit", "Lock", "Model", "View", "Help"]
    window.show_page("music")
    titles = menu_titles(window)
    assert titles[:2] == ["File", "Edit"] and titles[-3:] == ["Model", "View", "Help"]
    assert len(titles) > 5
    window.show_page("train")
    assert menu_titles(window) == ["File", "Edit", "Model", "View", "Help"]


def test_no_two_commands_share_a_shortcut(window):
    for name in ("artwork", "music", "pattern", "train"):
        window.show_page(name)
        seen: dict[str, str] = {}
        for title, rows in window.menus.shortcuts():
            for text, keys in rows:
                for key in keys.split("   "):
                    assert key not in seen, f"{name}: {key} is {seen.get(key)} and {title} {text}"
                    seen[key] = f"{title} {text}"


def test_commands_for_results_rest_where_there_is_no_panel(window):
    by_text = {command.text: action for command, action in window.menus.actions}
    assert by_text["Generate"].isEnabled()
    window.show_page("train")
    assert not by_text["Generate"].isEnabled() and by_text["Save project"].isEnabled()


def test_the_title_says_what_is_open_and_whether_it_is_saved(window, tmp_path):
    assert window.windowTitle() == "Untitled – Atelier"
    window.session.histories["artwork"].apply(PICTURE, "Generate")
    assert window.windowTitle() == "Untitled * – Atelier"
    window.session.save(tmp_path / "orchard.atelier")
    assert window.windowTitle() == "orchard – Atelier"
    assert window.project_name.text() == "orchard"


def test_unsaved_work_is_asked_about_before_closing(window, qtbot):
    window.session.histories["artwork"].apply(PICTURE, "Generate")
    assert not window.close()
    question = QApplication.activeModalWidget()
    assert question is not None and "Save what you made" in question.text()
    question.reject()
    assert window.isVisible()


def drop_on(window, path: Path) -> None:
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(path))])
    everything = (
        Qt.DropAction.CopyAction, mime, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier,
    )  # fmt: skip
    enter = QDragEnterEvent(QPoint(200, 200), *everything)
    QApplication.sendEvent(window, enter)
    assert enter.isAccepted() and window.dropping._veil.isVisible()
    QApplication.sendEvent(window, QDropEvent(QPointF(200, 200), *everything))
    assert not window.dropping._veil.isVisible()


def test_a_dropped_folder_opens_train_with_a_guessed_medium(window, tmp_path, qtbot):
    for number in range(3):
        (tmp_path / f"{number}.mid").touch()
    drop_on(window, tmp_path)
    page = window.pages.currentWidget()
    assert window.pages.name == "train" and page.form.medium == "music"
    qtbot.waitUntil(lambda: "least 8" in page.form.verdict._sentence.text())


def test_a_dropped_project_opens(window, tmp_path):
    path = tmp_path / "mine.atelier"
    window.session.histories["artwork"].apply(PICTURE, "Generate")
    window.session.save(path)
    window.session.new()
    drop_on(window, path)
    assert window.session.histories["artwork"].value == PICTURE
    assert window.session.path == path


def test_a_damaged_project_is_a_sentence_and_nothing_changes(window, tmp_path):
    path = tmp_path / "bad.atelier"
    path.write_bytes(b"PK nonsense")
    drop_on(window, path)
    assert "bad.atelier" in window.message.text
    assert window.session.path is None


def test_what_cannot_be_opened_says_so(window, tmp_path):
    path = tmp_path / "letter.txt"
    path.touch()
    drop_on(window, path)
    assert "letter.txt is none" in window.message.text


def test_a_dropped_file_that_is_no_model_is_refused(window, tmp_path):
    path = tmp_path / "weights.safetensors"
    path.write_bytes(b"12345678{}")
    drop_on(window, path)
    assert "weights.safetensors" in window.message.text
    assert not window.notice.isVisible()


def test_only_local_things_are_taken():
    mime = QMimeData()
    mime.setUrls([QUrl("https://example.org/a.png")])
    assert read_drop(mime, media.kinds()) is None
    mime.setUrls([QUrl.fromLocalFile("/somewhere/a.safetensors")])
    assert read_drop(mime, media.kinds()) == Drop(Path("/somewhere/a.safetensors"), "model")
    mime.setUrls([QUrl.fromLocalFile("/somewhere/clip.WAV")])
    assert read_drop(mime, media.kinds()) == Drop(Path("/somewhere/clip.WAV"), "work")


def test_the_shortcut_sheet_lists_the_panels_own(window):
    window.show_page("artwork")
    window.show_shortcuts()
    assert window.pages.name == "shortcuts"


def test_errors_reach_the_message_line(window, caplog):
    window.session.context.report(MemoryError())
    assert "memory" in window.message.text
    caplog.clear()


def training(state):
    stopped = []
    return SimpleNamespace(
        active=SimpleNamespace(name="My ceramics", state=state, run=object()),
        queue=SimpleNamespace(names=lambda: ["next", "later"]),
        stop=stopped.append,
        stopped=stopped,
    )


def question_at(window) -> QMessageBox:
    """The one question that closing asks."""
    window.close()
    [box] = [one for one in window.findChildren(QMessageBox) if one.isVisible()]
    return box


def press(box: QMessageBox, words: str) -> None:
    next(one for one in box.buttons() if words in one.text()).click()


@pytest.mark.parametrize(
    ("state", "words"), [("running", "goes on training"), ("paused", "stays paused")]
)
def test_closing_says_that_a_training_goes_on(qtbot, window, state, words):
    window.leaving._watch = watch = training(state)
    box = question_at(window)
    assert window.isVisible() and words in box.text() and "My ceramics" in box.text()
    assert "queue (2)" in box.informativeText()
    press(box, "Cancel")
    assert window.isVisible() and not window.was_closed
    question_at(window).defaultButton().click()
    qtbot.waitUntil(lambda: not window.isVisible())
    assert window.was_closed and watch.stopped == []


def test_a_training_can_be_stopped_on_the_way_out(qtbot, window):
    window.leaving._watch = watch = training("running")
    press(question_at(window), "Stop it and quit")
    qtbot.waitUntil(lambda: not window.isVisible())
    assert watch.stopped == [watch.active.run]


@pytest.mark.parametrize("stops", [False, True])
def test_unsaved_work_and_a_training_are_one_question(qtbot, window, stops):
    window.session.histories["artwork"].apply(PICTURE, "Generate")
    window.leaving._watch = watch = training("running")
    box = question_at(window)
    assert "Save what you made" in box.text() and "goes on training" in box.informativeText()
    assert [one.text() for one in box.buttons() if "out" in one.text()] == ["Quit without saving"]
    box.checkBox().setChecked(stops)
    press(box, "Quit without saving")
    qtbot.waitUntil(lambda: not window.isVisible())
    assert watch.stopped == [watch.active.run] * stops


def test_save_and_quit_saves_and_then_stops_the_training(qtbot, window, tmp_path):
    window.session.save(tmp_path / "mine.atelier")
    window.session.histories["artwork"].apply(PICTURE, "Generate")
    window.leaving._watch = watch = training("running")
    box = question_at(window)
    box.checkBox().setChecked(True)
    box.defaultButton().click()
    qtbot.waitUntil(lambda: not window.isVisible())
    assert window.session.is_saved and watch.stopped == [watch.active.run]


def test_where_it_cannot_be_saved_the_window_stays_and_the_training_too(window, tmp_path):
    window.session.path = tmp_path / "gone" / "mine.atelier"
    (tmp_path / "gone").write_text("a file")
    window.session.histories["artwork"].apply(PICTURE, "Generate")
    window.leaving._watch = watch = training("running")
    box = question_at(window)
    box.checkBox().setChecked(True)
    box.defaultButton().click()
    assert window.isVisible() and watch.stopped == [] and not window.was_closed


def test_the_sound_device_is_given_back_at_the_end(window):
    panel = window.pages.show_page("music")
    closed = []
    panel.transport._listening.player.close = lambda: closed.append(True)
    window.pages.leave()
    assert closed == [True]


@pytest.mark.parametrize("name", ["settings", "guide", "about", "shortcuts"])
def test_escape_leads_back_from_a_page_aside(window, qtbot, name):
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    window.show_page("pattern")
    window.show_page(name)
    focused = QApplication.focusWidget()
    assert focused is not None and window.pages.isAncestorOf(focused)
    QTest.keyClick(focused, Qt.Key.Key_Escape)
    assert window.pages.name == "pattern"
    QTest.keyClick(window.pages.panel.view, Qt.Key.Key_Escape)
    assert window.pages.name == "pattern"


def test_the_key_of_the_shortcuts_leads_back_too(window):
    window.show_page("music")
    window.show_shortcuts()
    titles = {one.text() for one in window.pages.page("shortcuts").findChildren(QLabel)}
    assert "NOTES" in titles
    window.show_shortcuts()
    assert window.pages.name == "music"


def test_leaving_while_a_set_is_written_is_asked_about(qtbot, window):
    errand = window.session.context.errand
    errand.become(Errand("Writing 2 of 12", lambda: None))
    box = question_at(window)
    assert "the rest would be missing" in box.text() and not window.was_closed
    press(box, "Quit, keep what is written")
    qtbot.waitUntil(lambda: not window.isVisible())
    errand.become(None)
