"""Whose run a folder is: one process at a time may train or change it, as long as it lies there."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from studio.core.errors import StudioError
from studio.core.files import FileLock

LOCK_TRIES = 10


class RunGone(StudioError):
    """The folder of a run was deleted or replaced while it trained: nothing more may be written."""


class Claim:
    """The lock of one run, and whether it is still the run that was locked."""

    def __init__(self, lock: Callable[[], FileLock], config_path: Path) -> None:
        """lock makes the lock, and the folder that it lies in."""
        self._make, self._config_path = lock, config_path
        self._lock: FileLock | None = None
        self._was_lost = False

    @contextlib.contextmanager
    def held(self) -> Iterator[None]:
        """Hold the lock; who holds it already goes on with it. The folder is made.

        StudioError when another process has it, or none can be had.
        """
        if self._lock is not None:
            yield
            return
        lock = self._make()
        for _ in range(LOCK_TRIES):
            if lock.acquire():  # whoever only looks whether the run lives holds it for a moment
                break
            time.sleep(0.1)
        else:
            raise StudioError("This run is already being trained by another process.")
        self._lock, self._was_lost = lock, False
        try:
            yield
        finally:
            self._was_lost, self._lock = self.is_lost, None
            lock.release()

    @property
    def is_lost(self) -> bool:
        """Whether the folder was deleted, or became another's, while this process held it."""
        if self._lock is None:
            return self._was_lost
        return not (self._lock.is_in_place() and _may_be_there(self._config_path))

    def refuse_lost(self) -> None:
        """RunGone where nothing may be written any more; asked before all that is written."""
        if self.is_lost:
            folder = self._config_path.parent
            raise RunGone(f"This training ends: its folder {folder} was deleted or replaced.")


def _may_be_there(path: Path) -> bool:
    """False only where it is certain that there is no such file."""
    try:
        path.stat()
    except (FileNotFoundError, NotADirectoryError):
        return False
    except OSError:
        return True
    return True
