"""What the person chose once and expects to find again."""

from __future__ import annotations

import json
import math
import os
from collections.abc import Callable
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

from studio.core.errors import StudioError
from studio.core.files import write_bytes
from studio.core.print_size import DPI, LEAST_DPI, MOST_DPI, SCALES

FORMAT = 1
MAX_BYTES = 2**20
ALLOWED: dict[str, Callable[[Any], bool]] = {
    "scale": lambda value: value in SCALES,
    "dpi": lambda value: LEAST_DPI <= value <= MOST_DPI,
}


@dataclass(frozen=True)
class Settings:
    """Every choice and its default, declared here and nowhere else.

    device is auto, cpu, cuda, mps; threads 0 means all cores but one; soundfont "" means the one
    that comes along; provenance lets exported files say how they were made; folded are the sections
    and strips that show their heads only; scale, pixel_art and dpi say how large exported pictures
    are (see print_size); window_geometry and window_state are Qt's, in base64.
    """

    device: str = "auto"
    threads: int = 0
    soundfont: str = ""
    provenance: bool = True
    last_medium: str = "artwork"
    autosave_seconds: float = 30.0
    last_folder: str = ""
    training_folder: str = ""  # where the last folder to train on lay
    recent_projects: tuple[str, ...] = ()
    folded: tuple[str, ...] = ("mix", "size")
    scale: int = 1
    pixel_art: bool = False
    dpi: int = DPI
    export_formats: tuple[str, ...] = ()  # "medium: format", as each was exported last
    window_geometry: str = ""
    window_state: str = ""


def load_settings(path: Path) -> tuple[Settings, str]:
    """Read the settings; on damage the defaults and a sentence that says so. Never raises."""
    try:
        values = _read(path)
    except FileNotFoundError:
        return Settings(), ""
    except (OSError, ValueError, RecursionError):
        return Settings(), "The settings file is damaged, so the defaults are used for now."
    chosen: dict[str, Any] = {}
    odd: list[str] = []
    for field in fields(Settings):
        if field.name in values:
            value = _like(field.default, values[field.name])
            if value is None or not ALLOWED.get(field.name, _anything)(value):
                odd.append(field.name)
            else:
                chosen[field.name] = value
    sentence = f"These settings made no sense and were left out: {', '.join(odd)}." if odd else ""
    return Settings(**chosen), sentence


def save_settings(settings: Settings, path: Path) -> None:
    """Write the settings atomically; a damaged or newer file is kept beside, never lost.

    StudioError when it cannot be written.
    """
    _keep_aside(path)
    write_bytes(path, json.dumps({"format": FORMAT, **asdict(settings)}, indent=2).encode())


def _read(path: Path) -> dict[str, Any]:
    """The values in the file; ValueError if it is no settings file."""
    with open(path, "rb") as file:
        content = file.read(MAX_BYTES + 1)
    values = json.loads(content.decode("utf-8")) if len(content) <= MAX_BYTES else None
    if not isinstance(values, dict):
        raise ValueError("not a settings file")
    return values


def _keep_aside(path: Path) -> None:
    """Move a settings file that this Atelier cannot fully read out of the way before writing."""
    try:
        values = _read(path)
        readable = isinstance(values.get("format"), int) and values["format"] <= FORMAT
    except FileNotFoundError:
        return
    except (OSError, ValueError, RecursionError):
        readable = False
    if not readable:
        try:
            os.replace(path, path.with_suffix(".kept.json"))
        except OSError as error:
            raise StudioError(f"The settings could not be saved: {error.strerror}.") from error


def _anything(value: Any) -> bool:
    return True


def _like(default: Any, value: Any) -> Any:
    """The value as the default's type; None if it is of another kind."""
    if isinstance(default, bool) or isinstance(value, bool):
        return value if isinstance(default, bool) and isinstance(value, bool) else None
    if isinstance(default, tuple):
        if isinstance(value, list) and all(isinstance(one, str) for one in value):
            return tuple(value)
        return None
    if isinstance(default, float):
        number = isinstance(value, (int, float)) and abs(value) < 1e9
        return float(value) if number and math.isfinite(value) else None
    return value if isinstance(value, type(default)) else None
