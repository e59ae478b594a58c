"""Which recipe learns most in the same time, on real folders, with files kept back.

    python tests/benchmarks/recipes.py FOLDER --counts 100 1000 --seconds 120 --seeds 0 1 \\
        --recipes rel-r1r2-4 plain-r1-16 --out results.jsonl
    python tests/benchmarks/recipes.py --table results.jsonl

Every run gets the same processor time on one thread (measured by the process, so that a busy
machine does not favour one side) and is judged by KID-rand and coverage against files that it never
saw, 500 unless --judged says otherwise. Each line of the output is one look at one run.
"""

from __future__ import annotations

import argparse
import json
import math
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from unittest import mock

import alternatives
import numpy as np
import torch

from studio import media
from studio.core.examples import Examples
from studio.core.run_folder import TrainConfig
from studio.core.split import held_out_split
from studio.core.work import result_of
from studio.gan import train as train_module
from studio.gan import transfer
from studio.gan.checks import HeldOut
from studio.gan.device import Device
from studio.gan.growth import teach_new_levels
from studio.gan.losses import gradient_penalty
from studio.gan.metrics import held_out_figures, reference
from studio.gan.picture_file import png
from studio.gan.pictures import contact_sheet
from studio.gan.train import Trainer
from studio.gan.transfer import start_from, start_header, start_network

LOOKS = (0.25, 0.5, 1.0)
SHOWN = (
    "grid", "kid_rand", "kid_rand_floor", "overlap", "coverage", "recall", "nearest_ratio",
    "diversity",
)  # fmt: skip


@dataclass(frozen=True)
class Recipe:
    """One way to train: what differs from the studio's."""

    config: dict[str, Any] = field(default_factory=dict)
    network: dict[str, Any] = field(default_factory=dict)
    only_r1: bool = False
    grouped: int = 0  # blocks a level of the grouped discriminator; 0: the studio's
    trainer: type[Trainer] = alternatives.AlternatingTrainer
    light: bool = False  # FastGAN's generator in the place of the studio's
    varied: str = ""  # parts of FastGAN's generator in the studio's, see alternatives.varied
    mapping_rate: float = 0.01  # of the mapping network's learning rate
    mixing: float = 0.9  # chance of style mixing
    is_steered: bool = False  # files kept back steer the augmentation, as in the studio
    frozen: int | None = None  # goes on from the model of --start, so many blocks frozen
    is_taught: bool = True  # and at a larger size, its new levels begin as growth.py has them


VARIED = (
    "none", "norm", "late", "gate", "quiet", "start", "tanh", "norm+late", "late+start",
    "norm+late+gate", "norm+late+gate+start+tanh+quiet",
)  # fmt: skip


def _recipes() -> dict[str, Recipe]:
    small: dict[str, Any] = {
        "channel_base": 1024, "channel_max": 64, "patch": 2, "bounded": False,
    }  # fmt: skip
    found: dict[str, Recipe] = {}
    for shape, grouped in (("sg2", 0), ("r3", 1)):
        found[f"plain-r1-16-{shape}"] = Recipe(
            {"penalty_every": 16, "gamma": 0.05}, small, only_r1=True, grouped=grouped,
            trainer=alternatives.PlainTrainer,
        )  # fmt: skip
        for every in (1, 4, 8, 16):
            found[f"rel-{every}-{shape}"] = Recipe(
                {"penalty_every": every, "gamma": 0.3}, small, grouped=grouped
            )
    base = found["rel-4-sg2"]
    found["shared"] = replace(base, trainer=alternatives.SharedTrainer)
    base = found["shared-8"] = replace(found["rel-8-sg2"], trainer=alternatives.SharedTrainer)
    found["shared-16"] = replace(found["rel-16-sg2"], trainer=alternatives.SharedTrainer)
    for gamma in (0.03, 0.1, 1.0, 3.0):
        found[f"gamma-{gamma:g}"] = replace(base, config={**base.config, "gamma": gamma})
    for rate in (0.001, 0.0018, 0.0035, 0.005):
        found[f"rate-{rate:g}"] = replace(base, config={**base.config, "learning_rate": rate})
    for ema in (2.0, 5.0, 20.0):
        found[f"ema-{ema:g}"] = replace(base, config={**base.config, "ema_kimg": ema})
    for augment in (0.0, 0.2, 0.4, 0.8):
        found[f"augment-{augment:g}"] = replace(base, config={**base.config, "augment": augment})
    for batch in (8, 32):
        found[f"batch-{batch}"] = replace(base, config={**base.config, "batch": batch})
    found["gamma-falls"] = replace(base, config={**base.config, "gamma_end": 0.1})
    found["light"] = replace(base, light=True)
    for patch in (1, 2):
        for width in (512, 1024, 2048):
            found[f"width-{width}-patch-{patch}"] = replace(
                base,
                network={
                    "channel_base": width,
                    "channel_max": width // 16,
                    "patch": patch,
                    "bounded": False,
                },
            )
    for rate in (0.1, 1.0):
        found[f"mapping-{rate:g}"] = replace(base, mapping_rate=rate)
    found["no-mixing"] = replace(base, mixing=0.0)
    found["no-mixing-mapping-1"] = replace(base, mixing=0.0, mapping_rate=1.0)
    found["light-gamma-1"] = replace(found["light"], config={**base.config, "gamma": 1.0})
    for parts in VARIED:
        found[f"varied-{parts}"] = replace(base, varied=parts, config={**base.config, "gamma": 1.0})
    # The first version of the trainer, and what the studio does now, at its own widths.
    found["first"] = Recipe({"penalty_every": 4, "gamma": 0.3}, {"patch": 1, "bounded": False})
    found["default"] = Recipe(trainer=Trainer)
    found["default-light"] = Recipe(trainer=Trainer, light=True)
    found["default-unbounded"] = Recipe(network={"bounded": False}, trainer=Trainer)
    for gamma in (0.1, 0.3, 1.0, 3.0, 10.0):
        found[f"default-gamma-{gamma:g}"] = Recipe({"gamma": gamma}, trainer=Trainer)
        # Before the generator ended in tanh.
        found[f"open-gamma-{gamma:g}"] = Recipe(
            {"gamma": gamma}, {"bounded": False}, trainer=Trainer
        )
    for rate in (0.001, 0.0018, 0.0035, 0.005):
        found[f"default-rate-{rate:g}"] = Recipe({"learning_rate": rate}, trainer=Trainer)
    for augment in (0.0, 0.2, 0.4, 0.8):
        found[f"default-augment-{augment:g}"] = Recipe({"augment": augment}, trainer=Trainer)
    for every in (4, 16):
        found[f"default-every-{every}"] = Recipe({"penalty_every": every}, trainer=Trainer)
    for width in (1024, 4096):
        found[f"default-width-{width}"] = Recipe(
            network={"channel_base": width, "channel_max": width // 16}, trainer=Trainer
        )
    found["default-start"] = Recipe(trainer=Trainer, varied="start")
    found["default-wstart"] = Recipe(trainer=Trainer, varied="wstart")
    found["default-no-mixing"] = Recipe(trainer=Trainer, mixing=0.0)
    found["default-wstart-no-mixing"] = Recipe(trainer=Trainer, mixing=0.0, varied="wstart")
    found["default-steered"] = Recipe(trainer=Trainer, is_steered=True)
    for frozen, name in ((-1, "continued"), (0, "continued-free"), (1, "continued-frozen-1"),
                         (2, "continued-frozen-2")):  # fmt: skip
        found[name] = Recipe(trainer=Trainer, frozen=frozen)
    found["continued-untaught"] = Recipe(trainer=Trainer, frozen=0, is_taught=False)
    # The first version with one thing of the new ones changed.
    first: dict[str, Any] = {"penalty_every": 4, "gamma": 0.3}
    found["first-bounded"] = Recipe(first, {"patch": 1, "bounded": True})
    bounded: dict[str, Any] = {"patch": 1, "bounded": True}
    found["first-bounded-gamma-1"] = Recipe({"penalty_every": 4, "gamma": 1.0}, bounded)
    found["first-bounded-patch"] = Recipe(first, {"patch": 2, "bounded": True})
    for gamma in (0.3, 0.4, 1.0, 2.0):
        found[f"alternating-4-gamma-{gamma:g}"] = Recipe({"penalty_every": 4, "gamma": gamma})
    found["first-bounded-8"] = Recipe({"penalty_every": 8, "gamma": 0.3}, bounded)
    found["shared-4-gamma-0.3"] = Recipe(first, bounded, trainer=alternatives.SharedTrainer)
    found["shared-8-gamma-0.3"] = Recipe(
        {"penalty_every": 8, "gamma": 0.3}, bounded, trainer=alternatives.SharedTrainer
    )
    found["first-shared"] = Recipe(
        {"gamma": 0.3}, {"patch": 1, "bounded": False}, trainer=alternatives.SharedTrainer
    )
    found["default-noise"] = Recipe(network={"noise": True}, trainer=Trainer)
    found["default-quiet"] = Recipe(network={"noise": False}, trainer=Trainer)
    found["default-patch-1"] = Recipe(network={"patch": 1}, trainer=Trainer)
    found["default-shared"] = Recipe(trainer=alternatives.SharedTrainer)
    return found


RECIPES = _recipes()


def read(folder: Path, medium: str, size_px: int, cache: Path) -> np.ndarray:
    """All examples of a folder, decoded once."""
    path = cache / f"{folder.name}-{medium}-{size_px}.npy"
    if not path.exists():
        cache.mkdir(parents=True, exist_ok=True)
        reader = media.kind(medium).load_reader()
        examples, _ = result_of(reader.read(folder, size_px, cache / f"{path.stem}-examples"))
        np.save(path, examples.pixels)
    return np.load(path)


@dataclass(frozen=True)
class Trial:
    """What a recipe is tried on."""

    examples: np.ndarray
    medium: str
    size_px: int
    count: int
    seed: int
    judged: int
    start: Path | None = None  # the model that continued recipes go on from
    pictures: Path | None = None  # where sheets of results go: no figure replaces a look at them

    def chosen(self) -> tuple[np.ndarray, np.ndarray]:
        """Files to learn from, and files to be judged by."""
        order = np.random.default_rng(1).permutation(len(self.examples))
        drawn = np.random.default_rng(100 + self.seed).permutation(order[self.judged :])
        return self.examples[drawn[: self.count]], self.examples[order[: self.judged]]


def run(name: str, trial: Trial, seconds: float, tell: Callable[[dict[str, Any]], None]) -> None:
    """Train one recipe on so many files for so much processor time."""
    recipe = RECIPES[name]
    chosen, judged = trial.chosen()
    features = media.kind(trial.medium).load_features()
    trainer, steer = begin(recipe, trial, chosen)
    judge = reference(*(trainer.training.judged(part) for part in (chosen, judged)), features)
    penalty = alternatives.real_penalty if recipe.only_r1 else gradient_penalty
    with mock.patch.object(train_module, "gradient_penalty", penalty):
        spent = 0.0
        for look in LOOKS:
            begun, already = time.process_time(), spent
            while spent < look * seconds:
                trainer.step()
                steer()
                spent = already + time.process_time() - begun
            made = trainer.sampler.examples(trial.judged)
            figures = {**held_out_figures(made, judge, features), "grid": grid(made)}
            if trial.pictures is not None:
                draw(trial.pictures / f"{name}-{trial.count}-{trainer.kimg:.0f}.png", trainer, made)
            shown = {key: round(figures[key], 4) for key in SHOWN}
            tell(
                {"recipe": name, "count": trial.count, "seed": trial.seed, "look": look,
                 "seconds": round(spent, 1), "kimg": trainer.kimg, "size": trial.size_px,
                 "augment": round(trainer.augment, 3), **shown,
                 "loss_d": round(trainer.tally.take()["loss_d"], 4)}
            )  # fmt: skip


def begin(recipe: Recipe, trial: Trial, chosen: np.ndarray) -> tuple[Trainer, Callable[[], None]]:
    """The trainer of a recipe, and what is called after every step to steer its augmentation."""
    config = TrainConfig(
        trial.medium, "", size_px=trial.size_px, seed=trial.seed, kimg=trial.count * 0.5
    )
    config = replace(config, **recipe.config)
    kind = media.kind(trial.medium)
    training = kind.load_training()
    network = {**training.describe(chosen, config), **recipe.network}
    if recipe.frozen is not None:
        assert trial.start is not None, "--start names the model to go on from"
        network = start_network(start_header(str(trial.start), trial.medium), network)
    training = changed(training, recipe)
    examples = Examples(chosen, np.arange(len(chosen)), tuple(str(n) for n in range(len(chosen))))
    learnt, kept = np.arange(len(chosen)), np.arange(0)
    if recipe.is_steered:
        learnt, kept = held_out_split(examples.sources, trial.seed)
    device = Device(torch.device("cpu"), "CPU")
    trainer = recipe.trainer(config, training, network, chosen[learnt], device)
    if not recipe.light:
        set_mapping_rate(trainer.generator.mapping, recipe.mapping_rate)
    if recipe.frozen is not None and trial.start is not None:
        if recipe.is_taught:
            start_from(trainer, trial.start, recipe.frozen)
            result_of(teach_new_levels(trainer, trial.start))
        else:
            with mock.patch.object(transfer, "quiet_new_colours", lambda *_: None):
                start_from(trainer, trial.start, recipe.frozen)
    trainer.crossover = train_module.mixing(trial.count, trainer.generator.num_ws, recipe.mixing)
    held_out = HeldOut(examples, learnt, kept, kind.load_features)
    checked = 0.0

    def steer() -> None:
        nonlocal checked
        since = trainer.kimg - checked
        if recipe.is_steered and since >= trainer.config.check_kimg:
            checked = trainer.kimg
            trainer.steer_augmentation(held_out.figures(trainer)["overfit"], since)

    return trainer, steer


def changed(training: Any, recipe: Recipe) -> Any:
    """The medium's networks, with those in their place that a recipe names."""
    if recipe.grouped:
        training = alternatives.WithDiscriminator(
            training, lambda c: alternatives.GroupedDiscriminator(c, recipe.grouped)
        )
    if recipe.light:
        training = alternatives.WithGenerator(training, alternatives.LightGenerator)
    if recipe.varied:
        build = alternatives.varied(frozenset(recipe.varied.split("+")))
        training = alternatives.WithGenerator(training, build)
    return training


def draw(path: Path, trainer: Trainer, made: np.ndarray) -> None:
    """64 results on one sheet."""
    path.parent.mkdir(parents=True, exist_ok=True)
    sheet = contact_sheet(trainer.sampler.pictures_of(made[:64]), 8)
    path.write_bytes(png(sheet))


def grid(made: np.ndarray) -> float:
    """Steps inside squares of 2 x 2 pixels over steps between them, the larger of it and its
    inverse: 1 for pictures without a grid. uint8 [N, H, W, C]; 1 for what is no picture."""
    if made.ndim != 4:
        return 1.0
    found = []
    for axis in (1, 2):
        steps = np.abs(np.diff(made.astype(np.float32), axis=axis))
        even = np.arange(steps.shape[axis]) % 2 == 0
        inside, between = (np.compress(one, steps, axis=axis).mean() for one in (even, ~even))
        found.append(max(inside / between, between / inside))
    return float(max(found))


def set_mapping_rate(mapping: Any, rate: float) -> None:
    """Another learning rate for the mapping network that computes the same at the start."""
    for layer in mapping.layers:
        change = layer.rate / rate
        with torch.no_grad():
            layer.weight.mul_(change)
            layer.bias.mul_(change)
        layer.scale, layer.rate = layer.scale / change, rate


def table(paths: list[Path], look: float = 1.0) -> None:
    """Mean over seeds of each recipe and count, as Markdown."""
    rows = [json.loads(line) for path in paths for line in path.read_text().splitlines()]
    groups: dict[tuple[int, float, str], list[dict[str, Any]]] = {}
    for row in rows:
        if row["look"] == look:
            key = (row["count"], round(row["seconds"], -1), row["recipe"])
            groups.setdefault(key, []).append(row)
    print(
        "| files | s | recipe | seeds | kimg | KID-rand | overlap | coverage | recall |"
        " nearest ratio | diversity |"
    )
    print("|---|---|---|---|---|---|---|---|---|---|---|")
    mean = statistics.fmean

    def order(one: tuple[int, float, str]) -> tuple[int, float, float]:
        return (one[0], one[1], mean(row["kid_rand"] for row in groups[one]))

    for key in sorted(groups, key=order):
        found = groups[key]
        kids = [row["kid_rand"] for row in found]
        spread = f" ± {statistics.stdev(kids):.2f}" if len(kids) > 1 else ""
        figures = [mean(row.get(name, math.nan) for row in found) for name in SHOWN[3:]]
        print(
            f"| {key[0]} | {key[1]:g} | {key[2]} | {len(found)} | "
            f"{mean(row['kimg'] for row in found):.1f} | {mean(kids):.2f}{spread} | "
            + " | ".join(f"{value:.2f}" for value in figures)
            + " |"
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", nargs="?", type=Path)
    parser.add_argument("--medium", default="artwork")
    parser.add_argument("--size", type=int, default=64)
    parser.add_argument("--counts", type=int, nargs="+", default=[100, 1000, 4000])
    parser.add_argument("--seeds", type=int, nargs="+", default=[0])
    parser.add_argument("--seconds", type=float, default=120.0)
    parser.add_argument("--recipes", nargs="+", default=["rel-4-sg2"], choices=list(RECIPES))
    parser.add_argument("--cache", type=Path, default=Path("recipes-cache"))
    parser.add_argument("--out", type=Path, default=Path("recipes.jsonl"))
    parser.add_argument("--judged", type=int, default=500, help="files kept back to judge by")
    parser.add_argument("--pictures", type=Path, help="write sheets of results there")
    parser.add_argument("--start", type=Path, help="model that continued recipes go on from")
    parser.add_argument("--table", type=Path, nargs="+")
    asked = parser.parse_args()
    if asked.table:
        table(asked.table)
        return
    torch.set_num_threads(1)
    examples = read(asked.folder, asked.medium, asked.size, asked.cache)

    def tell(row: dict[str, Any]) -> None:
        print(json.dumps(row), flush=True)
        with asked.out.open("a") as file:
            file.write(json.dumps(row) + "\n")

    for seed in asked.seeds:
        for count in asked.counts:
            for name in asked.recipes:
                trial = Trial(
                    examples,
                    asked.medium,
                    asked.size,
                    count,
                    seed,
                    asked.judged,
                    asked.start,
                    asked.pictures,
                )
                run(name, trial, asked.seconds, tell)


if __name__ == "__main__":
    main()
