"""Checkpoints and models as safetensors with a JSON header; nothing here unpickles."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save
from torch import Tensor, nn

from studio.core.errors import StudioError
from studio.core.files import write_bytes
from studio.core.model_file import (
    PREVIEW,
    ModelHeader,
    header_from_metadata,
    header_to_metadata,
)

STATE_KEY = "state"
MAX_MODEL_BYTES = 2 * 2**30


def _read(path: Path) -> tuple[dict[str, str], dict[str, Tensor]]:
    try:
        if path.stat().st_size > MAX_MODEL_BYTES:
            raise StudioError(f"{path.name} is too large to be an Atelier model.")
        with safe_open(path, framework="pt") as file:
            return dict(file.metadata() or {}), {k: file.get_tensor(k) for k in file.keys()}  # noqa: SIM118
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
    path: Path, network: nn.Module, header: ModelHeader, preview_png: bytes = b""
) -> ModelHeader:
    """Write the playable generator, halves to save space; returns the header with its id."""
    tensors = {
        name: value.detach().cpu().half().contiguous()
        for name, value in network.state_dict().items()
    }
    header = replace(header, id=weights_id(tensors))
    if preview_png:
        picture = np.frombuffer(preview_png, np.uint8).copy()
        tensors[PREVIEW] = torch.from_numpy(picture)
    write_bytes(path, save(tensors, metadata=header_to_metadata(header)))
    return header


def load_model(path: Path) -> tuple[ModelHeader, dict[str, Tensor]]:
    """Header and float32 weights of a model file; StudioError if damaged, foreign or not finite."""
    metadata, tensors = _read(path)
    header = header_from_metadata(metadata, path.name)
    tensors.pop(PREVIEW, None)
    weights = {name: value.float() for name, value in tensors.items()}
    if not all(bool(torch.isfinite(value).all()) for value in weights.values()):
        raise StudioError(f"{path.name} holds broken numbers; it cannot be played.")
    return header, weights


def fill(network: nn.Module, weights: dict[str, Tensor], name: str) -> None:
    """Load weights into a network; StudioError when they are not its own."""
    try:
        network.load_state_dict(weights)
    except RuntimeError as error:
        raise StudioError(f"The weights in {name} do not fit the network it describes.") from error


def save_state(path: Path, tensors: dict[str, Tensor], values: dict[str, Any]) -> None:
    """Write a training state atomically; the old checkpoint stays until the new one is whole."""
    kept = {name: value.detach().cpu().contiguous().clone() for name, value in tensors.items()}
    write_bytes(path, save(kept, metadata={STATE_KEY: json.dumps(values)}))


def load_state(path: Path) -> tuple[dict[str, Tensor], dict[str, Any]]:
    """Read a training state; StudioError if it is damaged."""
    metadata, tensors = _read(path)
    try:
        return tensors, dict(json.loads(metadata[STATE_KEY]))
    except (KeyError, ValueError, TypeError) as error:
        raise StudioError(f"{path.name} is no checkpoint of a training run.") from error


def prefixed(prefix: str, tensors: dict[str, Tensor]) -> dict[str, Tensor]:
    return {f"{prefix}.{name}": value for name, value in tensors.items()}


def without_prefix(prefix: str, tensors: dict[str, Tensor]) -> dict[str, Tensor]:
    start = prefix + "."
    return {n.removeprefix(start): v for n, v in tensors.items() if n.startswith(start)}
