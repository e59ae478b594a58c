"""Judging results and proposing others that please: work with a loaded model.

Whatever a person can see or hear of a result is measured of it, so that a taste for warm pictures
is found although warmth lies in no one direction of W.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from studio.core.errors import StudioError
from studio.core.kind import Generator, MediumKind
from studio.core.latent import Recipe
from studio.core.library import Places
from studio.core.reasons import leanings, why
from studio.core.taste import ENOUGH, Candidates, Taste
from studio.core.taste_file import load_taste, save_taste
from studio.core.verbs import seeded
from studio.core.work import Finished, Progress, Work, passed_on, result_of, stage_of

BACKGROUND = 64  # random results that tell what is much and what is little in this model
BACKGROUND_SEED = 1_700_000
MEASURED = 256  # candidates that are made and measured before some are proposed
FEW = 16  # from which some are drawn while nothing is known yet
KEPT = 4096  # results whose measures are kept
DRAWN, SEEN = 0.2, 0.9  # shares of the work: candidates are chosen, then measured, then some made

Background = Mapping[str, np.ndarray]
Measures = dict[Recipe, dict[str, float]]  # by quality; work that was stopped goes on with them


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
    if liked is not None:
        return keep(clicked(kind, generator, document, liked), places)
    recipe = document.recipe
    point = generator.liking.coordinates(recipe.latent)
    taste = load_taste(recipe.model, places).without(point)
    save_taste(taste, places)
    return taste


def clicked(kind: MediumKind, generator: Generator, document: Any, liked: bool) -> Taste:
    """A taste of nothing but this click; StudioError where the document cannot be judged."""
    recipe = document.recipe
    point = generator.liking.coordinates(recipe.latent)
    measures = _measured(kind, [kind.example_of(document)])
    qualities = {name: float(one[0]) for name, one in measures.items()}
    return Taste(recipe.model).judged(point, liked, qualities)


def keep(clicks: Taste, places: Places) -> Taste:
    """The model's taste on this machine with these clicks; StudioError where it is not saved."""
    taste = load_taste(clicks.model, places)
    for label in clicks.labels:
        taste = taste.judged(label.coordinates, label.liked, dict(label.qualities))
    save_taste(taste, places)
    return taste


def background(
    kind: MediumKind, generator: Generator, recipe: Recipe, known: Measures | None = None
) -> Work:
    """Finished(what random results of the model measure, by quality).

    known grows by what is measured.
    """
    seeds = range(BACKGROUND_SEED, BACKGROUND_SEED + BACKGROUND)
    recipes = [seeded(recipe, seed) for seed in seeds]
    measuring = _measure(kind, generator, recipes, {} if known is None else known)
    found = yield from passed_on(measuring)
    yield Finished(found)


def propose(
    kind: MediumKind,
    generator: Generator,
    taste: Taste,
    recipe: Recipe,
    usual: Background,
    count: int,
    seed: int,
    known: Measures | None = None,
) -> Work:
    """Preview((index, document)) for each proposal, then Finished(ForYou).

    With this recipe's variety and options; usual is the background of its model. The same seed
    proposes the same. known grows by what is measured. StudioError if the taste is for another
    model, or no result is left to propose.
    """
    space, wanted = generator.liking, MEASURED if taste.is_ready else FEW
    drawing = stage_of(space.shortlist(taste, recipe, wanted, seed), 0, DRAWN)
    recipes: list[Recipe] = yield from passed_on(drawing)
    if not recipes:
        raise StudioError("All results of this model are like those that you judged already.")
    measured: Background = {}
    if taste.is_ready:
        measuring = _measure(kind, generator, recipes, {} if known is None else known)
        measured = yield from passed_on(stage_of(measuring, DRAWN, SEEN))
    points = np.stack([space.coordinates(one.latent) for one in recipes])
    chosen = taste.propose(Candidates(points, measured, usual), count, seed)
    making = generator.generate_many([recipes[index] for index in chosen])
    yield from passed_on(stage_of(making, SEEN, 1))
    told = leanings(taste.measured(True), taste.measured(False), usual) if taste.is_ready else []
    seen = [{name: float(values[index]) for name, values in measured.items()} for index in chosen]
    reasons = tuple(why(told, kind.quality_words, one) for one in seen)
    yield Finished(ForYou(why(told, kind.quality_words), missing_clicks(taste), reasons))


def missing_clicks(taste: Taste) -> int:
    """How many more clicks it takes before anything is proposed by taste."""
    return max(0, ENOUGH - len(taste.labels))


def _measure(
    kind: MediumKind, generator: Generator, recipes: list[Recipe], known: Measures
) -> Work:
    """Finished(what previews of results measure, by quality); only what is not known is made."""
    for index, recipe in enumerate(recipes):
        yield Progress(index, len(recipes))
        if recipe not in known:
            example = kind.example_of(result_of(generator.preview(recipe)))
            measures = _measured(kind, [example])
            known[recipe] = {name: float(one[0]) for name, one in measures.items()}
    names = known[recipes[0]] if recipes else ()
    found = {name: np.array([known[one][name] for one in recipes]) for name in names}
    for recipe in list(known)[:-KEPT]:
        del known[recipe]
    yield Finished(found)


def _measured(kind: MediumKind, examples: list[np.ndarray]) -> dict[str, np.ndarray]:
    stacked = np.stack(examples)
    return {name: measure(stacked) for name, measure in kind.load_qualities().items()}
