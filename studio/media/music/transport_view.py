"""Play, loop, tempo: has the clip rendered on the worker, and says where playing is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QHideEvent
from PySide6.QtWidgets import QHBoxLayout, QSpinBox, QWidget

from studio.media.music.document import (
    TEMPO_HIGH_BPM,
    TEMPO_LOW_BPM,
    TICKS_PER_QUARTER,
    Clip,
    Note,
)
from studio.media.music.listening import Listening
from studio.media.music.player import Player
from studio.media.music.sampler import Sampler
from studio.ui import theme
from studio.ui.context import StudioContext
from studio.ui.jobs import Job
from studio.ui.widgets import icon_button, tip

FRAME_MS = 16
# Edits that follow each other quickly are rendered once
REST_MS = 60


class TransportView(QWidget):
    """Follows one clip; the panel tells it of every change."""

    moved = Signal(object)  # ticks of the playhead, None when it stops
    tempo_changed = Signal(int)
    said = Signal(str)  # why there is no sound; "" when there is
    offered = Signal(object)  # Instruments

    def __init__(self, context: StudioContext, player: Player | None = None) -> None:
        super().__init__()
        self._context, self._clip = context, Clip()
        self._sampler, self._listening = Sampler(), Listening(player or Player())
        self._is_playing = False
        self._asked_for: str | None = None
        self._frame = QTimer(self, interval=FRAME_MS, timerType=Qt.TimerType.PreciseTimer)
        self._frame.timeout.connect(self._follow)
        self._rest = QTimer(self, interval=REST_MS, singleShot=True)
        self._rest.timeout.connect(self._render)
        self.play_button = icon_button("play", tip(self.tr("Play or stop"), "P"))
        self.loop = icon_button("loop", tip(self.tr("Play over and over"), "L"), checkable=True)
        self.tempo = _tempo_field(self.tr(" bpm"), self.tr("Tempo"))
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(6)
        for widget in (self.play_button, self.loop, self.tempo):
            row.addWidget(widget)
        self.play_button.clicked.connect(self.toggle)
        self.loop.toggled.connect(self._set_loop)
        self.tempo.valueChanged.connect(self.tempo_changed)
        # A bound method of a plain object: the device must go with the widget, not before
        self.destroyed.connect(self._listening.player.close)

    @property
    def is_playing(self) -> bool:
        """From the wish to play on, so while the sound is still being rendered."""
        return self._is_playing

    def show_clip(self, clip: Clip) -> None:
        """Another clip, or the same one after an edit: what plays goes on with it."""
        sounds_alike = _sound(clip) == _sound(self._clip)
        self._clip = clip
        blocked = self.tempo.blockSignals(True)
        self.tempo.setValue(round(clip.tempo_bpm))
        self.tempo.blockSignals(blocked)
        if self._is_playing and not sounds_alike:
            self._rest.start()

    def toggle(self) -> None:
        if self._is_playing:
            self.stop()
        else:
            self.play()

    def play(self) -> None:
        """Play from the cursor."""
        self._is_playing = True
        self._show_state()
        self._render()

    def stop(self) -> None:
        self._is_playing = False
        self._rest.stop()
        self._frame.stop()
        self._listening.stop()
        self._show_state()
        self.moved.emit(None)

    def close_device(self) -> None:
        """Silence, and the audio device goes back to the system."""
        self.stop()
        self._listening.player.close()

    def set_cursor(self, ticks: int) -> None:
        """Where playing starts; while it plays, it goes on from there."""
        self._listening.cursor_ticks = ticks
        if self._listening.ticks is not None:
            self._listening.seek(ticks)

    def preview(self, note: Note) -> None:
        """Let a note be heard, unless the clip is playing or nothing can sound."""
        if self._is_playing or self._listening.player.message:
            return
        length = min(note.length_ticks, TICKS_PER_QUARTER)
        alone = replace(note, start_ticks=0, length_ticks=length)
        clip = replace(self._clip, notes=(alone,), length_ticks=length, muted=(), soloed=())
        self._submit(self.tr("Hear a note"), clip, lambda heard: self._hear(note, heard))

    def ask_instruments(self) -> None:
        """Open the chosen SoundFont on the worker, once, and offer what it holds."""
        soundfont = self._context.settings.soundfont
        if soundfont == self._asked_for:
            return
        self._asked_for = soundfont
        job = Job("open the SoundFont", lambda: self._sampler.instruments(soundfont), self)
        job.on_result, job.on_error = self.offered.emit, self._context.report
        self._context.jobs.submit(job)

    def _set_loop(self, on: bool) -> None:
        self._listening.loops = on
        at = self._listening.ticks
        if at is not None:
            self._listening.seek(at)

    def _render(self) -> None:
        clip = self._clip
        self._submit(self.tr("Render the clip"), clip, lambda made: self._take(clip, made))

    def _submit(self, title: str, clip: Clip, on_result: Callable[[Any], None]) -> None:
        soundfont = self._context.settings.soundfont
        job = Job(title, lambda: self._sampler.render(clip, soundfont), self)
        job.on_result, job.on_error = on_result, self._failed
        self._context.jobs.submit(job, replaces=("sound", id(self)))

    def _take(self, clip: Clip, samples: Any) -> None:
        if self._is_playing:
            self._listening.take(clip, samples)
            self._frame.start()
            self.said.emit(self._listening.player.message)

    def _hear(self, note: Note, samples: Any) -> None:
        if not self._is_playing:
            self._listening.hear(samples, note.velocity)
            self.said.emit(self._listening.player.message)

    def _failed(self, error: object) -> None:
        self.stop()
        self._context.report(error)

    def _follow(self) -> None:
        ticks = self._listening.ticks
        if ticks is None:
            self.stop()
        else:
            self.moved.emit(ticks)

    def _show_state(self) -> None:
        self.play_button.setIcon(theme.icon("stop" if self._is_playing else "play"))

    def hideEvent(self, event: QHideEvent) -> None:
        if self._is_playing:
            self.stop()
        super().hideEvent(event)


def _tempo_field(suffix: str, name: str) -> QSpinBox:
    field = QSpinBox(suffix=suffix)
    field.setKeyboardTracking(False)  # a number half typed is no tempo
    field.setRange(round(TEMPO_LOW_BPM), round(TEMPO_HIGH_BPM))
    field.setFixedWidth(82)
    field.lineEdit().setTextMargins(6, 0, 0, 0)
    field.setToolTip(name)
    field.setAccessibleName(name)
    field.setFocusPolicy(Qt.FocusPolicy.ClickFocus | Qt.FocusPolicy.TabFocus)
    return field


def _sound(clip: Clip) -> tuple[object, ...]:
    """All of a clip that can be heard."""
    return clip.notes, clip.tempo_bpm, clip.programs, clip.muted, clip.soloed, clip.length_ticks
