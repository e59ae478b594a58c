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
from studio.app.cli_results import file_settings, find_exporter
from studio.app.cli_text import plain, seeds, table
from studio.core.errors import StudioError
from studio.core.files import write_bytes
from studio.core.fingerprints import CopyCheck
from studio.core.kind import Exporter, Generator, MediumKind
from studio.core.latent import Latent, Recipe
from studio.core.library import find_model, names_of, places
from studio.core.library import models as every_model
from studio.core.model_file import ModelEntry
from studio.core.provenance import Origin
from studio.core.settings import Settings, load_settings
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
    exporter = find_exporter(medium, arguments)
    out = Path(arguments.out)
    make_folder(out)
    origin = Origin.of(entry.header, verb, tuple(parents))
    write = ResultWriter(entry, medium, exporter, file_settings(arguments), origin)
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
        self,
        entry: ModelEntry,
        medium: MediumKind,
        exporter: Exporter,
        settings: Settings,
        origin: Origin,
    ) -> None:
        self._entry, self._medium = entry, medium
        self._exporter, self._settings, self._origin = exporter, settings, origin
        self._copies: CopyCheck | None = CopyCheck()

    def __call__(self, document: Any, path: Path) -> None:
        """The file is written whatever it is like; StudioError when it cannot be.

        Or where another file is in its place.
        """
        self.save(document, path)
        print(plain(str(path)), flush=True)
        self.warn(document, path)

    def save(self, document: Any, path: Path) -> None:
        """Only write; StudioError as above."""
        if not path.exists():
            self._exporter.export(document, path, self._settings, self._origin)
        elif not self._writes_again(document, path):
            raise StudioError(f"{path} is there already and is another file: choose another --out.")

    def _writes_again(self, document: Any, path: Path) -> bool:
        """Write what is there again where it is the same result, of the same settings.

        A file that says how it was made is known by that: another device may differ in a pixel.
        """
        with tempfile.TemporaryDirectory() as folder:
            made = Path(folder) / path.name
            self._exporter.export(document, made, self._settings, self._origin)
            if not filecmp.cmp(path, made, shallow=False):
                if not is_same_result(path, made):
                    return False
                write_bytes(path, made.read_bytes())
        return True

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


def is_same_result(path: Path, other: Path) -> bool:
    """Whether both files say that they were made alike, and no hand changed the first."""
    try:
        found, wanted = read_exported(path).provenance, read_exported(other).provenance
    except StudioError:
        return False
    return not found.edited and found.is_like(wanted)


def _seeds(text: str) -> list[int]:
    try:
        return seeds(text)
    except ValueError as error:
        raise StudioError(f"--seeds: {error}.") from error


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
