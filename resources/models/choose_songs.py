"""Copies the MIDI files that the starter model `songs` learns from into one folder.

    python resources/models/choose_songs.py LIEDER HYMNS BANDS OUT

All hymns and bands, and the songs with calm accompaniments: a median of at most 44 notes of
chords and at least 6 of melody in four bars. Busy arpeggios would take a longer training.
"""

import shutil
import sys
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent.parent))

from studio.core.errors import StudioError
from studio.media.music.dataset import _phrases, _reading
from studio.media.music.midi import parse_song

MOST_CHORD_NOTES = 44
LEAST_MELODY_NOTES = 6


def is_calm(path: Path) -> bool:
    try:
        _, lines = _reading(parse_song(path.read_bytes()))
        phrases = list(_phrases(lines))
    except StudioError:
        return False
    if not phrases:
        return False
    onsets = np.stack(phrases)[:, :, 1].sum((2, 3))  # [N, 4 tracks]
    melody, chords = np.median(onsets[:, 0]), np.median(onsets[:, 1])
    return bool(chords <= MOST_CHORD_NOTES and melody >= LEAST_MELODY_NOTES)


def main(lieder: str, hymns: str, bands: str, out: str) -> None:
    target = Path(out)
    target.mkdir(parents=True)
    chosen = [path for path in sorted(Path(lieder).glob("*.mid")) if is_calm(path)]
    for prefix, paths in (
        ("song", chosen),
        ("hymn", sorted(Path(hymns).glob("*.mid"))),
        ("band", sorted(Path(bands).glob("*.mid"))),
    ):
        for path in paths:
            shutil.copyfile(path, target / f"{prefix}_{path.name}")
        sys.stdout.write(f"{prefix}: {len(paths)}\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
