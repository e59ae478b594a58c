"""Drives a training run with its folder: cache, events, samples, checkpoints, commands, resume."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from PIL import Image

from studio.core.errors import StudioError
from studio.core.examples import Examples, open_examples
from studio.core.files import write_bytes
from studio.core.kind import FolderReport, Reader
from studio.core.model_file import ModelHeader
from studio.core.run_folder import RunFolder, TrainConfig
from studio.core.work import Finished, Preview, Progress, Work
from studio.gan.checkpoint import load_state, save_model, save_state
from studio.gan.device import choose
from studio.gan.picture_file import png
from studio.gan.train import Figures, Trainer, Training, steps

REPORT_SECONDS = 1.0
SAMPLE_COLUMNS = 8
SAMPLE_ROWS = 4
PREVIEW_PX = 64
LOCK_TRIES = 10


class Medium(Protocol):
    """The parts of a medium that a run needs; every MediumKind is one."""

    @property
    def name(self) -> str: ...
    @property
    def load_reader(self) -> Callable[[], Reader]: ...
    @property
    def load_training(self) -> Callable[[], Training]: ...


def train_run(run: RunFolder, medium: Medium, resume: bool = False) -> Work:
    """Train as config.json says; yields Progress, Preview(event record), Finished(model path).

    StudioError when the folder cannot be used, the checkpoint is damaged, or another process
    already trains this run. Closing the generator writes a checkpoint first.
    """
    lock = run.lock()
    for _ in range(LOCK_TRIES):  # whoever only looks whether the run lives holds it for a moment
        if lock.acquire():
            break
        time.sleep(0.1)
    else:
        raise StudioError("This run is already being trained by another process.")
    try:
        run.tell("run")
        yield from _locked(run, medium, resume)
    except StudioError as error:
        yield Preview(run.append("error", text=str(error)))
        raise
    finally:
        lock.release()


def _locked(run: RunFolder, medium: Medium, resume: bool) -> Work:
    config = run.config()
    examples: Any = None
    for event in _examples(run, medium, config):
        if isinstance(event, Finished):
            examples = event.value
        else:
            yield event
    training = medium.load_training()
    device = choose(config.device, config.threads)
    network = training.describe(examples, config)
    trainer = Trainer(config, training, network, examples, device)
    if resume and run.checkpoint_path.exists():
        tensors, counters = load_state(run.checkpoint_path)
        try:
            trainer.restore(tensors, counters)
        except (KeyError, ValueError, RuntimeError) as error:
            raise StudioError("The checkpoint does not fit this run's configuration.") from error
        trained_seconds = float(counters.get("trained_seconds", 0))
    else:
        trained_seconds = 0.0
    session = Session(run, config, trainer, network, device.words, trained_seconds)
    yield from session.work()


def _examples(run: RunFolder, medium: Medium, config: TrainConfig) -> Work:
    """Decode the folder once into the run's cache, which is memory-mapped from then on."""
    examples = open_examples(run.cache_path)
    if examples is None:
        result: tuple[Examples, FolderReport] | None = None
        reader, folder = medium.load_reader(), Path(config.folder)
        for event in reader.read(folder, config.size_px, run.cache_path, config.remedies):
            if isinstance(event, Finished):
                result = event.value
            elif isinstance(event, Progress):
                yield Progress(event.done, event.total, f"Reading {event.note}")
        assert result is not None
        examples, report = result
        yield Preview(
            run.append("folder", usable=len(report.usable), refused=len(report.refused),
                       examples=len(examples))
        )  # fmt: skip
    yield Finished(examples.pixels)


class Session:
    """One stretch of training, from start or resume to stop, pause included."""

    def __init__(
        self,
        run: RunFolder,
        config: TrainConfig,
        trainer: Trainer,
        network: dict[str, Any],
        device_words: str,
        trained_seconds: float,
    ) -> None:
        self.run, self.config, self.trainer, self.network = run, config, trainer, network
        self.device_words, self.before_s = device_words, trained_seconds
        self.trained_s = 0.0
        self._started_at_seen = trainer.seen
        self._figures: list[Figures] = []

    def work(self) -> Work:
        yield Preview(
            self.run.append("start", kimg=self.trainer.kimg, total_kimg=self.config.kimg,
                            device=self.device_words, text="")
        )  # fmt: skip
        try:
            yield from self._sample()
            ended = yield from self._loop()
        except BaseException:
            # Closed or interrupted between two steps, where the state is whole.
            self._save()
            self.run.append("stopped", kimg=self.trainer.kimg)
            raise
        yield from self._checkpoint()
        yield from self._sample()
        word = "finished" if ended else "stopped"
        yield Preview(self.run.append(word, kimg=round(self.trainer.kimg, 3), eta_s=0, text=""))
        yield Finished(self.run.model_path)

    def _loop(self) -> Iterator[Any]:
        """Steps until the end or a stop; returns whether the end was reached."""
        reported = saved = sampled = begun = time.monotonic()
        for figures in steps(self.trainer, self.config.kimg):
            now = time.monotonic()
            self.trained_s += now - begun
            begun = now
            self._figures.append(figures)
            if now - reported >= REPORT_SECONDS:
                reported = now
                yield from self._report()
            if now - sampled >= self.config.sample_seconds:
                yield from self._sample()
                sampled = time.monotonic()
            if now - saved >= self.config.checkpoint_seconds:
                yield from self._checkpoint()
                saved = time.monotonic()
            if self._time_is_up():
                return True
            command = self.run.command()
            if command == "pause":
                yield from self._pause()
                command = self.run.command()
                begun = time.monotonic()
            if command == "stop":
                return False
        return True

    def _time_is_up(self) -> bool:
        limit = self.config.seconds
        return limit is not None and self.before_s + self.trained_s >= limit

    def _pause(self) -> Work:
        yield from self._checkpoint()
        yield Preview(self.run.append("paused", kimg=self.trainer.kimg, text=""))
        while self.run.command() == "pause":
            time.sleep(0.2)
            yield Progress(*self._counts(), "Paused")

    def _counts(self) -> tuple[int, int]:
        return self.trainer.seen, int(self.config.kimg * 1000)

    def _speed(self) -> float:
        return (self.trainer.seen - self._started_at_seen) / max(self.trained_s, 1e-9)

    def _eta_s(self) -> float:
        left = (self.config.kimg * 1000 - self.trainer.seen) / max(self._speed(), 1e-9)
        if self.config.seconds is not None:
            left = min(left, self.config.seconds - self.before_s - self.trained_s)
        return max(left, 0.0)

    def _report(self) -> Work:
        figures, self._figures = self._figures, []
        mean = {
            name: round(float(np.mean([getattr(f, name) for f in figures])), 5)
            for name in ("loss_d", "loss_g", "r1", "r2")
        }
        record = self.run.append(
            "progress",
            kimg=round(self.trainer.kimg, 3),
            total_kimg=self.config.kimg,
            images_per_s=round(self._speed(), 2),
            eta_s=round(self._eta_s(), 1),
            **mean,
        )
        yield Preview(record)
        yield Progress(*self._counts(), f"{self.trainer.kimg:.1f} kimg")

    def _sample(self) -> Work:
        """A grid of the same latents each time, and the playable model beside it."""
        pictures = self.trainer.samples(SAMPLE_COLUMNS * SAMPLE_ROWS)
        grid = contact_sheet(pictures, SAMPLE_COLUMNS)
        name = f"{self.trainer.kimg:010.3f}.png"
        write_bytes(self.run.samples_path / name, png(grid))
        self._write_model(pictures[0])
        yield Preview(
            self.run.append("sample", kimg=round(self.trainer.kimg, 3), file=f"samples/{name}")
        )

    def _write_model(self, picture: np.ndarray) -> None:
        minutes = round((self.before_s + self.trained_s) / 60, 1)
        name = self.config.name or Path(self.config.folder).name or self.config.medium
        header = ModelHeader(
            "",
            self.config.medium,
            name,
            self.config.size_px,
            self.network,
            {
                "kimg": round(self.trainer.kimg, 1),
                "minutes": minutes,
                "device": self.device_words,
                "examples": len(self.trainer.examples),
                "licence": self.config.licence,
                "credit": self.config.credit,
            },
        )
        small = Image.fromarray(picture).resize((PREVIEW_PX, PREVIEW_PX), Image.Resampling.LANCZOS)
        save_model(
            self.run.model_path, self.trainer.average.network, header, png(np.asarray(small))
        )

    def _save(self) -> None:
        counters = {
            **self.trainer.counters(),
            "trained_seconds": self.before_s + self.trained_s,
        }
        save_state(self.run.checkpoint_path, self.trainer.tensors(), counters)

    def _checkpoint(self) -> Work:
        self._save()
        yield Preview(self.run.append("checkpoint", kimg=round(self.trainer.kimg, 3)))


def contact_sheet(pictures: list[np.ndarray], columns: int, gap_px: int = 2) -> np.ndarray:
    """Pictures of one size side by side, uint8 [H, W, 3]."""
    height, width, _ = pictures[0].shape
    rows = -(-len(pictures) // columns)
    sheet = np.full(
        (rows * (height + gap_px) - gap_px, columns * (width + gap_px) - gap_px, 3), 20, np.uint8
    )
    for index, picture in enumerate(pictures):
        y, x = divmod(index, columns)
        top, left = y * (height + gap_px), x * (width + gap_px)
        sheet[top : top + height, left : left + width] = picture
    return sheet
