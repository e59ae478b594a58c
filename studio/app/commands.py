"""Every command of the studio with its menu, shortcut and icon."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtGui import QKeySequence

from studio.app import keyboard
from studio.app.dropping import Dropping
from studio.app.menus import Command
from studio.app.project_actions import ProjectActions
from studio.ui.for_you import ForYouStrip
from studio.ui.latent_panel import LatentPanel
from studio.ui.rail import Place

MENUS = ("File", "Edit", "Model", "View", "Help")
Standard = QKeySequence.StandardKey


def tr(text: str) -> str:
    return QCoreApplication.translate("Commands", text)


class Commanded(keyboard.HasAreas, Protocol):
    """What the commands need of the window."""

    project: ProjectActions
    dropping: Dropping

    def show_page(self, name: str) -> None: ...
    def show_shortcuts(self) -> None: ...
    def windowState(self) -> Qt.WindowState: ...
    def setWindowState(self, state: Qt.WindowState, /) -> None: ...
    def close(self) -> bool: ...


def all_commands(window: Commanded, places: list[Place]) -> list[Command]:
    """The whole menu bar, but for what a panel brings along."""
    return [
        *file_commands(window),
        *edit_commands(window),
        *model_commands(window),
        *view_commands(window, places),
        *help_commands(window),
    ]


def _nothing() -> None:
    """For an entry that only opens a menu of its own."""


def _going(window: Commanded, name: str) -> Callable[[], None]:
    return lambda: window.show_page(name)


def _full_screen(window: Commanded) -> Callable[[], None]:
    return lambda: window.setWindowState(window.windowState() ^ Qt.WindowState.WindowFullScreen)


def _quit(window: Commanded) -> Callable[[], None]:
    def close() -> None:
        window.close()

    return close


def file_commands(window: Commanded) -> list[Command]:
    project, on_panel = window.project, window.pages.on_panel
    return [
        Command("File", tr("New project"), project.new, (Standard.New,), "plus"),
        Command("File", tr("Open project…"), project.open, (Standard.Open,), "folder"),
        Command("File", tr("Open recent"), _nothing, fill=project.fill_recent),
        Command("File", tr("Save project"), project.save, (Standard.Save,), "save"),
        Command("File", tr("Save project as…"), project.save_as, ("Ctrl+Shift+S",)),
        Command(
            "File", tr("Bring back an exported file…"), window.dropping.browse_works,
            ("Ctrl+Shift+O",), "image",
        ),
        Command(
            "File", tr("Export…"), on_panel(LatentPanel.export), ("Ctrl+Shift+E",), "export",
            needs_panel=True, separator=True,
        ),
        Command(
            "File", tr("Export starred…"), on_panel(lambda panel: panel.starred.ask()),
            ("Ctrl+E",), "star", needs_panel=True,
        ),
        Command("File", tr("Quit"), _quit(window), ("Ctrl+Q",), separator=True),
    ]  # fmt: skip


def edit_commands(window: Commanded) -> list[Command]:
    on_panel = window.pages.on_panel
    return [
        Command(
            "Edit", tr("Undo"), on_panel(LatentPanel.undo), (Standard.Undo,), "undo",
            needs_panel=True,
        ),
        Command(
            "Edit", tr("Redo"), on_panel(LatentPanel.redo), ("Ctrl+Shift+Z", "Ctrl+Y"), "redo",
            needs_panel=True,
        ),
        Command(
            "Edit", tr("History of results"), on_panel(lambda panel: panel.dock.toggle()), ("H",),
            "tree", needs_panel=True, separator=True,
        ),
        Command(
            "Edit", tr("Give it a star, or take it off"), on_panel(lambda panel: panel.dock.star()),
            ("S",), "star", needs_panel=True,
        ),
        Command(
            "Edit", tr("Settings"), lambda: window.show_page("settings"), ("Ctrl+,",), "settings",
            separator=True,
        ),
    ]  # fmt: skip


def model_commands(window: Commanded) -> list[Command]:
    on_panel = window.pages.on_panel
    return [
        Command("Model", tr("Generate"), on_panel(LatentPanel.generate), ("Space",), "play",
                needs_panel=True),
        Command("Model", tr("Another seed"), on_panel(LatentPanel.dice), ("R",), "dice",
                needs_panel=True),
        *(
            Command("Model", text, on_panel(_choosing(verb)), (keys,), needs_panel=True,
                    separator=verb == "vary")
            for verb, text, keys in (
                ("vary", tr("Vary"), "Shift+V"),
                ("breed", tr("Breed"), "Shift+B"),
                ("morph", tr("Morph"), "Shift+M"),
            )
        ),
        *taste_commands(window),
        Command("Model", tr("Make it a parent, or not"),
                on_panel(lambda panel: panel.strip.toggle_parent(panel.history.value)),
                ("K",), needs_panel=True),
        *(
            Command("Model", text, on_panel(_locking(group)), (f"F{number}",), needs_panel=True,
                    separator=number == 2)
            for number, group, text in (
                (2, "coarse", tr("Lock shape or harmony")),
                (3, "middle", tr("Lock parts or beats")),
                (4, "fine", tr("Lock colour or voices")),
            )
        ),
        *(
            Command("Model", text, on_panel(act), (keys,), needs_panel=True)
            for text, act, keys in (
                (tr("Re-roll the rest"), LatentPanel.reroll, "Shift+R"),
                (tr("Re-roll the rest at once"), lambda panel: panel.reroll(instant=True),
                 "Ctrl+Shift+R"),
                (tr("Clear the lock"), lambda panel: panel.clear_region(), "Ctrl+Shift+D"),
            )
        ),
        Command("Model", tr("Reset the sliders"), on_panel(LatentPanel.reset_sliders),
                ("Shift+0",), needs_panel=True),
        Command("Model", tr("Bring a file of yours into it…"),
                on_panel(lambda panel: panel.finding.browse()), ("Ctrl+Shift+F",), "folder-in",
                needs_panel=True),
        Command("Model", tr("Eight others"), on_panel(lambda panel: panel.explore.more()),
                ("M",), "shuffle", needs_panel=True),
        Command("Model", tr("Choose a model…"), on_panel(lambda panel: panel.bar.model.showMenu()),
                ("Ctrl+M",), "model", needs_panel=True, separator=True),
        Command("Model", tr("Train on a folder…"), lambda: window.show_page("train"), ("Ctrl+T",),
                "train"),
    ]  # fmt: skip


def _guesses(panel: LatentPanel) -> ForYouStrip:
    """The strip of guesses, in sight: an open history stands in its place."""
    if panel.dock.is_open:
        panel.dock.toggle()
    return panel.for_you


def taste_commands(window: Commanded) -> list[Command]:
    """Likes, and what is guessed by them."""
    on_panel = window.pages.on_panel
    return [
        Command("Model", tr("For you"), on_panel(lambda panel: _guesses(panel).go()), ("Shift+Y",),
                needs_panel=True),
        Command("Model", tr("Eight other guesses"),
                on_panel(lambda panel: _guesses(panel).show_others()), ("Shift+G",), "refresh",
                needs_panel=True),
        Command("Model", tr("Like it"), on_panel(lambda panel: panel.judge(True)), ("Y",),
                "heart", needs_panel=True),
        Command("Model", tr("Dislike it"), on_panel(lambda panel: panel.judge(False)), ("N",),
                "close", needs_panel=True),
        Command("Model", tr("Forget what I liked of this model"),
                on_panel(lambda panel: panel.liking.forget(panel.history.value.recipe.model)),
                needs_panel=True),
    ]  # fmt: skip


def _choosing(verb: str) -> Callable[[LatentPanel], None]:
    return lambda panel: panel.explore.verbs.choose(verb)


def _locking(group: str) -> Callable[[LatentPanel], None]:
    return lambda panel: panel.explore.locks.toggle(group)


def view_commands(window: Commanded, places: list[Place]) -> list[Command]:
    pages = [
        Command("View", place.title, _going(window, place.name), (place.shortcut,), place.icon)
        for place in places
    ]
    return [
        *pages,
        Command("View", tr("Next area"), lambda: keyboard.go_to_area(window, forward=True), ("F6",),
                separator=True),
        Command("View", tr("Area before"), lambda: keyboard.go_to_area(window, forward=False),
                ("Shift+F6",)),
        Command("View", tr("To the document"), lambda: keyboard.go_to_document(window), ("Alt+0",)),
        Command("View", tr("Full screen"), _full_screen(window), ("F11",), separator=True),
    ]  # fmt: skip


def help_commands(window: Commanded) -> list[Command]:
    return [
        Command("Help", tr("Guide"), _going(window, "guide"), (), "book"),
        Command("Help", tr("Keyboard shortcuts"), window.show_shortcuts, ("F1",), "keyboard"),
        Command(
            "Help",
            tr("About Atelier"),
            _going(window, "about"),
            (),
            "about",
            separator=True,
        ),
    ]
