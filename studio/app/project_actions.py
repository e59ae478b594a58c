"""New, open, save, close: the dialogs around the project file."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QFileDialog, QMainWindow, QMenu

from studio.app.asking import Answers, ask
from studio.app.session import Session
from studio.core.errors import StudioError
from studio.core.project import SUFFIX


class ProjectActions(QObject):
    """What the File menu does; nothing is lost without being asked for."""

    def __init__(self, window: QMainWindow, session: Session) -> None:
        super().__init__(window)
        self._window, self._session = window, session
        self._filter = self.tr("Atelier projects (*{})").format(SUFFIX)

    def new(self) -> None:
        self.after_asking(self._session.new)

    def open(self) -> None:
        self.after_asking(self._browse)

    def open_path(self, path: Path) -> None:
        """Open a project that was dropped or chosen from the recent ones."""
        self.after_asking(lambda: self._try(lambda: self._session.open(path)))

    def save(self) -> None:
        self.save_then(lambda: None)

    def save_as(self) -> None:
        self._ask_path(lambda: None)

    def save_then(self, then: Callable[[], object]) -> None:
        """Save, ask for a name where there is none, and go on if it worked."""
        path = self._session.path
        if path is None:
            self._ask_path(then)
        elif self._try(lambda: self._session.save(path)):
            then()

    def fill_recent(self, menu: QMenu) -> None:
        """The projects opened or saved last that are still there."""
        menu.clear()
        for name in self._session.context.settings.recent_projects:
            path = Path(name)
            if path.exists():
                action = menu.addAction(path.stem)
                action.setToolTip(name)
                action.triggered.connect(lambda _=False, path=path: self.open_path(path))
        if menu.isEmpty():
            menu.addAction(self.tr("None yet")).setEnabled(False)

    def after_asking(self, then: Callable[[], object]) -> None:
        """Go on at once when everything is saved; otherwise ask first."""
        if self._session.is_saved:
            then()
            return
        answers: Answers = {
            self.tr("Save"): lambda _: self.save_then(then),
            self.tr("Go on without saving"): lambda _: then(),
        }
        more = self.tr("Otherwise what is not saved is lost.")
        ask(self._window, self.tr("Save what you made?"), more, answers)

    def _browse(self) -> None:
        dialog = QFileDialog(self._window, self.tr("Open a project"), self._folder(), self._filter)
        dialog.fileSelected.connect(lambda file: self._try(lambda: self._session.open(Path(file))))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _ask_path(self, then: Callable[[], object]) -> None:
        dialog = QFileDialog(self._window, self.tr("Save the project"), self._folder())
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setNameFilter(self._filter)
        dialog.setDefaultSuffix(SUFFIX.lstrip("."))

        def save(file: str) -> None:
            if self._try(lambda: self._session.save(Path(file))):
                then()

        dialog.fileSelected.connect(save)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _folder(self) -> str:
        path = self._session.path
        return str(path.parent if path else Path.home())

    def _try(self, action: Callable[[], None]) -> bool:
        try:
            action()
        except StudioError as error:
            self._session.context.report(error)
            return False
        return True
