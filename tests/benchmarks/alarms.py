"""Provokes every alarm of the guardian with a real training that goes wrong, on real files.

    python tests/benchmarks/alarms.py FOLDER [--alarms copying collapse ...] [--out RUNS]

Prints, for each, what was done to the training, what the guardian said, when, and how it reacted.
The runs stay in --out, with the evidence.
"""

from __future__ import annotations

import argparse
import shutil
import tempfile
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from unittest import mock

import torch
from recipes import set_mapping_rate

from studio import media
from studio.core.files import walk
from studio.core.run_folder import RunFolder, TrainConfig
from studio.core.work import Preview
from studio.gan.run import train_run
from studio.gan.train import Trainer

SMALL = TrainConfig(
    "artwork", "", size_px=32, channel_base=512, channel_max=32, batch=16, device="cpu", threads=1,
    kimg=40, check_kimg=1.0, sample_seconds=20, checkpoint_seconds=5,
)  # fmt: skip
WIDE = {"channel_base": 2048, "channel_max": 128}


@dataclass(frozen=True)
class Trial:
    """How an alarm is provoked: so many files, other settings, or a broken step."""

    how: str
    files: int = 300
    config: dict[str, Any] = field(default_factory=dict)
    breaks: bool = False


TRIALS = {
    "nonfinite": Trial("gradients of three steps made infinite", breaks=True, config={"kimg": 8}),
    "gamma_low": Trial(
        "next to no gamma, and a discriminator four times as wide",
        config={"gamma": 1e-9, "augment": 0.0, **WIDE},
    ),
    "gamma_high": Trial("gamma ten thousand times the usual", config={"gamma": 3000.0}),
    "collapse": Trial(
        "the mapping network at a hundred times its learning rate, which soon maps all to one",
        config={"augment": 0.0},
    ),
    "copying": Trial(
        "twelve files, no augmentation", files=12, config={"augment": 0.0, "kimg": 350}
    ),
    "overfit": Trial(
        "64 files, a hundredth of the gamma, four times as wide, augmentation at its end",
        files=64,
        config={"augment": 0.85, "gamma": 0.003, "kimg": 120, "mirror": False, **WIDE},
    ),
    "plateau": Trial("two hundred files, far longer than they need", files=200,
                     config={"kimg": 150}),
    "memory": Trial("a device that runs out of memory once", config={"kimg": 2}),
}  # fmt: skip


def provoke(name: str, trial: Trial, folder: Path, out: Path) -> None:
    """Train until the alarm is heard, or to the end."""
    few = out / f"{name}-files"
    few.mkdir(parents=True)
    pictures = [name for name in walk(folder).files if Path(name).suffix in (".jpg", ".png")]
    for file in pictures[: trial.files]:
        shutil.copy(folder / file, few)
    run = RunFolder(out / name)
    run.create(replace(SMALL, folder=str(few), **trial.config))
    print(f"{name}: {trial.how}", flush=True)
    heard = False
    with mock.patch.object(Trainer, "step", _broken(name)):
        for event in train_run(run, media.kind("artwork")):
            if isinstance(event, Preview) and event.value["event"] == "guardian":
                said = event.value
                evidence = f" [{said['evidence']}]" if said["evidence"] else ""
                print(f"  {said['kimg']:.1f} kimg {said['alarm']} ({said['level']}): "
                      f"{said['text']} {said['reaction']}{evidence}", flush=True)  # fmt: skip
                if (said["alarm"] == name and said["level"] != "note") or name == "plateau":
                    heard = heard or said["alarm"] == name
                    run.tell("stop")
    print(f"  {'heard' if heard else 'NOT HEARD'} by {run.status().kimg:.1f} kimg", flush=True)


def _broken(name: str) -> Any:
    """The trainer's step, or one that goes wrong as the alarm wants it."""
    step = Trainer.step

    def broken(trainer: Trainer) -> None:
        hook = None
        if name == "collapse" and trainer.steps == 0:
            set_mapping_rate(trainer.generator.mapping, 1.0)
        if name == "nonfinite" and trainer.steps in (200, 201, 202):
            hook = trainer.generator.start.register_hook(lambda grad: grad * float("inf"))
        if name == "memory" and trainer.steps == 20 and trainer.accumulate == 1:
            with mock.patch.object(trainer, "_penalty_phase", _out_of_memory(trainer)):
                trainer.steps -= trainer.steps % trainer.config.penalty_every
                step(trainer)
            return
        step(trainer)
        if hook is not None:
            hook.remove()

    return broken


def _out_of_memory(trainer: Trainer) -> Any:
    phase = type(trainer)._penalty_phase

    def scarce(parts: Any) -> None:
        if trainer.accumulate == 1:
            raise torch.OutOfMemoryError("out of memory")
        phase(trainer, parts)

    return scarce


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--alarms", nargs="+", default=list(TRIALS), choices=list(TRIALS))
    parser.add_argument("--out", type=Path)
    asked = parser.parse_args()
    out = asked.out or Path(tempfile.mkdtemp(prefix="alarms-"))
    for name in asked.alarms:
        provoke(name, TRIALS[name], asked.folder, out)
    print(f"The runs lie in {out}.")


if __name__ == "__main__":
    main()
