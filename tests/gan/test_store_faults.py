"""Kills, full disks and damage while checkpoints are written: the last good one always loads."""

import contextlib
import errno
import hashlib
import json
import os
import random
import struct
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from studio.core import files
from studio.core.errors import DiskFull, StudioError
from studio.core.run_folder import RunFolder, TrainConfig
from studio.gan.checkpoint import is_whole_length, load_state, save_state
from studio.gan.store import CheckpointStore

ROOT = Path(__file__).resolve().parent.parent.parent
PAGE = 4096


def state(n: int) -> dict[str, Tensor]:
    """Some 30 kB that are all of one moment: a mixture of two moments is none of these."""
    numbers = torch.arange(7000, dtype=torch.float32)
    return {
        "adam.exp_avg": numbers * n,
        "generator.bias": numbers[:70] + n,
        "steps": torch.tensor(n),
    }


def is_state(n: int, tensors: dict[str, Tensor]) -> bool:
    whole = state(n)
    return whole.keys() == tensors.keys() and all(torch.equal(tensors[k], whole[k]) for k in whole)


def newest(store: CheckpointStore) -> int:
    """Which state the newest checkpoint holds, every number of it looked at."""
    found = store.load_newest()
    assert found is not None and is_state(found.values["n"], found.tensors)
    return found.values["n"]


class Killed(BaseException):
    """The process is gone: nothing after it runs, no cleaning up either."""


class Faults:
    """Counts what a save asks of the operating system, and lets the n-th call fail.

    kill: all calls after it fail, too, as for a process that has died.
    """

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.calls: list[str] = []
        self.fail_at = 0
        self.error: BaseException = OSError(errno.EIO, "Input/output error")
        self.only: str | None = None
        for name in ("open", "fsync", "replace", "chmod", "unlink", "mkdir", "close"):
            monkeypatch.setattr(os, name, self._counted(name, getattr(os, name)))
        monkeypatch.setattr(tempfile, "mkstemp", self._counted("mkstemp", tempfile.mkstemp))
        fdopen = os.fdopen
        monkeypatch.setattr(os, "fdopen", lambda *a: Unbuffered(fdopen(*a, buffering=0), self))

    def begin(self, fail_at: int, error: BaseException, only: str | None = None) -> None:
        self.calls, self.fail_at, self.error, self.only = [], fail_at, error, only

    def hit(self, name: str) -> bool:
        """Count a call; whether it is to fail."""
        if self.fail_at and (self.only in (None, name)):
            self.calls.append(name)
            if isinstance(self.error, Killed):
                return len(self.calls) >= self.fail_at
            return len(self.calls) == self.fail_at
        return False

    def happened(self) -> bool:
        reached = len(self.calls) >= self.fail_at
        self.fail_at = 0
        return reached

    def _counted(self, name: str, real: Any) -> Any:
        def call(*arguments: Any, **words: Any) -> Any:
            if self.hit(name):
                raise self.error
            return real(*arguments, **words)

        return call


class Unbuffered:
    """A file that counts its writes; the one that fails leaves half of its bytes on the disk."""

    def __init__(self, file: Any, faults: Faults) -> None:
        self._file, self._faults = file, faults

    def __enter__(self) -> "Unbuffered":
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def write(self, content: Any) -> int:
        if self._faults.hit("write"):
            self._file.write(bytes(content)[: len(content) // 2])
            raise self._faults.error
        return self._file.write(content)

    def flush(self) -> None:
        if self._faults.hit("flush"):
            raise self._faults.error

    def fileno(self) -> int:
        return self._file.fileno()


@pytest.fixture
def faults(monkeypatch) -> Faults:
    return Faults(monkeypatch)


@pytest.mark.parametrize("before", [0, 1, 4])
def test_an_error_at_any_call_costs_nothing_but_that_save(tmp_path, faults, before) -> None:
    store = CheckpointStore(tmp_path / "run" / "checkpoints")
    n = 0
    for n in range(1, before + 1):
        store.save(state(n), {"n": n}, n)
    for call in range(1, 100):
        n += 1
        faults.begin(call, OSError(errno.EIO, "Input/output error"))
        failed = False
        try:
            store.save(state(n), {"n": n}, n)
        except StudioError:
            failed = True
        if not faults.happened():
            break
        after = CheckpointStore(store.folder)
        if failed and not after.has_checkpoint:
            assert before == 0
        else:
            last = newest(after)
            assert last == n or (failed and last < n)
            before = max(before, 1)
        assert after.damaged == []
    assert not failed and call > 10
    assert newest(store) == n
    assert all(path.name[0] != "." for path in store.folder.iterdir())


def test_a_kill_at_any_call_leaves_the_old_or_the_new(tmp_path, faults) -> None:
    store = CheckpointStore(tmp_path)
    for n in (1, 2, 3):
        store.save(state(n), {"n": n}, n)
    for call in range(1, 100):
        n += 1
        last = newest(store)
        faults.begin(call, Killed())
        with contextlib.suppress(Killed):
            store.save(state(n), {"n": n}, n)
        if not faults.happened():
            break
        after = CheckpointStore(tmp_path)
        assert newest(after) in (last, n) and after.damaged == []
        assert len(after.paths()) >= 3
    assert call > 10 and newest(store) == n
    assert len(list(tmp_path.iterdir())) == 3  # nothing left over from all those kills


def test_a_full_disk_at_any_write_keeps_all_there_was(tmp_path, faults) -> None:
    store = CheckpointStore(tmp_path)
    for n in (1, 2, 3):
        store.save(state(n), {"n": n}, n)
    before = {path: path.read_bytes() for path in tmp_path.iterdir()}
    for number in (errno.ENOSPC, errno.EDQUOT):
        for call in range(1, 100):
            faults.begin(call, OSError(number, "full"), only="write")
            try:
                store.save(state(9), {"n": 9}, 9)
            except DiskFull as full:
                assert full.needed_mb == 1 and "The disk is full: 000009.000" in str(full)
            if not faults.happened():
                break
            assert {path: path.read_bytes() for path in tmp_path.iterdir()} == before
        assert call > 4 and newest(store) == 9
        (tmp_path / "000009.000.safetensors").unlink()
        for path, content in before.items():
            path.write_bytes(content)


def test_the_disk_has_it_before_its_name_changes_and_older_ones_go(tmp_path, monkeypatch) -> None:
    """A power loss between any two of these leaves a whole file under a whole name."""
    store = CheckpointStore(tmp_path)
    for n in (1, 2, 3):
        store.save(state(n), {"n": n}, n)
    done: list[str] = []
    fsync, replace, unlink = os.fsync, os.replace, Path.unlink
    kind = {True: "folder", False: "file"}
    monkeypatch.setattr(
        os, "fsync", lambda f: (done.append(f"sync {kind[os.path.isdir(f)]}"), fsync(f))[1]
    )
    monkeypatch.setattr(os, "replace", lambda a, b: (done.append("rename"), replace(a, b))[1])
    monkeypatch.setattr(Path, "unlink", lambda p: (done.append(f"remove {p.name}"), unlink(p))[1])
    store.save(state(4), {"n": 4}, 4)
    synced = ["sync folder"] if sys.platform != "win32" else []
    assert done == ["sync file", "rename", *synced, "remove 000001.000.safetensors"]


WRITER = """
import os, random, signal, sys, time
from pathlib import Path
import torch
from studio.gan.store import CheckpointStore

torch.set_num_threads(1)
store, dice = CheckpointStore(Path(sys.argv[1])), random.Random(7)

def state(n):
    return {"a": torch.full((60_000,), float(n)), "b": torch.full((999,), n)}

def save_for_ever(n, told):
    while True:
        n += 1
        CheckpointStore(store.folder).save(state(n), {"n": n}, n)
        os.write(told, b"+")

newest = saves = parts = 0
for kill in range(60):
    hears, tells = os.pipe()
    child = os.fork()
    if child == 0:
        save_for_ever(newest, tells)
    os.close(tells)
    if kill % 2:
        os.read(hears, 1)  # right after a save at times, anywhere at others
    time.sleep(dice.random() * 0.03)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    said = kill % 2 + len(b"".join(iter(lambda: os.read(hears, 999), b"")))
    os.close(hears)
    parts += any(path.name[0] == "." for path in store.folder.glob("*"))
    found = store.load_newest()
    if found is None:
        assert said == 0 and newest == 0
        continue
    n = found.values["n"]
    assert newest + said <= n <= newest + said + 1, (newest, said, n)
    assert not store.damaged
    assert all(torch.equal(v, found.tensors[k]) for k, v in state(n).items())
    saves += n - newest
    newest = n
print(saves, parts)
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="forks, so that each kill costs no import")
def test_kill_9_anywhere_while_saving(tmp_path) -> None:
    """Sixty writers are killed; what each had finished, or was just finishing, is there."""
    done = subprocess.run(
        [sys.executable, "-c", WRITER, str(tmp_path)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    saves, parts = (int(word) for word in done.stdout.split())
    assert saves >= 30 and parts > 0  # some were hit in the middle of a file


@pytest.fixture(scope="module")
def written(tmp_path_factory) -> tuple[CheckpointStore, Path, bytes]:
    """A store with one good checkpoint; the path of the next, and what belongs there."""
    store = CheckpointStore(tmp_path_factory.mktemp("checkpoints"))
    store.save(state(1), {"n": 1}, 1)
    path = store.save(state(2), {"n": 2}, 2)
    return store, path, path.read_bytes()


def falls_back(written: tuple[CheckpointStore, Path, bytes], damaged: bytes) -> bool:
    store, path, whole = written
    assert damaged != whole
    path.write_bytes(damaged)
    return newest(store) == 1 and store.damaged == [path]


def test_cut_at_every_page(written) -> None:
    whole = written[2]
    for length in [0, 1, 7, 8, 9, *range(PAGE, len(whole), PAGE), len(whole) - 1]:
        assert falls_back(written, whole[:length])
        assert not is_whole_length(written[1])


def test_zeros_where_the_disk_never_got_the_rest(written) -> None:
    whole = written[2]
    for length in range(0, len(whole), PAGE):
        assert falls_back(written, whole[:length] + bytes(len(whole) - length))


@given(st.data())
def test_cut_anywhere(written, data) -> None:
    whole = written[2]
    assert falls_back(written, whole[: data.draw(st.integers(0, len(whole) - 1))])


@given(st.binary(min_size=1, max_size=50))
def test_longer_than_it_was(written, more) -> None:
    assert falls_back(written, written[2] + more)


@given(st.data())
@settings(max_examples=300)
def test_any_bit_flipped_anywhere(written, data) -> None:
    damaged = bytearray(written[2])
    header = 8 + int.from_bytes(damaged[:8], "little")
    for place in data.draw(
        st.lists(st.integers(0, header) | st.integers(0, len(damaged) - 1), min_size=1, max_size=3)
    ):
        damaged[place] ^= 1 << data.draw(st.integers(0, 7))
    if damaged != written[2]:
        assert falls_back(written, bytes(damaged))


@given(st.binary(max_size=200))
def test_anything_else(written, content) -> None:
    assert falls_back(written, content)


def forged(index: Any, content: bytes = b"") -> bytes:
    """A file whose checksum is right, whatever it says."""
    text = index if isinstance(index, bytes) else json.dumps(index).encode()
    body = struct.pack("<Q", len(text)) + text + content
    return body + hashlib.sha256(body).digest()


def header(**tensors: Any) -> dict[str, Any]:
    return {"__metadata__": {"state": "{}"}, **tensors}


def entry(dtype: Any = "F32", shape: Any = (1,), offsets: Any = (0, 4)) -> dict[str, Any]:
    return {"dtype": dtype, "shape": shape, "data_offsets": offsets}


END = {"sha256": entry("U8", [32], [4, 36])}


def test_a_forged_file_that_is_right_loads(tmp_path) -> None:
    path = tmp_path / "x.safetensors"
    path.write_bytes(forged(header(a=entry(), **END), struct.pack("<f", 2.5)))
    tensors, values = load_state(path)
    assert tensors["a"].tolist() == [2.5] and values == {}


@pytest.mark.parametrize(
    "index",
    [
        [],
        {},
        b"[" * 100_000,
        b'{"__metadata__": ' * 20_000,
        b'{"a": 1' + b"0" * 5000 + b"}",
        {"__metadata__": {"state": "[" * 100_000}, "a": entry(), **END},
        {"__metadata__": {"state": "[1]"}, "a": entry(), **END},
        {"__metadata__": [], "a": entry(), **END},
        header(a=entry()),
        header(a=entry(), sha256=entry("U8", [4], [4, 8])),
        header(a=entry("F33"), **END),
        header(a=entry(["F32"]), **END),
        header(a=entry(shape=[-1]), **END),
        header(a=entry(shape=[2**62]), **END),
        header(a=entry(shape=[2**40] * 9, offsets=[0, 0]), **END),
        header(a=entry(shape=[0, 2**40], offsets=[0, 0]), **END),
        header(a=entry(shape=[1] * 100), **END),
        header(a=entry(shape=[float("inf")]), **END),
        header(a=entry(shape="ab"), **END),
        header(a=entry(shape=7), **END),
        header(a=entry(offsets=[-4, 0]), **END),
        header(a=entry(offsets=[0, 2**50]), **END),
        header(a=entry(offsets=[0]), **END),
        header(a=entry(offsets=None), **END),
        header(a=7, **END),
        header(a={}, **END),
    ],
    ids=range(26),
)
def test_hostile_headers_are_refused_in_words(tmp_path, index) -> None:
    path = tmp_path / "x.safetensors"
    path.write_bytes(forged(index, b"\0" * 4))
    with pytest.raises(StudioError, match=r"x\.safetensors is damaged, or no checkpoint"):
        load_state(path)
    assert not is_whole_length(path)


def test_a_file_of_absurd_length_is_not_read(tmp_path) -> None:
    """It is all hole, so it takes no room; its header says that the rest is one tensor."""
    path = tmp_path / "x.safetensors"
    size = 5 * 2**30
    index = header(a=entry("U8", [size], [0, size]), sha256=entry("U8", [32], [size, size + 32]))
    start = forged(index)[:-32]
    path.write_bytes(start)
    os.truncate(path, len(start) + size + 32)
    with pytest.raises(StudioError):
        load_state(path)


def test_a_file_that_grows_shorter_while_it_is_read(tmp_path, monkeypatch) -> None:
    path = tmp_path / "x.safetensors"
    save_state(path, state(1), {})
    length = path.stat().st_size
    path.write_bytes(path.read_bytes()[: length // 2])
    stat = path.stat()
    monkeypatch.setattr(os, "fstat", lambda _: os.stat_result([*stat[:6], length, *stat[7:10]]))
    with pytest.raises(StudioError, match="damaged"):
        load_state(path)


@pytest.fixture
def small_disk(tmp_path) -> Iterator[Path]:
    """A file system of its own of two megabytes, where the one who tests may make one."""
    folder = tmp_path / "small"
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", str(folder)]
    try:
        made = subprocess.run(command, capture_output=True, check=False).returncode == 0
    except OSError:
        made = False
    if not made:
        pytest.skip("may not mount a file system")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


def test_a_disk_that_is_really_full(small_disk) -> None:
    """Checkpoints, events and commands, and that all go on once there is room again."""
    run = RunFolder(small_disk / "run")
    run.create(TrainConfig("artwork", "/pictures"))
    run.tell("run")
    store = CheckpointStore(run.checkpoints_path)
    large = {"a": torch.arange(180_000).float()}  # 0.7 MB
    store.save(large, {"n": 1}, 1)
    run.append("checkpoint", kimg=1)
    rest = small_disk / "films"
    dice = random.Random(3)
    with contextlib.suppress(OSError), open(rest, "wb", buffering=0) as file:
        while file.write(dice.randbytes(PAGE)) == PAGE:
            pass
    before = sorted(path.name for path in run.checkpoints_path.iterdir())
    with pytest.raises(DiskFull, match=r"000002\.000\.safetensors needs 1 MB"):
        store.save(large, {"n": 2}, 2)
    assert sorted(path.name for path in run.checkpoints_path.iterdir()) == before
    found = store.load_newest()
    assert found and found.values == {"n": 1} and torch.equal(found.tensors["a"], large["a"])
    for kimg in range(200):
        run.append("progress", kimg=kimg, text="x" * 50)
    run.tell("stop")  # the person's word gets through all the same
    assert run.command() == "stop" and not run.write_waiting()
    assert len(run.events()[0]) < 200
    rest.unlink()
    store.save(large, {"n": 2}, 2)
    run.append("checkpoint", kimg=2)
    records = run.events()[0]
    assert [r["kimg"] for r in records] == [1, *range(200), 2]
    found = store.load_newest()
    assert found and found.values == {"n": 2} and files.is_locked(run.lock_path) is False
