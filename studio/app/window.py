"""The window: rail, pages, status; it only puts the parts together."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtGui import QCloseEvent

from studio.app import chrome, commands
from studio.app.dropping import Dropping
from studio.app.keyboard import TabbedWindow
from studio.app.leaving import Leaving
from studio.app.menus import Menus
from studio.app.pages import Pages, make_panel
from studio.app.project_actions import ProjectActions
from studio.app.session import Session
from studio.core.errors import StudioError
from studio.ui.help_pages import AboutPage, GuidePage, ShortcutsPage
from studio.ui.latent_panel import LatentPanel
from studio.ui.run_watch import RunWatch
from studio.ui.settings_page import SettingsPage
from studio.ui.status_line import StatusLine
from studio.ui.training_page import TrainingPage


class Window(TabbedWindow):
    """Atelier's one window."""

    device_changed = Signal()

    def __init__(self, session: Session, watch: RunWatch) -> None:
        super().__init__()
        self.session, self.watch = session, watch
        self.was_closed, self.last_medium = False, session.kinds[0].name
        self.project = ProjectActions(self, session)
        self.leaving = Leaving(self, session, self.project, watch)
        self.pages, self.status = Pages(), StatusLine()
        self.rail, places = chrome.make_rail(session.kinds)
        chrome.lay_out(self, self.rail, self.pages, self.status)
        self.message, self.notice = chrome.make_overlays(self.pages)
        self.dropping = Dropping(self, self)
        self._offer_pages()
        bar, self.project_name = chrome.make_top(self)
        self.menus = Menus(self, bar, commands.MENUS, "Edit")
        self.menus.fill(commands.all_commands(self, places))
        self._connect()
        self._show_title()

    def show_page(self, name: str) -> None:
        """Go to a page of the rail or of the Help menu."""
        self.pages.show_page(name)

    def open_training(self, folder: Path | None, medium: str) -> None:
        """The Train page, with a folder if there is one."""
        page = self.pages.show_page("train")
        assert isinstance(page, TrainingPage)
        page.take_folder(folder, medium or self.last_medium)

    def play_model(self, path: Path, medium: str) -> None:
        """Show a medium's panel and play a model file there."""
        panel = self.pages.show_page(medium)
        assert isinstance(panel, LatentPanel)
        try:
            panel.bar.model.choose_file(path)
        except StudioError as error:
            self.session.context.report(error)

    def show_shortcuts(self) -> None:
        """A second time goes back."""
        if self.pages.name == "shortcuts":
            self.pages.go_back()
            return
        page = self.pages.page("shortcuts")
        assert isinstance(page, ShortcutsPage)
        page.show_shortcuts(self.menus.shortcuts())
        self.show_page("shortcuts")

    def show_device(self, words: str, why: str, *, good: bool) -> None:
        """In the status and, once it is built, on the settings page."""
        self.status.show_device(words, why, good=good)
        page = self.pages.built_page("settings")
        if isinstance(page, SettingsPage):
            page.show_device(words, why, good)

    def begin(self) -> None:
        """The window is there: the panel in front may make its first result."""
        if self.pages.panel is not None:
            self.pages.panel.start()

    def _offer_pages(self) -> None:
        context, kinds, offer = self.session.context, self.session.kinds, self.pages.offer
        for kind in kinds:
            offer(kind.name, lambda kind=kind: make_panel(kind, self.session))
        offer("train", lambda: TrainingPage(kinds, context, self.watch))
        offer("settings", lambda: SettingsPage(context))
        offer("shortcuts", ShortcutsPage)
        offer("guide", GuidePage)
        offer("about", AboutPage)

    def _connect(self) -> None:
        session, status = self.session, self.status
        session.context.notify = self.message.say
        session.context.open_training = self.open_training
        session.context.errand.on_change.append(status.show_errand)
        session.changed.connect(self._show_title)
        self.rail.chosen.connect(self.show_page)
        self.pages.built.connect(self._page_built)
        self.pages.shown.connect(self._page_shown)
        self.watch.changed.connect(lambda: status.show_run(self.watch.active, self.watch.waiting))
        status.train_asked.connect(lambda: self.show_page("train"))
        status.pause_asked.connect(self.watch.pause_or_resume)

    def _page_built(self, page: object) -> None:
        if isinstance(page, LatentPanel):
            noun = page.kind.noun
            page.timed.connect(lambda seconds: self.status.show_time(seconds, noun))
        elif isinstance(page, TrainingPage):
            page.play_asked.connect(self.play_model)
        elif isinstance(page, SettingsPage):
            page.device_changed.connect(self.device_changed)
            page.likes_forgotten.connect(self.pages.forget_likes)
            page.show_device(*self.status.device)

    def _page_shown(self, name: str) -> None:
        self.rail.mark(name)
        chrome.place_overlays(self.message, self.notice, self.pages.currentWidget())
        panel = self.pages.panel
        self.menus.show_panel(panel.menu_actions() if panel else {}, has_panel=panel is not None)
        self.status.show_noun(panel.kind.noun if panel else "")
        if panel is not None:
            self.last_medium = panel.kind.name
            panel.view.setFocus()
            if self.isVisible():
                panel.start()

    def _show_title(self) -> None:
        title = self.session.title
        self.project_name.setText(title)
        self.setWindowTitle(f"{title} – Atelier")

    def _close_now(self) -> None:
        self.was_closed = True
        self.close()

    def closeEvent(self, event: QCloseEvent) -> None:
        self.was_closed = self.was_closed or self.leaving.is_simple
        event.setAccepted(self.was_closed)
        if not self.was_closed:
            self.leaving.ask(self._close_now)
