"""A training run on disk: config, events, samples, checkpoints, model; the truth about the run."""

from __future__ import annotations

import contextlib
import errno
import json
import math
import os
import shutil
import time
from collections import deque
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path
from typing import Any, TypeVar

from studio.core.claim import Claim
from studio.core.errors import DiskFull, StudioError
from studio.core.files import FileLock, is_locked, make_folder, open_regular, write_bytes
from studio.core.train_ranges import misfit

BEST_NAME = "best.safetensors"  # the model that came closest to the files kept back
COMMANDS = ("run", "pause", "stop")
WORD_BYTES = 5  # the longest of them
MAX_WORD_BYTES = 100
MAX_UNWRITTEN = 1000
MAX_CONFIG_BYTES = 2**20
DAMAGED = "The configuration of this training run is damaged"
STATES = {
    "start": "running",
    "progress": "running",
    "paused": "paused",
    "stopped": "stopped",
    "finished": "finished",
    "error": "failed",
}


@dataclass(frozen=True)
class TrainConfig:
    """Everything that a run is started with; lengths in kimg (thousand examples shown).

    batch 0, gamma 0, augment -1, check_kimg 0 and freeze -1 leave the choice to the medium and the
    size of the folder. gamma_end is what is left of gamma at the end of the run, as a share.
    accumulate cuts a batch into so many parts, for little memory. freeze: how many of the
    discriminator's blocks, from the pixels on, stay as start_model brought them. preset is the word
    that the rest was chosen by.
    """

    medium: str
    folder: str
    name: str = ""
    size_px: int = 64
    kimg: float = 200.0
    seconds: float | None = None
    batch: int = 0
    channel_base: int = 2048
    channel_max: int = 128
    learning_rate: float = 0.0025
    gamma: float = 0.0
    gamma_end: float = 1.0
    penalty_every: int = 8
    augment: float = -1.0
    ema_kimg: float = 10.0
    held_out: bool = True
    check_kimg: float = 0.0
    accumulate: int = 1
    start_model: str = ""
    freeze: int = -1
    guardian: bool = True
    compile: bool = True
    precision: str = "auto"
    mirror: bool = True
    seed: int = 0
    checkpoint_seconds: float = 60.0
    sample_seconds: float = 30.0
    device: str = "auto"
    threads: int = 0
    licence: str = ""
    credit: str = ""
    preset: str = ""
    remedies: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


def _read_by(config: TrainConfig) -> list[Any]:
    """What decides which examples a folder gives."""
    return [config.medium, config.folder, config.size_px, sorted(config.remedies)]


def config_from_json(json_values: Any) -> TrainConfig:
    """Read a config file; StudioError if it makes no sense."""
    try:
        known = {field.name for field in fields(TrainConfig)}
        values = {k: v for k, v in dict(json_values).items() if k in known}
        if isinstance(values.get("remedies"), list):  # JSON knows no tuples
            values["remedies"] = tuple(values["remedies"])
        config = TrainConfig(**values)
        for field in fields(TrainConfig):
            _refuse_other_kind(getattr(config, field.name), field.default)
    except (TypeError, ValueError, OverflowError) as error:
        raise StudioError(f"{DAMAGED}.") from error
    wrong = misfit(vars(config))
    if wrong:
        raise StudioError(f"{DAMAGED}: {wrong}.")
    return config


def _refuse_other_kind(value: Any, default: Any) -> None:
    """ValueError for a value of another kind than the field's, or a number that is not finite."""
    if isinstance(default, bool) or isinstance(value, bool):
        fits = isinstance(default, bool) and isinstance(value, bool)
    elif default is None or isinstance(default, float):  # seconds, the only one that may be None
        fits = value is default is None or math.isfinite(value)
    elif isinstance(default, int):
        fits = isinstance(value, int)
    elif isinstance(default, tuple):
        fits = isinstance(value, tuple) and all(isinstance(word, str) for word in value)
    else:
        fits = isinstance(value, str)
    if not fits:
        raise ValueError("of another kind")


@dataclass(frozen=True)
class RunStatus:
    """The newest known state of a run. state: new, running, paused, stopped, finished, failed."""

    state: str = "new"
    kimg: float = 0.0
    total_kimg: float = 0.0
    images_per_s: float = 0.0
    eta_s: float | None = None
    text: str = ""
    sample: Path | None = None
    augment: float | None = None
    memory_mb: float = 0.0
    best_kimg: float | None = None


N = TypeVar("N", float, float | None)


def _number(value: Any, default: N) -> float | N:
    """The value as a float; the default where a record has none, or nonsense."""
    is_number = isinstance(value, (int, float)) and abs(value) < 1e12
    return float(value) if is_number else default


def _append_line(path: Path, line: bytes) -> None:
    """Add a line to a file, all of it or nothing; OSError when it cannot be done.

    What a killed writer left of its last line stays a line of its own, which readers skip.
    """
    handle = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT | getattr(os, "O_BINARY", 0), 0o644)
    try:
        end = os.lseek(handle, 0, os.SEEK_END)
        if end > 0:
            os.lseek(handle, end - 1, os.SEEK_SET)
            line = line if os.read(handle, 1) == b"\n" else b"\n" + line
        try:
            if os.write(handle, line) < len(line):
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        except OSError:
            os.ftruncate(handle, end)
            raise
    finally:
        os.close(handle)


def _write_over(path: Path, content: bytes) -> bool:
    """Change the first bytes of a file where they are, which takes no room on the disk."""
    try:
        with open(path, "r+b") as file:
            file.write(content)
        return True
    except OSError:
        return False


class RunFolder:
    """The files of one run; used by the trainer, the window and the command line alike."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.config_path = path / "config.json"
        self.events_path = path / "events.jsonl"
        self.samples_path = path / "samples"
        self.checkpoints_path = path / "checkpoints"
        self.model_path = path / "model.safetensors"
        self.best_path = path / BEST_NAME
        self.command_path = path / "command"
        self.lock_path = path / "lock"
        self.cache_path = path / "cache"
        self.evidence_path = path / "evidence"
        self.tensorboard_path = path / "tensorboard"
        self._unwritten: deque[bytes] = deque(maxlen=MAX_UNWRITTEN)
        self.claim = Claim(self.lock, self.config_path)

    def is_cache_of(self, config: TrainConfig) -> bool:
        """Whether the cache holds what this configuration reads; older ones do not say."""
        try:
            with open_regular(self._cache_note) as file:
                return json.load(file) == _read_by(config)
        except FileNotFoundError:
            return True
        except (StudioError, OSError, ValueError, RecursionError):
            return False

    def note_cache_of(self, config: TrainConfig) -> None:
        """Write down what the cache was read from."""
        write_bytes(self._cache_note, json.dumps(_read_by(config)).encode())

    @property
    def _cache_note(self) -> Path:
        return self.cache_path / "of.json"

    def forget_start(self) -> None:
        """Take back a run in which nothing was trained, so that the same start works once what
        was in its way is mended."""
        if self.claim.is_lost:
            return
        self.config_path.unlink(missing_ok=True)
        shutil.rmtree(self.cache_path, ignore_errors=True)

    def create(self, config: TrainConfig) -> None:
        """Start a run here; StudioError where one, or a model that it would replace, is there, and
        for settings that no training can have."""
        if self.config_path.exists():
            raise StudioError(
                f"{self.path} already holds a training run: resume it, or choose another folder."
            )
        taken = next((one for one in (self.model_path, self.best_path) if one.exists()), None)
        if taken is not None:
            raise StudioError(f"{taken} is there already: choose another folder for the run.")
        self._write(config)
        with contextlib.suppress(OSError):  # who writes a sample makes it again
            self.samples_path.mkdir(exist_ok=True)

    def config(self) -> TrainConfig:
        try:
            with open_regular(self.config_path) as file:
                values = json.loads(file.read(MAX_CONFIG_BYTES))
        except FileNotFoundError as error:
            raise StudioError(f"There is no training run in {self.path}.") from error
        except (OSError, ValueError, RecursionError) as error:
            raise StudioError(f"{DAMAGED}.") from error
        return config_from_json(values)

    def change(self, config: TrainConfig) -> None:
        """Let the run go on by another configuration; StudioError as create and config."""
        if config != self.config():
            self._write(config)

    def _write(self, config: TrainConfig) -> None:
        wrong = misfit(vars(config))
        if wrong:
            raise StudioError(f"This training cannot be: {wrong}.")
        write_bytes(self.config_path, json.dumps(config.to_json(), indent=2).encode())

    def lengthen(self, *, seconds: float | None = None, kimg: float | None = None) -> None:
        """Give an ended run a new total length, by the clock or in kimg; StudioError as config."""
        config = self.config()
        if seconds is not None:
            config = replace(config, seconds=seconds)
        if kimg is not None:
            config = replace(config, kimg=kimg)
        self.change(config)

    def lock(self) -> FileLock:
        """The lock of whoever trains; the folder is made. StudioError when it cannot be."""
        make_folder(self.path)
        return FileLock(self.lock_path)

    def is_running(self) -> bool:
        """Whether a trainer process lives, whoever started it."""
        return is_locked(self.lock_path)

    def command(self) -> str:
        """What the trainer was last told: run, pause or stop."""
        try:
            with open_regular(self.command_path) as file:
                word = file.read(MAX_WORD_BYTES).decode().strip()
        except (StudioError, OSError, UnicodeDecodeError):
            return "run"
        return word if word in COMMANDS else "run"

    def tell(self, word: str) -> None:
        """Tell the trainer to run, pause or stop; it obeys before its next step.

        On a full disk the word goes into the room that the last one took.
        """
        if self.claim.is_lost:  # it would be told to another run
            return
        try:
            write_bytes(self.command_path, word.ljust(WORD_BYTES).encode())
        except DiskFull:
            if not _write_over(self.command_path, word.ljust(WORD_BYTES).encode()):
                raise

    def append(self, event: str, **values: Any) -> dict[str, Any]:
        """Add one line to the events; returns the record.

        Training never stops for it: a line that cannot be written now waits for the next call,
        together with the newest thousand others.
        """
        record = {"event": event, "time": round(time.time(), 3), **values}
        self._unwritten.append(json.dumps(record).encode() + b"\n")
        if not self.claim.is_lost:
            self.write_waiting()
        return record

    def write_waiting(self) -> bool:
        """Write the events that no room was found for; whether all are on the disk now."""
        try:
            while self._unwritten:
                _append_line(self.events_path, self._unwritten[0])
                self._unwritten.popleft()
        except OSError:
            return False
        return True

    def events(self, offset: int = 0) -> tuple[list[dict[str, Any]], int]:
        """Whole lines after a byte offset, and the offset to go on from; skips damaged lines."""
        try:
            with open_regular(self.events_path) as file:
                file.seek(offset)
                chunk = file.read()
        except (StudioError, OSError):
            return [], offset
        end = chunk.rfind(b"\n") + 1
        found: list[dict[str, Any]] = []
        for line in chunk[:end].splitlines():
            try:
                record = json.loads(line)
            except (ValueError, RecursionError):
                continue
            if isinstance(record, dict) and isinstance(record.get("event"), str):
                found.append(record)
        return found, offset + end

    def status(self) -> RunStatus:
        """Fold all events into the newest state; a run whose trainer died counts as stopped."""
        status = RunStatus()
        for record in self.events()[0]:
            status = self.after(status, record)
        if status.state in ("running", "paused") and not self.is_running():
            status = RunStatus(**{**status.__dict__, "state": "stopped"})
        return status

    def after(self, status: RunStatus, record: dict[str, Any]) -> RunStatus:
        """The status after one more event; unknown events and fields change nothing."""
        state = STATES.get(record["event"], status.state)
        sample, best_kimg = status.sample, status.best_kimg
        if record["event"] == "sample":
            sample = self.samples_path / Path(str(record.get("file", ""))).name
        kimg = _number(record.get("kimg"), status.kimg)
        if record["event"] in ("measure", "guardian"):  # told later than the step they are about
            kimg = status.kimg
        if record["event"] == "measure" and record.get("best") is True:
            best_kimg = _number(record.get("kimg"), best_kimg)
        text = status.text if state != "running" else ""
        if record["event"] in STATES:  # what the guardian says is no state
            text = str(record.get("text", text))
        return RunStatus(
            state=state,
            kimg=kimg,
            total_kimg=_number(record.get("total_kimg"), status.total_kimg),
            images_per_s=_number(record.get("images_per_s"), status.images_per_s),
            eta_s=_number(record.get("eta_s"), status.eta_s),
            text=text,
            sample=sample,
            augment=_number(record.get("augment"), status.augment),
            memory_mb=_number(record.get("memory_mb"), status.memory_mb),
            best_kimg=best_kimg,
        )
