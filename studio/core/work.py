"""Events that any long work yields while it runs."""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Progress:
    """How far the work is; total 0 means that the end is unknown."""

    done: int
    total: int
    note: str = ""


@dataclass(frozen=True)
class Preview:
    """Something to show before the end."""

    value: Any


@dataclass(frozen=True)
class Finished:
    """The result; always the last event."""

    value: Any


Event = Progress | Preview | Finished
Work = Generator[Event, None, None]


def result_of(work: Work) -> Any:
    """Run work to its end and return what it finished with."""
    value: Any = None
    for event in work:
        if isinstance(event, Finished):
            value = event.value
    return value


def mapped(work: Work, change: Callable[[Any], Any]) -> Work:
    """The same work, with what it shows and finishes with changed."""
    for event in work:
        if isinstance(event, Progress):
            yield event
        else:
            yield type(event)(change(event.value))
