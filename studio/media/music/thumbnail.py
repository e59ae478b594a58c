"""A small picture of a clip, to be told from others at 64 px: the roll with drums at its foot."""

from __future__ import annotations

import numpy as np

from studio.media.music.document import (
    DRUMS,
    GROUND,
    STEPS_PER_BAR,
    TICKS_PER_STEP,
    TRACK_COLOURS,
    TRACKS,
    Clip,
    Note,
)

BAR_LINE, DRUM_GROUND = (36, 39, 46), (27, 29, 33)
MOST_BAR_LINES = 8
LEAST_NOTE_PX = 2
DRUMS_SHARE = 0.25  # of the height
LEAST_SPAN = 24  # semitones, so that a single note does not fill the picture
MARGIN_SHARE = 0.04
# What keeps time at the top, what carries it at the foot; other drums go with the cymbals
DRUM_LANES = (
    frozenset((42, 44, 46)),
    frozenset((41, 43, 45, 47, 48, 50)),
    frozenset((37, 38, 39, 40)),
    frozenset((35, 36)),
)


def thumbnail(clip: Clip, size: int) -> np.ndarray:
    """Notes in their tracks' colours, as high as the clip's own range: uint8 [size, size, 3]."""
    picture = np.empty((size, size, 3), np.uint8)
    picture[:] = GROUND
    if not clip.notes:
        return picture
    pitched = [note for note in clip.notes if note.track != DRUMS]
    drums = [note for note in clip.notes if note.track == DRUMS]
    floor = round(size * (1 - DRUMS_SHARE)) if drums else size
    picture[floor:] = DRUM_GROUND
    _paint_bar_lines(picture, clip)
    _paint_pitched(picture[:floor], clip, pitched)
    _paint_drums(picture[floor:], clip, drums)
    return picture


def _paint_bar_lines(picture: np.ndarray, clip: Clip) -> None:
    bars = clip.length_ticks / (STEPS_PER_BAR * TICKS_PER_STEP)
    if bars <= MOST_BAR_LINES:
        for bar in range(1, int(np.ceil(bars))):
            picture[:, int(bar / bars * len(picture))] = BAR_LINE


def _paint_pitched(plane: np.ndarray, clip: Clip, notes: list[Note]) -> None:
    """The melody over the bass over the chords, of which there are most."""
    if not notes:
        return
    low, high = min(note.pitch for note in notes), max(note.pitch for note in notes)
    margin, span = MARGIN_SHARE * len(plane), max(high - low + 1, LEAST_SPAN)
    row = (len(plane) - 2 * margin) / span
    tall = max(LEAST_NOTE_PX, round(row))
    for track in ("chords", "bass", "melody"):
        for note in (one for one in notes if one.track == track):
            above = (low + high + span - 1) / 2 - note.pitch  # semitones from the top
            middle = margin + (above + 0.5) * row
            top = int(np.clip(round(middle - tall / 2), 0, max(len(plane) - tall, 0)))
            _paint(plane[top : top + tall], clip, note, note.length_ticks)


def _paint_drums(foot: np.ndarray, clip: Clip, notes: list[Note]) -> None:
    """A lane each for cymbals, hats, toms, snare and kick; a hit is a stroke."""
    lane = len(foot) / (len(DRUM_LANES) + 1)
    for note in notes:
        place = next((at for at, kinds in enumerate(DRUM_LANES, 1) if note.pitch in kinds), 0)
        top = int(place * lane)
        tall = max(LEAST_NOTE_PX, int((place + 1) * lane) - top - 1)
        _paint(foot[top : top + tall], clip, note, TICKS_PER_STEP)


def _paint(rows: np.ndarray, clip: Clip, note: Note, length_ticks: int) -> None:
    """At least 2 px wide, and a hair shorter than it lasts, so that repeated notes stay apart."""
    px_per_tick = rows.shape[1] / clip.length_ticks
    left = int(note.start_ticks * px_per_tick)
    end = round((note.start_ticks + length_ticks) * px_per_tick) - max(1, rows.shape[1] // 96)
    rows[:, left : max(end, left + LEAST_NOTE_PX)] = TRACK_COLOURS[TRACKS.index(note.track)]
