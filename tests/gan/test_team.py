"""Several processes train as one: the same gradients, the same run, resumed by another number."""

import json
import os
import socket
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from studio import media
from studio.core.run_folder import RunFolder, TrainConfig
from studio.gan.run import train_run
from studio.gan.store import CheckpointStore
from studio.gan.team import ALONE, Team, join_team

CONFIG = TrainConfig(
    "artwork", "", size_px=32, batch=4, kimg=0.004, channel_base=128, channel_max=8,
    device="cpu", threads=1, augment=0.5, learning_rate=1e-6,
    precision="float32",
)  # fmt: skip


def together(run: RunFolder, processes: int) -> None:
    """Train a run with gloo processes on this machine, as torchrun starts them."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    children = []
    for rank in range(processes):
        environment = {
            **os.environ, "RANK": str(rank), "LOCAL_RANK": str(rank), "OMP_NUM_THREADS": "1",
            "WORLD_SIZE": str(processes), "LOCAL_WORLD_SIZE": str(processes),
            "MASTER_ADDR": "127.0.0.1", "MASTER_PORT": str(port), "GLOO_SOCKET_IFNAME": "lo",
        }  # fmt: skip
        command = [sys.executable, "-m", "studio", "train", "--resume", "--out", str(run.path)]
        children.append(
            subprocess.Popen(
                command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE
            )
        )
    for child in children:
        _, errors = child.communicate(timeout=120)
        assert child.returncode == 0, errors.decode()


def started(path: Path, folder: Path, **changes: object) -> RunFolder:
    run = RunFolder(path)
    run.create(replace(CONFIG, folder=str(folder), **changes))  # type: ignore[arg-type]
    return run


def state(run: RunFolder) -> dict[str, torch.Tensor]:
    found = CheckpointStore(run.checkpoints_path).load_newest()
    assert found is not None
    return found.tensors


@pytest.mark.parametrize("name", [kind.name for kind in media.kinds()])
def test_two_processes_train_as_one(name: str, folder_of, tmp_path: Path) -> None:
    """Adam without momentum remembers the gradient itself, which must agree to 1e-5."""
    folder = folder_of(media.kind(name))
    alone, pair = (
        started(tmp_path / word, folder, medium=name, penalty_every=1) for word in ("one", "two")
    )
    list(train_run(alone, media.kind(name)))
    together(pair, 2)
    one, two = state(alone), state(pair)
    assert one.keys() == two.keys()
    gradients = [tensor for tensor in one if tensor.startswith("adam")]
    assert len(gradients) > 50
    for tensor in gradients:
        assert torch.allclose(one[tensor], two[tensor], rtol=1e-3, atol=1e-5), tensor
    starts = [r for r in pair.events()[0] if r["event"] == "start"]
    assert [r["processes"] for r in starts] == [2], "one of them writes"
    assert pair.status().state == "finished"


def test_a_run_of_two_goes_on_alone(folder_of, tmp_path: Path) -> None:
    folder = folder_of(media.kind("artwork"))
    mixed, alone = started(tmp_path / "mixed", folder), started(tmp_path / "alone", folder)
    together(mixed, 2)
    for run in (mixed, alone):
        longer = replace(run.config(), kimg=0.008)
        run.config_path.write_text(json.dumps(longer.to_json()))
        list(train_run(run, media.kind("artwork"), resume=True))
    assert [r["kimg"] for r in mixed.events()[0] if r["event"] == "start"] == [0, 0.004]
    one, two = state(mixed), state(alone)
    apart = {n for n in one if not torch.allclose(one[n], two[n], rtol=1e-3, atol=1e-5)}
    assert apart == set()


def test_alone_nothing_is_sent(monkeypatch) -> None:
    monkeypatch.delenv("WORLD_SIZE", raising=False)
    assert join_team(False) == ALONE == Team(0, 1, 0) and ALONE.leads
    tensor = torch.ones(3)
    ALONE.average([tensor])
    assert ALONE.agree(2.5, torch.device("cpu")) == 2.5 and tensor.tolist() == [1, 1, 1]
    ALONE.close()
