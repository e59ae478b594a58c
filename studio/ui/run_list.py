"""The training runs there are: what trains, the queue, the rest with the newest first."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import (
    QItemSelectionModel,
    QModelIndex,
    QPersistentModelIndex,
    QRectF,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QContextMenuEvent, QKeyEvent, QKeySequence, QPainter
from PySide6.QtWidgets import (
    QAbstractItemDelegate,
    QAbstractItemView,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QMenu,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from studio.core.run_title import LONGEST
from studio.ui import theme
from studio.ui.run_watch import WatchedRun
from studio.ui.run_words import TONES, state_words

ROW_PX, LEAST_ROWS, MOST_ROWS = 48, 2, 7
PATH, NAME, STATE, LINE = (Qt.ItemDataRole.UserRole + number for number in range(4))


class RunList(QListWidget):
    """One row a run: name, state, how far. Several chosen ones are compared.

    Delete takes the current run out of the queue, Alt+Up moves it up there, F2 renames it in its
    row, in which nothing moves meanwhile.
    """

    chosen = Signal(object)  # Path of the run
    compared = Signal(object)  # list of Paths, two or more
    leave_queue_asked = Signal(object)  # Path
    earlier_asked = Signal(object)  # Path
    renamed = Signal(object, str)  # Path, what was typed
    remove_asked = Signal(object)  # Path

    def __init__(self) -> None:
        super().__init__()
        self._runs: dict[str, WatchedRun] = {}
        self._renamed: Path | None = None  # whichever row is the current one when it is typed
        self._later: tuple[list[WatchedRun], list[Path]] | None = None  # what came while one types
        self.setItemDelegate(_Row(self))
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
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
        if self.state() == QAbstractItemView.State.EditingState:
            self._later = runs, chosen
            return
        self._runs = {str(run.run.path): run for run in runs}
        blocked = self.blockSignals(True)
        while self.count() > len(runs):
            self.takeItem(self.count() - 1)
        while self.count() < len(runs):
            entry = QListWidgetItem()
            entry.setFlags(entry.flags() | Qt.ItemFlag.ItemIsEditable)
            self.addItem(entry)
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

    def rename_current(self) -> None:
        """Let a person type another name in the row; Esc leaves the old one."""
        if self.currentItem() is not None:
            self._renamed = Path(self.currentItem().data(PATH))
            self.editItem(self.currentItem())

    def closeEditor(self, editor: QWidget, hint: QAbstractItemDelegate.EndEditHint) -> None:
        super().closeEditor(editor, hint)
        later, self._later = self._later, None
        if later is not None:
            self.show_runs(*later)

    def commitData(self, editor: QWidget) -> None:
        if self._renamed is not None and isinstance(editor, QLineEdit) and editor.isModified():
            self.renamed.emit(self._renamed, editor.text())

    def contextMenuEvent(self, arg__1: QContextMenuEvent) -> None:
        entry = self.itemAt(arg__1.pos()) or self.currentItem()
        if entry is not None:
            self.setCurrentItem(entry, QItemSelectionModel.SelectionFlag.NoUpdate)
            menu = self.menu_of(self._runs[entry.data(PATH)])
            menu.aboutToHide.connect(menu.deleteLater)
            menu.popup(arg__1.globalPos())

    def menu_of(self, run: WatchedRun) -> QMenu:
        """What can be done with one run here."""
        menu, path = QMenu(self), run.run.path
        menu.addAction(self.tr("Rename") + _keys("F2"), self.rename_current)
        if run.place > 1:
            earlier = self.tr("Earlier in the queue") + _keys("Alt+Up")
            menu.addAction(earlier, lambda: self.earlier_asked.emit(path))
        if run.place:
            leave = self.tr("Remove from the queue") + _keys("Del")
            menu.addAction(leave, lambda: self.leave_queue_asked.emit(path))
        if run.rests:
            menu.addSeparator()
            menu.addAction(self.tr("Move to the bin"), lambda: self.remove_asked.emit(path))
        return menu

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


def _keys(shortcut: str) -> str:
    """What a menu writes at its right edge; the list itself acts on the keys."""
    return "\t" + QKeySequence(shortcut).toString(QKeySequence.SequenceFormat.NativeText)


class _Row(QStyledItemDelegate):
    def createEditor(
        self,
        parent: QWidget,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> QWidget:
        editor = QLineEdit(parent)
        editor.setMaxLength(LONGEST)
        editor.setAccessibleName(self.tr("Name of the run"))
        editor.setPlaceholderText(self.tr("The name that it was begun with"))
        return editor

    def setEditorData(self, editor: QWidget, index: QModelIndex | QPersistentModelIndex) -> None:
        if isinstance(editor, QLineEdit) and not editor.isModified():
            editor.setText(index.data(NAME))

    def updateEditorGeometry(
        self,
        editor: QWidget,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        row = option.rect  # type: ignore[attr-defined]
        editor.setGeometry(row.adjusted(25, 8, -8, -8))

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
