"""What a training puts on the disk: events, samples, models, checkpoints, and what if it cannot.

A full disk is waited for. What only shows something may fail: that is said, and training goes on.
Into a folder that was deleted, or is another run's by now, nothing is written at all.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Generator, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from studio.core.claim import RunGone
from studio.core.errors import DiskFull, StudioError
from studio.core.files import said_by, write_bytes
from studio.core.run_folder import RunFolder
from studio.core.sample_sheet import COLUMNS, COUNT, GAP_PX, write_examples
from studio.core.tensorboard import EventWriter, write_records
from studio.core.work import Event, Preview, Progress, Work
from studio.gan.model_writer import ModelWriter
from studio.gan.picture_file import png
from studio.gan.pictures import contact_sheet
from studio.gan.store import CheckpointStore
from studio.gan.train import Trainer

ROOM_SECONDS = 5.0  # a full disk is tried again this often

Attempt = Generator[Event, None, bool]
"""Writing something; returns whether it was written."""


class RunWriter:
    """Writes into the folder of a run; those of a team that do not lead write nothing."""

    def __init__(
        self, run: RunFolder, trainer: Trainer, models: ModelWriter, keeps_examples: bool = False
    ) -> None:
        """keeps_examples: samples are kept as examples, too, to be heard."""
        self._keeps_examples = keeps_examples
        self.run, self.trainer, self.models = run, trainer, models
        self.store = CheckpointStore(run.checkpoints_path)
        self.failed: dict[str, StudioError | OSError] = {}  # what could not be written last time
        self._board: EventWriter | None = None

    @property
    def kimg(self) -> float:
        return round(self.trainer.kimg, 3)

    def tell(self, event: str, **values: Any) -> Work:
        """Write an event of the run, for the window and for TensorBoard."""
        if not self.trainer.team.leads:
            return
        self.run.claim.refuse_lost()
        record = self.run.append(event, **values)
        if self._board is None:
            self._board = EventWriter(self.run.tensorboard_path)
        write_records(self._board, record, self.run.path)
        yield Preview(record)

    def sample(self, seconds: float) -> Work:
        """A grid of the same latents each time, and the playable model beside it."""
        if not self.trainer.team.leads:
            return
        name = f"{self.trainer.kimg:010.3f}.png"
        path = self.run.samples_path / name
        pictures, examples = self._samples()
        grid = png(contact_sheet(pictures, COLUMNS, GAP_PX))

        def write() -> None:
            if examples is not None:
                write_examples(path, examples)
            write_bytes(path, grid)  # last: where it is, what belongs to it is there, too

        is_shown = yield from self.show("sample", write)
        yield from self.show("model", lambda: self._write_model(self.run.model_path, seconds, {}))
        if is_shown:
            yield from self.tell("sample", kimg=self.kimg, file=f"samples/{name}")

    def keep_best(self, seconds: float, figures: Mapping[str, float]) -> Attempt:
        """The model as it is now, which came closest to the files kept back."""
        path = self.run.best_path
        write = lambda: self._write_model(path, seconds, figures)  # noqa: E731
        return (yield from self.show("best model", write, waits=True))

    def checkpoint(self, values: Mapping[str, Any]) -> Work:
        """Save; on a full disk wait for room, until told to stop. StudioError as save."""
        if not self.trainer.team.leads:
            return
        if (yield from self._with_room(lambda: self.save(values))):
            yield from self.tell("checkpoint", kimg=self.kimg)

    def save(self, values: Mapping[str, Any]) -> None:
        """A checkpoint of the trainer and these values; DiskFull or StudioError if it cannot be."""
        if not self.trainer.team.leads:
            return
        self.run.claim.refuse_lost()
        with contextlib.suppress(FloatingPointError):  # the guardian goes back to an older one
            counters = {**self.trainer.counters(), **values}
            self.store.save(self.trainer.tensors(), counters, self.trainer.kimg)

    def show(self, what: str, write: Callable[[], None], waits: bool = False) -> Attempt:
        """Write what training can do without; where that fails it is said, once until it works.

        waits: on a full disk, until there is room or training is told to stop.
        """
        try:
            if waits:
                is_done = yield from self._with_room(write)
            else:
                self.run.claim.refuse_lost()
                write()
                is_done = True
        except RunGone:
            raise
        except FloatingPointError:  # the last one that plays stays
            return False
        except (StudioError, OSError) as error:
            is_new, self.failed[what] = what not in self.failed, error
            if is_new:
                yield from self.tell(
                    "note", text=f"{_sentence(error)} Training goes on without it."
                )
            return False
        self.failed.pop(what, None)
        return is_done

    def refuse_failed(self, what: str) -> None:
        """Raise why this could not be written, if it could not the last time."""
        if what in self.failed:
            raise self.failed[what]

    def close(self) -> None:
        if self._board is not None:
            self._board.close()

    def _samples(self) -> tuple[list[np.ndarray], np.ndarray | None]:
        sampler = self.trainer.sampler
        if self._keeps_examples:
            return sampler.pictures_and_examples(COUNT)
        return sampler.pictures(COUNT), None

    def _write_model(self, path: Path, seconds: float, figures: Mapping[str, float]) -> None:
        self.models.fingerprints()  # slow at first: the folder could be gone only afterwards
        self.run.claim.refuse_lost()
        self.models.write(path, self.trainer, seconds, figures)

    def _with_room(self, write: Callable[[], None]) -> Attempt:
        is_waiting = False
        while True:
            self.run.claim.refuse_lost()
            try:
                write()
                return True
            except DiskFull as error:
                if not is_waiting:
                    words = f"{error} Training waits until there is room."
                    yield from self.tell("paused", kimg=self.kimg, text=words)
                is_waiting = True
            if self.run.command() == "stop":
                return False
            total = int(self.trainer.config.kimg * 1000)
            yield Progress(self.trainer.seen, total, "Waiting for room on the disk")
            time.sleep(ROOM_SECONDS)


def _sentence(error: StudioError | OSError) -> str:
    if isinstance(error, StudioError):
        return str(error)
    return f"{error.filename or 'The run'} cannot be used: {said_by(error)}."
