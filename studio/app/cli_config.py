"""From the options of `atelier train` to the configuration of a run."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from studio.app.cli_text import plain
from studio.app.on_the_worker import nearest_work
from studio.core.errors import StudioError
from studio.core.files import walk
from studio.core.kind import FolderReport, MediumKind
from studio.core.library import find_model, models, places
from studio.core.presets import FolderFacts, Machine, Plan, Shape, facts_of, plans, shape_of_model
from studio.core.run_folder import RunFolder, TrainConfig
from studio.core.settings import load_settings
from studio.core.work import Work, result_of
from studio.media import kind as kind_of

NEAREST = "nearest"  # in the place of a model's name
WITHOUT_END_KIMG = 1e6  # with --seconds the clock decides
UNCHANGEABLE = (
    ("medium", "--medium"),
    ("folder", "FOLDER"),
    ("size_px", "--size"),
    ("seed", "--seed"),
    ("name", "--name"),
    ("remedies", "--remedy"),
    ("start_model", "--from"),
    ("batch", "--batch"),
    ("channel_base", "--channels"),
    ("channel_max", "--channels"),
    ("held_out", "--no-held-out"),
    ("freeze", "--freeze"),
)


def new_config(arguments: argparse.Namespace) -> TrainConfig:
    """The configuration of a new run; StudioError when something needed is missing."""
    if not arguments.folder or not arguments.medium:
        missing = "the FOLDER to train on" if not arguments.folder else "--medium"
        raise StudioError(f"A new training run needs {missing}.")
    medium = kind_of(arguments.medium)
    folder = Path(arguments.folder)
    files = walk(folder).files  # a missing or unreadable folder is refused before anything else
    settings, _ = load_settings(places().settings_path)
    config = TrainConfig(
        medium.name, str(folder.resolve()), device=settings.device, threads=settings.threads
    )
    if arguments.start_model == NEAREST:
        arguments.start_model = nearest(medium, folder, files)
    asked = chosen(arguments)
    if arguments.preset:
        asked_for = replace(config, **asked)
        config = preset_config(arguments.preset, asked_for, medium, arguments.size is not None)
    return replace(config, **asked)


def nearest(medium: MediumKind, folder: Path, files: Sequence[str]) -> str | None:
    """The file of the model whose results are most like the folder; None where none is told."""
    entries, _ = models(medium.name, places())
    entry = result_of(nearest_work(medium, entries, folder, files))
    if entry is None:
        print("No model could be held against this folder; it begins with nothing.", flush=True)
        return None
    print(f"Begins with {entry.header.name}, whose results are most like it.", flush=True)
    return str(entry.path)


def resumed_config(run: RunFolder, arguments: argparse.Namespace) -> TrainConfig:
    """The run's own configuration, with a new length, device or thread count where asked for.

    Nothing is written, as the run may be training. StudioError when the command asks for what a
    run cannot change.
    """
    before = run.config()
    asked = chosen(arguments)
    asked |= {"medium": arguments.medium} if arguments.medium else {}
    asked |= {"folder": str(Path(arguments.folder).resolve())} if arguments.folder else {}
    for name, word in UNCHANGEABLE:
        if name in asked and asked[name] != getattr(before, name):
            raise StudioError(
                f"This run was started with another {word} ({getattr(before, name)}); "
                f"leave {word} out, or choose another --out."
            )
    return replace(before, **asked)


def chosen(arguments: argparse.Namespace) -> dict[str, Any]:
    """What was given on the command line, by the names of TrainConfig."""
    base, most = arguments.channels or (None, None)
    start = find_model(arguments.start_model, places()) if arguments.start_model else None
    own_size = start.header.size_px if start and not arguments.preset else None  # a preset may grow
    given = {
        "size_px": arguments.size or own_size,
        "kimg": arguments.kimg,
        "seconds": arguments.seconds,
        "preset": arguments.preset,
        "start_model": str(start.path.resolve()) if start else None,
        "batch": arguments.batch,
        "channel_base": base,
        "channel_max": most,
        "learning_rate": arguments.learning_rate,
        "gamma": arguments.gamma,
        "augment": None if arguments.augment is None else max(0.0, arguments.augment),
        "freeze": arguments.freeze,
        "mirror": arguments.mirror,
        "held_out": arguments.held_out,
        "guardian": arguments.guardian,
        "device": arguments.device,
        "threads": arguments.threads,
        "seed": arguments.seed,
        "name": arguments.name,
        "licence": arguments.licence,
        "credit": arguments.credit,
        "remedies": tuple(arguments.remedy) if arguments.remedy else None,
    }
    found = {name: value for name, value in given.items() if value is not None}
    if "seconds" in found:
        found["kimg"] = WITHOUT_END_KIMG
    elif "kimg" in found:
        found["seconds"] = None
    return found


def preset_config(
    word: str, config: TrainConfig, medium: MediumKind, is_sized: bool = False
) -> TrainConfig:
    """Size, widths, batch and length that a preset takes for this folder on this machine.

    is_sized: a person chose config.size_px. Looks at the folder, measures the machine for a few
    seconds, and says what it chose.
    """
    report: FolderReport = result_of(
        medium.load_reader().check(Path(config.folder), config.remedies)
    )
    if report.too_few:
        raise StudioError(plain(report.too_few))
    machine = load_machine(config.device, config.threads)
    pace = Probed(medium, config)
    start = find_model(config.start_model, places()) if config.start_model else None
    begin = shape_of_model(start) if start else None
    facts = facts_of(report, medium)
    if is_sized:  # --size says it, whatever the preset would take
        facts = replace(facts, sizes_px=(config.size_px,))
        begin = replace(begin, size_px=config.size_px) if begin else None
    plan = _plan(word, facts, pace, machine, begin)
    pace.measure(plan.shape)  # the time is that of the shape that was chosen
    plan = _plan(word, facts, pace, machine, begin)
    shape = plan.shape
    print(
        f"{report.verdict} Preset {word}: {shape.size_px} px, {plan.kimg:g} kimg, "
        f"{plan.time_words} on this machine.",
        flush=True,
    )
    return replace(
        config, preset=word, size_px=shape.size_px, channel_base=shape.channel_base,
        channel_max=shape.channel_max, batch=plan.batch, kimg=plan.kimg, seconds=None,
    )  # fmt: skip


def _plan(
    word: str, facts: FolderFacts, pace: Probed, machine: Machine, begin: Shape | None
) -> Plan:
    return next(one for one in plans(facts, pace, machine, begin) if one.word == word)


class Probed:
    """Images a second by shape: measured for those asked to, 0 for all others."""

    def __init__(self, medium: MediumKind, config: TrainConfig) -> None:
        self._medium, self._config = medium, config
        self._known: dict[Shape, float] = {}
        self.measure(Shape())

    def measure(self, shape: Shape) -> None:
        if shape in self._known:
            return
        config = replace(
            self._config, size_px=shape.size_px, channel_base=shape.channel_base,
            channel_max=shape.channel_max,
        )  # fmt: skip
        self._known[shape] = float(result_of(load_probe(self._medium, config)))

    def __call__(self, size_px: int, channel_base: int, channel_max: int) -> float:
        return self._known.get(Shape(size_px, channel_base, channel_max), 0.0)


def load_machine(device: str, threads: int) -> Machine:
    """What trains here; imports torch."""
    from studio.gan.device import choose
    from studio.gan.machine import machine_of

    return machine_of(choose(device, threads, trains=True))


def load_probe(medium: MediumKind, config: TrainConfig) -> Work:
    """The measuring of the machine; imports torch."""
    from studio.gan.pace import probe

    return probe(medium, config)
