"""The checkpoints of a run: what is kept, what is let go, and what a rollback finds."""

import math
import os
from pathlib import Path

import pytest
import torch
from safetensors import safe_open
from torch import Tensor

from studio.core.errors import StudioError
from studio.core.model_file import ModelHeader
from studio.gan.checkpoint import is_whole_length, load_state, save_model, save_state
from studio.gan.networks import Generator, NetworkConfig
from studio.gan.store import CheckpointStore, kimg_of


def state(n: float) -> dict[str, Tensor]:
    return {"generator.weight": torch.full((5, 3), float(n)), "random": torch.arange(9).byte()}


@pytest.fixture
def store(tmp_path: Path) -> CheckpointStore:
    return CheckpointStore(tmp_path / "run" / "checkpoints")


def names(store: CheckpointStore) -> list[str]:
    return sorted(path.name for path in store.folder.iterdir())


def flip_a_bit(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[-40] ^= 1  # among the numbers
    path.write_bytes(content)


def test_every_kind_of_tensor_comes_back_as_it_was(tmp_path: Path) -> None:
    tensors = {
        "f64": torch.tensor([math.pi, -0.0], dtype=torch.float64),
        "f32": torch.randn(3, 4, 5, 6).to(memory_format=torch.channels_last),
        "f16": torch.randn(7).half(),
        "bf16": torch.randn(2, 3).bfloat16(),
        "i64": torch.tensor(-(2**60)),
        "i32": torch.arange(5, dtype=torch.int32),
        "i16": torch.arange(5, dtype=torch.int16),
        "i8": torch.arange(-3, 3, dtype=torch.int8),
        "u8": torch.get_rng_state(),
        "bool": torch.tensor([True, False, True]),
        "empty": torch.empty(0, 3),
        "turned": torch.randn(4, 6).t(),
        "of a graph": torch.randn(3, requires_grad=True),
    }
    values = {"seen": 10**15, "penalty": [0.1, 1e-300], "best": None, "note": "Größe ✓", "nan": {}}
    path = tmp_path / "state.safetensors"
    save_state(path, tensors, values)
    loaded, again = load_state(path)
    assert again == values and loaded.keys() == tensors.keys()
    for name, value in tensors.items():
        assert loaded[name].dtype == value.dtype and torch.equal(loaded[name], value), name
    with safe_open(path, framework="pt") as file:  # an ordinary safetensors file all the same
        assert torch.equal(file.get_tensor("f32"), tensors["f32"])
        assert torch.equal(file.get_tensor("bf16"), tensors["bf16"])


def test_the_last_three_stay(store: CheckpointStore) -> None:
    assert not store.has_checkpoint and store.load_newest() is None
    for n in range(5):
        path = store.save(state(n), {"n": n}, n + 0.5)
        assert kimg_of(path) == n + 0.5
    assert store.has_checkpoint
    assert names(store) == [f"00000{n}.500.safetensors" for n in (2, 3, 4)]
    found = store.load_newest()
    assert found and found.values == {"n": 4} and found.path == path
    assert torch.equal(found.tensors["generator.weight"], torch.full((5, 3), 4.0))


def test_a_million_kimg_come_after_less(store: CheckpointStore) -> None:
    for kimg in (999_999.999, 1_000_000.0):
        store.save(state(0), {"kimg": kimg}, kimg)
    found = store.load_newest()
    assert found and found.values == {"kimg": 1e6}


@pytest.mark.parametrize("broken", [math.nan, math.inf, -math.inf])
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64, torch.float16, torch.bfloat16])
def test_broken_numbers_are_never_saved(store: CheckpointStore, broken: float, dtype) -> None:
    store.save(state(1), {"n": 1}, 1)
    before = names(store)
    tensors = state(2) | {"discriminator.bias": torch.zeros(70, dtype=dtype)}
    tensors["discriminator.bias"][33] = broken
    with pytest.raises(FloatingPointError, match=r"discriminator\.bias"):
        store.save(tensors, {"n": 2}, 2)
    assert names(store) == before


def test_values_that_are_no_json_are_refused_before_anything_is_written(store) -> None:
    with pytest.raises(TypeError):
        store.save(state(1), {"n": {1, 2}}, 1)
    with pytest.raises(ValueError, match="more than a checkpoint may hold"):
        store.save(state(1), {"n": "x" * 2**25}, 1)
    assert not store.folder.exists()


def test_a_damaged_one_is_passed_over_and_named(store: CheckpointStore) -> None:
    first, second = (store.save(state(n), {"n": n}, n) for n in (1, 2))
    flip_a_bit(second)
    assert is_whole_length(second)
    found = store.load_newest()
    assert found and found.values == {"n": 1} and store.damaged == [second]
    flip_a_bit(first)
    with pytest.raises(StudioError, match="Every checkpoint of this run is damaged"):
        store.load_newest()
    assert store.damaged == [second, first]
    assert names(store) == [first.name, second.name]  # nothing is thrown away by looking
    assert store.load_good() is None


def test_a_damaged_one_is_not_counted_among_the_kept(store: CheckpointStore) -> None:
    paths = [store.save(state(n), {"n": n}, n) for n in (1, 2, 3)]
    paths[2].write_bytes(paths[2].read_bytes()[:-1])  # shorter
    store.save(state(4), {"n": 4}, 4)
    assert store.paths()[1:] == [paths[1], paths[0]]
    flip_a_bit(paths[1])  # as long as before: found only by reading
    assert store.load_good(1) is not None and store.damaged == [paths[1]]
    store.save(state(5), {"n": 5}, 5)
    assert [kimg_of(path) for path in store.paths()] == [5, 4, 1]


def test_what_was_damaged_and_is_written_again_is_good(store: CheckpointStore) -> None:
    for n in (1, 2):
        store.save(state(n), {"n": n}, n)
    flip_a_bit(store.paths()[0])
    store.load_newest()
    store.save(state(7), {"n": 7}, 2)
    for n in (3, 4):
        store.save(state(n), {"n": n}, n)
    assert [kimg_of(path) for path in store.paths()] == [4, 3, 2]


def test_a_foreign_file_is_passed_over(store: CheckpointStore) -> None:
    store.save(state(1), {"n": 1}, 1)
    model = store.folder / "000002.000.safetensors"
    small = NetworkConfig(32, 256, 8, 8, 8)
    save_model(model, Generator(small), ModelHeader("", "artwork", "x", 32, small.to_json()))
    (store.folder / "notes.txt").write_text("mine")
    (store.folder / "000003.000.safetensors").mkdir()
    found = store.load_newest()
    assert found and found.values == {"n": 1} and len(store.damaged) == 2
    store.save(state(4), {"n": 4}, 4)
    assert "notes.txt" in names(store)


def test_going_back(store: CheckpointStore) -> None:
    for n in (1, 2, 3):
        store.save(state(n), {"n": n}, n)
    found = [store.load_good(skip) for skip in range(4)]
    assert [one and one.values["n"] for one in found] == [3, 2, 1, None]
    before = [store.load_before(kimg) for kimg in (9, 3, 1.5, 1)]
    assert [one and one.values["n"] for one in before] == [3, 2, 1, None]
    store.forget_after(2)
    assert [kimg_of(path) for path in store.paths()] == [2, 1]


def test_saving_after_going_back_lets_go_of_what_lay_ahead(store: CheckpointStore) -> None:
    """Otherwise a resume would go on from the state that training turned away from."""
    for n in (1, 2, 3):
        store.save(state(n), {"n": n}, n)
    store.save(state(1.5), {"n": 1.5}, 1.5)
    found = store.load_newest()
    assert found and found.values == {"n": 1.5}
    assert [kimg_of(path) for path in store.paths()] == [1.5, 1]


def test_left_over_parts_are_cleaned(store: CheckpointStore) -> None:
    store.save(state(1), {"n": 1}, 1)
    left = store.folder / ".000002.000.safetensors.k3j2h1"
    left.write_bytes(b"half")
    other = store.folder / ".hidden"
    other.write_bytes(b"not ours")
    assert store.load_newest() is not None and left.exists()
    store.save(state(2), {"n": 2}, 2)
    assert not left.exists() and other.exists()


def test_a_file_in_the_place_of_the_folder_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "checkpoints").write_text("no folder")
    store = CheckpointStore(tmp_path / "checkpoints")
    with pytest.raises(StudioError, match="cannot be read"):
        store.load_newest()
    with pytest.raises(StudioError, match="could not be saved"):
        store.save(state(1), {}, 1)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="has no pipes among files")
def test_a_pipe_among_the_checkpoints_is_passed_over(tmp_path) -> None:
    store = CheckpointStore(tmp_path)
    store.save({"w": torch.ones(3)}, {"n": 1}, 1)
    os.mkfifo(tmp_path / "000002.000.safetensors")
    found = store.load_newest()
    assert found and found.values == {"n": 1} and len(store.damaged) == 1
    store.save({"w": torch.ones(3)}, {"n": 3}, 3)
    assert store.paths()[0].name == "000003.000.safetensors"
