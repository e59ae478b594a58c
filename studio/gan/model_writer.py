"""Writes the playable model of a run, with what it says about itself and its card."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from studio.core.card import card
from studio.core.files import write_bytes
from studio.core.fingerprints import Fingerprints
from studio.core.model_file import ModelHeader
from studio.core.run_folder import BEST_NAME, TrainConfig
from studio.core.run_title import read_title
from studio.gan.checkpoint import save_model
from studio.gan.picture_file import png
from studio.gan.train import Trainer

PREVIEW_PX = 64


@dataclass(frozen=True)
class ModelWriter:
    """What is the same for every model that a run writes."""

    config: TrainConfig
    network: dict[str, Any]
    device_words: str
    held_out: int
    """How many examples are kept back."""
    start: str = ""
    """The name and id of the model that the run went on from."""
    fingerprints: Callable[[], Fingerprints | None] = lambda: None
    """What is kept of the training examples; asked for each model."""

    def header(self, trainer: Trainer, seconds: float) -> ModelHeader:
        config = self.config
        name = config.name or Path(config.folder).name or config.medium
        name = name.encode("utf-8", "replace").decode()  # a folder's may be no text
        trained = {
            "kimg": round(trainer.kimg, 1),
            "minutes": round(seconds / 60, 1),
            "device": self.device_words,
            "examples": len(trainer.examples),
            "held_out": self.held_out,
            "seed": config.seed,
            "licence": config.licence,
            "credit": config.credit,
            **({"start": self.start} if self.start else {}),
        }
        return ModelHeader("", config.medium, name, config.size_px, self.network, trained)

    def write(
        self, path: Path, trainer: Trainer, seconds: float, figures: Mapping[str, float] = {}
    ) -> None:
        """The average generator, and the discriminator for those who go on from it.

        FloatingPointError, with the older file as it was, for weights that could not be played.
        The card beside it tells of the best model, of the newest where none was measured.
        """
        picture = trainer.sampler.pictures(1)[0]
        small = Image.fromarray(picture).resize((PREVIEW_PX, PREVIEW_PX), Image.Resampling.LANCZOS)
        said = self.header(trainer, seconds)
        said = replace(said, name=read_title(path.parent) or said.name)
        header = save_model(
            path, trainer.average.network, said, png(np.asarray(small)), trainer.discriminator,
            self.fingerprints(),
        )  # fmt: skip
        if figures or not path.with_name(BEST_NAME).exists():
            settings = {"size": f"{self.config.size_px} px", "batch": trainer.config.batch}
            text = card(header, dict(figures), settings)
            write_bytes(path.with_name("card.md"), text.encode("utf-8", "replace"))
