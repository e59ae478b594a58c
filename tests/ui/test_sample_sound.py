"""Samples of a run heard on the Train page: by pointer and keys, through a sound that is none."""

from dataclasses import replace

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QKeyEvent

from studio.core.errors import StudioError
from studio.core.run_folder import RunFolder, TrainConfig
from studio.core.sample_sheet import COLUMNS, COUNT, GAP_PX, ROWS, beside, write_examples
from studio.core.work import Finished, Progress
from studio.ui.training_page import TrainingPage

CELL_PX = 12
SILENCE = "There is no audio device here."


class FakeSound:
    """Remembers what it was asked for; the test says how far it is."""

    def __init__(self):
        self.played, self.share, self.message, self.error = [], None, "", None
        self.is_closed = False

    def render(self, example, settings):
        yield Progress(0, 1)
        if self.error:
            raise self.error
        yield Finished(int(example[0, 0, 0]))

    def play(self, rendered):
        self.played.append(rendered)
        self.share = 0.25
        return self.message

    def stop(self):
        self.share = None

    def close(self):
        self.is_closed = True


@pytest.fixture
def sound():
    return FakeSound()


@pytest.fixture
def page(qtbot, kind, context, watch, sound):
    kinds = [replace(kind, load_sound=lambda: sound), replace(kind, name="mute")]
    page = TrainingPage(kinds, context, watch)
    qtbot.addWidget(page)
    page.resize(1224, 740)
    page.show()
    yield page
    page.leaving.emit()
    assert sound.is_closed or not sound.played


@pytest.fixture
def make(context, watch):
    """Makes a run of two looks; the samples of the second are 100 to 131."""

    def made(name, medium="fake", kept=True):
        run = RunFolder(context.places.runs_path / name)
        run.create(TrainConfig(medium, "/folder", name))
        run.append("start", kimg=0, total_kimg=10, device="CPU")
        for kimg in (0, 1):
            add_sample(run, kimg, kept)
        watch.look()
        return run

    return made


def add_sample(run, kimg, kept=True):
    size = (COLUMNS * (CELL_PX + GAP_PX) - GAP_PX, ROWS * (CELL_PX + GAP_PX) - GAP_PX)
    picture = run.samples_path / f"{kimg}.png"
    Image.new("RGB", size, (0, 80, 0)).save(picture)
    if kept:
        values = np.arange(COUNT, dtype=np.uint8)[:, None, None, None] + 100 * kimg
        write_examples(picture, np.broadcast_to(values, (COUNT, 3, 4, 4)).astype(np.uint8))
    run.append("sample", kimg=kimg, file=picture.name)


def click(qtbot, view, place):
    qtbot.mouseClick(
        view, Qt.MouseButton.LeftButton, pos=view.cell(place).center().toPoint()
    )  # fmt: skip


def hear(qtbot, page, sound, place):
    """Click a sample of the shown run and wait until it sounds."""
    count = len(sound.played)
    click(qtbot, page.detail.samples.view, place)
    qtbot.waitUntil(lambda: len(sound.played) > count)


def test_a_click_lets_a_sample_be_heard_and_another_one_ends_it(qtbot, page, make, sound):
    run = make("one")
    before = {path: path.read_bytes() for path in run.path.rglob("*") if path.is_file()}
    view = page.detail.samples.view
    hear(qtbot, page, sound, 9)
    assert sound.played == [109] and view.sounding == 9
    hear(qtbot, page, sound, 3)
    assert sound.played == [109, 103] and view.sounding == 3
    click(qtbot, view, 3)
    assert view.sounding is None and sound.share is None
    after = {path: path.read_bytes() for path in run.path.rglob("*") if path.is_file()}
    assert after == before, "nothing is written into the run"


def test_what_sounds_is_marked_and_ends_by_itself(qtbot, page, make, sound):
    make("one")
    view = page.detail.samples.view
    plain = view.grab().toImage()
    hear(qtbot, page, sound, 0)
    marked, at = view.grab().toImage(), view.cell(0).topLeft().toPoint()
    assert marked.pixelColor(at.x(), at.y()) != plain.pixelColor(at.x(), at.y())
    sound.share = None
    qtbot.waitUntil(lambda: view.sounding is None)


def test_the_keyboard_chooses_plays_and_stops(qtbot, page, make, sound):
    make("one")
    view = page.detail.samples.view
    view.setFocus()
    for key in (Qt.Key.Key_Right, Qt.Key.Key_Down, Qt.Key.Key_Left, Qt.Key.Key_Left):
        qtbot.keyClick(view, key)
    for number, key in enumerate((Qt.Key.Key_Space, Qt.Key.Key_Return)):
        qtbot.keyClick(view, key)
        qtbot.waitUntil(lambda count=number + 1: len(sound.played) == count)
        assert sound.played[-1] == 100 + COLUMNS - 1 and view.sounding == COLUMNS - 1
        assert view.accessibleDescription() == "Sample 8 of 32: sounds"
        qtbot.keyClick(view, (key, Qt.Key.Key_Escape)[number])
        assert view.sounding is None
    override = QKeyEvent(
        QEvent.Type.ShortcutOverride, Qt.Key.Key_Space, Qt.KeyboardModifier.NoModifier
    )
    override.ignore()
    assert view.event(override) and override.isAccepted(), "Space is no shortcut here"


def test_it_falls_silent_when_the_page_the_run_or_the_moment_changes(qtbot, page, make, sound):
    make("other")
    make("one")
    view, samples = page.detail.samples.view, page.detail.samples
    leave = (
        page.hide,
        lambda: page.show_run(page._watch.runs[1].run.path),
        lambda: samples.time.setValue(0),
    )
    for step in leave:
        page.show()
        page.show_run(page._watch.runs[0].run.path)
        samples.newest.click()
        hear(qtbot, page, sound, 2)
        step()
        assert view.sounding is None and sound.share is None


def test_a_picture_stays_while_it_is_heard(qtbot, page, make, sound, watch):
    run = make("one")
    samples = page.detail.samples
    hear(qtbot, page, sound, 2)
    add_sample(run, 2)
    watch.look()
    assert samples.view.path.endswith("1.png") and samples.view.sounding == 2
    click(qtbot, samples.view, 2)
    page.refresh()
    assert samples.view.path.endswith("2.png")


def test_between_the_samples_nothing_is_heard(qtbot, page, make, sound):
    make("one")
    view = page.detail.samples.view
    gap = QPointF(view.cell(0).right() + 1, view.cell(0).center().y())
    assert view.place_at(gap) is None and view.place_at(view.cell(31).center()) == 31
    qtbot.mouseClick(view, Qt.MouseButton.LeftButton, pos=gap.toPoint())
    assert view.sounding is None


def test_without_a_device_it_is_said_once(qtbot, page, make, sound, context):
    make("one")
    sound.message = SILENCE
    hear(qtbot, page, sound, 2)
    hear(qtbot, page, sound, 3)
    assert context.said == [SILENCE]


def test_runs_without_notes_and_media_without_sound_are_only_seen(qtbot, page, make, sound):
    make("old", kept=False)
    view = page.detail.samples.view
    assert "only their picture was kept" in view.toolTip()
    click(qtbot, view, 2)
    assert view.sounding is None and view.focusPolicy() == Qt.FocusPolicy.NoFocus
    mute = make("mute", medium="mute")
    page.show_run(mute.path)
    assert view.toolTip() == "" and "click" not in page.detail.samples._name.text()
    click(qtbot, view, 2)
    assert view.sounding is None


def test_damaged_notes_are_a_sentence(qtbot, page, make, sound, context):
    run = make("one")
    beside(run.samples_path / "1.png").write_bytes(b"no notes")
    click(qtbot, page.detail.samples.view, 2)
    qtbot.waitUntil(lambda: bool(context.said))
    assert "damaged" in context.said[0] and page.detail.samples.view.sounding is None
    sound.error = StudioError("The SoundFont is missing.")
    page.detail.samples.time.setValue(0)
    click(qtbot, page.detail.samples.view, 2)
    qtbot.waitUntil(lambda: len(context.said) == 2)
    assert context.said[1] == "The SoundFont is missing."


def test_compared_runs_are_heard_one_at_a_time(qtbot, page, make, sound, watch):
    make("one")
    make("two")
    page._choose_several([run.run.path for run in watch.runs])
    first, second = (column.view for column in page.compare._columns[:2])
    click(qtbot, first, 4)
    qtbot.waitUntil(lambda: sound.played == [104])
    click(qtbot, second, 5)
    assert (first.sounding, second.sounding) == (None, 5)
    page._end_compare()
    assert second.sounding is None
