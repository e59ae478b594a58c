"""Follows the training runs on disk, whoever started them, and starts and steers them."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, QTimer, Signal

import studio
from studio.core.errors import StudioError
from studio.core.library import Places, runs
from studio.core.run_folder import RunFolder, RunStatus, TrainConfig

LOOK_EVERY_MS = 1000
LOG_NAME = "trainer.log"
LIVE = ("running", "paused")


@dataclass
class WatchedRun:
    """What is known of one run; figures holds its progress records, oldest first."""

    run: RunFolder
    config: TrainConfig
    status: RunStatus = field(default_factory=RunStatus)
    figures: list[dict[str, Any]] = field(default_factory=list)
    samples: list[tuple[float, Path]] = field(default_factory=list)
    is_alive: bool = False
    is_starting: bool = False  # our child lives, and has not taken the run's lock yet
    device: str = ""
    offset: int = 0

    @property
    def name(self) -> str:
        return self.config.name or Path(self.config.folder).name or self.run.path.name

    @property
    def state(self) -> str:
        """new, starting, running, paused, stopping, stopped, finished, failed."""
        state = self.status.state
        if self.is_starting and not self.is_alive:
            return "starting"
        if not self.is_alive:
            return "stopped" if state in LIVE else state
        word = self.run.command()
        if word == "stop":
            return "stopping"
        if state in LIVE:
            return "paused" if word == "pause" else "running"
        return "starting"

    @property
    def broke_off(self) -> bool:
        """Whether the trainer ended without a word: killed, crashed, or the power failed."""
        return self.state == "stopped" and self.status.state in LIVE

    @property
    def share(self) -> float:
        """How much is done, 0 to 1; by the clock where the clock decides."""
        config, status = self.config, self.status
        if status.state == "finished":
            return 1.0
        if config.seconds is not None:
            # The eta of the last progress: one that was stopped has none, and is not done.
            left = self.figures[-1].get("eta_s") if self.figures else None
            left = config.seconds if left is None else float(left)
            return min(1.0, max(0.0, 1 - left / max(config.seconds, 1e-9)))
        return min(1.0, status.kimg / max(config.kimg, 1e-9))

    def read(self) -> bool:
        """Take in what is new on disk; whether there was something."""
        records, self.offset = self.run.events(self.offset)
        for record in records:
            self.status = self.run.after(self.status, record)
            if record["event"] == "progress":
                self.figures.append(record)
            elif record["event"] == "sample" and self.status.sample is not None:
                self.samples.append((self.status.kimg, self.status.sample))
            elif record["event"] == "start":
                self._begin_again(record)
        alive = self.run.is_running()
        changed = bool(records) or alive != self.is_alive
        self.is_alive = alive
        return changed

    def _begin_again(self, record: dict[str, Any]) -> None:
        """A start goes on from a checkpoint; what came after that never was."""
        self.device = str(record.get("device", ""))
        kimg = self.status.kimg
        self.figures = [figure for figure in self.figures if figure["kimg"] <= kimg]
        self.samples = [(at, path) for at, path in self.samples if at <= kimg]


class RunWatch(QObject):
    """Every run in the library, looked at once a second."""

    changed = Signal()
    ended = Signal(object)  # WatchedRun: finished, failed or broken off while we looked

    def __init__(self, places: Places) -> None:
        super().__init__()
        self._places = places
        self.runs: list[WatchedRun] = []
        self._children: dict[Path, subprocess.Popen[Any]] = {}
        self._timer = QTimer(self, interval=LOOK_EVERY_MS)
        self._timer.timeout.connect(self.look)

    def start(self) -> None:
        self._timer.start()
        self.look()

    @property
    def active(self) -> WatchedRun | None:
        """The run that trains now, or waits in a pause."""
        return next((run for run in self.runs if run.is_alive or run.is_starting), None)

    def look(self) -> None:
        """Read what is new; tells only when something is."""
        alive = {path: one for path, one in self._children.items() if one.poll() is None}
        self._children = alive
        known = {watched.run.path: watched for watched in self.runs}
        found: list[WatchedRun] = []
        for run in runs(self._places):
            watched = known.get(run.path)
            if watched is None:
                try:
                    watched = WatchedRun(run, run.config())
                except StudioError:
                    continue  # damaged: the command line says so; here the others must go on
            found.append(watched)
        changed = [one.run.path for one in found] != list(known)
        self.runs = found
        for watched in found:
            was_alive = watched.is_alive or watched.is_starting
            starting = watched.run.path in alive and not watched.run.is_running()
            changed = watched.read() or starting != watched.is_starting or changed
            watched.is_starting = starting
            if was_alive and (watched.broke_off or watched.state in ("finished", "failed")):
                self.ended.emit(watched)
        if changed:
            self.changed.emit()

    def begin(self, config: TrainConfig, name: str) -> WatchedRun:
        """Create a run and start its trainer; StudioError when it cannot be."""
        folder = self._places.runs_path
        path, number = folder / name, 2
        while path.exists():
            path, number = folder / f"{name}_{number}", number + 1
        run = RunFolder(path)
        run.create(config)
        self.resume(run)
        self.look()
        return next(one for one in self.runs if one.run.path == path)

    def resume(self, run: RunFolder, *, seconds: float | None = None) -> None:
        """Let a run go on: tell the living trainer, or start one; seconds is a new total length."""
        run.tell("run")
        if run.is_running() or run.path in self._children:
            return
        command = [sys.executable, "-m", "studio", "train", "--resume"]
        command += ["--out", str(run.path), "--events"]
        if seconds is not None:
            command += ["--seconds", str(seconds)]
        package = Path(studio.__file__).resolve().parent
        paths = [str(package.parent), *os.environ.get("PYTHONPATH", "").split(os.pathsep)]
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, paths))}
        with open(run.path / LOG_NAME, "ab") as log:
            self._children[run.path] = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=environment,
                **_detached(),
            )

    def pause(self, run: RunFolder) -> None:
        run.tell("pause")

    def stop(self, run: RunFolder) -> None:
        run.tell("stop")

    def pause_or_resume(self) -> None:
        """The other of the two, for the run that trains now."""
        run = self.active
        if run is not None:
            (self.resume if run.state == "paused" else self.pause)(run.run)
            self.look()

    def close(self) -> None:
        """Stop looking; the trainers go on."""
        self._timer.stop()


def last_words(run: RunFolder) -> str:
    """The last line that the trainer's process wrote, for when it died without an event."""
    try:
        with open(run.path / LOG_NAME, "rb") as log:
            log.seek(max(0, log.seek(0, os.SEEK_END) - 4000))
            lines = log.read().decode("utf-8", "replace").strip().splitlines()
    except OSError:
        return ""
    return lines[-1][:300] if lines and not lines[-1].startswith("{") else ""


def _detached() -> dict[str, Any]:
    """A process of its own, that the end of the window does not end."""
    if sys.platform == "win32":
        flags = subprocess.CREATE_NEW_PROCESS_GROUP | subprocess.DETACHED_PROCESS
        return {"creationflags": flags}
    return {"start_new_session": True}
