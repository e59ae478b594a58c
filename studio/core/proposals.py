"""Judging results and proposing others that please: work with a loaded model.

Whatever a person can see or hear of a result is measured of it, so that a taste for warm pictures
is found although warmth lies in no one direction of W.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from studio.core.kind import Generator, MediumKind
from studio.core.latent import Recipe
from studio.core.library import Places
from studio.core.reasons import leanings, why
from studio.core.taste import ENOUGH, Candidates, Taste
from studio.core.taste_file import load_taste, save_taste
from studio.core.verbs import seeded
from studio.core.work import Finished, Progress, Work, passed_on, result_of

BACKGROUND = 64  # random results that tell what is much and what is little in this model
BACKGROUND_SEED = 1_700_000
MEASURED = 256  # candidates that are made and measured before some are proposed
FEW = 16  # from which some are drawn while nothing is known yet

Background = Mapping[str, np.ndarray]


@dataclass(frozen=True)
class ForYou:
    """What was proposed and why: words for what is liked; clicks that are still missing.

    reasons are those of the words that hold for each of the results.
    """

    words: tuple[str, ...]
    missing: int
    reasons: tuple[tuple[str, ...], ...] = ()


def judge(
    kind: MediumKind, generator: Generator, document: Any, liked: bool | None, places: Places
) -> Taste:
    """One more click on a document, kept on this machine; None takes the click back."""
    recipe = document.recipe
    point = generator.liking.coordinates(recipe.latent)
    taste = load_taste(recipe.model, places)
    if liked is None:
        taste = taste.without(point)
    else:
        measures = _measured(kind, [kind.example_of(document)])
        taste = taste.judged(point, liked, {name: float(one[0]) for name, one in measures.items()})
    save_taste(taste, places)
    return taste


def background(kind: MediumKind, generator: Generator, recipe: Recipe) -> Work:
    """Finished(what random results of the model measure, by quality)."""
    seeds = range(BACKGROUND_SEED, BACKGROUND_SEED + BACKGROUND)
    found = yield from _measure(kind, generator, [seeded(recipe, seed) for seed in seeds])
    yield Finished(found)


def propose(
    kind: MediumKind,
    generator: Generator,
    taste: Taste,
    recipe: Recipe,
    usual: Background,
    count: int,
    seed: int,
) -> Work:
    """Preview((index, document)) for each proposal, then Finished(ForYou).

    With this recipe's variety and options; usual is the background of its model. The same seed
    proposes the same. StudioError if the taste is for another model.
    """
    space, wanted = generator.liking, MEASURED if taste.is_ready else FEW
    recipes: list[Recipe] = yield from passed_on(space.shortlist(taste, recipe, wanted, seed))
    measured: Background = {}
    if taste.is_ready:
        measured = yield from _measure(kind, generator, recipes)
    points = np.stack([space.coordinates(one.latent) for one in recipes])
    chosen = taste.propose(Candidates(points, measured, usual), count, seed)
    yield from passed_on(generator.generate_many([recipes[index] for index in chosen]))
    told = leanings(taste.measured(True), taste.measured(False), usual) if taste.is_ready else []
    seen = [{name: float(values[index]) for name, values in measured.items()} for index in chosen]
    reasons = tuple(why(told, kind.quality_words, one) for one in seen)
    yield Finished(ForYou(why(told, kind.quality_words), missing_clicks(taste), reasons))


def missing_clicks(taste: Taste) -> int:
    """How many more clicks it takes before anything is proposed by taste."""
    return max(0, ENOUGH - len(taste.labels))


def _measure(kind: MediumKind, generator: Generator, recipes: list[Recipe]) -> Any:
    """Yields Progress, returns what previews of results measure, by quality."""
    examples: list[np.ndarray] = []
    for index, recipe in enumerate(recipes):
        yield Progress(index, len(recipes))
        examples.append(kind.example_of(result_of(generator.preview(recipe))))
    return _measured(kind, examples)


def _measured(kind: MediumKind, examples: list[np.ndarray]) -> dict[str, np.ndarray]:
    stacked = np.stack(examples)
    return {name: measure(stacked) for name, measure in kind.load_qualities().items()}
