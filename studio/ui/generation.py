"""Loads generators on the worker thread and keeps the last few."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from studio.core.errors import StudioError
from studio.core.kind import Found, Generator, MediumKind
from studio.core.latent import Recipe
from studio.core.model_file import ModelEntry
from studio.core.private_copy import PrivateCopy
from studio.core.slider_file import remembered
from studio.core.work import Finished, Progress, Work

KEEP = 4


@dataclass(frozen=True)
class Made:
    """A generated document and how long the network took, loading not counted."""

    document: Any
    seconds: float


class LoadedGenerators:
    """Touched by the worker thread only; a model that changed on disk is loaded anew."""

    def __init__(
        self,
        keep: int = KEEP,
        after_load: Callable[[], None] | None = None,
        sliders_path: Path | None = None,
    ) -> None:
        """sliders_path is the folder that found sliders are kept in; None keeps none."""
        self._keep, self._after_load, self._sliders_path = keep, after_load, sliders_path
        self._loaded: OrderedDict[tuple[str, int, str], Generator] = OrderedDict()

    def make(self, kind: MediumKind, path: Path, device: str, recipe: Recipe) -> Work:
        """Finished(Made)."""
        yield Progress(0, 0, "")
        yield from _timed(self.get(kind, path, device).generate(recipe))

    def preview(self, kind: MediumKind, path: Path, device: str, recipe: Recipe) -> Work:
        """Finished(Made), to show while a full result would take too long."""
        yield Progress(0, 0, "")
        yield from _timed(self.get(kind, path, device).preview(recipe))

    def make_many(
        self, kind: MediumKind, path: Path, device: str, recipes: Sequence[Recipe]
    ) -> Work:
        """Preview((index, document)) for each recipe, then Finished(list of documents)."""
        yield Progress(0, len(recipes), "")
        yield from self.get(kind, path, device).generate_many(recipes)

    def reroll(
        self,
        kind: MediumKind,
        path: Path,
        device: str,
        document: Any,
        locked: Any,
        seed: int,
        instant: bool,
    ) -> Work:
        """All but what is locked anew: Preview(document) on the way, Finished(document)."""
        yield Progress(0, 0, "")
        yield from self.get(kind, path, device).reroll(document, locked, seed, instant)

    def find(self, kind: MediumKind, path: Path, device: str, document: Any, seed: int) -> Work:
        """A person's own document in the model: Preview(document), Finished(Found)."""
        yield Progress(0, 0, "")
        yield from self.get(kind, path, device).find(document, seed)

    def tune(
        self, kind: MediumKind, path: Path, device: str, found: Found, document: Any,
        copy: PrivateCopy,
    ) -> Work:  # fmt: skip
        """A copy of the model that makes the document itself: Finished(Found)."""
        yield Progress(0, 0, "")
        yield from self.get(kind, path, device).tune(found, document, copy)

    def sliders(self, kind: MediumKind, entry: ModelEntry, device: str) -> Work:
        """Finished(tuple[Slider, ...]): at once where they are known, else after some seconds.

        StudioError where the model is gone or damaged.
        """
        yield Progress(0, 0, "")
        yield from remembered(
            entry, self._sliders_path, lambda: self.get(kind, entry.path, device).sliders()
        )

    def get(self, kind: MediumKind, path: Path, device: str) -> Generator:
        """A loaded model; StudioError where its file is gone or damaged."""
        try:
            changed_ns = path.stat().st_mtime_ns
        except OSError as error:
            raise StudioError(f"The model {path.name} is gone; choose another one.") from error
        key = (str(path), changed_ns, device)
        if key not in self._loaded:
            self._loaded[key] = kind.load_generator(path, device)
            if self._after_load is not None:
                self._after_load()
        self._loaded.move_to_end(key)
        while len(self._loaded) > self._keep:
            self._loaded.popitem(last=False)
        return self._loaded[key]


def _timed(work: Work) -> Work:
    """Finished(Made) of what the work finishes with."""
    started = time.perf_counter()
    for event in work:
        if isinstance(event, Finished):
            event = Finished(Made(event.value, time.perf_counter() - started))
        yield event
