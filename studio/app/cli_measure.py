"""`atelier measure` and `card`."""

from __future__ import annotations

import argparse
import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from studio.app.cli_models import chosen_device, load_device
from studio.app.cli_text import followed, plain, table
from studio.core.card import card as card_text
from studio.core.errors import StudioError
from studio.core.figures import cautions, counts, rows, shown
from studio.core.files import walk
from studio.core.library import find_model, names_of, places
from studio.core.model_file import ModelEntry
from studio.core.run_folder import RunFolder
from studio.core.work import Work, result_of
from studio.media import kind as kind_of

if TYPE_CHECKING:
    from studio.gan.measure import Measured

KNOWN = "The model did not learn from the held-out files."
UNKNOWN = (
    "The model does not say which files it did not learn from: one half of the folder stands for "
    "them, and where it learnt from both halves, closeness to the files is flattered."
)
FEW = (
    "Frechet distances are left out: under 500 held-out examples they show mostly their own error."
)


def measure(arguments: argparse.Namespace) -> int:
    """Print how close a model comes to a folder."""
    entry = find_model(arguments.model, places())
    measured = _measured(entry, arguments)
    words = cautions(measured.figures)
    if arguments.json:
        found = {"model": names_of(entry)[0], **asdict(measured), "cautions": words}
        print(json.dumps(found, indent=2))
        return 0
    print(_heading(entry, measured))
    for part in _tables(measured.figures):
        print(f"\n{part}")
    print()
    print(KNOWN if measured.held_out_known else UNKNOWN)
    if "fd_rand" not in measured.figures:
        print(FEW)
    for sentence in words:
        print(f"beware    {sentence}")
    return 0


def card(arguments: argparse.Namespace) -> int:
    """Print a model's card, with figures where a folder is given."""
    entry = find_model(arguments.model, places())
    arguments.fid = False
    figures = _measured(entry, arguments).figures if arguments.folder else {}
    run = RunFolder(entry.path.parent)
    in_run = entry.path == run.model_path and run.config_path.exists()
    print(card_text(entry.header, figures, run.config().to_json() if in_run else {}), end="")
    return 0


def _measured(entry: ModelEntry, arguments: argparse.Namespace) -> Measured:
    folder = Path(arguments.folder)
    walk(folder)
    device, threads = chosen_device(arguments)
    load_device(device, threads)
    return result_of(followed(load_measure(entry, folder, device, arguments.fid)))


def load_measure(entry: ModelEntry, folder: Path, device: str, with_fid: bool = False) -> Work:
    """The measuring work; imports torch. StudioError if FID is asked for and cannot be had."""
    from studio.gan.fid import load_fid
    from studio.gan.measure import measure as measure_model

    medium = kind_of(entry.header.medium)
    if with_fid and not medium.sizes_px:
        raise StudioError(f"FID is a figure for pictures, not for {medium.nouns}.")
    fid = load_fid() if with_fid else None
    return measure_model(entry, medium, folder, device, fid)


def _heading(entry: ModelEntry, measured: Measured) -> str:
    return (
        f"{plain(entry.header.name)}: {measured.results:,} results at psi 1 beside "
        f"{measured.train:,} training and {measured.held_out:,} held-out examples of "
        f"{measured.files:,} files (features {measured.features})"
    )


def _tables(figures: dict[str, float]) -> list[str]:
    found: list[str] = []
    spaces = [
        [row.label, shown(row.value), shown(row.floor), shown(row.copies), row.good]
        for row in rows(figures)
    ]
    if spaces:
        found.append(table([["FIGURE", "MODEL", "FLOOR", "COPIES", "GOOD IS"], *spaces]))
    counted = [
        [one.label, shown(one.value), shown(one.files), shown(one.overlap), shown(one.floor)]
        for one in counts(figures)
    ]
    if counted:
        found.append(table([["MEASURE", "MODEL", "FILES", "OVERLAP", "FLOOR"], *counted]))
    return found
