"""Drops anywhere on the window: folders to train on, projects to open, models to play."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Protocol

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QMainWindow

from studio.app.drops import Drop, read_drop
from studio.app.project_actions import ProjectActions
from studio.app.session import Session
from studio.core.errors import StudioError
from studio.core.model_file import read_entry
from studio.ui.notice import Notice
from studio.ui.overlay import DropVeil


class DropTarget(Protocol):
    """What a drop needs of the window."""

    session: Session
    project: ProjectActions
    notice: Notice

    def open_training(self, folder: Path | None, medium: str) -> None: ...
    def play_model(self, path: Path, medium: str) -> None: ...


class Dropping(QObject):
    """Watches the window for drags; shows what letting go would do."""

    def __init__(self, window: QMainWindow, target: DropTarget) -> None:
        super().__init__(window)
        self._target = target
        self._veil = DropVeil(window)
        window.setAcceptDrops(True)
        window.installEventFilter(self)

    def take(self, drop: Drop) -> None:
        """Do what the dropped thing is for."""
        target, path = self._target, drop.path
        if drop.purpose == "train":
            target.open_training(path, "")
        elif drop.purpose == "project":
            target.project.open_path(path)
        elif drop.purpose == "model":
            self._offer_model(path)
        else:
            target.session.context.notify(
                self.tr("Drop a folder to train on it, a project, or a model. {} is none.").format(
                    path.name
                )
            )

    def _offer_model(self, path: Path) -> None:
        context = self._target.session.context
        try:
            header = read_entry(path).header
        except StudioError as error:
            context.report(error)
            return
        titles = {kind.name: kind.title for kind in self._target.session.kinds}
        if header.medium not in titles:
            context.notify(self.tr("This Atelier has no panel for {}.").format(header.medium))
            return
        self._target.notice.ask(
            self.tr("{name} is a model for {panel}.").format(
                name=header.name, panel=titles[header.medium]
            ),
            {
                self.tr("Play it"): lambda: self._target.play_model(path, header.medium),
                self.tr("Keep it among my models"): lambda: self._keep(path, header.medium),
            },
        )

    def _keep(self, path: Path, medium: str) -> None:
        context = self._target.session.context
        kept = context.places.models_path / path.name
        try:
            kept.parent.mkdir(parents=True, exist_ok=True)
            if not kept.exists():
                shutil.copyfile(path, kept)
        except OSError as error:
            context.notify(self.tr("It could not be copied: {}.").format(error.strerror or error))
            kept = path
        self._target.play_model(kept, medium)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QDropEvent) and event.source() is not None:
            return super().eventFilter(watched, event)  # our own file on its way out
        if isinstance(event, QDragEnterEvent):
            drop = read_drop(event.mimeData())
            if drop is not None:
                self._veil.say(self._words(drop))
                event.setDropAction(Qt.DropAction.CopyAction)
                event.accept()
            return drop is not None
        if event.type() == QEvent.Type.DragLeave:
            self._veil.hide()
        elif isinstance(event, QDropEvent) and event.type() == QEvent.Type.Drop:
            self._veil.hide()
            drop = read_drop(event.mimeData())
            if drop is not None:
                event.setDropAction(Qt.DropAction.CopyAction)
                event.accept()
                self.take(drop)
                return True
        return super().eventFilter(watched, event)

    def _words(self, drop: Drop) -> str:
        words = {
            "train": self.tr("Train on {}"),
            "project": self.tr("Open {}"),
            "model": self.tr("Play {}"),
        }
        return words.get(drop.purpose, self.tr("{} is not something to open here")).format(
            drop.path.name
        )
