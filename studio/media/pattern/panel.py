"""The page of patterns: the repeat, the tile's size, and what all media share."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QWidget

from studio.core.history import History
from studio.core.kind import MediumKind
from studio.core.latent import Option
from studio.core.lattice import BLOCK, lattice_in
from studio.media.pattern.choices import laid_out
from studio.media.pattern.document import REPEAT, REPEATS, Tile, asked_by, made_for
from studio.media.pattern.repeat_view import RepeatView
from studio.media.pattern.seam import seam_work
from studio.media.pattern.shape_view import ShapePicker
from studio.ui import theme
from studio.ui.context import StudioContext
from studio.ui.jobs import Job
from studio.ui.latent_panel import LatentPanel
from studio.ui.mask_painter import MaskPainter
from studio.ui.mask_region import MaskRegion
from studio.ui.widgets import Chip, label, tip

ZOOM_STEP = 1.25


class Panel(LatentPanel):
    """Adds the sections Repeat and Tile size."""

    view: RepeatView

    def __init__(self, kind: MediumKind, context: StudioContext, history: History[Tile]) -> None:
        self.painter = MaskPainter(wraps=True)
        view = RepeatView(self.painter, measure=self._measure_seam)
        super().__init__(kind, context, history, view)
        self.marking = marking = MaskRegion(
            self.painter, self.region, wraps=True, repeat_of=lambda tile: made_for(tile.recipe)
        )
        self._keeping = marking.actions
        self._plain = BLOCK  # how tiles that are made for no lattice are laid out
        self.repeats = {
            name: Chip(self._title(name), tip(self._meaning(name), str(number)))
            for number, name in enumerate(REPEATS, 1)
        }
        self.shape = ShapePicker()
        self.add_section(self.tr("Repeat"), self._repeat_row(), name="repeat")
        self._size_section = self.add_section(self.tr("Tile size"), self._size_row(), name="size")
        self._actions = self._make_actions()
        self.shape.chosen.connect(self._resize)
        self.shape.pointed.connect(self._show_size)
        self.maker.failed.connect(lambda _: self._show_controls(self.history.value))
        history.on_change.append(self._show_controls)
        self._show_controls(history.value)

    def choose_repeat(self, repeat: str) -> None:
        """Lay the tile out in another way; one that would show a seam there is made anew."""
        self.repeats[repeat].setChecked(True)
        if asked_by(repeat) is None:
            self._plain = repeat
        if self._has_to_be_made(repeat):
            self.play(self._title(repeat), "repeat")
        else:
            self.history.apply(replace(self.history.value, repeat=repeat), self._title(repeat))

    def merge(self, new_document: Any, old_document: Any) -> Any:
        """In the layout that it was made for; if for none, as such tiles are laid out now."""
        if new_document is old_document:
            return new_document
        return laid_out(new_document, self._plain)

    def options(self) -> dict[str, Option | None]:
        across, down = self.shape.shape
        chosen = next(name for name, chip in self.repeats.items() if chip.isChecked())
        return {"tiles_x": across, "tiles_y": down, REPEAT: asked_by(chosen)}

    def show_document(self, document: Any) -> None:
        """A variation pointed at is shown in the repeat that is chosen."""
        self.view.show_document(self.merge(document, self.history.value))

    def _has_to_be_made(self, repeat: str) -> bool:
        """Whether the tile, or the one on its way, was made for another lattice than this.

        False where there is no tile yet, or where its model is not here.
        """
        tile, wanted, entry = self.history.value, self.maker.wanted, self.bar.model.entry
        recipes = [wanted.recipe] if wanted is not None else []
        recipes += [tile.recipe] if tile.pixels else []
        if entry is None or not recipes or recipes[0].model != entry.header.id:
            return False
        return any(made_for(one) != lattice_in(repeat) for one in recipes)

    def menu_actions(self) -> dict[str, list[QAction]]:
        return self._actions

    def _measure_seam(self, tile: Tile, tell: Callable[[Any], None]) -> None:
        job = Job("seam", lambda: seam_work(tile), self, on_result=tell)
        self.context.jobs.submit(job, replaces="seam")

    def _title(self, repeat: str) -> str:
        titles = {
            "block": self.tr("Block"),
            "half-drop": self.tr("Half-drop"),
            "brick": self.tr("Brick"),
            "mirror": self.tr("Mirror"),
        }
        return titles[repeat]

    def _meaning(self, repeat: str) -> str:
        meanings = {
            "block": self.tr("Tiles side by side and one below the other"),
            "half-drop": self.tr("Every other column half a tile lower"),
            "brick": self.tr("Every other row half a tile to the side"),
            "mirror": self.tr("Every other tile turned over, so that edges meet themselves"),
        }
        return meanings[repeat]

    def _repeat_row(self) -> QWidget:
        holder = QWidget()
        row = QHBoxLayout(holder)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(5)
        group = QButtonGroup(self)
        for name, chip in self.repeats.items():
            group.addButton(chip)
            row.addWidget(chip)
            chip.clicked.connect(partial(self.choose_repeat, name))
        row.addStretch(1)
        return holder

    def _size_row(self) -> QWidget:
        holder = QWidget()
        row = QHBoxLayout(holder)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(14)
        row.addWidget(self.shape)
        note = label(
            self.tr(
                "In cells of the model. A larger tile repeats less often:"
                " more of the same texture, no new seam."
            ),
            "note",
        )
        note.setWordWrap(True)
        row.addWidget(note, 1, Qt.AlignmentFlag.AlignTop)
        return holder

    def _make_actions(self) -> dict[str, list[QAction]]:
        repeats: list[QAction] = []
        for number, name in enumerate(REPEATS, 1):
            action = QAction(theme.icon(f"repeat-{name}"), self._title(name), self)
            action.setShortcut(QKeySequence(str(number)))
            action.setToolTip(self._meaning(name))
            action.triggered.connect(partial(self.choose_repeat, name))
            repeats.append(action)
        outline = QAction(self.tr("Outline of the tile"), self, checkable=True, checked=True)
        outline.setShortcut(QKeySequence("O"))
        outline.toggled.connect(self.view.show_outline)
        views = [outline]
        for text, keys, icon, act in (
            (self.tr("Zoom in"), "Ctrl++ Ctrl+=", "zoom-in", partial(self.view.zoom, ZOOM_STEP)),
            (self.tr("Zoom out"), "Ctrl+-", "zoom-out", partial(self.view.zoom, 1 / ZOOM_STEP)),
            (self.tr("Fit"), "Ctrl+0", "fit", self.view.fit),
            (self.tr("Actual pixels"), "Ctrl+1", "actual-size", self.view.actual_size),
        ):
            action = QAction(theme.icon(icon), text, self)
            action.setShortcuts([QKeySequence(one) for one in keys.split()])
            action.triggered.connect(partial(_without_checked, act))
            views.append(action)
        self.addActions([*repeats, *views])
        return {"Repeat": repeats, "Lock": self._keeping, "View": views}

    def _resize(self, across: int, down: int) -> None:
        if self.has_result:
            self.play(self.tr("Tile size"), "size")

    def _show_controls(self, tile: Tile) -> None:
        self.repeats[tile.repeat].setChecked(True)
        if made_for(tile.recipe) == BLOCK:
            self._plain = tile.repeat  # half-drop and brick, too, in files of before
        elif asked_by(self._plain) is not None:
            self._plain = BLOCK
        if not self.is_busy:
            option = tile.recipe.option
            self.shape.show_shape(int(option("tiles_x", 1)), int(option("tiles_y", 1)))
        self._show_size(0, 0)

    def _show_size(self, across: int, down: int) -> None:
        """What is pointed at, else the present tile, in cells and pixels."""
        tile: Tile = self.history.value
        now = (int(tile.recipe.option("tiles_x", 1)), int(tile.recipe.option("tiles_y", 1)))
        across, down = (across, down) if across else now
        text = f"{across} × {down}"
        if tile.pixels:
            wide, tall = tile.pixels.width // now[0], tile.pixels.height // now[1]
            text = self.tr("{0} · {1} × {2} px").format(text, wide * across, tall * down)
        self._size_section.set_note(text)


def _without_checked(act: Any, checked: bool = False) -> None:
    """QAction.triggered brings a bool along that the views have no use for."""
    act()
