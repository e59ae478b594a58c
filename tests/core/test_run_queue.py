"""The queue on disk: order, damage, names that are no runs."""

import pytest

from studio.core.run_folder import RunFolder, TrainConfig
from studio.core.run_queue import RunQueue


@pytest.fixture
def queue(tmp_path):
    for name in ("a", "b", "c"):
        RunFolder(tmp_path / name).create(TrainConfig("fake", "."))
    return RunQueue(tmp_path)


def test_runs_wait_in_order_and_can_be_moved_and_removed(queue):
    assert queue.names() == []
    for name in ("a", "b", "c", "a"):
        queue.add(name)
    assert queue.names() == ["b", "c", "a"], "added again means last"
    queue.move_up("a")
    queue.move_up("b")
    queue.move_up("nobody")
    assert queue.names() == ["b", "a", "c"]
    queue.remove("a")
    queue.remove("a")
    assert RunQueue(queue.path.parent).names() == ["b", "c"]


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"[" * 50_000, b'{"a": 1}', b"\xff\xfe",
     b'[1, null, ["a"], "../a", "/a", "", "gone"]'],
)  # fmt: skip
def test_a_damaged_queue_is_empty_and_can_be_used_again(queue, content):
    queue.path.write_bytes(content)
    assert queue.names() == []
    queue.add("a")
    assert queue.names() == ["a"]


def test_a_name_counts_once_and_only_while_its_run_is_there(queue, tmp_path):
    queue.path.write_text('["a", "b", "a", "a/../b", "a\\u0000"]')
    assert queue.names() == ["a", "b"]
    (tmp_path / "a" / "config.json").unlink()
    assert queue.names() == ["b"]


def test_only_one_window_begins_the_next(queue):
    first, second = queue.turn(), queue.turn()
    assert first.acquire() and not second.acquire()
    first.release()
    assert second.acquire()
    second.release()
