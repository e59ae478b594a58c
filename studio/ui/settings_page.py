"""Settings: device, sound, files; every change holds at once."""

from __future__ import annotations

import os
from pathlib import Path

from PySide6.QtCore import Qt, QUrl, Signal
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QFileDialog,
    QFrame,
    QHBoxLayout,
    QLineEdit,
    QScrollArea,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from studio.core.errors import StudioError
from studio.core.taste_file import forget_all_tastes
from studio.ui.context import StudioContext
from studio.ui.widgets import button, fill_scroll, label, set_tone

WIDEST_PX = 640
NAME_PX = 150
FIELD_PX = 220


class SettingsPage(QWidget):
    """One column of cards."""

    device_changed = Signal()
    likes_forgotten = Signal()

    def __init__(self, context: StudioContext) -> None:
        super().__init__()
        self.setObjectName("page")
        self._context = context
        self._used = label("", "good")
        self._why = label("", "muted")
        self._why.setWordWrap(True)
        self._soundfont = QLineEdit(context.settings.soundfont)
        column = QVBoxLayout()
        column.setContentsMargins(28, 24, 28, 24)
        column.setSpacing(14)
        column.addWidget(label(self.tr("Settings"), "title"))
        for card in (self._device_card(), self._sound_card(), self._files_card()):
            card.setMaximumWidth(WIDEST_PX)
            column.addWidget(card)
        column.addStretch(1)
        scroll = QScrollArea()
        fill_scroll(scroll, column)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(scroll)

    def show_device(self, words: str, why: str, good: bool) -> None:
        """Which device plays now, and why."""
        self._used.setText(words)
        set_tone(self._used, "good" if good else "caution")
        self._why.setText(why)

    def _device_card(self) -> QFrame:
        settings = self._context.settings
        device = QComboBox()
        for name, words in (
            ("auto", self.tr("Automatic")),
            ("cuda", self.tr("CUDA (NVIDIA)")),
            ("mps", self.tr("Metal (Apple)")),
            ("cpu", self.tr("Processor")),
        ):
            device.addItem(words, name)
        device.setToolTip(self.tr("A graphics card is many times faster, where there is one"))
        device.setCurrentIndex(max(0, device.findData(settings.device)))
        device.activated.connect(lambda: self._change_device(device=device.currentData()))
        threads = _number_field(0, max(1, os.cpu_count() or 1))
        threads.setSpecialValueText(self.tr("All but one"))
        threads.setValue(settings.threads)
        threads.editingFinished.connect(lambda: self._change_device(threads=threads.value()))
        threads.setToolTip(self.tr("0 leaves one core for everything else on this computer"))
        return _card(
            self.tr("Device"),
            _row(self.tr("Networks run on"), device),
            _row(self.tr("Processor threads"), threads),
            _row(self.tr("In use now"), self._used),
            self._why,
        )

    def _sound_card(self) -> QFrame:
        field = self._soundfont
        field.setPlaceholderText(self.tr("Built-in"))
        field.editingFinished.connect(self._soundfont_typed)
        field.setAccessibleName(self.tr("Soundfont file"))
        field.setToolTip(self.tr("Empty for the built-in one"))
        choose = button(self.tr("Choose…"), self.tr("An SF2 or SF3 file"))
        choose.clicked.connect(self._browse_soundfont)
        note = label(self.tr("Used for listening and for WAV files. SF2 and SF3."), "muted")
        return _card(self.tr("Sound"), _row(self.tr("Soundfont"), field, choose), note)

    def _files_card(self) -> QFrame:
        settings, places = self._context.settings, self._context.places
        recipe = QCheckBox(self.tr("Write into each file how it was made"))
        recipe.setToolTip(self.tr("Model, seed, moves, licence and credit, and that it is AI-made"))
        recipe.setChecked(settings.provenance)
        recipe.toggled.connect(lambda on: self._context.change_settings(provenance=on))
        autosave = _number_field(5, 600)
        autosave.setSuffix(self.tr(" s"))
        autosave.setToolTip(self.tr("A crash loses no more than this"))
        autosave.setValue(round(settings.autosave_seconds))
        autosave.editingFinished.connect(
            lambda: self._context.change_settings(autosave_seconds=float(autosave.value()))
        )
        rows = [
            _row(self.tr("Exported files"), recipe),
            _row(self.tr("Autosave every"), autosave),
        ]
        for words, path in (
            (self.tr("Models"), places.models_path),
            (self.tr("Training runs"), places.runs_path),
            (self.tr("Dragged out files"), places.exports_path),
        ):
            rows.append(_row(words, _folder_row(path)))
        forget = button(self.tr("Forget"), self.tr("Forget every heart and cross, of all models"))
        forget.clicked.connect(self._forget_likes)
        rows.append(_row(self.tr("What you liked"), forget, QWidget()))
        return _card(self.tr("Files"), *rows)

    def _forget_likes(self) -> None:
        try:
            forget_all_tastes(self._context.places)
        except StudioError as error:
            self._context.report(error)
            return
        self.likes_forgotten.emit()
        self._context.notify(self.tr("What you liked is forgotten."))

    def _change_device(self, **changes: object) -> None:
        before = self._context.settings
        self._context.change_settings(**changes)
        if self._context.settings != before:
            self.device_changed.emit()

    def _soundfont_typed(self) -> None:
        text = self._soundfont.text().strip()
        if text == self._context.settings.soundfont:
            return
        if text and not Path(text).is_file():
            self._context.notify(self.tr("There is no file {}.").format(text))
            self._soundfont.setText(self._context.settings.soundfont)
            return
        self._context.change_settings(soundfont=text)

    def _browse_soundfont(self) -> None:
        dialog = QFileDialog(self.window(), self.tr("Choose a soundfont"))
        dialog.setNameFilter(self.tr("Soundfonts (*.sf2 *.sf3)"))
        dialog.fileSelected.connect(self._soundfont_chosen)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _soundfont_chosen(self, file: str) -> None:
        self._soundfont.setText(file)
        self._soundfont_typed()


def _card(title: str, *rows: QWidget) -> QFrame:
    card = QFrame()
    card.setObjectName("card")
    column = QVBoxLayout(card)
    column.setContentsMargins(16, 14, 16, 16)
    column.setSpacing(10)
    column.addWidget(label(title.upper(), "head"))
    for row in rows:
        column.addWidget(row)
    return card


def _row(name: str, *fields: QWidget) -> QWidget:
    row = QWidget()
    line = QHBoxLayout(row)
    line.setContentsMargins(0, 0, 0, 0)
    line.setSpacing(8)
    words = label(name, "muted")
    words.setFixedWidth(NAME_PX)
    line.addWidget(words)
    for field in fields:
        if isinstance(field, (QComboBox, QSpinBox)):
            field.setFixedWidth(FIELD_PX)
            field.setAccessibleName(name)
            field.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        line.addWidget(field, 1 if isinstance(field, QLineEdit) or len(fields) == 1 else 0)
    line.setAlignment(Qt.AlignmentFlag.AlignLeft)
    return row


def _folder_row(path: Path) -> QWidget:
    """A path that can be selected, and a button that shows the folder."""
    row = QWidget()
    line = QHBoxLayout(row)
    line.setContentsMargins(0, 0, 0, 0)
    where = label(str(path))
    where.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    where.setMinimumWidth(80)
    where.setToolTip(str(path))
    show = button(row.tr("Show"), str(path), role="small")

    def open_folder() -> None:
        path.mkdir(parents=True, exist_ok=True)
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(path)))

    show.clicked.connect(open_folder)
    line.addWidget(where, 1)
    line.addWidget(show)
    return row


def _number_field(low: int, high: int) -> QSpinBox:
    field = QSpinBox(minimum=low, maximum=high)
    field.lineEdit().setTextMargins(6, 0, 0, 0)  # padding of the style sheet ends at the frame
    return field
