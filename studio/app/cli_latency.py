"""`atelier bench latency`: from a slider's change to its pixels, in the real window."""

from __future__ import annotations

import argparse
import contextlib
import json
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from studio.app.bench_start import child
from studio.app.cli_text import table
from studio.app.desktop import desktop_problem
from studio.core.errors import StudioError
from studio.core.kind import MediumKind
from studio.core.library import find_model, places, places_below, runs
from studio.core.model_file import ModelEntry, ModelHeader, read_entry
from studio.core.run_folder import TrainConfig
from studio.core.settings import load_settings, save_settings
from studio.media import kinds

EVERY_MS = 30
PATIENCE_S = 60.0
MADE_UP = "Untrained"
COLUMNS = {
    "medium": "PANEL",
    "model": "MODEL",
    "size_px": "SIZE",
    "pace": "PACE",
    "moves": "MOVES",
    "shown": "SHOWN",
    "previews": "PREVIEWS",
    "median_ms": "MEDIAN",
    "p95_ms": "P95",
    "worst_ms": "WORST",
    "rest_ms": "REST",
    "block_ms": "BLOCK",
    "idle_block_ms": "IDLE",
    "network_ms": "NETWORK",
    "preview_ms": "PREVIEW",
    "network_in_drag_ms": "IN DRAG",
}
LEGEND = """
All times in ms. hand: a move each {every} ms; fast: as fast as the window takes them, four times as
many. MEDIAN, P95, WORST: from the newest change of the slider that a picture shows until it is
painted, over those that were SHOWN. REST: from the last change until the full result stands.
BLOCK: longest time that the window did not answer during the drag; IDLE: the same without one.
NETWORK: a result without a window to draw, PREVIEW: its preview; IN DRAG: a result in the drag.
{made_up} models have random weights; they were made for this."""


def latency(arguments: argparse.Namespace) -> int:
    """Print a table or JSON; StudioError where no window can open or a drag did not end."""
    problem = desktop_problem()
    if problem:
        raise StudioError(problem)
    with tempfile.TemporaryDirectory(prefix="atelier-bench-") as folder:
        home = Path(folder)
        _write_settings(home, arguments)
        entries = _models(home, arguments)
        plan = {
            "models": [(e.header.medium, str(e.path), e.header.size_px) for e in entries],
            "moves": arguments.moves,
            "every_ms": EVERY_MS,
            "training": arguments.while_training,
        }
        with _no_training_left(home):
            found = child("drag", json.dumps(plan), module="bench_drag", home=home)
    rows = found.get("rows", [])
    if len(rows) < 2 * len(entries):
        raise StudioError("The window did not come to the end of its drags; the log says more.")
    _tell(rows, arguments)
    return 0


def _write_settings(home: Path, arguments: argparse.Namespace) -> None:
    """The person's device and threads, but for what the command says; nothing else of theirs."""
    settings, _ = load_settings(places().settings_path)
    changes = {
        "device": arguments.device or settings.device,
        "threads": arguments.threads or settings.threads,
    }
    save_settings(replace(type(settings)(), **changes), places_below(home).settings_path)


def _models(home: Path, arguments: argparse.Namespace) -> list[ModelEntry]:
    """The named ones, or for each size the starters that have it and made-up ones for the rest."""
    if arguments.model:
        return [find_model(name, places()) for name in arguments.model]
    found: list[ModelEntry] = []
    for place, size_px in enumerate(arguments.size):
        for kind in kinds():
            starter = find_model(kind.starter, places())
            if starter.header.size_px == size_px and arguments.channels is None:
                found.append(starter)
            elif kind.sizes_px:
                path = home / f"{kind.name}-{size_px}.safetensors"
                load_made_up(kind, size_px, arguments.channels, path)
                found.append(read_entry(path))
            elif place == 0:
                found.append(starter)  # size is no choice
    return found


def load_made_up(
    kind: MediumKind, size_px: int, channels: tuple[int, int] | None, path: Path
) -> None:
    """Write a model of random weights, as wide as training makes them; imports torch."""
    from studio.gan.checkpoint import save_model

    config = TrainConfig(kind.name, "", size_px=size_px)
    if channels is not None:
        config = replace(config, channel_base=channels[0], channel_max=channels[1])
    training = kind.load_training()
    grain = np.random.default_rng(0).integers(0, 256, (1, size_px, size_px, 3), np.uint8)
    network = training.describe(grain, config)
    header = ModelHeader("", kind.name, MADE_UP, size_px, network)
    save_model(path, training.networks(network)[0], header)


@contextlib.contextmanager
def _no_training_left(home: Path) -> Iterator[None]:
    """Whatever becomes of the window, the training beside it ends before its folder goes."""
    try:
        yield
    finally:
        for run in runs(places_below(home)):
            run.tell("stop")
            patience = time.monotonic() + PATIENCE_S
            while run.is_running() and time.monotonic() < patience:
                time.sleep(0.2)


def _tell(rows: Sequence[dict[str, Any]], arguments: argparse.Namespace) -> None:
    if arguments.json:
        print(json.dumps({"while_training": arguments.while_training, "drags": rows}, indent=2))
        return
    shown = [[_cell(row.get(name)) for name in COLUMNS] for row in rows]
    print(table([list(COLUMNS.values()), *shown]))
    print(LEGEND.format(every=EVERY_MS, made_up=MADE_UP))


def _cell(value: Any) -> str:
    return "-" if value is None else f"{value:g}" if isinstance(value, float) else str(value)
