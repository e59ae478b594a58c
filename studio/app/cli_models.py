"""`atelier models` and `generate`."""

from __future__ import annotations

import argparse
import filecmp
import json
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from studio.app.cli_choices import chosen
from studio.app.cli_text import plain, seeds, table
from studio.core.errors import StudioError
from studio.core.fingerprints import CopyCheck
from studio.core.kind import Exporter, Generator, MediumKind
from studio.core.latent import Latent, Recipe
from studio.core.library import find_model, names_of, places
from studio.core.library import models as every_model
from studio.core.model_file import ModelEntry
from studio.core.provenance import Origin
from studio.core.settings import load_settings
from studio.core.work import Preview
from studio.media import kind as kind_of
from studio.media import read_exported

AT_ONCE = 64
NEARLY_A_COPY = "is nearly one of the files that the model learnt from: look before you publish it."


def models(arguments: argparse.Namespace) -> int:
    """List every model with what it says about itself."""
    entries, problems = every_model(None, places())
    if arguments.json:
        print(json.dumps({"models": [_as_json(e) for e in entries], "problems": problems}))
        return 0
    if entries:
        rows = [["MODEL", "MEDIUM", "SIZE", "KIMG", "NAME"]]
        rows += [_as_row(entry) for entry in entries]
        print(table(rows))
    else:
        print("There are no models yet; train one with: atelier train FOLDER --medium artwork ...")
    for problem in problems:
        print(f"left out  {plain(problem)}")
    return 0


def _as_json(entry: ModelEntry) -> dict[str, object]:
    header = entry.header
    return {
        "model": names_of(entry)[0],
        "file": str(entry.path),
        "id": header.id,
        "medium": header.medium,
        "name": header.name,
        "size_px": header.size_px,
        "trained": header.trained,
    }


def _as_row(entry: ModelEntry) -> list[str]:
    header = entry.header
    kimg = header.trained.get("kimg")
    shown = f"{kimg:g}" if isinstance(kimg, (int, float)) else "-"
    return [names_of(entry)[0], header.medium, str(header.size_px), shown, header.name]


def generate(arguments: argparse.Namespace) -> int:
    """Write one file per seed."""
    chosen_seeds = _seeds(arguments.seeds)
    entry = find_model(arguments.model, places())
    psi = Latent().psi if arguments.psi is None else max(0.0, arguments.psi)
    name = names_of(entry)[0]
    recipes = {
        f"{name}-seed-{seed:04d}": Recipe(entry.header.id, Latent(seed=seed, psi=psi))
        for seed in chosen_seeds
    }
    write_results(entry, recipes, arguments)
    return 0


def write_results(
    entry: ModelEntry,
    recipes: Mapping[str, Recipe],
    arguments: argparse.Namespace,
    verb: str = "",
    parents: Sequence[str] = (),
    file: Path | None = None,
) -> None:
    """Make each recipe, and write it under its name into the folder that was asked for.

    file is the exported one that they go on from.
    """
    medium = kind_of(entry.header.medium)
    choices = chosen(medium, arguments, file)
    exporter = find_exporter(medium, arguments.format)
    out = Path(arguments.out)
    make_folder(out)
    write = ResultWriter(entry, medium, exporter, Origin.of(entry.header, verb, tuple(parents)))
    generator = load_generator(medium, entry.path, *chosen_device(arguments))
    names = list(recipes)
    for start in range(0, len(names), AT_ONCE):
        part = names[start : start + AT_ONCE]
        for event in generator.generate_many([choices.recipe(recipes[name]) for name in part]):
            if isinstance(event, Preview):
                index, document = event.value
                write(choices.document(document), out / f"{part[index]}{exporter.suffix}")


class ResultWriter:
    """Writes results of a model and prints their names; on stderr, which are nearly copies."""

    def __init__(
        self, entry: ModelEntry, medium: MediumKind, exporter: Exporter, origin: Origin
    ) -> None:
        self._entry, self._medium = entry, medium
        self._exporter, self._origin = exporter, origin
        self._settings, _ = load_settings(places().settings_path)
        self._copies: CopyCheck | None = CopyCheck()

    def __call__(self, document: Any, path: Path) -> None:
        """The file is written whatever it is like; StudioError when it cannot be.

        Or where another file is in its place.
        """
        if not path.exists() or is_result(path, document.recipe):
            self._exporter.export(document, path, self._settings, self._origin)
        elif not self._writes(document, path):
            raise StudioError(f"{path} is there already and is another file: choose another --out.")
        print(plain(str(path)), flush=True)
        self.warn(document, path)

    def _writes(self, document: Any, path: Path) -> bool:
        """Whether the file is what would be written, which may not say how it was made."""
        with tempfile.TemporaryDirectory() as folder:
            made = Path(folder) / path.name
            self._exporter.export(document, made, self._settings, self._origin)
            return filecmp.cmp(path, made, shallow=False)

    def warn(self, document: Any, path: Path) -> None:
        """Say so where a result that was written is nearly one of the training files."""
        if self._copies is None:
            return
        try:
            is_copy = self._copies.is_copy(self._medium, self._entry, document)
        except StudioError as error:  # said once
            print(f"atelier: {plain(str(error))}", file=sys.stderr)
            self._copies = None
            return
        if is_copy:
            print(f"atelier: {plain(path.name)} {NEARLY_A_COPY}", file=sys.stderr)


def is_result(path: Path, recipe: Recipe) -> bool:
    """Whether a file is a result of this recipe, as it was written: it may be written again."""
    try:
        found = read_exported(path).provenance
    except StudioError:
        return False
    return found.recipe == recipe and not found.edited


def _seeds(text: str) -> list[int]:
    try:
        return seeds(text)
    except ValueError as error:
        raise StudioError(f"--seeds: {error}.") from error


def find_exporter(medium: MediumKind, ending: str | None) -> Exporter:
    """The exporter that writes files with this ending (the first without one)."""
    if ending is None:
        return medium.exporters[0]
    for exporter in medium.exporters:
        if exporter.suffix.lstrip(".") == ending.lower().lstrip("."):
            return exporter
    there = " and ".join(exporter.suffix.lstrip(".") for exporter in medium.exporters)
    raise StudioError(f"{medium.title} writes {there}, not {ending}.")


def make_folder(path: Path) -> None:
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StudioError(f"The folder {path} cannot be made: {error.strerror}.") from error


def chosen_device(arguments: argparse.Namespace) -> tuple[str, int]:
    """Device and thread count: as given, else as in the settings."""
    settings, _ = load_settings(places().settings_path)
    threads = settings.threads if arguments.threads is None else arguments.threads
    return arguments.device or settings.device, threads


def load_device(device: str, threads: int) -> str:
    """Choose the device and set torch's threads; returns it in words. StudioError when missing."""
    from studio.gan.device import choose

    return choose(device, threads).words


def load_generator(medium: MediumKind, path: Path, device: str, threads: int = 0) -> Generator:
    """Load a model to play it; imports torch."""
    generator = medium.load_generator(path, device)
    load_device(device, threads)
    return generator
