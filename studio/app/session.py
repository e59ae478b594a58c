"""What is open: one history per medium, the project file, autosave and what a crash left."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, QTimer, Signal

from studio.app.saved_work import SavedWork
from studio.core.errors import StudioError
from studio.core.history import History, Present
from studio.core.kind import MediumKind
from studio.core.lineage import Lineage
from studio.core.project import (
    SUFFIX,
    Project,
    Recovery,
    discard_lost,
    lost_projects,
    open_project,
    save_project,
)
from studio.core.work import Finished, Progress, Work
from studio.ui.context import StudioContext
from studio.ui.jobs import Job

log = logging.getLogger(__name__)
RECENT = 8


class Session(QObject):
    """The open project; panels follow its histories and record results in its lineages."""

    changed = Signal()

    def __init__(self, kinds: Sequence[MediumKind], context: StudioContext) -> None:
        super().__init__()
        self.kinds, self.context = tuple(kinds), context
        self.histories: dict[str, History[Any]] = {
            kind.name: History(kind.empty()) for kind in kinds
        }
        self.lineages: dict[str, Present[Lineage]] = {
            kind.name: Present(Lineage()) for kind in kinds
        }
        self.path: Path | None = None
        self._kept: dict[str, bytes] = {}
        self._recovered = False
        self._autosaved: list[Any] = self._state()
        self._saved = SavedWork(self.histories, self.lineages)
        self._recovery: Recovery | None = None
        for followed in (*self.histories.values(), *self.lineages.values()):
            followed.on_change.append(lambda _: self.changed.emit())
        self._timer = QTimer(self)
        self._timer.timeout.connect(self.autosave)

    @property
    def is_saved(self) -> bool:
        """Whether closing would lose nothing."""
        return self._saved.is_all and not self._recovered

    @property
    def title(self) -> str:
        name = self.path.stem if self.path else self.tr("Untitled")
        return name if self.is_saved else f"{name} *"

    def start(self) -> Path | None:
        """Begin autosaving; returns the newest work that a crash left, if any."""
        lost = lost_projects(self.context.places)
        try:
            self._recovery = Recovery(self.context.places)
        except OSError as error:
            self.context.notify(self.tr("Autosave is off: {}.").format(error.strerror or error))
        self._timer.start(self._interval_ms())
        return lost[0] if lost else None

    def new(self) -> None:
        """An empty project."""
        self.path = None
        self._show(Project({}))
        self.changed.emit()

    def open(self, path: Path) -> None:
        """Open a project file; StudioError if it cannot be read, and everything stays as it was."""
        self._show(open_project(path, self.kinds))
        self.path = path
        self._remember(path)
        self.changed.emit()

    def recover(self, lost: Path) -> None:
        """Bring back what a crash left; it counts as unsaved. StudioError if it is damaged."""
        project = open_project(lost, self.kinds)
        self._show(project)
        self.path = Path(project.source) if project.source else None
        self._recovered = True
        self._autosave_now()
        discard_lost(lost)
        self.changed.emit()

    def discard(self, lost: Path) -> None:
        """Forget what a crash left."""
        discard_lost(lost)

    def save(self, path: Path) -> None:
        """Write the project; StudioError when that fails, and the old file is intact."""
        path = path if path.suffix == SUFFIX else path.with_name(path.name + SUFFIX)
        save_project(path, self._project(), self.kinds)
        self.path, self._recovered = path, False
        self._saved.mark()
        if self._recovery is not None:
            self._recovery.clear()
        self._autosaved = self._state()
        self._remember(path)
        self.changed.emit()

    def autosave(self) -> None:
        """Write what changed since the last time, on the worker."""
        self._timer.setInterval(self._interval_ms())
        now = self._state()
        unchanged = all(a is b for a, b in zip(now, self._autosaved, strict=True))
        if self._recovery is None or unchanged or self.is_saved:
            return
        recovery, project, kinds = self._recovery, self._project(), self.kinds

        def work() -> Work:
            yield Progress(0, 0)
            recovery.save(project, kinds)
            yield Finished(now)

        def done(state: Any) -> None:
            self._autosaved = state

        self.context.jobs.submit(
            Job("autosave", work, self, on_result=done, on_error=self.context.report),
            replaces="autosave",
        )

    def close(self, *, keep_unsaved: bool) -> None:
        """The end; with keep_unsaved, unsaved work is there to recover at the next start."""
        self._timer.stop()
        if self._recovery is None:
            return
        if keep_unsaved and not self.is_saved:
            self._autosave_now()
        else:
            self._recovery.close()

    def _interval_ms(self) -> int:
        return round(1000 * max(5.0, self.context.settings.autosave_seconds))

    def _autosave_now(self) -> None:
        try:
            if self._recovery is not None:
                self._recovery.save(self._project(), self.kinds)
        except StudioError:
            log.warning("The autosave failed", exc_info=True)

    def _state(self) -> list[Any]:
        """Everything that is autosaved."""
        return [one.value for one in (*self.histories.values(), *self.lineages.values())]

    def _project(self) -> Project:
        documents = {name: history.value for name, history in self.histories.items()}
        lineages = {name: lineage.value for name, lineage in self.lineages.items()}
        return Project(documents, self._kept, str(self.path or ""), lineages)

    def _show(self, project: Project) -> None:
        self._kept, self._recovered = project.kept, False
        for kind in self.kinds:
            # The lineage first: panels look the document up in it.
            self.lineages[kind.name].become(project.lineages.get(kind.name, Lineage()))
            document = project.documents.get(kind.name, kind.empty())
            self.histories[kind.name].restart(document)
        for problem in project.problems:
            self.context.notify(problem)

    def _remember(self, path: Path) -> None:
        before = [one for one in self.context.settings.recent_projects if one != str(path)]
        self.context.change_settings(recent_projects=(str(path), *before)[:RECENT])
