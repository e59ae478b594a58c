"""`atelier reroll` and `find`."""

from __future__ import annotations

import argparse
import contextlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from studio.app.cli_choices import Chosen, chosen
from studio.app.cli_models import (
    ResultWriter,
    chosen_device,
    load_generator,
    make_folder,
)
from studio.app.cli_results import file_settings, find_exporter
from studio.app.cli_text import followed, plain
from studio.app.cli_work import original
from studio.core.errors import StudioError
from studio.core.files import from_home, write_bytes
from studio.core.kind import Found, Generator, MediumKind
from studio.core.latent import MAX_SEED
from studio.core.library import find_model, places, runs
from studio.core.model_file import ModelEntry, read_entry
from studio.core.private_copy import PrivateCopy
from studio.core.provenance import MAX_NAME, Origin, one_line
from studio.core.work import result_of
from studio.gan.picture_file import png
from studio.media import kind as kind_of
from studio.media import read_exported

MOST = 1000
SIDE_PX, GAP_PX = 256, 8


@dataclass(frozen=True)
class Opened:
    """A model that is loaded, and what of it a command works on."""

    entry: ModelEntry
    medium: MediumKind
    generator: Generator
    document: Any
    name: str


def work_document(
    text: str,
    device: str,
    threads: int,
    loaded: dict[Path, Generator] | None = None,
    arguments: argparse.Namespace | None = None,
) -> Opened:
    """What WORK means: the result of MODEL:SEED, or an exported file just as it is.

    loaded keeps the models of several works, by their files. arguments may choose another layout.
    """
    work = original(text)
    medium, file = kind_of(work.entry.header.medium), work.entry.path
    choices = chosen(medium, arguments) if arguments is not None else Chosen(medium)
    loaded = {} if loaded is None else loaded
    if file not in loaded:
        loaded[file] = load_generator(medium, file, device, threads)
    generator = loaded[file]
    path = from_home(text)
    if path.is_file():
        document = choices.on(read_exported(path).document)
    else:
        made = result_of(generator.generate(choices.recipe(work.recipe)))
        document = choices.document(made)
    return Opened(work.entry, medium, generator, document, work.name)


def reroll(arguments: argparse.Namespace) -> int:
    """Write results that keep what is locked, each from a seed of its own."""
    if not 1 <= arguments.count <= MOST:
        raise StudioError(f"--count is a number from 1 to {MOST:,}.")
    opened = work_document(arguments.work, *chosen_device(arguments), arguments=arguments)
    exporter = find_exporter(opened.medium, arguments)
    locked = opened.generator.lock(opened.document, arguments.keep)
    origin = Origin.of(opened.entry.header, "reroll", (arguments.work,))
    write = ResultWriter(opened.entry, opened.medium, exporter, file_settings(arguments), origin)
    out = Path(arguments.out)
    for number in range(arguments.count):
        seed = (arguments.seed + number) % (MAX_SEED + 1)
        work = opened.generator.reroll(opened.document, locked, seed, arguments.instant)
        document = result_of(followed(work))
        make_folder(out)
        write(document, out / f"{opened.name}-reroll-{seed:04d}{exporter.suffix}")
    return 0


def find(arguments: argparse.Namespace) -> int:
    """Write a person's own file as it was read, as the model makes it, and both side by side.

    With a private copy of the model, where one is asked for, and what that makes of it.
    """
    entry = find_model(arguments.model, places())
    medium = kind_of(entry.header.medium)
    exporter = find_exporter(medium, arguments)
    path, out = Path(arguments.file), Path(arguments.out)
    _refuse_their_folder(out, path)
    copy = _private_copy(arguments, entry)
    choices = chosen(medium, arguments)
    given = choices.on(medium.load_reader().open(path, entry.header.size_px))
    generator = load_generator(medium, entry.path, *chosen_device(arguments))
    settings = file_settings(arguments)
    ours = out / f"{path.stem}-original{exporter.suffix}"
    made = out / f"{path.stem}-found{exporter.suffix}"
    both = out / f"{path.stem}-side-by-side.png"
    own = out / f"{path.stem}-tuned{exporter.suffix}"
    taken = next((one for one in (ours, made, both, own) if one.exists()), None)
    if taken and not _is_found(made, entry, path):  # what lies there may be the person's
        raise StudioError(f"{taken} is there already: choose another --out.")
    work = generator.find(given, arguments.seed, arguments.steps)
    found: Found = result_of(followed(work))
    make_folder(out)
    exporter.export(given, ours, replace(settings, provenance=False))
    origin = Origin.of(entry.header, "find", (path.name,))
    exporter.export(found.document, made, settings, origin)
    copies = ResultWriter(entry, medium, exporter, settings, origin)
    copies.warn(found.document, made)
    write_bytes(both, png(_side_by_side(medium, given, found.document)))
    for written in (ours, made, both):
        print(plain(str(written)), flush=True)
    print(_in_words(found), flush=True)
    if copy is None:
        return 0
    work = generator.tune(found, given, copy, arguments.seed)
    tuned: Found = result_of(followed(work))
    origin = Origin.of(read_entry(copy.path).header, "find", (path.name,))
    exporter.export(tuned.document, own, settings, origin)
    copies.warn(tuned.document, own)
    write_bytes(both, png(_side_by_side(medium, given, found.document, tuned.document)))
    for written in (own, copy.path):
        print(plain(str(written)))
    print(f"before: {_in_words(found)}")
    print(f"after: {_in_words(tuned)}")
    return 0


def _refuse_their_folder(out: Path, path: Path) -> None:
    """StudioError where results would lie among a person's own files, and be learnt from next."""
    here = out.resolve()
    if here == path.resolve().parent or any(here.is_relative_to(one) for one in _learnt_from()):
        raise StudioError(
            f"Nothing is written among your own files, where a training would learn from it: choose"
            f" another --out than {out}."
        )


def _learnt_from() -> Iterator[Path]:
    """The folders of the trainings that there are."""
    for run in runs(places()):
        with contextlib.suppress(StudioError):  # one that is damaged
            yield Path(run.config().folder).resolve()


def _is_found(made: Path, entry: ModelEntry, path: Path) -> bool:
    """Whether an earlier find of this file with this model wrote it, so that it may do so again."""
    try:
        found = read_exported(made).provenance
    except StudioError:
        return False
    was = (found.recipe.model, found.origin.verb, found.origin.parents)
    return was == (entry.header.id, "find", (one_line(path.name, MAX_NAME),)) and not found.edited


def _private_copy(arguments: argparse.Namespace, entry: ModelEntry) -> PrivateCopy | None:
    """What --tune, --tuned and --name ask for; StudioError where it could not be written."""
    if not (arguments.tune or arguments.tuned):
        if arguments.name:
            raise StudioError("--name is for the copy that --tune makes.")
        return None
    file = Path(arguments.file).name
    copy = PrivateCopy.new(places().models_path, entry.header, file, arguments.name or "")
    if arguments.tuned:
        copy = replace(copy, path=from_home(arguments.tuned))
    copy.refuse_taken()
    return copy


def _in_words(found: Found) -> str:
    return ", ".join(f"{name.replace('_', ' ')} {value:g}" for name, value in found.figures.items())


def _side_by_side(medium: MediumKind, *documents: Any) -> np.ndarray:
    """uint8 [256, 520, 3] for two, 264 pixels more for each one more."""
    gap = np.full((SIDE_PX, GAP_PX, 3), 255, np.uint8)
    pictures = [medium.thumbnail(document, SIDE_PX) for document in documents]
    parts = [part for picture in pictures for part in (gap, picture)]
    return np.concatenate(parts[1:], axis=1)
