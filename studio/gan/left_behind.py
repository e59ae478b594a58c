"""What a checkpoint says, looked at before anything is taken over from it: files can be odd.

A checkpoint is whole when its SHA-256 is right, which says nothing about who wrote it.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from torch import Tensor, nn

from studio.core.errors import StudioError
from studio.core.train_ranges import MOST_EXAMPLES
from studio.gan.checkpoint import without_prefix
from studio.gan.guardian import Memory, memory_of

ODD = (
    KeyError, ValueError, TypeError, AttributeError, IndexError, OverflowError, ZeroDivisionError,
)  # fmt: skip
MISFIT = "The checkpoint does not fit this run's configuration."
MOST = 1e15  # no counter and no clock of ours comes so far


@contextlib.contextmanager
def fitting(words: str = MISFIT) -> Iterator[None]:
    """One sentence for all that odd contents of a checkpoint, or of another file, raise."""
    try:
        yield
    except ODD as error:
        raise StudioError(words) from error


@dataclass(frozen=True)
class Counters:
    """Where a trainer was; asked is what a person had wanted by then."""

    seen: int
    steps: int
    accumulate: int
    full_precision: bool
    settings: dict[str, float]
    asked: dict[str, Any]
    tally: dict[str, tuple[float, float]]

    @staticmethod
    def of(values: Mapping[str, Any], asked: Mapping[str, float]) -> Counters:
        """Out of a checkpoint's values; asked is what is wanted now. Raises ODD."""
        accumulate = whole(values["accumulate"])
        if not 1 <= accumulate <= 2 * MOST_EXAMPLES:
            raise ValueError("no number of parts")
        return Counters(
            whole(values["seen"]),
            whole(values["steps"]),
            accumulate,
            bool(values.get("full_precision")),
            {name: number(values[name]) for name in asked},
            dict(values.get("asked", asked)),
            {name: _sum(one) for name, one in dict(values["tally"]).items()},
        )


@dataclass(frozen=True)
class Left:
    """What an earlier session leaves to the next one, besides the trainer."""

    trained_s: float
    checked_kimg: float
    guardian: Memory
    recent: list[dict[str, float]]

    @staticmethod
    def of(values: Mapping[str, Any]) -> Left:
        """Out of a checkpoint's values, {} at the start. Raises ODD."""
        return Left(
            number(values.get("trained_seconds", 0.0)),
            number(values.get("checked_kimg", 0.0)),
            memory_of(values.get("guardian") or {}),
            [_figures(one) for one in list(values.get("recent", []))],
        )


def number(value: Any) -> float:
    """A finite number that is not negative; ValueError or TypeError for anything else."""
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 <= value <= MOST:
        raise ValueError("no number of ours")
    return float(value)


def whole(value: Any) -> int:
    """The same, and whole."""
    if int(number(value)) != value:
        raise ValueError("no whole number")
    return int(value)


def _sum(one: Any) -> tuple[float, float]:
    """A sum and its weight, as Tally writes them."""
    value, weight = one
    if number(weight) == 0:
        raise ValueError("no sum of ours")
    return float(value), float(weight)


def _figures(one: Any) -> dict[str, float]:
    """Losses of a few steps, broken numbers as well: the guardian is there for them."""
    return {str(name): float(value) for name, value in dict(one).items()}


def refuse_other_shapes(network: nn.Module, tensors: dict[str, Tensor], prefix: str) -> None:
    """ValueError unless the tensors of that prefix are the network's own, by name and shape."""
    own = {name: value.shape for name, value in network.state_dict().items()}
    if {name: value.shape for name, value in without_prefix(prefix, tensors).items()} != own:
        raise ValueError(f"the weights of another {prefix}")
