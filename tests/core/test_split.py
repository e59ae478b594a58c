"""No file is on both sides, none is lost, and the same seed splits the same way."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from studio.core.split import halves, held_out_count, held_out_split

SOURCES = arrays.arrays(np.int64, st.integers(0, 300), elements=st.integers(0, 150))
SEEDS = st.integers(0, 2**32 - 1)


@given(SOURCES, SEEDS)
def test_each_example_is_on_one_side_and_each_file_too(sources, seed):
    for split in (held_out_split, halves):
        train, held_out = split(sources, seed)
        assert sorted([*train, *held_out]) == list(range(len(sources)))
        assert not set(sources[train]) & set(sources[held_out])


@given(SOURCES, SEEDS)
def test_the_same_seed_gives_the_same_split(sources, seed):
    for one, two in zip(held_out_split(sources, seed), held_out_split(sources, seed), strict=True):
        assert np.array_equal(one, two)


@given(st.integers(0, 3000), SEEDS)
def test_how_many_files_are_held_out(files, seed):
    train, held_out = held_out_split(np.arange(files), seed)
    assert len(held_out) == held_out_count(files)
    assert len(held_out) == 0 if files < 64 else len(held_out) >= max(16, int(0.05 * files))
    assert len(train) > len(held_out) or files == 0


@pytest.mark.parametrize("files, count", [(63, 0), (64, 16), (320, 16), (4500, 225)])
def test_known_counts(files, count):
    assert held_out_count(files) == count


def test_another_seed_draws_other_files_and_all_phrases_of_a_file_go_together():
    sources = np.repeat(np.arange(100), 7)
    one, two = (held_out_split(sources, seed)[1] for seed in (0, 1))
    assert len(one) == len(two) == 16 * 7
    assert set(sources[one]) != set(sources[two])
    assert len(halves(sources)[1]) == 50 * 7
