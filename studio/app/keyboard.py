"""Where the keyboard goes: Tab reads the window as eyes do, F6 steps from area to area.

Qt's own order is that in which widgets were made, which nobody can see.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Protocol

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QLayout,
    QMainWindow,
    QScrollArea,
    QWidget,
)

from studio.app.pages import Pages
from studio.ui.notice import Notice
from studio.ui.rail import Rail
from studio.ui.status_line import StatusLine

WHOLE = (QComboBox, QAbstractSpinBox)  # their parts are nobody's business


class TabbedWindow(QMainWindow):
    """A window in which Tab goes in the order that is seen."""

    def focusNextPrevChild(self, next: bool) -> bool:
        centre = self.centralWidget()
        return centre is not None and go_on(centre, forward=next)


class HasAreas(Protocol):
    """What F6 needs of the window."""

    pages: Pages
    notice: Notice
    rail: Rail
    status: StatusLine


def go_to_area(window: HasAreas, *, forward: bool) -> None:
    """To a question first, else from area to area: document, inspector, strips, bar, foot, rail."""
    panel = window.pages.panel
    history = None if panel is None or not panel.dock.is_open else panel.dock.page
    asked = [window.notice, *([history.notice] if history is not None else [])]
    if any(one.go() for one in asked if not is_in(one)):
        return
    areas: list[QWidget] = [window.pages]
    if panel is not None:
        areas = [panel.view, panel.inspector, panel.strip, panel.for_you, panel.bar]
        areas[1:1] = [history] if history is not None else []
    next_area([*areas, window.status, window.rail], forward=forward)


def go_to_document(window: HasAreas) -> None:
    """The keyboard to what is made: canvas, notes or repeat."""
    if window.pages.panel is not None:
        go_to(window.pages.panel.view)


def stops(root: QWidget) -> list[QWidget]:
    """What takes Tab, in the order in which it lies on the page."""
    return [one for one in _all_in_order(root) if _takes_tab(one)]


def go_on(root: QWidget, *, forward: bool) -> bool:
    """From what has the keyboard to the next stop, around the end; whether there is one."""
    order, now = stops(root), QApplication.focusWidget()
    if not order:
        return False
    at = _place_of(now, order, root)
    if at is None:
        target = order[0 if forward else -1]
    elif now is order[at]:
        target = order[(at + (1 if forward else -1)) % len(order)]
    else:
        target = order[at if forward else at - 1]
    go_to(target, Qt.FocusReason.TabFocusReason if forward else Qt.FocusReason.BacktabFocusReason)
    return True


def go_to(target: QWidget, reason: Qt.FocusReason = Qt.FocusReason.ShortcutFocusReason) -> None:
    """Give it the keyboard, and scroll to where it is."""
    target.setFocus(reason)
    above = target.parentWidget()
    while above is not None:
        if isinstance(above, QScrollArea):
            above.ensureWidgetVisible(target, 8, 8)
        above = above.parentWidget()


def next_area(areas: Sequence[QWidget], *, forward: bool) -> None:
    """From the area that has the keyboard to the next one that can be entered."""
    entered = [(area, first) for area in areas if (first := _entrance(area)) is not None]
    inside = [at for at, (area, _) in enumerate(entered) if is_in(area)]
    if not entered:
        return
    at = inside[-1] + (1 if forward else -1) if inside else 0 if forward else -1
    go_to(entered[at % len(entered)][1])


def is_in(area: QWidget) -> bool:
    """Whether something in an area has the keyboard."""
    now = QApplication.focusWidget()
    return now is not None and _holds(area, now)


def _entrance(area: QWidget) -> QWidget | None:
    return next(iter(stops(area)), None) if area.isVisible() else None


def _holds(area: QWidget, widget: QWidget) -> bool:
    return area is widget or area.isAncestorOf(widget)


def _place_of(now: QWidget | None, order: list[QWidget], root: QWidget) -> int | None:
    """Of what has the keyboard, else of the first stop that lies behind it."""
    if now is None or not _holds(root, now):
        return None
    if now in order:
        return order.index(now)
    behind = False
    for one in _all_in_order(root):
        if behind and one in order:
            return order.index(one)
        behind = behind or one is now
    return 0


def _takes_tab(widget: QWidget) -> bool:
    tabs = bool(widget.focusPolicy().value & Qt.FocusPolicy.TabFocus.value)
    return tabs and widget.isVisible() and widget.isEnabled() and widget.focusProxy() is None


def _all_in_order(widget: QWidget) -> Iterator[QWidget]:
    """A widget and all within it: what is laid out first, as it is laid out, then what floats."""
    yield widget
    if isinstance(widget, WHOLE):
        return
    layout = widget.layout()
    laid = list(_in_layout(layout)) if layout is not None else []
    known = set(map(id, laid))
    floating = [one for one in widget.children() if isinstance(one, QWidget)]
    for one in (*laid, *(one for one in floating if id(one) not in known)):
        if not one.isWindow():
            yield from _all_in_order(one)


def _in_layout(layout: QLayout) -> Iterator[QWidget]:
    for place in range(layout.count()):
        item = layout.itemAt(place)
        if item is None:
            continue
        if (inside := item.widget()) is not None:
            yield inside
        elif (below := item.layout()) is not None:
            yield from _in_layout(below)
