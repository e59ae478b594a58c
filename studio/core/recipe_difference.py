"""What tells two recipes apart, in words for people who look at their results side by side."""

from __future__ import annotations

from dataclasses import replace

from studio.core.latent import COMPOSITE, Recipe
from studio.core.recipe_words import moves_in_words, options_in_words, start_in_words

MODEL_LETTERS = 12  # of an id, enough to know it by


def lines_apart(recipe: Recipe, other: Recipe) -> list[str]:
    """What one recipe has that the other has not: its model, start, moves and options.

    Moves count from the first one that is not the same. Nothing where both are equal, and also
    where the other only goes on from this one.
    """
    mine, theirs = recipe.latent, other.latent
    lines: list[str] = []
    if recipe.model != other.model:
        lines.append(f"model {recipe.model[:MODEL_LETTERS] or 'unknown'}")
    if (mine.seed, mine.psi, mine.point) != (theirs.seed, theirs.psi, theirs.point):
        lines.append(start_in_words(mine))
    shared = 0
    for one, another in zip(mine.moves, theirs.moves, strict=False):
        if one != another:
            break
        shared += 1
    lines += moves_in_words(replace(mine, moves=mine.moves[shared:]))
    own = tuple(one for one in recipe.options if one not in other.options and one[0] != COMPOSITE)
    return [*lines, options_in_words(replace(recipe, options=own))] if own else lines
