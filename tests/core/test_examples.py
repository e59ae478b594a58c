"""Examples on disk: streamed in, memory-mapped out, never half there."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from studio.core.errors import DiskFull, StudioError
from studio.core.examples import INDEX, PIXELS, ExampleWriter, open_examples


def example(number: int) -> np.ndarray:
    return np.full((4, 5, 3), number, np.uint8)


def written(folder: Path, count: int = 6):
    with ExampleWriter(folder) as writer:
        for number in range(count):
            writer.add(example(number), f"{number // 2}.png")
        return writer.close()


def test_they_come_back_with_their_files(tmp_path):
    examples = written(tmp_path / "cache")
    assert examples.pixels.shape == (6, 4, 5, 3) and examples.pixels.dtype == np.uint8
    assert isinstance(examples.pixels, np.memmap) and not examples.pixels.flags.writeable
    assert [int(one[0, 0, 0]) for one in examples.pixels] == list(range(6))
    assert examples.sources.dtype == np.int32
    assert [examples.file_of(place) for place in range(6)] == [
        "0.png", "0.png", "1.png", "1.png", "2.png", "2.png",
    ]  # fmt: skip
    again = open_examples(tmp_path / "cache")
    assert again is not None and np.array_equal(again.pixels, examples.pixels)
    assert sorted(path.name for path in (tmp_path / "cache").iterdir()) == [INDEX, PIXELS]


@settings(deadline=None)
@given(st.sets(st.integers(0, 11), min_size=1))
def test_those_that_stay_are_moved_together(tmp_path_factory, keep):
    folder = tmp_path_factory.mktemp("cache")
    with ExampleWriter(folder) as writer:
        for number in range(12):
            writer.add(example(number), f"{number}.png")
        examples = writer.close(sorted(keep))
    assert [int(one[0, 0, 0]) for one in examples.pixels] == sorted(keep)
    assert examples.files == tuple(f"{number}.png" for number in sorted(keep))
    assert (folder / PIXELS).stat().st_size == 60 * len(keep)


def test_there_is_nothing_before_the_end(tmp_path):
    with ExampleWriter(tmp_path) as writer:
        writer.add(example(1), "a.png")
        assert open_examples(tmp_path) is None
    assert list(tmp_path.iterdir()) == [], "what was begun is cleared away"


def test_a_writer_that_fails_leaves_the_older_examples(tmp_path):
    written(tmp_path)
    with pytest.raises(RuntimeError, match="unplugged"), ExampleWriter(tmp_path) as writer:
        writer.add(example(9), "a.png")
        raise RuntimeError("unplugged")
    examples = open_examples(tmp_path)
    assert examples is not None and len(examples) == 6


@pytest.mark.skipif(sys.platform == "win32", reason="kills")
def test_a_killed_writer_leaves_nothing_that_looks_whole(tmp_path):
    code = (
        "import os, signal, sys, numpy as np\n"
        "from pathlib import Path\n"
        "from studio.core.examples import ExampleWriter\n"
        "writer = ExampleWriter(Path(sys.argv[1]))\n"
        "for number in range(1000):\n"
        "    writer.add(np.zeros((32, 32, 3), np.uint8), 'a.png')\n"
        "os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    done = subprocess.run([sys.executable, "-c", code, str(tmp_path)], check=False)
    assert done.returncode == -9
    assert open_examples(tmp_path) is None
    assert len(written(tmp_path)) == 6


@pytest.mark.parametrize(
    "content",
    [
        b"", b"{", b"[]", b"{}", b"\xff", b"null",
        b'{"shape": [6, 4, 5], "sources": [0,0,0,0,0,0], "files": ["a"]}',
        b'{"shape": [6, 4, 5, 3], "sources": [0,0,0,0,0], "files": ["a"]}',
        b'{"shape": [6, 4, 5, 3], "sources": [0,0,0,0,0,1], "files": ["a"]}',
        b'{"shape": [6, 4, 5, 3], "sources": [0,0,0,0,0,-1], "files": ["a"]}',
        b'{"shape": [6, 4, 5, 3], "sources": [0,0,0,0,0,0], "files": [7]}',
        b'{"shape": [-6, -4, 5, 3], "sources": [], "files": []}',
        b'{"shape": 6, "sources": 3, "files": 1}',
    ],
)  # fmt: skip
def test_a_damaged_index_counts_as_none(tmp_path, content):
    written(tmp_path)
    (tmp_path / INDEX).write_bytes(content)
    assert open_examples(tmp_path) is None


def test_pixels_cut_short_or_gone_count_as_none(tmp_path):
    written(tmp_path)
    whole = (tmp_path / PIXELS).read_bytes()
    (tmp_path / PIXELS).write_bytes(whole[:-1])
    assert open_examples(tmp_path) is None
    (tmp_path / PIXELS).unlink()
    assert open_examples(tmp_path) is None
    assert open_examples(tmp_path / "missing") is None


def test_a_full_disk_is_a_sentence_and_leaves_nothing(tmp_path, monkeypatch):
    def full(_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(DiskFull, match="The disk is full"):
        written(tmp_path)
    assert open_examples(tmp_path) is None and list(tmp_path.iterdir()) == []


def test_a_place_that_is_no_folder_is_a_sentence(tmp_path):
    (tmp_path / "file").write_text("hello")
    with pytest.raises(StudioError, match="could not be written"):
        ExampleWriter(tmp_path / "file")


def test_examples_of_two_shapes_are_a_mistake(tmp_path):
    with ExampleWriter(tmp_path) as writer:
        writer.add(example(1), "a.png")
        with pytest.raises(ValueError, match="no uint8"):
            writer.add(np.zeros((4, 4, 3), np.uint8), "b.png")
