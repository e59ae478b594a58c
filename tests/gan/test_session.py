"""A run with its folder: what it leaves, stops, pauses, resumes, alarms, and every way to fail."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image

from studio import media
from studio.core.claim import RunGone
from studio.core.errors import DiskFull, StudioError
from studio.core.fingerprints import CopyCheck
from studio.core.model_file import read_entry
from studio.core.pixels import Pixels
from studio.core.run_folder import RunFolder, TrainConfig
from studio.core.run_title import rename
from studio.core.sample_sheet import COLUMNS, COUNT, read_example
from studio.core.work import Finished, Preview, Progress, result_of
from studio.gan import guardian as guardian_module
from studio.gan import run as run_module
from studio.gan import run_writer
from studio.gan import session as session_module
from studio.gan.checkpoint import load_state, save_state
from studio.gan.checks import HeldOut
from studio.gan.guardian import Finding
from studio.gan.model_writer import ModelWriter
from studio.gan.run import failure_words, train_run
from studio.gan.store import CheckpointStore
from studio.gan.train import Trainer
from studio.media.music.document import clip_of
from studio.media.music.rolls import unpack
from studio.media.music.thumbnail import thumbnail

SMALL = TrainConfig(
    "artwork", "", name="Tiny", size_px=32, batch=4, kimg=0.04, channel_base=128, channel_max=8,
    device="cpu", threads=1,
)  # fmt: skip


@pytest.fixture
def run(tmp_path: Path, folder_of) -> RunFolder:
    found = RunFolder(tmp_path / "run")
    found.create(replace(SMALL, folder=str(folder_of(media.kind("artwork")))))
    return found


def test_a_run_leaves_everything_in_its_folder(run: RunFolder) -> None:
    events = list(train_run(run, media.kind("artwork")))
    assert isinstance(events[-1], Finished) and events[-1].value == run.model_path
    assert any(isinstance(e, Progress) for e in events)
    assert any(isinstance(e, Preview) for e in events)
    status = run.status()
    assert (status.state, status.kimg) == ("finished", 0.04)
    assert status.sample is not None
    with Image.open(status.sample) as grid:
        assert grid.size == (8 * 36 - 4, 4 * 36 - 4)
    entry = read_entry(run.model_path)
    assert (entry.header.name, entry.header.medium, entry.header.size_px) == ("Tiny", "artwork", 32)
    assert entry.header.trained["examples"] == 12 and entry.preview_png.startswith(b"\x89PNG")
    assert entry.header.fingerprints["kept"] == 12 and not entry.header.fingerprints["held_out"]
    assert not run.is_running()


def test_a_run_that_is_renamed_meanwhile_writes_its_models_by_the_new_name(run: RunFolder) -> None:
    rename(run, "Apples of 2026")
    list(train_run(run, media.kind("artwork")))
    assert read_entry(run.model_path).header.name == "Apples of 2026"


def test_samples_of_a_medium_with_a_sound_are_kept_to_be_heard(run, tmp_path, folder_of) -> None:
    list(train_run(run, media.kind("artwork")))
    assert {path.suffix for path in run.samples_path.iterdir()} == {".png"}
    music, song = media.kind("music"), RunFolder(tmp_path / "song")
    song.create(replace(SMALL, medium="music", folder=str(folder_of(music)), kimg=0.008))
    list(train_run(song, music))
    picture = song.status().sample
    assert picture is not None and len(list(song.samples_path.iterdir())) == 4
    shape = music.example_of(music.empty()).shape
    with Image.open(picture) as sheet:
        shown = np.asarray(sheet)
    for place in (0, 9, COUNT - 1):
        clip = clip_of(unpack(read_example(picture, place, shape)))
        row, column = (132 * at for at in divmod(place, COLUMNS))
        seen = shown[row : row + 128, column : column + 128]
        assert (thumbnail(clip, 128) == seen).all(), "what is heard is what is seen"


def test_a_model_knows_the_files_that_it_learnt_from_again(run: RunFolder) -> None:
    kind = media.kind("artwork")
    list(train_run(run, kind))
    entry, check = read_entry(run.model_path), CopyCheck()
    for file in sorted(Path(run.config().folder).iterdir())[:3]:
        copy = kind.load_reader().open(file, 32)
        assert check.is_copy(kind, entry, copy)
        mirrored = np.clip(copy.pixels.array()[:, ::-1] * 0.9 + 6, 0, 255).astype(np.uint8)
        assert check.is_copy(kind, entry, replace(copy, pixels=Pixels.of(mirrored)))
    fresh = np.random.default_rng(99).integers(0, 256, (4, 4, 3), dtype=np.uint8)
    picture = Pixels.of(np.asarray(Image.fromarray(fresh).resize((32, 32))))
    assert not check.is_copy(kind, entry, replace(copy, pixels=picture))


def test_stop_then_resume_goes_on(run: RunFolder) -> None:
    for event in train_run(run, media.kind("artwork")):
        if isinstance(event, Preview) and event.value["event"] == "sample":
            run.tell("stop")
    assert run.status().state == "stopped"
    stopped = run.status().kimg
    assert 0 < stopped < 0.04
    records = [
        e.value
        for e in train_run(run, media.kind("artwork"), resume=True)
        if isinstance(e, Preview)
    ]
    start = next(r for r in records if r["event"] == "start")
    assert start["kimg"] == stopped
    assert run.status().state == "finished"


def test_closing_the_work_saves_first(run: RunFolder) -> None:
    work = train_run(run, media.kind("artwork"))
    for event in work:
        if isinstance(event, Preview) and event.value["event"] == "sample":
            break
    work.close()
    assert CheckpointStore(run.checkpoints_path).has_checkpoint and run.status().state == "stopped"
    assert not run.is_running()


def test_pause_waits_and_goes_on(run: RunFolder, monkeypatch) -> None:
    paused: list[float] = []

    def sleep(seconds: float) -> None:
        paused.append(seconds)
        if len(paused) == 3:
            run.tell("run")

    monkeypatch.setattr(session_module.time, "sleep", sleep)
    for event in train_run(run, media.kind("artwork")):
        if isinstance(event, Preview) and event.value["event"] == "sample" and not paused:
            run.tell("pause")
    assert len(paused) == 3
    assert [r["event"] for r in run.events()[0]].count("paused") == 1
    assert run.status().state == "finished"


def test_two_trainers_never_share_a_run(run: RunFolder) -> None:
    lock = run.lock()
    assert lock.acquire() and run.is_running()
    with pytest.raises(StudioError, match="already being trained"):
        list(train_run(run, media.kind("artwork")))
    lock.release()


def test_a_damaged_checkpoint_is_a_sentence(run: RunFolder) -> None:
    path = run.checkpoints_path / "000000.020.safetensors"
    path.parent.mkdir()
    path.write_bytes(b"\0" * 100)
    with pytest.raises(StudioError, match="damaged"):
        list(train_run(run, media.kind("artwork"), resume=True))
    assert path.read_bytes() == b"\0" * 100
    assert run.status().state == "failed"


def test_a_run_goes_on_from_an_older_checkpoint_bit_for_bit(run: RunFolder, tmp_path) -> None:
    """The newest one is damaged: the one before it leads to the same weights, a little later."""
    config = replace(run.config(), checkpoint_seconds=0.0, kimg=0.024)
    run.config_path.write_text(json.dumps(config.to_json()))
    list(train_run(run, media.kind("artwork")))
    newest = CheckpointStore(run.checkpoints_path).paths()[0]
    content = bytearray(newest.read_bytes())
    content[-1000] ^= 4
    newest.write_bytes(content)
    longer = replace(config, kimg=0.04)
    run.config_path.write_text(json.dumps(longer.to_json()))
    list(train_run(run, media.kind("artwork"), resume=True))
    starts = [r["kimg"] for r in run.events()[0] if r["event"] == "start"]
    assert starts == [0, 0.02]
    other = RunFolder(tmp_path / "other")
    other.create(longer)
    list(train_run(other, media.kind("artwork")))
    resumed, whole = (CheckpointStore(r.checkpoints_path).load_newest() for r in (run, other))
    assert resumed and whole and resumed.path.name == whole.path.name == "000000.040.safetensors"
    assert same(resumed.tensors, whole.tensors)


def same(one: dict[str, torch.Tensor], other: dict[str, torch.Tensor]) -> bool:
    return one.keys() == other.keys() and all(torch.equal(one[n], other[n]) for n in one)


def test_the_clock_can_end_a_run(run: RunFolder) -> None:
    config = replace(run.config(), kimg=1e6, seconds=0.5)
    run.config_path.write_text(json.dumps(config.to_json()))
    list(train_run(run, media.kind("artwork")))
    assert run.status().state == "finished" and run.status().kimg < 100


def test_training_goes_on_when_the_folder_is_gone(run: RunFolder, tmp_path: Path) -> None:
    """Once read, the run lives on its own cache."""
    list(train_run(run, media.kind("artwork")))
    config = replace(run.config(), kimg=0.06, folder=str(tmp_path / "unplugged"))
    run.config_path.write_text(json.dumps(config.to_json()))
    list(train_run(run, media.kind("artwork"), resume=True))
    assert run.status().kimg == 0.06


def records(run: RunFolder, event: str) -> list[dict[str, Any]]:
    return [record for record in run.events()[0] if record["event"] == event]


def change(run: RunFolder, **changes: Any) -> TrainConfig:
    config = replace(run.config(), **changes)
    run.config_path.write_text(json.dumps(config.to_json()))
    return config


@pytest.fixture
def big_run(tmp_path: Path) -> RunFolder:
    """A run on 70 files, of which 16 are kept back."""
    folder = tmp_path / "files"
    folder.mkdir()
    random = np.random.default_rng(0)
    for number in range(70):
        coarse = random.integers(0, 256, (6, 6, 3), dtype=np.uint8)
        Image.fromarray(coarse).resize((40, 40)).save(folder / f"{number}.png")
    found = RunFolder(tmp_path / "big")
    found.create(replace(SMALL, folder=str(folder), check_kimg=0.016, kimg=0.06))
    return found


def test_files_kept_back_judge_the_run_and_the_best_stays(big_run: RunFolder) -> None:
    list(train_run(big_run, media.kind("artwork")))
    looks = records(big_run, "measure")
    assert [look["kimg"] for look in looks] == [0.016, 0.032, 0.048]
    for name in (
        "shortfall",
        "overlap",
        "kid_rand",
        "kid_rand_floor",
        "coverage",
        "nearest_ratio",
        "diversity",
        "overfit",
    ):
        assert np.isfinite(looks[0][name])
    best = min(looks, key=lambda look: look["shortfall"])
    assert looks[0]["best"] and best["best"]
    header = read_entry(big_run.best_path).header
    assert header.trained["kimg"] == round(best["kimg"], 1)
    assert (header.trained["held_out"], header.trained["examples"]) == (16, 54)
    assert "| C_T |" in (big_run.path / "card.md").read_text(encoding="utf-8")


def test_a_small_folder_keeps_nothing_back(run: RunFolder) -> None:
    change(run, check_kimg=0.02)
    list(train_run(run, media.kind("artwork")))
    looks = records(run, "measure")
    assert looks and not any(look["best"] for look in looks)
    assert not run.best_path.exists() and "overfit" not in looks[0]
    card = (run.path / "card.md").read_text(encoding="utf-8")
    assert "learnt from" in card and "KID" not in card, "the newest model has a card too"


def test_killed_at_any_moment_a_run_ends_with_the_same_weights(
    big_run: RunFolder, tmp_path: Path
) -> None:
    """kill -9 three times against a run left alone: bit for bit, guardian and controller too."""
    change(big_run, kimg=0.24, checkpoint_seconds=0.05, augment=-1.0)
    other = RunFolder(tmp_path / "other")
    other.create(big_run.config())
    command = [sys.executable, "-m", "studio", "train", "--resume", "--events"]
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    for _ in range(3):
        child = subprocess.Popen(
            [*command, "--out", str(big_run.path)], stdout=subprocess.PIPE, env=environment
        )
        assert child.stdout is not None
        saved = 0
        for line in child.stdout:
            saved += b'"checkpoint"' in line
            if saved == 2:
                time.sleep(0.03)
                child.send_signal(signal.SIGKILL)
                break
        child.stdout.close()
        child.wait()
    list(train_run(big_run, media.kind("artwork"), resume=True))
    list(train_run(other, media.kind("artwork")))
    assert len(records(big_run, "start")) == 4
    killed, whole = (CheckpointStore(r.checkpoints_path).load_newest() for r in (big_run, other))
    assert killed and whole and killed.path.name == whole.path.name == "000000.240.safetensors"
    assert same(killed.tensors, whole.tensors)
    assert killed.values["augment"] == whole.values["augment"]
    assert killed.values["guardian"] == whole.values["guardian"]


def test_a_full_disk_pauses_and_training_goes_on_when_there_is_room(
    run: RunFolder, monkeypatch
) -> None:
    save, tries = CheckpointStore.save, [2]

    def full(self: CheckpointStore, *values: Any) -> Path:
        if tries[0]:
            tries[0] -= 1
            raise DiskFull("000000.040.safetensors", "here", 5_000_000)
        return save(self, *values)

    monkeypatch.setattr(CheckpointStore, "save", full)
    monkeypatch.setattr(session_module.time, "sleep", lambda seconds: None)
    list(train_run(run, media.kind("artwork")))
    (paused,) = records(run, "paused")
    assert "disk is full" in paused["text"] and "until there is room" in paused["text"]
    assert run.status().state == "finished"
    assert CheckpointStore(run.checkpoints_path).has_checkpoint


def test_a_full_disk_still_listens_to_stop(run: RunFolder, monkeypatch) -> None:
    def full(self: CheckpointStore, *values: Any) -> Path:
        run.tell("stop")
        raise DiskFull("x", "here")

    monkeypatch.setattr(CheckpointStore, "save", full)
    list(train_run(run, media.kind("artwork")))
    assert run.status().state == "finished"


def test_broken_numbers_roll_back_and_go_on_slower(run: RunFolder, monkeypatch) -> None:
    """The alarm, provoked: gradients that are not finite, in the middle of a run."""
    change(run, kimg=0.4, checkpoint_seconds=0.0)
    step, poisoned = Trainer.step, []

    def poisoned_step(self: Trainer) -> None:
        step(self)
        if self.steps in (30, 31, 32):
            poisoned.append(self.steps)
            self.tally.add("broken", torch.ones(()))

    monkeypatch.setattr(Trainer, "step", poisoned_step)
    list(train_run(run, media.kind("artwork")))
    (alarm,) = records(run, "guardian")
    assert (alarm["alarm"], alarm["level"]) == ("nonfinite", "alarm")
    assert "last good checkpoint" in alarm["reaction"]
    found = CheckpointStore(run.checkpoints_path).load_newest()
    assert found and found.values["rate"] == SMALL.learning_rate / 2
    assert found.values["full_precision"] is True
    assert run.status().state == "finished"


def test_where_there_is_no_checkpoint_no_return_is_promised(run: RunFolder, monkeypatch) -> None:
    change(run, kimg=0.2)
    step = Trainer.step

    def poisoned_step(self: Trainer) -> None:
        step(self)
        self.tally.add("broken", torch.ones(()))

    monkeypatch.setattr(Trainer, "step", poisoned_step)
    monkeypatch.setattr(CheckpointStore, "load_before", lambda self, kimg: None)
    monkeypatch.setattr(CheckpointStore, "load_good", lambda self: None)
    list(train_run(run, media.kind("artwork")))
    said = records(run, "guardian")
    assert any("no checkpoint to go back to" in one["text"] for one in said)
    assert not any("last good checkpoint" in one["reaction"] for one in said)


def test_after_three_roll_backs_training_stops_with_a_word(run: RunFolder, monkeypatch) -> None:
    change(run, kimg=1.0)
    step = Trainer.step

    def poisoned_step(self: Trainer) -> None:
        step(self)
        self.tally.add("broken", torch.ones(()))

    monkeypatch.setattr(Trainer, "step", poisoned_step)
    list(train_run(run, media.kind("artwork")))
    alarms = records(run, "guardian")
    assert "training stops" in alarms[-1]["reaction"]
    went = [one for one in alarms if "Went back" in one["reaction"]]
    could_not = [one for one in alarms if "no checkpoint to go back to" in one["text"]]
    assert len(went) + len(could_not) == 3 and went, "nothing was written before the first one"
    assert run.status().state == "stopped" and run.status().kimg < 1.0


def test_copying_shows_the_result_beside_its_file(run: RunFolder, monkeypatch) -> None:
    """Provoked for real in benchmarks; here by a guardian that sees it at once."""
    monkeypatch.setattr(
        guardian_module.Guardian,
        "check",
        lambda self, now: [
            Finding("copying", "warning", "They begin to copy.", "More augmentation.",
                    (guardian_module.SHOW_COPIES, guardian_module.MORE_AUGMENTATION))
        ],
    )  # fmt: skip
    change(run, check_kimg=0.02, augment=0.1)
    list(train_run(run, media.kind("artwork")))
    alarm = records(run, "guardian")[0]
    with Image.open(run.evidence_path / alarm["evidence"]) as sheet:
        assert sheet.size == (8 * 36 - 4, 2 * 36 - 4)
    found = CheckpointStore(run.checkpoints_path).load_newest()
    assert found and found.values["augment"] == pytest.approx(0.5)


def test_the_guardian_can_be_switched_off(run: RunFolder, monkeypatch) -> None:
    step = Trainer.step

    def poisoned_step(self: Trainer) -> None:
        step(self)
        self.tally.add("broken", torch.ones(()))

    monkeypatch.setattr(Trainer, "step", poisoned_step)
    change(run, guardian=False)
    list(train_run(run, media.kind("artwork")))
    assert records(run, "guardian") == [] and run.status().state == "finished"


def test_memory_that_ran_out_is_said(run: RunFolder, monkeypatch) -> None:
    phase, failures = Trainer._discriminator_phase, [1]

    def scarce(self: Trainer, parts: Any) -> None:
        if failures[0]:
            failures[0] -= 1
            raise torch.OutOfMemoryError("CUDA out of memory")
        phase(self, parts)

    monkeypatch.setattr(Trainer, "_discriminator_phase", scarce)
    change(run, kimg=0.08)
    list(train_run(run, media.kind("artwork")))
    (said,) = records(run, "guardian")
    assert said["alarm"] == "memory" and "2 parts" in said["reaction"]
    found = CheckpointStore(run.checkpoints_path).load_newest()
    assert found and found.values["accumulate"] == 2


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (RuntimeError("CUDA error: device-side assert triggered"), "graphics card stopped"),
        (torch.OutOfMemoryError("CUDA out of memory"), "Memory ran out"),
        (MemoryError(), "Memory ran out"),
    ],
)
def test_what_a_device_says_becomes_a_sentence(
    run: RunFolder, monkeypatch, error: BaseException, words: str
) -> None:
    def fail(self: Trainer, parts: Any) -> None:
        raise error

    monkeypatch.setattr(Trainer, "_penalty_phase", fail)
    with pytest.raises(StudioError, match=words):
        list(train_run(run, media.kind("artwork")))
    assert run.status().state == "failed" and words in run.status().text
    assert failure_words(RuntimeError("shapes do not match")) == ""


def test_numbers_for_tensorboard_lie_in_the_run(big_run: RunFolder) -> None:
    list(train_run(big_run, media.kind("artwork")))
    (board,) = list(big_run.tensorboard_path.iterdir())
    content = board.read_bytes()
    for tag in (b"held_out/kid_rand", b"sample"):
        assert tag in content


def test_one_run_at_a_time_and_its_sentence(run: RunFolder) -> None:
    assert result_of(train_run(run, media.kind("artwork"))) == run.model_path
    assert run_module.failure_words(ValueError("x")) == ""


def test_a_full_disk_is_waited_for_when_the_best_model_is_kept(big_run, monkeypatch) -> None:
    write, tries = ModelWriter.write, [2]

    def full(self: ModelWriter, path: Path, *values: Any) -> None:
        if path == big_run.best_path and tries[0]:
            tries[0] -= 1
            raise DiskFull(path.name, "here", 5_000_000)
        write(self, path, *values)

    monkeypatch.setattr(ModelWriter, "write", full)
    monkeypatch.setattr(run_writer.time, "sleep", lambda seconds: None)
    list(train_run(big_run, media.kind("artwork")))
    (paused,) = records(big_run, "paused")
    assert "until there is room" in paused["text"] and tries == [0]
    assert big_run.status().state == "finished" and big_run.best_path.exists()


def test_a_best_model_that_could_not_be_kept_is_no_best_one(big_run, monkeypatch) -> None:
    write, refusals = ModelWriter.write, [1]

    def refused(self: ModelWriter, path: Path, *values: Any) -> None:
        if path == big_run.best_path and refusals:
            refusals.pop()
            raise StudioError("best.safetensors could not be saved: No such device.")
        write(self, path, *values)

    monkeypatch.setattr(ModelWriter, "write", refused)
    list(train_run(big_run, media.kind("artwork")))
    first, second, _ = records(big_run, "measure")
    assert (first["best"], second["best"]) == (False, True), "the first that can be kept is"
    (note,) = records(big_run, "note")
    assert "No such device. Training goes on" in note["text"]


def test_samples_that_cannot_be_written_end_nothing(run: RunFolder) -> None:
    change(run, sample_seconds=0.0)
    run.samples_path.rmdir()
    run.samples_path.write_bytes(b"in the way")
    list(train_run(run, media.kind("artwork")))
    (note,) = records(run, "note")
    assert "could not be saved" in note["text"] and "Training goes on" in note["text"]
    assert run.status().state == "finished" and run.model_path.exists()
    assert CheckpointStore(run.checkpoints_path).has_checkpoint


def test_a_run_is_not_finished_without_its_model(run: RunFolder) -> None:
    run.model_path.mkdir()
    with pytest.raises(StudioError, match=r"model\.safetensors could not"):
        list(train_run(run, media.kind("artwork")))
    assert run.status().state == "failed"
    run.model_path.rmdir()
    list(train_run(run, media.kind("artwork"), resume=True))
    assert run.status().state == "finished" and run.model_path.exists()


def test_what_ends_a_training_leaves_a_last_checkpoint(run: RunFolder, monkeypatch) -> None:
    def gone(self: HeldOut, trainer: Trainer) -> dict[str, float]:
        raise StudioError("The disk was unplugged.")

    monkeypatch.setattr(HeldOut, "figures", gone)
    change(run, check_kimg=0.02)
    with pytest.raises(StudioError, match="unplugged"):
        list(train_run(run, media.kind("artwork")))
    (path,) = CheckpointStore(run.checkpoints_path).paths()
    assert path.name == "000000.020.safetensors" and run.status().state == "failed"


@pytest.mark.skipif(sys.platform == "win32", reason="files that are open stay there")
@pytest.mark.parametrize("begins_again", [False, True])
def test_a_run_that_was_deleted_is_written_to_no_more(run: RunFolder, begins_again) -> None:
    """Neither does it come back, nor does a new run of its name suffer."""
    change(run, kimg=1.0, checkpoint_seconds=0.0, sample_seconds=0.0)
    work = train_run(run, media.kind("artwork"))
    config = run.config()
    with pytest.raises(RunGone, match="deleted or replaced"):
        for event in work:
            if isinstance(event, Preview) and event.value["event"] == "checkpoint":
                shutil.rmtree(run.path)
                if begins_again:
                    RunFolder(run.path).create(config)
                    run.lock_path.touch()
    left = sorted(path.name for path in run.path.iterdir()) if run.path.exists() else []
    assert left == (["config.json", "lock", "samples"] if begins_again else [])
    assert not list(run.samples_path.glob("*"))


def test_a_checkpoint_with_odd_contents_is_a_sentence(run: RunFolder) -> None:
    change(run, kimg=0.004)
    list(train_run(run, media.kind("artwork")))
    (path,) = CheckpointStore(run.checkpoints_path).paths()
    tensors, values = load_state(path)
    network = values["network"]
    odd: list[tuple[str, Any]] = [
        ("network", "x"), ("network", [1]), ("network", {}), ("frozen", 5), ("guardian", [1]),
        ("network", {**network, "channel_base": 10**9}), ("network", {**network, "size_px": 64}),
        ("guardian", {"a": 1}), ("recent", 5), ("recent", "x"), ("recent", [{"r1": "x"}]),
        ("trained_seconds", None), ("trained_seconds", "x"), ("checked_kimg", "x"),
    ]  # fmt: skip
    for name, value in odd:
        save_state(path, tensors, {**values, name: value})
        with pytest.raises(StudioError, match="does not fit"):
            list(train_run(run, media.kind("artwork"), resume=True))
