"""The scrolled and zoomed plane under the piano roll, and the frame around it."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QEvent, QRect, Qt
from PySide6.QtGui import QMouseEvent, QResizeEvent, QWheelEvent
from PySide6.QtWidgets import QAbstractScrollArea, QApplication, QFrame, QWidget

from studio.media.music.document import DRUMS, Clip
from studio.media.music.editor import NoteEditor
from studio.media.music.hit import PITCH_TOP, ROWS, Geometry
from studio.media.music.margins_view import (
    DRUM_ROW_PX,
    KEYS_PX,
    LANE_PX,
    RULER_PX,
    STRIP_PX,
    Keyboard,
    RhythmStrip,
    Ruler,
    VelocityLane,
)
from studio.media.music.names import key_name
from studio.ui.focus_frame import FocusFrame
from studio.ui.widgets import label

ROW_LOW_PX, ROW_HIGH_PX = 5.0, 32.0
ROW_FIT_LOW_PX, ROW_FIT_HIGH_PX = 9.0, 16.0
PX_PER_TICK_HIGH = 2.0
ZOOM_STEP = 1.2
SPARE_ROWS = 3
LEAST_FILLED = 0.45  # of the height, or the rows are made taller


class RollArea(QAbstractScrollArea):
    """Knows where ticks and pitches lie; Ctrl+wheel zooms time, Alt+wheel pitch."""

    def __init__(self, editor: NoteEditor, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMinimumSize(320, 200)
        FocusFrame(self)
        self.editor = editor
        self._px_per_tick, self._row_px = 0.1, 12.0
        # Until a person zooms or scrolls, a resized view shows all notes again
        self._is_fitted, self._is_revealed = True, True
        self._playhead_ticks: float | None = None
        place = partial(RollArea.geometry_now, self)
        self.keyboard = Keyboard(editor, place, self)
        self.ruler = Ruler(editor, place, self)
        self.rhythm = RhythmStrip(editor, place, self)
        self.lane = VelocityLane(editor, place, self)
        self._lane_name = label(self.tr("Velocity"), "note", size=self)
        self._lane_name.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.meter = label("4/4", "note", size=self)
        self.meter.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.meter.setToolTip(self.tr("Meter, and the likeliest key of these notes"))
        self.setViewportMargins(KEYS_PX, RULER_PX, 0, STRIP_PX + LANE_PX)
        self.viewport().setMouseTracking(True)
        self.verticalScrollBar().actionTriggered.connect(self._leave_reveal)

    @property
    def playhead_ticks(self) -> float | None:
        return self._playhead_ticks

    def geometry_now(self) -> Geometry:
        """Where ticks and pitches lie at this zoom and scroll position."""
        left, top = self.horizontalScrollBar().value(), self.verticalScrollBar().value()
        return Geometry(self._px_per_tick, self._row_px, left, top)

    def update_parts(self) -> None:
        for part in (self.viewport(), self.keyboard, self.ruler, self.rhythm, self.lane):
            part.update()

    def show_key(self) -> None:
        """What these notes are likely to be in, above the keyboard."""
        key = key_name(self.editor.clip.notes)
        self.meter.setText(f"4/4 · {key}" if key else "4/4")

    def set_playhead(self, ticks: float | None) -> None:
        """Only the strips under the old and the new line are painted again."""
        place = self.geometry_now()
        for at in (self._playhead_ticks, ticks):
            if at is not None:
                x = int(place.x_of(at))
                self.viewport().update(QRect(x - 3, 0, 7, self.viewport().height()))
                self.ruler.update(QRect(x - 8, 0, 17, self.ruler.height()))
        self._playhead_ticks = self.ruler.playhead_ticks = ticks
        if ticks is not None and self.editor.gesture is None:
            self._turn_page(place.x_of(ticks))

    def _turn_page(self, x: float) -> None:
        """Zoomed in, the view goes on when the playhead leaves it."""
        width, across = self.viewport().width(), self.horizontalScrollBar()
        if not 0 <= x <= width:
            across.setValue(round(across.value() + x - width / 12))

    def zoom_time(self, factor: float, x: float | None = None) -> None:
        """Zoom time around a point of the viewport (default: its middle)."""
        x = self.viewport().width() / 2 if x is None else x
        ticks = self.geometry_now().ticks_at(x)
        fitting = self.viewport().width() / self.editor.clip.length_ticks
        self._px_per_tick = min(max(self._px_per_tick * factor, fitting), PX_PER_TICK_HIGH)
        self._is_fitted = self._px_per_tick == fitting
        self.lay_out()
        self.horizontalScrollBar().setValue(round(ticks * self._px_per_tick - x))

    def zoom_pitch(self, factor: float, y: float | None = None) -> None:
        """Zoom pitch around a point of the viewport (default: its middle)."""
        y = self.viewport().height() / 2 if y is None else y
        rows = (y + self.verticalScrollBar().value()) / self._row_px
        self._is_revealed = False
        self._row_px = min(max(self._row_px * factor, ROW_LOW_PX), ROW_HIGH_PX)
        self.lay_out()
        self.verticalScrollBar().setValue(round(rows * self._row_px - y))

    def fit(self) -> None:
        """The whole clip across, and all its pitches in view."""
        self._is_fitted = True
        self.reveal(self.editor.clip)

    def _own_pitches(self, clip: Clip) -> list[int]:
        """Of the notes that share the rows in view."""
        drums = self.editor.track == DRUMS
        return [note.pitch for note in clip.notes if (note.track == DRUMS) == drums]

    def follow(self, clip: Clip) -> None:
        """Reveal a clip only where its notes lie out of view or leave most of it empty.

        What jumps with every variation pointed at cannot be compared.
        """
        pitches, place = self._own_pitches(clip), self.geometry_now()
        height = self.viewport().height()
        if pitches:
            top, foot = place.y_of(max(pitches)), place.y_of(min(pitches)) + self._row_px
            is_full = foot - top > LEAST_FILLED * height or self._row_px >= ROW_FIT_HIGH_PX
            if top >= 0 and foot <= height and is_full:
                return
        self.reveal(clip)

    def reveal(self, clip: Clip) -> None:
        """Rows as tall as all notes in view allow, the notes in the middle; drums by themselves.

        Where there is no room for all, those of the active track are in the middle.
        """
        self._is_revealed = True
        drums = self.editor.track == DRUMS
        pitches = self._own_pitches(clip) or ([35, 59] if drums else [48, 79])
        span = max(pitches) - min(pitches) + 1 + 2 * SPARE_ROWS
        height = max(self.viewport().height(), 1)
        least = DRUM_ROW_PX if drums else ROW_FIT_LOW_PX
        self._row_px = float(min(max(height // span, least), ROW_FIT_HIGH_PX))
        self.lay_out()
        if not drums and span * self._row_px > height:
            active = [note.pitch for note in clip.notes if note.track == self.editor.track]
            pitches = active or pitches
        middle = (PITCH_TOP + 0.5 - (max(pitches) + min(pitches)) / 2) * self._row_px
        top = middle - height / 2
        if drums and span * self._row_px > height:
            # Kick and snare, at the foot, matter more than what rattles at the top
            top = (PITCH_TOP + 2 - min(pitches)) * self._row_px - height
        self.verticalScrollBar().setValue(round(top))

    def lay_out(self) -> None:
        """Scroll ranges and the places of what frames the plane."""
        view = self.viewport().geometry()
        if self._is_fitted:
            self._px_per_tick = max(view.width(), 1) / self.editor.clip.length_ticks
        wide = self.editor.clip.length_ticks * self._px_per_tick
        for bar, whole, length, step in (
            (self.horizontalScrollBar(), wide, view.width(), 40),
            (self.verticalScrollBar(), ROWS * self._row_px, view.height(), 3 * self._row_px),
        ):
            bar.setRange(0, max(0, round(whole - length)))
            bar.setPageStep(length)
            bar.setSingleStep(round(step))
        self.keyboard.setGeometry(0, view.top(), KEYS_PX, view.height())
        self.meter.setGeometry(0, 0, KEYS_PX, RULER_PX)
        self.ruler.setGeometry(KEYS_PX, 0, view.width(), RULER_PX)
        self.rhythm.setGeometry(0, view.bottom() + 1, KEYS_PX + view.width(), STRIP_PX)
        lane_top = view.bottom() + 1 + STRIP_PX
        self.lane.setGeometry(KEYS_PX, lane_top, view.width(), LANE_PX)
        self._lane_name.setGeometry(0, lane_top, KEYS_PX, LANE_PX)
        self.update_parts()

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QWheelEvent):
            self.wheelEvent(event)  # over the keyboard or the lane, which have none of their own
            return True
        return super().event(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        held, turn, at = event.modifiers(), event.angleDelta(), event.position()
        # With Alt held, Qt reports a turn of the wheel as sideways
        steps = (turn.y() or turn.x()) / 120
        across, down = self.horizontalScrollBar(), self.verticalScrollBar()
        if held & Qt.KeyboardModifier.ControlModifier:
            self.zoom_time(ZOOM_STEP**steps, at.x())
        elif held & Qt.KeyboardModifier.AltModifier:
            self.zoom_pitch(ZOOM_STEP**steps, at.y())
            self._keep_menus_shut(event)
        elif held & Qt.KeyboardModifier.ShiftModifier or not turn.y():
            across.setValue(across.value() - round(steps * 2 * across.singleStep()))
        else:
            self._is_revealed = False
            down.setValue(down.value() - round(steps * down.singleStep()))
        event.accept()

    def _keep_menus_shut(self, event: QWheelEvent) -> None:
        """Alt pressed and let go opens the menu bar, unless the mouse did something in between."""
        moved = QMouseEvent(
            QEvent.Type.MouseMove,
            event.position(),
            event.globalPosition(),
            Qt.MouseButton.NoButton,
            event.buttons(),
            event.modifiers(),
        )
        QApplication.sendEvent(self.viewport(), moved)

    def _leave_reveal(self) -> None:
        self._is_revealed = False

    def scrollContentsBy(self, dx: int, dy: int) -> None:
        self.update_parts()

    def resizeEvent(self, event: QResizeEvent) -> None:
        if self._is_revealed:
            self.reveal(self.editor.clip)
        else:
            self.lay_out()
