"""The training loop of every medium: learns, repeats, resumes bit for bit, keeps its run folder."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image

from studio import media
from studio.core.errors import StudioError
from studio.core.kind import MediumKind
from studio.core.model_file import read_entry
from studio.core.run_folder import RunFolder, TrainConfig
from studio.core.work import Finished, Preview, Progress, result_of
from studio.gan import run as run_module
from studio.gan.device import Device
from studio.gan.run import train_run
from studio.gan.store import CheckpointStore
from studio.gan.train import Trainer, resolved, steps

KINDS = pytest.mark.parametrize("kind", media.kinds(), ids=lambda k: k.name)
CPU = Device(torch.device("cpu"), "CPU")


def config_for(kind: MediumKind, folder: Path, **changes: Any) -> TrainConfig:
    small = TrainConfig(
        kind.name,
        str(folder),
        name="Tiny",
        size_px=32,
        batch=4,
        kimg=0.04,
        channel_base=128,
        channel_max=8,
        device="cpu",
        threads=1,
    )
    return replace(small, **changes)


def trainer_for(kind: MediumKind, folder: Path, **changes: Any) -> Trainer:
    config = config_for(kind, folder, **changes)
    examples, _ = result_of(kind.load_reader().read(folder, config.size_px))
    training = kind.load_training()
    return Trainer(config, training, training.describe(examples, config), examples, CPU)


def weights(trainer: Trainer) -> dict[str, torch.Tensor]:
    return {name: value.clone() for name, value in trainer.tensors().items()}


def same(one: dict[str, torch.Tensor], other: dict[str, torch.Tensor]) -> bool:
    return one.keys() == other.keys() and all(torch.equal(one[n], other[n]) for n in one)


@KINDS
def test_resume_is_exact(kind: MediumKind, folder_of) -> None:
    """Six steps in one go equal three, a checkpoint, and three more: every tensor, every bit."""
    whole = trainer_for(kind, folder_of(kind), augment=0.5)
    for _ in range(3):
        whole.step()
    saved, counters = weights(whole), json.loads(json.dumps(whole.counters()))
    for _ in range(3):
        whole.step()
    resumed = trainer_for(kind, folder_of(kind), augment=0.5)
    torch.manual_seed(999)
    resumed.restore(saved, counters)
    for _ in range(3):
        resumed.step()
    assert same(weights(whole), weights(resumed))
    assert resumed.seen == 24 and resumed.kimg == 0.024


@KINDS
def test_looking_at_samples_changes_nothing(kind: MediumKind, folder_of) -> None:
    one, other = (trainer_for(kind, folder_of(kind)) for _ in range(2))
    for trainer in (one, other):
        torch.manual_seed(5)
        trainer.step()
        if trainer is one:
            first = trainer.samples(5)
            assert all(np.array_equal(a, b) for a, b in zip(first, trainer.samples(5), strict=True))
        trainer.step()
    assert same(weights(one), weights(other))


@KINDS
def test_both_networks_and_the_average_move(kind: MediumKind, folder_of) -> None:
    trainer = trainer_for(kind, folder_of(kind))
    before = weights(trainer)
    figures = trainer.step()
    after = weights(trainer)
    for part in ("generator.", "discriminator.", "average."):
        moved = [n for n in before if n.startswith(part) and not torch.equal(before[n], after[n])]
        assert len(moved) > 5
    assert figures.r1 > 0 and figures.r2 > 0 and np.isfinite(figures.loss_g)


def test_the_discriminator_learns_to_tell(folder_of) -> None:
    """With the generator standing still, its loss must fall."""
    kind = media.kind("artwork")
    trainer = trainer_for(kind, folder_of(kind), learning_rate=0.005)
    trainer.optimiser_g.param_groups[0]["lr"] = 0.0
    losses = [trainer.step().loss_d for _ in range(40)]
    assert np.mean(losses[-5:]) < 0.6 * losses[0]


def test_what_is_left_open_is_decided_by_the_folder() -> None:
    training = media.kind("artwork").load_training()
    config = TrainConfig("artwork", "", kimg=200)
    assert resolved(config, training, 50).augment == 0.8
    assert resolved(config, training, 500).augment == 0.4
    assert resolved(config, training, 5000).augment == 0.0
    assert resolved(config, training, 50).batch == training.batch
    kept = resolved(replace(config, augment=0.1, batch=3, gamma=9), training, 50)
    assert (kept.augment, kept.batch, kept.gamma) == (0.1, 3, 9)


def test_broken_numbers_stop_the_loop(folder_of, monkeypatch) -> None:
    trainer = trainer_for(media.kind("artwork"), folder_of(media.kind("artwork")))
    with torch.no_grad():
        next(trainer.discriminator.parameters()).fill_(float("nan"))
    with pytest.raises(FloatingPointError):
        next(steps(trainer, 1.0))


@pytest.fixture
def run(tmp_path: Path, folder_of) -> RunFolder:
    found = RunFolder(tmp_path / "run")
    found.create(config_for(media.kind("artwork"), folder_of(media.kind("artwork"))))
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
        assert grid.size == (8 * 34 - 2, 4 * 34 - 2)
    entry = read_entry(run.model_path)
    assert (entry.header.name, entry.header.medium, entry.header.size_px) == ("Tiny", "artwork", 32)
    assert entry.header.trained["examples"] == 12 and entry.preview_png.startswith(b"\x89PNG")
    assert not run.is_running()


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

    monkeypatch.setattr(run_module.time, "sleep", sleep)
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
