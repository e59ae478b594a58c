"""The menus: everything that can be done, with its shortcut."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QAbstractButton, QApplication, QMainWindow, QMenu, QMenuBar

from studio.ui import theme

Keys = str | QKeySequence.StandardKey


@dataclass
class Command:
    """One entry of a menu."""

    menu: str
    text: str
    slot: Callable[[], None]
    keys: tuple[Keys, ...] = ()
    icon: str = ""
    needs_panel: bool = False
    separator: bool = False
    fill: Callable[[QMenu], None] | None = None  # makes it a menu of its own, filled when it opens


@dataclass
class Menus:
    """The menu bar; a medium's own menus and entries come and go with its panel."""

    window: QMainWindow
    bar: QMenuBar
    order: tuple[str, ...]
    extra_after: str
    actions: list[tuple[Command, QAction]] = field(default_factory=list)
    _menus: dict[str, QMenu] = field(default_factory=dict)

    def fill(self, commands: list[Command]) -> None:
        """Make the fixed actions once."""
        for command in commands:
            action = QAction(command.text, self.window)
            action.setShortcuts([QKeySequence(key) for key in _all_keys(command.keys)])
            if command.icon:
                action.setIcon(theme.icon(command.icon))
            action.triggered.connect(_press_or(command))
            self.actions.append((command, action))
        self.show_panel({}, has_panel=False)

    def show_panel(self, own: dict[str, list[QAction]], *, has_panel: bool) -> None:
        """Rebuild the bar for a panel with actions of its own."""
        self.bar.clear()
        self._menus.clear()
        extra = [title for title in own if title not in self.order]
        titles = list(self.order)
        at = titles.index(self.extra_after) + 1
        for title in [*titles[:at], *extra, *titles[at:]]:
            # Alt and the first letter open what every page has.
            menu = self.bar.addMenu(f"&{title}" if title in self.order else title)
            self._menus[title] = menu
            if title in own:
                menu.addActions(own[title])
                menu.addSeparator()
            for command, action in self.actions:
                if command.menu == title:
                    if command.separator:
                        menu.addSeparator()
                    action.setEnabled(has_panel or not command.needs_panel)
                    if command.fill is None:
                        menu.addAction(action)
                    else:
                        _add_filled(menu, command.text, command.fill)

    def menu(self, title: str) -> QMenu:
        return self._menus[title]

    def shortcuts(self) -> list[tuple[str, list[tuple[str, str]]]]:
        """(menu, [(text, keys)]) of everything in the bar now, for the sheet."""
        return [(title, _rows(menu)) for title, menu in self._menus.items() if _rows(menu)]


def _add_filled(menu: QMenu, text: str, fill: Callable[[QMenu], None]) -> None:
    inner = menu.addMenu(text)
    inner.aboutToShow.connect(lambda: fill(inner))


def _rows(menu: QMenu) -> list[tuple[str, str]]:
    native = QKeySequence.SequenceFormat.NativeText
    rows = []
    for action in menu.actions():
        if isinstance(inner := action.menu(), QMenu):
            rows += _rows(inner)
            continue
        text, _, hint = action.text().partition("\t")
        keys = [key.toString(native) for key in action.shortcuts() if not key.isEmpty()]
        # The system's list goes on with keys that few keyboards have, as F14 and "Undo".
        usual = keys[:1] + [key for key in keys[1:] if "+" in key]
        if keys:
            rows.append((text.replace("&", ""), "   ".join(dict.fromkeys(usual))))
        elif hint:  # a key that its view hears by itself
            rows.append((text.replace("&", ""), hint))
    return rows


def _all_keys(keys: tuple[Keys, ...]) -> list[QKeySequence]:
    found: list[QKeySequence] = []
    for key in keys:
        if isinstance(key, str):
            found.append(QKeySequence(key))
        else:
            found += QKeySequence.keyBindings(key)
    return found


def _press_or(command: Command) -> Callable[[], None]:
    """Space presses the button that has the keyboard, as everywhere, before it is a shortcut."""
    if "Space" not in command.keys:
        return command.slot

    def run() -> None:
        focused = QApplication.focusWidget()
        if isinstance(focused, QAbstractButton):
            focused.click()
        else:
            command.slot()

    return run
