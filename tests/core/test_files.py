"""Atomic writing: the old or the new, never a mixture, and a full disk has its own sentence."""

import errno
import os
import stat
import sys
from pathlib import Path

import pytest

from studio.core.errors import DiskFull, StudioError
from studio.core.files import (
    FileLock,
    is_locked,
    make_folder,
    replacing,
    sync_folder,
    write_bytes,
)


def fail(number: int):
    def call(*_):
        raise OSError(number, os.strerror(number))

    return call


def test_folders_are_made_and_the_file_is_readable_by_others(tmp_path: Path) -> None:
    path = tmp_path / "a" / "b" / "file"
    write_bytes(path, b"one")
    write_bytes(path, b"two")
    assert path.read_bytes() == b"two" and list(path.parent.iterdir()) == [path]
    if os.name == "posix":
        assert stat.S_IMODE(path.stat().st_mode) == 0o644


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT])
def test_a_full_disk_says_how_much_is_needed_and_where(tmp_path, monkeypatch, number) -> None:
    path = tmp_path / "state"
    path.write_bytes(b"old")
    monkeypatch.setattr(os, "fsync", fail(number))
    with pytest.raises(DiskFull) as caught:
        write_bytes(path, bytes(2_500_001))
    assert caught.value.needed_mb == 3
    assert str(caught.value) == f"The disk is full: state needs 3 MB in {tmp_path}."
    with pytest.raises(DiskFull) as caught, replacing(path) as file:
        file.write(b"of unknown length")
    assert caught.value.needed_mb == 0 and "state needs more room in" in str(caught.value)
    assert path.read_bytes() == b"old" and list(tmp_path.iterdir()) == [path]


def test_other_trouble_is_no_full_disk(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(os, "replace", fail(errno.EACCES))
    with pytest.raises(StudioError, match="could not be saved: Permission denied") as caught:
        write_bytes(tmp_path / "state", b"new")
    assert not isinstance(caught.value, DiskFull) and list(tmp_path.iterdir()) == []


def test_an_error_of_the_writer_leaves_the_old_file(tmp_path) -> None:
    path = tmp_path / "state"
    path.write_bytes(b"old")
    with pytest.raises(ZeroDivisionError), replacing(path) as file:
        file.write(b"new")
        raise ZeroDivisionError
    assert path.read_bytes() == b"old" and list(tmp_path.iterdir()) == [path]


def test_a_file_where_a_folder_should_be_is_a_sentence(tmp_path) -> None:
    (tmp_path / "taken").write_bytes(b"")
    with pytest.raises(StudioError, match="deep could not be saved"):
        write_bytes(tmp_path / "taken" / "more" / "deep", b"")


@pytest.mark.skipif(sys.platform == "win32", reason="Windows syncs no folders")
def test_a_file_system_that_syncs_no_folders_is_good_enough(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(os, "fsync", fail(errno.EINVAL))
    sync_folder(tmp_path)
    monkeypatch.setattr(os, "fsync", fail(errno.EIO))
    with pytest.raises(OSError, match="Input/output"):
        sync_folder(tmp_path)
    with pytest.raises(FileNotFoundError):
        sync_folder(tmp_path / "gone")


def test_a_folder_that_cannot_be_made_is_a_sentence(tmp_path, monkeypatch) -> None:
    make_folder(tmp_path / "a" / "b")
    make_folder(tmp_path / "a" / "b")
    assert (tmp_path / "a" / "b").is_dir()
    (tmp_path / "taken").write_bytes(b"")
    with pytest.raises(StudioError, match="taken could not be saved: File exists"):
        make_folder(tmp_path / "taken")
    monkeypatch.setattr(Path, "mkdir", lambda *_, **__: fail(errno.ENOSPC)())
    with pytest.raises(DiskFull, match="full needs more room"):
        make_folder(tmp_path / "full")


def test_a_lock_that_cannot_be_opened(tmp_path) -> None:
    path = tmp_path / "lock"
    path.mkdir()  # even the superuser cannot write there
    with pytest.raises(StudioError, match="lock could not be saved"):
        FileLock(path).acquire()
    assert not is_locked(path)
    with pytest.raises(StudioError):
        FileLock(tmp_path / "gone" / "lock").acquire()
