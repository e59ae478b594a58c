"""What is asked before the window closes: about work that is not saved, and about a training."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QMainWindow

from studio.app.asking import Answers, ask
from studio.app.project_actions import ProjectActions
from studio.app.session import Session
from studio.ui.run_watch import RunWatch, WatchedRun


class Leaving(QObject):
    """One question at most, and none where nothing is unsaved and nothing trains.

    A training is a process of its own: it goes on without the window, and that is said.
    """

    def __init__(
        self, window: QMainWindow, session: Session, project: ProjectActions, watch: RunWatch
    ) -> None:
        super().__init__(window)
        self._window, self._session = window, session
        self._project, self._watch = project, watch

    @property
    def is_simple(self) -> bool:
        """Whether nothing is lost and nothing goes on that a person would want to know of."""
        is_writing = self._session.context.errand.value is not None
        return self._session.is_saved and self._watch.active is None and not is_writing

    def ask(self, leave: Callable[[], object]) -> None:
        """Ask what has to be asked; leave is called when a person decides to."""
        run = self._watch.active
        if self._session.is_saved and run is not None:
            self._ask_of_training(run, leave)
        elif not self._session.is_saved:
            self._ask_of_work(run, leave)
        elif self._set:
            ask(
                self._window,
                self._set,
                "",
                {self.tr("Quit, keep what is written"): lambda _: leave()},
            )
        else:
            leave()

    def _ask_of_training(self, run: WatchedRun, leave: Callable[[], object]) -> None:
        def stop(_: bool) -> None:
            self._watch.stop(run.run)
            leave()

        waits = run.state == "paused"
        stay = self.tr("Quit, leave it paused") if waits else self.tr("Quit, let it train")
        answers: Answers = {stay: lambda _: leave(), self.tr("Stop it and quit"): stop}
        more = " ".join(filter(None, (self._more(run), self._set)))
        ask(self._window, self._fate(run), more, answers)

    def _ask_of_work(self, run: WatchedRun | None, leave: Callable[[], object]) -> None:
        """And in the same breath of what trains, if something does."""

        def leave_all(stops: bool) -> None:
            if stops and run is not None:
                self._watch.stop(run.run)
            leave()

        more = " ".join(filter(None, (self.tr("Otherwise what is not saved is lost."), self._set)))
        if run is not None:
            more += f"\n\n{self._fate(run)} {self._more(run)}"
        answers: Answers = {
            self.tr("Save and quit"): lambda stops: self._project.save_then(
                lambda: leave_all(stops)
            ),
            self.tr("Quit without saving"): leave_all,
        }
        choice = self.tr("Stop the training, too") if run is not None else ""
        ask(self._window, self.tr("Save what you made?"), more, answers, choice)

    @property
    def _set(self) -> str:
        """What happens to a set that is being written, if one is."""
        if self._session.context.errand.value is None:
            return ""
        return self.tr("A set of files is not written to its end yet: the rest would be missing.")

    def _fate(self, run: WatchedRun) -> str:
        waits = run.state == "paused"
        text = self.tr("{} stays paused.") if waits else self.tr("{} goes on training.")
        return text.format(run.name)

    def _more(self, run: WatchedRun) -> str:
        """What happens to a training, and to those in the queue."""
        if run.state == "paused":
            more = self.tr("It waits in the background until you open Atelier again.")
        else:
            more = self.tr("It needs no window. Open Atelier again to see how far it has come.")
        more += " " + self.tr("If you stop it, it keeps what it has learnt and can go on later.")
        queued = len(self._watch.queue.names())
        if queued:
            more += " " + self.tr("What waits in the queue ({}) begins when it is open.").format(
                queued
            )
        return more
