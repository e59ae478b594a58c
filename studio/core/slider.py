"""Sliders: named directions through a model's W, and what a person made of them."""

from __future__ import annotations

import base64
import binascii
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from studio.core.errors import StudioError
from studio.core.latent import LAYER_GROUPS, Slide

KINDS = ("measured", "pca", "sefa")
MAX_SLIDERS = 64
MAX_EFFECTS = 64
MAX_NAME = 64
MAX_AMOUNT = 100.0
MAX_DIRECTION_BYTES = 4 * 2048


@dataclass(frozen=True)
class Slider:
    """A direction, float32 [w_dim] as bytes, and how far it may be followed in these layers.

    An amount of 1 is one standard deviation of the model's own spread along the direction; from
    low to high the slider does what it says. quality, 0 to 1: of a measured slider how well its
    own measure follows the amount (correlation, mean over seeds); of the others, which have no
    measure of their own, the share of the difference between any two results that they make.
    effects: by how many of its standard deviations over the model's results each measure changes
    from low to high.
    """

    name: str
    kind: str
    direction: bytes
    low: float
    high: float
    quality: float
    effects: tuple[tuple[str, float], ...] = ()
    groups: tuple[str, ...] = LAYER_GROUPS

    def slide(self, amount: float) -> Slide:
        """The move along it; amounts beyond its range end there."""
        inside = min(self.high, max(self.low, amount))
        return Slide(self.name, inside, self.direction, self.groups)

    @property
    def effect(self) -> float:
        """What it does to its own measure; 0 where it has none."""
        return dict(self.effects).get(self.name, 0.0) if self.kind == "measured" else 0.0

    @property
    def leak(self) -> tuple[str, float]:
        """The other measure that it changes most, and by how much; ("", 0) without any."""
        others = [pair for pair in self.effects if self.kind != "measured" or pair[0] != self.name]
        return max(others, key=lambda pair: abs(pair[1]), default=("", 0.0))

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values; slider_from_json reads them back."""
        return {
            "name": self.name,
            "kind": self.kind,
            "direction": base64.b64encode(self.direction).decode(),
            "low": self.low,
            "high": self.high,
            "quality": self.quality,
            "effects": dict(self.effects),
            "groups": list(self.groups),
        }


def slider_from_json(json: Any) -> Slider:
    """Read a slider; StudioError if it makes no sense or is larger than any of ours."""
    try:
        low, high = _number(json["low"], -MAX_AMOUNT, 0), _number(json["high"], 0, MAX_AMOUNT)
        if low == high or json["kind"] not in KINDS:
            raise ValueError("no slider")
        groups = tuple(group for group in LAYER_GROUPS if group in list(json["groups"]))
        effects = dict(json["effects"])
        if not groups or len(effects) > MAX_EFFECTS:
            raise ValueError("no slider")
        return Slider(
            _name(json["name"]),
            json["kind"],
            _direction(json["direction"]),
            low,
            high,
            _number(json["quality"], 0, 1),
            tuple((_name(word), _number(by, -1e6, 1e6)) for word, by in effects.items()),
            groups,
        )
    except (KeyError, TypeError, ValueError, OverflowError) as error:
        raise StudioError("A slider in this file is damaged.") from error


@dataclass(frozen=True)
class SliderChoice:
    """What a person made of a model's sliders: other names, those on top, those not shown."""

    names: Mapping[str, str] = field(default_factory=dict)
    pinned: tuple[str, ...] = ()
    hidden: tuple[str, ...] = ()

    def word(self, slider: Slider) -> str:
        """What the person calls it."""
        return self.names.get(slider.name, slider.name)

    def renamed(self, slider: str, word: str) -> SliderChoice:
        """With another name; the slider's own, or none, takes it back."""
        names = {one: other for one, other in self.names.items() if one != slider}
        word = word.strip()[:MAX_NAME]
        if word and word != slider:
            names[slider] = word
        return SliderChoice(names, self.pinned, self.hidden)

    def with_pinned(self, slider: str, is_pinned: bool) -> SliderChoice:
        return SliderChoice(self.names, _with(self.pinned, slider, is_pinned), self.hidden)

    def with_hidden(self, slider: str, is_hidden: bool) -> SliderChoice:
        return SliderChoice(self.names, self.pinned, _with(self.hidden, slider, is_hidden))

    def shown(self, sliders: tuple[Slider, ...]) -> tuple[Slider, ...]:
        """Those that are not hidden, the pinned ones first."""
        seen = [slider for slider in sliders if slider.name not in self.hidden]
        return tuple(sorted(seen, key=lambda slider: slider.name not in self.pinned))

    def to_json(self) -> dict[str, Any]:
        return {
            "names": dict(self.names),
            "pinned": list(self.pinned),
            "hidden": list(self.hidden),
        }


def choice_from_json(json: Any) -> SliderChoice:
    """Read a choice; StudioError if it makes no sense or is larger than any of ours."""
    try:
        names, pinned, hidden = dict(json["names"]), list(json["pinned"]), list(json["hidden"])
        if max(len(names), len(pinned), len(hidden)) > MAX_SLIDERS:
            raise ValueError("too many")
        return SliderChoice(
            {_name(one): _name(word) for one, word in names.items()},
            tuple(_name(one) for one in pinned),
            tuple(_name(one) for one in hidden),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise StudioError("What was chosen for the sliders is damaged.") from error


def _with(names: tuple[str, ...], name: str, there: bool) -> tuple[str, ...]:
    rest = tuple(one for one in names if one != name)
    return (*rest, name) if there else rest


def _name(value: Any) -> str:
    if not isinstance(value, str) or not 0 < len(value) <= MAX_NAME:
        raise ValueError("no name")
    return value


def _number(value: Any, low: float, high: float) -> float:
    number = float(value)
    if isinstance(value, (bool, str)) or not math.isfinite(number) or not low <= number <= high:
        raise ValueError("out of range")
    return number


def _direction(value: Any) -> bytes:
    """float32 numbers as base64, finite and not all 0."""
    if not isinstance(value, str) or not 0 < len(value) <= 2 * MAX_DIRECTION_BYTES:
        raise ValueError("no direction")
    try:
        found = base64.b64decode(value, validate=True)
    except binascii.Error as error:
        raise ValueError("not base64") from error
    if not found or len(found) > MAX_DIRECTION_BYTES or len(found) % 4:
        raise ValueError("no direction")
    numbers = np.frombuffer(found, "<f4")
    if not np.isfinite(numbers).all() or not numbers.any():
        raise ValueError("no direction")
    return found
