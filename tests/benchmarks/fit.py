"""How well what is made anew fits what is locked, and how near the starters come to other files.

    python tests/benchmarks/fit.py [--media artwork music pattern] [--seeds 3]
        [--files FOLDER ...] [--each 3] [--tune [--seconds 600]] [--out FOLDER]

Re-roll: a half or the middle is locked (music: two bars, or the bass). A plain composite lays a
random result around it, without any fit; then the best of a few (instant) and the fit. Figures,
means over documents: how far the new result, before it is put together, is from what is locked (at
the border within 4 px, and everywhere; of 255), and how much the free part changed. Music: the F
measure of onsets with the locked notes, and with the old ones where it is free. Times are those of
the processor, so that other programs do not count. --files are folders to find --each files
from; own samples are found first. --out gets the pictures.

--tune: instead, the files are found, and a private copy is tuned to each. Figures: how near before
and after; how much 32 other seeds changed, and how much a difference of seeds is; how far eight
variations (strength .3) are from the file, before and after (of 255; music: agreement). --seconds
bounds a tuning by the clock on the wall, which a busy machine needs more of.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import torch
from PIL import Image

from studio.core.errors import StudioError
from studio.core.kind import Found, MediumKind
from studio.core.latent import Latent, Recipe
from studio.core.private_copy import PrivateCopy
from studio.core.resources import resource
from studio.core.selection import feather
from studio.core.verbs import varied as neighbour
from studio.core.work import result_of
from studio.gan import picture_fit, picture_tune
from studio.gan.fit import Plan
from studio.gan.picture_fit import drawn
from studio.gan.pictures import contact_sheet
from studio.media import kinds
from studio.media.music import generator as music
from studio.media.music.document import roll_of
from studio.media.music.generator import agreement
from studio.media.music.locks import Lock

PLAIN = Plan(samples=1, steps=0)
BORDER_PX = 4
SHEET_PX = 128
OTHERS, VARIATIONS, STRENGTH = 32, 8, 0.3
COLUMNS = 8


def ways(module: Any) -> dict[str, Plan]:
    search = replace(module.REROLL, steps=0)
    return {"plain composite": PLAIN, "instant": module.INSTANT, "best of many": search,
            "fitted": module.REROLL}  # fmt: skip


def masks(side: int) -> list[np.ndarray]:
    half, middle = np.zeros((side, side), bool), np.zeros((side, side), bool)
    half[:, : side // 2] = True
    middle[side // 4 : -side // 4, side // 4 : -side // 4] = True
    return [half, middle]


def picture_figures(generator: Any, kind: MediumKind, old: Any, made: Any, locked: Any) -> list:
    """Border and inside error of the bare result, change of the free part."""
    stage = generator._stage
    stage = stage(made.recipe) if kind.name == "pattern" else stage
    before = old.pixels.array().astype(float)
    apart = np.abs(drawn(stage, made.recipe.latent) - before)
    border = locked & (feather(~locked, BORDER_PX + 1, stage.wraps) > 0)
    changed = np.abs(made.pixels.array() - before)
    assert np.array_equal(made.pixels.array()[locked], old.pixels.array()[locked])
    return [apart[border].mean(), apart[locked].mean(), changed[~locked].mean()]


def music_figures(generator: Any, kind: MediumKind, old: Any, made: Any, lock: Lock) -> list:
    wanted, counts = lock.cells(old)
    bare = roll_of(result_of(generator.generate(made.recipe)))
    assert set(lock.kept(old)) <= set(made.notes)
    kept, free = agreement(bare & counts, wanted & counts), roll_of(made) & ~counts
    return [kept, agreement(free, roll_of(old) & ~counts), free[:, 1].sum()]


def rerolled(kind: MediumKind, generator: Any, seeds: int, out: Path | None) -> None:
    is_music = kind.name == "music"
    module = music if is_music else picture_fit
    measure: Callable[..., list] = music_figures if is_music else picture_figures
    heads = ("kept", "as before", "new onsets") if is_music else ("border", "inside", "change")
    locks: list[Any] = masks(generator.header.size_px)
    if is_music:
        locks = [Lock(bars=frozenset({0, 1})), Lock(tracks=frozenset({"bass"}))]
    print(f"\n| {kind.name}: re-roll | {' | '.join(heads)} | CPU s |\n|---|---|---|---|---|")
    usual, cells = module.REROLL, []
    for name, plan in ways(module).items():
        module.REROLL, rows = plan, []
        for seed in range(seeds):
            old = result_of(generator.generate(Recipe(latent=Latent(5 + 7 * seed))))
            for lock in locks:
                begun = time.process_time()
                made = result_of(generator.reroll(old, lock, seed + 1))
                seconds = time.process_time() - begun
                rows.append([*measure(generator, kind, old, made, lock), seconds])
                cells += [old, made] if plan is PLAIN else [made]
        print(f"| {name} | " + " | ".join(f"{x:.2f}" for x in np.mean(rows, 0)) + " |", flush=True)
    module.REROLL = usual
    write_sheet(kind, cells[: 2 * seeds * len(locks)][::2] + cells[1 : 2 * seeds * len(locks) : 2]
                + cells[2 * seeds * len(locks) :], seeds * len(locks), out, "reroll")  # fmt: skip


def found(
    kind: MediumKind, generator: Any, seeds: int, files: list[Path], out: Path | None
) -> None:
    reader = kind.load_reader()
    documents = [(f"own {seed}", result_of(generator.generate(Recipe(latent=Latent(100 + seed)))))
                 for seed in range(seeds)]  # fmt: skip
    documents += [(path.name, reader.open(path, generator.header.size_px)) for path in files]
    print(f"\n| {kind.name}: find | figures | CPU s |\n|---|---|---|")
    made = []
    for name, document in documents:
        begun = time.process_time()
        one: Found = result_of(generator.find(document))
        words = ", ".join(f"{word} {value:g}" for word, value in one.figures.items())
        print(f"| {name} | {words} | {time.process_time() - begun:.1f} |", flush=True)
        made.append(one.document)
    write_sheet(kind, [d for _, d in documents] + made, len(made), out, "find")


def tuned(kind: MediumKind, generator: Any, files: list[Path], out: Path | None) -> None:
    """Each file found and tuned to; a row of the sheet is as row_of says."""
    heads = ("found", "tuned", "others", "seeds", "varied before", "after", "find s", "tune s")
    print(f"\n| {kind.name}: tune | steps | {' | '.join(heads)} |\n|{'---|' * (len(heads) + 2)}")
    cells: list[Any] = []
    rows = []
    for path in files:
        given = kind.load_reader().open(path, generator.header.size_px)
        with tempfile.TemporaryDirectory() as folder:
            copy = PrivateCopy.new(Path(folder), generator.header, path.name)
            try:
                steps, row, shown = tuned_to(kind, generator, given, copy)
            except StudioError as error:
                print(f"| {path.name} | {error} |", flush=True)
                continue
        words = " | ".join(f"{x:.2f}" for x in row)
        print(f"| {path.name} | {steps:g} | {words} |", flush=True)
        rows.append(row)
        cells += shown
    print("| mean | | " + " | ".join(f"{x:.2f}" for x in np.mean(rows, 0)) + " |", flush=True)
    write_sheet(kind, cells, COLUMNS, out, "tune")


def tuned_to(kind: MediumKind, generator: Any, given: Any, copy: PrivateCopy) -> tuple:
    """Steps, figures, and original | found | tuned | three variations | another seed, twice."""
    begun = time.process_time()
    one: Found = result_of(generator.find(given))
    found_s = time.process_time() - begun
    own: Found = result_of(generator.tune(one, given, copy))
    tuned_s = time.process_time() - begun - found_s
    private = kind.load_generator(copy.path, "cpu")
    torch.set_num_threads(1)
    before, after = (varied(play, x.recipe) for play, x in ((generator, one), (private, own)))
    others = [Recipe(latent=Latent(9000 + seed)) for seed in range(OTHERS)]
    usual, now = (result_of(play.generate_many(others)) for play in (generator, private))
    figures = [
        apart(kind, one.document, given),
        apart(kind, own.document, given),
        np.mean([apart(kind, a, b) for a, b in zip(usual, now, strict=True)]),
        np.mean([apart(kind, a, b) for a, b in pairwise(usual)]),
        *(np.mean([apart(kind, x, given) for x in many]) for many in (before, after)),
    ]
    shown = [given, one.document, own.document, *after[:3], usual[0], now[0]]
    return own.figures["steps"], [*figures, found_s, tuned_s], shown


def varied(generator: Any, recipe: Recipe) -> list:
    neighbours = [neighbour(recipe, index, STRENGTH) for index in range(VARIATIONS)]
    return result_of(generator.generate_many(neighbours))


def apart(kind: MediumKind, one: Any, other: Any) -> float:
    """Levels of 255, or the agreement of clips."""
    if kind.name == "music":
        return agreement(roll_of(one), roll_of(other))
    return float(np.abs(one.pixels.array().astype(float) - other.pixels.array()).mean())


def write_sheet(kind: MediumKind, cells: list, columns: int, out: Path | None, name: str) -> None:
    if out is not None:
        out.mkdir(parents=True, exist_ok=True)
        pictures = [kind.thumbnail(cell, SHEET_PX) for cell in cells]
        Image.fromarray(contact_sheet(pictures, columns)).save(out / f"{name}-{kind.name}.png")


def some_files(kind: MediumKind, folders: list[Path], each: int) -> list[Path]:
    """So many of each folder, evenly spread."""
    chosen: list[Path] = []
    for folder in folders:
        fit = [p for p in sorted(folder.rglob("*")) if p.suffix.lower() in kind.file_suffixes]
        chosen += fit[len(fit) // (2 * each) :: max(1, len(fit) // each)][:each]
    return chosen


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--media", nargs="+", default=["artwork", "music", "pattern"])
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--files", type=Path, nargs="*", default=[])
    parser.add_argument("--each", type=int, default=3)
    parser.add_argument("--tune", action="store_true")
    parser.add_argument("--seconds", type=float, default=600.0)
    parser.add_argument("--out", type=Path)
    asked = parser.parse_args()
    for module in (picture_tune, music):
        module.TUNE = replace(module.TUNE, seconds=asked.seconds)
    for kind in kinds():
        if kind.name in asked.media:
            generator = kind.load_generator(
                resource("models", f"{kind.starter}.safetensors"), "cpu"
            )
            torch.set_num_threads(1)
            files = some_files(kind, asked.files, asked.each)
            if asked.tune:
                tuned(kind, generator, files, asked.out)
                continue
            rerolled(kind, generator, asked.seeds, asked.out)
            found(kind, generator, asked.seeds, files, asked.out)


if __name__ == "__main__":
    main()
