"""The place to drop a folder on, and which medium it is for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QLabel, QPushButton, QVBoxLayout

from studio.core.files import walk
from studio.core.kind import MediumKind
from studio.ui import theme
from studio.ui.widgets import ElidedLabel, label


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

    def __init__(self, what: str, begin: str = "") -> None:
        """what can be dropped, and where a dialog begins to look."""
        super().__init__()
        self._begin = begin or str(Path.home())
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
        self._title = ElidedLabel()
        self._title.setText(self.tr("Drop a folder here"))
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
        self._begin = str(folder.parent) if folder else self._begin
        self._title.setText(folder.name if folder else self.tr("Drop a folder here"))
        shown = str(folder.parent) if folder else self._what
        metrics, middle = self._text.fontMetrics(), Qt.TextElideMode.ElideMiddle
        self._text.setText(metrics.elidedText(shown, middle, 280) if folder else shown)
        self.setToolTip(str(folder) if folder else self.tr("A folder is only read, never changed"))

    def _browse(self) -> None:
        dialog = QFileDialog(self.window(), self.tr("A folder to train on"), self._begin)
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
