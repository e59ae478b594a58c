"""Where Atelier keeps things on this computer, and which models and runs there are."""

from __future__ import annotations

import contextlib
import hashlib
import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import platformdirs

from studio.core.errors import StudioError
from studio.core.files import from_home, numbered
from studio.core.model_file import SUFFIX, ModelEntry, copy_model, find_models, read_entry
from studio.core.private_copy import file_stem
from studio.core.provenance import Provenance
from studio.core.resources import resource
from studio.core.run_folder import RunFolder
from studio.core.run_title import titled_entry

HOME_VARIABLE = "ATELIER_HOME"


@dataclass(frozen=True)
class Places:
    """The four folders that belong to the person; naming one does not create it."""

    config: Path
    data: Path
    cache: Path
    log: Path

    @property
    def settings_path(self) -> Path:
        return self.config / "settings.json"

    @property
    def models_path(self) -> Path:
        return self.data / "models"

    @property
    def runs_path(self) -> Path:
        return self.data / "runs"

    @property
    def exports_path(self) -> Path:
        return self.data / "exports"

    @property
    def recovery_path(self) -> Path:
        return self.data / "recovery"

    @property
    def sliders_path(self) -> Path:
        return self.cache / "sliders"

    @property
    def slider_choices_path(self) -> Path:
        return self.config / "sliders"

    @property
    def log_path(self) -> Path:
        return self.log / "atelier.log"


def stem_for(model: str) -> str:
    """A file name for what is kept of a model; ids come from strangers' files, so it is hashed."""
    return hashlib.sha256(model.encode("utf-8", "surrogatepass")).hexdigest()[:32]


def places() -> Places:
    """The system's usual folders, or all of them below $ATELIER_HOME where that is set."""
    home = os.environ.get(HOME_VARIABLE)
    if home:
        return places_below(from_home(home).absolute())
    dirs = platformdirs.PlatformDirs("atelier", appauthor=False)
    return Places(
        dirs.user_config_path, dirs.user_data_path, dirs.user_cache_path, dirs.user_log_path
    )


def places_below(root: Path) -> Places:
    """The four folders where all of them lie in one."""
    return Places(root / "config", root / "library", root / "cache", root / "log")


def models(medium: str | None, places: Places) -> tuple[list[ModelEntry], list[str]]:
    """Starter models, the person's own, then those of training runs; a sentence for each bad file.

    medium None means every medium.
    """
    entries, problems = find_models([resource("models"), places.models_path])
    for run in runs(places):
        if run.model_path.exists():
            try:
                entries.append(titled_entry(run.model_path))
            except StudioError as error:
                problems.append(f"{run.path.name}: {error}")
    chosen = [entry for entry in entries if medium is None or entry.header.medium == medium]
    return chosen, problems


def keep_model(path: Path, folder: Path) -> Path:
    """Copy a model into a folder; one of a run, whose files are all called alike, by its name.

    The copy that is there already, if there is one; StudioError as copy_model.
    """
    entry = titled_entry(path)
    in_run = RunFolder(path.parent).config_path.is_file()
    stem = file_stem(entry.header.name, path.parent.name) if in_run else path.stem
    names = numbered(folder, stem, SUFFIX)
    kept = next(one for one in names if not one.exists() or _is_of(one, entry.header.id))
    if not kept.exists():
        copy_model(path, kept, entry.header.name)
    return kept


def _is_of(path: Path, id: str) -> bool:
    """Whether a file holds the weights of this id."""
    with contextlib.suppress(StudioError):
        return read_entry(path).header.id == id
    return False


def find_model(name: str, places: Places) -> ModelEntry:
    """A model by its file, its run's folder, its file name without ending, its name or its id.

    StudioError that names what there is.
    """
    path = from_home(name)
    if path.is_dir() and RunFolder(path).model_path.exists():
        return titled_entry(RunFolder(path).model_path)
    if path.is_file():
        return titled_entry(path)
    if path.suffix == SUFFIX:
        raise StudioError(f"There is no model file {name}.")
    entries, _ = models(None, places)
    for same in (str, str.casefold):
        for entry in entries:
            if same(name) in {same(word) for word in names_of(entry)}:
                return entry
    known = ", ".join(names_of(entry)[0] for entry in entries) or "none yet"
    raise StudioError(f"There is no model called {name!r}; there are: {known}.")


def missing_model(provenance: Provenance, entries: Iterable[ModelEntry]) -> str:
    """Which model a result needs, in a sentence; "" if it is among these, or it needs none."""
    wanted, name = provenance.recipe.model, provenance.origin.model_name
    there = list(entries)
    if not wanted or wanted in {entry.header.id for entry in there}:
        return ""
    sentence = f"It needs the model {name or 'with the id'} ({wanted}), which is not here."
    if name and name in {entry.header.name for entry in there}:
        sentence += " There is one of that name, but its weights are others."
    return sentence


def names_of(entry: ModelEntry) -> list[str]:
    """What a model can be called by, the shortest clear one first."""
    in_run = entry.path == RunFolder(entry.path.parent).model_path
    short = entry.path.parent.name if in_run else entry.path.stem
    return [word for word in (short, entry.header.name, entry.header.id) if word]


def runs(places: Places) -> list[RunFolder]:
    """Every training run in the library, the newest first."""
    if not places.runs_path.is_dir():
        return []
    found = [RunFolder(path) for path in places.runs_path.iterdir() if path.is_dir()]
    found = [run for run in found if run.config_path.is_file()]
    return sorted(found, key=lambda run: run.config_path.stat().st_mtime, reverse=True)
