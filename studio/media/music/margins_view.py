"""What frames the roll: keyboard or drum names, ruler, a strip of rhythm, lane of velocities."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent, QPolygonF
from PySide6.QtWidgets import QWidget

from studio.media.music.document import DRUMS, TICKS_PER_QUARTER, TRACKS, Note
from studio.media.music.editor import NoteEditor
from studio.media.music.gestures import Pointer, snapped
from studio.media.music.hit import Geometry
from studio.media.music.names import BLACK_KEYS, DRUM_NAMES, note_name
from studio.media.music.paint_view import BAR_TICKS, row_span
from studio.ui.theme import color, ui_font

KEYS_PX, RULER_PX, STRIP_PX, LANE_PX = 68, 24, 20, 56
DRUM_ROW_PX = 13.0
Place = Callable[[], Geometry]


class Keyboard(QWidget):
    """Piano keys, or the drums' names while the drum track is edited; a press sounds the pitch."""

    key_pressed = Signal(int)

    def __init__(self, editor: NoteEditor, place: Place, parent: QWidget) -> None:
        super().__init__(parent)
        self._editor, self._place, self._lit = editor, place, -1
        self._played: set[int] = set()  # drums that the clip uses stand out
        self.setToolTip(self.tr("Click a key to hear it"))

    def light(self, pitch: int) -> None:
        """Mark the row under the pointer; -1 for none."""
        if pitch != self._lit:
            self._lit = pitch
            self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), color("ground"))
        painter.setFont(ui_font(10))
        place = self._place()
        self._played = {n.pitch for n in self._editor.shown.on_track(DRUMS)}
        paint = self._paint_drum if self._editor.track == DRUMS else self._paint_key
        for pitch in row_span(place, self.height()):
            row = QRectF(0, place.y_of(pitch), self.width(), place.row_px)
            paint(painter, row, pitch)
        painter.end()

    def _paint_key(self, painter: QPainter, row: QRectF, pitch: int) -> None:
        is_black = pitch % 12 in BLACK_KEYS
        lit = pitch == self._lit
        white = color("accent") if lit else color("text", 0.9)
        key = row.adjusted(0, 0, -1, 0)
        painter.fillRect(key, white if not is_black else color("text", 0.9))
        if is_black:
            black = QRectF(0, row.top(), row.width() * 0.62, row.height())
            painter.fillRect(black, color("accent") if lit else color("document"))
            painter.setPen(color("muted"))
            middle = row.center().y()
            painter.drawLine(QPointF(black.right(), middle), QPointF(key.right(), middle))
        elif pitch % 12 in (0, 5):
            painter.setPen(color("muted"))
            painter.drawLine(row.bottomLeft(), QPointF(key.right(), row.bottom()))
        crowded = row.height() < 13 and self._lit in (pitch - 1, pitch + 1)
        if (lit or (pitch % 12 == 0 and not crowded)) and row.height() >= 8:
            painter.setPen(color("muted") if is_black and not lit else color("document"))
            right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
            painter.drawText(row.adjusted(0, 0, -5, 0), right, note_name(pitch))

    def _paint_drum(self, painter: QPainter, row: QRectF, pitch: int) -> None:
        lit = pitch == self._lit
        if lit:
            painter.fillRect(row, color("raised"))
        painter.setPen(color("line"))
        painter.drawLine(row.bottomLeft(), row.bottomRight())
        name = DRUM_NAMES.get(pitch, note_name(pitch) if lit or pitch in self._played else "")
        if row.height() >= DRUM_ROW_PX - 2 or lit or pitch in self._played:
            painter.setPen(color("text" if lit or pitch in self._played else "muted"))
            left = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
            inside = row.adjusted(6, 0, -2, 0)
            fitting = painter.fontMetrics().elidedText(
                name, Qt.TextElideMode.ElideRight, int(inside.width())
            )
            painter.drawText(inside, left, fitting)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._lit = -1
        self.mouseMoveEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """A press sounds a key, and a drag each one that it comes to."""
        pitch = self._place().pitch_at(event.position().y())
        if event.buttons() & Qt.MouseButton.LeftButton and pitch != self._lit:
            self.light(pitch)
            self.key_pressed.emit(pitch)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self.light(-1)


class Ruler(QWidget):
    """Bars and beats; a click or drag moves the place where playing starts."""

    cursor_moved = Signal(int)

    def __init__(self, editor: NoteEditor, place: Place, parent: QWidget) -> None:
        super().__init__(parent)
        self._editor, self._place = editor, place
        self.playhead_ticks: float | None = None
        self.setToolTip(self.tr("Click to set where playing starts"))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), color("pane"))
        painter.setFont(ui_font(11))
        place, bottom = self._place(), self.height() - 1
        length = self._editor.shown.length_ticks
        for tick in range(0, length, TICKS_PER_QUARTER):
            x = round(place.x_of(tick))
            is_bar = tick % BAR_TICKS == 0
            painter.setPen(color("edge" if is_bar else "line"))
            painter.drawLine(x, 0 if is_bar else bottom - 5, x, bottom)
            if is_bar:
                painter.setPen(color("muted"))
                painter.drawText(x + 7, bottom - 7, str(tick // BAR_TICKS + 1))
        painter.setPen(color("line"))
        painter.drawLine(0, bottom, self.width(), bottom)
        for bar in self._editor.locked_bars:
            left, right = place.x_of(bar * BAR_TICKS), place.x_of((bar + 1) * BAR_TICKS)
            painter.fillRect(QRectF(left, bottom - 2, right - left, 3), color("text"))
        self._paint_flag(painter, place.x_of(self._editor.cursor_ticks), "muted")
        if self.playhead_ticks is not None:
            self._paint_flag(painter, place.x_of(self.playhead_ticks), "text")
        painter.end()

    def _paint_flag(self, painter: QPainter, x: float, token: str) -> None:
        bottom = self.height()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(color(token))
        flag = [QPointF(x - 5, bottom - 9), QPointF(x + 5, bottom - 9), QPointF(x, bottom - 1)]
        painter.drawPolygon(QPolygonF(flag))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.mouseMoveEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if not event.buttons() & Qt.MouseButton.LeftButton:
            return
        editor = self._editor
        snaps = not event.modifiers() & Qt.KeyboardModifier.AltModifier
        ticks = snapped(self._place().ticks_at(event.position().x()), editor.grid_ticks, snaps)
        editor.cursor_ticks = min(max(ticks, 0), editor.clip.length_ticks - 1)
        self.cursor_moved.emit(editor.cursor_ticks)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Nothing is left to do; the release must not go on to the roll."""


class RhythmStrip(QWidget):
    """When the drums play, beside the other tracks; beside the drums, when the melody plays."""

    track_asked = Signal(str)

    def __init__(self, editor: NoteEditor, place: Place, parent: QWidget) -> None:
        super().__init__(parent)
        self._editor, self._place = editor, place
        self.setCursor(Qt.CursorShape.PointingHandCursor)

    @property
    def track(self) -> str:
        return TRACKS[0] if self._editor.track == DRUMS else DRUMS

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), color("document"))
        painter.setPen(color("edge"))
        painter.drawLine(0, 0, self.width(), 0)
        editor, track = self._editor, self.track
        names = {DRUMS: self.tr("Drums"), TRACKS[0]: self.tr("Melody")}
        painter.setFont(ui_font(10))
        painter.setPen(color("muted"))
        words = QRectF(0, 1, KEYS_PX, self.height() - 1)
        painter.drawText(words, Qt.AlignmentFlag.AlignCenter, names[track])
        painter.setClipRect(KEYS_PX, 1, self.width(), self.height())
        painter.translate(KEYS_PX, 0)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(color(track, 0.75 if editor.shown.audible(track) else 0.3))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for note in editor.shown.on_track(track):
            self._paint_mark(painter, note)
        painter.end()

    def _paint_mark(self, painter: QPainter, note: Note) -> None:
        """Diamonds for drums: kicks low, snares in the middle, cymbals above; bars for notes."""
        left, middle = self._place().x_of(note.start_ticks), self.height() / 2
        if note.track != DRUMS:
            width = note.length_ticks * self._place().px_per_tick
            painter.drawRoundedRect(QRectF(left, middle - 2, max(width - 2, 2), 4), 2, 2)
            return
        level = 1 if note.pitch <= 36 else 0 if note.pitch <= 40 else -1
        painter.save()
        painter.translate(left + 3, middle + level * (self.height() / 2 - 5))
        painter.rotate(45)
        painter.drawRect(QRectF(-2, -2, 4, 4))
        painter.restore()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.track_asked.emit(self.track)


class VelocityLane(QWidget):
    """A stem for each note of the active track; drag to set how loud it is."""

    changed = Signal()

    def __init__(self, editor: NoteEditor, place: Place, parent: QWidget) -> None:
        super().__init__(parent)
        self._editor, self._place = editor, place
        self.setToolTip(self.tr("Velocity: drag on a stem, or across many"))
        self.setAccessibleName(self.tr("Velocity of the notes"))
        self.setCursor(Qt.CursorShape.SplitVCursor)

    def height_of(self, velocity: int) -> float:
        return velocity / 127 * (self.height() - 10)

    def _pointer(self, event: QMouseEvent) -> Pointer:
        share = (self.height() - event.position().y()) / (self.height() - 10)
        ticks = self._place().ticks_at(event.position().x())
        return Pointer(ticks, velocity=min(max(round(share * 127), 1), 127))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), color("ground"))
        painter.setPen(color("edge"))
        painter.drawLine(0, 0, self.width(), 0)
        place, editor = self._place(), self._editor
        for tick in range(0, editor.shown.length_ticks, BAR_TICKS):
            x = round(place.x_of(tick))
            painter.setPen(color("raised"))
            painter.drawLine(x, 1, x, self.height())
        chosen = editor.shown_selection
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        for note in sorted(editor.shown.on_track(editor.track), key=lambda one: one in chosen):
            self._paint_stem(painter, place.x_of(note.start_ticks), note.velocity, note in chosen)
        painter.end()

    def _paint_stem(self, painter: QPainter, x: float, velocity: int, is_chosen: bool) -> None:
        tall = self.height_of(velocity)
        track = color("text") if is_chosen else color(self._editor.track)
        top = self.height() - tall
        painter.setBrush(track)
        painter.drawRect(QRectF(x + 1.5, top, 2, tall))
        painter.drawEllipse(QPointF(x + 2.5, top), 3.5, 3.5)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self._editor.press_velocity(self._pointer(event), 6 / self._place().px_per_tick)
            self.changed.emit()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._editor.gesture:
            self._editor.drag(self._pointer(event))
            self.changed.emit()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._editor.release()
        self.changed.emit()
