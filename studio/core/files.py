"""Files: atomic writing, walking a person's folder, a lock that dies with its process."""

from __future__ import annotations

import contextlib
import errno
import os
import stat
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from io import BufferedReader
from itertools import count
from pathlib import Path
from typing import IO

from studio.core.errors import DiskFull, StudioError

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl

MAX_FILES = 200_000
SYSTEM_FILES = {"thumbs.db", "ehthumbs.db", "desktop.ini", "icon\r"}
# What was thrown away, and small copies that systems and network disks make of every picture.
SYSTEM_FOLDERS = {
    "$recycle.bin", "#recycle", "system volume information", "lost+found", "__macosx", "@eadir",
}  # fmt: skip
JUNCTION = 0xA0000003  # Windows' other kind of link to a folder: IO_REPARSE_TAG_MOUNT_POINT


@contextlib.contextmanager
def replacing(path: Path, needed_bytes: int = 0) -> Iterator[IO[bytes]]:
    """Open a file that takes the place of path only once it is written whole and on the disk.

    On any failure before that the old file is untouched and the partial one is gone. DiskFull,
    which names needed_bytes where they are given, when there is no room; StudioError for all else.
    """
    partial = ""
    try:
        _make_folder(path.parent)
        handle, partial = tempfile.mkstemp(prefix=f".{path.name[:40]}.", dir=path.parent)
        with os.fdopen(handle, "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        os.chmod(partial, 0o644)
        os.replace(partial, path)
        sync_folder(path.parent)
    except OSError as error:
        raise _sentence(path, error, needed_bytes) from error
    finally:
        with contextlib.suppress(OSError):
            os.unlink(partial)


def write_bytes(path: Path, content: bytes) -> None:
    """Write a file atomically; DiskFull or StudioError when it cannot be done."""
    with replacing(path, len(content)) as file:
        file.write(content)


def open_regular(path: Path) -> BufferedReader:
    """Open a file to read it; StudioError for a pipe, a device or a folder, OSError as open.

    Opening a pipe would wait, maybe for ever, for somebody who writes into it.
    """
    try:
        file = open(path, "rb", opener=_without_waiting)  # noqa: SIM115 - it is handed on
    except IsADirectoryError as error:
        raise StudioError(f"{path} is no file.") from error
    if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
        file.close()
        raise StudioError(f"{path} is no file.")
    return file


def _without_waiting(path: str, flags: int) -> int:
    return os.open(path, flags | getattr(os, "O_NONBLOCK", 0))


def _sentence(path: Path, error: OSError, needed_bytes: int = 0) -> StudioError:
    """Why a file could not be written; a person's share of a disk can be full as well."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return DiskFull(path.name, str(path.parent), needed_bytes)
    return StudioError(f"{path.name} could not be saved: {error.strerror or error}.")


def sync_folder(folder: Path) -> None:
    """Make new, renamed and removed names of a folder survive a power loss; OSError if not.

    Windows has no such call, and some network file systems refuse it: nothing is done there.
    """
    if sys.platform == "win32":
        return
    try:
        handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
    except OSError as error:
        if error.errno not in (errno.EINVAL, errno.ENOTSUP, errno.EACCES, errno.EPERM):
            raise


def make_folder(folder: Path) -> None:
    """Make a folder and those above it; DiskFull or StudioError when it cannot be done."""
    try:
        _make_folder(folder)
    except OSError as error:
        raise _sentence(folder, error) from error


def _make_folder(folder: Path) -> None:
    """Make a folder and those above it, each kept through a power loss."""
    if not folder.is_dir() and folder != folder.parent:  # the top of a drive that is gone
        _make_folder(folder.parent)
        folder.mkdir(exist_ok=True)
        sync_folder(folder.parent)


@dataclass(frozen=True)
class Walk:
    """The files of a folder, relative and sorted; ignored are hidden and system files, and links.

    closed are folders that could not be opened: (name, why and what to do, in words) each.
    """

    files: tuple[str, ...]
    ignored: tuple[str, ...]
    closed: tuple[tuple[str, str], ...] = ()


def numbered(folder: Path, stem: str, suffix: str) -> Iterator[Path]:
    """Names to choose from, the plain one first: apple.mid, apple-2.mid, apple-3.mid, ..."""
    yield folder / f"{stem}{suffix}"
    for number in count(2):
        yield folder / f"{stem}-{number}{suffix}"


def from_home(text: str) -> Path:
    """A path in which ~ may stand for a person's own folder; that of nobody stays as it is."""
    return Path(os.path.expanduser(text))


def plain(name: str) -> str:
    """A file name without line breaks and control characters, which could fool a reader."""
    return "".join(c if c.isprintable() else f"\\x{ord(c):02x}" for c in name)


def walk(folder: Path) -> Walk:
    """Every file below a folder, each once; never leaves the folder, never follows linked folders.

    A folder in it that cannot be opened is named, and the others are looked through.
    StudioError when the folder itself is missing, not a folder or unreadable.
    """
    _refuse(folder)
    root = folder.resolve()
    files: list[str] = []
    ignored: list[str] = []
    closed: list[tuple[str, str]] = []
    waiting = [(folder, "")]
    while waiting:
        here, name = waiting.pop()
        try:
            with os.scandir(here) as entries:
                found = sorted(entries, key=lambda entry: entry.name)
        except OSError as error:
            if not name:
                raise StudioError(
                    f"The folder {folder} cannot be read: {said_by(error)}."
                ) from error
            closed.append((name, _closed(error)))
            continue
        folders, usual, left = _sorted_out(found, root)
        files += [name + one for one in usual]
        ignored += [name + one for one in left]
        waiting += [(here / one, f"{name}{one}/") for one in reversed(folders)]
        if len(files) > MAX_FILES:
            raise StudioError(f"This folder holds more than {MAX_FILES:,} files; choose a part.")
    return Walk(tuple(files), tuple(ignored), tuple(closed))


def _refuse(folder: Path) -> None:
    """StudioError when there is no such folder, or none that may be read."""
    try:
        is_there = folder.exists()
    except OSError as error:
        raise _sentence(folder, error) from error
    if not is_there:
        raise StudioError(f"There is no folder {folder}.")
    if not folder.is_dir():
        raise StudioError(f"{folder.name} is a file, not a folder.")
    if not os.access(folder, os.R_OK | os.X_OK):
        raise StudioError(f"The folder {folder} cannot be read: permission denied.")


def _sorted_out(
    found: list[os.DirEntry[str]], root: Path
) -> tuple[list[str], list[str], list[str]]:
    """Names of folders to look through, of files, and of what is left alone (folders with /)."""
    folders: list[str] = []
    files: list[str] = []
    left: list[str] = []
    for entry in found:
        name = entry.name
        is_hidden = name.startswith(".")
        if _is_folder(entry):
            skip = is_hidden or name.lower() in SYSTEM_FOLDERS or _is_linked(entry)
            (left if skip else folders).append(name + "/" if skip else name)
        else:
            skip = is_hidden or name.lower() in SYSTEM_FILES or _leaves(entry, root)
            (left if skip else files).append(name)
    return folders, files, left


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:  # it is said why when it is opened
        return False


def _is_linked(entry: os.DirEntry[str]) -> bool:
    """Whether a folder lies elsewhere, or in a circle."""
    try:
        status = entry.stat(follow_symlinks=False)
    except OSError:
        return entry.is_symlink()
    return entry.is_symlink() or getattr(status, "st_reparse_tag", 0) == JUNCTION


def said_by(error: OSError) -> str:
    """What the system says, to go on in a sentence."""
    return (error.strerror or str(error)).lower()


def _closed(error: OSError) -> str:
    """Why a folder was left out, and what to do."""
    if isinstance(error, PermissionError):
        cure = "; give yourself the right to read it, or move it elsewhere"
    else:
        cure = "; look whether its disk is in order"
    return f"this folder could not be opened ({said_by(error)}){cure}"


def _leaves(entry: os.DirEntry[str], root: Path) -> bool:
    """True for a link out of the folder; a dangling one inside stays, to be reported."""
    if not entry.is_symlink():
        return False
    try:
        return not Path(entry.path).resolve().is_relative_to(root)
    except (OSError, RuntimeError):  # a loop of links
        return True


class FileLock:
    """A lock file that the operating system frees when its process dies, however it dies."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file: IO[bytes] | None = None

    def acquire(self) -> bool:
        """Take the lock; False when another process holds it, StudioError where none can be."""
        if self._file is not None:
            return True
        try:
            file = open(self._path, "a+b")  # noqa: SIM115 - stays open while the lock is held
        except OSError as error:
            raise _sentence(self._path, error) from error
        try:
            if sys.platform == "win32":
                file.seek(0)
                msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
            else:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            file.close()
            return False
        self._file = file
        return True

    def is_in_place(self) -> bool:
        """Whether the lock that is held still lies at its path; so it is where nobody can tell."""
        if self._file is None:
            return False
        try:
            return os.path.samestat(os.fstat(self._file.fileno()), os.stat(self._path))
        except (FileNotFoundError, NotADirectoryError):
            return False
        except OSError:
            return True

    def release(self) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None


def is_locked(path: Path) -> bool:
    """Whether some living process holds the lock; false when there is none, or none to be had."""
    if not path.exists():
        return False
    lock = FileLock(path)
    try:
        if lock.acquire():
            lock.release()
            return False
    except StudioError:  # a folder that can only be read
        return False
    return True
