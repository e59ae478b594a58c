"""A recipe in words, for people who want to know how a result was made."""

from __future__ import annotations

from studio.core.latent import LAYER_GROUPS, Cross, Drift, Latent, Mix, Move, Recipe, Toward

MAX_LINES = 12


def start_in_words(latent: Latent) -> str:
    """Where it begins."""
    place = "a point that no seed leads to, noise of seed" if latent.point else "seed"
    return f"{place} {latent.seed}, variety {latent.psi:g}"


def moves_in_words(latent: Latent) -> list[str]:
    """A line for every move, in their order; of very many the last ones."""
    lines = [_in_words(move) for move in latent.moves]
    more = len(lines) - MAX_LINES
    return [f"{more + 1} moves before", *lines[more + 1 :]] if more > 0 else lines


def options_in_words(recipe: Recipe) -> str:
    """The medium's own options."""
    return ", ".join(f"{name.replace('_', ' ')} {value}" for name, value in recipe.options)


def _in_words(move: Move) -> str:
    if isinstance(move, Toward):
        return f"{move.amount:.0%} of the way to {_other(move.other)}{_layers(move.groups)}"
    if isinstance(move, Mix):
        layers = " and ".join(move.groups) or "no"
        return f"{layers} layers of {_other(move.other)}"
    if isinstance(move, Cross):
        return f"crossed with {_other(move.other)}"
    if isinstance(move, Drift):
        return f"drifted by {move.strength:.0%}, seed {move.seed}{_layers(move.groups)}"
    return f"slider {move.slider} {move.amount:+g}{_layers(move.groups)}"


def _other(latent: Latent) -> str:
    steps = len(latent.moves)
    after = f" after {steps} move{'s' if steps > 1 else ''}" if steps else ""
    return f"{'a point beside ' if latent.point else ''}seed {latent.seed}{after}"


def _layers(groups: tuple[str, ...]) -> str:
    return "" if groups == LAYER_GROUPS else f" ({' and '.join(groups) or 'no'} layers only)"
