"""`atelier like`, `dislike`, `for-you` and `forget`: the taste that the window learns, too."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from studio.app.cli_choices import chosen
from studio.app.cli_fit import work_document
from studio.app.cli_models import (
    ResultWriter,
    chosen_device,
    load_generator,
    make_folder,
)
from studio.app.cli_results import file_settings, find_exporter
from studio.app.cli_text import followed, plain
from studio.core.kind import Generator
from studio.core.latent import Recipe
from studio.core.library import find_model, names_of, places
from studio.core.proposals import Background, ForYou, background, clicked, keep, propose
from studio.core.provenance import Origin
from studio.core.taste import ENOUGH, Taste
from studio.core.taste_file import forget_taste, load_taste
from studio.core.work import Finished, Preview, result_of
from studio.media import kind as kind_of


def like(arguments: argparse.Namespace) -> int:
    """Remember that results are liked."""
    return _judge(arguments, True)


def dislike(arguments: argparse.Namespace) -> int:
    """Remember that results are not liked."""
    return _judge(arguments, False)


def _judge(arguments: argparse.Namespace, liked: bool) -> int:
    """Nothing is kept before everything can be judged."""
    device, threads = chosen_device(arguments)
    clicks: list[tuple[str, Taste]] = []
    loaded: dict[Path, Generator] = {}
    for work in arguments.works:
        opened = work_document(work, device, threads, loaded)
        click = clicked(opened.medium, opened.generator, opened.document, liked)
        clicks.append((names_of(opened.entry)[0], click))
    counts = {name: len(keep(click, places()).labels) for name, click in clicks}
    for name, count in counts.items():
        missing = ENOUGH - count
        then = f"{missing} more before it guesses" if missing > 0 else "for-you follows them"
        print(f"{plain(name)}: {count} liked or disliked, {then}")
    return 0


def for_you(arguments: argparse.Namespace) -> int:
    """Write results that the likes and dislikes of a model speak for."""
    entry = find_model(arguments.model, places())
    medium = kind_of(entry.header.medium)
    exporter = find_exporter(medium, arguments)
    choices = chosen(medium, arguments)
    out = Path(arguments.out)
    make_folder(out)
    taste = load_taste(entry.header.id, places())
    recipe = choices.recipe(Recipe(entry.header.id))
    generator = load_generator(medium, entry.path, *chosen_device(arguments))
    usual: Background = {}
    if taste.is_ready:
        usual = result_of(followed(background(medium, generator, recipe)))
    origin = Origin.of(entry.header, "for you")
    write = ResultWriter(entry, medium, exporter, file_settings(arguments), origin)
    work = propose(medium, generator, taste, recipe, usual, arguments.count, arguments.seed)
    for event in followed(work):
        if isinstance(event, Preview):
            _, document = event.value
            name = f"{names_of(entry)[0]}-seed-{document.recipe.latent.seed:04d}-for-you"
            write(choices.document(document), out / f"{name}{exporter.suffix}")
        elif isinstance(event, Finished):
            print(_why(event.value), file=sys.stderr)
    return 0


def _why(found: ForYou) -> str:
    if found.missing:
        return f"Drawn at random: like or dislike {found.missing} more results, then it guesses."
    words = f"Like your likes: {', '.join(found.words)}" if found.words else "By your likes"
    return f"{words}; every fourth one tries something else."


def forget(arguments: argparse.Namespace) -> int:
    """Forget what was liked and disliked of a model."""
    entry = find_model(arguments.model, places())
    forget_taste(entry.header.id, places())
    print(f"{plain(names_of(entry)[0])}: what you liked and disliked is forgotten")
    return 0
