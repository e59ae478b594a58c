"""`atelier check`: the dataset doctor on the command line."""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import asdict
from pathlib import Path

from studio.app.cli_text import plain
from studio.core.errors import StudioError
from studio.core.files import walk
from studio.core.kind import FolderReport, MediumKind
from studio.core.work import Finished, Progress
from studio.media import kind as kind_of
from studio.media import kinds

MAX_LISTED = 12


def check(arguments: argparse.Namespace) -> int:
    """Print the report; ends with 2 when the folder cannot be trained on."""
    folder = Path(arguments.folder)
    medium = kind_of(arguments.medium) if arguments.medium else likely_medium(folder)
    report = _report(medium, folder)
    if arguments.json:
        print(json.dumps({"verdict": report.verdict, **asdict(report)}, indent=2))
    else:
        _print_report(report, medium)
    if report.too_few:
        raise StudioError(plain(report.too_few))
    return 0


def likely_medium(folder: Path) -> MediumKind:
    """The medium that most files of a folder belong to; StudioError when none does."""
    endings = [Path(name).suffix.lower() for name in walk(folder).files]
    every = kinds()
    counts = [sum(ending in kind.file_suffixes for ending in endings) for kind in every]
    best = max(counts)
    if best == 0:
        what = "is empty" if not endings else f"has no file for {_listed(every)}"
        raise StudioError(f"The folder {plain(folder.name or str(folder))} {what}.")
    return every[counts.index(best)]


def _listed(every: list[MediumKind]) -> str:
    names = [kind.name for kind in every]
    return ", ".join(names[:-1]) + f" or {names[-1]}"


def _report(medium: MediumKind, folder: Path) -> FolderReport:
    found: FolderReport | None = None
    on_screen = sys.stderr.isatty()
    for event in medium.load_reader().check(folder):
        if isinstance(event, Finished):
            found = event.value
        elif isinstance(event, Progress) and on_screen and event.total:
            print(f"\rReading {event.done} of {event.total} ", end="", file=sys.stderr)
    if on_screen:
        print("\r" + " " * 40 + "\r", end="", file=sys.stderr)
    assert found is not None
    return found


def _print_report(report: FolderReport, medium: MediumKind) -> None:
    print(f"{plain(report.folder)} for {medium.name}: {report.verdict}")
    for note in report.notes:
        print(f"  {note}")
    for name, value in report.facts.items():
        print(f"  {name.replace('_', ' ')}: {_fact(value)}")
    for refusal in report.refused:
        print(f"  left out  {plain(refusal.file)}: {refusal.reason}")
    if report.ignored:
        shown = ", ".join(plain(name) for name in report.ignored[:MAX_LISTED])
        more = len(report.ignored) - MAX_LISTED
        print(f"  not looked at: {shown}{f' and {more} more' if more > 0 else ''}")


def _fact(value: object) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{key} {_fact(one)}" for key, one in value.items())
    if isinstance(value, (list, tuple)):
        return " / ".join(_fact(one) for one in value)
    return str(value)
