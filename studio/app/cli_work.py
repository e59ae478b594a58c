"""WORK on the command line: a result, named by its model and seed."""

from __future__ import annotations

from studio.app.cli_text import seeds
from studio.core.errors import StudioError
from studio.core.latent import Latent, Recipe
from studio.core.library import find_model, places
from studio.core.model_file import ModelEntry


def work_recipe(text: str) -> tuple[ModelEntry, Recipe]:
    """The model and recipe of a WORK like fruit:7; StudioError if it is none."""
    model, colon, seed = text.rpartition(":")
    try:
        numbers = seeds(seed)
    except ValueError:
        numbers = []
    if not colon or not model or len(numbers) != 1:
        raise StudioError(f"{text!r} is no MODEL:SEED, like fruit:7.")
    entry = find_model(model, places())
    return entry, Recipe(entry.header.id, Latent(numbers[0]))
