"""What a person likes of a model's results: judged and proposed on the worker thread."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from studio.core.kind import Generator, MediumKind
from studio.core.latent import Recipe
from studio.core.library import Places
from studio.core.reasons import leanings, why
from studio.core.taste import ENOUGH
from studio.core.taste_file import load_taste, save_taste
from studio.core.verbs import seeded
from studio.core.work import Finished, Progress, Work, result_of
from studio.ui.generation import LoadedGenerators

BACKGROUND = 64  # random results that likes are compared with, to say what sets them apart
BACKGROUND_SEED = 1_700_000
BATCH = 8


@dataclass(frozen=True)
class ForYou:
    """What was proposed and why: words for what is liked; clicks that are still missing."""

    words: tuple[str, ...]
    missing: int


class TasteWork:
    """One medium's tastes; every method gives work for the worker."""

    def __init__(self, kind: MediumKind, generators: LoadedGenerators, places: Places) -> None:
        self._kind, self._generators, self._places = kind, generators, places
        self._backgrounds: dict[str, dict[str, np.ndarray]] = {}

    def judge(self, path: Path, device: str, document: Any, liked: bool | None) -> Work:
        """Finished(Taste) with one more click on a document; None takes the click back."""
        yield Progress(0, 0, "")
        recipe = document.recipe
        point = self._generator(path, device).liking.coordinates(recipe.latent)
        taste = load_taste(recipe.model, self._places)
        if liked is None:
            taste = taste.without(point)
        else:
            taste = taste.judged(point, liked, self._measured(document))
        save_taste(taste, self._places)
        yield Finished(taste)

    def for_you(self, path: Path, device: str, recipe: Recipe, count: int, seed: int) -> Work:
        """Preview((index, document)) for each proposal, then Finished(ForYou)."""
        yield Progress(0, 0, "")
        generator = self._generator(path, device)
        taste = load_taste(recipe.model, self._places)
        recipes: list[Recipe] = []
        for event in generator.liking.proposals(taste, recipe, count, seed):
            if isinstance(event, Finished):
                recipes = event.value
            else:
                yield event
        for event in generator.generate_many(recipes):
            if not isinstance(event, Finished):
                yield event
        words: tuple[str, ...] = ()
        if taste.is_ready:
            background = yield from self._background(generator, recipe)
            found = leanings(taste.measured(True), taste.measured(False), background)
            words = why(found, self._kind.quality_words)
        yield Finished(ForYou(words, max(0, ENOUGH - len(taste.labels))))

    def _generator(self, path: Path, device: str) -> Generator:
        return self._generators.get(self._kind, path, device)

    def _measured(self, document: Any) -> dict[str, float]:
        examples = self._kind.example_of(document)[None]
        measures = self._kind.load_qualities()
        return {name: float(measure(examples)[0]) for name, measure in measures.items()}

    def _background(self, generator: Generator, recipe: Recipe) -> Any:
        """Yields Progress, returns what random results of the model measure, by quality."""
        if recipe.model not in self._backgrounds:
            examples: list[np.ndarray] = []
            for start in range(0, BACKGROUND, BATCH):
                yield Progress(start, BACKGROUND)
                seeds = range(BACKGROUND_SEED + start, BACKGROUND_SEED + start + BATCH)
                work = generator.generate_many([seeded(recipe, seed) for seed in seeds])
                examples += [self._kind.example_of(one) for one in result_of(work)]
            measures: Mapping[str, Any] = self._kind.load_qualities()
            stacked = np.stack(examples)
            found = {name: measure(stacked) for name, measure in measures.items()}
            self._backgrounds[recipe.model] = found
        return self._backgrounds[recipe.model]
