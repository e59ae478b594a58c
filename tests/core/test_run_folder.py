"""A run on disk: what one process writes another reads, and damage never raises."""

import errno
import json
import math
import os
import shutil
import tempfile
from dataclasses import fields, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.core.claim import RunGone
from studio.core.errors import DiskFull, StudioError
from studio.core.run_folder import RunFolder, RunStatus, TrainConfig, config_from_json
from studio.core.train_ranges import ALLOWED

anything = (
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.lists(st.integers())
)
events = st.sampled_from(
    ["start", "progress", "sample", "paused", "stopped", "finished", "measure", "guardian"]
)


@pytest.fixture
def run(tmp_path):
    run = RunFolder(tmp_path / "run")
    run.create(TrainConfig("artwork", "/pictures", kimg=5))
    return run


def test_the_config_comes_back(run):
    assert run.config() == TrainConfig("artwork", "/pictures", kimg=5)
    with pytest.raises(StudioError, match="already holds a training run"):
        run.create(TrainConfig("artwork", "/pictures"))


def test_remedies_come_back_and_damaged_ones_are_refused(tmp_path):
    run = RunFolder(tmp_path / "cured")
    run.create(TrainConfig("artwork", "x", remedies=("crop-long", "skip-near-copies")))
    assert run.config().remedies == ("crop-long", "skip-near-copies")
    for remedies in ("crop-long", [1], [["crop-long"]], {"crop-long": 1}, None, 3):
        with pytest.raises(StudioError, match="damaged"):
            config_from_json({"medium": "artwork", "folder": "x", "remedies": remedies})


def test_a_missing_or_damaged_config_is_a_sentence(run, tmp_path):
    with pytest.raises(StudioError, match="no training run"):
        RunFolder(tmp_path / "nothing").config()
    for content in (b"", b"{", b"[]", b"{}", b'{"medium": 3, "folder": "x"}', b"\xff"):
        run.config_path.write_bytes(content)
        with pytest.raises(StudioError, match="damaged"):
            run.config()
        assert run.config_path.read_bytes() == content


@given(st.dictionaries(st.sampled_from(list(TrainConfig.__dataclass_fields__)), anything))
def test_any_json_is_a_config_or_a_sentence(values):
    try:
        config = config_from_json({"medium": "artwork", "folder": "x", **values})
    except StudioError:
        return
    assert isinstance(config.size_px, int) and math.isfinite(config.kimg)


def test_status_follows_the_events(run):
    assert run.status() == RunStatus()
    lock = run.lock()
    assert lock.acquire() and run.is_running()
    run.append("start", kimg=0, total_kimg=5)
    run.append("progress", kimg=1.5, total_kimg=5, images_per_s=30, eta_s=100)
    run.append("sample", file="../../outside.png")
    status = run.status()
    assert (status.state, status.kimg, status.eta_s) == ("running", 1.5, 100)
    assert status.sample == run.samples_path / "outside.png"
    lock.release()
    assert run.status().state == "stopped"  # its trainer is gone
    run.append("finished", kimg=5)
    assert run.status().state == "finished"


def test_lines_are_read_once_and_half_a_line_is_waited_for(run):
    run.append("start")
    found, offset = run.events()
    assert [record["event"] for record in found] == ["start"]
    with open(run.events_path, "a") as file:
        file.write('not json\n[]\n{"event": 3}\n{"event": "progress"')
    assert run.events(offset)[0] == []
    offset = run.events(offset)[1]
    with open(run.events_path, "a") as file:
        file.write("}\n")
    assert run.events(offset)[0] == [{"event": "progress"}]


@given(st.lists(st.dictionaries(st.sampled_from(["kimg", "eta_s", "file", "text"]), anything)))
def test_no_record_can_break_the_status(tmp_path_factory, records):
    run = RunFolder(tmp_path_factory.mktemp("run"))
    with open(run.events_path, "w") as file:
        for record in records:
            file.write(json.dumps({"event": "progress", **record}) + "\n")
    assert run.status().state in ("new", "stopped")


def test_commands(run):
    assert run.command() == "run"
    run.tell("pause")
    assert run.command() == "pause"
    run.command_path.write_bytes(b"\xff explode")
    assert run.command() == "run"


def full(*_, **__):
    raise OSError(errno.ENOSPC, "No space left on device")


def full_for_writers(real):
    def opened(path, flags, *mode):
        return full() if flags & os.O_CREAT else real(path, flags, *mode)

    return opened


def half_and_then_full(real):
    def write(handle, content):
        real(handle, content[: len(content) // 2])
        raise OSError(errno.ENOSPC, "No space left on device")

    return write


def kimgs(run):
    return [record["kimg"] for record in run.events()[0]]


def test_a_half_line_of_a_killed_trainer_stays_alone(run):
    run.append("progress", kimg=1)
    with open(run.events_path, "a") as file:
        file.write('{"event": "progress", "ki')
    again = RunFolder(run.path)
    again.append("start", kimg=2)
    assert kimgs(again) == [1, 2]
    assert run.events_path.read_text().count("\n") == 3


@pytest.mark.parametrize("fault", ["open", "write", "half", "short", "truncate"])
def test_events_wait_while_the_disk_is_full(run, monkeypatch, fault):
    run.append("progress", kimg=0)
    before = run.events_path.read_bytes()
    with monkeypatch.context() as broken:
        write = os.write
        if fault == "open":
            broken.setattr(os, "open", full_for_writers(os.open))
        elif fault == "write":
            broken.setattr(os, "write", full)
        elif fault == "short":  # some systems write what they can, and say how much that was
            broken.setattr(os, "write", lambda handle, content: write(handle, content[:9]))
        else:
            broken.setattr(os, "write", half_and_then_full(write))
        if fault == "truncate":
            broken.setattr(os, "ftruncate", full)
        record = run.append("progress", kimg=1)
        assert record["kimg"] == 1
        run.append("progress", kimg=2)
        assert not run.write_waiting()
        assert run.events_path.read_bytes() == before or fault == "truncate"
        assert kimgs(run) == [0]
    assert run.write_waiting()
    assert kimgs(run) == [0, 1, 2]
    run.append("progress", kimg=3)
    assert kimgs(run) == [0, 1, 2, 3]


def test_only_the_newest_thousand_wait(run, monkeypatch):
    with monkeypatch.context() as broken:
        broken.setattr(os, "open", full)
        for kimg in range(1500):
            run.append("progress", kimg=kimg)
    run.append("stopped", kimg=1500)
    assert kimgs(run) == list(range(501, 1501))


def test_a_reader_never_loses_its_place_to_a_full_disk(run, monkeypatch):
    run.append("progress", kimg=1)
    offset = run.events()[1]
    with monkeypatch.context() as broken:
        broken.setattr(os, "write", half_and_then_full(os.write))
        run.append("progress", kimg=2)
        assert run.events(offset) == ([], offset)
    run.append("progress", kimg=3)
    assert [record["kimg"] for record in run.events(offset)[0]] == [2, 3]


def test_the_word_of_the_person_gets_through_a_full_disk(run, monkeypatch):
    monkeypatch.setattr(tempfile, "mkstemp", full)
    with pytest.raises(DiskFull, match="command needs"):
        run.tell("pause")  # there was none before whose room it could take
    monkeypatch.undo()
    run.tell("run")
    monkeypatch.setattr(tempfile, "mkstemp", full)
    for word in ("stop", "pause", "run"):
        run.tell(word)
        assert run.command() == word


def test_a_run_that_cannot_be_made_leaves_no_config(tmp_path, monkeypatch):
    run = RunFolder(tmp_path / "run")
    monkeypatch.setattr(tempfile, "mkstemp", full)
    with pytest.raises(DiskFull):
        run.create(TrainConfig("artwork", "/pictures"))
    monkeypatch.undo()
    run.create(TrainConfig("artwork", "/pictures"))
    assert run.config().medium == "artwork" and run.samples_path.is_dir()


def test_what_the_guardian_says_is_neither_state_nor_step(tmp_path):
    run = RunFolder(tmp_path / "run")
    run.create(TrainConfig("artwork", "."))
    run.append("start", kimg=0, total_kimg=10, resumed_from=0, device="CPU")
    run.append("progress", kimg=2, images_per_s=9, augment=0.2, memory_mb=812.5, unknown=[1])
    run.append("guardian", kimg=1.5, alarm="copying", level="alarm", text="Copies.", reaction="")
    run.append("measure", kimg=1.5, kid_rand=0.1, best=True)
    run.append("measure", kimg=2.0, kid_rand=0.2, best=False)
    run.append("measure", kimg="soon", best=1)
    status = run.status()
    assert (status.kimg, status.text, status.state) == (2.0, "", "stopped")
    assert (status.best_kimg, status.augment, status.memory_mb) == (1.5, 0.2, 812.5)


def test_a_pause_with_a_reason_keeps_it_until_it_goes_on(tmp_path):
    run = RunFolder(tmp_path / "run")
    status = run.after(run.status(), {"event": "paused", "text": "The disk is full."})
    status = run.after(status, {"event": "guardian", "text": "Something else.", "kimg": 3})
    assert (status.state, status.text) == ("paused", "The disk is full.")
    assert run.after(status, {"event": "progress", "kimg": 4}).text == ""


def config_with(**changes):
    return config_from_json({"medium": "artwork", "folder": "x", **changes})


def test_every_setting_has_a_range():
    kinds = {field.name: type(field.default) for field in fields(TrainConfig)}
    assert ALLOWED.keys() == {name for name, kind in kinds.items() if kind is not bool}
    assert config_with() == TrainConfig("artwork", "x")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("size_px", 33), ("size_px", 1), ("size_px", 4), ("size_px", 10**30), ("kimg", -1),
        ("kimg", 1e308), ("seconds", -1), ("batch", -5), ("batch", 10**6), ("batch", 10**12),
        ("channel_base", 0), ("channel_base", -1), ("channel_base", 32), ("channel_base", 10**9),
        ("channel_max", 0), ("channel_max", 4096), ("learning_rate", 1e300), ("gamma", -1),
        ("gamma", 1e300), ("gamma_end", -1), ("penalty_every", 10**30), ("augment", 5),
        ("augment", -2), ("ema_kimg", -1), ("check_kimg", -1), ("accumulate", 0),
        ("accumulate", -1), ("accumulate", 10**9), ("freeze", -100), ("freeze", 10**9),
        ("precision", "x"), ("seed", 2**70), ("checkpoint_seconds", -1), ("sample_seconds", -5),
        ("threads", 2**40), ("folder", ""), ("name", "x" * 10**5), ("remedies", ["x"] * 1000),
    ],
)  # fmt: skip
def test_a_setting_out_of_its_range_is_named(tmp_path, name, value):
    with pytest.raises(StudioError, match=f"is damaged: {name} (may|is)"):
        config_with(**{name: value})
    run = RunFolder(tmp_path / "run")
    value = tuple(value) if isinstance(value, list) else value
    with pytest.raises(StudioError, match=f"cannot be: {name} "):
        run.create(replace(TrainConfig("artwork", "x"), **{name: value}))
    assert not run.config_path.exists()


def test_a_config_that_is_no_config_is_a_sentence(run):
    for content in (b"[" * 100_000, b'{"a":' * 5000, b" " * 2**21):
        run.config_path.write_bytes(content)
        with pytest.raises(StudioError, match="damaged"):
            run.config()


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="has no pipes among files")
def test_a_pipe_in_a_run_is_never_waited_for(run):
    for path in (run.config_path, run.command_path, run.events_path):
        path.unlink(missing_ok=True)
        os.mkfifo(path)
    with pytest.raises(StudioError, match="is no file"):
        run.config()
    assert run.command() == "run" and run.events() == ([], 0)


def test_only_one_process_holds_a_run(run):
    other = RunFolder(run.path)
    with run.claim.held():
        with run.claim.held():
            assert other.is_running(), "who holds it already goes on with it"
        with pytest.raises(StudioError, match="already being trained"), other.claim.held():
            pass
    with other.claim.held():
        assert not other.claim.is_lost
    assert not run.is_running()


def test_nothing_is_written_into_a_run_that_was_deleted(run):
    with run.claim.held():
        shutil.rmtree(run.path)
        run.append("progress", kimg=1)
        run.tell("stop")
        assert not run.path.exists() and run.claim.is_lost
        again = RunFolder(run.path)
        again.create(TrainConfig("artwork", "/others"))
        with again.claim.held(), pytest.raises(RunGone, match="deleted or replaced"):
            run.claim.refuse_lost()
        run.append("progress", kimg=2)
    run.forget_start()
    assert again.config().folder == "/others" and again.events()[0] == []
    with again.claim.held():
        run.config_path.unlink()
        assert again.claim.is_lost, "nobody could go on with it"
