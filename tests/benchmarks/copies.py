"""How well nearly copies are told: on files that were never learnt, and on copies in disguise.

    python tests/benchmarks/copies.py FOLDER --medium M [--judged 500] [--sheet alarms.png]

Half of the files are fingerprinted as a training would, with files kept back from that half; of the
other half every example is a result that is no copy. Printed are how many of these are called
copies, and how many copies in disguise are recognised. --sheet draws each false alarm beside
what it is said to copy (pictures and tiles), for many are files that there are twice.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch

from studio import media
from studio.core.examples import Examples
from studio.core.fingerprints import Fingerprints, nearest_copy, take_fingerprints
from studio.core.kind import Recogniser
from studio.core.split import halves, held_out_split
from studio.core.work import result_of
from studio.gan.picture_file import png
from studio.gan.pictures import contact_sheet
from studio.media.music.document import BARS, PITCHES
from studio.media.music.rolls import unpack

Disguise = Callable[[np.ndarray], np.ndarray]
SHOWN = 24  # of the false alarms


def lighter(x: np.ndarray) -> np.ndarray:
    return np.clip(x * 0.8 + 40, 0, 255).astype(np.uint8)


def moved(x: np.ndarray) -> np.ndarray:
    """By a twelfth of the side; what is lost at one edge is repeated at the other."""
    by = x.shape[0] // 12
    return np.pad(x[by:, by:], ((0, by), (0, by), (0, 0)), mode="edge")


def cut(x: np.ndarray) -> np.ndarray:
    """A twentieth off at every side, stretched again, nearest neighbours."""
    side = x.shape[0]
    places = np.linspace(side / 20, side - 1 - side / 20, side).round().astype(int)
    return x[places][:, places]


def noisy(x: np.ndarray) -> np.ndarray:
    noise = np.random.default_rng(0).normal(0, 12, x.shape)
    return np.clip(x + noise, 0, 255).astype(np.uint8)


def packed(rolls: np.ndarray) -> np.ndarray:
    """bool [4, 2, 64, 84] -> as examples are kept."""
    return np.packbits(rolls, axis=-1)


def higher(x: np.ndarray) -> np.ndarray:
    """Three semitones, drums as they are."""
    rolls = unpack(x[None])[0]
    rolls[:3] = np.roll(rolls[:3], 3, axis=-1)
    rolls[:3, ..., :3] = False
    return packed(rolls)


def later(x: np.ndarray) -> np.ndarray:
    """Begun a bar later; the first bar comes last."""
    rolls = unpack(x[None])[0]
    return packed(np.roll(rolls, -rolls.shape[2] // BARS, axis=2))


def thinned(x: np.ndarray) -> np.ndarray:
    """Without one tenth of all that sounds, drawn by pitch and beat."""
    rolls = unpack(x[None])[0]
    stays = np.random.default_rng(0).random((4, 1, rolls.shape[2] // 4, PITCHES)) > 0.1
    return packed(rolls & stays.repeat(4, axis=2))


PICTURE: dict[str, Disguise] = {
    "as it is": lambda x: x,
    "mirrored": lambda x: x[:, ::-1],
    "lighter": lighter,
    "moved": moved,
    "cut": cut,
    "noisy": noisy,
}
TILE = {**{name: PICTURE[name] for name in ("as it is", "mirrored", "lighter", "noisy")},
        "rolled": lambda x: np.roll(x, (x.shape[0] // 3, x.shape[1] // 5), (0, 1))}  # fmt: skip
PHRASE = {"as it is": lambda x: x, "higher": higher, "later": later, "thinned": thinned}
DISGUISES = {"artwork": PICTURE, "pattern": TILE, "music": PHRASE}


def alarms(
    known: Fingerprints, recogniser: Recogniser, results: list[np.ndarray], size_px: int
) -> np.ndarray:
    """How near each result comes to a copy, in units of the limit."""
    return np.array([nearest_copy(recogniser, known, one, size_px) for one in results])


def drawn(
    path: Path, known: Fingerprints, recogniser: Recogniser, results: list[np.ndarray],
    examples: Examples, kept: np.ndarray, size_px: int,
) -> None:  # fmt: skip
    """Results above what they are said to be copies of."""
    pairs = []
    for one in results[:SHOWN]:
        far = recogniser.distances(one, size_px, known.rows)
        pairs += [one, np.asarray(examples.pixels[kept[int(far.argmin())]])]
    if pairs:
        path.write_bytes(png(contact_sheet(pairs, columns=8)))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--medium", required=True)
    parser.add_argument("--size", type=int, default=64)
    parser.add_argument("--judged", type=int, default=500)
    parser.add_argument("--sheet", type=Path)
    asked = parser.parse_args()
    if asked.sheet and asked.medium == "music":
        parser.error("--sheet draws pictures and tiles only")
    torch.set_num_threads(1)
    kind = media.kind(asked.medium)
    recogniser, random = kind.load_recogniser(), np.random.default_rng(0)
    with tempfile.TemporaryDirectory() as cache:
        examples, _ = result_of(
            kind.load_reader().read(asked.folder, asked.size, Path(cache) / "e")
        )
        learnt, others = halves(examples.sources)
        inside, outside = held_out_split(examples.sources[learnt], 0)
        kept, held_out = learnt[inside], learnt[outside]
        known = take_fingerprints(recogniser, examples, kept, held_out, asked.size)
        strangers = random.permutation(others)[: asked.judged]
        copied = random.permutation(kept)[: asked.judged]
        pixels = examples.pixels
        far = alarms(known, recogniser, [pixels[i] for i in strangers], asked.size)
        name = f"{asked.folder.name}, {len(kept):,} kept, limit {known.limit:.3f}"
        print(
            f"| {name} | false alarms | {(far < 1).sum()} of {len(far)} | {(far < 1).mean():.2%} |"
        )
        for words, disguise in DISGUISES[asked.medium].items():
            near = alarms(known, recogniser, [disguise(pixels[i]) for i in copied], asked.size)
            share = (near < 1).mean()
            print(f"| | {words} | {(near < 1).sum()} of {len(near)} | {share:.1%} |", flush=True)
        if asked.sheet:
            wrong = [np.asarray(pixels[i]) for i in strangers[far < 1]]
            drawn(asked.sheet, known, recogniser, wrong, examples, kept, asked.size)


if __name__ == "__main__":
    main()
