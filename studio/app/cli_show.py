"""`atelier show`: what an exported file says of itself."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from studio.app.cli_text import plain
from studio.core.files import from_home
from studio.core.library import missing_model, places
from studio.core.library import models as every_model
from studio.core.model_file import ModelEntry
from studio.core.provenance import Provenance, provenance_to_json
from studio.core.recipe_words import moves_in_words, options_in_words, start_in_words
from studio.media import read_exported


def show(arguments: argparse.Namespace) -> int:
    """Print the provenance of a file; StudioError if it says nothing, or nothing true."""
    path = from_home(arguments.file)
    provenance = read_exported(path).provenance
    entries, _ = every_model(provenance.medium, places())
    if arguments.json:
        print(json.dumps(_as_json(path, provenance, entries)))
        return 0
    for name, words in _lines(provenance, entries):
        print(plain(f"{name:<9} {words}"))
    return 0


def _lines(provenance: Provenance, entries: list[ModelEntry]) -> list[tuple[str, str]]:
    """(what, words) for everything that is known."""
    recipe, origin = provenance.recipe, provenance.origin
    lines = [("made with", f"{provenance.app}, {provenance.medium}")]
    if recipe.model:
        lines += [
            ("model", f"{origin.model_name} ({recipe.model})".strip()),
            ("", missing_model(provenance, entries) or "This model is on this computer."),
            ("start", start_in_words(recipe.latent)),
        ]
        lines += [("move", words) for words in moves_in_words(recipe.latent)]
    lines += [
        ("options", options_in_words(recipe)),
        ("verb", origin.verb),
        ("parents", ", ".join(origin.parents)),
        ("edited", "by hand" if provenance.edited else ""),
        ("licence", origin.licence),
        ("credit", origin.credit),
        ("source", provenance.source_type),
    ]
    return [(name, words) for name, words in lines if words]


def _as_json(path: Path, provenance: Provenance, entries: list[ModelEntry]) -> dict[str, object]:
    there = [entry for entry in entries if entry.header.id == provenance.recipe.model]
    return {
        "file": str(path),
        **provenance_to_json(provenance),
        "model_file": str(there[0].path) if there else None,
    }
