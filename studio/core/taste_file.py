"""Likes and dislikes on disk: one small file per model, on this machine only.

They are never part of a project, an export or a model file.
"""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import numpy as np

from studio.core.errors import DiskFull, StudioError
from studio.core.files import open_regular, said_by, write_bytes
from studio.core.library import Places, stem_for
from studio.core.taste import DIMENSIONS, MAX_LABELS, Taste

FORMAT = 1
FOLDER = "taste"
MAX_BYTES = 2**21
FARTHEST = 100.0  # spreads of the model; nothing a model makes lies there


def taste_path(model: str, places: Places) -> Path:
    """Where the likes of a model are."""
    return places.data / FOLDER / f"{stem_for(model)}.json"


def load_taste(model: str, places: Places) -> Taste:
    """What was clicked on this model's results; a file that makes no sense counts as no likes."""
    try:
        with open_regular(taste_path(model, places)) as file:
            content = file.read(MAX_BYTES + 1)
        if len(content) > MAX_BYTES:
            return Taste(model)
        return _taste(json.loads(content), model)
    except (OSError, StudioError):
        return Taste(model)
    except (ValueError, TypeError, KeyError, AttributeError, OverflowError, RecursionError):
        return Taste(model)


def save_taste(taste: Taste, places: Places) -> None:
    """Write it atomically, StudioError when that cannot be done; nothing to keep leaves no file."""
    path = taste_path(taste.model, places)
    if not taste.labels:
        forget_taste(taste.model, places)
        return
    labels = [
        {
            "point": base64.b64encode(label.point).decode(),
            "liked": label.liked,
            "qualities": dict(label.qualities),
        }
        for label in taste.labels
    ]
    values = {"format": FORMAT, "model": taste.model, "labels": labels}
    try:
        write_bytes(path, json.dumps(values, separators=(",", ":")).encode())
    except StudioError as error:  # the name of the file tells nobody anything
        raise StudioError(f"Your likes could not be saved: {_reason(error)}.") from error


def _reason(error: StudioError) -> str:
    if isinstance(error, DiskFull):
        return "the disk is full"
    cause = error.__cause__
    return said_by(cause) if isinstance(cause, OSError) else str(error).rstrip(".")


def forget_taste(model: str, places: Places) -> None:
    """Forget one model's likes; StudioError when the file cannot be removed."""
    _remove(taste_path(model, places))


def forget_all_tastes(places: Places) -> None:
    """Forget everything that was ever liked; StudioError when a file cannot be removed."""
    folder = places.data / FOLDER
    for path in sorted(folder.glob("*.json")) if folder.is_dir() else []:
        _remove(path)


def _remove(path: Path) -> None:
    try:
        path.unlink(missing_ok=True)
    except OSError as error:
        reason = error.strerror or error
        raise StudioError(f"What you liked could not be forgotten: {reason}.") from error


def _taste(values: Any, model: str) -> Taste:
    """StudioError, ValueError or the like for anything that save_taste does not write."""
    if values["format"] != FORMAT or values["model"] != model:
        raise ValueError("not the likes of this model")
    taste = Taste(model)
    for label in values["labels"][-MAX_LABELS:]:
        point = np.frombuffer(base64.b64decode(label["point"], validate=True), "<f4")
        if point.size != DIMENSIONS or not np.abs(point).max() <= FARTHEST:
            raise ValueError("not a place in W")
        if not isinstance(label["liked"], bool):
            raise ValueError("neither liked nor disliked")
        taste = taste.judged(point, label["liked"], label["qualities"])
    return taste
