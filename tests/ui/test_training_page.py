"""Train: the form, the doctor's verdict, following runs on disk, commands to them."""

import json
from pathlib import Path

import pytest

from studio.core.run_folder import RunFolder, TrainConfig
from studio.ui.run_watch import last_words
from studio.ui.training_page import TrainingPage


@pytest.fixture
def page(qtbot, kind, context, watch):
    page = TrainingPage([kind], context, watch)
    qtbot.addWidget(page)
    page.resize(1224, 740)
    page.show()
    return page


@pytest.fixture
def run(context, tmp_path):
    run = RunFolder(context.places.runs_path / "mine")
    run.create(TrainConfig("fake", str(tmp_path), "Mine", seconds=600.0))
    run.append("start", kimg=0, total_kimg=1e6, device="CPU, 1 thread")
    run.append("progress", kimg=2.5, images_per_s=40.0, eta_s=300.0, loss_d=0.5, loss_g=1.0)
    run.append("progress", kimg=3.0, images_per_s=40.0, eta_s=290.0, loss_d=0.4, loss_g=1.1)
    return run


@pytest.fixture
def started(monkeypatch):
    """The commands of the trainers that would have been started; none of them ever ends."""
    commands = []

    class Child:
        def __init__(self, command, **options):
            commands.append(command)

        def poll(self):
            return None

    monkeypatch.setattr("studio.ui.run_watch.subprocess.Popen", Child)
    return commands


def folder_with(tmp_path, count):
    folder = tmp_path / "files"
    folder.mkdir(parents=True)
    for number in range(count):
        (folder / f"{number}.grey").touch()
    return folder


def test_a_dropped_folder_is_examined_and_can_be_trained(qtbot, page, tmp_path):
    page.take_folder(folder_with(tmp_path, 120), "")
    start = page.form.start_button
    qtbot.waitUntil(start.isEnabled)
    sentence = page.form.verdict._sentence.text
    assert sentence() == "✓  120 files; expect roughly 40 min on this processor."
    asked = []
    page.form.asked.disconnect()
    page.form.asked.connect(lambda config, name: asked.append((config, name)))
    page.form.plan.presets.cards[0].click()
    assert sentence() == "✓  120 files; expect roughly 6 min on this processor."
    start.click()
    config, name = asked[0]
    assert (config.medium, config.preset, config.name, name) == ("fake", "draft", "files", "files")
    assert config.seconds is None and config.kimg == page.form.plan.presets.plan.kimg


def test_too_few_files_cannot_be_trained(qtbot, page, tmp_path):
    page.take_folder(folder_with(tmp_path, 7), "")
    qtbot.waitUntil(lambda: "at least 8" in page.form.verdict._sentence.text())
    assert not page.form.start_button.isEnabled()


def test_a_missing_folder_is_a_sentence(qtbot, page, tmp_path):
    page.take_folder(tmp_path / "gone", "")
    assert "There is no folder" in page.form.verdict._sentence.text()


def test_a_run_on_disk_is_found_and_shown(page, watch, run):
    watch.look()
    shown = watch.runs[0]
    assert (shown.name, shown.state, shown.device) == ("Mine", "stopped", "CPU, 1 thread")
    assert shown.share == pytest.approx(1 - 290 / 600)
    assert len(shown.figures) == 2
    assert page.list.count() == 1
    assert "3.0 kimg" in page.detail._figures.text()


def test_new_lines_are_followed_and_a_living_run_is_running(page, watch, run):
    lock = run.lock()
    assert lock.acquire()
    watch.look()
    assert watch.active is not None and watch.active.state == "running"
    run.append("progress", kimg=4.0, images_per_s=41.0, eta_s=280.0)
    watch.look()
    assert watch.active.status.kimg == 4.0
    watch.pause_or_resume()
    assert run.command() == "pause" and watch.active.state == "paused"
    page.detail._pause.click()
    assert run.command() == "run"
    page.detail._stop.click()
    assert run.command() == "stop" and watch.active.state == "stopping"
    lock.release()
    watch.look()
    assert watch.active is None


def test_samples_can_be_walked_through_time(page, watch, run):
    from PIL import Image

    for kimg in (0, 1, 2):
        file = run.samples_path / f"{kimg:010.3f}.png"
        Image.new("RGB", (16, 8), (80 * kimg, 0, 0)).save(file)
        run.append("sample", kimg=kimg, file=f"samples/{file.name}")
    watch.look()
    slider = page.detail.samples.time
    assert (slider.maximum(), slider.value()) == (2, 2)
    slider.setValue(0)
    assert page.detail.samples.kimg.text() == "0.0 kimg"
    run.append("sample", kimg=3, file=f"samples/{file.name}")
    watch.look()
    assert slider.value() == 0, "a person looks at an old one; nothing jumps"
    page.detail.samples.newest.click()
    assert slider.value() == 3


def test_beginning_starts_a_process_of_its_own(context, watch, monkeypatch, tmp_path):
    started = []

    class Child:
        def __init__(self, command, **options):
            started.append((command, options))

        def poll(self):
            return None

    monkeypatch.setattr("studio.ui.run_watch.subprocess.Popen", Child)
    run = watch.begin(TrainConfig("fake", str(tmp_path), "Mine"), "mine")
    command, options = started[0]
    assert command[1:] == [
        "-m", "studio", "train", "--resume", "--out", str(run.run.path), "--events",
        "--background",
    ]  # fmt: skip
    assert options["start_new_session"] is True
    assert run.state == "starting"
    watch.resume(run.run)
    assert len(started) == 1, "never two trainers for one run"
    again = watch.begin(TrainConfig("fake", str(tmp_path), "Mine"), "mine")
    assert again.run.path.name == "mine_2"


def test_a_damaged_run_hides_no_other(watch, run, context):
    bad = context.places.runs_path / "bad"
    bad.mkdir()
    (bad / "config.json").write_text("{")
    watch.look()
    assert [one.name for one in watch.runs] == ["Mine"]


def test_the_trainers_last_words_are_shown_but_no_json(run):
    log = run.path / "trainer.log"
    log.write_text(json.dumps({"event": "start"}) + "\n")
    assert last_words(run) == ""
    log.write_text("Traceback\nMemoryError: no room\n")
    assert last_words(run) == "MemoryError: no room"


def test_a_trainer_that_was_killed_is_said_and_can_go_on(qtbot, page, watch, run):
    ended = []
    watch.ended.connect(lambda one: ended.append(one.broke_off))
    lock = run.lock()
    assert lock.acquire()
    watch.look()
    assert not watch.runs[0].broke_off and ended == []
    lock.release()  # as the system does when a process dies
    watch.look()
    assert ended == [True] and page.detail._state.text() == "Broke off"
    assert "last checkpoint" in page.detail._message.text()
    assert page.list.item(0).text() == "Mine, broke off"
    assert page.detail._pause.text() == "Go on" and page.detail._pause.isEnabled()
    run.append("stopped", kimg=3.0, text="")
    watch.look()
    assert page.detail._state.text() == "Stopped" and not page.detail._message.isVisible()


def test_curves_and_samples_go_back_with_the_checkpoint(watch, run):
    run.append("sample", kimg=3.0, file="samples/3.png")
    run.append("start", kimg=2.5, total_kimg=1e6, device="CPU, 1 thread")
    run.append("progress", kimg=2.7, images_per_s=40.0, eta_s=295.0)
    watch.look()
    assert [figure["kimg"] for figure in watch.runs[0].figures] == [2.5, 2.7]
    assert watch.runs[0].samples == []


def test_while_one_trains_the_next_waits_its_turn(qtbot, page, watch, run, tmp_path, started):
    page.take_folder(folder_with(tmp_path, 120), "")
    start = page.form.start_button
    qtbot.waitUntil(start.isEnabled)
    assert start.text() == "Start training"
    lock = run.lock()
    assert lock.acquire()
    watch.look()
    assert start.text() == "Add to the queue" and "Mine" in start.toolTip()
    start.click()
    assert watch.queue.names() == ["files"] and not started
    assert page.detail._name.text() == "Mine", "what trains stays in view"
    assert page.list.item(1).text() == "files, next in the queue"
    lock.release()
    run.append("finished", kimg=3.0)
    watch.look()
    (command,) = started
    assert command[command.index("--out") + 1] == str(run.path.parent / "files")


def test_the_example_folder_is_one_click_away(page, monkeypatch, tmp_path):
    folder = folder_with(tmp_path, 12)
    monkeypatch.setattr("studio.ui.training_form.resource", lambda *parts: folder)
    assert page.form._example.isVisible()
    page.form._example.click()
    assert page.form._folder == folder and not page.form._example.isVisible()


def test_remedies_that_are_ticked_go_into_the_training(qtbot, page, tmp_path):
    page.take_folder(folder_with(tmp_path, 120), "")
    verdict, start = page.form.verdict, page.form.start_button
    qtbot.waitUntil(start.isEnabled)
    tick = verdict._ticks["skip-odd"]
    assert tick.text() == "Leave out odd files  (60)" and not tick.isChecked()
    tick.click()
    assert not start.isEnabled(), "looked at again first"
    qtbot.waitUntil(start.isEnabled)
    assert verdict._sentence.text().startswith("!  60 files, 60 left out; expect")
    assert verdict._ticks["skip-odd"] is tick and tick.isChecked(), "the focus stays on it"
    asked = []
    page.form.asked.disconnect()
    page.form.asked.connect(lambda config, name: asked.append(config))
    start.click()
    assert asked[0].remedies == ("skip-odd",)


def test_another_folder_begins_without_remedies(qtbot, page, tmp_path):
    page.take_folder(folder_with(tmp_path, 120), "")
    start = page.form.start_button
    qtbot.waitUntil(start.isEnabled)
    page.form.verdict._ticks["skip-odd"].click()
    page.take_folder(folder_with(tmp_path / "other", 130), "")
    qtbot.waitUntil(start.isEnabled)
    assert page.form.verdict._sentence.text().startswith("✓  130 files;")
    assert not page.form.verdict._ticks["skip-odd"].isChecked()


def test_a_run_that_rests_can_be_put_into_the_bin(page, watch, run, tmp_path, monkeypatch):
    binned = []

    def bin_it(path):
        binned.append(path)
        return Path(path).rename(tmp_path / "bin").is_dir()

    monkeypatch.setattr("studio.ui.run_actions.QFile.moveToTrash", bin_it)
    run.append("stopped", kimg=3.0)
    watch.look()
    page.detail._remove.click()
    assert binned == [str(run.path)] and not watch.runs
    assert page._right.currentWidget() is page._nothing


def test_a_run_that_trains_or_that_the_bin_refuses_stays(page, watch, run, context, monkeypatch):
    monkeypatch.setattr("studio.ui.run_actions.QFile.moveToTrash", lambda path: False)
    said = []
    context.notify = said.append
    run.append("stopped", kimg=3.0)
    lock = run.lock()
    assert lock.acquire()
    watch.look()
    assert not page.detail._remove.isVisible()
    page._actions.remove(watch.runs[0])
    lock.release()
    watch.look()
    assert page.detail._remove.isVisible()
    page.detail._remove.click()
    assert run.path.is_dir() and len(said) == 2
    assert "stop it first" in said[0] and "The bin did not take Mine" in said[1]


def test_unfolded_experts_come_into_view(qtbot, page, tmp_path):
    page.take_folder(folder_with(tmp_path, 120), "")
    qtbot.waitUntil(page.form.start_button.isEnabled)
    experts = page.form.plan.experts
    experts.unfold()
    qtbot.waitUntil(lambda: not experts.field("seed").visibleRegion().isEmpty())
    assert not experts._head.visibleRegion().isEmpty()
