"""Hear samples through the computer's audio device, or count time silently without one."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Generator
from typing import Any

import numpy as np

RATE_HZ = 44_100
BUFFER_MS = 40
LOST_AFTER_S = 1.0
NO_DEVICE = "There is no audio device here: clips run silently."
LOST_DEVICE = "The audio device stopped answering: clips run silently."

Source = Generator[bytes, int, None]


def load_device(source: Callable[[], Source], rate_hz: int) -> Any:
    """Open and start the default audio device, or None when there is none.

    Imports miniaudio, which takes a moment and is not needed before the first sound.
    """
    import miniaudio

    try:
        device = miniaudio.PlaybackDevice(
            output_format=miniaudio.SampleFormat.FLOAT32,
            nchannels=2,
            sample_rate=rate_hz,
            buffersize_msec=BUFFER_MS,
            app_name="Atelier",
        )
    except miniaudio.MiniaudioError:
        return None
    if "null" in str(device.backend).lower():  # it makes no sound: our own clock does as well
        device.close()
        return None
    running = source()
    next(running)
    try:
        device.start(running)
    except miniaudio.MiniaudioError:
        device.close()
        return None
    return device


class Player:
    """Plays one buffer at a time; opens the device on the first play.

    Called from one thread; the device calls back on its own and only copies slices.
    """

    def __init__(
        self,
        rate_hz: int = RATE_HZ,
        open_device: Callable[[Callable[[], Source], int], Any] = load_device,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.rate_hz = rate_hz
        self.message = ""
        self._open_device = open_device
        self._clock = clock
        self._device: Any = None
        self._tried = False
        self._samples = np.zeros((0, 2), np.float32)
        self._frame = 0
        self._loop_frames = 0
        self._playing = False
        self._started_s = 0.0
        self._answered_s = 0.0
        self._lock = threading.Lock()

    def play(self, samples: np.ndarray, from_s: float = 0.0, loop_s: float = 0.0) -> None:
        """Play float32 [N, 2] from a position; with loop_s begin again after so many seconds."""
        if not self._tried:
            self._tried = True
            self._device = self._open_device(self._source, self.rate_hz)
            self.message = "" if self._device is not None else NO_DEVICE
        with self._lock:
            self._set(samples)
            self._loop_frames = round(loop_s * self.rate_hz)
            self._frame = max(0, min(round(from_s * self.rate_hz), len(self._samples)))
            self._started_s = self._clock() - self._frame / self.rate_hz
            self._answered_s = self._clock()
            self._playing = len(self._samples) > 0

    def replace(self, samples: np.ndarray) -> None:
        """Go on at the same place with other samples, as after an edit."""
        with self._lock:
            self._set(samples)

    def stop(self) -> None:
        self._playing = False

    def close(self) -> None:
        """Stop and give the device back."""
        self.stop()
        if self._device is not None:
            self._device.close()
        self._device, self._tried = None, False

    @property
    def is_playing(self) -> bool:
        self._follow_clock()
        return self._playing

    @property
    def position_s(self) -> float:
        """What is being heard now, in seconds from the start of the samples."""
        self._follow_clock()
        late = BUFFER_MS / 1_000 if self._device is not None else 0.0
        return max(self._frame / self.rate_hz - late, 0.0)

    def _set(self, samples: np.ndarray) -> None:
        self._samples = np.ascontiguousarray(samples, np.float32).reshape(-1, 2)

    def _follow_clock(self) -> None:
        """Without a device time passes all the same; a device that fell silent is given up."""
        if not self._playing:
            return
        now = self._clock()
        if self._device is not None:
            if now - self._answered_s <= LOST_AFTER_S:
                return
            self._device, self.message = None, LOST_DEVICE
            self._started_s = now - self._frame / self.rate_hz
        frame = round((now - self._started_s) * self.rate_hz)
        if self._loop_frames:
            frame %= self._loop_frames
        self._frame = min(frame, len(self._samples))
        self._playing = bool(self._loop_frames) or frame < len(self._samples)

    def _source(self) -> Source:
        """What the device asks for: so many frames as bytes, silence while nothing plays."""
        wanted = yield b""
        while True:
            wanted = yield self._take(wanted).tobytes()

    def _take(self, wanted: int) -> np.ndarray:
        """The next frames float32 [wanted, 2]; runs on the device's thread."""
        block = np.zeros((wanted, 2), np.float32)
        with self._lock:
            self._answered_s = self._clock()
            self._fill(block)
        return block

    def _fill(self, block: np.ndarray) -> None:
        samples, filled, wanted = self._samples, 0, len(block)
        while self._playing and filled < wanted:
            end = min(self._loop_frames, len(samples)) if self._loop_frames else len(samples)
            size = min(wanted - filled, end - self._frame)
            if size > 0:
                block[filled : filled + size] = samples[self._frame : self._frame + size]
                self._frame += size
                filled += size
            if self._frame >= end:
                self._playing = bool(self._loop_frames) and end > 0
                self._frame = 0 if self._playing else self._frame
