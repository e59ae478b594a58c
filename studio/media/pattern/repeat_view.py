"""Shows the tile repeated over the whole view; pans and zooms."""

from __future__ import annotations

import math
from collections.abc import Callable

from PySide6.QtCore import QPointF, QRectF, Qt, QTimer, Signal
from PySide6.QtGui import (
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QWidget

from studio.core.lattice import lattice_in
from studio.media.pattern.document import Tile, unit_cell
from studio.media.pattern.seam import SEAM_SEEN, seam_ratio
from studio.media.pattern.sheet_view import (
    RULER_PX,
    Placement,
    Sheet,
    paint_caption,
    paint_outline,
    paint_rulers,
)
from studio.ui.focus_frame import FocusFrame
from studio.ui.mask_gestures import MaskGestures
from studio.ui.mask_keys import MaskKeys
from studio.ui.mask_painter import MaskPainter
from studio.ui.theme import color

SCALE_MIN, SCALE_MAX = 1 / 16, 32.0
ZOOM_STEP = 1.2
PAN_STEP_PX = 40
REST_MS = 150  # a tile that stays for so long gets its seam measured
_ARROWS = {
    Qt.Key.Key_Left: (1, 0),
    Qt.Key.Key_Right: (-1, 0),
    Qt.Key.Key_Up: (0, 1),
    Qt.Key.Key_Down: (0, -1),
}


class RepeatView(QWidget):
    """An endless sheet of the tile; drag pans, the wheel zooms, a double-click fits.

    measure(tile, tell) tells how visible a tile's seam is whenever it knows; without it the view
    measures for itself, which takes a while for large tiles.
    """

    scale_changed = Signal(float)

    def __init__(
        self,
        mask: MaskPainter | None = None,
        parent: QWidget | None = None,
        measure: Callable[[Tile, Callable[[float], None]], None] | None = None,
    ) -> None:
        super().__init__(parent)
        self._mask = MaskPainter(wraps=True) if mask is None else mask
        self._measure = measure
        self._rest = QTimer(self, singleShot=True, interval=REST_MS)
        self._rest.timeout.connect(lambda: measure and measure(self._tile, _teller(self)))
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        FocusFrame(self)
        self.setMinimumSize(200, 160)
        self.setAccessibleName(self.tr("Repeat of the tile"))
        self.setCursor(Qt.CursorShape.OpenHandCursor)
        self._tile, self._sheet = Tile(), None
        self._seam: float | None = 0.0  # None while it is not known
        self._place = Placement()
        self._is_fitted, self._shows_outline = True, True
        self._grabbed_at: QPointF | None = None
        # In pixels of the outlined tile; outside of it the tile goes on from its other side.
        self._marking = MaskGestures(
            self._mask,
            self,
            lambda at: ((at - self.tile_rect.topLeft()) / self._place.scale).toTuple(),
            rest=Qt.CursorShape.OpenHandCursor,
        )
        MaskKeys(self._mask, self)

    @property
    def scale(self) -> float:
        """Screen pixels per tile pixel."""
        return self._place.scale

    @property
    def tile_rect(self) -> QRectF:
        """Where the outlined tile lies in the view."""
        pixels, place = self._tile.pixels, self._place
        return QRectF(place.x, place.y, pixels.width * place.scale, pixels.height * place.scale)

    def show_document(self, tile: Tile) -> None:
        old, self._tile = self._tile, tile
        if (tile.pixels, tile.repeat) != (old.pixels, old.repeat):
            self._sheet = Sheet(unit_cell(tile)) if tile.pixels else None
            self._seam = None
            if self._measure is None:
                self._seam = seam_ratio(tile)
            else:
                self._rest.start()
        self._mask.follow(*_size(tile), lattice_in(tile.repeat))
        if _size(tile) != _size(old):
            self.fit()
        self.setAccessibleDescription(self.caption())
        self.update()

    def show_outline(self, shown: bool) -> None:
        self._shows_outline = shown
        self.update()

    def caption(self) -> str:
        """The tile's size, how visible its seam is, and the zoom, in words."""
        if not self._tile.pixels:
            return ""
        size = self.tr("tile {0} × {1} px").format(*_size(self._tile))
        words = self.tr("a seam shows ({0:.2f})")
        if self._seam is None:
            words = self.tr("looking for a seam…")
        elif not _shows(self._seam):
            words = self.tr("no visible seam ({0:.2f})")
        seam = words.format(self._seam)
        return " · ".join((size, seam, f"{self._place.scale * 100:.0f} %"))

    def fit(self) -> None:
        """About three tiles down the view, one of them in the middle, at a whole-numbered scale."""
        self._is_fitted = True
        width, height = _size(self._tile)
        if not width:
            return
        scale = min(self.width() / 4.5 / width, self.height() / 3.2 / height)
        scale = round(scale) if scale >= 1 else 1 / math.ceil(1 / max(scale, SCALE_MIN))
        x = (self.width() + RULER_PX - width * scale) / 2
        y = (self.height() + RULER_PX - height * scale) / 2
        self._put(Placement(round(x), round(y), float(scale)))

    def zoom(self, factor: float, around: QPointF | None = None) -> None:
        """Zoom so that the sheet stays where it is at one point (default: the middle)."""
        point = around or QPointF(self.rect().center())
        scale = min(max(self._place.scale * factor, SCALE_MIN), SCALE_MAX)
        self._is_fitted = False
        self._put(self._place.scaled(scale, point.x(), point.y()))

    def actual_size(self) -> None:
        """One tile pixel on one screen pixel."""
        self.zoom(1 / self.devicePixelRatioF() / self._place.scale, self.tile_rect.center())

    def pan(self, dx: float, dy: float) -> None:
        self._is_fitted = False
        self._put(self._place.moved(dx, dy))

    def _put(self, place: Placement) -> None:
        before, self._place = self._place, place
        if place.scale != before.scale:
            self.setAccessibleDescription(self.caption())
            self.scale_changed.emit(place.scale)
        self.update()

    def _bring_outline_back(self) -> None:
        """The sheet has no end: an outline that left the view comes back by whole cells."""
        if self._sheet is None or QRectF(self.rect()).intersects(self.tile_rect):
            return
        width, height = (side * self._place.scale for side in self._sheet.size)
        away = QPointF(self.rect().center()) - self.tile_rect.center()
        across, down = round(away.x() / width) * width, round(away.y() / height) * height
        self._put(self._place.moved(across, down))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        if self._sheet is None:
            painter.fillRect(self.rect(), color("document"))
        else:
            self._sheet.paint(painter, self.rect(), self._place)
            if self._shows_outline:
                paint_outline(painter, self.tile_rect)
            painter.save()
            painter.translate(self.tile_rect.topLeft())
            painter.scale(self._place.scale, self._place.scale)
            self._mask.paint(painter)
            painter.restore()
            paint_rulers(painter, self.rect(), self._place, _size(self._tile))
            colour = "caution" if _shows(self._seam) else "text"
            paint_caption(painter, self.rect(), self.caption(), colour)
        painter.end()

    def resizeEvent(self, event: QResizeEvent) -> None:
        if self._is_fitted:
            self.fit()

    def wheelEvent(self, event: QWheelEvent) -> None:
        if turn := event.angleDelta().y():
            self.zoom(ZOOM_STEP ** (turn / 120), event.position())
        event.accept()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() in (Qt.MouseButton.LeftButton, Qt.MouseButton.MiddleButton):
            self._grabbed_at = event.position()
            self.setCursor(Qt.CursorShape.ClosedHandCursor)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._grabbed_at is not None:
            step = event.position() - self._grabbed_at
            self._grabbed_at = event.position()
            self.pan(step.x(), step.y())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self._grabbed_at is not None:
            self._grabbed_at = None
            self._marking.show_cursor()
            self._bring_outline_back()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self.fit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if (step := _ARROWS.get(Qt.Key(event.key()))) is None:
            super().keyPressEvent(event)
            return
        self.pan(step[0] * PAN_STEP_PX, step[1] * PAN_STEP_PX)
        self._bring_outline_back()


def _size(tile: Tile) -> tuple[int, int]:
    return tile.pixels.width, tile.pixels.height


def _shows(seam: float | None) -> bool:
    return seam is not None and seam > SEAM_SEEN


def _teller(view: RepeatView) -> Callable[[float], None]:
    """Takes the seam of the tile that is there now, for as long as it is."""
    tile = view._tile

    def tell(seam: float) -> None:
        if tile is view._tile:
            view._seam = seam
            view.setAccessibleDescription(view.caption())
            view.update()

    return tell
