"""Opens a training run: its lock, its examples, its trainer; session.py then drives it."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from studio.core.errors import StudioError
from studio.core.examples import Examples, open_examples
from studio.core.fingerprints import Fingerprints, take_fingerprints
from studio.core.kind import Features, FolderReport, Reader, Recogniser, Sound
from studio.core.run_folder import DAMAGED, RunFolder, TrainConfig
from studio.core.split import held_out_split
from studio.core.work import Preview, Work, noted, passed_on
from studio.gan.batches import Rows
from studio.gan.checks import HeldOut
from studio.gan.device import Device, choose, is_out_of_memory
from studio.gan.growth import teach_new_levels
from studio.gan.left_behind import MISFIT, fitting
from studio.gan.model_writer import ModelWriter
from studio.gan.session import Session
from studio.gan.store import CheckpointStore
from studio.gan.team import Team, join_team
from studio.gan.train import Trainer, Training
from studio.gan.transfer import freeze_weights, start_from, start_header, start_network

NO_NETWORK = "The model to go on from describes no network."


class Medium(Protocol):
    """The parts of a medium that a run needs; every MediumKind is one."""

    @property
    def name(self) -> str: ...
    @property
    def load_reader(self) -> Callable[[], Reader]: ...
    @property
    def load_training(self) -> Callable[[], Training]: ...
    @property
    def load_features(self) -> Callable[[], Features]: ...
    @property
    def load_recogniser(self) -> Callable[[], Recogniser]: ...
    @property
    def load_sound(self) -> Callable[[], Sound] | None: ...


def train_run(run: RunFolder, medium: Medium, resume: bool = False) -> Work:
    """Train as config.json says; yields Progress, Preview(event record), Finished(model path).

    StudioError when the folder cannot be used, every checkpoint is damaged, or another process
    already trains this run. Closing the generator writes a checkpoint first. Started by torchrun,
    the processes train together; only the leader writes and yields previews.
    """
    config = run.config()
    device = choose(config.device, config.threads, trains=True)
    team = join_team(device.torch_device.type == "cuda")
    with run.claim.held() if team.leads else contextlib.nullcontext():
        if team.leads:
            run.tell("run")
        yield from _said(run, team, _opened(run, medium, resume, config, device, team))
    # Not after an error: the others wait in the middle of something, and closing waits for them.
    team.close()


def _said(run: RunFolder, team: Team, work: Work) -> Work:
    """Write into the run why it ended, where a person can do something about it."""
    try:
        yield from work
    except StudioError as error:
        if team.leads:
            yield Preview(run.append("error", text=str(error)))
        raise
    except (RuntimeError, MemoryError) as error:
        words = failure_words(error)
        if not words:
            raise
        if team.leads:
            yield Preview(run.append("error", text=words))
        raise StudioError(words) from error


def failure_words(error: BaseException) -> str:
    """A sentence for an error of the device; "" for any other."""
    if is_out_of_memory(error):
        return (
            "Memory ran out even for the smallest part of a batch: choose a smaller size or "
            "narrower networks, or close other programs. The last checkpoint is kept."
        )
    text = str(error)
    if "CUDA error" in text or "CUDA driver" in text or "MPS backend" in text:
        return (
            "The graphics card stopped answering. The last checkpoint is kept: restart the "
            "computer if need be, then let the run go on."
        )
    return ""


def _opened(
    run: RunFolder, medium: Medium, resume: bool, config: TrainConfig, device: Device, team: Team
) -> Work:
    store = CheckpointStore(run.checkpoints_path)
    is_begun = resume and store.has_checkpoint
    if config.start_model and not is_begun:
        start_header(config.start_model, config.medium)  # said before a folder is read for hours
    if team.leads:
        yield from _read_examples(run, medium, config, is_begun)
    team.agree(0, device.torch_device)  # the others wait until the leader has read the folder
    examples = open_examples(run.cache_path)
    if examples is None:
        raise StudioError("The examples of this run cannot be read from its cache.")
    found = store.load_newest() if resume else None
    values: dict[str, Any] = found.values if found is not None else {}
    opened = open_trainer(medium, config, examples, device, team, values)
    trainer = opened.trainer
    if store.damaged and team.leads:
        words = (
            f"{len(store.damaged)} damaged checkpoint(s) passed over; going on from an older one."
        )
        yield Preview(run.append("note", text=words))
    if found is not None:
        trainer.restore(found.tensors, found.values)
    elif config.start_model:
        yield from teach_new_levels(trainer, Path(config.start_model))
    trainer.make_ready()
    is_heard = medium.load_sound is not None
    session = Session(run, config, trainer, opened.held_out, opened.writer, values, is_heard)
    yield from session.work()


@dataclass(frozen=True)
class Opened:
    """What a session needs."""

    trainer: Trainer
    held_out: HeldOut
    writer: ModelWriter


def open_trainer(
    medium: Medium,
    config: TrainConfig,
    examples: Examples,
    device: Device,
    team: Team,
    values: dict[str, Any],
) -> Opened:
    """Split the examples, build the networks, take over a model where the run goes on from one.

    values are those of the checkpoint that will be restored, {} without one; a run that has come
    so far needs the model that it began with no more.
    """
    places = np.arange(len(examples))
    learnt, kept = places, places[:0]
    if config.held_out:
        learnt, kept = held_out_split(examples.sources, config.seed)
    training = medium.load_training()
    start, is_begun = str(values.get("start", "")), "network" in values
    words = MISFIT if is_begun else NO_NETWORK if config.start_model else f"{DAMAGED}."
    with fitting(words):
        network = training.describe(examples.pixels, config)
        if is_begun:
            network = _network_of(values, config)
        elif config.start_model:
            header = start_header(config.start_model, config.medium)
            network = start_network(header, network)
            start = f"{header.name} ({header.id})"
        trainer = Trainer(config, training, network, Rows(examples.pixels, learnt), device, team)
        if is_begun:
            freeze_weights(trainer, values.get("frozen", []))
    if config.start_model and not is_begun:
        start_from(trainer, Path(config.start_model), config.freeze)
    held_out = HeldOut(examples, learnt, kept, medium.load_features)
    size_px = config.size_px

    @cache
    def fingerprints() -> Fingerprints:
        return take_fingerprints(medium.load_recogniser(), examples, learnt, kept, size_px)

    writer = ModelWriter(config, network, device.words, len(kept), start, fingerprints)
    return Opened(trainer, held_out, writer)


def _network_of(values: dict[str, Any], config: TrainConfig) -> dict[str, Any]:
    """The network that a checkpoint is of; ValueError or TypeError for none of this run."""
    network = dict(values["network"])
    if network.get("size_px", config.size_px) != config.size_px:
        raise ValueError("another size")
    return network


def _read_examples(run: RunFolder, medium: Medium, config: TrainConfig, is_begun: bool) -> Work:
    """Decode the folder once into the run's cache, on which the run lives from then on."""
    if open_examples(run.cache_path) is not None and (is_begun or run.is_cache_of(config)):
        return
    reader = medium.load_reader()
    work = reader.read(Path(config.folder), config.size_px, run.cache_path, config.remedies)
    result: tuple[Examples, FolderReport] = yield from passed_on(noted(work, "Reading"))
    run.claim.refuse_lost()
    run.note_cache_of(config)  # last: until then an older note says that it must be read again
    examples, report = result
    yield Preview(
        run.append("folder", usable=len(report.usable), refused=len(report.refused),
                   examples=len(examples))
    )  # fmt: skip
