"""What a person likes of a model's results: judged and proposed on the worker thread."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from studio.core.kind import Generator, MediumKind
from studio.core.latent import Recipe
from studio.core.library import Places
from studio.core.proposals import (
    Background,
    ForYou,
    Measures,
    background,
    judge,
    missing_clicks,
    propose,
)
from studio.core.taste_file import load_taste
from studio.core.work import Finished, Progress, Work, passed_on, stage_of
from studio.ui.generation import LoadedGenerators

FIRST = 0.25  # share of the work that the background takes where it is not known yet


class TasteWork:
    """One medium's tastes; every method gives work for the worker."""

    def __init__(self, kind: MediumKind, generators: LoadedGenerators, places: Places) -> None:
        self._kind, self._generators, self._places = kind, generators, places
        self._backgrounds: dict[tuple[str, float], Background] = {}  # by model and variety
        self._known: Measures = {}  # so that what was stopped goes on

    def judge(self, path: Path, device: str, document: Any, liked: bool | None) -> Work:
        """Finished(Taste) with one more click on a document; None takes the click back."""
        yield Progress(0, 0, "")
        generator = self._generator(path, device)
        yield Finished(judge(self._kind, generator, document, liked, self._places))

    def for_you(self, path: Path, device: str, recipe: Recipe, count: int, seed: int) -> Work:
        """Preview((index, document)) for each proposal, then Finished(ForYou).

        While clicks are missing, nothing is made.
        """
        yield Progress(0, 0, "")
        taste = load_taste(recipe.model, self._places)
        if not taste.is_ready:
            yield Finished(ForYou((), missing_clicks(taste)))
            return
        generator = self._generator(path, device)
        key = (recipe.model, recipe.latent.psi)
        begin = 0.0 if key in self._backgrounds else FIRST
        if key not in self._backgrounds:
            work = background(self._kind, generator, recipe, self._known)
            self._backgrounds[key] = yield from passed_on(stage_of(work, 0, begin))
        usual, known = self._backgrounds[key], self._known
        work = propose(self._kind, generator, taste, recipe, usual, count, seed, known)
        yield from stage_of(work, begin, 1)

    def _generator(self, path: Path, device: str) -> Generator:
        return self._generators.get(self._kind, path, device)
