"""What a medium adds to the frame that all media share, and changes in it."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from PySide6.QtGui import QAction, QPixmap, QShowEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from studio.core.history import History
from studio.core.kind import MediumKind
from studio.core.latent import Option
from studio.ui.context import StudioContext
from studio.ui.inspector import Inspector
from studio.ui.mask_region import MaskRegion
from studio.ui.section import Section
from studio.ui.widgets import pixmap_of


class MediumPage(QWidget):
    """One medium's document with its view and the sections of its inspector."""

    def __init__(
        self, kind: MediumKind, context: StudioContext, history: History[Any], view: QWidget
    ) -> None:
        super().__init__()
        self.kind, self.context, self.history, self.view = kind, context, history, view
        self.marking: MaskRegion | None = None  # of media that have pixels
        self.sections, self.middle = QVBoxLayout(), QVBoxLayout()
        self.foot, self.inspector = QWidget(), Inspector(self.sections)  # below it, and beside it
        self.folds: dict[str, Callable[[bool], None]] = {}  # what can be folded, by name
        self._below = 1  # what stays below every section that comes: a stretch, then the last one

    def add_section(
        self, title: str, widget: QWidget, note: str = "", *, name: str, is_last: bool = False
    ) -> Section:
        """Put a section at the foot of the inspector, but above the last one.

        By its name it is remembered whether it is folded, for every medium.
        """
        section = Section(title, note, is_folded=name in self.context.settings.folded)
        section.add(widget)
        section.folded.connect(lambda on: self.context.fold(name, on))
        section.opened.connect(partial(self.inspector.show_whole, section))
        section.stepped.connect(partial(self.inspector.step_from, section))
        self.folds[name] = section.fold
        self.sections.insertWidget(self.sections.count() - self._below, section)
        self._below += is_last
        return section

    def showEvent(self, event: QShowEvent) -> None:
        """What was folded in another medium meanwhile is folded here, too."""
        super().showEvent(event)
        for name, fold in self.folds.items():
            fold(name in self.context.settings.folded)

    def merge(self, new_document: Any, old_document: Any) -> Any:
        """The new result with what a person's hand set on the old one."""
        return new_document

    def options(self) -> dict[str, Option | None]:
        """The medium's own options for the next recipe; None for one that it shall not have."""
        return {}

    def show_document(self, document: Any) -> None:
        """Show a document in the view, be it the present one or one pointed at."""
        self.view.show_document(document)  # type: ignore[attr-defined]

    def locked_region(self) -> Any:
        """The part that stays when the rest is made anew, as the generator takes it; or None."""
        return None if self.marking is None else self.marking.locked

    def clear_region(self) -> None:
        """No part stays any more."""
        if self.marking is not None:
            self.marking.clear()

    def keep(self, new_document: Any, old_document: Any) -> Any:
        """The new result with the locked part of the old one exactly as it was."""
        if self.marking is None:
            return new_document
        return self.marking.kept(new_document, old_document)

    def menu_actions(self) -> dict[str, list[QAction]]:
        """The medium's own actions by the title of their menu; View and Edit are shared ones."""
        return {}

    @property
    def has_result(self) -> bool:
        """Whether the document is more than an empty page."""
        return self.history.value != self.kind.empty()

    def picture(self, document: Any, side_px: int) -> QPixmap:
        """A small square picture of a document, sharp on this screen."""
        ratio = self.devicePixelRatioF()
        pixmap = pixmap_of(self.kind.thumbnail(document, round(side_px * ratio)))
        pixmap.setDevicePixelRatio(ratio)
        return pixmap
