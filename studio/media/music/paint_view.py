"""Paints the piano roll: rows, grid, notes of each track, marquee and playhead."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QFont, QPainter, QPen

from studio.media.music.document import (
    DRUMS,
    STEPS_PER_BAR,
    TICKS_PER_QUARTER,
    TICKS_PER_STEP,
    TRACKS,
    Clip,
    Note,
)
from studio.media.music.gestures import Selection, SelectNotes
from studio.media.music.hit import PITCH_TOP, Geometry, shares_rows
from studio.media.music.names import BLACK_KEYS, note_name
from studio.ui.theme import color

BAR_TICKS = STEPS_PER_BAR * TICKS_PER_STEP
# Lines closer than this are left out
GRID_LEAST_PX = 5.0
NAME_ROW_PX, NAME_WIDTH_PX = 11.0, 30.0
SIGN_ROW_PX, SIGN_WIDTH_PX = 9.0, 20.0
LOCK_PX = 2.5
GHOST_SHARE = 0.42  # of the colour in a note of a track that is not edited
SIGN_SHARE = 0.5  # of the track's colour in its sign, which is read on a dimmed note
SAME_CONTRAST = 0.179  # the luminance on which black and white are read alike


@dataclass(frozen=True)
class Scene:
    """What there is to paint, as it would be if the gesture under way ended now."""

    clip: Clip
    selection: Selection
    locked: Selection
    track: str
    grid_ticks: int


class NoteFinder:
    """Finds the notes of a clip inside a rectangle without looking at each in Python."""

    def __init__(self, clip: Clip) -> None:
        self.notes = clip.notes
        table = [(n.start_ticks, n.end_ticks, n.pitch) for n in clip.notes]
        self._table = np.array(table, np.int64).reshape(len(table), 3)

    def between(self, ticks: tuple[float, float], pitches: tuple[int, int]) -> list[Note]:
        """Notes that touch a span of time (plus one drawn wider than it lasts) and of pitch."""
        start, end, pitch = self._table.T
        seen = (start < ticks[1]) & (end > ticks[0])
        seen &= (pitch >= pitches[0]) & (pitch <= pitches[1])
        return [self.notes[index] for index in np.flatnonzero(seen)]


def sign(track: str) -> str:
    """What tells the track beside its colour; two letters, as C and B would be read as pitches."""
    return track[:2].title()


def paint_rows(painter: QPainter, rect: QRect, place: Geometry, scene: Scene) -> None:
    """Rows of white and black keys, a line under every C, bars, beats and the grid."""
    painter.fillRect(rect, color("ground"))
    highest, lowest = place.pitch_at(rect.top()), place.pitch_at(rect.bottom())
    for pitch in range(lowest, highest + 1):
        row = QRectF(rect.left(), place.y_of(pitch), rect.width(), place.row_px)
        if pitch % 12 in BLACK_KEYS and scene.track != DRUMS:
            painter.fillRect(row, color("document"))
        if pitch % 12 == 0 or (scene.track == DRUMS and place.row_px >= 8):
            bottom = place.y_of(pitch - 1)
            painter.setPen(color("line" if pitch % 12 == 0 else "pane"))
            painter.drawLine(QPointF(rect.left(), bottom), QPointF(rect.right() + 1, bottom))
    _paint_lines(painter, rect, place, scene)
    end = place.x_of(scene.clip.length_ticks)
    if end < rect.right():
        after = QRectF(end, rect.top(), rect.right() + 1 - end, rect.height())
        painter.fillRect(after, color("document", 0.8))


def _paint_lines(painter: QPainter, rect: QRect, place: Geometry, scene: Scene) -> None:
    first = max(0.0, place.ticks_at(rect.left() - 1))
    last = min(place.ticks_at(rect.right() + 1), float(scene.clip.length_ticks))
    for step, token in (
        (scene.grid_ticks, "pane"),
        (TICKS_PER_QUARTER, "raised"),
        (BAR_TICKS, "edge"),
    ):
        if step * place.px_per_tick < GRID_LEAST_PX:
            continue
        painter.setPen(color(token))
        for line in range(-int(-first // step), int(last // step) + 1):
            x = round(place.x_of(line * step))
            painter.drawLine(x, rect.top(), x, rect.bottom())


def paint_notes(
    painter: QPainter, rect: QRect, place: Geometry, scene: Scene, finder: NoteFinder
) -> None:
    """Tracks that share the rows first and faint, then the active one, then what is selected."""
    # A drum hit is drawn wider than it may last
    ticks = (place.ticks_at(rect.left()) - BAR_TICKS / 8, place.ticks_at(rect.right() + 1))
    pitches = (place.pitch_at(rect.bottom() + 1), place.pitch_at(rect.top() - 1))
    seen = finder.between(ticks, pitches)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    for track in reversed(TRACKS):
        if track != scene.track and shares_rows(track, scene.track):
            for note in seen:
                if note.track == track:
                    _paint_ghost(painter, place, note, scene.clip.audible(track))
    own = [note for note in seen if note.track == scene.track]
    for note in sorted(own, key=lambda one: one in scene.selection):
        _paint_note(painter, place, note, note in scene.selection, scene.clip.audible(note.track))
    for note in seen if scene.locked else ():
        if note in scene.locked and shares_rows(note.track, scene.track):
            _paint_lock(painter, note_box(place, note))
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)


def _paint_ghost(painter: QPainter, place: Geometry, note: Note, is_audible: bool) -> None:
    """A note of a track that is not being edited: dimmed, with the track's sign."""
    fill = _blend(note.track, GHOST_SHARE if is_audible else 0.2)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(fill)
    box = note_box(place, note)
    painter.drawRoundedRect(box, 2.5, 2.5)
    if box.width() >= SIGN_WIDTH_PX and place.row_px >= SIGN_ROW_PX:
        painter.setPen(_blend(note.track, SIGN_SHARE, "text"))
        _paint_word(painter, box, sign(note.track))


def _paint_note(
    painter: QPainter, place: Geometry, note: Note, is_selected: bool, is_audible: bool
) -> None:
    """A note of the active track: the louder the brighter, hollow when muted, named if it fits."""
    loud = 0.5 + 0.5 * note.velocity / 127
    fill = _blend(note.track, loud if is_audible else 0.25)
    box = note_box(place, note)
    fill = fill.lighter(125) if is_selected else fill
    painter.setBrush(fill)
    edge = color("text") if is_selected else _blend(note.track, loud)
    has_edge = is_selected or not is_audible
    painter.setPen(QPen(edge, 1.5 if is_selected else 1.0) if has_edge else Qt.PenStyle.NoPen)
    inset = 0.75 if has_edge else 0.0
    painter.drawRoundedRect(box.adjusted(inset, inset, -inset, -inset), 2.5, 2.5)
    if box.width() >= NAME_WIDTH_PX and place.row_px >= NAME_ROW_PX and note.track != DRUMS:
        painter.setPen(ink_on(fill))
        _paint_word(painter, box, note_name(note.pitch))


def _paint_lock(painter: QPainter, box: QRectF) -> None:
    """A bright bracket at the beginning of a note that stays."""
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(color("text"))
    painter.drawRect(QRectF(box.left(), box.top(), LOCK_PX, box.height()))


def note_box(place: Geometry, note: Note) -> QRectF:
    """A hair narrower than the note lasts, so that repeated notes stay apart."""
    left, top, width, height = place.box_of(note)
    return QRectF(left + 0.5, top + 0.5, max(width - 1.5, 3.0), height - 1.0)


def _paint_word(painter: QPainter, box: QRectF, word: str) -> None:
    size_px = int(min(max(box.height() - 2, 8), 11))
    if painter.font().pixelSize() != size_px:
        font = QFont(painter.font())
        font.setPixelSize(size_px)
        painter.setFont(font)
    inside = box.adjusted(4, 0, -2, 0)
    painter.drawText(inside, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, word)


def ink_on(fill: QColor) -> QColor:
    """Black or white, whichever is read better; one of them always reaches 4.5 : 1 (WCAG 2.1)."""
    parts = fill.redF(), fill.greenF(), fill.blueF()
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    is_light = 0.2126 * red + 0.7152 * green + 0.0722 * blue > SAME_CONTRAST
    return QColor(Qt.GlobalColor.black if is_light else Qt.GlobalColor.white)


@lru_cache(maxsize=1024)  # tracks by velocities
def _blend(track: str, share: float, ground: str = "document") -> QColor:
    """The track's colour over the ground, so that overlapping ghosts do not add up."""
    over, under = color(track), color(ground)
    return QColor(
        *(
            round(a * share + b * (1 - share))
            for a, b in zip(over.getRgb()[:3], under.getRgb()[:3], strict=True)  # type: ignore
        )
    )


def paint_marquee(painter: QPainter, place: Geometry, gesture: SelectNotes) -> None:
    """The rectangle of a selection under way."""
    left, right = sorted((place.x_of(gesture.start.ticks), place.x_of(gesture.end.ticks)))
    high = max(gesture.start.pitch, gesture.end.pitch)
    low = min(gesture.start.pitch, gesture.end.pitch)
    top, bottom = place.y_of(high), place.y_of(low - 1)
    painter.setPen(QPen(color("accent"), 1))
    painter.setBrush(QBrush(color("accent", 0.12)))
    painter.drawRect(QRectF(left, top, right - left, bottom - top))


def paint_upright(painter: QPainter, x: float, rect: QRect, token: str, *, dashed: bool) -> None:
    """The playhead, or dashed the place where playing starts."""
    style = Qt.PenStyle.DashLine if dashed else Qt.PenStyle.SolidLine
    painter.setPen(QPen(color(token), 1 if dashed else 2, style))
    painter.drawLine(QPointF(x, rect.top()), QPointF(x, rect.bottom() + 1))


def row_span(place: Geometry, height: int) -> range:
    """Pitches that are at least partly in view, lowest first."""
    return range(place.pitch_at(height), min(place.pitch_at(0), PITCH_TOP) + 1)
