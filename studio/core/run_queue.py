"""The runs that wait for their turn, in order, in one small file beside them."""

from __future__ import annotations

import json
from pathlib import Path

from studio.core.files import FileLock, write_bytes

MAX_BYTES = 2**20


class RunQueue:
    """Folder names of waiting runs, the next first; read from disk each time, as others may write.

    A damaged file counts as an empty queue: the runs themselves are not lost by it.
    """

    def __init__(self, runs_path: Path) -> None:
        self._runs_path = runs_path
        self.path = runs_path / "queue.json"

    def names(self) -> list[str]:
        """Only names of runs that are there."""
        try:
            with open(self.path, "rb") as file:
                found = json.loads(file.read(MAX_BYTES + 1))
        except (OSError, ValueError, RecursionError):
            return []
        if not isinstance(found, list):
            return []
        names = [name for name in found if isinstance(name, str) and self._is_run(name)]
        return list(dict.fromkeys(names))

    def add(self, name: str) -> None:
        """Put a run last; StudioError when the disk refuses."""
        self._write([*(one for one in self.names() if one != name), name])

    def remove(self, name: str) -> None:
        """Take a run out; StudioError when the disk refuses."""
        names = self.names()
        if name in names:
            self._write([one for one in names if one != name])

    def move_up(self, name: str) -> None:
        """One place earlier; StudioError when the disk refuses."""
        names = self.names()
        at = names.index(name) if name in names else 0
        if at > 0:
            names[at - 1 : at + 1] = [names[at], names[at - 1]]
            self._write(names)

    def turn(self) -> FileLock:
        """Held by whoever begins the next run, so that two windows never begin two."""
        self._runs_path.mkdir(parents=True, exist_ok=True)
        return FileLock(self._runs_path / "queue.lock")

    def _is_run(self, name: str) -> bool:
        """False for anything but the plain name of a folder with a run in it."""
        if not name or name != Path(name).name or "\0" in name:
            return False
        return (self._runs_path / name / "config.json").is_file()

    def _write(self, names: list[str]) -> None:
        write_bytes(self.path, json.dumps(names, indent=2).encode())
