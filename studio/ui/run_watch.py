"""Follows the training runs on disk, whoever started them, and starts and steers them."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, QTimer, Signal

import studio
from studio.core.errors import StudioError
from studio.core.files import FileLock
from studio.core.library import Places, runs
from studio.core.run_folder import RunFolder, RunStatus, TrainConfig
from studio.core.run_queue import RunQueue
from studio.core.run_title import read_title

LOOK_EVERY_MS = 1000
EARLY_LOOKS = 3  # of which the speed says little: a machine warms up
LOG_NAME = "trainer.log"
LIVE = ("running", "paused")
IDLE = ("new", "stopped", "finished", "failed")


@dataclass
class WatchedRun:
    """What is known of one run.

    figures holds its progress records, measures those on held-out files, notices what the guardian
    said, each oldest first; place is its place in the queue, 1 for the next, 0 when it waits not.
    """

    run: RunFolder
    config: TrainConfig
    status: RunStatus = field(default_factory=RunStatus)
    figures: list[dict[str, Any]] = field(default_factory=list)
    measures: list[dict[str, Any]] = field(default_factory=list)
    notices: list[dict[str, Any]] = field(default_factory=list)
    samples: list[tuple[float, Path]] = field(default_factory=list)
    place: int = 0
    is_alive: bool = False
    is_starting: bool = False  # our child lives, and has not taken the run's lock yet
    has_trained: bool = False  # the trainer that lives now; a word of an end is its own
    device: str = ""
    looks: int = 0  # at its speed since it was started last
    title: str = ""  # what a person renamed it to
    offset: int = 0

    @property
    def name(self) -> str:
        return self.title or self.config.name or Path(self.config.folder).name or self.run.path.name

    @property
    def state(self) -> str:
        """new, queued, starting, running, paused, stopping, stopped, finished, failed."""
        state = self.status.state
        if self.is_starting and not self.is_alive:
            return "starting"
        if not self.is_alive:
            return "queued" if self.place else "stopped" if state in LIVE else state
        word = self.run.command()
        if word == "stop":
            return "stopping"
        if word == "pause" and state in LIVE:
            return "queued" if self.place else "paused"
        if state in LIVE:  # one that pauses with a reason does so by itself, as on a full disk
            return "paused" if state == "paused" and self.status.text else "running"
        return "stopping" if self.has_trained else "starting"

    @property
    def rests(self) -> bool:
        """Whether it neither trains nor waits for anything."""
        return self.state in IDLE

    @property
    def is_training(self) -> bool:
        """Whether it uses the device now, or is about to."""
        return (self.is_alive or self.is_starting) and self.state not in ("paused", "queued")

    @property
    def broke_off(self) -> bool:
        """Whether the trainer ended without a word: killed, crashed, or the power failed."""
        return self.state == "stopped" and self.status.state in LIVE

    @property
    def best_kimg(self) -> float | None:
        """Where the best model by held-out measure was, None where nothing was measured."""
        return self.status.best_kimg

    @property
    def left_s(self) -> float | None:
        """Seconds to the end; None while that is unknown, as after the first slow steps."""
        is_known = self.config.seconds is not None or self.looks >= EARLY_LOOKS
        return self.status.eta_s if self.is_alive and is_known else None

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
            self._take(record)
        alive, title = self.run.is_running(), read_title(self.run.path)
        changed = bool(records) or alive != self.is_alive or title != self.title
        self.is_alive, self.title = alive, title
        self.has_trained = alive and (self.has_trained or self.status.state in LIVE)
        return changed

    def _take(self, record: dict[str, Any]) -> None:
        newest = self.figures[-1]["kimg"] if self.figures else 0.0
        if record["event"] == "progress" and self.status.kimg < newest:
            self._go_back()  # the guardian took an older checkpoint
        kinds = {"progress": self.figures, "measure": self.measures, "guardian": self.notices,
                 "note": self.notices}  # fmt: skip
        self.looks += record["event"] == "progress"
        if record["event"] in kinds:
            # What a damaged or foreign line lacks is filled in, so that nobody below must ask.
            kinds[record["event"]].append({**record, "kimg": _kimg(record, self.status.kimg)})
        elif record["event"] == "sample" and self.status.sample is not None:
            self.samples.append((self.status.kimg, self.status.sample))
        elif record["event"] == "start":
            self._begin_again(record)

    def _begin_again(self, record: dict[str, Any]) -> None:
        """A start goes on from a checkpoint; what came after that never was."""
        self.device, self.looks = str(record.get("device", "")), 0
        with contextlib.suppress(StudioError):  # it may have been given a new length
            self.config = self.run.config()
        self._go_back()

    def _go_back(self) -> None:
        kimg = self.status.kimg
        self.figures = [figure for figure in self.figures if figure["kimg"] <= kimg]
        self.measures = [measure for measure in self.measures if measure["kimg"] <= kimg]
        self.samples = [(at, path) for at, path in self.samples if at <= kimg]


class RunWatch(QObject):
    """Every run in the library, looked at once a second; the next in the queue is begun here."""

    changed = Signal()
    ended = Signal(object)  # WatchedRun: finished, failed or broken off while we looked
    begun = Signal(object)  # WatchedRun: its turn in the queue came
    failed = Signal(object)  # the error that kept the queue from going on

    def __init__(self, places: Places) -> None:
        super().__init__()
        self._places = places
        self.runs: list[WatchedRun] = []
        self.queue = RunQueue(places.runs_path)
        self._turn: FileLock | None = None
        self._children: dict[Path, subprocess.Popen[Any]] = {}
        self._timer = QTimer(self, interval=LOOK_EVERY_MS)
        self._timer.timeout.connect(self.look)

    def start(self) -> None:
        self._timer.start()
        self.look()

    @property
    def active(self) -> WatchedRun | None:
        """The run that trains now, or else one that waits in a pause."""
        living = [run for run in self.runs if run.is_alive or run.is_starting]
        return next((run for run in living if run.is_training), living[0] if living else None)

    @property
    def training(self) -> WatchedRun | None:
        """The run that uses the device now."""
        return next((run for run in self.runs if run.is_training), None)

    @property
    def waiting(self) -> int:
        """How many wait in the queue."""
        return sum(run.place > 0 for run in self.runs)

    def look(self) -> None:
        """Read what is new; tells only when something is. Begins the next run when none trains."""
        self._children = {p: one for p, one in self._children.items() if one.poll() is None}
        before = [one.run.path for one in self.runs]
        changed = self._find()
        for watched in self.runs:
            was_alive = watched.is_alive or watched.is_starting
            starting = watched.run.path in self._children and not watched.run.is_running()
            changed = watched.read() or starting != watched.is_starting or changed
            watched.is_starting = starting
            if was_alive and (watched.broke_off or watched.state in ("finished", "failed")):
                self.ended.emit(watched)
        self.runs.sort(key=_rank)
        if changed or [one.run.path for one in self.runs] != before:
            self.changed.emit()
        self._take_turn()

    def _find(self) -> bool:
        """Take over which runs there are and who waits; whether that changed a place."""
        known = {watched.run.path: watched for watched in self.runs}
        names = self.queue.names()
        self.runs, changed = [], False
        for run in runs(self._places):
            watched = known.get(run.path)
            if watched is None:
                try:
                    watched = WatchedRun(run, run.config())
                except StudioError:
                    continue  # damaged: the command line says so; here the others must go on
            place = names.index(run.path.name) + 1 if run.path.name in names else 0
            changed, watched.place = changed or place != watched.place, place
            self.runs.append(watched)
        return changed

    def _take_turn(self) -> None:
        """Begin the first in the queue, unless something trains or a person paused something."""
        if any(run.is_starting for run in self.runs):
            return
        if self._turn is not None:  # kept until the trainer had its own lock, or died
            self._turn.release()
            self._turn = None
        waits = [run for run in self.runs if run.place]
        if not waits or any(run.is_alive and run.state != "queued" for run in self.runs):
            return
        turn = self.queue.turn()
        if not turn.acquire():
            return  # another window begins one just now
        self._turn, first = turn, min(waits, key=lambda run: run.place)
        try:
            self.start_now(first.run)
        except (StudioError, OSError) as error:
            self.failed.emit(error)
            return
        first.is_starting, first.place = first.run.path in self._children, 0
        self.begun.emit(first)
        self.changed.emit()

    def begin(self, config: TrainConfig, name: str) -> WatchedRun:
        """Create a run and start its trainer, or let it wait its turn while another trains.

        StudioError when it cannot be.
        """
        folder = self._places.runs_path
        config = replace(config, name=self._free_name(config.name))
        path, number = folder / name, 2
        while path.exists():
            path, number = folder / f"{name}_{number}", number + 1
        run = RunFolder(path)
        run.create(config)
        self.resume_or_wait(run)
        self.look()
        return next(one for one in self.runs if one.run.path == path)

    def _free_name(self, name: str) -> str:
        """The name, with a number where another run is called so already."""
        taken, free, number = {one.name for one in self.runs}, name, 2
        while name and free in taken:
            free, number = f"{name} {number}", number + 1
        return free

    def resume_or_wait(self, run: RunFolder) -> None:
        """Let a run go on now, or after what trains now: never two at once."""
        other = self.training
        if other is not None and other.run.path != run.path:
            self.queue.add(run.path.name)
        else:
            self.start_now(run)

    def start_now(self, run: RunFolder) -> None:
        """Take a run out of the queue, and let it go on."""
        self.queue.remove(run.path.name)
        self.resume(run)

    def resume(self, run: RunFolder) -> None:
        """Let a run go on: tell the living trainer, or start one."""
        run.tell("run")
        if run.is_running() or run.path in self._children:
            return
        command = [sys.executable, "-m", "studio", "train", "--resume"]
        command += ["--out", str(run.path), "--events", "--background"]
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
            (self.resume_or_wait if run.state == "paused" else self.pause)(run.run)
            self.look()

    def close(self) -> None:
        """Stop looking; the trainers go on, and the queue waits for the next window."""
        self._timer.stop()
        if self._turn is not None:
            self._turn.release()


def _kimg(record: dict[str, Any], otherwise: float) -> float:
    value = record.get("kimg")
    return float(value) if isinstance(value, (int, float)) and abs(value) < 1e12 else otherwise


def _rank(run: WatchedRun) -> tuple[int, int]:
    """What trains or is paused first, then the queue, then the rest: the newest first."""
    lives = (run.is_alive or run.is_starting) and not run.place
    return (0, not run.is_training) if lives else (1, run.place) if run.place else (2, 0)


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
