"""The pages of the window, each built when it is first shown."""

from __future__ import annotations

import importlib
from collections.abc import Callable

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QStackedWidget, QWidget

from studio.app.session import Session
from studio.core.kind import MediumKind
from studio.ui.latent_panel import LatentPanel
from studio.ui.training_page import TrainingPage

ASIDE = ("settings", "shortcuts", "guide", "about")  # looked at on the way to something else


class Pages(QStackedWidget):
    """Names to widgets; a panel that nobody opens costs nothing."""

    shown = Signal(str)
    built = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self._factories: dict[str, Callable[[], QWidget]] = {}
        self._built: dict[str, QWidget] = {}
        self.name = ""
        self._last = ""  # none that is aside

    def offer(self, name: str, factory: Callable[[], QWidget]) -> None:
        self._factories[name] = factory

    def show_page(self, name: str) -> QWidget:
        """Go to a page; builds it the first time."""
        page = self.page(name)
        changed = name != self.name
        self.name = name
        self.setCurrentWidget(page)
        if name in ASIDE:
            page.setFocus()  # for Escape, the arrows and Tab
        else:
            self._last = name
        if changed:
            self.shown.emit(name)
        return page

    def go_back(self) -> None:
        """From a page aside to the one before it."""
        if self.name in ASIDE and self._last:
            self.show_page(self._last)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self.name in ASIDE:
            self.go_back()
        else:
            super().keyPressEvent(event)

    def page(self, name: str) -> QWidget:
        if name not in self._built:
            self._built[name] = self._factories[name]()
            self.addWidget(self._built[name])
            self.built.emit(self._built[name])
        return self._built[name]

    def built_page(self, name: str) -> QWidget | None:
        """The page if it was shown before."""
        return self._built.get(name)

    def leave(self) -> None:
        """The studio ends: pages stop what they play."""
        for page in self._built.values():
            if isinstance(page, LatentPanel | TrainingPage):
                page.leaving.emit()

    def forget_likes(self) -> None:
        """All that was liked is forgotten: panels show none of it any more."""
        for page in self._built.values():
            if isinstance(page, LatentPanel):
                page.liking.forgotten()

    def on_panel(self, act: Callable[[LatentPanel], None]) -> Callable[[], None]:
        """A slot that acts on the panel in front, where there is one."""

        def run() -> None:
            if self.panel is not None:
                act(self.panel)

        return run

    @property
    def panel(self) -> LatentPanel | None:
        """The medium's panel that is shown, if one is."""
        page = self.currentWidget()
        return page if isinstance(page, LatentPanel) else None


def make_panel(kind: MediumKind, session: Session) -> QWidget:
    """The panel of a medium, found by the folder's name."""
    module = importlib.import_module(f"studio.media.{kind.name}.panel")
    panel = module.Panel(kind, session.context, session.histories[kind.name])
    panel.recording.follow(session.lineages[kind.name])
    return panel
