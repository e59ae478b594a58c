"""Panels of the real media, with generators that need no network."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from studio.core.kind import MediumKind
from studio.core.latent import Recipe
from studio.core.library import Places
from studio.core.model_file import ModelEntry, ModelHeader
from studio.core.settings import Settings
from studio.core.work import Finished, Preview
from studio.ui import model_chooser, theme
from studio.ui.context import StudioContext
from studio.ui.jobs import Jobs


@pytest.fixture
def themed(qapp):
    theme.apply_theme(qapp)
    return qapp


@pytest.fixture
def context(themed, tmp_path):
    said = []
    jobs = Jobs()
    places = Places(*(tmp_path / name for name in ("config", "library", "cache", "log")))
    made = StudioContext(jobs, Settings(), places, said.append, lambda *a: said.append(a))
    made.said = said
    yield made
    assert jobs.close()


class PlainGenerator:
    """A document from a recipe by a plain function."""

    def __init__(self, make: Callable[[Recipe], Any]) -> None:
        self.make, self.recipes = make, []

    def generate(self, recipe):
        self.recipes.append(recipe)
        yield Finished(self.make(recipe))

    def sliders(self):
        yield Finished(())

    def generate_many(self, recipes):
        documents = [self.make(recipe) for recipe in recipes]
        for index, document in enumerate(documents):
            yield Preview((index, document))
        yield Finished(documents)


@pytest.fixture
def with_generator(tmp_path, monkeypatch):
    """A kind whose starter model is a plain function, and the generator, to ask what it made."""

    def plain(kind: MediumKind, make: Callable[[Recipe], Any]):
        path = tmp_path / f"{kind.starter}.safetensors"
        path.write_bytes(b"not read")
        entry = ModelEntry(path, ModelHeader(f"id-{kind.starter}", kind.name, "Plain", 64))
        monkeypatch.setattr(model_chooser, "models", lambda medium, places: ([entry], []))
        generator = PlainGenerator(make)
        return replace(kind, load_generator=lambda *_: generator), generator

    return plain
