"""Model and checkpoint files: round trip, damage, foreign files, nothing unpickled."""

import os
import pickle
import struct
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors import safe_open
from safetensors.torch import save_file

from studio.core.errors import StudioError
from studio.core.fingerprints import Fingerprints
from studio.core.model_file import (
    FINGERPRINTS,
    ModelHeader,
    find_models,
    read_entry,
    read_tensor,
)
from studio.gan import checkpoint
from studio.gan.explore import Playable
from studio.gan.networks import Generator, NetworkConfig

TINY = NetworkConfig(32, 256, 8, 8, 8)


@pytest.fixture
def model(tmp_path: Path) -> Path:
    path = tmp_path / "one.safetensors"
    header = ModelHeader("", "artwork", "One", 32, TINY.to_json(), {"kimg": 3.0})
    checkpoint.save_model(path, Generator(TINY), header, b"\x89PNG preview")
    return path


def open_it(path: Path) -> Playable:
    return Playable(path, "artwork", "cpu", lambda n: Generator(NetworkConfig(**n)))


def test_header_and_weights_come_back(model: Path) -> None:
    entry = read_entry(model)
    header, weights = checkpoint.load_model(model)
    assert entry.header == header and entry.preview_png == b"\x89PNG preview"
    assert header.name == "One" and header.trained == {"kimg": 3.0}
    halves = {name: value.half() for name, value in weights.items()}
    assert header.id == checkpoint.weights_id(halves) and len(header.id) == 16
    assert open_it(model).network.num_ws == 7


def test_the_id_is_that_of_the_weights(tmp_path: Path, model: Path) -> None:
    again = checkpoint.save_model(
        tmp_path / "two.safetensors", open_it(model).network, ModelHeader("", "artwork", "x", 32)
    )
    assert again.id == read_entry(model).header.id


def fingerprints(rows: np.ndarray) -> Fingerprints:
    return Fingerprints("any-1", rows, len(rows), 0, 0.1, 0.2, 4, True)


def test_fingerprints_change_neither_id_nor_weights(tmp_path: Path, model: Path) -> None:
    rows = np.random.default_rng(0).integers(0, 256, (9, 12), dtype=np.uint8)
    before, weights = checkpoint.load_model(model)
    checkpoint.add_fingerprints(model, fingerprints(rows))
    after, again = checkpoint.load_model(model)
    assert after == replace(before, fingerprints=fingerprints(rows).to_json())
    assert weights.keys() == again.keys()
    assert all(bool((weights[name] == again[name]).all()) for name in weights)
    assert read_entry(model).preview_png == b"\x89PNG preview"
    kept = read_tensor(model, FINGERPRINTS, 1000)
    assert kept is not None and (kept == rows).all()
    saved = checkpoint.save_model(
        tmp_path / "two.safetensors", open_it(model).network, ModelHeader("", "artwork", "x", 32),
        fingerprints=fingerprints(rows),
    )  # fmt: skip
    assert saved.id == before.id and saved.fingerprints["kept"] == 9


@pytest.mark.parametrize(
    "tensor", [torch.full((4, 4), float("nan")), torch.zeros(2, 2, 2, dtype=torch.int64)]
)
def test_a_model_plays_whatever_its_fingerprints_are(model: Path, tensor: torch.Tensor) -> None:
    with safe_open(model, framework="pt") as file:
        tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
        metadata = file.metadata()
    save_file(tensors | {FINGERPRINTS: tensor}, model, metadata)
    assert open_it(model).network.num_ws == 7
    with pytest.raises(ValueError):
        read_tensor(model, FINGERPRINTS, 1000)


@pytest.mark.parametrize("keep", [0, 5, 8, 200, 0.5, 0.99])
def test_cut_files_are_refused_in_words(model: Path, keep: float) -> None:
    whole = model.read_bytes()
    model.write_bytes(whole[: int(keep * len(whole)) if isinstance(keep, float) else keep])
    for reading in (read_entry, checkpoint.load_model):
        with pytest.raises(StudioError, match=r"one\.safetensors"):
            reading(model)


def test_another_models_id_is_refused(tmp_path: Path, model: Path) -> None:
    with safe_open(model, framework="pt") as file:
        metadata = file.metadata()
        weights = {name: torch.zeros_like(file.get_tensor(name)) for name in file.keys()}  # noqa: SIM118
    save_file(weights, tmp_path / "zeros.safetensors", metadata)
    with pytest.raises(StudioError, match="not those that its id names"):
        checkpoint.load_model(tmp_path / "zeros.safetensors")


@pytest.mark.parametrize(
    "content",
    [
        pickle.dumps({"weights": 1}),
        struct.pack("<Q", 2**62) + b"{}",
        struct.pack("<Q", 2) + b"{}" + b"\0" * 64,
        struct.pack("<Q", 4) + b"[[[[" + b"\0" * 64,
        b"GIF89a" + b"\0" * 999,
    ],
)
def test_foreign_files_are_refused_in_words(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "foreign.safetensors"
    path.write_bytes(content)
    for reading in (read_entry, checkpoint.load_model):
        with pytest.raises(StudioError):
            reading(path)
    entries, problems = find_models([tmp_path])
    assert entries == [] and len(problems) == 1


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
def test_a_pipe_is_no_model_and_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.safetensors")
    with pytest.raises(StudioError, match="is no file"):
        checkpoint.load_model(tmp_path / "pipe.safetensors")


def test_a_model_of_another_medium_is_refused(model: Path) -> None:
    with pytest.raises(StudioError, match="is a model for artwork, not music"):
        Playable(model, "music", "cpu", lambda n: Generator(NetworkConfig(**n)))


@pytest.mark.parametrize(
    "network", [{"size_px": 64}, {"size_px": 0}, {"size_px": "big"}, {"nonsense": 1}]
)
def test_a_header_that_does_not_fit_is_refused(tmp_path: Path, network: dict) -> None:
    path = tmp_path / "odd.safetensors"
    checkpoint.save_model(path, Generator(TINY), ModelHeader("", "artwork", "Odd", 32, network))
    with pytest.raises(StudioError):
        open_it(path)


def test_numbers_that_are_none_are_refused(tmp_path: Path, monkeypatch) -> None:
    network = Generator(TINY)
    with torch.no_grad():
        network.mapping.w_average.fill_(float("nan"))
    path = tmp_path / "nan.safetensors"
    header = ModelHeader("", "artwork", "N", 32, TINY.to_json())
    with pytest.raises(FloatingPointError):
        checkpoint.save_model(path, network, header)
    assert not path.exists()
    monkeypatch.setattr(checkpoint, "_is_finite", lambda value: True)  # as others may write it
    checkpoint.save_model(path, network, header)
    with pytest.raises(StudioError, match="broken numbers"):
        open_it(path)


def test_a_newer_format_asks_for_an_update(model: Path) -> None:
    content = model.read_bytes()
    model.write_bytes(content.replace(b'\\"format\\": 1', b'\\"format\\": 9'))
    with pytest.raises(StudioError, match="newer Atelier"):
        read_entry(model)


def test_a_full_disk_leaves_the_old_checkpoint(tmp_path: Path, monkeypatch) -> None:
    path = tmp_path / "checkpoint.safetensors"
    checkpoint.save_state(path, {"a": torch.ones(3)}, {"seen": 1})

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(StudioError, match="disk is full"):
        checkpoint.save_state(path, {"a": torch.zeros(3)}, {"seen": 2})
    tensors, values = checkpoint.load_state(path)
    assert values == {"seen": 1} and torch.equal(tensors["a"], torch.ones(3))
    assert [one.name for one in tmp_path.iterdir()] == [path.name]
