"""What a medium lets a person choose of its results, on the command line: --repeat, --cells."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from studio.core.choice import Choice
from studio.core.errors import StudioError
from studio.core.kind import MediumKind
from studio.core.latent import Recipe
from studio.media import kinds, read_exported


def add_choices(command: argparse.ArgumentParser) -> None:
    """The choices of every medium: which one it will be is not known yet."""
    for name, (choice, media) in _every().items():
        words = f"{choice.text} ({' and '.join(kind.name for kind in media)} only)"
        command.add_argument(f"--{name}", dest=_dest(name), metavar=choice.form, help=words)


@dataclass(frozen=True)
class Chosen:
    """What is chosen for results of a medium: words by the choice's name.

    kept are those of the result that a command goes on from: they only say how to lay out what
    comes, as its recipe holds the rest.
    """

    medium: MediumKind
    words: Mapping[str, str] = field(default_factory=dict)
    kept: Mapping[str, str] = field(default_factory=dict)

    def recipe(self, recipe: Recipe) -> Recipe:
        """The recipe with everything that was chosen."""
        for choice in self.medium.choices:
            if choice.name in self.words:
                recipe = choice.chosen(recipe, self.words[choice.name])
        return recipe

    def document(self, document: Any) -> Any:
        """What such a recipe made, laid out as it was chosen, or else as it was before."""
        for choice in self.medium.choices:
            word = self.words.get(choice.name) or self.kept.get(choice.name)
            if word:
                document = choice.laid_out(document, word)
        return document

    def on(self, document: Any) -> Any:
        """A document that was there before, with all that was chosen."""
        return self.document(replace(document, recipe=self.recipe(document.recipe)))


def chosen(medium: MediumKind, arguments: argparse.Namespace, file: Path | None = None) -> Chosen:
    """What the command line says, on the way from an exported file if there is one.

    StudioError for what this medium does not have, and for words that mean nothing.
    """
    given = {name: getattr(arguments, _dest(name), None) for name in _every()}
    words = {name: word for name, word in given.items() if word is not None}
    own = {choice.name: choice for choice in medium.choices}
    for name, word in words.items():
        if name not in own:
            nouns = " and ".join(kind.nouns for kind in _every()[name][1])
            raise StudioError(f"--{name} is for {nouns}; this model makes {medium.nouns}.")
        own[name].chosen(Recipe(), word)
    return Chosen(medium, words, _kept(medium, file) if file is not None else {})


def _kept(medium: MediumKind, file: Path) -> dict[str, str]:
    try:
        document = read_exported(file).document
    except StudioError:  # its record may do where the file itself was changed
        return {}
    return {choice.name: choice.of(document) for choice in medium.choices}


def _every() -> dict[str, tuple[Choice, list[MediumKind]]]:
    """Each name once, and the media that have it."""
    found: dict[str, tuple[Choice, list[MediumKind]]] = {}
    for kind in kinds():
        for choice in kind.choices:
            found.setdefault(choice.name, (choice, []))[1].append(kind)
    return found


def _dest(name: str) -> str:
    return f"choice_{name}"
