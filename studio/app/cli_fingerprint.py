"""`atelier fingerprint`: gives a model that is older than fingerprints those of its folder."""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from studio.app.cli_text import followed, plain
from studio.core.examples import Examples
from studio.core.fingerprints import Fingerprints, take_fingerprints
from studio.core.library import find_model, places
from studio.core.model_file import ModelEntry
from studio.core.work import result_of
from studio.media import kind as kind_of

if TYPE_CHECKING:
    from collections.abc import Callable


def fingerprint(arguments: argparse.Namespace) -> int:
    """Write the model's file again with fingerprints of a folder; its weights and id stay."""
    entry = find_model(arguments.model, places())
    medium, size_px = kind_of(entry.header.medium), entry.header.size_px
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as cache:
        work = medium.load_reader().read(
            Path(arguments.folder), size_px, Path(cache), tuple(arguments.remedy or ())
        )
        examples, _ = result_of(followed(work))
        learnt, held_out = load_sides()(entry, examples)
        found = take_fingerprints(medium.load_recogniser(), examples, learnt, held_out, size_px)
        del examples  # it lies in the cache
    load_add_fingerprints()(entry.path, found)
    print(f"{plain(str(entry.path))}: {found.sentence}.")
    count = entry.header.trained.get("examples")
    if isinstance(count, int) and count != found.examples:
        print(
            f"atelier: the model says that it learnt from {count:,} examples; this folder gives "
            f"{found.examples:,}. Name the very files that it learnt from.",
            file=sys.stderr,
        )
    return 0


def load_add_fingerprints() -> Callable[[Path, Fingerprints], None]:
    """Imports torch."""
    from studio.gan.checkpoint import add_fingerprints

    return add_fingerprints


def load_sides() -> Callable[[ModelEntry, Examples], tuple[np.ndarray, np.ndarray]]:
    """What a model learnt from and what was kept back; all and none where it does not say."""
    from studio.gan.measure import sides

    def split(entry: ModelEntry, examples: Examples) -> tuple[np.ndarray, np.ndarray]:
        learnt, held_out, is_known = sides(examples.sources, entry.header.trained)
        every = np.arange(len(examples))
        return (learnt, held_out) if is_known else (every, every[:0])

    return split
