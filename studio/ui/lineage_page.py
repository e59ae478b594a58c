"""The history browser: every result of a medium as a tree to look at, search, star and tidy up."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QCoreApplication, QEvent, Qt, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence, QPixmap, QShowEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QStackedLayout, QVBoxLayout, QWidget

from studio.core.errors import StudioError
from studio.core.history import Present
from studio.core.lineage import Lineage, Node
from studio.ui.compare import CompareView
from studio.ui.lineage_compare import NodePictures, compared
from studio.ui.lineage_head import LineageHead
from studio.ui.lineage_tidy import Tidying
from studio.ui.lineage_view import KEYS, LineageView
from studio.ui.lineage_words import in_a_line
from studio.ui.notice import Notice
from studio.ui.overlay import CentreNote
from studio.ui.widgets import ElidedLabel, label

FOOT_PX = 30


class LineagePage(QWidget):
    """Shows and changes a lineage that others follow too.

    picture(document, side_px) draws a document. open_document(document) decodes what a node
    holds: a document, Packed, or None; it may raise StudioError. Signals name nodes by their ids.
    """

    chosen = Signal(object)  # take this result back
    pointed = Signal(object)  # show this one large; None: the present one again
    closed = Signal()
    comparing = Signal(bool)  # whether two results need all the room

    def __init__(
        self,
        lineage: Present[Lineage],
        picture: Callable[[Any, int], QPixmap],
        open_document: Callable[[Any], Any],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.lineage = lineage
        self.head, self.view = LineageHead(), LineageView()
        self.notice = Notice(self.view)
        self.notice.stand(at_foot=True)
        self.comparison: CompareView | None = None
        self.words, self.count = ElidedLabel("label"), label("", "figure")
        self._pictures = NodePictures(picture, open_document)
        self._present: int | None = None
        self._hidden: int | None = None  # was selected until the search left it out
        self._note = CentreNote(self.view, "tree")
        self._stack = QStackedLayout(self)
        self._tidying = Tidying(lineage, self.notice, self._say)
        _lay_out(self, self._stack)
        _connect(self)
        lineage.on_change.append(self._follow)
        self.refresh()

    def mark(self, present: int | None) -> None:
        """Frame the present result, and go to it where it is another one."""
        if present == self._present:
            return
        self._present, self._hidden = present, None
        self.view.select(None)  # who comes back later finds the present one selected
        if self.isVisible():
            self.refresh()
            self._go_to_present()

    def refresh(self) -> None:
        """Show the lineage as it is now and as the search wants it."""
        lineage, head = self.lineage.value, self.head
        hits = {node.id for node in head.found(lineage)}
        is_short = head.lists_only_hits or (head.has_words and not hits)
        shown = lineage.only(hits) if is_short else lineage
        if shown == self.view.tree.lineage:
            shown = self.view.tree.lineage  # nothing to lay out again
        is_other = len(shown.nodes) != len(self.view.tree)
        kept = self._hidden if self.view.current is None else self.view.current
        self.view.show_lineage(shown, self._present, {node.id for node in shown.nodes} - hits)
        if kept in self.view.tree:
            self.view.select(kept, reveal=is_other)
        self._hidden = None if self.view.current is not None else kept
        head.tidy.setEnabled(bool(lineage.nodes))
        head.show_matches_chip()
        self._teach(lineage, shown)
        self.count.setText(counted(lineage, len(hits) if head.has_words else None))
        self.show_current()

    # --- what a person does ---

    def star(self) -> None:
        """Put a star on the current result, or take it off."""
        node, said = self._node(self.view.current), ""
        if node is not None:
            try:
                self.lineage.become(self.lineage.value.with_star(node.id, not node.starred))
            except StudioError as error:
                said = str(error)
        self.show_current()
        if said:
            self._say(said)

    def compare(self) -> None:
        """Show the current result and the chosen other one, or the present one, side by side."""
        pair = self._pair()
        if pair is None:
            self._say(self.tr("Choose a second result with Ctrl and a click, or Ctrl and Enter."))
            return
        self.end_comparison()
        self.comparison = compared(*pair, self._pictures)
        self.comparison.closed.connect(self.end_comparison)
        self.comparison.taken.connect(lambda number: self._take(pair[number].id))
        self._stack.addWidget(self.comparison)
        self._stack.setCurrentWidget(self.comparison)
        self.pointed.emit(None)
        self.comparing.emit(True)

    def end_comparison(self) -> None:
        """Back to the tree."""
        if self.comparison is not None:
            self._stack.setCurrentIndex(0)
            self._stack.removeWidget(self.comparison)
            self.comparison.deleteLater()
            self.comparison = None
            self.comparing.emit(False)
            self.view.setFocus()

    def tidy(self) -> None:
        """Ask whether old results are to go."""
        self._tidying.ask(self._present)

    def _take(self, id: int) -> None:
        self.end_comparison()
        self.chosen.emit(id)

    # --- what is shown ---

    def _follow(self, _: Lineage) -> None:
        if self.isVisible():
            self.refresh()

    def _node(self, id: int | None) -> Node | None:
        try:
            return None if id is None else self.lineage.value.node(id)
        except StudioError:
            return None

    def _pair(self) -> tuple[Node, Node] | None:
        """The current one, and the chosen one, else the present one, else a parent."""
        current = self._node(self.view.current)
        if current is None:
            return None
        for id in (self.view.other, self._present, *current.parents):
            other = self._node(id)
            if other is not None and other.id != current.id:
                return current, other
        return None

    def show_current(self) -> None:
        """Say which result is selected, and offer what can be done with it."""
        node = self._node(self.view.current)
        self.head.show_current(node, can_compare=self._pair() is not None)
        self._say("" if node is None else in_a_line(node))

    def _say(self, words: str) -> None:
        self.words.setText(words)
        self.words.setAccessibleName(words)

    def _teach(self, lineage: Lineage, shown: Lineage) -> None:
        if shown.nodes:
            self._note.hide()
        elif not lineage.nodes:
            words = self.tr("Everything you make grows here as a tree.")
            self._note.say(words, self.tr("Press Space to begin."))
        elif self.head.has_words:
            words = self.tr("Nothing was found.")
            self._note.say(words, self.tr("Look for a verb, a setting, a seed or a model."))
        else:
            words = self.tr("Nothing has a star yet.")
            self._note.say(
                words, self.tr("Choose a result and press S: it stays, whatever is tidied up.")
            )

    def _go_to_present(self) -> None:
        if self.view.current is None and self._present in self.view.tree:
            self.view.select(self._present, reveal=True)

    def next_hit(self) -> None:
        """Go from hit to hit, the newest first."""
        hits = [node.id for node in self.head.found(self.lineage.value)]
        if hits:
            at = hits.index(self.view.current) + 1 if self.view.current in hits else 0
            self.view.select(hits[at % len(hits)], reveal=True)

    # --- keyboard ---

    def event(self, event: QEvent) -> bool:
        """Keys that are meant here, whatever they are elsewhere in the window."""
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent):
            on_tree = self.view.hasFocus() and event.key() in KEYS
            if on_tree or self._action(event) is not None:
                event.accept()
                return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        action = self._action(event)
        if action is not None:
            action()
        else:
            super().keyPressEvent(event)

    def _action(self, event: QKeyEvent) -> Callable[[], None] | None:
        name = key_name(event)
        if self.comparison is not None:
            return self.closed.emit if name == "H" else None
        if name == "Ctrl+Z" and self._tidying.is_offered_back:
            return self._tidying.bring_back
        return {
            "S": self.star,
            "C": self.compare,
            "/": self.head.seek,
            "Ctrl+F": self.head.seek,
            "H": self.closed.emit,
            "Esc": self.closed.emit,
        }.get(name)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.refresh()
        self._go_to_present()
        (self.comparison or self.view).setFocus()


def key_name(event: QKeyEvent) -> str:
    """A key with its modifiers, as in Ctrl+F; / is / wherever it lies on the keyboard."""
    if event.key() == Qt.Key.Key_Slash:
        return "/"
    return QKeySequence(event.keyCombination()).toString(QKeySequence.SequenceFormat.PortableText)


def counted(lineage: Lineage, hits: int | None) -> str:
    """How many results there are, or were found, and how many have a star."""
    whole, stars = len(lineage.nodes), len(lineage.stars)
    if hits is not None:
        return _tr("{hits} of {whole} found").format(hits=hits, whole=whole)
    if not stars:
        return _tr("1 result") if whole == 1 else _tr("{} results").format(whole)
    words = _tr("{whole} results, 1 star") if stars == 1 else _tr("{whole} results, {stars} stars")
    return words.format(whole=whole, stars=stars)


def _tr(text: str) -> str:
    return QCoreApplication.translate("Lineage", text)


def _lay_out(page: LineagePage, stack: QStackedLayout) -> None:
    """Head, tree and foot; a comparison comes in their place."""
    foot = QFrame()
    foot.setObjectName("statusline")
    foot.setFixedHeight(FOOT_PX)
    row = QHBoxLayout(foot)
    row.setContentsMargins(14, 0, 14, 0)
    row.setSpacing(12)
    row.addWidget(page.words, 1)
    row.addWidget(page.count)
    browser = QWidget()
    column = QVBoxLayout(browser)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(0)
    for widget in (page.head, page.view, foot):
        column.addWidget(widget, 1 if widget is page.view else 0)
    stack.addWidget(browser)


def _connect(page: LineagePage) -> None:
    """Wire the controls to the page; they know nothing of each other."""
    head, view = page.head, page.view
    head.changed.connect(page.refresh)
    head.search.next_asked.connect(page.next_hit)
    head.search.left.connect(view.setFocus)
    for control, slot in (
        (head.star, page.star),
        (head.compare, page.compare),
        (head.tidy, page.tidy),
        (head.close_button, page.closed),
    ):
        control.clicked.connect(slot)
    view.current_changed.connect(page.show_current)
    view.other_changed.connect(page.show_current)
    view.chosen.connect(page.chosen)
    view.pointed.connect(page.pointed)
