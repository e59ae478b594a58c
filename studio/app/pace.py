"""Measures on the worker how fast this machine trains: the window's road to the trainer."""

from __future__ import annotations

from collections.abc import Callable

from studio.core.kind import MediumKind
from studio.core.run_folder import TrainConfig
from studio.core.work import Progress, Work


def pace_work(kind: MediumKind, config: TrainConfig) -> Work:
    """Finished(images per second) with this configuration; a few seconds."""
    yield Progress(0, 0)
    yield from load_probe()(kind, config)


def load_probe() -> Callable[[MediumKind, TrainConfig], Work]:
    """torch loads here, on the worker thread."""
    from studio.gan.pace import probe

    return probe
