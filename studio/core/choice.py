"""What a medium lets a person choose of its results, besides their place in the latent space."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from studio.core.latent import Recipe


def _as_it_is(document: Any, word: str) -> Any:
    return document


def _nothing(document: Any) -> str:
    return ""


@dataclass(frozen=True)
class Choice:
    """One choice, as --name WORD on the command line; form and text explain it there.

    chosen gives the recipe in which it is made; StudioError, with a sentence, for a word that it
    does not know. laid_out is the document of such a recipe, with that of the choice which a recipe
    does not say. of is the word for how a document is laid out, "" where its recipe says it all.
    """

    name: str
    form: str
    text: str
    chosen: Callable[[Recipe, str], Recipe]
    laid_out: Callable[[Any, str], Any] = _as_it_is
    of: Callable[[Any], str] = _nothing
