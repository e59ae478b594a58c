"""Where playing is in a clip: between ticks, the samples rendered from them, and the player."""

from __future__ import annotations

import numpy as np

from studio.media.music.document import TICKS_PER_QUARTER, Clip
from studio.media.music.player import Player

# A lone note is rendered as loud as a whole clip; beside one it would be far too loud
ALONE_LEVEL = 0.4


class Listening:
    """Plays a rendered clip from the cursor and says where it is, in ticks."""

    def __init__(self, player: Player) -> None:
        self.player = player
        self.cursor_ticks = 0
        self.loops = False
        self._clip = Clip()
        self._samples = np.zeros((0, 2), np.float32)
        self._is_clip = False

    @property
    def ticks(self) -> float | None:
        """The playhead; None when the clip is not playing."""
        if not self._is_clip or not self.player.is_playing:
            return None
        ticks = self.player.position_s * _ticks_per_second(self._clip)
        return min(ticks, float(self._clip.length_ticks))

    def take(self, clip: Clip, samples: np.ndarray) -> None:
        """Play these samples of a clip: from the cursor, or on from where an earlier one is."""
        at = self.ticks
        self._clip, self._samples, self._is_clip = clip, samples, True
        self.seek(self.cursor_ticks if at is None else at)

    def seek(self, ticks: float) -> None:
        """Go on from a tick, with or without the loop as it is set now."""
        loop_s = self._clip.seconds if self.loops else 0.0
        self.player.play(self._samples, ticks / _ticks_per_second(self._clip), loop_s)

    def hear(self, samples: np.ndarray, velocity: int) -> None:
        """Play one note alone."""
        self._is_clip = False
        self.player.play(samples * np.float32(ALONE_LEVEL * velocity / 127))

    def stop(self) -> None:
        self._is_clip = False
        self.player.stop()


def _ticks_per_second(clip: Clip) -> float:
    return clip.tempo_bpm / 60 * TICKS_PER_QUARTER
