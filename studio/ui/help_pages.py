"""Help as pages of the window: shortcuts, guide, about."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QTextBlockFormat, QTextCursor, QTextDocument
from PySide6.QtWidgets import (
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QListWidget,
    QScrollArea,
    QTextBrowser,
    QVBoxLayout,
    QWidget,
)

from studio import __version__
from studio.core.resources import resource
from studio.ui import theme
from studio.ui.widgets import fill_scroll, label

COLUMNS = 3
READABLE_PX = 720  # longer lines tire
LINE_HEIGHT = 138.0  # per cent
ABOVE_HEAD_PX, BELOW_PX, BELOW_ROW_PX = 12, 10, 4
KEY_STYLE = (
    f"background: {theme.TOKENS['raised']}; border: 1px solid {theme.TOKENS['line']};"
    "border-radius: 4px; padding: 1px 6px; font-size: 12px;"
)


class ShortcutsPage(QWidget):
    """Every shortcut of the menus as they are now, and what the mouse does."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("page")
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._scroll: QScrollArea | None = None

    def show_shortcuts(self, groups: list[tuple[str, list[tuple[str, str]]]]) -> None:
        """(title, [(text, keys)]) for each menu."""
        if self._scroll is not None:
            self._scroll.deleteLater()
        mouse = [
            (self.tr("Zoom"), self.tr("Wheel")),
            (self.tr("Pan"), self.tr("Space or middle button, drag")),
            (self.tr("Look at a variation"), self.tr("Point")),
            (self.tr("Take it"), self.tr("Click")),
            (self.tr("Reset a slider"), self.tr("Double click")),
        ]
        column = QVBoxLayout()
        column.setContentsMargins(28, 24, 28, 24)
        column.setSpacing(14)
        column.addWidget(label(self.tr("Keyboard shortcuts"), "title"))
        columns = [QVBoxLayout() for _ in range(COLUMNS)]
        for one in columns:
            one.setSpacing(14)
        heights = [0] * COLUMNS
        for title, rows in [*groups, (self.tr("Mouse"), mouse)]:
            shortest = heights.index(min(heights))
            columns[shortest].addWidget(_sheet(title, rows))
            heights[shortest] += len(rows) + 2
        across = QHBoxLayout()
        across.setSpacing(14)
        for one in columns:
            one.addStretch(1)
            across.addLayout(one, 1)
        column.addLayout(across)
        column.addStretch(1)
        self._scroll = QScrollArea()
        fill_scroll(self._scroll, column)
        self.setFocusProxy(self._scroll)
        self._layout.addWidget(self._scroll)


class GuidePage(QWidget):
    """The guide that comes along, one Markdown file a chapter."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("page")
        self._files = sorted(resource("guide").glob("*.md"))
        self._chapters = QListWidget()
        self._chapters.setFixedWidth(220)
        self._text = QTextBrowser()
        self._text.setOpenExternalLinks(True)
        self._text.setLineWrapMode(QTextBrowser.LineWrapMode.FixedPixelWidth)
        self._text.setLineWrapColumnOrWidth(READABLE_PX)
        self._chapters.setStyleSheet("QListWidget::item { padding: 6px 8px; }")
        self._text.setStyleSheet("background: transparent; padding: 8px 20px; font-size: 14px;")
        for file in self._files:
            first = file.read_text(encoding="utf-8").splitlines()[0]
            self._chapters.addItem(first.lstrip("# "))
        self._chapters.currentRowChanged.connect(self._show)
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 16, 16, 16)
        row.setSpacing(12)
        row.addWidget(self._chapters)
        row.addWidget(self._text, 1)
        self._chapters.setCurrentRow(0)
        self.setFocusProxy(self._chapters)

    def _show(self, row: int) -> None:
        self._text.setMarkdown(self._files[row].read_text(encoding="utf-8"))
        _give_air(self._text.document())


class AboutPage(QWidget):
    """Name, version, licence."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("page")
        column = QVBoxLayout(self)
        column.setAlignment(Qt.AlignmentFlag.AlignCenter)
        column.setSpacing(8)
        lines = (
            ("Atelier", "title"),
            (self.tr("Version {}").format(__version__), "muted"),
            (self.tr("Pictures, music and patterns with networks of your own."), ""),
            (self.tr("Nothing leaves this computer. Apache License 2.0."), "muted"),
        )
        for words, tone in lines:
            line = label(words, tone)
            line.setAlignment(Qt.AlignmentFlag.AlignCenter)
            column.addWidget(line)


def _give_air(document: QTextDocument) -> None:
    """Room between paragraphs and lines, which Markdown leaves to whoever shows it."""
    cursor, block = QTextCursor(document), document.begin()
    while block.isValid():
        style = QTextBlockFormat(block.blockFormat())
        is_row, is_head = block.textList() is not None, style.headingLevel() > 0
        style.setBottomMargin(BELOW_ROW_PX if is_row else BELOW_PX)
        style.setTopMargin(ABOVE_HEAD_PX if is_head else 0)
        if not style.hasProperty(QTextBlockFormat.Property.BlockCodeFence.value) and not is_head:
            kind = QTextBlockFormat.LineHeightTypes.ProportionalHeight
            style.setLineHeight(LINE_HEIGHT, kind.value)
        following = block.next()
        if is_row and (not following.isValid() or following.textList() is None):
            style.setBottomMargin(BELOW_PX)
        cursor.setPosition(block.position())
        cursor.setBlockFormat(style)
        block = following


def _sheet(title: str, rows: list[tuple[str, str]]) -> QFrame:
    card = QFrame()
    card.setObjectName("card")
    grid = QGridLayout(card)
    grid.setContentsMargins(16, 14, 16, 14)
    grid.setVerticalSpacing(3)
    grid.addWidget(label(title.upper(), "head"), 0, 0, 1, 2)
    for number, (text, keys) in enumerate(rows, start=1):
        grid.addWidget(label(text), number, 0)
        shown = label(keys, "muted")
        shown.setStyleSheet(KEY_STYLE)
        grid.addWidget(shown, number, 1, Qt.AlignmentFlag.AlignRight)
    grid.setColumnStretch(0, 1)
    return card
