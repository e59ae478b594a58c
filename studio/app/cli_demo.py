"""`atelier demo`: everything that Atelier does, once, without a window."""

from __future__ import annotations

import argparse
import shutil
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image, ImageDraw

from studio.app.cli_models import ResultWriter, chosen_device, load_generator, make_folder
from studio.app.cli_sheet import refuse_another, write_sheet_file
from studio.app.cli_text import duration, plain
from studio.app.cli_train import load_run
from studio.core.errors import StudioError
from studio.core.files import walk
from studio.core.kind import FolderReport, MediumKind
from studio.core.latent import Latent, Recipe
from studio.core.library import find_model, places
from studio.core.provenance import Origin
from studio.core.resources import resource
from studio.core.run_folder import RunFolder, TrainConfig
from studio.core.settings import Settings
from studio.core.work import Preview, result_of
from studio.media import kinds

SEEDS = range(8)
TRAIN_SECONDS = 30.0
CELL_PX = 128
GAP_PX = 8
LINE_PX = 24
GROUND = (16, 17, 20)
TEXT = (220, 222, 226)


@dataclass
class Tour:
    """What the tour has made so far."""

    out: Path
    device: str
    threads: int
    written: list[Path] = field(default_factory=list)
    rows: list[tuple[str, list[np.ndarray]]] = field(default_factory=list)

    def say(self, text: str) -> None:
        print(plain(text), flush=True)


def demo(arguments: argparse.Namespace) -> int:
    """Generate in every medium, export, check, train shortly, and lay it all on one sheet."""
    begun = time.monotonic()
    device, threads = chosen_device(arguments)
    tour = Tour(Path(arguments.out), device, threads)
    every = kinds()
    sheet = tour.out / "contact-sheet.png"
    refuse_another(sheet)
    make_folder(tour.out)
    for kind in every:
        _generate(tour, kind)
    _train(tour, every[0])
    write_sheet(tour.rows, sheet)
    tour.written.append(sheet)
    tour.say("")
    tour.say(f"Done in {duration(time.monotonic() - begun)}. Look at {sheet}; all files:")
    for path in tour.written:
        tour.say(f"  {path}  {path.stat().st_size:,} bytes")
    return 0


def _generate(tour: Tour, kind: MediumKind) -> None:
    """Results of the starter model: a row for the sheet, and a file for every exporter."""
    entry = find_model(kind.starter, places())
    begun = time.monotonic()
    generator = load_generator(kind, entry.path, tour.device, tour.threads)
    recipes = [Recipe(entry.header.id, Latent(seed=seed)) for seed in SEEDS]
    documents = _generated(generator, recipes)
    tour.say(
        f"{kind.title}: {len(documents)} {kind.nouns} by {entry.header.name} "
        f"in {duration(time.monotonic() - begun)}"
    )
    tour.rows.append(
        (
            f"{kind.title}: {entry.header.name}, seeds {SEEDS[0]} to {SEEDS[-1]}",
            [kind.thumbnail(document, CELL_PX) for document in documents],
        )
    )
    for exporter in kind.exporters:
        path = tour.out / f"{kind.noun}{exporter.suffix}"
        if path in tour.written:
            path = tour.out / f"{exporter.label.lower().replace(' ', '-')}{exporter.suffix}"
        write = ResultWriter(entry, kind, exporter, Settings(), Origin.of(entry.header))
        write.save(documents[0], path)
        tour.written.append(path)


def _generated(generator: Any, recipes: list[Recipe]) -> list[Any]:
    found = [e.value for e in generator.generate_many(recipes) if isinstance(e, Preview)]
    return [document for _, document in sorted(found, key=lambda pair: pair[0])]


def _train(tour: Tour, kind: MediumKind) -> None:
    """Check the bundled example folder and train on it for a short while."""
    folder = resource("examples", kind.name)
    report: FolderReport = result_of(kind.load_reader().check(folder))
    tour.say(f"The example folder for {kind.name}: {report.verdict}")
    run = RunFolder(tour.out / "run")
    _remove_earlier(run)
    run.create(
        TrainConfig(
            kind.name,
            str(folder),
            name="Demo",
            kimg=1e6,
            seconds=TRAIN_SECONDS,
            device=tour.device,
            threads=tour.threads,
        )
    )
    tour.say(f"Training on it for {duration(TRAIN_SECONDS)} ...")
    samples: list[Path] = []
    for event in load_run(run, kind, resume=False):
        if isinstance(event, Preview) and event.value["event"] == "sample":
            samples.append(run.path / event.value["file"])
    status = run.status()
    tour.say(f"Trained {status.kimg:.1f} kimg at {status.images_per_s:.0f} images/s.")
    for when, path in (("before", samples[0]), ("after", samples[-1])):
        tour.rows.append((f"Training on {len(report.usable)} files, {when}", first_row(path)))
    tour.written += [samples[-1], run.model_path]


def _remove_earlier(run: RunFolder) -> None:
    """A second demo in the same folder starts anew; anything but our own run stays."""
    if not run.path.exists():
        return
    if run.config_path.exists() and run.config().name == "Demo" and not run.is_running():
        shutil.rmtree(run.path)
    elif walk(run.path).files:
        raise StudioError(f"{run.path} is in the way; choose another --out.")


def first_row(path: Path) -> list[np.ndarray]:
    """The first eight pictures of a run's sample grid, uint8 [CELL_PX, CELL_PX, 3] each."""
    with Image.open(path) as image:
        grid = image.convert("RGB")
    side = (grid.width + 2) / 8
    box = [(round(i * side), 0, round((i + 1) * side) - 2, round(side) - 2) for i in range(8)]
    size = (CELL_PX, CELL_PX)
    return [np.asarray(grid.crop(b).resize(size, Image.Resampling.LANCZOS)) for b in box]


def write_sheet(rows: list[tuple[str, list[np.ndarray]]], path: Path) -> None:
    """Rows of pictures with a line of words above each, as one PNG."""
    columns = max(len(pictures) for _, pictures in rows)
    width = GAP_PX + columns * (CELL_PX + GAP_PX)
    row_px = LINE_PX + CELL_PX + GAP_PX
    sheet = Image.new("RGB", (width, GAP_PX + len(rows) * row_px), GROUND)
    draw = ImageDraw.Draw(sheet)
    for index, (words, pictures) in enumerate(rows):
        top = GAP_PX + index * row_px
        draw.text((GAP_PX, top + 4), words, fill=TEXT)
        for column, picture in enumerate(pictures):
            left = GAP_PX + column * (CELL_PX + GAP_PX)
            sheet.paste(Image.fromarray(picture), (left, top + LINE_PX))
    write_sheet_file(path, np.asarray(sheet))
