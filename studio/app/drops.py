"""What a file or folder that is dropped on the window means."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QMimeData

from studio.core import model_file, project


@dataclass(frozen=True)
class Drop:
    """A path and what to do with it: train, project, model or other."""

    path: Path
    purpose: str


def read_drop(mime: QMimeData) -> Drop | None:
    """The first local file or folder; None if there is none."""
    for url in mime.urls():
        if url.isLocalFile():
            path = Path(url.toLocalFile())
            return Drop(path, _purpose(path))
    return None


def _purpose(path: Path) -> str:
    if path.is_dir():
        return "train"
    by_suffix = {project.SUFFIX: "project", model_file.SUFFIX: "model"}
    return by_suffix.get(path.suffix.lower(), "other")
