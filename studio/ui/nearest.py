"""Looks for the model whose results are most like a folder, while the plan is being chosen."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from studio.core.kind import FolderReport, MediumKind
from studio.core.model_file import ModelEntry
from studio.ui.context import StudioContext
from studio.ui.jobs import Job

log = logging.getLogger(__name__)
MOST_MODELS = 6  # each takes seconds on the thread that also makes pictures


class Nearest(QObject):
    """found tells the ModelEntry; nothing is told where there is no choice, or no telling."""

    found = Signal(object)

    def __init__(self, context: StudioContext) -> None:
        super().__init__()
        self._context = context
        self._job: Job | None = None

    def ask(self, kind: MediumKind, entries: Sequence[ModelEntry], report: FolderReport) -> None:
        """Hold the first six models against a folder; another folder takes its place."""
        self.forget()
        work, some = self._context.nearest, entries[:MOST_MODELS]
        if work is None or len(some) < 2:
            return
        folder, files = Path(report.folder), report.usable

        def arrived(entry: object) -> None:
            self._job = None
            if isinstance(entry, ModelEntry):
                self.found.emit(entry)

        def failed(error: object) -> None:
            self._job = None
            log.info("No model could be held against %s: %s", folder, error)

        self._job = self._context.jobs.submit(
            Job(
                f"nearest {kind.name}",
                lambda: work(kind, some, folder, files),
                self,
                on_result=arrived,
                on_error=failed,
            ),
            replaces="nearest",
        )

    def forget(self) -> None:
        """Nobody asks any more: a person chose, or a training begins."""
        if self._job is not None:
            self._job.cancel()
            self._job = None
