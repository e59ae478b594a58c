"""Atomic writing: the old or the new, never a mixture, and a full disk has its own sentence."""

import errno
import inspect
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
    open_regular,
    replacing,
    sync_folder,
    walk,
    write_bytes,
)

ASKED_RIGHTS = hasattr(os, "geteuid") and os.geteuid() != 0


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


def filled(folder: Path, *names: str) -> Path:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(b"x")
    return folder


def refusing(monkeypatch, folder: Path, error: OSError) -> None:
    """os.scandir as it is for who may not, or cannot, read a folder."""
    scandir = os.scandir

    def scan(path):
        if Path(path) == folder:
            raise error
        return scandir(path)

    monkeypatch.setattr(os, "scandir", scan)


def test_a_folder_that_cannot_be_opened_is_named_and_the_others_are_walked(
    tmp_path, monkeypatch
) -> None:
    filled(tmp_path, "a.png", "closed/b.png", "open/c.png", "open/deeper/d.png")
    refusing(monkeypatch, tmp_path / "closed", PermissionError(errno.EACCES, "Permission denied"))
    found = walk(tmp_path)
    assert found.files == ("a.png", "open/c.png", "open/deeper/d.png")
    (name, why), *others = found.closed
    assert name == "closed/" and not others
    assert "could not be opened (permission denied); give yourself the right" in why
    broken = OSError(errno.EIO, "Input/output error")
    refusing(monkeypatch, tmp_path / "open" / "deeper", broken)
    assert [name for name, _ in walk(tmp_path).closed] == ["closed/", "open/deeper/"]
    assert "(input/output error); look whether its disk" in walk(tmp_path).closed[1][1]
    refusing(monkeypatch, tmp_path, broken)
    with pytest.raises(StudioError, match="cannot be read: input/output error"):
        walk(tmp_path)


@pytest.mark.skipif(not ASKED_RIGHTS, reason="who is root may read everything")
def test_a_folder_without_rights_is_named(tmp_path) -> None:
    filled(tmp_path, "a.png", "closed/b.png")
    (tmp_path / "closed").chmod(0)
    try:
        assert [name for name, _ in walk(tmp_path).closed] == ["closed/"]
    finally:
        (tmp_path / "closed").chmod(0o700)


def test_what_systems_keep_in_folders_is_left_alone_and_named(tmp_path) -> None:
    """What was thrown away, and the small copies that network disks make, are nobody's pictures."""
    names = ("$RECYCLE.BIN", "@eaDir", "__MACOSX", "System Volume Information", ".thumbnails")
    filled(tmp_path, "a.png", "Thumbs.db", ".DS_Store", *(f"{name}/b.png" for name in names))
    found = walk(tmp_path)
    assert found.files == ("a.png",)
    assert set(found.ignored) == {*(f"{name}/" for name in names), "Thumbs.db", ".DS_Store"}


@pytest.mark.skipif(sys.platform == "win32", reason="links need rights on Windows")
def test_linked_folders_are_not_followed_and_are_named(tmp_path) -> None:
    filled(tmp_path, "real/a.png")
    (tmp_path / "again").symlink_to(tmp_path / "real", target_is_directory=True)
    (tmp_path / "real" / "loop").symlink_to(tmp_path, target_is_directory=True)
    found = walk(tmp_path)
    assert found.files == ("real/a.png",)
    assert set(found.ignored) == {"again/", "real/loop/"}


def nested(folder: Path, name: str, levels: int, monkeypatch) -> Path:
    """Folders in folders, made step by step: the whole path may be longer than a call takes."""
    monkeypatch.chdir(folder)
    for _ in range(levels):
        os.mkdir(name)
        os.chdir(name)
    os.chdir(folder)
    return filled(folder, "z.png")


def test_folders_may_be_nested_deeper_than_calls(tmp_path, monkeypatch) -> None:
    nested(tmp_path, "d", 300, monkeypatch)
    usual = sys.getrecursionlimit()
    sys.setrecursionlimit(len(inspect.stack(0)) + 150)
    try:
        found = walk(tmp_path)
    finally:
        sys.setrecursionlimit(usual)
    assert found.files == ("z.png",) and found.closed == ()


@pytest.mark.skipif(sys.platform == "win32", reason="paths are short there")
def test_a_path_that_is_too_long_is_named(tmp_path, monkeypatch) -> None:
    found = walk(nested(tmp_path, "d" * 200, 25, monkeypatch))
    assert found.files == ("z.png",)
    assert ["file name too long" in why for _, why in found.closed] == [True]


needs_pipes = pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="has no pipes among files")


@needs_pipes
def test_a_pipe_and_a_folder_are_no_files(tmp_path):
    """Opening a pipe would wait for ever."""
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path / "pipe", tmp_path, Path(os.devnull)):
        with pytest.raises(StudioError, match="is no file"):
            open_regular(path)
    (tmp_path / "file").write_bytes(b"here")
    with open_regular(tmp_path / "file") as file:
        assert file.read() == b"here"
    with pytest.raises(FileNotFoundError):
        open_regular(tmp_path / "nothing")


def test_a_lock_knows_whether_it_still_lies_there(tmp_path):
    lock = FileLock(tmp_path / "lock")
    assert not lock.is_in_place(), "it was not taken"
    assert lock.acquire() and lock.is_in_place()
    (tmp_path / "lock").rename(tmp_path / "moved")
    assert not lock.is_in_place()
    (tmp_path / "lock").touch()
    assert not lock.is_in_place(), "another one has its name"
    lock.release()
