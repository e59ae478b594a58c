"""Found sliders in the cache, one file a model, and what a person chose for them."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from studio.core.errors import StudioError
from studio.core.files import open_regular, write_bytes
from studio.core.library import stem_for
from studio.core.model_file import ModelEntry
from studio.core.slider import (
    MAX_SLIDERS,
    Slider,
    SliderChoice,
    choice_from_json,
    slider_from_json,
)
from studio.core.work import Finished, Work

SEARCH = 2  # grows when the same model would get other sliders
SUFFIX = ".sliders.json"
MAX_BYTES = 2**21


def path_for(folder: Path, model: str) -> Path:
    """A model's file in a folder."""
    return folder / f"{stem_for(model)}{SUFFIX}"


def beside(model_path: Path) -> Path:
    """Where sliders lie that come along with a model."""
    return model_path.with_suffix(SUFFIX)


def sliders_to_json(model: str, sliders: Sequence[Slider]) -> dict[str, Any]:
    return {
        "search": SEARCH,
        "model": model,
        "sliders": [slider.to_json() for slider in sliders],
    }


def read_sliders(path: Path, entry: ModelEntry) -> tuple[Slider, ...] | None:
    """The sliders in a file; None where it is missing, damaged, older or another model's."""
    try:
        values = _read(path)
        if values["search"] != SEARCH or values["model"] != entry.header.id:
            return None
        found = list(values["sliders"])
        if len(found) > MAX_SLIDERS:
            return None
        sliders = tuple(slider_from_json(one) for one in found)
    except (OSError, ValueError, TypeError, KeyError, RecursionError, StudioError):
        return None
    names = {slider.name.casefold() for slider in sliders}
    width = entry.header.network.get("w_dim")
    fit = all(len(one.direction) == 4 * width for one in sliders) if width else True
    return sliders if fit and len(names) == len(sliders) else None


def remembered(entry: ModelEntry, cache: Path | None, find: Callable[[], Work]) -> Work:
    """Finished(tuple[Slider, ...]): as kept in the cache or beside the model, else as found now.

    A cache that cannot be written is no reason to do without.
    """
    places = [beside(entry.path), *([path_for(cache, entry.header.id)] if cache else [])]
    for place in places:
        known = read_sliders(place, entry)
        if known is not None:
            yield Finished(known)
            return
    for event in find():
        if isinstance(event, Finished) and cache is not None:
            content = json.dumps(sliders_to_json(entry.header.id, event.value)).encode()
            with contextlib.suppress(StudioError):
                write_bytes(places[-1], content)
        yield event


def read_choice(folder: Path, model: str) -> SliderChoice:
    """What the person chose for a model's sliders; nothing where the file is damaged."""
    try:
        return choice_from_json(_read(path_for(folder, model)))
    except (OSError, ValueError, RecursionError, StudioError):
        return SliderChoice()


def write_choice(folder: Path, model: str, choice: SliderChoice) -> None:
    """Keep it; StudioError when it cannot be written."""
    write_bytes(path_for(folder, model), json.dumps(choice.to_json(), indent=2).encode())


def _read(path: Path) -> Any:
    """The JSON in a file; ValueError if it is too large or none, StudioError as open_regular."""
    with open_regular(path) as file:
        content = file.read(MAX_BYTES + 1)
    if len(content) > MAX_BYTES:
        raise ValueError("too large")
    return json.loads(content.decode("utf-8"))
