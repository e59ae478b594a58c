"""How a result says where it came from: one value that travels inside every exported file.

The words for the kind of source are IPTC's (cv.iptc.org/newscodes/digitalsourcetype).
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, NoReturn

from studio import __version__
from studio.core.errors import StudioError
from studio.core.latent import Recipe
from studio.core.model_file import ModelHeader
from studio.core.recipe_file import recipe_from_json, recipe_to_json

FORMAT = 1
KEY = "atelier"  # of the text in a PNG
PREFIX = f"{KEY}:"  # of the text event in a MIDI file
MAX_RECORD_BYTES = 8 * 2**20  # the largest recipes hold hundreds of points
MAX_NAME, MAX_TEXT, MAX_PARENTS = 200, 4000, 64
MEDIUM_NAME = re.compile(r"[a-z0-9_]{1,64}")
SOURCE_TYPES = "http://cv.iptc.org/newscodes/digitalsourcetype/"
TRAINED = f"{SOURCE_TYPES}trainedAlgorithmicMedia"
COMPOSITE = f"{SOURCE_TYPES}compositeWithTrainedAlgorithmicMedia"
MADE = ("pixels", "notes")  # in a state: what the recipe gives, which devices round differently
BY_HAND = f"{SOURCE_TYPES}digitalCreation"


@dataclass(frozen=True)
class Origin:
    """What a document does not know of itself: its model's name and terms, and how it came about.

    parents are ids or short names of the results that verb made it from.
    """

    model_name: str = ""
    licence: str = ""
    credit: str = ""
    verb: str = ""
    parents: tuple[str, ...] = ()

    @staticmethod
    def of(header: ModelHeader, verb: str = "", parents: tuple[str, ...] = ()) -> Origin:
        """As the model's file says."""
        licence, credit = (one_line(header.trained.get(name, "")) for name in ("licence", "credit"))
        return Origin(one_line(header.name, MAX_NAME), licence, credit, verb, parents)

    @property
    def terms(self) -> str:
        """A sentence about the licence; "" where none is known."""
        name = f" {self.model_name}" if self.model_name else ""
        return f"The model{name} learnt from files under: {self.licence}" if self.licence else ""


UNKNOWN = Origin()


@dataclass(frozen=True)
class Provenance:
    """All that an exported file says of itself.

    edited says that a person's hand changed what the model made; state holds what the medium
    needs, besides what the file itself holds, to give the same document back: plain JSON values.
    """

    medium: str
    recipe: Recipe
    origin: Origin = UNKNOWN
    edited: bool = False
    state: dict[str, Any] = field(default_factory=dict)
    app: str = f"Atelier {__version__}"

    def is_like(self, other: Provenance) -> bool:
        """Whether both tell of the same recipe in the same state, but for what came out of it."""
        mine, theirs = (
            {name: value for name, value in one.state.items() if name not in MADE}
            for one in (self, other)
        )
        return self.recipe == other.recipe and mine == theirs

    @property
    def source_type(self) -> str:
        """The kind of source in IPTC's words; a work that no model had a part in is a person's."""
        if not self.recipe.model:
            return BY_HAND
        return COMPOSITE if self.edited else TRAINED

    @property
    def sentence(self) -> str:
        """How it was made, for fields that people read."""
        if not self.recipe.model:
            return f"Made by hand with {self.app}."
        name = f"{self.origin.model_name} " if self.origin.model_name else ""
        kept = ", a part kept from another result" if self.recipe.is_composite else ""
        hand = ", then edited by hand" if self.edited else ""
        seed = self.recipe.latent.seed
        model = f"model {name}({self.recipe.model})"
        return f"Made with {self.app}: {model}, seed {seed}{kept}{hand}."


def one_line(value: Any, most: int = MAX_TEXT) -> str:
    """Text as it may be printed, shown and written anywhere: on one line, nothing hidden in it."""
    text = value[: 2 * most] if isinstance(value, str) else ""
    shown = "".join(c for c in text if c.isprintable() or c.isspace())
    return " ".join(shown.split())[:most].rstrip()


def silent(name: str) -> StudioError:
    """For a file without a record."""
    return StudioError(f"{name} does not say how it was made.")


def provenance_to_json(provenance: Provenance) -> dict[str, Any]:
    """Plain JSON values; provenance_from_json reads them back."""
    origin = provenance.origin
    return {
        "format": FORMAT,
        "app": provenance.app,
        "medium": provenance.medium,
        "digitalSourceType": provenance.source_type,
        "model": {
            "id": provenance.recipe.model,
            "name": origin.model_name,
            "licence": origin.licence,
            "credit": origin.credit,
        },
        "edited": provenance.edited,
        "verb": origin.verb,
        "parents": list(origin.parents),
        "recipe": recipe_to_json(provenance.recipe),
        "state": provenance.state,
    }


def provenance_from_json(json: Any) -> Provenance:
    """Read what may come from a stranger: ValueError, TypeError, KeyError or StudioError if odd."""
    if not isinstance(json, dict) or not isinstance(json["state"], dict):
        raise ValueError("not a record")
    model, medium = json["model"], json["medium"]
    if not MEDIUM_NAME.fullmatch(medium) or not isinstance(json["parents"], list):
        raise ValueError("not a record")
    origin = Origin(
        one_line(model["name"], MAX_NAME),
        one_line(model["licence"]),
        one_line(model["credit"]),
        one_line(json["verb"], MAX_NAME),
        tuple(one_line(parent, MAX_NAME) for parent in json["parents"][:MAX_PARENTS]),
    )
    recipe, app = recipe_from_json(json["recipe"]), one_line(json["app"], MAX_NAME)
    return Provenance(medium, recipe, origin, json["edited"] is True, json["state"], app)


def record(provenance: Provenance) -> str:
    """One line of ASCII: JSON."""
    text = json.dumps(provenance_to_json(provenance), separators=(",", ":"))
    latent = provenance.recipe.latent
    if len(text) > MAX_RECORD_BYTES and latent.size > 1:  # better a short record than none
        short = replace(provenance.recipe, latent=latent.shortened(1, 1))
        return record(replace(provenance, recipe=short))
    return text


def read_record(text: str | bytes, name: str) -> Provenance:
    """The opposite of record, for the file of that name, which may come from a stranger.

    StudioError if it is damaged, forged, larger than any of ours, or of a newer Atelier.
    """
    if len(text) > MAX_RECORD_BYTES:
        raise StudioError(f"What {name} says of itself is longer than anything Atelier writes.")
    try:
        values = json.loads(text, parse_constant=_refuse)
        if _is_newer(values):
            raise StudioError(f"{name} was made by a newer Atelier; update to open it.")
        return provenance_from_json(values)
    except (KeyError, TypeError, ValueError, RecursionError) as error:
        raise StudioError(f"What {name} says of itself is damaged.") from error


def _is_newer(values: Mapping[str, Any]) -> bool:
    found = values["format"]
    return isinstance(found, int) and found > FORMAT


def _refuse(word: str) -> NoReturn:
    raise ValueError(f"{word} is not a number")
