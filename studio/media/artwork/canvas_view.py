"""Shows the artwork: pan with the middle button or Space, zoom with the wheel, fit, 100 %."""

from __future__ import annotations

import numpy as np
from PIL import Image
from PySide6.QtCore import QEvent, QPoint, QRectF, Qt, QTimer, Signal
from PySide6.QtGui import (
    QKeyEvent,
    QMouseEvent,
    QPixmap,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import (
    QFrame,
    QGraphicsPixmapItem,
    QGraphicsScene,
    QGraphicsView,
    QLabel,
)

from studio.media.artwork.document import Artwork
from studio.ui import theme
from studio.ui.focus_frame import FocusFrame
from studio.ui.mask_gestures import MaskGestures, MaskItem
from studio.ui.mask_keys import MaskKeys
from studio.ui.mask_painter import MaskPainter
from studio.ui.widgets import pixmap_of

MARGIN_PX = 28
LEAST_ZOOM, MOST_ZOOM = 0.05, 64.0
STEP = 1.25
CRISP_FROM = 8.0  # from here on a person looks at pixels, not at a picture
SMOOTH_SIDE_PX = 512
QUICK_SIDE_PX = 256  # the same while one picture follows the other
REST_MS = 150
NOTCH = 120.0  # eighths of a degree in one step of a wheel


class CanvasView(QGraphicsView):
    """The picture on the darkest ground; fits until a person zooms."""

    space_tapped = Signal()
    zoomed = Signal(float)

    def __init__(self, mask: MaskPainter | None = None) -> None:
        super().__init__()
        self._mask = MaskPainter() if mask is None else mask
        self._scene = QGraphicsScene(self)
        self.setScene(self._scene)
        self._picture = QGraphicsPixmapItem()
        self._picture.setShapeMode(QGraphicsPixmapItem.ShapeMode.BoundingRectShape)
        self._scene.addItem(self._picture)
        self._mark = MaskItem(self._mask)
        self._scene.addItem(self._mark)
        self._marking = MaskGestures(
            self._mask,
            self.viewport(),
            lambda at: self.mapToScene(at.toPoint()).toTuple(),
            is_free=lambda: not self._space_down,
        )
        self._array: np.ndarray | None = None
        self._follows = False  # one picture came right after another
        self._rest = QTimer(self, singleShot=True, interval=REST_MS)
        self._rest.timeout.connect(self._draw)
        self._fits = True
        self._pan_from: QPoint | None = None
        self._space_down = self._space_used = False
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setBackgroundBrush(theme.color("document"))
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setTransformationAnchor(QGraphicsView.ViewportAnchor.NoAnchor)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        FocusFrame(self)
        MaskKeys(self._mask, self)
        self.setAccessibleName(self.tr("Canvas"))
        self._label = QLabel(self)
        self._label.setStyleSheet(
            f"background: rgba(16, 17, 20, 200); color: {theme.TOKENS['muted']};"
            "border-radius: 6px; padding: 4px 8px; font-size: 12px;"
        )
        self._label.hide()

    @property
    def zoom(self) -> float:
        """Screen points per picture pixel."""
        return self.transform().m11()

    def show_document(self, document: Artwork) -> None:
        """Show a picture; the zoom stays unless the picture's size changed."""
        before = None if self._array is None else self._array.shape
        self._array = document.pixels.array() if document.pixels else None
        self._mark.prepareGeometryChange()
        self._mask.follow(document.pixels.width, document.pixels.height)
        self._follows = self._rest.isActive()
        self._rest.start()
        if self._array is not None and before != self._array.shape:
            self.fit()
            return
        self._draw()
        if self._array is None:
            self._label.hide()
        else:
            self._update_label()

    def fit(self) -> None:
        """As large as the view allows."""
        self._fits = True
        if self._array is None:
            return
        height, width = self._array.shape[:2]
        room = self.viewport().rect().adjusted(MARGIN_PX, MARGIN_PX, -MARGIN_PX, -MARGIN_PX)
        self._set_zoom(max(LEAST_ZOOM, min(room.width() / width, room.height() / height)))
        self.centerOn(width / 2, height / 2)

    def actual_size(self) -> None:
        """One picture pixel on one pixel of the screen."""
        self._fits = False
        self._set_zoom(1 / self.devicePixelRatioF())
        self.centerOn(self._picture.sceneBoundingRect().center())

    def zoom_in(self) -> None:
        self._zoom_at(self.viewport().rect().center(), STEP)

    def zoom_out(self) -> None:
        self._zoom_at(self.viewport().rect().center(), 1 / STEP)

    def _zoom_at(self, point: QPoint, factor: float) -> None:
        """Zoom so that what lies under the point stays there."""
        if self._array is None:
            return
        self._fits = False
        before = self.mapToScene(point)
        self._set_zoom(min(MOST_ZOOM, max(LEAST_ZOOM, self.zoom * factor)))
        moved = self.mapFromScene(before) - point
        self._pan(-moved)

    def _set_zoom(self, zoom: float) -> None:
        self.resetTransform()
        self.scale(zoom, zoom)
        self._draw()
        self._update_label()
        self.zoomed.emit(zoom)

    def _pan(self, by: QPoint) -> None:
        across, down = self.horizontalScrollBar(), self.verticalScrollBar()
        across.setValue(across.value() - by.x())
        down.setValue(down.value() - by.y())

    def _draw(self) -> None:
        """Pixels as they are when looked at closely; otherwise resampled well, once, here."""
        if self._array is None:
            self._picture.setPixmap(QPixmap())
            return
        height, width = self._array.shape[:2]
        crisp = not self._fits and self.zoom >= CRISP_FROM
        is_quick = self._follows and self._rest.isActive()
        side = QUICK_SIDE_PX if is_quick else SMOOTH_SIDE_PX
        times = 1 if crisp else max(1, side // max(height, width))
        array = self._array
        if times > 1 and self.zoom > 1:
            large = (width * times, height * times)
            array = np.asarray(Image.fromarray(array).resize(large, Image.Resampling.BICUBIC))
        pixmap = pixmap_of(array)
        self._picture.setPixmap(pixmap)
        self._picture.setScale(width / pixmap.width())
        mode = Qt.TransformationMode
        self._picture.setTransformationMode(
            mode.FastTransformation if crisp else mode.SmoothTransformation
        )
        # Room around the picture, so that every corner can be panned to the middle.
        far = max(height, width) + self.viewport().width() / max(self.zoom, LEAST_ZOOM)
        room = QRectF(-far, -far, width + 2 * far, height + 2 * far)
        if room != self._scene.sceneRect():
            self._scene.setSceneRect(room)

    def _update_label(self) -> None:
        if self._array is None:
            return
        height, width = self._array.shape[:2]
        percent = round(self.zoom * self.devicePixelRatioF() * 100)
        words = f"{width} × {height} px · {percent} %"
        if words != self._label.text():
            self._label.setText(words)
            self._label.adjustSize()
        place = self.rect().bottomRight() - self._label.rect().bottomRight()
        self._label.move(place - QPoint(12, 10))
        self._label.show()

    # --- gestures ---

    def event(self, event: QEvent) -> bool:
        """Space held pans, so a tap must not be taken by the window's shortcut first."""
        if (
            event.type() == QEvent.Type.ShortcutOverride
            and isinstance(event, QKeyEvent)
            and event.key() == Qt.Key.Key_Space
            and not event.modifiers()
        ):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Space and not event.modifiers():
            if not event.isAutoRepeat():
                self._space_down, self._space_used = True, False
                self.viewport().setCursor(Qt.CursorShape.OpenHandCursor)
            return
        super().keyPressEvent(event)

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Space and self._space_down:
            if event.isAutoRepeat():
                return
            self._space_down = False
            self._marking.show_cursor()
            if not self._space_used:
                self.space_tapped.emit()
            return
        super().keyReleaseEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        left = event.button() == Qt.MouseButton.LeftButton
        if event.button() == Qt.MouseButton.MiddleButton or (left and self._space_down):
            self._pan_from = event.position().toPoint()
            self._space_used = True
            self.viewport().setCursor(Qt.CursorShape.ClosedHandCursor)
            return
        super().mousePressEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._pan_from is None:
            super().mouseMoveEvent(event)
            return
        here = event.position().toPoint()
        self._fits = False
        self._pan(here - self._pan_from)
        self._pan_from = here

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self._pan_from is not None:
            self._pan_from = None
            if self._space_down:
                self.viewport().setCursor(Qt.CursorShape.OpenHandCursor)
            else:
                self._marking.show_cursor()
            return
        super().mouseReleaseEvent(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        notches = event.angleDelta().y() / NOTCH
        if notches:
            self._zoom_at(event.position().toPoint(), STEP**notches)
        event.accept()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self._fits:
            self.fit()
        self._update_label()
