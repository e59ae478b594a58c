"""Names of pitches, drums and instruments, and a guess at a clip's key."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from studio.media.music.document import DRUMS, Note

PITCH_NAMES = ("C", "C♯", "D", "E♭", "E", "F", "F♯", "G", "A♭", "A", "B♭", "B")
BLACK_KEYS = frozenset((1, 3, 6, 8, 10))
DRUM_NAMES = {
    35: "Kick 2",
    36: "Kick",
    37: "Side stick",
    38: "Snare",
    39: "Clap",
    40: "Snare 2",
    41: "Floor tom 2",
    42: "Hat closed",
    43: "Floor tom",
    44: "Hat pedal",
    45: "Low tom",
    46: "Hat open",
    47: "Mid tom 2",
    48: "Mid tom",
    49: "Crash",
    50: "High tom",
    51: "Ride",
    52: "China",
    53: "Ride bell",
    54: "Tambourine",
    55: "Splash",
    56: "Cowbell",
    57: "Crash 2",
    58: "Vibraslap",
    59: "Ride 2",
    60: "High bongo",
    61: "Low bongo",
    62: "Conga mute",
    63: "Conga high",
    64: "Conga low",
    65: "High timbale",
    66: "Low timbale",
    67: "High agogo",
    68: "Low agogo",
    69: "Cabasa",
    70: "Maracas",
    71: "Whistle short",
    72: "Whistle long",
    73: "Guiro short",
    74: "Guiro long",
    75: "Claves",
    76: "High block",
    77: "Low block",
    78: "Cuica mute",
    79: "Cuica open",
    80: "Triangle mute",
    81: "Triangle open",
}
# General MIDI Level 1, programs 0 to 127
_PROGRAMS = """
    Grand piano, Bright piano, Electric grand, Honky-tonk piano, Electric piano, Electric piano 2,
    Harpsichord, Clavinet, Celesta, Glockenspiel, Music box, Vibraphone, Marimba, Xylophone,
    Tubular bells, Dulcimer, Drawbar organ, Percussive organ, Rock organ, Church organ, Reed organ,
    Accordion, Harmonica, Bandoneon, Nylon guitar, Steel guitar, Jazz guitar, Clean guitar,
    Muted guitar, Overdriven guitar, Distorted guitar, Guitar harmonics, Acoustic bass,
    Fingered bass, Picked bass, Fretless bass, Slap bass, Slap bass 2, Synth bass, Synth bass 2,
    Violin, Viola, Cello, Double bass, Tremolo strings, Pizzicato strings, Harp, Timpani, Strings,
    Slow strings, Synth strings, Synth strings 2, Choir, Voice oohs, Synth voice, Orchestra hit,
    Trumpet, Trombone, Tuba, Muted trumpet, French horn, Brass section, Synth brass, Synth brass 2,
    Soprano sax, Alto sax, Tenor sax, Baritone sax, Oboe, English horn, Bassoon, Clarinet, Piccolo,
    Flute, Recorder, Pan flute, Bottle, Shakuhachi, Whistle, Ocarina, Square lead, Saw lead,
    Calliope, Chiff, Charang, Voice lead, Fifths lead, Bass and lead, New age pad, Warm pad,
    Polysynth, Choir pad, Bowed pad, Metallic pad, Halo pad, Sweep pad, Rain, Soundtrack, Crystal,
    Atmosphere, Brightness, Goblins, Echoes, Sci-fi, Sitar, Banjo, Shamisen, Koto, Kalimba, Bagpipe,
    Fiddle, Shanai, Tinkle bell, Agogo, Steel drums, Woodblock, Taiko, Melodic tom, Synth drum,
    Reverse cymbal, Fret noise, Breath, Seashore, Bird, Telephone, Helicopter, Applause, Gunshot
"""
PROGRAM_NAMES = tuple(name.strip() for name in _PROGRAMS.split(","))
# Krumhansl and Kessler 1982: how well each pitch class fits a major and a minor key
_MAJOR = np.array([6.35, 2.23, 3.48, 2.33, 4.38, 4.09, 2.52, 5.19, 2.39, 3.66, 2.29, 2.88])
_MINOR = np.array([6.33, 2.68, 3.52, 5.38, 2.60, 3.53, 2.54, 4.75, 3.98, 2.69, 3.34, 3.17])


def note_name(pitch: int) -> str:
    """Middle C (60) is C4."""
    return f"{PITCH_NAMES[pitch % 12]}{pitch // 12 - 1}"


def pitch_name(pitch: int, track: str) -> str:
    """The drum's name on the drum track, else the note's."""
    return DRUM_NAMES.get(pitch, note_name(pitch)) if track == DRUMS else note_name(pitch)


def key_name(notes: Iterable[Note]) -> str:
    """The likeliest key, such as C or Am; empty where there are fewer than three pitches.

    Krumhansl and Schmuckler's method: correlate how long each pitch class sounds with profiles.
    """
    weights = np.zeros(12)
    for note in notes:
        if note.track != DRUMS:
            weights[note.pitch % 12] += note.length_ticks
    if np.count_nonzero(weights) < 3 or np.ptp(weights) == 0:
        return ""
    fits = {
        f"{PITCH_NAMES[tonic]}{suffix}": np.corrcoef(np.roll(profile, tonic), weights)[0, 1]
        for profile, suffix in ((_MAJOR, ""), (_MINOR, "m"))
        for tonic in range(12)
    }
    return max(fits, key=lambda name: fits[name])
