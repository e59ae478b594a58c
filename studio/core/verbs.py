"""The verbs of the latent grammar: pure functions from recipes to recipes, the same in all media.

Whoever asks for the same twice gets the same: what is left to chance comes from a seed.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from studio.core.errors import StudioError
from studio.core.latent import (
    LAYER_GROUPS,
    MAX_SEED,
    Cross,
    Drift,
    Latent,
    Mix,
    Recipe,
    Slide,
    Toward,
)

MUTATION = 0.25  # how far children drift along the model's spread: seen, but still a family
MOST_STEPS = 10_000


def seeded(recipe: Recipe, seed: int) -> Recipe:
    """A fresh start from a seed, with the same variety and options."""
    return replace(recipe, latent=Latent(seed, recipe.latent.psi))


def locked(new: Recipe, before: Recipe, groups: tuple[str, ...]) -> Recipe:
    """A new result with these layers as they were before; nothing where models differ."""
    if not groups or new.model != before.model:
        return new
    source = before.latent
    while source.moves and isinstance(last := source.moves[-1], Mix) and last.is_lock:
        if not set(groups) <= set(last.groups):
            break
        source = last.other  # locked for long: no chain of results in between
    psi = new.latent.psi
    kept = Mix(source.shortened().with_psi(psi), groups, is_lock=True)
    return replace(new, latent=new.latent.moved(kept))


def varied(
    recipe: Recipe, index: int, strength: float, groups: tuple[str, ...] = LAYER_GROUPS
) -> Recipe:
    """A neighbour: the same index gives the same one, strength 0 the recipe itself, 1 another.

    It turns about the average of the model instead of walking straight to a sample, which would
    fade: what was brought in from outside lies far out in W, and so do its neighbours.
    """
    latent = recipe.latent
    _refuse_no_layers(groups)
    seed = _seed_from(latent.seed, index, len(latent.moves))
    drift = Drift(seed, min(1.0, math.sin(strength * math.pi / 2)), groups)
    return replace(recipe, latent=latent.moved(drift))


def bred(
    parents: Sequence[Recipe],
    index: int,
    mutation: float = MUTATION,
    groups: tuple[str, ...] = LAYER_GROUPS,
) -> Recipe:
    """A child: every layer from one of the parents, then a drift of these layers.

    Which parent leads and gives its noise and options turns with the index, so that a grid shows
    all of them. StudioError for fewer than two, or parents of different models.
    """
    _refuse_strangers(parents, "Breeding")
    _refuse_no_layers(groups)
    first = index % len(parents)
    order = [parents[first], *parents[:first], *parents[first + 1 :]]
    seeds = [recipe.latent.seed for recipe in parents]
    child = order[0].latent.shortened()
    for number, parent in enumerate(order[1:]):
        seed = _seed_from(*seeds, index, number)
        child = child.moved(Cross(parent.latent.shortened(), seed))
    if mutation > 0:
        child = child.moved(Drift(_seed_from(*seeds, index, 10**6), mutation, groups))
    return replace(order[0], latent=child.shortened())


def morphed(stops: Sequence[Recipe], steps: int, *, loops: bool = False) -> list[Recipe]:
    """A way from the first to the last in so many steps, both included; loops comes back.

    A loop leaves the last step out, as it is the first of the next round. Straight in W between
    stops, the noise too. StudioError for fewer than two, or stops of different models.
    """
    _refuse_strangers(stops, "Morphing")
    if not 2 <= steps <= MOST_STEPS:
        raise StudioError(f"A morph has 2 to {MOST_STEPS:,} steps.")
    way = [*stops, stops[0]] if loops else list(stops)
    places = np.linspace(0, len(way) - 1, steps + 1 if loops else steps)
    return [_on_the_way(way, float(place)) for place in (places[:-1] if loops else places)]


def _on_the_way(way: Sequence[Recipe], place: float) -> Recipe:
    """The recipe at a place between stops: 0 the first, 1.5 halfway from the second on."""
    at = min(int(place + 1e-9), len(way) - 1)
    part = round(place - at, 9)
    if part <= 0:
        return way[at]
    other = way[at + 1].latent.shortened()
    latent = way[at].latent.shortened()
    return replace(way[at], latent=latent.moved(Toward(other, part, whole=True)))


def mixed(recipe: Recipe, other: Recipe, groups: tuple[str, ...]) -> Recipe:
    """These layers from another result; StudioError if it is of another model."""
    _refuse_strangers([recipe, other], "Mixing")
    _refuse_no_layers(groups)
    return replace(recipe, latent=recipe.latent.moved(Mix(other.latent.shortened(), groups)))


def steered(recipe: Recipe, slide: Slide) -> Recipe:
    """Moved along a slider; the same slider's earlier slides are taken back first."""
    kept = tuple(
        move
        for move in recipe.latent.moves
        if not (isinstance(move, Slide) and move.slider == slide.slider)
    )
    latent = replace(recipe.latent, moves=kept)
    return replace(recipe, latent=latent.moved(slide) if slide.amount else latent)


def unsteered(recipe: Recipe) -> Recipe:
    """Without any slide."""
    kept = tuple(move for move in recipe.latent.moves if not isinstance(move, Slide))
    return recipe.with_latent(moves=kept)


def slid(recipe: Recipe, slider: str) -> float:
    """How far a slider is moved in a recipe."""
    return sum(
        move.amount
        for move in recipe.latent.moves
        if isinstance(move, Slide) and move.slider == slider
    )


def _seed_from(*parts: int) -> int:
    return int(np.random.default_rng(parts).integers(MAX_SEED))


def _refuse_strangers(recipes: Sequence[Recipe], verb: str) -> None:
    if len(recipes) < 2:
        raise StudioError(f"{verb} takes two results or more.")
    if len({recipe.model for recipe in recipes}) > 1:
        raise StudioError(f"{verb} takes results of one model; these are of different ones.")


def _refuse_no_layers(groups: tuple[str, ...]) -> None:
    if not groups:
        raise StudioError("No layers are left to change: unlock some first.")
