"""Checkpoints and models as safetensors with a JSON header; nothing here unpickles."""

from __future__ import annotations

import hashlib
import json
import math
import os
from dataclasses import replace
from pathlib import Path
from typing import IO, Any

import numpy as np
import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save
from torch import Tensor, nn

from studio.core.errors import StudioError
from studio.core.files import open_regular, replacing, write_bytes
from studio.core.fingerprints import Fingerprints
from studio.core.model_file import (
    EXTRAS,
    FINGERPRINTS,
    HEADER_KEY,
    PREVIEW,
    ModelHeader,
    header_from_metadata,
    header_to_metadata,
)

STATE_KEY = "state"
DISCRIMINATOR = "discriminator"
MAX_MODEL_BYTES = 2 * 2**30
MAX_STATE_BYTES = 4 * 2**30
MAX_STATE_HEADER_BYTES = 32 * 2**20
MAX_DIMENSIONS = 16
DIGEST = "sha256"  # the name of the last tensor of a training state
DIGEST_BYTES = 32
DTYPES = {
    "F64": torch.float64,
    "F32": torch.float32,
    "F16": torch.float16,
    "BF16": torch.bfloat16,
    "I64": torch.int64,
    "I32": torch.int32,
    "I16": torch.int16,
    "I8": torch.int8,
    "U8": torch.uint8,
    "BOOL": torch.bool,
}
# What reading a file raises that is cut short, changed, or something else altogether.
NO_STATE = (OSError, ValueError, TypeError, KeyError, AttributeError, OverflowError, RecursionError)
DTYPE_NAMES = {dtype: name for name, dtype in DTYPES.items()}


def _read(path: Path, without: tuple[str, ...] = ()) -> tuple[dict[str, str], dict[str, Tensor]]:
    try:
        with open_regular(path) as file:
            if os.fstat(file.fileno()).st_size > MAX_MODEL_BYTES:
                raise StudioError(f"{path.name} is too large to be an Atelier model.")
        with safe_open(path, framework="pt") as file:
            names = [name for name in file.keys() if name not in without]  # noqa: SIM118
            return dict(file.metadata() or {}), {name: file.get_tensor(name) for name in names}
    except (OSError, SafetensorError, ValueError) as error:
        raise StudioError(f"{path.name} is damaged or cut short and cannot be opened.") from error


def weights_id(tensors: dict[str, Tensor]) -> str:
    """A name for exactly these weights: 16 hex digits of a SHA-256 over names and values."""
    digest = hashlib.sha256()
    for name in sorted(tensors):
        digest.update(name.encode())
        digest.update(
            tensors[name].cpu().contiguous().reshape(-1).view(torch.uint8).numpy().tobytes()
        )
    return digest.hexdigest()[:16]


def save_model(
    path: Path,
    network: nn.Module,
    header: ModelHeader,
    preview_png: bytes = b"",
    discriminator: nn.Module | None = None,
    fingerprints: Fingerprints | None = None,
    rows: np.ndarray | None = None,
) -> ModelHeader:
    """Write the playable generator, halves to save space; returns the header with its id.

    rows are fingerprints, uint8 [N, D], that the header tells of already.

    The discriminator goes along for those who train on from the model; the id does not see it,
    nor the fingerprints.
    """
    tensors = _halves(network)
    header = replace(header, id=weights_id(tensors))
    if discriminator is not None:
        tensors |= prefixed(DISCRIMINATOR, _halves(discriminator))
    if not all(map(_is_finite, tensors.values())):
        raise FloatingPointError("weights that a model file cannot hold")
    if preview_png:
        picture = np.frombuffer(preview_png, np.uint8).copy()
        tensors[PREVIEW] = torch.from_numpy(picture)
    if fingerprints is not None:
        tensors[FINGERPRINTS] = torch.from_numpy(fingerprints.rows)
        header = replace(header, fingerprints=fingerprints.to_json())
    elif rows is not None:
        tensors[FINGERPRINTS] = torch.from_numpy(rows)
    write_bytes(path, save(tensors, metadata=header_to_metadata(header)))
    return header


def add_fingerprints(path: Path, fingerprints: Fingerprints) -> None:
    """Write a model's file again with these, all else as it was; StudioError as load_model."""
    metadata, tensors = _read(path)
    header_from_metadata(metadata, path.name)
    values = json.loads(metadata[HEADER_KEY])
    metadata[HEADER_KEY] = json.dumps({**values, "fingerprints": fingerprints.to_json()})
    tensors[FINGERPRINTS] = torch.from_numpy(fingerprints.rows)
    write_bytes(path, save(tensors, metadata=metadata))


def _halves(network: nn.Module) -> dict[str, Tensor]:
    return {
        name: value.detach().cpu().half().contiguous()
        for name, value in network.state_dict().items()
    }


def load_model(path: Path) -> tuple[ModelHeader, dict[str, Tensor]]:
    """Header and float32 weights of a model file.

    StudioError if damaged, foreign, not finite, or other weights than its id says: sliders and
    likes are kept by the id.
    """
    header, weights, _ = load_whole_model(path)
    return header, weights


def load_whole_model(path: Path) -> tuple[ModelHeader, dict[str, Tensor], dict[str, Tensor]]:
    """As load_model, and the weights of the discriminator, {} where the file has none."""
    metadata, tensors = _read(path, EXTRAS)
    header = header_from_metadata(metadata, path.name)
    judged = f"{DISCRIMINATOR}."
    own = {name: value for name, value in tensors.items() if not name.startswith(judged)}
    weights = {name: value.float() for name, value in tensors.items()}
    if not all(bool(torch.isfinite(value).all()) for value in weights.values()):
        raise StudioError(f"{path.name} holds broken numbers; it cannot be played.")
    if weights_id(own) != header.id:
        raise StudioError(
            f"The weights in {path.name} are not those that its id names: it is damaged or forged."
        )
    judge = without_prefix(DISCRIMINATOR, weights)
    return header, {name: weights[name] for name in own}, judge


def fill(network: nn.Module, weights: dict[str, Tensor], name: str) -> None:
    """Load weights into a network; StudioError when they are not its own."""
    try:
        network.load_state_dict(weights)
    except RuntimeError as error:
        raise StudioError(f"The weights in {name} do not fit the network it describes.") from error


def save_state(path: Path, tensors: dict[str, Tensor], values: dict[str, Any]) -> None:
    """Write a training state atomically; the old file stays until the new one is whole.

    A safetensors file whose last tensor is the SHA-256 of all that comes before it. The state goes
    out tensor by tensor, so that it is never in memory twice. FloatingPointError, before anything
    is written, for a tensor with numbers that are not finite; DiskFull or StudioError as replacing.
    """
    broken = next((name for name, value in tensors.items() if not _is_finite(value)), None)
    if broken is not None:
        raise FloatingPointError(f"{broken} is not finite")
    header, names, end = _state_header(tensors, values)
    digest = hashlib.sha256(header)
    with replacing(path, len(header) + end) as file:
        file.write(header)
        for name in names:
            piece = _bytes_of(tensors[name].detach().cpu().contiguous())
            digest.update(piece)
            file.write(piece)
        file.write(digest.digest())


def load_state(path: Path) -> tuple[dict[str, Tensor], dict[str, Any]]:
    """Read a training state, whole as it was written; StudioError if a single bit is another."""
    try:
        with open_regular(path) as file:
            header, entries, values = _read_state_header(file)
            digest = hashlib.sha256(header)
            tensors: dict[str, Tensor] = {}
            for name, dtype, shape in entries:
                tensors[name] = torch.empty(shape, dtype=dtype)
                piece = _bytes_of(tensors[name])
                if file.readinto(piece) != len(piece):
                    raise ValueError("shorter than it was")
                digest.update(piece)
            if file.read(DIGEST_BYTES) != digest.digest():
                raise ValueError("not what was written")
            return tensors, values
    except NO_STATE as error:
        raise StudioError(f"{path.name} is damaged, or no checkpoint of a training run.") from error


def is_whole_length(path: Path) -> bool:
    """Whether a training state is as long as its header says: a quick look, not a proof."""
    try:
        with open_regular(path) as file:
            _read_state_header(file)
            return True
    except (StudioError, *NO_STATE):
        return False


def _is_finite(value: Tensor) -> bool:
    if not value.is_floating_point() or value.numel() == 0:
        return True
    value = value.detach()
    if value.device.type != "cpu":
        return bool(torch.isfinite(value).all())
    low, high = torch.aminmax(value)  # nan spreads; 40 times as fast as asking each number
    return math.isfinite(low.item()) and math.isfinite(high.item())


def _bytes_of(value: Tensor) -> memoryview:
    """The memory of a contiguous tensor on the CPU, byte by byte; not a copy."""
    return value.reshape(-1).view(torch.uint8).numpy().data


def _state_header(
    tensors: dict[str, Tensor], values: dict[str, Any]
) -> tuple[bytes, list[str], int]:
    """The bytes before the tensors, the tensors' order in the file, and the bytes after these."""
    names = sorted(tensors, key=lambda name: (-tensors[name].element_size(), name))
    index: dict[str, Any] = {"__metadata__": {STATE_KEY: json.dumps(values)}}
    end = 0
    for name in names:
        begin, end = end, end + tensors[name].numel() * tensors[name].element_size()
        dtype, shape = DTYPE_NAMES[tensors[name].dtype], list(tensors[name].shape)
        index[name] = {"dtype": dtype, "shape": shape, "data_offsets": [begin, end]}
    begin, end = end, end + DIGEST_BYTES
    index[DIGEST] = {"dtype": "U8", "shape": [DIGEST_BYTES], "data_offsets": [begin, end]}
    text = json.dumps(index, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)  # the tensors begin at a multiple of eight
    if len(text) > MAX_STATE_HEADER_BYTES or end > MAX_STATE_BYTES:
        raise ValueError("more than a checkpoint may hold")
    return len(text).to_bytes(8, "little") + text, names, end


def _read_state_header(
    file: IO[bytes],
) -> tuple[bytes, list[tuple[str, torch.dtype, list[int]]], dict[str, Any]]:
    """The header's bytes, the tensors in their order, and the values; checked against the length.

    Raises one of many errors for a file that is anything else; nothing large is read before.
    """
    size = os.fstat(file.fileno()).st_size
    start = file.read(8)
    length = int.from_bytes(start, "little")
    if length > min(size - 8, MAX_STATE_HEADER_BYTES) or size > MAX_STATE_BYTES:
        raise ValueError("too long")
    text = file.read(length)
    index: dict[str, Any] = json.loads(text)
    values = dict(json.loads(index.pop("__metadata__")[STATE_KEY]))
    entries: list[tuple[str, torch.dtype, list[int]]] = []
    end = 0
    for name, entry in index.items():
        dtype, shape = DTYPES[entry["dtype"]], [int(n) for n in entry["shape"]]
        begin, end = end, end + _count(shape) * dtype.itemsize
        if entry["data_offsets"] != [begin, end] or end > size:
            raise ValueError("not in order")
        entries.append((name, dtype, shape))
    if 8 + length + end != size or entries.pop() != (DIGEST, torch.uint8, [DIGEST_BYTES]):
        raise ValueError("shorter or longer than it was")
    return start + text, entries, values


def _count(shape: list[int]) -> int:
    """How many numbers a shape holds; ValueError for one that no tensor can have."""
    if len(shape) > MAX_DIMENSIONS or min(shape, default=0) < 0:
        raise ValueError("no shape")
    if math.prod(max(n, 1) for n in shape) > MAX_STATE_BYTES:
        raise ValueError("no shape")
    return math.prod(shape)


def prefixed(prefix: str, tensors: dict[str, Tensor]) -> dict[str, Tensor]:
    return {f"{prefix}.{name}": value for name, value in tensors.items()}


def without_prefix(prefix: str, tensors: dict[str, Tensor]) -> dict[str, Tensor]:
    start = prefix + "."
    return {n.removeprefix(start): v for n, v in tensors.items() if n.startswith(start)}
