"""Gives a music model of before voices that hold their notes; all it has learnt stays.

    python resources/models/hold_notes.py OLD.safetensors NEW.safetensors [--ease 2]

Such a model chose a pitch at every step and said beside it whether a note is struck. Where it did,
or nearly, a note begins now, and lasts until the next. ease, by which its yes begins elsewhere, is
the STRUCK of today's networks (tests/benchmarks/RESULTS.md, section 18).
"""

import argparse
import sys
from dataclasses import replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent.parent))

import torch

from studio.core.model_file import FINGERPRINTS, read_entry, read_tensor
from studio.gan.checkpoint import fill, load_model, save_model
from studio.media.music.document import PITCHES
from studio.media.music.network import BEAT_STEPS, STRUCK, MusicConfig, MusicGenerator

STARTS = slice((PITCHES + 1) * BEAT_STEPS, (PITCHES + 2) * BEAT_STEPS)
MOST_BYTES = 2**26


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("old", type=Path)
    parser.add_argument("new", type=Path)
    parser.add_argument("--ease", type=float, default=STRUCK)
    asked = parser.parse_args()
    header, weights = load_model(asked.old)
    network = {**header.network, "holds": True}
    generator = MusicGenerator(MusicConfig(**network))
    fill(generator, weights, asked.old.name)
    with torch.no_grad():
        for head in generator.heads:
            for voice in head.voices:
                voice.logits.bias[STARTS] += asked.ease
    rows = read_tensor(asked.old, FINGERPRINTS, MOST_BYTES)
    preview = read_entry(asked.old).preview_png
    header = replace(header, network=network)
    known = None if rows is None else rows.copy()
    found = save_model(asked.new, generator, header, preview, rows=known)
    sys.stdout.write(f"{asked.new}: {found.id}\n")


if __name__ == "__main__":
    main()
