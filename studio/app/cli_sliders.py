"""`atelier sliders` and `steer`."""

from __future__ import annotations

import argparse
import json
import math
from collections.abc import Sequence
from pathlib import Path

from studio.app.cli_choices import chosen
from studio.app.cli_models import (
    ResultWriter,
    chosen_device,
    load_generator,
    make_folder,
)
from studio.app.cli_results import file_settings, find_exporter
from studio.app.cli_text import followed, plain, table
from studio.app.cli_work import original
from studio.core.errors import StudioError
from studio.core.latent import Recipe
from studio.core.library import find_model, names_of, places
from studio.core.model_file import ModelEntry
from studio.core.provenance import Origin
from studio.core.slider import Slider, SliderChoice
from studio.core.slider_file import read_choice, remembered, sliders_to_json
from studio.core.verbs import steered
from studio.core.work import result_of
from studio.media import kind as kind_of


def sliders(arguments: argparse.Namespace) -> int:
    """List what steers a model."""
    entry = find_model(arguments.model, places())
    found = found_sliders(entry, arguments)
    if arguments.json:
        print(json.dumps(sliders_to_json(entry.header.id, found)))
        return 0
    if not found:
        print(f"{plain(names_of(entry)[0])} has no sliders: nothing steers it well enough.")
        return 0
    choice = read_choice(places().slider_choices_path, entry.header.id)
    rows = [["SLIDER", "KIND", "RANGE", "CORRELATION", "CHANGE", "STRONGEST LEAK"]]
    print(table(rows + [_row(slider, choice) for slider in found]))
    return 0


def _row(slider: Slider, choice: SliderChoice) -> list[str]:
    other, by = slider.leak
    is_measured = slider.kind == "measured"
    return [
        choice.word(slider),
        slider.kind,
        f"{slider.low:g} to {slider.high:g}",
        f"{slider.quality:.2f}" if is_measured else "-",
        f"{slider.effect:+.2f}" if is_measured else "-",
        f"{other} {by:+.2f}" if other else "-",
    ]


def found_sliders(entry: ModelEntry, arguments: argparse.Namespace) -> tuple[Slider, ...]:
    """A model's sliders from the cache, else found now, with progress on stderr."""
    medium, (device, threads) = kind_of(entry.header.medium), chosen_device(arguments)
    work = remembered(
        entry,
        places().sliders_path,
        lambda: load_generator(medium, entry.path, device, threads).sliders(),
    )
    return result_of(followed(work))


def steer(arguments: argparse.Namespace) -> int:
    """Write a result moved along sliders."""
    work = original(arguments.work)
    entry, recipe = work.entry, work.recipe
    moves = [slider_value(text) for text in arguments.slider]
    medium = kind_of(entry.header.medium)
    exporter = find_exporter(medium, arguments)
    choices = chosen(medium, arguments, work.file)
    known = found_sliders(entry, arguments)
    choice = read_choice(places().slider_choices_path, entry.header.id)
    for name, value in moves:
        recipe = moved(recipe, named(known, name, choice), value)
    out = Path(arguments.out)
    make_folder(out)
    generator = load_generator(medium, entry.path, *chosen_device(arguments))
    document = choices.document(result_of(generator.generate(choices.recipe(recipe))))
    words = "-".join(f"{name}{value:+g}" for name, value in moves)
    safe = "".join(c if c.isalnum() or c in "+-." else "-" for c in words.lower())[:80]
    seed = recipe.latent.seed
    path = out / f"{names_of(entry)[0]}-seed-{seed:04d}-{safe}{exporter.suffix}"
    origin = Origin.of(entry.header, "steer", (work.work,))
    ResultWriter(entry, medium, exporter, file_settings(arguments), origin)(document, path)
    return 0


def slider_value(text: str) -> tuple[str, float]:
    """Name and amount from NAME=VALUE; StudioError for anything else."""
    name, equals, value = text.rpartition("=")
    try:
        amount = float(value)
    except ValueError:
        amount = math.nan
    if not equals or not name.strip() or not math.isfinite(amount):
        raise StudioError(f"--slider: {text!r} is no NAME=VALUE, like Warmth=2.")
    return name.strip(), amount


def named(known: Sequence[Slider], name: str, choice: SliderChoice) -> Slider:
    """The slider of that name, its own or the person's; StudioError that names what there is."""
    for slider in known:
        if name.casefold() in (slider.name.casefold(), choice.word(slider).casefold()):
            return slider
    there = ", ".join(choice.word(slider) for slider in known) or "none"
    raise StudioError(f"There is no slider {name!r}; this model has: {there}.")


def moved(recipe: Recipe, slider: Slider, value: float) -> Recipe:
    """The recipe with the slider at that value; StudioError outside its range."""
    if not slider.low <= value <= slider.high:
        ends = f"{slider.low:g} to {slider.high:g}"
        raise StudioError(f"{slider.name} goes from {ends} in this model, not to {value:g}.")
    return steered(recipe, slider.slide(value))
