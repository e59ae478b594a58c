"""The training runs there are: what trains, the queue, the rest with the newest first."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter
from PySide6.QtWidgets import (
    QAbstractItemView,
    QListWidget,
    QListWidgetItem,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
)

from studio.ui import theme
from studio.ui.run_watch import WatchedRun
from studio.ui.run_words import TONES, state_words

ROW_PX, LEAST_ROWS, MOST_ROWS = 48, 2, 7
PATH, NAME, STATE, LINE = (Qt.ItemDataRole.UserRole + number for number in range(4))


class RunList(QListWidget):
    """One row a run: name, state, how far. Several chosen ones are compared.

    Delete takes the current run out of the queue, Alt+Up moves it up there.
    """

    chosen = Signal(object)  # Path of the run
    compared = Signal(object)  # list of Paths, two or more
    leave_queue_asked = Signal(object)  # Path
    earlier_asked = Signal(object)  # Path

    def __init__(self) -> None:
        super().__init__()
        self.setItemDelegate(_Row(self))
        self.setAccessibleName(self.tr("Training runs"))
        self.setToolTip(self.tr("Choose two or more with Ctrl or Shift to compare them"))
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.set_several(False)
        self.itemSelectionChanged.connect(self._selected)

    def sizeHint(self) -> QSize:
        return QSize(200, self.maximumHeight())

    def set_several(self, on: bool) -> None:
        """Whether every click adds to or takes from those that are compared."""
        mode = QAbstractItemView.SelectionMode
        self.setSelectionMode(mode.MultiSelection if on else mode.ExtendedSelection)

    def show_runs(self, runs: list[WatchedRun], chosen: list[Path]) -> None:
        """Show these runs and mark the chosen, without telling anyone."""
        blocked = self.blockSignals(True)
        while self.count() > len(runs):
            self.takeItem(self.count() - 1)
        while self.count() < len(runs):
            self.addItem(QListWidgetItem())
        marked = {str(path) for path in chosen}
        for row, run in enumerate(runs):
            entry, state = self.item(row), state_words(run)
            entry.setData(PATH, str(run.run.path))
            entry.setData(NAME, run.name)
            entry.setData(STATE, run.state)
            entry.setData(LINE, self._line(run, state))
            entry.setText(f"{run.name}, {state.lower()}")
            if len(chosen) == 1 and entry.data(PATH) in marked and self.currentItem() is not entry:
                self.setCurrentItem(entry)
            entry.setSelected(entry.data(PATH) in marked)
        around = 2 * self.frameWidth() + 2
        self.setMinimumHeight(max(1, min(len(runs), LEAST_ROWS)) * ROW_PX + around)
        self.setMaximumHeight(max(1, min(len(runs), MOST_ROWS)) * ROW_PX + around)
        self.blockSignals(blocked)
        self.viewport().update()

    def _line(self, run: WatchedRun, state: str) -> str:
        words = [state.lower()]
        if run.status.kimg or not run.place:
            words.append(f"{run.status.kimg:,.1f} kimg")
        return " · ".join(words)

    def _selected(self) -> None:
        paths = [Path(entry.data(PATH)) for entry in self.selectedItems()]
        paths.sort(key=lambda path: self._rows().index(str(path)))
        if len(paths) > 1:
            self.compared.emit(paths)
        elif paths:
            self.chosen.emit(paths[0])

    def _rows(self) -> list[str]:
        return [self.item(row).data(PATH) for row in range(self.count())]

    def keyPressEvent(self, e: QKeyEvent) -> None:
        entry = self.currentItem()
        is_up = e.key() == Qt.Key.Key_Up and e.modifiers() & Qt.KeyboardModifier.AltModifier
        if entry is not None and e.key() == Qt.Key.Key_Delete:
            self.leave_queue_asked.emit(Path(entry.data(PATH)))
        elif entry is not None and is_up:
            self.earlier_asked.emit(Path(entry.data(PATH)))
        else:
            super().keyPressEvent(e)


class _Row(QStyledItemDelegate):
    def sizeHint(
        self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> QSize:
        return QSize(100, ROW_PX)

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        box = QRectF(option.rect)  # type: ignore[attr-defined]
        state = option.state  # type: ignore[attr-defined]
        if state & QStyle.StateFlag.State_Selected:
            painter.fillRect(box, theme.color("raised"))
            painter.fillRect(QRectF(box.left(), box.top(), 2, box.height()), theme.color("accent"))
        elif state & QStyle.StateFlag.State_MouseOver:
            painter.fillRect(box, theme.color("pane"))
        words = box.adjusted(30, 6, -12, -6)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.color(TONES.get(index.data(STATE), "faint")))
        painter.drawEllipse(QRectF(box.left() + 13, box.top() + 12, 7, 7))
        painter.setPen(theme.color("text"))
        painter.setFont(theme.ui_font(13))
        name = painter.fontMetrics().elidedText(
            index.data(NAME), Qt.TextElideMode.ElideRight, int(words.width())
        )
        painter.drawText(words, Qt.AlignmentFlag.AlignTop, name)
        painter.setFont(theme.ui_font(12))
        painter.setPen(theme.color("muted"))
        line = painter.fontMetrics().elidedText(
            index.data(LINE), Qt.TextElideMode.ElideRight, int(words.width())
        )
        painter.drawText(words, Qt.AlignmentFlag.AlignBottom, line)
