"""The tree of all results, painted in one widget: walk it, point, choose, pan."""

from __future__ import annotations

from collections.abc import Collection

from PySide6.QtCore import QEvent, QSize, Qt, Signal
from PySide6.QtGui import (
    QFocusEvent,
    QHelpEvent,
    QHideEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QToolTip

from studio.core.lineage import Lineage
from studio.ui import theme
from studio.ui.lineage_map import (
    CAPTION_PX,
    MARGIN_PX,
    SIDE_PX,
    STEP_X_PX,
    STEP_Y_PX,
    TreeMap,
    fitting,
)
from studio.ui.lineage_paint import Look, paint_links, paint_result
from studio.ui.lineage_words import spoken, tooltip_of, verb_of
from studio.ui.panned_area import PannedArea
from studio.ui.png_pictures import PngCache

ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)
WAYS = {
    Qt.Key.Key_Left: "left",
    Qt.Key.Key_Right: "right",
    Qt.Key.Key_Up: "up",
    Qt.Key.Key_Down: "down",
}
PAGES = {Qt.Key.Key_PageUp: -1, Qt.Key.Key_PageDown: 1}
ENDS = {Qt.Key.Key_Home: 0, Qt.Key.Key_End: -1}
KEYS = {*WAYS, *PAGES, *ENDS, *ENTER}


class LineageView(PannedArea):
    """Shows a lineage; the current result is the one selected, other the one to compare it with.

    Results are named by their ids, which may be larger than an int of Qt's.
    """

    current_changed = Signal(object)  # an id or None
    other_changed = Signal(object)
    chosen = Signal(object)
    pointed = Signal(object)  # an id, or None when nothing is pointed at any more

    def __init__(self) -> None:
        super().__init__()
        self.tree = TreeMap(Lineage())
        self._dimmed: frozenset[int] = frozenset()
        self._present: int | None = None
        self._current: int | None = None
        self._other: int | None = None
        self._pointed: int | None = None
        self._traced: frozenset[int] = frozenset()
        self._pictures = PngCache()
        self._caption_font = theme.ui_font(11)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.viewport().setMouseTracking(True)
        self.horizontalScrollBar().setSingleStep(STEP_X_PX // 2)
        self.verticalScrollBar().setSingleStep(STEP_Y_PX // 2)
        self.setAccessibleName(self.tr("History of results"))

    @property
    def current(self) -> int | None:
        return self._current

    @property
    def other(self) -> int | None:
        return self._other

    def show_lineage(
        self, lineage: Lineage, present: int | None, dimmed: Collection[int] = ()
    ) -> None:
        """Show these results, some of them dimmed; who is gone is not selected any more."""
        across = fitting(self.viewport().width())
        if lineage is not self.tree.lineage or across != self.tree.across:
            self.tree = TreeMap(lineage, across)
            self.set_inside(self.tree.size + QSize(0, CAPTION_PX))
        self._dimmed, self._present = frozenset(dimmed), present
        self.set_other(self._other if self._other in self.tree else None)
        self.select(self._current if self._current in self.tree else None)
        if self._pointed not in self.tree:
            self._point(None)
        self.viewport().update()

    def select(self, id: int | None, *, reveal: bool = False) -> None:
        """Make a result the current one, and scroll so that it is seen."""
        changed, self._current = id != self._current, id
        lineage = self.tree.lineage
        self._traced = frozenset() if id is None else frozenset({id, *lineage.ancestors(id)})
        self._say()
        if reveal and id is not None:
            around = self.tree.picture(id).adjusted(0, 0, 0, CAPTION_PX)
            self.reveal(around.adjusted(-MARGIN_PX, -MARGIN_PX, MARGIN_PX, MARGIN_PX))
        self.viewport().update()
        if changed:
            self.current_changed.emit(id)

    def set_other(self, id: int | None) -> None:
        """Choose the result to compare the current one with."""
        if id != self._other:
            self._other = id
            self.viewport().update()
            self.other_changed.emit(id)

    # --- looks ---

    def paintEvent(self, arg__1: QPaintEvent) -> None:
        painter = QPainter(self.viewport())
        painter.setRenderHints(
            QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform
        )
        painter.fillRect(arg__1.rect(), theme.color("document"))
        painter.translate(-self.offset)
        area = arg__1.rect().translated(self.offset)
        paint_links(painter, self.tree, self.tree.links(area), self._traced)
        for id in self.tree.seen(area):
            content = self.tree.lineage.node(id).thumbnail
            pixmap = self._pictures.pixmap(content, SIDE_PX, self.devicePixelRatioF())
            paint_result(painter, self.tree.picture(id), pixmap, self._look(id), self._caption_font)

    def _look(self, id: int) -> Look:
        node = self.tree.lineage.node(id)
        letter = ""
        if self._other is not None and self._other != self._current:
            letter = {self._current: "A", self._other: "B"}.get(id, "")
        return Look(
            verb_of(node),
            letter,
            is_starred=node.starred,
            is_present=id == self._present,
            is_current=id == self._current,
            is_pointed=id == self._pointed,
            is_dimmed=id in self._dimmed,
            has_keyboard=self.hasFocus(),
        )

    # --- what is told ---

    def _say(self) -> None:
        """Tell a screen reader which result is the current one."""
        lineage, id = self.tree.lineage, self._current
        words = self.tr("Nothing is selected.")
        if id is not None:
            words = spoken(lineage.node(id), lineage, is_present=id == self._present)
        if words != self.accessibleDescription():
            self.setAccessibleDescription(words)

    def _point(self, id: int | None) -> None:
        if id != self._pointed:
            self._pointed = id
            self.viewport().update()
            self.pointed.emit(id)

    # --- keyboard ---

    def keyPressEvent(self, arg__1: QKeyEvent) -> None:
        key = Qt.Key(arg__1.key())
        if key in ENTER and self._current is not None:
            if arg__1.modifiers() & Qt.KeyboardModifier.ControlModifier:
                self.set_other(None if self._other == self._current else self._current)
            else:
                self.chosen.emit(self._current)
        elif key in WAYS or key in ENDS:
            self._walk(key)
        elif key in PAGES:
            bar = self.verticalScrollBar()
            bar.setValue(bar.value() + PAGES[key] * bar.pageStep())
        else:
            arg__1.ignore()

    def _walk(self, key: Qt.Key) -> None:
        """To a neighbour, which is shown large as if it were pointed at."""
        nodes = self.tree.lineage.nodes
        if not nodes:
            return
        start = self._current if self._current is not None else self._present
        if key in ENDS:
            found: int | None = nodes[ENDS[key]].id
        elif self._current is None:
            found = start if start in self.tree else nodes[-1].id
        else:
            found = self.tree.neighbour(self._current, WAYS[key])
        if found is not None:
            self.select(found, reveal=True)
            self._point(found)

    def focusInEvent(self, arg__1: QFocusEvent) -> None:
        super().focusInEvent(arg__1)
        self.viewport().update()

    def focusOutEvent(self, arg__1: QFocusEvent) -> None:
        super().focusOutEvent(arg__1)
        self._point(None)
        self.viewport().update()

    # --- mouse ---

    def viewportEvent(self, arg__1: QEvent) -> bool:
        if isinstance(arg__1, QHelpEvent):
            id = self.tree.at(arg__1.pos() + self.offset)
            words = "" if id is None else tooltip_of(self.tree.lineage.node(id))
            QToolTip.showText(arg__1.globalPos(), words, self.viewport())
            return True
        if arg__1.type() == QEvent.Type.Leave:
            self._point(None)
        done = super().viewportEvent(arg__1)
        if arg__1.type() == QEvent.Type.Resize:  # others fit side by side
            self.show_lineage(self.tree.lineage, self._present, self._dimmed)
        return done

    def mousePressEvent(self, arg__1: QMouseEvent) -> None:
        super().mousePressEvent(arg__1)
        if arg__1.button() != Qt.MouseButton.LeftButton:
            return
        id = self.tree.at(arg__1.position().toPoint() + self.offset)
        with_control = bool(arg__1.modifiers() & Qt.KeyboardModifier.ControlModifier)
        if with_control and self._current is not None and id is not None:
            self.set_other(None if id in (self._other, self._current) else id)
        else:
            self.set_other(None)
            self.select(id)

    def mouseMoveEvent(self, arg__1: QMouseEvent) -> None:
        super().mouseMoveEvent(arg__1)
        if not self.is_panned:
            id = self.tree.at(arg__1.position().toPoint() + self.offset)
            hand, arrow = Qt.CursorShape.PointingHandCursor, Qt.CursorShape.ArrowCursor
            self.viewport().setCursor(arrow if id is None else hand)
            self._point(id)

    def mouseDoubleClickEvent(self, arg__1: QMouseEvent) -> None:
        id = self.tree.at(arg__1.position().toPoint() + self.offset)
        if id is not None and arg__1.button() == Qt.MouseButton.LeftButton:
            self.chosen.emit(id)

    def wheelEvent(self, arg__1: QWheelEvent) -> None:
        super().wheelEvent(arg__1)
        self._point(self.tree.at(arg__1.position().toPoint() + self.offset))

    def hideEvent(self, event: QHideEvent) -> None:
        self._point(None)
        super().hideEvent(event)
