"""Fresh processes that `atelier bench` starts and times: the window, and the first result."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import studio
from studio.app.desktop import desktop_problem
from studio.core.latent import Latent, Recipe
from studio.core.library import HOME_VARIABLE, find_model, places
from studio.core.work import result_of
from studio.media import kind as kind_of


def child(
    function: str, *words: str, module: str = "bench_start", home: Path | None = None
) -> dict[str, Any]:
    """Run a function of a module in a process of its own; adds the seconds since its start.

    home stands in for the person's own folders. Empty when it did not come to its end.
    """
    call = f"import sys; from studio.app import {module} as b; b.{function}(*sys.argv[1:])"
    command = [sys.executable, "-c", call, *words]
    here = str(Path(studio.__file__).resolve().parent.parent)
    paths = os.pathsep.join(filter(None, (here, os.environ.get("PYTHONPATH", ""))))
    environment = {**os.environ, "PYTHONPATH": paths}
    if home is not None:
        environment[HOME_VARIABLE] = str(home)
    begun = time.time()
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    lines = done.stdout.splitlines()
    if not lines:
        return {}
    found: dict[str, Any] = json.loads(lines[-1])
    return {**found, "seconds": round(found["at"] - begun, 3)}


def _report(**figures: object) -> None:
    sys.stdout.write(json.dumps({"at": time.time(), **figures}) + "\n")
    sys.stdout.flush()


def window() -> None:
    """Open the real window as `atelier` does; report as soon as it is painted and answers."""
    if desktop_problem():
        return
    run, quit_now = load_window()

    def ready() -> None:
        _report(torch="torch" in sys.modules)
        quit_now()

    run([], ready)


def load_window() -> tuple[Callable[..., int], Callable[[], None]]:
    """The function that opens the window, and the one that ends it."""
    from PySide6.QtWidgets import QApplication

    from studio.app.run import run

    return run, QApplication.quit


def first_result(medium: str, device: str) -> None:
    """Report how long the first result takes from the click, with torch not yet loaded."""
    kind = kind_of(medium)
    entry = find_model(kind.starter, places())
    begun = time.perf_counter()
    generator = kind.load_generator(entry.path, device)
    result_of(generator.generate(Recipe(entry.header.id, Latent(seed=1))))
    _report(first_s=round(time.perf_counter() - begun, 3))
