"""Copies the MIDI files that the starter model `songs` learns from into one folder.

    python resources/models/choose_songs.py LIEDER HYMNS BANDS GROOVES OUT

Only what goes in fours, so that a bar's places mean the same everywhere: hymns and bands, and the
songs with calm accompaniments, a median of at most 60 notes of chords and at least 6 of melody in
four bars; busier ones would take a longer training. Of the grooves the plain ones, which go with
songs; fills and dances do not.
"""

import csv
import shutil
import sys
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent.parent))

from studio.core.errors import StudioError
from studio.media.music.dataset import _phrases, _reading
from studio.media.music.midi import parse_song

FOURS = ("4/4", "2/2", "2/4")
MOST_CHORD_NOTES = 60
LEAST_MELODY_NOTES = 6
PLAIN = ("blues", "country", "hiphop", "pop", "punk", "reggae", "rock", "soul")


def phrases_of(path: Path) -> np.ndarray:
    """Onsets a track of its phrases, int [N, 4]; none of what does not go in fours."""
    try:
        reading, lines = _reading(parse_song(path.read_bytes()))
    except StudioError:
        return np.zeros((0, 4), int)
    rolls = list(_phrases(lines)) if reading.meter in FOURS else []
    return np.array([roll[:, 1].sum((1, 2)) for roll in rolls]).reshape(-1, 4)


def goes_in_fours(path: Path) -> bool:
    return len(phrases_of(path)) > 0


def is_calm(path: Path) -> bool:
    onsets = phrases_of(path)
    if not len(onsets):
        return False
    melody, chords = np.median(onsets[:, 0]), np.median(onsets[:, 1])
    return bool(chords <= MOST_CHORD_NOTES and melody >= LEAST_MELODY_NOTES)


def plain_grooves(folder: Path) -> list[Path]:
    """Those of the Groove MIDI Dataset, by its info.csv."""
    with (folder / "info.csv").open(newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["beat_type"] == "beat"]
    return [
        folder / row["file"]
        for row in rows
        if row["time_signature"] == "4-4" and row["style"].split("/")[0] in PLAIN
    ]


def main(lieder: str, hymns: str, bands: str, grooves: str, out: str) -> None:
    target = Path(out)
    target.mkdir(parents=True)
    for prefix, paths in (
        ("song", filter(is_calm, sorted(Path(lieder).glob("*.mid")))),
        ("hymn", filter(goes_in_fours, sorted(Path(hymns).glob("*.mid")))),
        ("band", filter(goes_in_fours, sorted(Path(bands).glob("*.mid")))),
        ("groove", plain_grooves(Path(grooves))),
    ):
        chosen = list(paths)
        for path in chosen:
            shutil.copyfile(path, target / f"{prefix}_{path.name}")
        sys.stdout.write(f"{prefix}: {len(chosen)}\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
