"""What every panel and page is given: jobs, settings, places, and the roads to the window."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from studio.core.errors import StudioError
from studio.core.fingerprints import CopyCheck
from studio.core.history import Present
from studio.core.kind import MediumKind
from studio.core.library import Places
from studio.core.model_file import ModelEntry
from studio.core.presets import Machine
from studio.core.run_folder import TrainConfig
from studio.core.settings import Settings, save_settings
from studio.core.work import Work
from studio.ui.generation import LoadedGenerators
from studio.ui.jobs import Jobs

log = logging.getLogger(__name__)
Probe = Callable[[MediumKind, TrainConfig], Work]
"""(medium, what would be trained) -> work on the worker, Finished(images per second)."""
NearestModel = Callable[[MediumKind, Sequence[ModelEntry], Path, Sequence[str]], Work]
"""(medium, models, folder, files in it) -> work, Finished(the model most like them, or None)."""


@dataclass(frozen=True)
class Errand:
    """Something long that a person asked for and need not watch: where it is, and its stop."""

    words: str
    stop: Callable[[], None]


@dataclass
class StudioContext:
    """Passed through constructors; the window decides what notify and open_training do.

    machine is what trains, as far as it is known; probe measures how fast, nearest holds models
    against a folder. errand is told at the foot of the window; there is one at most. generators
    and copies belong to the worker.
    """

    jobs: Jobs
    settings: Settings
    places: Places
    notify: Callable[[str], None]
    open_training: Callable[[Path | None, str], None]
    generators: LoadedGenerators = field(default_factory=LoadedGenerators)
    copies: CopyCheck = field(default_factory=CopyCheck)
    machine: Machine = Machine()
    probe: Probe | None = None
    nearest: NearestModel | None = None
    errand: Present[Errand | None] = field(default_factory=lambda: Present(None))

    def report(self, error: object) -> None:
        """The one road for errors on the UI thread: a sentence for the person, the rest logged."""
        if isinstance(error, StudioError):
            self.notify(str(error))
            return
        if isinstance(error, BaseException):
            log.error("Unexpected error", exc_info=error)
        if isinstance(error, MemoryError) or "out of memory" in str(error).lower():
            self.notify("There was not enough memory for this; close something or choose smaller.")
        else:
            self.notify(f"That did not work. What happened is in {self.places.log_path}.")

    def fold(self, name: str, on: bool) -> None:
        """Remember that a section or strip is folded, or not."""
        if (name in self.settings.folded) == on:
            return
        folded = tuple(one for one in self.settings.folded if one != name)
        self.change_settings(folded=(*folded, name) if on else folded)

    def change_settings(self, **changes: Any) -> None:
        """Set and save settings; a full disk becomes a message."""
        self.settings = replace(self.settings, **changes)
        try:
            save_settings(self.settings, self.places.settings_path)
        except StudioError as error:
            self.notify(str(error))
