"""Samples kept to be heard: what comes back, and files that a stranger may have made."""

import os
import sys
import zlib

import numpy as np
import pytest

from studio.core.errors import StudioError
from studio.core.sample_sheet import COUNT, beside, read_example, write_examples

SHAPE = (2, 5)
EXAMPLES = np.arange(COUNT * 10, dtype=np.uint64).astype(np.uint8).reshape(COUNT, *SHAPE)


def test_each_sample_comes_back_by_its_place(tmp_path):
    picture = tmp_path / "0000001.500.png"
    write_examples(picture, EXAMPLES)
    assert [path.name for path in tmp_path.iterdir()] == ["0000001.500.examples"]
    for place in (0, 7, COUNT - 1):
        assert (read_example(picture, place, SHAPE) == EXAMPLES[place]).all()


def test_samples_that_were_not_kept_are_a_sentence(tmp_path):
    with pytest.raises(StudioError, match=r"old\.examples cannot be read"):
        read_example(tmp_path / "old.png", 0, SHAPE)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"no zlib",
        zlib.compress(EXAMPLES.tobytes())[:-6],
        zlib.compress(EXAMPLES.tobytes()[:-1]),
        zlib.compress(EXAMPLES.tobytes() + b"\0"),
        zlib.compress(bytes(2**26)),  # far more than is unpacked
    ],
    ids=["empty", "foreign", "cut", "few", "many", "bomb"],
)
def test_damaged_and_hostile_files_are_a_sentence(tmp_path, content):
    picture = tmp_path / "1.png"
    beside(picture).write_bytes(content)
    with pytest.raises(StudioError, match="damaged"):
        read_example(picture, 0, SHAPE)


@pytest.mark.skipif(sys.platform == "win32", reason="there are no pipes in folders")
def test_a_pipe_is_not_waited_for(tmp_path):
    picture = tmp_path / "1.png"
    os.mkfifo(beside(picture))
    with pytest.raises(StudioError, match="no file"):
        read_example(picture, 0, SHAPE)
