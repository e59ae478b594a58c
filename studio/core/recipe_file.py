"""Recipes as plain JSON values, and back from files that may come from strangers."""

from __future__ import annotations

import base64
import binascii
import math
from collections.abc import Iterator
from typing import Any

import numpy as np

from studio.core.errors import StudioError
from studio.core.latent import (
    LAYER_GROUPS,
    MAX_DEPTH,
    MAX_LATENTS,
    MAX_MOVES,
    MAX_SEED,
    Cross,
    Drift,
    Latent,
    Mix,
    Move,
    Recipe,
    Slide,
    Toward,
)

MAX_OPTIONS, MAX_NAME = 64, 64
MAX_POINT_BYTES = 4 * 64 * 2048  # layers and w of the largest network there could be
MAX_DIRECTION_BYTES = 4 * 2048


def recipe_to_json(recipe: Recipe) -> dict[str, Any]:
    """Plain JSON values; recipe_from_json reads them back."""
    return {
        "model": recipe.model,
        "latent": _latent_to_json(recipe.latent),
        "options": dict(recipe.options),
    }


def recipe_from_json(json: Any) -> Recipe:
    """Read a recipe; StudioError if it makes no sense or is larger than any of ours."""
    try:
        latents = iter(range(MAX_LATENTS))
        latent = (
            _latent(json["latent"], latents, MAX_DEPTH) if "latent" in json else _first_form(json)
        )
        options = {
            str(name)[:MAX_NAME]: value
            for name, value in list(dict(json["options"]).items())[:MAX_OPTIONS]
            if isinstance(value, (int, float, str, bool))
        }
        model = str(json["model"])[:128]
    except (KeyError, TypeError, ValueError, OverflowError, AttributeError) as error:
        raise StudioError("The recipe in this file is damaged.") from error
    return Recipe(model, latent, tuple(sorted(options.items())))


def _latent_to_json(latent: Latent) -> dict[str, Any]:
    found: dict[str, Any] = {"seed": latent.seed, "psi": latent.psi}
    if latent.moves:
        found["moves"] = [_move_to_json(move) for move in latent.moves]
    if latent.point:
        found["point"] = base64.b64encode(latent.point).decode()
    return found


def _move_to_json(move: Move) -> dict[str, Any]:
    if isinstance(move, Toward):
        found = {"move": "toward", "to": _latent_to_json(move.other), "amount": move.amount}
        found.update({"whole": True} if move.whole else {})
    elif isinstance(move, Mix):
        found = {"move": "mix", "to": _latent_to_json(move.other)}
        found.update({"lock": True} if move.is_lock else {})
    elif isinstance(move, Cross):
        return {"move": "cross", "to": _latent_to_json(move.other), "seed": move.seed}
    elif isinstance(move, Drift):
        found = {"move": "drift", "seed": move.seed, "strength": move.strength}
    else:
        direction = base64.b64encode(move.direction).decode()
        found = {"move": "slide", "slider": move.slider, "amount": move.amount}
        found["direction"] = direction
    if move.groups != LAYER_GROUPS:
        found["groups"] = list(move.groups)
    return found


def _latent(json: Any, left: Iterator[int], depth: int) -> Latent:
    """left counts what may still come, depth how deep it may lie."""
    if depth <= 0 or next(left, None) is None:
        raise ValueError("more latents than any of ours")
    moves = json.get("moves", [])
    if not isinstance(moves, list) or len(moves) > MAX_MOVES:
        raise ValueError("too many moves")
    return Latent(
        _seed(json["seed"]),
        _number(json["psi"], 0, 2),
        tuple(_move(move, left, depth - 1) for move in moves),
        _floats(json.get("point", ""), MAX_POINT_BYTES),
    )


def _move(json: Any, left: Iterator[int], depth: int) -> Move:
    word = json["move"]
    groups = _groups(json.get("groups", LAYER_GROUPS))
    if word == "toward":
        other = _latent(json["to"], left, depth)
        return Toward(other, _number(json["amount"], -2, 2), groups, json.get("whole") is True)
    if word == "mix":
        return Mix(_latent(json["to"], left, depth), groups, json.get("lock") is True)
    if word == "cross":
        return Cross(_latent(json["to"], left, depth), _seed(json["seed"]))
    if word == "drift":
        return Drift(_seed(json["seed"]), _number(json["strength"], 0, 1), groups)
    if word == "slide":
        direction = _floats(json["direction"], MAX_DIRECTION_BYTES)
        name, amount = str(json["slider"])[:MAX_NAME], _number(json["amount"], -100, 100)
        return Slide(name, amount, direction, groups)
    raise ValueError("no such move")


def _first_form(json: Any) -> Latent:
    """What recipes said before there were moves: a seed, blends with others, a style mix."""
    psi = _number(json["psi"], 0, 2)
    moves: list[Move] = [
        Toward(Latent(_seed(seed), psi), _number(amount, -2, 2))
        for seed, amount in list(json["blends"])[:MAX_MOVES]
    ]
    mix = json["mix"]
    if mix is not None:
        moves.append(Mix(Latent(_seed(mix["seed"]), psi), _groups(mix["groups"])))
    return Latent(_seed(json["seed"]), psi).moved(*moves)


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


def _floats(value: Any, most: int) -> bytes:
    """float32 numbers as base64; finite ones only, as one that is not would spoil every pixel."""
    if not isinstance(value, str) or len(value) > 2 * most:
        raise ValueError("not numbers")
    try:
        found = base64.b64decode(value, validate=True)
    except binascii.Error as error:
        raise ValueError("not base64") from error
    if len(found) > most or len(found) % 4 or not np.isfinite(np.frombuffer(found, "<f4")).all():
        raise ValueError("not numbers")
    return found
