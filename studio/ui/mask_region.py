"""A locked part of a picture or a tile: its tools, what they say, and the kept pixels put back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
from PySide6.QtCore import QCoreApplication
from PySide6.QtGui import QAction

from studio.core.latent import COMPOSITE
from studio.core.lattice import BLOCK
from studio.core.pixels import Pixels
from studio.core.selection import kept_over
from studio.ui.mask_chips import MaskChips
from studio.ui.mask_painter import MaskPainter
from studio.ui.region import RegionBox

ALL = 0.9995  # more than this much marked leaves nothing to make anew


def tr(text: str) -> str:
    return QCoreApplication.translate("MaskRegion", text)


class MaskRegion:
    """For documents that have pixels, a recipe and edited.

    Those that wrap do so on the lattice that repeat_of tells of a document.
    """

    def __init__(
        self,
        painter: MaskPainter,
        box: RegionBox,
        *,
        wraps: bool,
        repeat_of: Callable[[Any], str] = lambda document: BLOCK,
    ) -> None:
        self._painter, self._box = painter, box
        self._wraps, self._repeat_of = wraps, repeat_of
        self._chips = MaskChips(painter)
        box.add_controls(self._chips)
        painter.changed.connect(self._say)
        self._say()

    @property
    def actions(self) -> list[QAction]:
        """For the menu."""
        return self._chips.actions_of_menu

    @property
    def locked(self) -> np.ndarray | None:
        """bool [H, W], or None where no part is kept."""
        return self._painter.mask

    def clear(self) -> None:
        """Nothing is kept any more."""
        self._painter.clear()

    def kept(self, new: Any, old: Any) -> Any:
        """The new document with the old pixels where they are locked, byte for byte."""
        locked = self.locked
        sizes = {(one.pixels.width, one.pixels.height) for one in (new, old)}
        if locked is None or sizes != {locked.shape[::-1]} or self._painter.share > ALL:
            return new
        both = (old.pixels.array(), new.pixels.array())
        pixels = kept_over(*both, locked, self._wraps, self._repeat_of(new))
        recipe = new.recipe.with_option(COMPOSITE, True)
        return replace(new, recipe=recipe, pixels=Pixels.of(pixels), edited=old.edited)

    def _say(self) -> None:
        share = self._painter.share
        if not share:
            self._box.show_kept(tr("Mark a part to keep"), False)
        elif share > ALL:
            self._box.show_kept(tr("All is kept: free a part of it"), False, can_clear=True)
        else:
            words = tr("{} % stays exactly")
            self._box.show_kept(words.format(max(1, round(100 * share))), True)
