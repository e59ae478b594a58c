"""The guardian's messages, evidence in place, the best sample, several runs side by side."""

import pytest
from PIL import Image
from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractScrollArea,
    QAbstractSlider,
    QAbstractSpinBox,
    QComboBox,
    QLineEdit,
    QScrollBar,
)

from studio.core.run_folder import RunFolder, TrainConfig
from studio.core.run_title import read_title, rename
from studio.ui.run_actions import longer
from studio.ui.run_compare import differing
from studio.ui.status_line import StatusLine
from studio.ui.training_page import SETTLED_LOOKS, TrainingPage


@pytest.fixture
def page(qtbot, kind, context, watch):
    page = TrainingPage([kind], context, watch)
    qtbot.addWidget(page)
    page.resize(1224, 740)
    page.show()
    return page


@pytest.fixture
def make(context, watch):
    """Makes a run of so many samples; the newest comes first in the list."""

    def made(name, samples=3, **options):
        run = RunFolder(context.places.runs_path / name)
        run.create(TrainConfig("fake", "/folder", name, **options))
        run.append("start", kimg=0, total_kimg=10, device="CPU")
        for kimg in range(samples):
            file = run.samples_path / f"{kimg}.png"
            Image.new("RGB", (16, 8), (80 * kimg, 0, 0)).save(file)
            run.append("progress", kimg=kimg, images_per_s=20.0, loss_g=1.0, memory_mb=2048)
            run.append("sample", kimg=kimg, file=file.name)
        watch.look()
        return run

    return made


def rows(page):
    return page.detail.guardian._rows.count() - 1


def test_messages_of_the_guardian_stand_newest_first(page, make, watch):
    run = make("one")
    assert page.detail.guardian._empty.isVisible() and rows(page) == 0
    run.append("guardian", kimg=1, level="note", alarm="plateau", text="A plateau.", reaction="")
    run.append("guardian", kimg=2, level="alarm", alarm="collapse", text="All alike.",
               reaction="Went back to 1 kimg.", evidence="gone.png")  # fmt: skip
    run.append("guardian", level="odd", text=None)
    watch.look()
    assert rows(page) == 3 and not page.detail.guardian._empty.isVisible()
    shown = page.detail.guardian._rows.itemAt(1).widget()
    words = [one.text() for one in shown.findChildren(type(page.detail._state))]
    assert "All alike." in words and "Went back to 1 kimg." in words
    assert any(word.startswith("Alarm · 2.0 kimg") for word in words)


def test_evidence_is_enlarged_in_place_and_closed_again(qtbot, page, make, watch):
    run = make("one")
    run.evidence_path.mkdir()
    picture = run.evidence_path / "copying.png"
    Image.new("RGB", (64, 32), (0, 200, 0)).save(picture)
    run.append("guardian", kimg=2, level="alarm", alarm="copying", text="Copies.",
               reaction="", evidence="../evidence/copying.png")  # fmt: skip
    watch.look()
    row = page.detail.guardian._rows.itemAt(0).widget()
    button = next(one for one in row.findChildren(type(page.detail._stop)))
    assert "nearest training file" in button.toolTip()
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    samples = page.detail.samples
    assert samples.view.path == str(picture) and samples.back.isVisible()
    run.append("progress", kimg=2.5)
    watch.look()
    assert samples.view.path == str(picture), "new figures do not close it"
    samples.back.click()
    assert samples.view.path.endswith("2.png") and samples.time.isVisible()


def test_evidence_that_is_no_picture_is_no_button(page, make, watch):
    run = make("one")
    run.evidence_path.mkdir()
    (run.evidence_path / "broken.png").write_bytes(b"no picture")
    run.append("guardian", kimg=2, level="alarm", text="Copies.", evidence="broken.png")
    watch.look()
    row = page.detail.guardian._rows.itemAt(0).widget()
    assert not row.findChildren(type(page.detail._stop))


def test_the_best_is_marked_and_can_be_played(page, make, watch):
    run = make("one", 4)
    assert not page.detail._play_best.isVisible() and not page.detail.samples.to_best.isVisible()
    run.append("measure", kimg=1.2, kid_rand=0.1, best=True)
    run.model_path.touch()
    (run.path / "best.safetensors").touch()
    watch.look()
    samples = page.detail.samples
    assert samples.time.best == 1
    samples.to_best.click()
    assert samples.time.value() == 1 and samples.kimg.text() == "1.0 kimg, best"
    played = []
    page.play_asked.connect(lambda path, medium: played.append((path.name, medium)))
    page.detail._play_best.click()
    page.detail._play.click()
    assert played == [("best.safetensors", "fake"), ("model.safetensors", "fake")]


def test_the_line_of_figures_says_speed_time_left_and_memory(page, make, watch):
    run = make("one", kimg=10.0)
    lock = run.lock()
    assert lock.acquire()
    run.append("progress", kimg=4, total_kimg=10, images_per_s=20.0, eta_s=300, memory_mb=3072)
    watch.look()
    words = page.detail._figures.text()
    lock.release()
    for part in ("4.0 of 10 kimg", "20 examples/s", "5 min left", "3.0 GB memory", "CPU"):
        assert part in words


def test_the_time_left_is_not_guessed_from_the_first_steps(page, make, watch):
    """Measured: 15 minutes at first, of a training that took 10."""
    run = make("one", 0, kimg=10.0)
    lock = run.lock()
    assert lock.acquire()
    words = []
    for kimg in (1, 2, 3):
        run.append("progress", kimg=kimg, total_kimg=10, images_per_s=20.0, eta_s=300)
        watch.look()
        words.append(page.detail._figures.text())
    run.append("start", kimg=3, total_kimg=10, device="CPU")
    run.append("progress", kimg=3, total_kimg=10, images_per_s=2.0, eta_s=3000)
    watch.look()
    words.append(page.detail._figures.text())
    lock.release()
    assert ["left" in one for one in words] == [False, False, True, False]


def test_several_runs_are_compared(qtbot, page, make, watch):
    first, second = make("one", 4, seed=1, batch=8), make("two", 3, seed=2)
    make("three", 1)
    page._compare.click()
    list_ = page.list
    list_.clearSelection()
    for row in range(list_.count()):
        entry = list_.item(row)
        if entry.text().startswith(("one", "two")):
            qtbot.mouseClick(
                list_.viewport(), Qt.MouseButton.LeftButton,
                pos=list_.visualItemRect(entry).center(),
            )  # fmt: skip
    assert page._right.currentWidget() is page.compare
    shown = page.compare
    assert {one.run.path for one in shown._runs} == {first.path, second.path}
    assert shown._kimg.text() == "2.0 kimg", "the newest that both have reached"
    rows = dict(shown.table.rows)
    assert sorted(rows["Seed"]) == ["1", "2"] and sorted(rows["Batch"]) == ["8", "auto"]
    shown.time.setValue(0)
    assert [column.view.path[-5:] for column in shown._columns[:2]] == ["0.png", "0.png"]
    second.append("sample", kimg=9, file="2.png")
    watch.look()
    assert shown.time.value() == 0 and shown.time.maximum() == 4, "nothing jumps"
    shown._close.click()
    assert page._right.currentWidget() is page.detail and not page._compare.isChecked()


def test_more_than_four_are_not_squeezed_in(page, make, watch):
    for name in "abcde":
        make(name, 1)
    page._choose_several([run.run.path for run in watch.runs])
    assert page.compare._title.text() == "Comparing the first 4 of 5"
    assert sum(column.isVisible() for column in page.compare._columns) == 4


def test_alike_settings_are_not_listed(make, watch):
    make("one")
    make("two")
    assert differing(watch.runs) == []


def test_an_hour_more_counts_as_the_run_does(make, watch):
    make("one")
    assert longer(watch.runs[0], 3600) == (None, 74.0)  # 2 kimg and an hour of 20 images a second
    make("two", 1, seconds=600.0)
    clock = next(run for run in watch.runs if run.name == "two")
    assert longer(clock, 3600) == (4200.0, None)


def test_an_hour_more_waits_its_turn(page, make, watch):
    make("old")
    run = make("one")
    lock = run.lock()
    assert lock.acquire()
    watch.look()
    page.show_run(run.path.parent / "old")
    page.detail._longer.click()
    assert watch.queue.names() == ["old"] and watch.waiting == 1
    assert RunFolder(run.path.parent / "old").config().kimg == 74.0
    line = StatusLine()
    line.show_run(watch.active, watch.waiting)
    assert line._run._left.text().endswith("1 in the queue")
    line.deleteLater()
    watch.queue.remove("old")
    lock.release()


def test_a_waiting_run_says_when_it_begins_and_leaves_the_queue_by_key(qtbot, page, make, watch):
    run = make("one")
    lock = run.lock()
    assert lock.acquire()
    watch.look()
    page._begin(TrainConfig("fake", "/folder", "two"), "two")
    page._begin(TrainConfig("fake", "/folder", "three"), "three")
    page.show_run(run.path.parent / "three")
    assert page.detail._message.text() == "Begins by itself after those before it."
    assert page.detail._earlier.isVisible() and not page.detail._play.isVisible()
    page.detail._earlier.click()
    assert watch.queue.names() == ["three", "two"]
    assert page.detail._message.text() == "Begins by itself when one has ended."
    page.list.setFocus()
    qtbot.keyClick(page.list, Qt.Key.Key_Delete)
    assert watch.queue.names() == ["two"]
    assert page.detail._state.text() == "Not started"
    page.detail._pause.click()
    assert watch.queue.names() == ["two", "three"], "never two at once"
    qtbot.keyClick(page.list, Qt.Key.Key_Up, Qt.KeyboardModifier.AltModifier)
    assert watch.queue.names() == ["three", "two"]
    page.detail._leave.click()
    assert watch.queue.names() == ["two"]
    watch.queue.remove("two")
    lock.release()


def test_a_pace_that_a_run_has_measured_is_no_guess_any_more(qtbot, page, make, watch, tmp_path):
    for number in range(40):
        (tmp_path / f"{number}.grey").touch()
    page.take_folder(tmp_path, "fake")
    qtbot.waitUntil(page.form.start_button.isEnabled)
    assert page.form.plan.presets.cards[1].time.startswith("roughly")
    run = make("one")
    assert page.form.plan.presets.cards[1].time.startswith("roughly"), "its first moments"
    for number in range(SETTLED_LOOKS):
        run.append("progress", kimg=3 + number / 100, images_per_s=20.0)
    watch.look()
    assert page.form.plan.presets.cards[1].time.startswith("about")
    assert "expect about" in page.form.verdict._sentence.text()


def test_one_run_takes_no_more_room_than_its_row(qtbot, page, make):
    make("one")
    qtbot.waitUntil(lambda: page.list.height() > 0)
    assert page._runs.height() < 120


def test_every_control_has_a_name_a_tooltip_and_the_keyboard(page, make):
    make("one")
    make("two")
    kinds = (QAbstractButton, QAbstractSlider, QAbstractSpinBox, QComboBox, QLineEdit)
    controls = [
        one
        for kind in kinds
        for one in page.findChildren(kind)
        if not isinstance(one, QScrollBar) and not one.objectName().startswith("qt_")
        if not isinstance(one.parent(), (QAbstractSpinBox, QComboBox, QAbstractScrollArea))
    ]
    assert len(controls) > 40
    named = [one for one in controls if one.accessibleName() or getattr(one, "text", str)()]
    assert [one for one in controls if one not in named] == []
    silent = [one for one in controls if not one.toolTip()]
    assert [one.text() for one in silent] == []
    assert [one for one in controls if one.focusPolicy() == Qt.FocusPolicy.NoFocus] == []


def test_compare_says_what_it_needs(qtbot, page, make, watch):
    make("one")
    assert page._hint.text() == "Compare needs a second run" and page._hint.isVisible()
    assert not page._compare.isEnabled()
    make("two")
    assert page._hint.text() == "Ctrl+click a second to compare"
    page._compare.click()
    assert page._hint.text() == "Now click a second run"
    page._choose_several([run.run.path for run in watch.runs])
    assert page._right.currentWidget() is page.compare and page._hint.text() == ""
    page.compare._close.click()
    assert page._hint.text() == "Ctrl+click a second to compare"
    wide = page._hint.fontMetrics().horizontalAdvance(page._hint.text())
    assert wide <= page._hint.width(), "not cut off"


def type_name(qtbot, page, text, key):
    """F2 on the current run, another name, and a key that ends it."""
    page.list.setFocus()
    qtbot.keyClick(page.list, Qt.Key.Key_F2)
    editor = page.list.findChild(QLineEdit)
    editor.selectAll()
    qtbot.keyClicks(editor, text)
    qtbot.keyClick(editor, key)
    qtbot.waitUntil(lambda: page.list.findChild(QLineEdit) is None)


def test_a_run_is_renamed_in_its_row(qtbot, page, make, watch):
    run = make("one")
    make("two")
    page.show_run(run.path)
    type_name(qtbot, page, "Red apples", Qt.Key.Key_Return)
    assert read_title(run.path) == "Red apples" and page.detail._name.text() == "Red apples"
    assert "Red apples, broke off" in [page.list.item(row).text() for row in range(2)]
    type_name(qtbot, page, "nonsense", Qt.Key.Key_Escape)
    assert read_title(run.path) == "Red apples"
    rename(run, "")
    watch.look()
    assert page.detail._name.text() == "one", "another window may rename as well"


def test_nothing_moves_in_the_list_while_a_name_is_typed(qtbot, page, make, watch):
    run = make("one")
    page.show_run(run.path)
    page.list.rename_current()
    make("two")
    page.refresh()
    assert page.list.count() == 1
    editor = page.list.findChild(QLineEdit)
    assert editor.maxLength() == 80
    qtbot.keyClicks(editor, "!")
    qtbot.keyClick(editor, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: page.list.count() == 2)
    assert read_title(run.path).endswith("!")


def test_the_menu_of_a_run_offers_what_can_be_done_with_it(page, make, watch):
    run = make("one")
    lock = run.lock()
    assert lock.acquire()
    watch.look()
    for name in ("two", "three"):
        page._begin(TrainConfig("fake", "/folder", name), name)
    offered = {
        one.name: [action.text() for action in page.list.menu_of(one).actions() if action.text()]
        for one in watch.runs
    }
    assert offered["one"] == ["Rename\tF2"]
    assert offered["two"] == ["Rename\tF2", "Remove from the queue\tDel"]
    assert "Earlier in the queue\tAlt+Up" in offered["three"]
    for name in ("two", "three"):
        watch.queue.remove(name)
    watch.look()
    rests = next(one for one in watch.runs if one.name == "two")
    page.list.menu_of(rests).actions()[0].trigger()
    lock.release()
    assert page.list.menu_of(rests).actions()[-1].text() == "Move to the bin"


def test_two_runs_are_never_called_alike(watch, make, monkeypatch):
    make("apples")
    monkeypatch.setattr(watch, "resume_or_wait", lambda run: None)
    for number in (2, 3):
        begun = watch.begin(TrainConfig("fake", "/folder", "apples"), "apples")
        assert begun.name == begun.config.name == f"apples {number}"
