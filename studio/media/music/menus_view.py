"""What the Notes and View menus hold for the piano roll, each line with its shortcut."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMenu, QWidget

from studio.media.music import edits
from studio.media.music.document import DRUMS, TRACKS
from studio.media.music.tools_view import RollWithTools
from studio.media.music.transport_view import TransportView
from studio.ui import theme

HELD = {
    "": Qt.KeyboardModifier.NoModifier,
    "Shift": Qt.KeyboardModifier.ShiftModifier,
    "Ctrl": Qt.KeyboardModifier.ControlModifier,
}
Keys = str | QKeySequence.StandardKey


@dataclass(frozen=True)
class Line:
    """A line of a menu; a line without text separates."""

    text: str = ""
    keys: tuple[Keys, ...] = ()
    act: Callable[[], object] = lambda: None
    icon: str = ""


class RollActions:
    """Builds the actions once, for a panel that owns them."""

    def __init__(self, owner: QWidget, view: RollWithTools, transport: TransportView) -> None:
        self._owner, self._view, self._transport = owner, view, transport
        self.menus = {
            "Notes": [
                *(self._action(line) for line in (*self._playing(), *self._editing())),
                self._nudging(),
                *(self._action(line) for line in (Line(), *self._tracks())),
            ],
            "View": [self._action(line) for line in self._looking()],
        }

    def quantise(self) -> None:
        """The selection, or with none the whole track, onto the grid."""
        editor = self._view.roll.editor
        if not editor.selection:
            editor.select_all()
        self._edit(edits.quantise, editor.grid_ticks)

    def _playing(self) -> list[Line]:
        tr, transport = self._owner.tr, self._transport
        return [
            Line(tr("Play or stop"), ("P", "Shift+Space"), transport.toggle, "play"),
            Line(tr("Loop"), ("L",), transport.loop.toggle, "loop"),
            Line(tr("To the start"), ("Home",), self._rewind, "skip-back"),
            Line(),
        ]

    def _editing(self) -> list[Line]:
        tr, tools, standard = self._owner.tr, self._view.tools, QKeySequence.StandardKey
        editor = self._view.roll.editor
        return [
            Line(tr("Select notes"), ("V",), partial(tools.choose_tool, "select"), "select"),
            Line(tr("Draw notes"), ("B",), partial(tools.choose_tool, "draw"), "pencil"),
            Line(tr("Erase notes"), ("E",), partial(tools.choose_tool, "erase"), "eraser"),
            Line(),
            Line(tr("Cut"), (standard.Cut,), self._cut, "scissors"),
            Line(tr("Copy"), (standard.Copy,), editor.copy, "copy"),
            Line(tr("Paste at the start mark"), (standard.Paste,), self._paste),
            Line(tr("Duplicate"), ("Ctrl+D",), lambda: self._edit(edits.duplicate, self._grid)),
            Line(tr("Delete"), ("Del", "Backspace"), lambda: self._edit(edits.delete), "trash"),
            Line(tr("Select all of the track"), (standard.SelectAll,), self._select_all),
            Line(tr("Quantise"), ("Q",), self.quantise, "quantise"),
            Line(),
            Line(tr("Finer grid"), ("Ctrl+]",), partial(tools.step_grid, 1)),
            Line(tr("Coarser grid"), ("Ctrl+[",), partial(tools.step_grid, -1)),
        ]

    def _nudging(self) -> QAction:
        """What the arrow keys do while the roll has the keyboard; it hears them by itself."""
        tr, roll = self._owner.tr, self._view.roll
        menu = QMenu(tr("Move and change"), self._owner)
        for text, keys, step in (
            (tr("Semitone up"), "Up", (0, 1)),
            (tr("Semitone down"), "Down", (0, -1)),
            (tr("Octave up"), "Shift+Up", (0, 1)),
            (tr("Octave down"), "Shift+Down", (0, -1)),
            (tr("Later"), "Right", (1, 0)),
            (tr("Earlier"), "Left", (-1, 0)),
            (tr("Longer"), "Shift+Right", (1, 0)),
            (tr("Shorter"), "Shift+Left", (-1, 0)),
            (tr("Louder"), "Ctrl+Up", (0, 1)),
            (tr("Softer"), "Ctrl+Down", (0, -1)),
            (tr("Select the next note"), "Ctrl+Right", (1, 0)),
            (tr("Select the note before"), "Ctrl+Left", (-1, 0)),
        ):
            native = QKeySequence(keys).toString(QKeySequence.SequenceFormat.NativeText)
            held = HELD[keys.rpartition("+")[0]]
            action = menu.addAction(f"{text}\t{native}")
            action.triggered.connect(partial(_without_checked, roll.press_arrow, step, held))
        return menu.menuAction()

    def _tracks(self) -> list[Line]:
        tr = self._owner.tr
        titles = (tr("Melody"), tr("Chords"), tr("Bass"), tr("Drums"))
        return [
            Line(tr("Edit {}").format(title.lower()), (str(number),), partial(self.activate, track))
            for number, (track, title) in enumerate(zip(TRACKS, titles, strict=True), 1)
        ]

    def _looking(self) -> list[Line]:
        tr, roll = self._owner.tr, self._view.roll
        return [
            Line(tr("Whole clip"), ("Ctrl+0", "Z"), roll.fit, "fit"),
            Line(tr("Zoom in time"), ("Ctrl++", "Ctrl+="), partial(roll.zoom_time, 1.4), "zoom-in"),
            Line(tr("Zoom out time"), ("Ctrl+-",), partial(roll.zoom_time, 1 / 1.4), "zoom-out"),
            Line(tr("Taller rows"), ("Alt++", "Alt+="), partial(roll.zoom_pitch, 1.2)),
            Line(tr("Flatter rows"), ("Alt+-",), partial(roll.zoom_pitch, 1 / 1.2)),
        ]

    def activate(self, track: str) -> None:
        """Edit a track; drums have rows of their own, so going there or back moves the view.

        The roll gets the keyboard, so that what follows is meant for its notes.
        """
        roll = self._view.roll
        self._take_keyboard()
        changes_rows = DRUMS in (track, roll.editor.track) and track != roll.editor.track
        roll.editor.activate(track)
        if changes_rows:
            roll.reveal(roll.editor.clip)
        roll.refresh()

    def _action(self, line: Line) -> QAction:
        action = QAction(line.text, self._owner)
        if not line.text:
            action.setSeparator(True)
            return action
        keys: list[QKeySequence] = []
        for key in line.keys:
            keys += [QKeySequence(key)] if isinstance(key, str) else QKeySequence.keyBindings(key)
        action.setShortcuts(keys)
        if line.icon:
            action.setIcon(theme.icon(line.icon))
        action.triggered.connect(lambda: line.act())
        self._owner.addAction(action)
        return action

    @property
    def _grid(self) -> int:
        return self._view.roll.editor.grid_ticks

    def _edit(self, change: Callable[..., edits.Edit], *more: int) -> None:
        roll = self._view.roll
        if roll.editor.selection and roll.editor.gesture is None:
            roll.perform(change(roll.editor.clip, roll.editor.selection, *more))

    def _cut(self) -> None:
        self._view.roll.editor.copy()
        self._edit(edits.delete)

    def _paste(self) -> None:
        self._view.roll.editor.paste()
        self._view.roll.refresh()

    def _select_all(self) -> None:
        self._view.roll.editor.select_all()
        self._view.roll.refresh()
        self._take_keyboard()

    def _take_keyboard(self) -> None:
        if not self._view.roll.hasFocus():
            self._view.roll.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def _rewind(self) -> None:
        roll = self._view.roll
        roll.editor.cursor_ticks = 0
        roll.cursor_moved.emit(0)
        roll.refresh()


def _without_checked(act: Callable[..., None], *values: object) -> None:
    """QAction.triggered adds a bool that nobody needs here."""
    act(*values[:2])
