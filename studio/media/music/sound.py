"""Hear single examples, through the same SoundFont and player as the piano roll."""

from __future__ import annotations

from typing import Any

import numpy as np

from studio.core.settings import Settings
from studio.core.work import Work
from studio.media.music.document import Clip, clip_of
from studio.media.music.player import Player
from studio.media.music.rolls import unpack
from studio.media.music.sampler import Sampler

CLIP_S = Clip().seconds  # every example is as long; what rings on after it is not counted


class ClipSound:
    """The Sound of music."""

    def __init__(self, player: Player | None = None) -> None:
        self._sampler, self._player = Sampler(), player or Player()

    @property
    def share(self) -> float | None:
        if not self._player.is_playing:
            return None
        return min(1.0, self._player.position_s / CLIP_S)

    def render(self, example: np.ndarray, settings: Settings) -> Work:
        """Finished(float32 [N, 2]) of uint8 [4, 2, 64, 11]; StudioError for too many notes, and
        when the SoundFont is missing or damaged."""
        yield from self._sampler.render(clip_of(unpack(example)), settings.soundfont)

    def play(self, rendered: Any) -> str:
        self._player.play(rendered)
        return self._player.message

    def stop(self) -> None:
        self._player.stop()

    def close(self) -> None:
        self._player.close()
