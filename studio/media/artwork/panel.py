"""The Canvas: a picture, and the latent it grew from."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtGui import QAction, QKeySequence

from studio.core.history import History
from studio.core.kind import MediumKind
from studio.media.artwork.canvas_view import CanvasView
from studio.media.artwork.document import Artwork
from studio.ui import theme
from studio.ui.context import StudioContext
from studio.ui.latent_panel import LatentPanel
from studio.ui.mask_painter import MaskPainter
from studio.ui.mask_region import MaskRegion


class Panel(LatentPanel):
    """The artwork's page."""

    def __init__(self, kind: MediumKind, context: StudioContext, history: History[Artwork]) -> None:
        self.painter = MaskPainter()
        self.canvas = CanvasView(self.painter)
        super().__init__(kind, context, history, self.canvas)
        self.marking = marking = MaskRegion(self.painter, self.region, wraps=False)
        self._keeping = marking.actions
        self.canvas.space_tapped.connect(self.generate)
        self._view_actions = [
            self._action("fit", self.tr("Fit picture"), "Ctrl+0", self.canvas.fit),
            self._action("actual-size", self.tr("100 %"), "Ctrl+1", self.canvas.actual_size),
            self._action("zoom-in", self.tr("Zoom in"), "Ctrl++", self.canvas.zoom_in),
            self._action("zoom-out", self.tr("Zoom out"), "Ctrl+-", self.canvas.zoom_out),
        ]

    def menu_actions(self) -> dict[str, list[QAction]]:
        return {"Lock": self._keeping, "View": self._view_actions}

    def _action(self, icon: str, text: str, shortcut: str, slot: Callable[[], None]) -> QAction:
        action = QAction(theme.icon(icon), text, self)
        keys = [shortcut, "Ctrl+="] if shortcut == "Ctrl++" else [shortcut]
        action.setShortcuts([QKeySequence(key) for key in keys])
        action.triggered.connect(slot)
        return action
