"""The checkpoints of a run: the last good ones stay, whatever happens while another is written."""

from __future__ import annotations

import contextlib
import itertools
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from torch import Tensor

from studio.core.errors import StudioError
from studio.core.files import sync_folder
from studio.gan.checkpoint import is_whole_length, load_state, save_state

KEPT = 3
NAME = re.compile(r"(\d{6,12}\.\d{3})\.safetensors")
PARTIAL = re.compile(r"\.\d{6,12}\.\d{3}\.safetensors\..+")


class Checkpoint(NamedTuple):
    """A training state as it was saved, and its file."""

    tensors: dict[str, Tensor]
    values: dict[str, Any]
    path: Path


def kimg_of(path: Path) -> float:
    """How far training was at a checkpoint, which its name says."""
    found = NAME.fullmatch(path.name)
    return float(found[1]) if found else -1.0


class CheckpointStore:
    """A folder of checkpoints with one writer; a crash, a full disk or damage costs the newest.

    damaged holds the files that the last load passed over, so that the caller can say so.
    """

    def __init__(self, folder: Path, kept: int = KEPT) -> None:
        self.folder = folder
        self.damaged: list[Path] = []
        self._kept = kept

    def paths(self) -> list[Path]:
        """The checkpoints, newest first, be they whole or damaged; other files are none of ours."""
        try:
            found = [path for path in self.folder.iterdir() if NAME.fullmatch(path.name)]
        except FileNotFoundError:
            return []
        except OSError as error:
            raise StudioError(f"{self.folder} cannot be read: {error.strerror}.") from error
        return sorted(found, key=kimg_of, reverse=True)

    @property
    def has_checkpoint(self) -> bool:
        return bool(self.paths())

    def save(self, tensors: dict[str, Tensor], values: dict[str, Any], kimg: float) -> Path:
        """Write a checkpoint, then let go of those that it makes needless; returns its file.

        These are all but the newest good ones, and all that are further on than kimg: training
        went back behind them. Raises, with all of them still there: FloatingPointError for numbers
        that are not finite, DiskFull, StudioError.
        """
        self._remove_partial()
        path = self.folder / f"{kimg:010.3f}.safetensors"
        save_state(path, tensors, values)
        self.damaged = [one for one in self.damaged if one != path]
        self._prune(path)
        return path

    def load_newest(self) -> Checkpoint | None:
        """The newest checkpoint that is whole; None when there is none at all.

        StudioError when there are some, but not one is good.
        """
        found = next(self._whole(), None)
        if found is None and self.damaged:
            raise StudioError(
                "Every checkpoint of this run is damaged: it cannot be resumed, only started again."
            )
        return found

    def load_good(self, skip: int = 0) -> Checkpoint | None:
        """The newest whole checkpoint after leaving out the newest skip ones; None without one."""
        return next(itertools.islice(self._whole(), skip, None), None)

    def load_before(self, kimg: float) -> Checkpoint | None:
        """The newest whole checkpoint of less than kimg; None without one."""
        return next(self._whole(kimg), None)

    def forget_after(self, kimg: float) -> None:
        """Remove what is further on than kimg, where training went back and must not go on."""
        for path in self.paths():
            if kimg_of(path) > kimg:
                _remove(path)
        with contextlib.suppress(OSError):
            sync_folder(self.folder)

    def _whole(self, before_kimg: float = float("inf")) -> Iterator[Checkpoint]:
        """Read newest first, and only as many as are asked for."""
        self.damaged = []
        for path in self.paths():
            if kimg_of(path) >= before_kimg:
                continue
            try:
                tensors, values = load_state(path)
            except StudioError:
                self.damaged.append(path)
                continue
            yield Checkpoint(tensors, values, path)

    def _remove_partial(self) -> None:
        """What a writer left behind that was killed."""
        for path in self.folder.glob(".*"):
            if PARTIAL.fullmatch(path.name):
                _remove(path)

    def _prune(self, newest: Path) -> None:
        kept = 0
        for path in self.paths():
            if kimg_of(path) > kimg_of(newest):
                _remove(path)
            elif kept < self._kept and (path == newest or self._looks_good(path)):
                kept += 1
            else:
                _remove(path)

    def _looks_good(self, path: Path) -> bool:
        return path not in self.damaged and is_whole_length(path)


def _remove(path: Path) -> None:
    """Delete a file; one that cannot be now, because it is open on Windows, is tried again."""
    with contextlib.suppress(OSError):
        path.unlink()
