"""Everything made, newest first: point to look at it again, click to bring it back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QPixmap, QWheelEvent
from PySide6.QtWidgets import QApplication, QFrame, QHBoxLayout, QScrollArea, QVBoxLayout

from studio.ui import theme
from studio.ui.thumbnails import Thumbnail
from studio.ui.upright import UprightCaption
from studio.ui.widgets import ElidedLabel, fill_scroll, label

KEPT = 120
SIDE_PX = 76


@dataclass
class Kept:
    document: Any
    gesture: object
    thumbnail: Thumbnail
    is_stale: bool = False  # its picture is that of an earlier step of a drag


class Strip(QFrame):
    """A row of thumbnails. picture(document, side_px) draws one."""

    chosen = Signal(object)
    pointed = Signal(object)  # a document, or None when the pointer leaves
    parents_changed = Signal()
    judged = Signal(object, bool)  # a document, and whether it is liked

    def __init__(self, picture: Callable[[Any, int], QPixmap], empty_text: str) -> None:
        super().__init__()
        self.setObjectName("strip")
        self.setFixedHeight(theme.STRIP_PX)
        self._picture = picture
        self._kept: list[Kept] = []
        self._chosen: list[Kept] = []  # parents
        self._shows_parents = False  # also those that nobody chose
        self._opinion: Callable[[Any], bool | None] = lambda _: None
        self._row = QHBoxLayout()
        self._row.setContentsMargins(0, 0, 12, 0)
        self._row.setAlignment(Qt.AlignmentFlag.AlignTop)  # a scroll bar moves nothing
        self._row.setSpacing(8)
        self._empty = label(empty_text, "muted")
        self._row.addWidget(self._empty)
        self._row.addStretch(1)
        self._scroll = QScrollArea()
        fill_scroll(self._scroll, self._row)
        self._scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._scroll.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._scroll.viewport().installEventFilter(self)
        self.words = ElidedLabel("note")  # of the one pointed at, where they cover no picture
        self.words.setFixedHeight((theme.STRIP_PX - SIDE_PX) // 2 - 1)
        column = QVBoxLayout()
        column.setSpacing(0)
        column.addWidget(self.words)
        column.addWidget(self._scroll, 1)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(6, 1, 0, 0)
        layout.setSpacing(4)
        layout.addWidget(UprightCaption(self.tr("MADE")))
        layout.addLayout(column, 1)

    @property
    def documents(self) -> list[Any]:
        """Newest first."""
        return [kept.document for kept in self._kept]

    def add(self, document: Any, gesture: object = None, *, is_live: bool = False) -> None:
        """Put a result in front; results of one gesture share a place.

        While is_live the picture of that place is not drawn again before catch_up.
        """
        if self._kept and gesture is not None and self._kept[0].gesture == gesture:
            self._kept[0].document, self._kept[0].is_stale = document, True
            if not is_live:
                self.catch_up()
        else:
            self._insert(document, gesture)
        self._show_badges()
        self.parents_changed.emit()
        self.mark(document)

    def catch_up(self) -> None:
        """Draw what a drag left undrawn."""
        for kept in self._kept[:1]:
            if kept.is_stale:
                kept.is_stale = False
                kept.thumbnail.show_pixmap(self._picture(kept.document, SIDE_PX))

    @property
    def parents(self) -> list[Any]:
        """What was chosen to breed or morph, in the order of choosing; else the last two."""
        chosen = [kept.document for kept in self._chosen]
        return chosen if len(chosen) > 1 else self._last_two(chosen)

    def toggle_parent(self, document: Any) -> None:
        """Choose a result as a parent, or no longer."""
        for kept in self._kept:
            if kept.document == document:
                self._toggle(kept)
                return

    def show_parents(self, on: bool) -> None:
        """Number what is bred or morphed, also where nobody chose it; else only what was chosen."""
        self._shows_parents = on
        self._show_badges()

    def mark(self, document: Any) -> None:
        """Show which result is in the document, by its recipe."""
        recipe = getattr(document, "recipe", None)
        found = False
        for kept in self._kept:
            is_this = not found and kept.document.recipe == recipe
            found = found or is_this
            kept.thumbnail.setChecked(is_this)

    def show_opinions(self, opinion: Callable[[Any], bool | None]) -> None:
        """Hearts and crosses, by what was clicked; on what comes later, too."""
        self._opinion = opinion
        for kept in self._kept:
            kept.thumbnail.show_opinion(opinion(kept.document))

    def clear(self) -> None:
        """Forget everything, as for another project."""
        for kept in self._kept:
            kept.thumbnail.hide()  # gone at once, whenever Qt deletes it
            kept.thumbnail.deleteLater()
        self._kept.clear()
        self._chosen.clear()
        self._empty.show()
        self.parents_changed.emit()

    def _insert(self, document: Any, gesture: object) -> None:
        self._empty.hide()
        thumbnail = Thumbnail(SIDE_PX, can_be_judged=True)
        thumbnail.show_pixmap(self._picture(document, SIDE_PX))
        thumbnail.show_opinion(self._opinion(document))
        thumbnail.setAccessibleName(self.tr("Seed {}").format(document.recipe.latent.seed))
        thumbnail.setAccessibleDescription(
            self.tr("Click to bring it back, Ctrl and a click to make it a parent")
        )
        kept = Kept(document, gesture, thumbnail)
        thumbnail.clicked.connect(lambda: self._clicked(kept))
        thumbnail.judged.connect(lambda liked: self.judged.emit(kept.document, liked))
        thumbnail.pointed.connect(lambda on: self._point(kept, on))
        self.catch_up()
        self._kept.insert(0, kept)
        self._row.insertWidget(0, thumbnail)
        for old in self._kept[KEPT:]:
            old.thumbnail.deleteLater()
        del self._kept[KEPT:]
        self._chosen = [one for one in self._chosen if one in self._kept]
        self._scroll.horizontalScrollBar().setValue(0)

    def _point(self, kept: Kept, on: bool) -> None:
        name = self.tr("Seed {}").format(kept.document.recipe.latent.seed)
        self.words.setText(f"{name} · {kept.thumbnail.accessibleDescription()}" if on else "")
        self.pointed.emit(kept.document if on else None)

    def _clicked(self, kept: Kept) -> None:
        if QApplication.keyboardModifiers() & Qt.KeyboardModifier.ControlModifier:
            self._toggle(kept)
        else:
            self.chosen.emit(kept.document)

    def _toggle(self, kept: Kept) -> None:
        if kept in self._chosen:
            self._chosen.remove(kept)
        else:
            self._chosen.append(kept)
        self._show_badges()
        self.parents_changed.emit()

    def _show_badges(self) -> None:
        """Full circles for what was chosen, rings for what is taken by itself."""
        taken = self.parents if self._shows_parents else [one.document for one in self._chosen]
        for kept in self._kept:
            numbers = [at for at, one in enumerate(taken, start=1) if one is kept.document]
            words = str(numbers[0]) if numbers else ""
            kept.thumbnail.show_badge(words, is_sure=kept in self._chosen)

    def _last_two(self, first: list[Any]) -> list[Any]:
        """The one chosen parent and the newest others, or just the newest two, oldest first."""
        others = [kept.document for kept in self._kept if kept.document not in first]
        return [*first, *reversed(others[: 2 - len(first)])]

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """The wheel runs along the strip."""
        if isinstance(event, QWheelEvent):
            bar = self._scroll.horizontalScrollBar()
            bar.setValue(bar.value() - event.angleDelta().y() - event.angleDelta().x())
            return True
        return super().eventFilter(watched, event)
