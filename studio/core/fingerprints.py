"""Fingerprints of training examples in a model's file: is a result nearly one of them?

Each medium says with its Recogniser what a fingerprint holds; the files themselves are not kept.
"""

from __future__ import annotations

import math
from collections import OrderedDict
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from studio.core.errors import StudioError
from studio.core.examples import Examples
from studio.core.kind import MediumKind, Recogniser
from studio.core.library import Places, models
from studio.core.model_file import FINGERPRINTS, ModelEntry, read_entry, read_tensor

MAX_BYTES = 2 * 2**20
JUDGES = 128  # files that say how near to others a file is that is none of them
NEAREST_SHARE = 0.05  # of them: how near the nearest come
LIMIT_SHARE = 0.65  # of that distance; nearer is a copy
AT_ONCE = 256
KEEP = 4


@dataclass(frozen=True, eq=False)
class Fingerprints:
    """What a model keeps of the examples that it learnt from.

    rows: uint8 [N, width] of so many of the examples, the others are left out; blank is how many
    rows show nothing that could be recognised. Results nearer than limit are copies: it follows
    from floor, the distance to the nearest example that one in twenty of the judges fall below.
    Judges were held out, or else are training files beside those from other files.
    """

    version: str
    rows: np.ndarray
    examples: int
    blank: int
    limit: float
    floor: float
    judges: int
    held_out: bool

    def to_json(self) -> dict[str, Any]:
        """All but the rows, for the header of the model's file."""
        return {
            "version": self.version,
            "kept": len(self.rows),
            "examples": self.examples,
            "blank": self.blank,
            "limit": round(self.limit, 5),
            "floor": round(self.floor, 5),
            "judges": self.judges,
            "held_out": self.held_out,
        }

    @property
    def sentence(self) -> str:
        """How many there are, and what they leave out."""
        words = f"fingerprints of {len(self.rows):,} of {self.examples:,} training examples"
        return f"{words}; {self.blank:,} of them show too little to be recognised"


def take_fingerprints(
    recogniser: Recogniser,
    examples: Examples,
    learnt: np.ndarray,
    held_out: np.ndarray,
    size_px: int,
) -> Fingerprints:
    """Of the learnt examples (places), or of as many of them as fit in 2 MB, drawn evenly.

    held_out (places) may be empty. A few seconds for some thousand examples.
    """
    pixels, most = examples.pixels, MAX_BYTES // recogniser.width
    kept = np.sort(np.random.default_rng(0).permutation(learnt)[:most])
    parts = [kept[start : start + AT_ONCE] for start in range(0, max(len(kept), 1), AT_ONCE)]
    rows = np.concatenate([recogniser.fingerprints(pixels[part]) for part in parts])
    judges = np.random.default_rng(1).permutation(held_out if len(held_out) else kept)[:JUDGES]
    nearest: list[float] = []
    for judge in judges.tolist():
        far = recogniser.distances(np.asarray(pixels[judge]), size_px, rows)
        far = far[examples.sources[kept] != examples.sources[judge]]
        nearest += [float(far.min())] if len(far) else []
    floor = float(np.quantile(nearest, NEAREST_SHARE)) if nearest else 0.0
    limit = min(max(LIMIT_SHARE * floor, recogniser.surely), recogniser.hardly)
    blank = int((rows == rows[:, :1]).all(1).sum())
    return Fingerprints(
        recogniser.version, rows, len(learnt), blank, limit, floor, len(nearest), len(held_out) > 0
    )


def read_fingerprints(entry: ModelEntry, recogniser: Recogniser) -> Fingerprints | None:
    """Those in a model's file; None where it has none, or of a kind that this Atelier cannot read.

    StudioError where they are damaged: they may come from a stranger.
    """
    words = entry.header.fingerprints
    if not words or words.get("version") != recogniser.version:
        return None
    try:
        found = read_tensor(entry.path, FINGERPRINTS, MAX_BYTES)
        if found is None or found.dtype != np.uint8 or found.shape[1:] != (recogniser.width,):
            raise ValueError("not what is written here")
        kept, examples, blank, judges = (
            int(words[name]) for name in ("kept", "examples", "blank", "judges")
        )
        limit, floor = float(words["limit"]), float(words["floor"])
        sound = 0 <= blank <= kept == len(found) <= examples and judges >= 0
        if not sound or not math.isfinite(floor) or not 0 < limit <= recogniser.hardly:
            raise ValueError("not what is written here")
    except (ValueError, TypeError, KeyError, OverflowError) as error:
        raise StudioError(
            f"The fingerprints in {entry.path.name} are damaged: whether a result is nearly one "
            "of the files that the model learnt from cannot be told."
        ) from error
    held_out = words.get("held_out") is True
    return Fingerprints(recogniser.version, found, examples, blank, limit, floor, judges, held_out)


def nearest_copy(
    recogniser: Recogniser, fingerprints: Fingerprints, example: np.ndarray, size_px: int
) -> float:
    """How near a result, as MediumKind.example_of gives it, is to the nearest training example.

    In units of the limit: below 1 it is nearly a copy. Infinite without any fingerprint.
    """
    far = recogniser.distances(example, size_px, fingerprints.rows)
    return float(far.min()) / fingerprints.limit if len(far) else math.inf


class CopyCheck:
    """Asks of results, before they leave, whether they are copies; knows the last models asked.

    Used by one thread.
    """

    def __init__(self) -> None:
        self._known: OrderedDict[tuple[Path, int], Fingerprints | None] = OrderedDict()

    def is_copy(self, kind: MediumKind, entry: ModelEntry, document: Any) -> bool:
        """Whether it is nearly a training file; False where the model keeps no fingerprints.

        StudioError where they are damaged, or the model is gone.
        """
        recogniser = kind.load_recogniser()
        fingerprints = self._fingerprints(entry, recogniser)
        if fingerprints is None:
            return False
        example = kind.example_of(document)
        return nearest_copy(recogniser, fingerprints, example, entry.header.size_px) < 1

    def is_copy_of(self, kind: MediumKind, places: Places, document: Any) -> bool:
        """The same, of the model whose id the document bears; False where that is not here."""
        wanted = document.recipe.model
        entries = models(kind.name, places)[0] if wanted else []
        there = [entry for entry in entries if entry.header.id == wanted]
        # The same model may lie there twice, once as it was before it had fingerprints.
        with_them = [entry for entry in there if entry.header.fingerprints] or there
        return bool(with_them) and self.is_copy(kind, with_them[0], document)

    def _fingerprints(self, entry: ModelEntry, recogniser: Recogniser) -> Fingerprints | None:
        try:
            key = (entry.path, entry.path.stat().st_mtime_ns)
        except OSError as error:
            raise StudioError(f"The model {entry.path.name} is gone.") from error
        if key not in self._known:
            self._known[key] = read_fingerprints(read_entry(entry.path), recogniser)
        self._known.move_to_end(key)
        while len(self._known) > KEEP:
            self._known.popitem(last=False)
        return self._known[key]
