"""Clips to samples on the worker thread, with the SoundFont opened on first use."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from studio.core.work import Finished, Progress, Work
from studio.media.music.document import Clip


def load_synth(path: Path | None) -> Any:
    """A Synth; its libraries take a moment, so they load on the worker, with that of the device."""
    import miniaudio  # noqa: F401  # so that the first sound does not wait for it

    from studio.media.music.soundfont import SoundFont
    from studio.media.music.synth import Synth, default_soundfont

    return Synth(SoundFont(path or default_soundfont()))


@dataclass(frozen=True)
class Instruments:
    """What the SoundFont can play: (General MIDI program, its name there)."""

    melodic: tuple[tuple[int, str], ...] = ()
    drums: tuple[tuple[int, str], ...] = ()


class Sampler:
    """Touched by the worker thread only."""

    def __init__(self) -> None:
        self._synth: Any = None
        self._path: Path | None = None

    def instruments(self, soundfont: str) -> Work:
        """Finished(Instruments) of a SoundFont file; "" is the one that comes along."""
        yield Progress(0, 1)
        font = self._open(soundfont).soundfont
        kits = sorted((key[1], name) for key, name in font.names.items() if key[0] == 128)
        yield Finished(Instruments(tuple(font.programs), tuple(kits)))

    def render(self, clip: Clip, soundfont: str) -> Work:
        """Finished(float32 [N, 2]); StudioError when the SoundFont is missing or damaged."""
        yield Progress(0, 1)
        yield from self._open(soundfont).work(clip)

    def _open(self, soundfont: str) -> Any:
        path = Path(soundfont) if soundfont else None
        if self._synth is None or path != self._path:
            self._synth, self._path = load_synth(path), path
        return self._synth
