"""The window's roads to what training knows: torch loads there, on the worker."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from studio.core.kind import MediumKind
from studio.core.model_file import ModelEntry
from studio.core.run_folder import TrainConfig
from studio.core.work import Progress, Work


def pace_work(kind: MediumKind, config: TrainConfig) -> Work:
    """Finished(images per second) with this configuration; a few seconds."""
    yield Progress(0, 0)
    yield from load_probe()(kind, config)


def nearest_work(
    kind: MediumKind, entries: Sequence[ModelEntry], folder: Path, files: Sequence[str]
) -> Work:
    """Finished(the model whose results are most like these files, or None); seconds a model."""
    yield Progress(0, 0)
    yield from load_nearest()(entries, kind, folder, files)


def load_probe() -> Callable[[MediumKind, TrainConfig], Work]:
    """What measures how fast this machine trains."""
    from studio.gan.pace import probe

    return probe


def load_nearest() -> Callable[[Sequence[ModelEntry], MediumKind, Path, Sequence[str]], Work]:
    """What holds models against a folder."""
    from studio.gan.nearest import nearest_model

    return nearest_model
