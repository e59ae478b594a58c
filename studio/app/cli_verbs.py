"""`atelier vary`, `breed`, `morph` and `mix`: new results from others."""

from __future__ import annotations

import argparse
from collections.abc import Sequence

from studio.app.cli_models import write_results
from studio.app.cli_work import Original, original
from studio.core import verbs
from studio.core.latent import LAYER_GROUPS, Recipe


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
    works = [parent.work for parent in parents]
    write_results(one.entry, named, arguments, verb, works, one.file)
    return 0
