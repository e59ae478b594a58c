"""Small PNG pictures in memory: written with a bound on their size, read as from strangers."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QRect, Qt
from PySide6.QtGui import QImage, QImageReader, QPixmap

from studio.core.lineage import MAX_THUMBNAIL_BYTES

THUMBNAIL_PX = 96
MAX_SIDE_PX = 1024  # of a picture that is read: a larger one is no thumbnail
LEAST_SIDE_PX = 8
CACHED = 256


def png_thumbnail(array: np.ndarray, side_px: int = THUMBNAIL_PX) -> bytes:
    """uint8 [H, W, 3] as a PNG file no longer than side_px and MAX_THUMBNAIL_BYTES.

    b"" where there is no pixel. Needs no screen, so that it may run on any thread.
    """
    array = np.ascontiguousarray(array, dtype=np.uint8)
    height, width = array.shape[:2]
    if not height or not width:
        return b""
    image = QImage(array.data, width, height, 3 * width, QImage.Format.Format_RGB888)
    side_px = min(side_px, max(width, height))
    content = _written(_inside(image, side_px))
    while len(content) > MAX_THUMBNAIL_BYTES and side_px > LEAST_SIDE_PX:
        side_px = side_px * 3 // 4
        content = _written(_inside(image, side_px))
    return content


def read_png(content: bytes) -> QImage | None:
    """The picture in a PNG file; None where it is broken, too large, or no PNG at all."""
    if not content.startswith(b"\x89PNG\r\n\x1a\n"):
        return None
    buffer = QBuffer()
    buffer.setData(QByteArray(content))
    buffer.open(QIODevice.OpenModeFlag.ReadOnly)
    reader = QImageReader(buffer, QByteArray(b"png"))
    reader.setAutoDetectImageFormat(False)
    size = reader.size()  # from the head of the file, before there is room for any pixel
    if not size.isValid() or max(size.width(), size.height()) > MAX_SIDE_PX:
        return None
    image = reader.read()
    return None if image.isNull() else image


class PngCache:
    """The pixmaps of PNG files used last, each as large as it is shown; broken ones as None."""

    def __init__(self, most: int = CACHED) -> None:
        self._most = most
        self._kept: dict[tuple[bytes, int, float], QPixmap | None] = {}

    def __len__(self) -> int:
        return len(self._kept)

    def pixmap(self, content: bytes, side_px: int, ratio: float = 1.0) -> QPixmap | None:
        """The picture inside a square of side_px logical pixels on a screen of this ratio."""
        key = (content, side_px, ratio)
        if key in self._kept:
            self._kept[key] = found = self._kept.pop(key)  # the newest again
            return found
        image = read_png(content)
        found = None
        if image is not None:
            found = QPixmap.fromImage(_inside(image, round(side_px * ratio)))
            found.setDevicePixelRatio(ratio)
        self._kept[key] = found
        if len(self._kept) > self._most:
            self._kept.pop(next(iter(self._kept)))
        return found


def fitted(size_px: tuple[int, int], room: QRect) -> QRect:
    """The largest place for a picture of this width and height in the middle of a room."""
    width, height = max(1, size_px[0]), max(1, size_px[1])
    scale = min(room.width() / width, room.height() / height)
    wide, high = max(1, round(width * scale)), max(1, round(height * scale))
    left = room.left() + (room.width() - wide) // 2
    return QRect(left, room.top() + (room.height() - high) // 2, wide, high)


def _inside(image: QImage, side_px: int) -> QImage:
    place = fitted((image.width(), image.height()), QRect(0, 0, side_px, side_px))
    keep, smooth = Qt.AspectRatioMode.IgnoreAspectRatio, Qt.TransformationMode.SmoothTransformation
    return image if place.size() == image.size() else image.scaled(place.size(), keep, smooth)


def _written(image: QImage) -> bytes:
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    image.save(buffer, "PNG")  # type: ignore[call-overload]
    return bytes(buffer.data().data())
