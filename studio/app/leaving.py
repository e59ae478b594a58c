"""What is said before the window closes while a training goes on."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QMainWindow, QMessageBox

from studio.ui.run_watch import RunWatch


class Leaving(QObject):
    """A training is a process of its own: it goes on without the window, and that is said."""

    def __init__(self, window: QMainWindow, watch: RunWatch) -> None:
        super().__init__(window)
        self._window, self._watch = window, watch

    @property
    def is_simple(self) -> bool:
        """Whether nothing goes on that a person would want to know of."""
        return self._watch.active is None

    def after_telling(self, then: Callable[[], object]) -> None:
        """Go on when nothing trains; otherwise say what goes on, and leave the choice."""
        run = self._watch.active
        if run is None:
            then()
            return
        waits = run.state == "paused"
        text = self.tr("{} stays paused.") if waits else self.tr("{} goes on training.")
        more = (
            self.tr("It waits in the background until you open Atelier again.")
            if waits
            else self.tr("It needs no window. Open Atelier again to see how far it has come.")
        )
        queued = len(self._watch.queue.names())
        if queued:
            more += " " + self.tr("What waits in the queue ({}) begins when it is open.").format(
                queued
            )
        question = QMessageBox(self._window)
        question.setWindowTitle("Atelier")
        question.setText(text.format(run.name))
        question.setInformativeText(more)
        role = QMessageBox.ButtonRole
        leave = question.addButton(self.tr("Quit"), role.AcceptRole)
        end = question.addButton(self.tr("Stop it and quit"), role.DestructiveRole)
        question.addButton(QMessageBox.StandardButton.Cancel)
        question.setDefaultButton(leave)

        def answered() -> None:
            chosen = question.clickedButton()
            question.deleteLater()
            if chosen is end:
                self._watch.stop(run.run)
            if chosen in (leave, end):
                then()

        question.finished.connect(answered)
        question.open()
