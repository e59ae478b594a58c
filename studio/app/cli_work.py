"""WORK on the command line: a result, named by its model and seed or by an exported file."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from studio.core.errors import StudioError
from studio.core.files import from_home
from studio.core.latent import MAX_SEED, Latent, Recipe
from studio.core.library import find_model, missing_model, names_of, places
from studio.core.library import models as every_model
from studio.core.model_file import ModelEntry
from studio.media import read_provenance


@dataclass(frozen=True)
class Original:
    """A result to go on from, the model that makes it, and how it was named."""

    entry: ModelEntry
    recipe: Recipe
    work: str
    file: Path | None = None

    @property
    def name(self) -> str:
        return f"{names_of(self.entry)[0]}-seed-{self.recipe.latent.seed:04d}"


def original(work: str) -> Original:
    """What MODEL:SEED names, or an exported file; StudioError where there is no such result."""
    path = from_home(work)
    if path.is_file():
        return _exported(path)
    model, colon, seed = work.rpartition(":")
    if not colon or not seed.isdecimal() or int(seed) > MAX_SEED:
        raise StudioError(
            f"{work!r} is no result; name an exported file, or write MODEL:SEED, like fruit:5."
        )
    entry = find_model(model, places())
    return Original(entry, Recipe(entry.header.id, Latent(int(seed))), work)


def _exported(path: Path) -> Original:
    provenance = read_provenance(path)
    entries, _ = every_model(provenance.medium, places())
    entry = next((one for one in entries if one.header.id == provenance.recipe.model), None)
    if entry is None:
        raise StudioError(
            missing_model(provenance, entries) or f"The model of {path.name} is not here."
        )
    return Original(entry, provenance.recipe, path.name, path)
