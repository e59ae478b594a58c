"""Every subfolder is one medium; the folder itself is the registry."""

from __future__ import annotations

import importlib
import pkgutil

from studio.core.errors import StudioError
from studio.core.kind import MediumKind


def kinds() -> list[MediumKind]:
    """Find the media by looking at the folder, so that adding one edits nothing here."""
    found: list[MediumKind] = []
    for module in pkgutil.iter_modules(__path__):
        found.append(importlib.import_module(f"{__name__}.{module.name}.kind").KIND)
    return sorted(found, key=lambda kind: (kind.order, kind.name))


def kind(name: str) -> MediumKind:
    """The medium of that name; StudioError that lists the media there are."""
    every = kinds()
    for one in every:
        if one.name == name:
            return one
    names = ", ".join(one.name for one in every)
    raise StudioError(f"There is no medium called {name!r}; there are: {names}.")
