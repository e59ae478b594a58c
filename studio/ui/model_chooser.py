"""The button that says which model is played, and the menu to choose another."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QAction, QIcon, QPainter, QPaintEvent, QPixmap
from PySide6.QtWidgets import QFileDialog, QMenu, QPushButton, QWidgetAction

from studio.core.errors import StudioError
from studio.core.kind import MediumKind
from studio.core.library import models, names_of
from studio.core.model_file import ModelEntry
from studio.core.provenance import UNKNOWN, Origin
from studio.core.resources import resource
from studio.core.run_title import titled_entry
from studio.ui import theme
from studio.ui.context import StudioContext
from studio.ui.widgets import label

SHORT_PX, USUAL_PX, WIDEST_PX = 130, 190, 420
ROUND_NAME_PX = 64  # picture, chevron and margins


def origin_of(chooser: ModelChooser, model_id: str) -> Origin:
    """What is known of a model, here or not, that goes into files made with it."""
    entry = chooser.entry_of(model_id) if model_id else None
    return Origin.of(entry.header) if entry else chooser.told.get(model_id, UNKNOWN)


class ModelChooser(QPushButton):
    """Shows the model's thumbnail and name; its menu is read from disk each time it opens."""

    chosen = Signal()

    def __init__(self, kind: MediumKind, context: StudioContext) -> None:
        super().__init__()
        self._kind, self._context = kind, context
        self.entry: ModelEntry | None = None
        self._opened: list[ModelEntry] = []  # files opened from elsewhere
        self.told: dict[str, Origin] = {}  # of models that are not here, by files made with them
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setProperty("role", "model")
        self.setIconSize(QSize(18, 18))
        self.room_px = USUAL_PX  # what the bar has for it
        self.setMaximumWidth(USUAL_PX)
        self._menu = QMenu(self)
        self._menu.aboutToShow.connect(self._fill)
        self.setMenu(self._menu)
        self._show()

    def entries(self) -> list[ModelEntry]:
        """The models of this medium that there are now."""
        found, _ = models(self._kind.name, self._context.places)
        return found + [one for one in self._opened if one.path not in {f.path for f in found}]

    def show_within(self, room_px: int) -> None:
        """Show as much of the name as fits into a button of this width."""
        room_px = min(room_px, WIDEST_PX)
        if room_px != self.room_px:
            self.room_px = room_px
            self.setMaximumWidth(room_px)
            self._show()

    def beyond_px(self, room_px: int) -> int:
        """How much wider than at its least it is, where it has this room."""
        name = self.entry.header.name if self.entry else self.tr("No model")
        whole = self.fontMetrics().horizontalAdvance(name) + ROUND_NAME_PX
        return max(0, min(whole, room_px) - SHORT_PX)

    def choose_starter(self) -> bool:
        """Take the model that comes along, or else the first there is; False when there is none."""
        every = self.entries()
        starter = [entry for entry in every if entry.path.stem == self._kind.starter]
        if not every:
            return False
        self._take((starter or every)[0])
        return True

    def choose_id(self, model_id: str) -> bool:
        """Take the model a recipe names; False if it is not on this computer."""
        entry = self.entry_of(model_id)
        if entry is not None and entry is not self.entry:
            self._take(entry)
        return entry is not None

    def entry_of(self, model_id: str) -> ModelEntry | None:
        """The model of that id, if it is on this computer."""
        if self.entry is not None and self.entry.header.id == model_id:
            return self.entry
        return next((one for one in self.entries() if one.header.id == model_id), None)

    def choose_file(self, path: Path) -> None:
        """Take a model file from anywhere; StudioError if it is none of this medium."""
        entry = titled_entry(path)
        if entry.header.medium != self._kind.name:
            raise StudioError(f"{path.name} is a model for another panel ({entry.header.medium}).")
        self._opened.append(entry)
        self._choose(entry)

    def _choose(self, entry: ModelEntry) -> None:
        self._take(entry)
        self.chosen.emit()

    def _take(self, entry: ModelEntry) -> None:
        self.entry = entry
        self._show()

    def _show(self) -> None:
        name = self.entry.header.name if self.entry else self.tr("No model")
        self.setIcon(self._icon(self.entry))
        self.setAccessibleName(self.tr("Model: {}").format(name))
        room = self.room_px - ROUND_NAME_PX
        text = self.fontMetrics().elidedText(name, Qt.TextElideMode.ElideRight, room)
        self.setText(text)
        meaning = self.tr("The model that is played")
        self.setToolTip(meaning if text == name else f"{name}\n{meaning}")

    def _icon(self, entry: ModelEntry | None) -> QIcon:
        pixmap = QPixmap()
        if entry is not None and pixmap.loadFromData(entry.preview_png):
            return QIcon(pixmap)
        return theme.icon("model", token="muted")

    def _fill(self) -> None:
        self._menu.clear()
        for title, entries in self._groups():
            names = Counter(one.header.name for one in entries)
            if entries:
                self._menu.addAction(self._title_action(title))
            for entry in entries:
                is_alone = names[entry.header.name] == 1
                self._menu.addAction(self._model_action(entry, is_alone=is_alone))
        self._menu.addSeparator()
        self._menu.addAction(theme.icon("folder"), self.tr("Open a model file…"), self._browse)
        self._menu.addAction(
            theme.icon("train"), self.tr("Train one on your own folder…"), self._train
        )

    def _groups(self) -> list[tuple[str, list[ModelEntry]]]:
        starters = resource("models")
        every = self.entries()
        ours = [entry for entry in every if entry.path.parent == starters]
        yours = [entry for entry in every if entry.path.parent != starters]
        return [(self.tr("Starter models"), ours), (self.tr("Your models"), yours)]

    def _title_action(self, title: str) -> QAction:
        """Style sheets hide the titles of menu sections, so this is a label of our own."""
        words = label(title.upper(), "head")
        words.setStyleSheet("padding: 6px 12px 4px 12px;")
        action = QWidgetAction(self._menu)
        action.setDefaultWidget(words)
        action.setEnabled(False)
        return action

    def _model_action(self, entry: ModelEntry, *, is_alone: bool) -> QAction:
        """By its name, and by its file where others have the same name."""
        is_chosen = self.entry is not None and entry.path == self.entry.path
        name = entry.header.name if is_alone else f"{entry.header.name} · {names_of(entry)[0]}"
        name = self.fontMetrics().elidedText(name, Qt.TextElideMode.ElideRight, WIDEST_PX)
        name = name.replace("&", "&&")
        action = QAction(self._icon(entry), f"{name}\t✓" if is_chosen else name, self._menu)
        action.setToolTip(str(entry.path))
        action.triggered.connect(lambda: self._choose(entry))
        return action

    def _browse(self) -> None:
        dialog = QFileDialog(self.window(), self.tr("Open a model"))
        dialog.setNameFilter(self.tr("Atelier models (*.safetensors)"))
        dialog.fileSelected.connect(self._open)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _open(self, file: str) -> None:
        try:
            self.choose_file(Path(file))
        except StudioError as error:
            self._context.report(error)

    def _train(self) -> None:
        self._context.open_training(None, self._kind.name)

    def paintEvent(self, arg__1: QPaintEvent) -> None:
        super().paintEvent(arg__1)
        painter = QPainter(self)
        chevron = theme.icon("chevron-down", token="muted")
        chevron.paint(painter, self.width() - 22, (self.height() - 12) // 2, 12, 12)
