"""What a file or folder that is dropped on the window means."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QMimeData

from studio.core import model_file, project
from studio.core.errors import StudioError
from studio.core.kind import MediumKind
from studio.media import work_suffixes

LEAST_PX = 32  # enough to see whether a file can be read


@dataclass(frozen=True)
class Drop:
    """A path and what to do with it: train, project, model, work or other.

    A work is a file such as the media export; whether it is one of ours shows when it is read.
    """

    path: Path
    purpose: str


def read_drop(mime: QMimeData, kinds: Iterable[MediumKind]) -> Drop | None:
    """The first local file or folder; None if there is none."""
    for url in mime.urls():
        if url.isLocalFile():
            path = Path(url.toLocalFile())
            return Drop(path, _purpose(path, kinds))
    return None


class Unreadable(StudioError):
    """A file that no medium can read, whatever its ending says."""


def refuse_unreadable(path: Path, kinds: Iterable[MediumKind]) -> None:
    """Unreadable where the media that know such an ending cannot read this file; for the worker."""
    for kind in kinds:
        if path.suffix.lower() in kind.file_suffixes:
            try:
                kind.load_reader().open(path, LEAST_PX)
            except StudioError as error:
                raise Unreadable(str(error)) from error
            return


def _purpose(path: Path, kinds: Iterable[MediumKind]) -> str:
    if path.is_dir():
        return "train"
    by_suffix = {suffix: "work" for kind in kinds for suffix in work_suffixes(kind)}
    by_suffix |= {project.SUFFIX: "project", model_file.SUFFIX: "model"}
    return by_suffix.get(path.suffix.lower(), "other")
