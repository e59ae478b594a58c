"""The row above the tree of results: search, chips, and what can be done with a result."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLineEdit, QPushButton, QWidget

from studio.core.lineage import Lineage, Node
from studio.ui import theme
from studio.ui.widgets import Chip, button, claims_key, icon_button, tip

LEAST_SEARCH_PX, SEARCH_PX = 110, 260
WORDS_GAP_PX = 4  # between an icon and its words

SEARCH_KEYS = (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Escape, Qt.Key.Key_Down)


class SearchField(QLineEdit):
    """Words to look for; Enter goes from hit to hit, Escape empties it and leaves."""

    next_asked = Signal()
    left = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setMaxLength(100)
        self.setClearButtonEnabled(False)
        self.setMinimumWidth(LEAST_SEARCH_PX)
        self.setMaximumWidth(SEARCH_PX)
        self.setPlaceholderText(self.tr("Search"))
        self.setAccessibleName(self.tr("Search the history"))
        self.setToolTip(
            tip(self.tr("Verb, settings, seed or model, as in: vary 0.3. Enter: next one"), "/")
        )

    def event(self, arg__1: QEvent) -> bool:
        """Its keys are its own, whatever they are elsewhere in the window."""
        return claims_key(arg__1, SEARCH_KEYS) or super().event(arg__1)

    def keyPressEvent(self, arg__1: QKeyEvent) -> None:
        key = arg__1.key()
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.next_asked.emit()
        elif key == Qt.Key.Key_Escape:
            self.clear()
            self.left.emit()
        elif key == Qt.Key.Key_Down:
            self.left.emit()
        else:
            super().keyPressEvent(arg__1)


class LineageHead(QFrame):
    """Controls that know nothing of the tree; the page wires them."""

    changed = Signal()  # other results are wanted

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("bar")
        self.setFixedHeight(theme.BAR_PX)
        self.search = SearchField()
        self.starred = Chip(self.tr("Starred only"), self.tr("Show only results with a star"))
        self.matches = Chip(
            self.tr("Matches only"), self.tr("Show only what the search finds, dim nothing")
        )
        self.star = button(
            self.tr("Star"), tip(self.tr("Keep it: star it, or not"), "S"), icon="star"
        )
        self.star.setCheckable(True)
        self.compare = button(
            self.tr("Compare"),
            tip(
                self.tr(
                    "Compare it with the one chosen by Ctrl and a click (or Ctrl and Enter),"
                    " else with the present result"
                ),
                "C",
            ),
            icon="compare",
        )
        self.tidy = button(
            self.tr("Tidy up…"),
            self.tr(
                "Take results away. Every one with a star stays, and the present one with all"
                " that led to it. It asks first, and what went can be brought back"
            ),
            icon="scissors",
        )
        self.close_button = icon_button(
            "close", tip(self.tr("Close the history"), "Esc"), role="plain"
        )
        self._worded = {one: one.text() for one in (self.star, self.compare, self.tidy)}
        for one, words in self._worded.items():
            one.setAccessibleName(words)
        self._lay_out()
        self.search.textChanged.connect(self.changed)
        self.starred.clicked.connect(self.changed)
        self.matches.clicked.connect(self.changed)

    def found(self, lineage: Lineage) -> list[Node]:
        """What fits the words and the chips, the newest first."""
        return lineage.search(self.search.text(), starred=self.starred.isChecked())

    @property
    def has_words(self) -> bool:
        """Whether something is looked for."""
        return bool(self.search.text().strip())

    @property
    def lists_only_hits(self) -> bool:
        """Whether what does not fit is left out, and not only dimmed."""
        return self.starred.isChecked() or (self.has_words and self.matches.isChecked())

    def seek(self) -> None:
        """Go to the search field."""
        self.search.setFocus()
        self.search.selectAll()

    def show_matches_chip(self) -> None:
        """Offer to list matches only while something is looked for."""
        self.matches.setVisible(self.has_words and not self.starred.isChecked())

    def show_current(self, node: Node | None, *, can_compare: bool) -> None:
        """What can be done with the current result."""
        self.star.setEnabled(node is not None)
        self.star.setChecked(node is not None and node.starred)
        self.compare.setEnabled(can_compare)

    def _lay_out(self) -> None:
        self._row = row = QHBoxLayout(self)
        row.setContentsMargins(12, 0, 10, 0)
        row.setSpacing(8)
        row.addWidget(self.search, 4)
        row.addWidget(self.starred)
        row.addWidget(self.matches)
        row.addStretch(1)
        for one in (self.star, self.compare, self.tidy, self.close_button):
            row.addWidget(one)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def minimumSizeHint(self) -> QSize:
        return QSize(self._bare_px(), theme.BAR_PX)

    def _bare_px(self) -> int:
        """The width with icons alone on the buttons."""
        shown = sum(_words_px(one) for one in self._worded if one.text())
        return self._row.totalMinimumSize().width() - shown

    def _fit(self) -> None:
        """A narrow row gives up the words of its buttons, the last ones first."""
        spare = self.width() - self._bare_px()
        for one, words in self._worded.items():
            spare -= _words_px(one, words)
            one.setText(words if spare >= 0 else "")


def _words_px(one: QPushButton, words: str = "") -> int:
    return one.fontMetrics().horizontalAdvance(words or one.text()) + WORDS_GAP_PX
