"""`atelier train`: a training run in this process, told in words or as JSON lines."""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import signal
import sys
import time
from pathlib import Path
from types import FrameType
from typing import Any, Protocol

from studio.app.cli_config import new_config, resumed_config
from studio.app.cli_team import (
    in_team,
    is_follower,
    load_process_count,
    lower_priority,
    quiet_threads,
    run_team,
)
from studio.app.cli_text import duration, plain
from studio.core.errors import StudioError
from studio.core.kind import MediumKind
from studio.core.run_folder import RunFolder, TrainConfig
from studio.core.work import Preview, Progress, Work
from studio.media import kind as kind_of

LINE_SECONDS = 10.0


def train(arguments: argparse.Namespace) -> int:
    """Start or resume a run and follow it to its end."""
    quiet_threads()
    if arguments.background:
        lower_priority()
    run = RunFolder(Path(arguments.out))
    if is_follower():
        return _follow_leader(run)
    exists = run.config_path.exists()
    if arguments.resume and (exists or not arguments.folder):
        config = resumed_config(run, arguments)
    else:
        config = _created(run, arguments)
    code = 1
    with Stop(run) as stop:
        try:
            code = _train(run, config, arguments, stop)
        finally:  # whatever failed, the same command must work once that is mended
            if code and not (exists or stop.started or stop.signal or _has_started(run)):
                run.forget_start()
    return code


def _created(run: RunFolder, arguments: argparse.Namespace) -> TrainConfig:
    config = new_config(arguments)
    _refuse_inside(Path(config.folder), run.path)
    run.create(config)
    return config


def _train(run: RunFolder, config: TrainConfig, arguments: argparse.Namespace, stop: Stop) -> int:
    """Train a run that is there, by this configuration from now on; the exit code."""
    processes = 1 if in_team() else arguments.processes or load_process_count(config.device)
    if processes > 1:
        with run.claim.held():
            run.change(config)
        code = run_team(run, processes, arguments)
        return 2 if code == 1 and not _has_started(run) else code
    medium = kind_of(config.medium)
    show: Show = Lines() if arguments.events else Words(run, config)
    with run.claim.held():
        run.change(config)
        follow(load_run(run, medium, arguments.resume), show, stop)
    return 128 + stop.signal if stop.signal else 0


def _has_started(run: RunFolder) -> bool:
    """Whether there is something to go on from; on a full disk no event may say so."""
    told = any(record.get("event") == "start" for record in run.events()[0])
    return told or run.checkpoints_path.exists()


def _follow_leader(run: RunFolder) -> int:
    """One of a team that does not lead: it trains along, and the leader writes and speaks."""
    for _ in range(600):
        if run.config_path.exists():
            break
        time.sleep(0.1)
    medium = kind_of(run.config().medium)
    with Stop(run) as stop:
        stop.run_started()
        for _ in load_run(run, medium, resume=True):
            pass
    return 128 + stop.signal if stop.signal else 0


def load_run(run: RunFolder, medium: MediumKind, resume: bool) -> Work:
    """The training work; imports torch."""
    from studio.gan.run import train_run

    return train_run(run, medium, resume)


def _refuse_inside(folder: Path, out: Path) -> None:
    if out.resolve().is_relative_to(folder.resolve()):
        raise StudioError(
            "The run would lie inside the folder to train on, which is never written to; "
            "choose another --out."
        )
    if folder.resolve().is_relative_to(out.resolve()):
        raise StudioError(
            "The folder to train on lies inside that of the run, which is written to; choose "
            "another --out."
        )


class Stop:
    """Turns Ctrl+C and SIGTERM into an orderly stop; the second one ends at once."""

    def __init__(self, run: RunFolder) -> None:
        self._run = run
        self._before: dict[int, Any] = {}
        self.signal = 0
        self.started = False

    def __enter__(self) -> Stop:
        for number in (signal.SIGINT, signal.SIGTERM):
            self._before[number] = signal.signal(number, self._received)
        return self

    def __exit__(self, *_: object) -> None:
        for number, before in self._before.items():
            signal.signal(number, before)

    def run_started(self) -> None:
        """From now on the trainer listens and writes a checkpoint before it ends."""
        self.started = True
        if self.signal:
            self._run.tell("stop")

    def _received(self, number: int, frame: FrameType | None) -> None:
        if self.signal:
            os._exit(128 + number)  # maybe in the middle of a step; the last checkpoint stays
        self.signal = number
        if self.started:
            self._run.tell("stop")


class Show(Protocol):
    """Tells the person, or the program, that started the training how it goes."""

    def reading(self, progress: Progress) -> None: ...
    def record(self, record: dict[str, Any]) -> None: ...


class Lines:
    """Every event as one line of JSON."""

    def reading(self, progress: Progress) -> None:
        values = {"done": progress.done, "total": progress.total, "text": progress.note}
        print(json.dumps({"event": "reading", **values}), flush=True)

    def record(self, record: dict[str, Any]) -> None:
        print(json.dumps(record), flush=True)


class Words:
    """One line that keeps changing on a terminal; a new line now and then elsewhere."""

    def __init__(self, run: RunFolder, config: TrainConfig) -> None:
        self._run, self._config = run, config
        self._on_screen = sys.stdout.isatty()
        self._last_s = -LINE_SECONDS

    def reading(self, progress: Progress) -> None:
        total = f" of {progress.total}" if progress.total else ""
        what = "Reading the folder" if progress.note.startswith("Reading") else progress.note
        self._changing(f"{what}: {progress.done}{total}")

    def record(self, record: dict[str, Any]) -> None:
        match record["event"]:
            case "folder":
                refused = f", {record['refused']} files left out" if record["refused"] else ""
                self._fixed(f"{record['examples']} examples to learn from{refused}.")
            case "start":
                begun = f" from {record['kimg']:.1f} kimg on" if record["kimg"] else ""
                self._fixed(f"Training{begun} on {record['device']}; Ctrl+C stops safely.")
                self._last_s = -LINE_SECONDS
            case "progress":
                self._changing(self._progress(record))
            case "measure":
                self._measured(record)
            case "guardian":
                reaction = f" {record['reaction']}" if record["reaction"] else ""
                self._fixed(f"! {record['text']}{reaction}")
            case "paused" | "note" if record.get("text"):
                self._fixed(record["text"])
            case "stopped":
                self._fixed(f"Stopped at {record['kimg']:.1f} kimg. To go on:")
                self._fixed(f"  atelier train --resume --out {self._run.path}")
            case "finished":
                self._fixed(f"Finished at {record['kimg']:.1f} kimg.")
                self._fixed(f"Samples: {self._run.samples_path}")
                self._fixed(f"Model: {self._run.model_path}; to use it:")
                self._fixed(f"  atelier generate {self._run.path} --seeds 0-15 --out results")

    def _progress(self, record: dict[str, Any]) -> str:
        by_clock = self._config.seconds is not None
        end = "" if by_clock else f" of {self._config.kimg:g}"
        left = f", {duration(record['eta_s'])} left" if record.get("eta_s") is not None else ""
        return f"{record['kimg']:.1f}{end} kimg, {record['images_per_s']:.0f} images/s{left}"

    def _measured(self, record: dict[str, Any]) -> None:
        """On files kept back, where there are any."""
        if "overfit" in record:
            best = ", the best so far" if record["best"] else ""
            self._fixed(
                f"{record['kimg']:.1f} kimg: KID-rand {record['kid_rand']:.3f}, overlap "
                f"{record['overlap']:.2f}, coverage {record['coverage']:.2f}{best}"
            )

    def _changing(self, text: str) -> None:
        if self._on_screen:
            print(f"\r{text:<78}", end="", flush=True)
        elif time.monotonic() - self._last_s >= LINE_SECONDS:
            self._last_s = time.monotonic()
            print(text, flush=True)

    def _fixed(self, text: str) -> None:
        print(f"\r{plain(text):<78}" if self._on_screen else plain(text), flush=True)


def follow(work: Work, show: Show, stop: Stop) -> None:
    """Show each event; a stop before the first step simply ends the work."""
    with contextlib.closing(work):
        for event in work:
            if isinstance(event, Progress) and not stop.started:
                show.reading(event)
            elif isinstance(event, Preview):
                show.record(event.value)
                if event.value["event"] == "start":
                    stop.run_started()
            if stop.signal and not stop.started:
                return
