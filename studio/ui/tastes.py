"""What a person likes of a model's results: judged and proposed on the worker thread."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from studio.core.kind import Generator, MediumKind
from studio.core.latent import Recipe
from studio.core.library import Places
from studio.core.proposals import Background, ForYou, background, judge, missing_clicks, propose
from studio.core.taste_file import load_taste
from studio.core.work import Finished, Progress, Work, passed_on
from studio.ui.generation import LoadedGenerators


class TasteWork:
    """One medium's tastes; every method gives work for the worker."""

    def __init__(self, kind: MediumKind, generators: LoadedGenerators, places: Places) -> None:
        self._kind, self._generators, self._places = kind, generators, places
        self._backgrounds: dict[tuple[str, float], Background] = {}  # by model and variety

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
        if key not in self._backgrounds:
            self._backgrounds[key] = yield from passed_on(background(self._kind, generator, recipe))
        usual = self._backgrounds[key]
        yield from propose(self._kind, generator, taste, recipe, usual, count, seed)

    def _generator(self, path: Path, device: str) -> Generator:
        return self._generators.get(self._kind, path, device)
