"""Model files: safetensors with a JSON header; read here without torch and never unpickled."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from studio.core.errors import StudioError
from studio.core.files import open_regular, replacing

FORMAT = 1
SUFFIX = ".safetensors"
HEADER_KEY = "atelier"
MAX_HEADER_BYTES = 8 * 2**20
MAX_SIDE = 4096
MOST_NUMBER = 1e15
DAMAGED = (ValueError, TypeError, KeyError, OverflowError)
MAX_PREVIEW_BYTES = 2 * 2**20
PREVIEW = "preview_png"  # a uint8 tensor in the file: a small picture for lists
FINGERPRINTS = "fingerprints"  # a uint8 tensor in the file, see fingerprints.py
EXTRAS = (PREVIEW, FINGERPRINTS)  # tensors that are no weights
MAX_DIMENSIONS = 8


@dataclass(frozen=True)
class ModelHeader:
    """What a model file says about itself.

    size_px is the picture's side (steps of a clip in music); network holds what rebuilds the
    network; trained says how it came to be (files, licence, credit, kimg, device, minutes);
    fingerprints what is known of those in the file, {} where there are none.
    """

    id: str
    medium: str
    name: str
    size_px: int
    network: dict[str, Any] = field(default_factory=dict)
    trained: dict[str, Any] = field(default_factory=dict)
    fingerprints: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class ModelEntry:
    """A model that can be chosen: its file, its header, a PNG for lists (b"" without one)."""

    path: Path
    header: ModelHeader
    preview_png: bytes = b""


def header_to_metadata(header: ModelHeader) -> dict[str, str]:
    return {HEADER_KEY: json.dumps({"format": FORMAT, **asdict(header)})}


def header_from_metadata(metadata: Mapping[str, str] | None, name: str) -> ModelHeader:
    """The header in a safetensors file's metadata; StudioError if this is no model of ours."""
    try:
        values = json.loads((metadata or {})[HEADER_KEY])
    except (KeyError, ValueError, RecursionError) as error:
        raise StudioError(f"{name} is not an Atelier model.") from error
    try:
        if int(values["format"]) > FORMAT:
            raise StudioError(f"{name} was made by a newer Atelier; update to open it.")
        size_px, network = values["size_px"], dict(values["network"])
        if type(size_px) is not int or not 0 <= size_px <= MAX_SIDE:
            raise ValueError("no size")
        if network.get("size_px", size_px) != size_px:
            raise ValueError("two sizes")
        return ModelHeader(
            id=str(values["id"])[:64],
            medium=str(values["medium"])[:64],
            name=str(values["name"])[:200],
            size_px=size_px,
            network=network,
            trained={k: v for k, v in dict(values["trained"]).items() if _is_sane(v)},
            fingerprints=dict(values.get("fingerprints") or {}),
        )
    except DAMAGED as error:
        raise StudioError(f"The header of {name} is damaged.") from error


def _is_sane(value: Any) -> bool:
    """Whether a number can be shown; JSON knows whole ones of any length."""
    return not isinstance(value, (int, float)) or abs(value) <= MOST_NUMBER


def read_entry(path: Path) -> ModelEntry:
    """Read header and preview of a model file; StudioError if it is missing, damaged or foreign."""
    try:
        with open_regular(path) as file:
            size = os.fstat(file.fileno()).st_size
            length = int.from_bytes(file.read(8), "little")
            if size < 10 or length > min(size - 8, MAX_HEADER_BYTES):
                raise StudioError(f"{path.name} is not an Atelier model, or it is cut short.")
            index = json.loads(file.read(length))
            header = header_from_metadata(index.get("__metadata__"), path.name)
            _refuse_short_file(index, size - 8 - length, path.name)
            preview = b""
            if PREVIEW in index:
                begin, end = index[PREVIEW]["data_offsets"]
                if 0 <= begin <= end <= begin + MAX_PREVIEW_BYTES:
                    file.seek(8 + length + begin)
                    preview = file.read(end - begin)
            return ModelEntry(path, header, preview)
    except OSError as error:
        raise StudioError(f"{path.name} cannot be read: {error.strerror or error}.") from error
    except (*DAMAGED, AttributeError, RecursionError) as error:
        raise StudioError(f"{path.name} is not an Atelier model, or it is damaged.") from error


def copy_model(path: Path, target: Path, name: str) -> None:
    """Copy a model's file, to be called name from then on; its weights and id stay.

    StudioError as read_entry, and when the copy cannot be written.
    """
    header = read_entry(path).header
    try:
        with open_regular(path) as file:
            index = json.loads(file.read(int.from_bytes(file.read(8), "little")))
            if name != header.name:
                values = json.loads(index["__metadata__"][HEADER_KEY])
                index["__metadata__"][HEADER_KEY] = json.dumps({**values, "name": name})
            head = json.dumps(index).encode()
            head += b" " * (-len(head) % 8)
            with replacing(target, path.stat().st_size) as copy:
                copy.write(len(head).to_bytes(8, "little") + head)
                shutil.copyfileobj(file, copy)
    except OSError as error:
        raise StudioError(f"{path.name} cannot be read: {error.strerror or error}.") from error


def read_tensor(path: Path, name: str, most_bytes: int) -> np.ndarray | None:
    """A uint8 tensor of a model file; None where there is none of that name.

    ValueError or TypeError where it is of another type, larger than most_bytes, or damaged;
    StudioError where the file cannot be read.
    """
    try:
        with open_regular(path) as file:
            size = os.fstat(file.fileno()).st_size
            length = int.from_bytes(file.read(8), "little")
            if length > min(size - 8, MAX_HEADER_BYTES):
                raise ValueError("cut short")
            found = json.loads(file.read(length)).get(name)
            if found is None:
                return None
            begin, end = (int(place) for place in found["data_offsets"])
            shape = [int(side) for side in found["shape"]]
            if found["dtype"] != "U8" or not 0 <= begin <= end <= size - 8 - length:
                raise ValueError("not what it should be")
            if end - begin > most_bytes or len(shape) > MAX_DIMENSIONS or min(shape, default=0) < 0:
                raise ValueError("too large")
            file.seek(8 + length + begin)
            return np.frombuffer(file.read(end - begin), np.uint8).reshape(shape)
    except OSError as error:
        raise StudioError(f"{path.name} cannot be read: {error.strerror or error}.") from error
    except (KeyError, AttributeError, RecursionError) as error:
        raise ValueError("not what it should be") from error


def _refuse_short_file(index: dict[str, Any], body_bytes: int, name: str) -> None:
    ends = [int(v["data_offsets"][1]) for k, v in index.items() if k != "__metadata__"]
    if max(ends, default=0) > body_bytes:
        raise StudioError(f"{name} is cut short: copy or download it again.")


def find_models(folders: list[Path]) -> tuple[list[ModelEntry], list[str]]:
    """Every readable model directly in these folders, and a sentence for each that is not."""
    entries: list[ModelEntry] = []
    problems: list[str] = []
    for folder in folders:
        try:
            paths = sorted(folder.glob(f"*{SUFFIX}")) if folder.is_dir() else []
        except OSError as error:
            problems.append(f"The models in {folder} cannot be read: {error.strerror or error}.")
            continue
        for path in paths:
            try:
                entries.append(read_entry(path))
            except StudioError as error:
                problems.append(str(error))
    return entries, problems
