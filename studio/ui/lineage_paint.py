"""How the tree of results is drawn: pictures with their frames and badges, and the lines."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from math import cos, pi, sin

from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QFont, QFontMetrics, QPainter, QPainterPath, QPen, QPixmap, QPolygonF

from studio.ui import theme
from studio.ui.lineage_map import CAPTION_PX, GAP_X_PX, Link, TreeMap
from studio.ui.png_pictures import fitted
from studio.ui.thumbnails import RADIUS

DIMMED = 0.2
BADGE_PX = 18.0
CORNER_PX = 7.0
RING_PX = 4.0  # between a picture and the ring of the current one
WIDER_PX = 10.0  # a caption may reach so far into the gaps beside it


@dataclass(frozen=True)
class Look:
    """What shows on a result beside its picture; letter is A or B while two are compared."""

    caption: str
    letter: str = ""
    is_starred: bool = False
    is_present: bool = False
    is_current: bool = False
    is_pointed: bool = False
    is_dimmed: bool = False
    has_keyboard: bool = False


def paint_links(
    painter: QPainter, tree: TreeMap, links: Iterable[Link], traced: Collection[int]
) -> None:
    """Lines behind the pictures; those that lead to the traced results stand out."""
    first, further, way = QPainterPath(), QPainterPath(), QPainterPath()
    for link in links:
        path = way if link.child in traced else first if link.is_first else further
        if link.is_first:
            path.addPath(_rounded(_corners(tree, link)))
        else:
            _add_curve(path, tree, link)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for path, token, width in ((further, "edge", 1.0), (first, "faint", 1.5), (way, "muted", 2.0)):
        painter.setPen(QPen(theme.color(token), width))
        painter.drawPath(path)


def paint_result(
    painter: QPainter, place: QRect, pixmap: QPixmap | None, look: Look, font: QFont
) -> None:
    """One result in its square, its caption below."""
    painter.setOpacity(DIMMED if look.is_dimmed else 1.0)
    _paint_picture(painter, place, pixmap)
    painter.setOpacity(1.0)
    _paint_frames(painter, QRectF(place), look)
    if look.is_starred:
        _paint_star(painter, QRectF(place))
    if look.letter:
        _paint_letter(painter, QRectF(place), look.letter)
    _paint_caption(painter, place, look, font)


def _paint_picture(painter: QPainter, place: QRect, pixmap: QPixmap | None) -> None:
    clip = QPainterPath()
    clip.addRoundedRect(QRectF(place), RADIUS, RADIUS)
    painter.fillPath(clip, theme.color("pane"))
    if pixmap is None:
        return
    painter.save()
    painter.setClipPath(clip, Qt.ClipOperation.IntersectClip)
    painter.drawPixmap(fitted((pixmap.width(), pixmap.height()), place), pixmap)
    painter.restore()


def _paint_frames(painter: QPainter, place: QRectF, look: Look) -> None:
    painter.setBrush(Qt.BrushStyle.NoBrush)
    token = "accent" if look.is_present else "muted" if look.is_pointed else "line"
    width = 2.0 if look.is_present else 1.0
    half = width / 2
    painter.setPen(QPen(theme.color(token), width))
    painter.drawRoundedRect(place.adjusted(half, half, -half, -half), RADIUS, RADIUS)
    if look.is_current:
        ring = place.adjusted(-RING_PX, -RING_PX, RING_PX, RING_PX)
        painter.setPen(QPen(theme.color("text" if look.has_keyboard else "muted"), 1.5))
        painter.drawRoundedRect(ring, RADIUS + RING_PX - 1, RADIUS + RING_PX - 1)


def _paint_star(painter: QPainter, place: QRectF) -> None:
    circle = QRectF(place.right() - BADGE_PX - 4, place.top() + 4, BADGE_PX, BADGE_PX)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(theme.color("document", 0.82))
    painter.drawEllipse(circle)
    painter.setBrush(theme.color("text"))
    painter.drawPolygon(_star(circle.center(), 6.0))


def _paint_letter(painter: QPainter, place: QRectF, letter: str) -> None:
    circle = QRectF(place.left() + 4, place.top() + 4, BADGE_PX, BADGE_PX)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(theme.color("text"))
    painter.drawEllipse(circle)
    painter.setPen(theme.color("document"))
    painter.setFont(theme.ui_font(11, strong=True))
    painter.drawText(circle, Qt.AlignmentFlag.AlignCenter, letter)


def _paint_caption(painter: QPainter, place: QRect, look: Look, font: QFont) -> None:
    room = QRectF(place.left(), place.bottom() + 3, place.width(), CAPTION_PX - 2)
    room.adjust(-WIDER_PX, 1, WIDER_PX, 1)
    shines = look.is_current or look.is_present or look.is_pointed
    token = "faint" if look.is_dimmed else "text" if shines else "muted"
    painter.setPen(theme.color(token))
    painter.setFont(font)
    right = Qt.TextElideMode.ElideRight
    words = QFontMetrics(font).elidedText(look.caption, right, round(room.width()))
    painter.drawText(room, Qt.AlignmentFlag.AlignCenter, words)


def _star(centre: QPointF, radius: float) -> QPolygonF:
    corners = []
    for number in range(10):
        angle = -pi / 2 + number * pi / 5
        reach = radius if number % 2 == 0 else radius * 0.45
        corners.append(QPointF(centre.x() + reach * cos(angle), centre.y() + reach * sin(angle)))
    return QPolygonF(corners)


def _corners(tree: TreeMap, link: Link) -> list[QPointF]:
    """The way to a first child or branch through the gaps between the pictures."""
    start, end = _ends(tree, link)
    if start.y() == end.y():
        return [start, end]
    turn = start.x() + GAP_X_PX / 2
    return [start, QPointF(turn, start.y()), QPointF(turn, end.y()), end]


def _add_curve(path: QPainterPath, tree: TreeMap, link: Link) -> None:
    """The way from a further parent, which goes behind the pictures."""
    start, end = _ends(tree, link)
    reach = max(GAP_X_PX, (end.x() - start.x()) / 2)
    path.moveTo(start)
    path.cubicTo(start.x() + reach, start.y(), end.x() - reach, end.y(), end.x(), end.y())


def _ends(tree: TreeMap, link: Link) -> tuple[QPointF, QPointF]:
    parent, child = QRectF(tree.picture(link.parent)), QRectF(tree.picture(link.child))
    return (
        QPointF(parent.right(), parent.center().y()),
        QPointF(child.left(), child.center().y()),
    )


def _rounded(corners: Sequence[QPointF]) -> QPainterPath:
    """A line through the corners, each of them rounded as far as there is room."""
    path = QPainterPath(corners[0])
    for before, corner, after in zip(corners, corners[1:], corners[2:], strict=False):
        path.lineTo(_towards(corner, before))
        path.quadTo(corner, _towards(corner, after))
    path.lineTo(corners[-1])
    return path


def _towards(start: QPointF, end: QPointF) -> QPointF:
    way = end - start
    length = max(abs(way.x()), abs(way.y()), 1e-6)  # all lines are upright or level
    return start + way * (min(CORNER_PX, length / 2) / length)
