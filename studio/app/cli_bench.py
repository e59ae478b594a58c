"""`atelier bench`: how fast Atelier is on this machine."""

from __future__ import annotations

import argparse
import json
import statistics
import tempfile
import time
from pathlib import Path
from typing import Any

from studio.app.bench_start import child
from studio.app.cli_latency import latency
from studio.app.cli_models import chosen_device, load_device, load_generator
from studio.app.cli_text import plain
from studio.app.cli_train import load_run
from studio.app.desktop import desktop_problem
from studio.core.kind import MediumKind
from studio.core.latent import Latent, Recipe
from studio.core.library import find_model, places
from studio.core.resources import resource
from studio.core.run_folder import RunFolder, TrainConfig
from studio.core.work import result_of
from studio.media import kinds

STARTS = 3
RESULTS = 20
TRAIN_SECONDS = 10.0


class Figures:
    """Collects figures and tells each as soon as it is known."""

    def __init__(self, quiet: bool) -> None:
        self.values: dict[str, Any] = {}
        self._quiet = quiet

    def add(self, name: str, value: Any, words: str) -> None:
        self.values[name] = value
        if not self._quiet:
            print(f"{words:<44} {value}", flush=True)


def bench(arguments: argparse.Namespace) -> int:
    """Print one figure after the other, or all as JSON."""
    if arguments.what == "latency":
        return latency(arguments)
    figures = Figures(arguments.json)
    device, threads = chosen_device(arguments)
    _window(figures)
    for kind in kinds():
        first = child("first_result", kind.name, device)
        words = f"{kind.title}: first {kind.noun} after the click, s"
        figures.add(f"{kind.name}_first_s", first.get("first_s"), words)
    figures.add("device", load_device(device, threads), "Device")
    for kind in kinds():
        _results(figures, kind, device, threads)
    for kind in kinds():
        _training(figures, kind, device, threads)
    if arguments.json:
        print(json.dumps(figures.values, indent=2))
    return 0


def _window(figures: Figures) -> None:
    """The median of some starts in fresh processes, from the process's birth."""
    problem = desktop_problem()
    if problem:
        figures.add("window_s", None, f"Window: {plain(problem)}")
        return
    starts = [found for _ in range(STARTS) if (found := child("window"))]
    seconds = statistics.median(found["seconds"] for found in starts) if starts else None
    figures.add("window_s", seconds, "Window usable after, s")
    torch = any(found["torch"] for found in starts) if starts else None
    figures.add("window_imported_torch", torch, "torch imported by then")


def _results(figures: Figures, kind: MediumKind, device: str, threads: int) -> None:
    """Time per result, and how many times faster than sound a WAV is rendered."""
    entry = find_model(kind.starter, places())
    generator = load_generator(kind, entry.path, device, threads)
    times: list[float] = []
    document: Any = None
    for seed in range(RESULTS + 1):
        begun = time.perf_counter()
        document = result_of(generator.generate(Recipe(entry.header.id, Latent(seed=seed))))
        times.append(time.perf_counter() - begun)
    figures.add(
        f"{kind.name}_result_ms",
        round(statistics.median(times[1:]) * 1000, 1),
        f"{kind.title}: each further {kind.noun}, ms",
    )
    for exporter in kind.exporters:
        if exporter.suffix == ".wav":
            with tempfile.TemporaryDirectory() as folder:
                path = Path(folder) / "bench.wav"
                exporter.write(document, path)  # reads the instruments for the first time
                begun = time.perf_counter()
                exporter.write(document, path)
                speed = load_wav_seconds(path) / (time.perf_counter() - begun)
            figures.add(f"{kind.name}_wav_speed", round(speed, 1), "WAV: seconds of sound a second")


def load_wav_seconds(path: Path) -> float:
    """The length of a WAV file in seconds."""
    import soundfile

    return float(soundfile.info(path).duration)


def _training(figures: Figures, kind: MediumKind, device: str, threads: int) -> None:
    """Images per second on the bundled example folder."""
    with tempfile.TemporaryDirectory() as folder:
        run = RunFolder(Path(folder) / "run")
        run.create(
            TrainConfig(
                kind.name,
                str(resource("examples", kind.name)),
                kimg=1e6,
                seconds=TRAIN_SECONDS,
                device=device,
                threads=threads,
            )
        )
        result_of(load_run(run, kind, resume=False))
        speed = round(run.status().images_per_s, 1)
    figures.add(f"{kind.name}_training_per_s", speed, f"{kind.title}: training examples a second")
