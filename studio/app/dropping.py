"""Drops anywhere on the window: folders to train on, projects, models, and works to bring back."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QFileDialog, QMainWindow

from studio.app.drops import Drop, Unreadable, read_drop, refuse_unreadable
from studio.app.pages import Pages
from studio.app.project_actions import ProjectActions
from studio.app.session import Session
from studio.core.errors import StudioError
from studio.core.library import keep_model
from studio.core.run_title import titled_entry
from studio.core.work import Finished, Progress, Work
from studio.media import ExportedFile, read_exported
from studio.ui.bring_back import bring_back
from studio.ui.jobs import Job
from studio.ui.latent_panel import LatentPanel
from studio.ui.notice import Notice
from studio.ui.overlay import DropVeil


class DropTarget(Protocol):
    """What a drop needs of the window."""

    session: Session
    pages: Pages
    project: ProjectActions
    notice: Notice

    def show_page(self, name: str) -> None: ...
    def open_training(self, folder: Path | None, medium: str) -> None: ...
    def play_model(self, path: Path, medium: str) -> None: ...


class Dropping(QObject):
    """Watches the window for drags; shows what letting go would do."""

    def __init__(self, window: QMainWindow, target: DropTarget) -> None:
        super().__init__(window)
        self._window, self._target = window, target
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
        elif drop.purpose == "work":
            self._read_work(path)
        else:
            target.session.context.notify(
                self.tr(
                    "Drop a folder to train on it, a project, a model, or a file that Atelier"
                    " exported. {} is none."
                ).format(path.name)
            )

    def browse_works(self) -> None:
        """Choose an exported file instead of dropping it."""
        kinds = self._target.session.kinds
        endings = sorted({one.suffix for kind in kinds for one in kind.exporters})
        dialog = QFileDialog(self._window, self.tr("Bring back an exported file"))
        folder = self._target.session.context.settings.last_folder
        if folder and Path(folder).is_dir():
            dialog.setDirectory(folder)
        shown = " ".join(f"*{ending}" for ending in endings)
        dialog.setNameFilter(self.tr("Exported files ({})").format(shown))
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.fileSelected.connect(lambda name: self._read_work(Path(name)))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _read_work(self, path: Path) -> None:
        """Read on the worker, as a picture may be large."""

        kinds = self._target.session.kinds

        def work() -> Work:
            yield Progress(0, 0, "")
            try:
                yield Finished(read_exported(path))
            except StudioError:
                refuse_unreadable(path, kinds)
                raise

        context = self._target.session.context
        context.jobs.submit(
            Job(
                f"bring back {path.name}",
                work,
                self,
                on_result=self._bring_back,
                on_error=lambda error: self._offer_to_find(path, error),
            ),
            replaces="bring back",
        )

    def _bring_back(self, exported: object) -> None:
        """The document first, then its page, so that the page makes no first result of its own."""
        assert isinstance(exported, ExportedFile)
        name = exported.kind.name
        panel = self._target.pages.page(name)
        assert isinstance(panel, LatentPanel)
        told = bring_back(panel, exported.document, exported.provenance)
        self._target.show_page(name)
        self._target.session.context.notify(f"{exported.path.name}: {told}")

    def _offer_to_find(self, path: Path, error: object) -> None:
        """A file that Atelier did not make may be one to bring into a model."""
        panel = self._panel_for(path)
        entry = panel.bar.model.entry if panel is not None else None
        is_strange = isinstance(error, StudioError) and not isinstance(error, Unreadable)
        if panel is None or entry is None or not is_strange:
            self._target.session.context.report(error)
            return
        self._target.notice.ask(
            f"{error} " + self.tr("It can be brought into a model, which then varies it."),
            {
                self.tr("Bring it into {}").format(entry.header.name): lambda: self._find(
                    panel, path
                )
            },
        )

    def _panel_for(self, path: Path) -> LatentPanel | None:
        """The panel in front where it can read such a file, else the first that can."""
        front = self._target.pages.panel
        kinds, ending = self._target.session.kinds, path.suffix.lower()
        able = [kind.name for kind in kinds if ending in kind.file_suffixes]
        if front is not None and front.kind.name in able:
            return front
        page = self._target.pages.page(able[0]) if able else None
        if not isinstance(page, LatentPanel):
            return None
        if page.bar.model.entry is None:
            page.bar.model.choose_starter()
        return page

    def _find(self, panel: LatentPanel, path: Path) -> None:
        self._target.show_page(panel.kind.name)
        panel.finding.start(path)

    def _offer_model(self, path: Path) -> None:
        context = self._target.session.context
        try:
            header = titled_entry(path).header
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
        try:
            kept = keep_model(path, context.places.models_path)
        except StudioError as error:
            context.report(error)
            kept = path
        self._target.play_model(kept, medium)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QDropEvent) and event.source() is not None:
            return super().eventFilter(watched, event)  # our own file on its way out
        if isinstance(event, QDragEnterEvent):
            drop = read_drop(event.mimeData(), self._target.session.kinds)
            if drop is not None:
                self._veil.say(self._words(drop))
                event.setDropAction(Qt.DropAction.CopyAction)
                event.accept()
            return drop is not None
        if event.type() == QEvent.Type.DragLeave:
            self._veil.hide()
        elif isinstance(event, QDropEvent) and event.type() == QEvent.Type.Drop:
            self._veil.hide()
            drop = read_drop(event.mimeData(), self._target.session.kinds)
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
            "work": self.tr("Bring back {}"),
        }
        return words.get(drop.purpose, self.tr("{} is not something to open here")).format(
            drop.path.name
        )
