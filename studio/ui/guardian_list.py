"""What the guardian said about a training, newest first, with the pictures that show it."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QIcon, QPixmap
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QScrollArea, QVBoxLayout, QWidget

from studio.ui import theme
from studio.ui.run_watch import WatchedRun
from studio.ui.widgets import button, fill_scroll, label

MOST_ROWS = 100  # a run that warns more often than this says nothing new
SIGNS = {"note": ("about", "muted"), "warning": ("alert", "caution"), "alarm": ("error", "bad")}
PICTURE = QSize(216, 72)


class GuardianList(QFrame):
    """One row a message: sign, sentence, what was done about it, when."""

    evidence_asked = Signal(str, str)  # picture file, what it shows

    def __init__(self) -> None:
        super().__init__()
        self._shown: tuple[Path, int] | None = None
        self._count = label("", "note")
        head = QHBoxLayout()
        head.addWidget(label(self.tr("GUARDIAN"), "head"))
        head.addStretch(1)
        head.addWidget(self._count)
        self._empty = label(
            self.tr(
                "Nothing to report. Collapse, copies of your files, a full disk and the like are"
                " noticed here, with what was done about them."
            ),
            "label",
        )
        self._empty.setWordWrap(True)
        self._empty.setAlignment(Qt.AlignmentFlag.AlignTop)
        self._rows = QVBoxLayout()
        self._rows.setContentsMargins(0, 0, 6, 0)
        self._rows.setSpacing(10)
        self._rows.addStretch(1)
        self._scroll = QScrollArea()
        fill_scroll(self._scroll, self._rows)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._scroll.setAccessibleName(self.tr("Messages of the guardian"))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addLayout(head)
        column.addWidget(self._empty)
        column.addWidget(self._scroll, 1)
        column.addStretch(0)

    def show_run(self, run: WatchedRun) -> None:
        """Show a run's messages; built anew only when there are others."""
        key = (run.run.path, len(run.notices))
        if key == self._shown:
            return
        self._shown = key
        while self._rows.count() > 1:  # the stretch stays
            entry = self._rows.takeAt(0)
            if entry is not None and (widget := entry.widget()) is not None:
                widget.deleteLater()
        newest = list(reversed(run.notices))[:MOST_ROWS]
        for place, record in enumerate(newest):
            self._rows.insertWidget(place, self._row(run, record))
        self._empty.setVisible(not newest)
        self._scroll.setVisible(bool(newest))
        self._count.setText(f"{len(run.notices)}" if newest else "")
        self._scroll.verticalScrollBar().setValue(0)

    def _row(self, run: WatchedRun, record: dict[str, Any]) -> QWidget:
        icon, token = SIGNS.get(str(record.get("level")), SIGNS["note"])
        word = {"alarm": self.tr("Alarm"), "warning": self.tr("Warning")}.get(
            str(record.get("level")), self.tr("Note")
        )
        sign = QLabel()
        sign.setPixmap(theme.icon_pixmap(icon, 16, token, self.devicePixelRatioF()))
        sign.setToolTip(word)
        sign.setAccessibleName(word)
        text, reaction = str(record.get("text", "")), str(record.get("reaction", ""))
        words = QVBoxLayout()
        words.setSpacing(2)
        for line, tone in ((text, ""), (reaction, "label"), (f"{word} · {_when(record)}", "note")):
            if line:
                words.addWidget(_wrapped(line, tone))
        picture = _evidence(run, record)
        if picture is not None:
            words.addWidget(self._picture_button(picture, str(record.get("alarm", "")), text))
        row = QWidget()
        line = QHBoxLayout(row)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(8)
        line.addWidget(sign, 0, Qt.AlignmentFlag.AlignTop)
        line.addLayout(words, 1)
        return row

    def _picture_button(self, path: Path, alarm: str, text: str) -> QWidget:
        caption = text
        if alarm == "copying":
            caption = self.tr("Output beside the nearest training file")
        picture = button("", self.tr("Show it large: {}").format(caption), role="plain")
        pixmap = QPixmap(str(path))
        room = PICTURE
        small = pixmap.scaled(
            room, Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.SmoothTransformation
        )
        picture.setIcon(QIcon(small))
        picture.setIconSize(small.size())
        picture.setStyleSheet("QPushButton { padding: 3px; text-align: left; }")
        picture.setFixedSize(small.width() + 10, small.height() + 10)
        picture.setCursor(Qt.CursorShape.PointingHandCursor)
        picture.clicked.connect(lambda: self.evidence_asked.emit(str(path), caption))
        holder = QWidget()
        column = QVBoxLayout(holder)
        column.setContentsMargins(0, 4, 0, 0)
        column.setSpacing(2)
        column.addWidget(picture)
        column.addWidget(_wrapped(caption, "note"))
        return holder


def _wrapped(text: str, tone: str) -> QLabel:
    made = label(text, tone)
    made.setTextFormat(Qt.TextFormat.PlainText)
    made.setWordWrap(True)
    made.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    return made


def _when(record: dict[str, Any]) -> str:
    """12.3 kimg, 14:05."""
    words = f"{record['kimg']:,.1f} kimg"
    moment = record.get("time")
    if isinstance(moment, (int, float)) and 0 < moment < 1e11:
        words += time.strftime(", %H:%M", time.localtime(moment))
    return words


def _evidence(run: WatchedRun, record: dict[str, Any]) -> Path | None:
    """The picture that shows it; only ever a file in the run's own folder."""
    name = Path(str(record.get("evidence", ""))).name
    path = run.run.evidence_path / name
    return path if name and path.is_file() and not QPixmap(str(path)).isNull() else None
