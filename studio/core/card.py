"""A model card: what a model is, what it learnt from, how, how well, and what to beware of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from studio.core.figures import cautions, counts, rows, shown
from studio.core.model_file import ModelHeader

ABOUT_FIGURES = (
    "At psi 1. A floor is what files of the folder that were held out reach themselves; copies is "
    "what a model would reach that gives its training files back."
)
ABOUT_COUNTS = (
    "Overlap is the shared area of the histograms of results and held-out files, 1 is the same; "
    "its floor is the overlap of files with other files."
)
LEFT_OUT = ("folder", "name", "licence", "credit", "medium", "device", "threads", "seconds")


def card(
    header: ModelHeader,
    figures: Mapping[str, float],
    settings: Mapping[str, Any],
    picture: str = "",
) -> str:
    """Markdown text about a model.

    figures as `atelier measure` gives them ({} leaves the section out), settings as in the run's
    config.json ({} likewise), picture the path of samples relative to the card. Of the folder only
    its name is told, since cards are given away.
    """
    parts = [f"# {_line(header.name)}"]
    if picture:
        parts.append(f"![samples]({picture})")
    parts.append(_about(header))
    if settings:
        parts += ["## Made with", _command(header, settings), _settings(settings)]
    if figures:
        parts += ["## Figures", *_figures(figures)]
        warnings = cautions(figures)
        if warnings:
            parts += ["## Beware", "\n".join(f"- {sentence}" for sentence in warnings)]
    return "\n\n".join(parts) + "\n"


def _about(header: ModelHeader) -> str:
    trained = header.trained
    table = [
        ("medium", header.medium),
        ("size", f"{header.size_px} px" if header.medium != "music" else ""),
        ("learnt from", _learnt_from(trained)),
        ("source and credit", trained.get("credit") or "not given"),
        ("licence of the files", trained.get("licence") or "not given"),
        ("length", _length(trained)),
        ("device", trained.get("device", "")),
        ("kept of the files", _kept(header.fingerprints)),
        ("weights", f"`{header.id}`" if header.id else ""),
    ]
    return _table(("", ""), [(name, _line(value)) for name, value in table if value])


def _learnt_from(trained: Mapping[str, Any]) -> str:
    found = [
        f"{trained[name]:,} {word}"
        for name, word in (("files", "files"), ("examples", "examples"), ("held_out", "held out"))
        if _is_number(trained.get(name)) and trained[name]
    ]
    return ", ".join(found)


def _kept(words: Mapping[str, Any]) -> str:
    kept, examples = words.get("kept"), words.get("examples")
    if not _is_number(kept) or not _is_number(examples):
        return ""
    return f"fingerprints of {kept:,} of {examples:,} examples, to tell copies"


def _length(trained: Mapping[str, Any]) -> str:
    words = [
        f"{trained[name]:g} {name}" for name in ("kimg", "minutes") if _is_number(trained.get(name))
    ]
    return " in ".join(words)


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _command(header: ModelHeader, settings: Mapping[str, Any]) -> str:
    folder = Path(str(settings.get("folder") or "FOLDER")).name or "FOLDER"
    words = ["atelier train", _quoted(folder), f"--medium {header.medium}", "--out RUN"]
    if header.medium != "music":
        words.append(f"--size {header.size_px}")
    if settings.get("seconds"):
        words.append(f"--seconds {settings['seconds']:g}")
    elif settings.get("kimg"):
        words.append(f"--kimg {settings['kimg']:g}")
    if settings.get("seed"):
        words.append(f"--seed {settings['seed']}")
    return "    " + _line(" ".join(words))


def _quoted(word: str) -> str:
    return word if word.replace("-", "").replace("_", "").isalnum() else f'"{word}"'


def _settings(settings: Mapping[str, Any]) -> str:
    known = [(k, v) for k, v in settings.items() if k not in LEFT_OUT and v not in (None, "")]
    return _table(("setting", "value"), [(k.replace("_", " "), _line(v)) for k, v in known])


def _figures(figures: Mapping[str, float]) -> list[str]:
    found: list[str] = []
    spaces = rows(figures)
    if spaces:
        cells = [
            (row.label.strip(), shown(row.value), shown(row.floor), shown(row.copies), row.good)
            for row in spaces
        ]
        found += [ABOUT_FIGURES, _table(("figure", "model", "floor", "copies", "good is"), cells)]
    counted = counts(figures)
    if counted:
        cells = [
            (one.label, shown(one.value), shown(one.files), shown(one.overlap), shown(one.floor))
            for one in counted
        ]
        found += [ABOUT_COUNTS, _table(("measure", "model", "files", "overlap", "floor"), cells)]
    return found


def _table(heading: Sequence[str], cells: Sequence[Sequence[str]]) -> str:
    lines = [heading, ["---"] * len(heading), *cells]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def _line(value: Any) -> str:
    """Text on one line that cannot break a table or hide markup."""
    text = " ".join(str(value).split())
    return text.replace("|", "\\|").replace("<", "&lt;")
