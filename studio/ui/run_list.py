"""The training runs there are, newest first."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import (
    QListWidget,
    QListWidgetItem,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
)

from studio.ui import theme
from studio.ui.run_watch import WatchedRun

ROW_PX, MOST_ROWS = 48, 6
DOTS = {"running": "good", "finished": "good", "failed": "bad", "paused": "caution"}
PATH, NAME, STATE, LINE = (Qt.ItemDataRole.UserRole + number for number in range(4))


class RunList(QListWidget):
    """One row a run: name, state, how far."""

    chosen = Signal(object)  # Path of the run

    def __init__(self) -> None:
        super().__init__()
        self.setItemDelegate(_Row(self))
        self.setAccessibleName(self.tr("Training runs"))
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.currentItemChanged.connect(self._moved)

    def show_runs(self, runs: list[WatchedRun], chosen: Path | None) -> None:
        """Show these runs and mark one, without telling anyone."""
        blocked = self.blockSignals(True)
        while self.count() > len(runs):
            self.takeItem(self.count() - 1)
        while self.count() < len(runs):
            self.addItem(QListWidgetItem())
        words = {
            "new": self.tr("not started"),
            "starting": self.tr("starting"),
            "running": self.tr("training"),
            "paused": self.tr("paused"),
            "stopping": self.tr("stopping"),
            "stopped": self.tr("stopped"),
            "finished": self.tr("finished"),
            "failed": self.tr("failed"),
        }
        for row, run in enumerate(runs):
            entry = self.item(row)
            entry.setData(PATH, str(run.run.path))
            entry.setData(NAME, run.name)
            entry.setData(STATE, run.state)
            state = self.tr("broke off") if run.broke_off else words[run.state]
            entry.setData(LINE, f"{state} · {run.status.kimg:,.1f} kimg")
            entry.setText(f"{run.name}, {state}")
            if run.run.path == chosen:
                self.setCurrentItem(entry)
        rows = max(1, min(len(runs), MOST_ROWS))
        self.setFixedHeight(rows * ROW_PX + 2 * self.frameWidth() + 2)
        self.blockSignals(blocked)
        self.viewport().update()

    def _moved(self, entry: QListWidgetItem | None) -> None:
        if entry is not None:
            self.chosen.emit(Path(entry.data(PATH)))


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
        painter.setBrush(theme.color(DOTS.get(index.data(STATE), "faint")))
        painter.drawEllipse(QRectF(box.left() + 13, box.top() + 12, 7, 7))
        painter.setPen(theme.color("text"))
        painter.setFont(theme.ui_font(13))
        name = painter.fontMetrics().elidedText(
            index.data(NAME), Qt.TextElideMode.ElideRight, int(words.width())
        )
        painter.drawText(words, Qt.AlignmentFlag.AlignTop, name)
        painter.setFont(theme.ui_font(12))
        painter.setPen(theme.color("muted"))
        painter.drawText(words, Qt.AlignmentFlag.AlignBottom, index.data(LINE))
