"""The place to drop a folder on, and what the dataset doctor says about it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import (
    QFileDialog,
    QFrame,
    QHBoxLayout,
    QLabel,
    QPlainTextEdit,
    QPushButton,
    QVBoxLayout,
)

from studio.core.files import walk
from studio.core.kind import MIN_FILES, FolderReport, MediumKind
from studio.ui import theme
from studio.ui.widgets import button, label, set_tone

FEW_FILES = 100
REFUSED_PX = 110


def guess_medium(folder: Path, kinds: Sequence[MediumKind], current: str) -> str:
    """The medium whose files are most in the folder; the current one if it fits as well.

    StudioError if the folder cannot be read.
    """
    endings = Counter(Path(name).suffix.lower() for name in walk(folder).files)
    counts = {kind.name: sum(endings[one] for one in set(kind.file_suffixes)) for kind in kinds}
    most = max(counts.values(), default=0)
    if current in counts and counts[current] == most:
        return current
    return next((name for name, count in counts.items() if count == most), current)


class FolderDrop(QPushButton):
    """Drop a folder or click to choose one."""

    chosen = Signal(object)  # Path

    def __init__(self, what: str) -> None:
        super().__init__()
        self.setAcceptDrops(True)
        self.setMinimumHeight(64)
        self.setStyleSheet(
            f"QPushButton {{ border: 1px dashed {theme.TOKENS['edge']}; border-radius: 8px;"
            f" background: {theme.TOKENS['document']}; padding: 8px 14px; min-height: 48px; }}"
            f"QPushButton:hover, QPushButton:focus {{ border-color: {theme.TOKENS['accent']}; }}"
        )
        self.setAccessibleName(self.tr("Choose a folder to train on"))
        picture = QLabel()
        picture.setPixmap(theme.icon_pixmap("folder-in", 28, "muted", self.devicePixelRatioF()))
        self._title = label(self.tr("Drop a folder here"))
        self._what = what
        self._text = label(what, "label")
        self._text.setWordWrap(True)
        words = QVBoxLayout()
        words.setSpacing(2)
        words.addStretch(1)
        words.addWidget(self._title)
        words.addWidget(self._text)
        words.addStretch(1)
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 8, 12, 8)
        row.setSpacing(14)
        row.addWidget(picture)
        row.addLayout(words, 1)
        for widget in (picture, self._title, self._text):
            widget.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.clicked.connect(self._browse)

    def show_folder(self, folder: Path | None) -> None:
        """Say which folder was taken."""
        self._title.setText(folder.name if folder else self.tr("Drop a folder here"))
        shown = str(folder.parent) if folder else self._what
        metrics, middle = self._text.fontMetrics(), Qt.TextElideMode.ElideMiddle
        self._text.setText(metrics.elidedText(shown, middle, 280) if folder else shown)
        self.setToolTip(str(folder) if folder else "")

    def _browse(self) -> None:
        dialog = QFileDialog(self.window(), self.tr("A folder to train on"), str(Path.home()))
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.setOption(QFileDialog.Option.ShowDirsOnly)
        dialog.fileSelected.connect(lambda name: self.chosen.emit(Path(name)))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if any(Path(url.toLocalFile()).is_dir() for url in event.mimeData().urls()):
            event.setDropAction(Qt.DropAction.CopyAction)
            event.accept()

    def dropEvent(self, event: QDropEvent) -> None:
        for url in event.mimeData().urls():
            if Path(url.toLocalFile()).is_dir():
                event.setDropAction(Qt.DropAction.CopyAction)
                event.accept()
                self.chosen.emit(Path(url.toLocalFile()))
                return


class Verdict(QFrame):
    """How many files can be used, what was noticed, which were refused and why."""

    def __init__(self) -> None:
        super().__init__()
        self._sentence = label("")
        self._sentence.setWordWrap(True)
        self._notes = label("", "label")
        self._notes.setWordWrap(True)
        self._show = button("", role="link")
        self._show.setCheckable(True)
        self._refused = QPlainTextEdit(readOnly=True)
        self._refused.setFixedHeight(REFUSED_PX)
        self._refused.setStyleSheet("font-size: 12px;")
        self._refused.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self._show.toggled.connect(self._refused.setVisible)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        for widget in (self._sentence, self._notes, self._show, self._refused):
            column.addWidget(widget)
        self.clear()

    def clear(self) -> None:
        self._fold()
        self._sentence.hide()

    def say(self, sentence: str, tone: str = "muted") -> None:
        """A line on its own: reading, or why it cannot be read."""
        self._fold()
        self._sentence.setText(sentence)
        set_tone(self._sentence, tone)
        self._sentence.show()

    def show_report(self, report: FolderReport) -> bool:
        """Show the doctor's findings; whether there is enough to train on."""
        count = len(report.usable)
        if count < MIN_FILES:
            sentence = self.tr("✕  {verdict} Training needs at least {least}.")
            self.say(sentence.format(verdict=report.verdict, least=MIN_FILES), "bad")
        elif count < FEW_FILES:
            sentence = self.tr("!  {} Few: expect copies of them rather than new ones.")
            self.say(sentence.format(report.verdict), "caution")
        else:
            self.say(f"✓  {report.verdict}", "good")
        facts = [_fact(name, value) for name, value in report.facts.items()]
        self._notes.setText("\n".join([*report.notes, " · ".join(facts[:4])]))
        self._notes.setVisible(bool(report.notes or facts))
        refused = [f"{one.file}: {one.reason}" for one in report.refused]
        self._refused.setPlainText("\n".join(refused))
        self._show.setText(self.tr("Which were refused, and why"))
        self._show.setChecked(False)
        self._show.setVisible(bool(refused))
        return count >= MIN_FILES

    def _fold(self) -> None:
        for widget in (self._notes, self._show, self._refused):
            widget.hide()


def _fact(name: str, value: object) -> str:
    """A figure of the report in words: width 207 to 640 px, tempo 92 bpm, meters 4/4 18, 3/4 6."""
    words, unit = name, ""
    for suffix in ("px", "bpm"):
        if name.endswith(f"_{suffix}"):
            words, unit = name.removesuffix(f"_{suffix}"), f" {suffix}"
    words = words.replace("_", " ")
    if name.endswith("_share") and isinstance(value, (int, float)):
        return f"{words.removesuffix(' share')} {value:.0%}"
    if isinstance(value, dict):
        return f"{words} " + ", ".join(f"{key} {one}" for key, one in list(value.items())[:4])
    if isinstance(value, (list, tuple)) and value:
        low, high = value[0], value[-1]
        return f"{words} {low}{unit}" if low == high else f"{words} {low} to {high}{unit}"
    return f"{words} {value:.3g}{unit}" if isinstance(value, float) else f"{words} {value}{unit}"
