"""One frozen value says how a result was made: a seed, and the moves that led on from it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from studio.core.errors import StudioError

LAYER_GROUPS = ("coarse", "middle", "fine")
MAX_SEED = 2**32 - 1
DRAWN_SEEDS = 10**6  # those that a search draws; more digits nobody reads out
FIRST_SEED = 4  # what a new document begins with: a good start in all three starter models
MAX_MOVES = 64  # of one latent
MAX_DEPTH = 12  # parents of parents
MAX_LATENTS = 256  # in all, with those that moves lead to
Option = int | float | str | bool
COMPOSITE = "composite"  # the option that says: only a part of the result is what the recipe gives


def draw(seed: int, stream: int, *shape: int) -> np.ndarray:
    """Standard normal float32 numbers [shape]; the same on every device and machine.

    stream separates what one seed feeds: 0 the latent z, 1 the spatial latent, 2 and up noise maps.
    """
    return np.random.default_rng((seed, stream)).standard_normal(shape, dtype=np.float32)


@dataclass(frozen=True)
class Toward:
    """These layers move this share of the way towards another latent.

    whole: its noise comes along, so that at 1 the result is that of the other latent.
    """

    other: Latent
    amount: float
    groups: tuple[str, ...] = LAYER_GROUPS
    whole: bool = False


@dataclass(frozen=True)
class Mix:
    """These layers are those of another latent (style mixing, Karras et al. 2019).

    is_lock: a person kept them from the result before, and did not choose a style.
    """

    other: Latent
    groups: tuple[str, ...] = ("fine",)
    is_lock: bool = False


@dataclass(frozen=True)
class Cross:
    """Every layer is one's own or the other's, as the coin of this seed falls."""

    other: Latent
    seed: int


@dataclass(frozen=True)
class Drift:
    """These layers move so far along the model's own spread, and no farther out in it."""

    seed: int
    strength: float
    groups: tuple[str, ...] = LAYER_GROUPS


@dataclass(frozen=True)
class Slide:
    """These layers move along a direction, float32 [w_dim] as bytes, that a slider stands for.

    The direction is kept here, so that a result repeats whatever becomes of the slider.
    """

    slider: str
    amount: float
    direction: bytes
    groups: tuple[str, ...] = LAYER_GROUPS


Move = Toward | Mix | Cross | Drift | Slide


@dataclass(frozen=True)
class Latent:
    """A point in the latent space of a model, by the way that leads to it.

    point, float32 [layers, w_dim] as bytes, stands where no seed leads: a picture that was brought
    along, or one fitted around what is locked. The noise is the seed's all the same.
    """

    seed: int = FIRST_SEED
    psi: float = 0.7
    moves: tuple[Move, ...] = ()
    point: bytes = b""

    def moved(self, *moves: Move) -> Latent:
        """One more step; of too many the first are forgotten."""
        return replace(self, moves=(*self.moves, *moves)[-MAX_MOVES:])

    @property
    def others(self) -> Iterator[Latent]:
        """The latents that its moves lead to."""
        return (move.other for move in self.moves if isinstance(move, (Toward, Mix, Cross)))

    @property
    def size(self) -> int:
        """How many latents this one is made of."""
        return 1 + sum(other.size for other in self.others)

    @property
    def depth(self) -> int:
        return 1 + max((other.depth for other in self.others), default=0)

    @property
    def slides(self) -> tuple[Slide, ...]:
        """Its moves along sliders."""
        return tuple(move for move in self.moves if isinstance(move, Slide))

    @property
    def mix(self) -> Mix | None:
        """The style mix it ends in, but for slides."""
        before = self._unslid
        last = before[-1] if before else None
        return last if isinstance(last, Mix) and not last.is_lock else None

    def mixed(self, mix: Mix | None) -> Latent:
        """The same latent with this style mix in the place of the one it ends in."""
        before = self._unslid
        after = self.moves[len(before) :]
        kept = before[:-1] if self.mix is not None else before
        return replace(self, moves=kept).moved(*([mix] if mix is not None else []), *after)

    @property
    def _unslid(self) -> tuple[Move, ...]:
        """Its moves without the slides at the end."""
        count = len(self.moves)
        while count and isinstance(self.moves[count - 1], Slide):
            count -= 1
        return self.moves[:count]

    def with_psi(self, psi: float) -> Latent:
        """Everything it is made of, truncated by psi; points stay where they are."""
        moves = tuple(
            replace(move, other=move.other.with_psi(psi))
            if isinstance(move, (Toward, Mix, Cross))
            else move
            for move in self.moves
        )
        return replace(self, psi=psi, moves=moves)

    def shortened(self, latents: int = MAX_LATENTS // 4, depth: int = MAX_DEPTH - 2) -> Latent:
        """Itself where it is small enough, else without its farthest ancestors."""
        found = self
        while found.depth > depth or found.size > latents:
            found = found._without_level(found.depth - 1)
        return found

    def _without_level(self, level: int) -> Latent:
        """What lies so deep is only its seed or point."""
        if level <= 1:
            return replace(
                self, moves=tuple(m for m in self.moves if isinstance(m, (Drift, Slide)))
            )
        moves = tuple(
            replace(move, other=move.other._without_level(level - 1))
            if isinstance(move, (Toward, Mix, Cross))
            else move
            for move in self.moves
        )
        return replace(self, moves=moves)

    @property
    def noises(self) -> tuple[tuple[int, float], ...]:
        """Seeds and weights of the noise; the squares of the weights add up to 1."""
        found: dict[int, float] = {self.seed: 1.0}
        for move in self.moves:
            if isinstance(move, Toward) and move.whole:
                one, other = 1 - move.amount, move.amount
                length = (one**2 + other**2) ** 0.5
                weights = {seed: one / length * weight for seed, weight in found.items()}
                for seed, weight in move.other.noises:
                    weights[seed] = weights.get(seed, 0.0) + other / length * weight
                found = weights
        total = sum(weight**2 for weight in found.values()) ** 0.5
        return tuple((seed, weight / total) for seed, weight in found.items() if weight)


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

    def without_option(self, name: str) -> Recipe:
        kept = tuple((one, value) for one, value in self.options if one != name)
        return replace(self, options=kept)

    @property
    def is_composite(self) -> bool:
        """Whether something was kept from before, so that the recipe alone does not give it all."""
        return bool(self.option(COMPOSITE, False))

    def with_latent(self, **changes: Any) -> Recipe:
        return replace(self, latent=replace(self.latent, **changes))


def whole_option(recipe: Recipe, name: str, default: int) -> int:
    """An option that is a whole number; StudioError for what a file of a stranger has there."""
    value = recipe.option(name, default)
    try:
        number = int(value)
    except (TypeError, ValueError, OverflowError) as error:
        raise StudioError(f"The recipe asks for {name} {value!r}, which is no number.") from error
    if abs(number) > MAX_SEED:
        raise StudioError(f"The recipe asks for {name} {value!r}, which is too large.")
    return number
