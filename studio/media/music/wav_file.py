"""Clips as WAV files for other programs."""

from __future__ import annotations

import io
import json
from pathlib import Path

import numpy as np
import soundfile

from studio.core.files import write_bytes
from studio.core.latent import Recipe
from studio.core.recipe_file import recipe_to_json
from studio.media.music.document import Clip
from studio.media.music.soundfont import SoundFont
from studio.media.music.synth import RATE_HZ, default_soundfont, render

RECIPE_PREFIX = "atelier:"


def write_wav(
    clip: Clip, path: Path, soundfont: SoundFont | None = None, provenance: bool = True
) -> None:
    """Write 24-bit stereo at 44.1 kHz, played by the given SoundFont or the one of Atelier.

    Muted tracks are silent; peaks stay at -1 dBFS. StudioError when it cannot be saved.
    """
    samples = render(clip, soundfont or SoundFont(default_soundfont()))
    write_bytes(path, wav_bytes(samples, clip.recipe if provenance else None))


def wav_bytes(samples: np.ndarray, recipe: Recipe | None) -> bytes:
    """Samples float32 [N, 2] as the bytes of a WAV file, with the recipe if one is given."""
    content = io.BytesIO()
    with soundfile.SoundFile(
        content, "w", RATE_HZ, channels=2, subtype="PCM_24", format="WAV"
    ) as file:
        file.software = "Atelier"
        if recipe is not None:
            plain = json.dumps(recipe_to_json(recipe), separators=(",", ":"))
            file.comment = RECIPE_PREFIX + plain
        file.write(samples)
    return content.getvalue()
