"""What `atelier train` makes of its options: presets, a model to go on from, experts, processes."""

import contextlib
import json
import os
import signal
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from studio import media
from studio.app import cli_config, cli_team, cli_train
from studio.app.cli import main
from studio.core.errors import StudioError
from studio.core.files import walk
from studio.core.model_file import read_entry
from studio.core.presets import Machine, Shape
from studio.core.run_folder import RunFolder, TrainConfig
from studio.core.work import Finished, Progress, Work


@pytest.fixture
def started(monkeypatch) -> Iterator[list[RunFolder]]:
    """Runs that would have been trained; nothing is."""
    found: list[RunFolder] = []

    def load_run(run: RunFolder, medium: object, resume: bool) -> Work:
        found.append(run)
        yield Finished(run.model_path)

    monkeypatch.setattr(cli_train, "load_run", load_run)
    monkeypatch.setattr(cli_train, "quiet_threads", lambda: None)
    yield found


def train(*words: object) -> int:
    return main(["train", *map(str, words)])


def test_every_option_reaches_the_configuration(started, folder_of, tmp_path) -> None:
    folder = folder_of(media.kind("artwork"))
    code = train(
        folder, "--medium", "artwork", "--out", tmp_path / "run", "--kimg", 5, "--size", 32,
        "--batch", 8, "--channels", "1024/64", "--learning-rate", "0.001", "--gamma", "2",
        "--augment", "0.3", "--no-mirror", "--no-held-out", "--no-guardian", "--seed", 3,
        "--device", "cpu", "--threads", 1, "--licence", "CC0-1.0", "--credit", "me",
    )  # fmt: skip
    assert code == 0
    config = started[0].config()
    assert (config.batch, config.channel_base, config.channel_max) == (8, 1024, 64)
    assert (config.learning_rate, config.gamma, config.augment) == (0.001, 2.0, 0.3)
    assert (config.mirror, config.held_out, config.guardian) == (False, False, False)
    assert (config.kimg, config.seed, config.licence, config.credit) == (5, 3, "CC0-1.0", "me")


@pytest.mark.parametrize(
    "words",
    [("--channels", "0/3"), ("--channels", "wide"), ("--augment", "0.9"), ("--gamma", "-1")],
)
def test_options_that_make_no_sense_are_refused(words, capsys) -> None:
    with pytest.raises(SystemExit) as ended:
        train("x", "--medium", "artwork", "--out", "y", *words)
    assert ended.value.code == 2 and capsys.readouterr().err.count("\n") == 1


def test_a_run_keeps_what_cannot_change(started, folder_of, tmp_path, capsys) -> None:
    folder = folder_of(media.kind("artwork"))
    assert train(folder, "--medium", "artwork", "--out", tmp_path / "run", "--batch", 4) == 0
    assert train("--resume", "--out", tmp_path / "run", "--kimg", 9, "--gamma", 1) == 0
    assert (started[1].config().kimg, started[1].config().gamma) == (9, 1)
    assert train("--resume", "--out", tmp_path / "run", "--batch", 8) == 2
    assert "--batch" in capsys.readouterr().err


def test_a_preset_measures_the_machine_and_says_what_it_chose(
    started, folder_of, tmp_path, monkeypatch, capsys
) -> None:
    probed: list[TrainConfig] = []

    def load_probe(medium: object, config: TrainConfig) -> Work:
        probed.append(config)
        yield Finished(50.0)

    monkeypatch.setattr(cli_config, "load_probe", load_probe)
    monkeypatch.setattr(cli_config, "load_machine", lambda device, threads: Machine("cpu", 8.0))
    folder = folder_of(media.kind("pattern"))
    assert train(folder, "--medium", "pattern", "--out", tmp_path / "run", "--preset", "draft") == 0
    config = started[0].config()
    assert config.preset == "draft" and config.kimg > 1 and config.seconds is None
    assert Shape(config.size_px, config.channel_base, config.channel_max) == Shape(
        probed[-1].size_px, probed[-1].channel_base, probed[-1].channel_max
    )
    assert "Preset draft" in (said := capsys.readouterr().out) and "min on this machine" in said


def test_a_preset_needs_a_folder_that_can_be_used(started, tmp_path, capsys) -> None:
    (tmp_path / "empty").mkdir()
    words = (tmp_path / "empty", "--medium", "artwork", "--out", tmp_path / "run")
    assert train(*words, "--preset", "good") == 2
    assert "no usable file" in capsys.readouterr().err and not (tmp_path / "run").exists()


def test_going_on_from_a_model(started, folder_of, model_of, tmp_path, capsys) -> None:
    kind = media.kind("artwork")
    words = (folder_of(kind), "--medium", "artwork", "--out")
    assert train(*words, tmp_path / "run", "--from", model_of(kind), "--freeze", 2) == 0
    config = started[0].config()
    assert Path(config.start_model) == model_of(kind).resolve() and config.freeze == 2
    assert config.size_px == 32, "the model's own size, where none is asked for"
    assert train(*words, tmp_path / "other", "--from", "nonsense") == 2
    assert "nonsense" in capsys.readouterr().err


def test_going_on_from_the_model_that_is_most_like_the_folder(
    started, folder_of, model_of, tmp_path, monkeypatch, capsys
) -> None:
    kind, found = media.kind("artwork"), [read_entry(model_of(media.kind("artwork"))), None]

    def nearest_work(*asked: object) -> Work:
        assert asked[0] is kind and asked[2:] == (folder, walk(folder).files)
        yield Finished(found.pop(0))

    folder = folder_of(kind)
    monkeypatch.setattr(cli_config, "nearest_work", nearest_work)
    words = (folder, "--medium", "artwork", "--from", "nearest", "--out")
    assert train(*words, tmp_path / "run") == 0 and train(*words, tmp_path / "fresh") == 0
    starts = [run.config().start_model for run in started]
    assert starts == [str(model_of(kind).resolve()), ""]
    assert "most like it" in (said := capsys.readouterr().out) and "begins with nothing" in said


def test_a_preset_may_grow_a_model_unless_its_size_is_said(
    started, model_of, tmp_path, monkeypatch, capsys
) -> None:
    def load_probe(medium: object, config: TrainConfig) -> Work:
        yield Finished(1e4)

    monkeypatch.setattr(cli_config, "load_probe", load_probe)
    monkeypatch.setattr(cli_config, "load_machine", lambda device, threads: Machine("cpu", 8.0))
    kind, folder = media.kind("artwork"), tmp_path / "sharp"
    folder.mkdir()
    for number in range(12):
        pixels = np.random.default_rng(number).integers(0, 255, (80, 80, 3), np.uint8)
        Image.fromarray(pixels).save(folder / f"{number}.png")
    words = (folder, "--medium", "artwork", "--from", model_of(kind), "--preset", "good")
    assert train(*words, "--out", tmp_path / "grown") == 0
    assert train(*words, "--out", tmp_path / "same", "--size", 32) == 0
    assert [run.config().size_px for run in started] == [64, 32]
    assert "64 px" in capsys.readouterr().out


def test_processes_that_never_began_leave_no_run_behind(
    started, folder_of, tmp_path, monkeypatch
) -> None:
    """The same command must work once the folder is mended."""
    monkeypatch.setattr(cli_train, "run_team", lambda run, processes, arguments: 1)
    run = tmp_path / "run"
    words = (folder_of(media.kind("artwork")), "--medium", "artwork", "--out", run)
    assert train(*words, "--processes", 2) == 2
    assert not (run / "config.json").exists()

    def breaks_off(run: RunFolder, processes: int, arguments: object) -> int:
        run.append("start", kimg=0.0)
        return 1

    monkeypatch.setattr(cli_train, "run_team", breaks_off)
    assert train(*words, "--processes", 2) == 1
    assert (run / "config.json").exists(), "a run that had begun can be resumed"


def test_several_processes_are_torchruns(started, folder_of, tmp_path, monkeypatch) -> None:
    commands: list[list[str]] = []

    class Child:
        def __init__(self, command: list[str], **_: object) -> None:
            commands.append(command)

        def wait(self) -> int:
            os.kill(os.getpid(), signal.SIGTERM)
            return 0

    monkeypatch.setattr(cli_team.subprocess, "Popen", Child)
    folder = folder_of(media.kind("artwork"))
    words = (folder, "--medium", "artwork", "--out", tmp_path / "run")
    assert train(*words, "--processes", 3, "--events") == 128 + signal.SIGTERM
    (command,) = commands
    assert command[command.index("--nproc-per-node") + 1] == "3"
    assert command[-5:] == ["train", "--resume", "--out", str(tmp_path / "run"), "--events"]
    assert RunFolder(tmp_path / "run").command() == "stop", "they end as one, with a checkpoint"
    assert started == []


def test_who_follows_waits_for_the_leaders_run(started, folder_of, tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("WORLD_SIZE", "2")
    monkeypatch.setenv("RANK", "1")
    run = RunFolder(tmp_path / "run")
    waited: list[float] = []

    def sleep(seconds: float) -> None:
        waited.append(seconds)
        if len(waited) == 2:
            run.create(TrainConfig("artwork", str(folder_of(media.kind("artwork")))))

    monkeypatch.setattr(cli_train.time, "sleep", sleep)
    assert train("folder", "--medium", "artwork", "--out", run.path) == 0
    assert len(waited) == 2 and [one.path for one in started] == [run.path]


def test_threads_sleep_and_others_come_first(monkeypatch) -> None:
    monkeypatch.setenv("OMP_WAIT_POLICY", "ACTIVE")  # so that it is put back afterwards
    monkeypatch.delenv("OMP_WAIT_POLICY")
    cli_team.quiet_threads()
    assert os.environ["OMP_WAIT_POLICY"] == "PASSIVE"
    nice: list[int] = []
    monkeypatch.setattr(cli_team.os, "nice", nice.append, raising=False)
    monkeypatch.setattr(cli_team.sys, "platform", "linux")
    cli_team.lower_priority()
    assert nice == [cli_team.NICENESS]
    assert cli_team.load_process_count("cpu") == 1


def test_configurations_are_plain_json(started, folder_of, tmp_path) -> None:
    folder = folder_of(media.kind("music"))
    assert train(folder, "--medium", "music", "--out", tmp_path / "run") == 0
    values = json.loads(started[0].config_path.read_text(encoding="utf-8"))
    assert values["medium"] == "music" and values["remedies"] == []


@pytest.mark.parametrize(
    "words",
    [
        ("--channels", "32/8"), ("--channels", "4096/4096"), ("--channels", "131072/131072"),
        ("--batch", "4000000000"), ("--batch", "5000"), ("--learning-rate", "2"),
        ("--freeze", "1000"), ("--channels", "9" * 5000 + "/8"), ("--seed", "9" * 5000),
    ],
)  # fmt: skip
def test_options_that_no_network_has_are_refused(words, capsys, tmp_path) -> None:
    with pytest.raises(SystemExit) as ended:
        train("x", "--medium", "artwork", "--out", tmp_path / "run", *words)
    said = capsys.readouterr().err
    assert ended.value.code == 2 and said.count("\n") == 1 and len(said) < 300
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("error", [StudioError("no"), RuntimeError("odd"), ValueError("odd")])
def test_a_start_that_fails_in_any_way_is_forgotten(
    folder_of, tmp_path, monkeypatch, error
) -> None:
    def load_run(run: RunFolder, medium: object, resume: bool) -> Work:
        yield Progress(1, 2, "Reading")
        raise error

    monkeypatch.setattr(cli_train, "load_run", load_run)
    words = (folder_of(media.kind("artwork")), "--medium", "artwork", "--out", tmp_path / "run")
    with contextlib.suppress(RuntimeError, ValueError):
        assert train(*words) == 2
    assert not (tmp_path / "run" / "config.json").exists()


def test_a_refused_resume_changes_nothing(started, folder_of, tmp_path, capsys) -> None:
    words = (folder_of(media.kind("artwork")), "--medium", "artwork", "--out", tmp_path / "run")
    assert train(*words) == 0
    run, before = started[0], started[0].config_path.read_bytes()
    lock = RunFolder(run.path).lock()
    assert lock.acquire()
    assert train("--resume", "--out", run.path, "--kimg", "0.01") == 2
    assert "already being trained" in capsys.readouterr().err
    assert run.config_path.read_bytes() == before and len(started) == 1
    lock.release()
    assert train("--resume", "--out", run.path, "--kimg", "0.01") == 0
    assert run.config().kimg == 0.01
