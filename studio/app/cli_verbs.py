"""`atelier vary`, `breed`, `morph` and `mix`: new results from others."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from studio.app.cli_models import write_results
from studio.core import verbs
from studio.core.errors import StudioError
from studio.core.latent import LAYER_GROUPS, MAX_SEED, Latent, Recipe
from studio.core.library import find_model, missing_model, names_of, places
from studio.core.library import models as every_model
from studio.core.model_file import ModelEntry
from studio.media import read_provenance


@dataclass(frozen=True)
class Original:
    """A result to go on from, the model that makes it, and how it was named."""

    entry: ModelEntry
    recipe: Recipe
    work: str

    @property
    def name(self) -> str:
        return f"{names_of(self.entry)[0]}-{self.recipe.latent.seed:04d}"


def vary(arguments: argparse.Namespace) -> int:
    """Neighbours of a result."""
    one = original(arguments.work)
    groups = _in_order(arguments.layers)
    found = [
        verbs.varied(one.recipe, index, arguments.strength, groups)
        for index in range(arguments.count)
    ]
    return _write([one], "vary", found, arguments)


def breed(arguments: argparse.Namespace) -> int:
    """Children of two results or more."""
    parents = [original(work) for work in arguments.works]
    groups = _in_order(arguments.layers)
    found = [
        verbs.bred([parent.recipe for parent in parents], index, arguments.mutation, groups)
        for index in range(arguments.count)
    ]
    return _write(parents, "breed", found, arguments)


def morph(arguments: argparse.Namespace) -> int:
    """The way from one result to another."""
    stops = [original(work) for work in arguments.works]
    found = verbs.morphed([one.recipe for one in stops], arguments.steps, loops=arguments.loop)
    return _write(stops, "morph", found, arguments)


def mix(arguments: argparse.Namespace) -> int:
    """A result with layers of another."""
    one, other = original(arguments.work), original(arguments.other)
    found = verbs.mixed(one.recipe, other.recipe, _in_order(arguments.layers))
    return _write([one, other], "mix", [found], arguments)


def original(work: str) -> Original:
    """What MODEL:SEED names, or an exported file; StudioError where there is no such result."""
    path = Path(work).expanduser()
    if path.is_file():
        return _exported(path)
    model, colon, seed = work.rpartition(":")
    if not colon or not seed.isdecimal() or int(seed) > MAX_SEED:
        raise StudioError(
            f"{work!r} is no result; name an exported file, or write MODEL:SEED, like fruit:5."
        )
    entry = find_model(model, places())
    return Original(entry, Recipe(entry.header.id, Latent(int(seed))), work)


def _exported(path: Path) -> Original:
    provenance = read_provenance(path)
    entries, _ = every_model(provenance.medium, places())
    entry = next((one for one in entries if one.header.id == provenance.recipe.model), None)
    if entry is None:
        raise StudioError(
            missing_model(provenance, entries) or f"The model of {path.name} is not here."
        )
    return Original(entry, provenance.recipe, path.name)


def _in_order(groups: Sequence[str]) -> tuple[str, ...]:
    return tuple(group for group in LAYER_GROUPS if group in groups)


def _write(
    parents: Sequence[Original],
    verb: str,
    recipes: Sequence[Recipe],
    arguments: argparse.Namespace,
) -> int:
    one = parents[0]
    named = {f"{one.name}-{verb}-{index:04d}": recipe for index, recipe in enumerate(recipes)}
    write_results(one.entry, named, arguments, verb, [parent.work for parent in parents])
    return 0
