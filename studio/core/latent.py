"""One frozen value says how a result was made: seed, truncation, blends, style mix, model."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from studio.core.errors import StudioError

LAYER_GROUPS = ("coarse", "middle", "fine")
MAX_SEED = 2**32 - 1
MAX_BLENDS = 64
FIRST_SEED = 5  # what a new document begins with: a good start in all three starter models
Option = int | float | str | bool


def draw(seed: int, stream: int, *shape: int) -> np.ndarray:
    """Standard normal float32 numbers [shape]; the same on every device and machine.

    stream separates what one seed feeds: 0 the latent z, 1 the spatial latent, 2 and up noise maps.
    """
    return np.random.default_rng((seed, stream)).standard_normal(shape, dtype=np.float32)


@dataclass(frozen=True)
class StyleMix:
    """These layer groups take their style from another seed."""

    seed: int
    groups: tuple[str, ...] = ("fine",)


@dataclass(frozen=True)
class Blend:
    """w moves this share of the way towards the w of another seed."""

    seed: int
    amount: float


@dataclass(frozen=True)
class Latent:
    """A point in the latent space of a model."""

    seed: int = FIRST_SEED
    psi: float = 0.7
    mix: StyleMix | None = None
    blends: tuple[Blend, ...] = ()

    def variation(self, index: int, strength: float) -> Latent:
        """A neighbour: the same index gives the same neighbour, strength 0 this latent itself."""
        seed = int(np.random.default_rng((self.seed, index, len(self.blends))).integers(MAX_SEED))
        return replace(self, blends=(*self.blends, Blend(seed, strength))[-MAX_BLENDS:])


@dataclass(frozen=True)
class Recipe:
    """Model, latent and the medium's own options; regenerates a result exactly.

    model is the id in the model file's header; options are sorted (name, value) pairs.
    """

    model: str = ""
    latent: Latent = Latent()
    options: tuple[tuple[str, Option], ...] = ()

    def option(self, name: str, default: Option) -> Any:
        """The option's value, or the default where the recipe does not say."""
        return dict(self.options).get(name, default)

    def with_option(self, name: str, value: Option) -> Recipe:
        return replace(self, options=tuple(sorted({**dict(self.options), name: value}.items())))

    def with_latent(self, **changes: Any) -> Recipe:
        return replace(self, latent=replace(self.latent, **changes))


def recipe_to_json(recipe: Recipe) -> dict[str, Any]:
    """Plain JSON values; recipe_from_json reads them back."""
    latent = recipe.latent
    mix = latent.mix
    return {
        "model": recipe.model,
        "seed": latent.seed,
        "psi": latent.psi,
        "mix": None if mix is None else {"seed": mix.seed, "groups": list(mix.groups)},
        "blends": [[blend.seed, blend.amount] for blend in latent.blends],
        "options": dict(recipe.options),
    }


def recipe_from_json(json: Any) -> Recipe:
    """Read a recipe from a file that may come from a stranger; StudioError if it makes no sense."""
    try:
        mix = json["mix"]
        latent = Latent(
            seed=_seed(json["seed"]),
            psi=_number(json["psi"], 0, 2),
            mix=None if mix is None else StyleMix(_seed(mix["seed"]), _groups(mix["groups"])),
            blends=tuple(
                Blend(_seed(seed), _number(amount, -2, 2))
                for seed, amount in list(json["blends"])[:MAX_BLENDS]
            ),
        )
        options = {
            str(name)[:64]: value
            for name, value in list(dict(json["options"]).items())[:64]
            if isinstance(value, (int, float, str, bool))
        }
        model = str(json["model"])[:128]
    except (KeyError, TypeError, ValueError, OverflowError) as error:
        raise StudioError("The recipe in this file is damaged.") from error
    return Recipe(model, latent, tuple(sorted(options.items())))


def _seed(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= MAX_SEED:
        raise ValueError("not a seed")
    return value


def _number(value: Any, low: float, high: float) -> float:
    number = float(value)
    if not math.isfinite(number) or not low <= number <= high:
        raise ValueError("out of range")
    return number


def _groups(value: Any) -> tuple[str, ...]:
    return tuple(group for group in LAYER_GROUPS if group in list(value))
