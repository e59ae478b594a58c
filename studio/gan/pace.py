"""How fast this machine trains a network of a given size: a few real steps, then an answer."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Protocol

from studio.core.examples import Examples
from studio.core.kind import Reader
from studio.core.resources import resource
from studio.core.run_folder import TrainConfig
from studio.core.work import Finished, Progress, Work
from studio.gan.device import choose, free_memory, usual_ways
from studio.gan.train import Trainer, Training

WARM_UP_STEPS = 2
SECONDS = 3.0
LEAST_STEPS = 4  # the penalty comes every few steps; fewer would leave it out


class Medium(Protocol):
    """The parts of a medium that a probe needs; every MediumKind is one."""

    @property
    def name(self) -> str: ...
    @property
    def load_reader(self) -> Callable[[], Reader]: ...
    @property
    def load_training(self) -> Callable[[], Training]: ...


def probe(medium: Medium, config: TrainConfig) -> Work:
    """Finished(images per second) of the trainer with this configuration, on the example folder.

    Yields Progress between steps, so that it can be cancelled. StudioError where the device is
    missing; RuntimeError where its memory does not suffice.
    """
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as cache:
        examples: Examples | None = None
        folder = resource("examples", medium.name)
        for event in medium.load_reader().read(folder, config.size_px, Path(cache)):
            if isinstance(event, Finished):
                examples = event.value[0]
        assert examples is not None
        before = usual_ways()
        try:
            yield from _timed(medium, config, examples)
        finally:
            before()
            free_memory()


def _timed(medium: Medium, config: TrainConfig, examples: Examples) -> Work:
    device = choose(config.device, config.threads, trains=True)
    training = medium.load_training()
    network = training.describe(examples.pixels, config)
    # Compiling takes longer than measuring; a run that compiles is faster than it was told.
    trainer = Trainer(replace(config, compile=False), training, network, examples.pixels, device)
    begun, every = 0.0, trainer.config.penalty_every
    try:
        for step in range(1000):
            if step == WARM_UP_STEPS:
                trainer.tally.take()  # waits for the device
                begun, trainer.steps = time.perf_counter(), 0
            trainer.step()
            done = step + 1 - WARM_UP_STEPS
            spent = time.perf_counter() - begun
            if done >= max(LEAST_STEPS, every) and done % every == 0 and spent > SECONDS:
                break
            yield Progress(round(min(spent, SECONDS) * 10), round(SECONDS * 10))
        trainer.tally.take()
        images = trainer.config.batch * trainer.steps
        yield Finished(images / max(time.perf_counter() - begun, 1e-9))
    finally:
        trainer.close()
