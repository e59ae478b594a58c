"""`atelier check`: the dataset doctor on the command line."""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from pathlib import Path

from studio.app.cli_sheet import refuse_another, write_sheet_file
from studio.app.cli_text import followed, plain
from studio.core.doctor import Chart
from studio.core.errors import StudioError
from studio.core.files import walk
from studio.core.kind import FolderReport, MediumKind
from studio.core.work import result_of
from studio.media import kind as kind_of
from studio.media import kinds

MAX_LISTED = 12
MOST_OPENED = 1000  # files with endings that no medium has
LIKE_WORDS = 4  # as many first words say of what sort a reason is


def check(arguments: argparse.Namespace) -> int:
    """Print the report; ends with 2 when the folder cannot be trained on."""
    folder = Path(arguments.folder)
    medium = kind_of(arguments.medium) if arguments.medium else likely_medium(folder)
    sheets = Path(arguments.sheets) if arguments.sheets else None
    if sheets is not None and sheets.resolve().is_relative_to(folder.resolve()):
        raise StudioError("Nothing is written into the folder itself; choose another for --sheets.")
    report = _report(medium, folder, tuple(arguments.remedy or ()))
    for path in _sheet_paths(report, sheets):
        refuse_another(path)
    if arguments.json:
        print(json.dumps(report.to_json(), indent=2))
    else:
        _print_report(report, medium)
    if sheets is not None:
        _write_sheets(report, sheets, quiet=arguments.json)
    if report.too_few:
        raise StudioError(report.too_few)
    return 0


# What may hold pictures that are not read, and what to do.
HINTS = {
    "save HEIC photographs as JPEG first": {".heic", ".heif", ".hif"},
    "unpack its archives first": {".zip", ".7z", ".rar", ".tar", ".gz", ".tgz"},
}


def likely_medium(folder: Path) -> MediumKind:
    """The medium that most files of a folder belong to; StudioError when none does."""
    found, every = walk(folder), kinds()
    endings = [Path(name).suffix.lower() for name in found.files]
    counts = [sum(ending in kind.file_suffixes for ending in endings) for kind in every]
    if not any(counts):  # a picture may have the name of what cannot be read
        files = [folder / name for name in found.files[:MOST_OPENED]]
        counts = [sum(map(kind.knows, files)) for kind in every]
    best = max(counts)
    if best > 0:
        return every[counts.index(best)]
    what = f"has no file for {_listed(every)}" if endings or found.closed else "is empty"
    hints = [hint for hint, suffixes in HINTS.items() if suffixes & set(endings)]
    hints += [f"{plain(name)} {why.removeprefix('this folder ')}" for name, why in found.closed[:1]]
    name = plain(folder.name or str(folder))
    raise StudioError(f"The folder {name} {'; '.join([what, *hints])}.")


def _listed(every: list[MediumKind]) -> str:
    names = [kind.name for kind in every]
    return ", ".join(names[:-1]) + f" or {names[-1]}"


def _report(medium: MediumKind, folder: Path, remedies: tuple[str, ...]) -> FolderReport:
    return result_of(followed(medium.load_reader().check(folder, remedies), "Reading"))


def _print_report(report: FolderReport, medium: MediumKind) -> None:
    print(f"{plain(report.folder)} for {medium.name}: {report.verdict}")
    for note in report.notes:
        print(f"  {note}")
    for name, value in report.facts.items():
        if value and not isinstance(value, dict):  # those are counts, which the charts show
            print(f"  {name.replace('_', ' ')}: {_fact(value)}")
    for chart in report.charts:
        _print_chart(chart)
    for names in report.near[:MAX_LISTED]:
        print(f"  near copies  {_some(names)}")
    if len(report.near) > MAX_LISTED:
        print(f"  and {len(report.near) - MAX_LISTED} more groups of near copies")
    if report.outliers:
        print(f"  unlike all others  {_some(report.outliers)}")
    _print_refused(report)
    if report.ignored:
        print(f"  not looked at: {_some(report.ignored)}")
    for remedy in report.remedies:
        taken = "taken" if remedy.is_taken else "on offer"
        print(f"  {taken}  --remedy {remedy.word}: {remedy.text} ({remedy.files:,})")


def _print_refused(report: FolderReport) -> None:
    """One line a file; long lists of the same reason are cut."""
    by_reason: dict[str, list[str]] = {}
    for refusal in report.refused:
        by_reason.setdefault(_kind_of(refusal.reason), []).append(refusal.file)
    for refusal in report.refused:
        names = by_reason[_kind_of(refusal.reason)]
        place = names.index(refusal.file)
        if place < MAX_LISTED:
            print(f"  left out  {plain(refusal.file)}: {plain(refusal.reason)}")
        elif place == MAX_LISTED:
            print(f"  left out  {len(names) - MAX_LISTED:,} more like this ({names[place - 1]!r})")


def _kind_of(reason: str) -> str:
    """What reasons of one sort have in common, without figures and names."""
    return " ".join(word for word in reason.split()[:LIKE_WORDS] if not any(map(str.isdigit, word)))


def _print_chart(chart: Chart) -> None:
    """Bars of a chart in one line; a scatter cannot be said in one."""
    if chart.kind == "scatter" or not sum(chart.values):
        return
    parts = [
        f"{label} {value:.0%}" if chart.kind == "swatches" else f"{label} {value:,.0f}"
        for label, value in zip(chart.labels, chart.values, strict=True)
        if value
    ]
    print(f"  {chart.title.lower()}: {', '.join(parts)}")


def _some(names: Sequence[str]) -> str:
    """The first of many names."""
    shown = ", ".join(plain(name) for name in names[:MAX_LISTED])
    more = len(names) - MAX_LISTED
    return f"{shown} and {more:,} more" if more > 0 else shown


def _write_sheets(report: FolderReport, folder: Path, quiet: bool) -> None:
    """The contact sheets as PNG."""
    for sheet, path in zip(report.sheets, _sheet_paths(report, folder), strict=True):
        write_sheet_file(path, sheet.pixels())
        if not quiet:
            print(f"  wrote  {plain(str(path))}")


def _sheet_paths(report: FolderReport, folder: Path | None) -> list[Path]:
    """Where the contact sheets go; none where none are asked for."""
    names = [sheet.title.lower().replace(" ", "-") for sheet in report.sheets]
    return [] if folder is None else [folder / f"{name}.png" for name in names]


def _fact(value: object) -> str:
    return " / ".join(map(str, value)) if isinstance(value, (list, tuple)) else str(value)
