"""What a person calls a training run: a line in its folder, which stays where it is.

It stands in for the name that the run was begun with, also of the models that lie in the folder.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from studio.core.errors import StudioError
from studio.core.files import open_regular, said_by, write_bytes
from studio.core.model_file import ModelEntry, read_entry
from studio.core.provenance import one_line
from studio.core.run_folder import RunFolder

FILE_NAME = "title.txt"
LONGEST = 80
MAX_BYTES = 1000


def read_title(run: Path) -> str:
    """The title of the run in a folder; "" where it has none, or none that can be read."""
    try:
        with open_regular(run / FILE_NAME) as file:
            return one_line(file.read(MAX_BYTES).decode("utf-8", "replace"), LONGEST)
    except (StudioError, OSError):
        return ""


def rename(run: RunFolder, text: str) -> None:
    """Give a run a title, with "" the name back that it was begun with; StudioError if not.

    What is typed becomes one short line without signs that cannot be seen.
    """
    if not run.config_path.is_file():  # writing would make the folder anew
        raise StudioError("This run is not there any more.")
    title, path = one_line(text, LONGEST), run.path / FILE_NAME
    if title:
        write_bytes(path, title.encode())
        return
    try:
        path.unlink(missing_ok=True)
    except OSError as error:
        raise StudioError(f"The name could not be taken back: {said_by(error)}.") from error


def titled_entry(path: Path) -> ModelEntry:
    """A model file by the title of the run that it lies in, if any; StudioError as read_entry."""
    entry, run = read_entry(path), RunFolder(path.parent)
    if path not in (run.model_path, run.best_path) or not run.config_path.is_file():
        return entry
    title = read_title(run.path)
    return replace(entry, header=replace(entry.header, name=title)) if title else entry
