"""What of a clip stays: bars, tracks and the selected notes, as chips."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from studio.media.music.document import BARS, TRACKS, Note
from studio.media.music.locks import Lock
from studio.ui.widgets import Chip, label


class RegionView(QWidget):
    """Chips that are on stay exactly; "Selection" follows the roll."""

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        tr = self.tr
        titles = (tr("Melody"), tr("Chords"), tr("Bass"), tr("Drums"))
        self.bars = [
            Chip(str(number), tr("Keep bar {}").format(number)) for number in range(1, BARS + 1)
        ]
        self.tracks = {
            track: Chip(title, tr("Keep the whole track {}").format(title))
            for track, title in zip(TRACKS, titles, strict=True)
        }
        self.selection = Chip(tr("Selection"), tr("Keep the notes that are selected in the roll"))
        self._notes: frozenset[Note] = frozenset()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addLayout(_row(label(tr("Bars"), "muted"), *self.bars, self.selection))
        column.addLayout(_row(*self.tracks.values()))
        for chip in (*self.bars, *self.tracks.values(), self.selection):
            chip.toggled.connect(lambda _: self.changed.emit())

    def follow(self, notes: frozenset[Note]) -> None:
        """The notes that are selected now."""
        if notes != self._notes:
            self._notes = notes
            if self.selection.isChecked():
                self.changed.emit()

    @property
    def lock(self) -> Lock:
        """What the chips say; it may hold nothing or everything."""
        return Lock(
            frozenset(number for number, chip in enumerate(self.bars) if chip.isChecked()),
            frozenset(track for track, chip in self.tracks.items() if chip.isChecked()),
            self._notes if self.selection.isChecked() else frozenset(),
        )

    def clear(self) -> None:
        for chip in (*self.bars, *self.tracks.values(), self.selection):
            chip.setChecked(False)


def _row(*widgets: QWidget) -> QHBoxLayout:
    """Side by side, from the left."""
    row = QHBoxLayout()
    row.setSpacing(4)
    for widget in widgets:
        row.addWidget(widget)
    row.addStretch(1)
    return row
