"""Every subfolder is one medium; the folder itself is the registry."""

from __future__ import annotations

import importlib
import pkgutil
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from studio.core.errors import StudioError
from studio.core.kind import MediumKind
from studio.core.provenance import Provenance, silent


@dataclass(frozen=True)
class ExportedFile:
    """A file that left the studio: whose it is, what it says of itself, the document it holds.

    What another program changed in it since, counts as edited.
    """

    path: Path
    kind: MediumKind
    provenance: Provenance
    document: Any


def kinds() -> list[MediumKind]:
    """Find the media by looking at the folder, so that adding one edits nothing here."""
    found: list[MediumKind] = []
    for module in pkgutil.iter_modules(__path__):
        found.append(importlib.import_module(f"{__name__}.{module.name}.kind").KIND)
    return sorted(found, key=lambda kind: (kind.order, kind.name))


def kind(name: str) -> MediumKind:
    """The medium of that name; StudioError that lists the media there are."""
    every = kinds()
    for one in every:
        if one.name == name:
            return one
    names = ", ".join(one.name for one in every)
    raise StudioError(f"There is no medium called {name!r}; there are: {names}.")


def read_provenance(path: Path) -> Provenance:
    """What an exported file says of itself; StudioError if it is none of ours."""
    ending = path.suffix.lower()
    if not path.exists():
        raise StudioError(f"There is no file {path}.")
    if not path.is_file():  # opening a pipe waits for someone to write into it
        raise StudioError(f"{path} is no file.")
    for one in kinds():
        if ending in work_suffixes(one):
            return one.read_provenance(path)
    raise silent(path.name)


def read_exported(path: Path) -> ExportedFile:
    """An exported file and its document; StudioError if it is none of ours, or damaged."""
    provenance = read_provenance(path)
    for one in kinds():
        if one.name == provenance.medium:
            document = one.read_work(path)
            return ExportedFile(path, one, replace(provenance, edited=document.edited), document)
    raise StudioError(f"{path.name} is {provenance.medium}, which this Atelier cannot show.")


def work_suffixes(kind: MediumKind) -> set[str]:
    """The endings of files that a medium writes or knows, in small letters with the dot."""
    return {*kind.file_suffixes, *(exporter.suffix for exporter in kind.exporters)}
