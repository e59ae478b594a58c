"""The column of sections beside a document."""

from __future__ import annotations

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QScrollArea, QVBoxLayout

from studio.ui import theme
from studio.ui.section import Section
from studio.ui.widgets import fill_scroll


class Inspector(QFrame):
    """Scrolls where it is too long, and tells how much room it has whenever that changes."""

    fitted = Signal(int)  # px that are left below what is unfolded; less than 0: they lack

    def __init__(self, sections: QVBoxLayout) -> None:
        super().__init__()
        self.setObjectName("inspector")
        self.setFixedWidth(theme.INSPECTOR_PX)
        self._sections = sections
        sections.setContentsMargins(0, 0, 0, 0)
        sections.setSpacing(0)
        sections.addStretch(1)
        self._scroll = QScrollArea()
        fill_scroll(self._scroll, sections)
        self._scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        inside = QVBoxLayout(self)
        inside.setContentsMargins(1, 0, 0, 0)
        inside.addWidget(self._scroll)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Only here: what a person folds must not bring or take sliders elsewhere."""
        super().resizeEvent(event)
        self.fitted.emit(self.height() - self._open_px())

    def show_whole(self, section: Section) -> None:
        """Scroll to all of a section that was just unfolded, once it is laid out."""
        QTimer.singleShot(0, self, lambda: self._scroll.ensureWidgetVisible(section, 0, 0))

    def step_from(self, section: Section, by: int) -> None:
        """The keyboard to another title, around the ends."""
        every = self._all()
        title = every[(every.index(section) + by) % len(every)].take_keyboard()
        self._scroll.ensureWidgetVisible(title, 8, 8)

    def _all(self) -> list[Section]:
        items = map(self._sections.itemAt, range(self._sections.count()))
        found = [one.widget() for one in items if one is not None]
        return [one for one in found if isinstance(one, Section)]

    def _open_px(self) -> int:
        """What is unfolded, with what stands above it."""
        sections = self._all()
        while sections and sections[-1].is_folded:
            sections.pop()
        return sum(one.sizeHint().height() for one in sections)
