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


STEPS = 1000  # that the progress of work in stages counts

Event = Progress | Preview | Finished
Work = Generator[Event, None, None]


def result_of(work: Work) -> Any:
    """Run work to its end and return what it finished with."""
    value: Any = None
    for event in work:
        if isinstance(event, Finished):
            value = event.value
    return value


def passed_on(work: Work) -> Generator[Progress | Preview, None, Any]:
    """Every event but the last, whose value it returns: value = yield from passed_on(work)."""
    value: Any = None
    for event in work:
        if isinstance(event, Finished):
            value = event.value
        else:
            yield event
    return value


def stage_of(work: Work, begin: float, end: float) -> Work:
    """The same work as one stage of a longer one, whose progress runs from begin to end of 1."""
    for event in work:
        if isinstance(event, Progress) and event.total:
            done = begin + (end - begin) * event.done / event.total
            event = Progress(round(STEPS * done), STEPS, event.note)
        yield event


def noted(work: Work, what: str) -> Work:
    """The same work, whose progress says what it is doing: Reading apple.png."""
    for event in work:
        if isinstance(event, Progress):
            event = Progress(event.done, event.total, f"{what} {event.note}")
        yield event


def mapped(work: Work, change: Callable[[Any], Any]) -> Work:
    """The same work, with what it shows and finishes with changed."""
    for event in work:
        if isinstance(event, Progress):
            yield event
        else:
            yield type(event)(change(event.value))
