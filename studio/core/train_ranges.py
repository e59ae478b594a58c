"""What each setting of a training may be: its file, the options and the networks keep to it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

SIDES_PX = tuple(2**level for level in range(3, 12))
WIDEST = 2048  # channels of one layer
FINEST_PX = 64  # channel_base is the width there times this
MOST_EXAMPLES = 4096  # of a batch, which needs memory for all of them at once
MOST_KIMG = MOST_SECONDS = 1e9
MOST_SEED = 2**32 - 1
LONGEST_TEXT = 10_000


@dataclass(frozen=True)
class Span:
    """The least and the most that a number may be, that a text or a list may be long."""

    least: float
    most: float


TEXT = Span(0, LONGEST_TEXT)
ALLOWED: dict[str, Span | tuple[Any, ...]] = {
    "medium": TEXT,
    "folder": Span(1, LONGEST_TEXT),  # "" would be wherever the trainer happens to run
    "name": TEXT,
    "size_px": SIDES_PX,
    "kimg": Span(0, MOST_KIMG),
    "seconds": Span(0, MOST_SECONDS),
    "batch": Span(0, MOST_EXAMPLES),
    "channel_base": Span(FINEST_PX, FINEST_PX * WIDEST),
    "channel_max": Span(1, WIDEST),
    "learning_rate": Span(0, 1),
    "gamma": Span(0, 1e9),
    "gamma_end": Span(0, 1),
    "penalty_every": Span(1, 1000),
    "augment": Span(-1, 1),
    "ema_kimg": Span(0, MOST_KIMG),
    "check_kimg": Span(0, MOST_KIMG),
    "accumulate": Span(1, MOST_EXAMPLES),
    "start_model": TEXT,
    "freeze": Span(-1, 100),
    "precision": ("auto", "float32"),
    "seed": Span(0, MOST_SEED),
    "checkpoint_seconds": Span(0, MOST_SECONDS),
    "sample_seconds": Span(0, MOST_SECONDS),
    "device": TEXT,
    "threads": Span(0, MOST_SEED),
    "licence": TEXT,
    "credit": TEXT,
    "preset": TEXT,
    "remedies": Span(0, 100),
}


def misfit(values: Mapping[str, Any]) -> str:
    """Which setting is out of its range, in words that end a sentence; "" where all are in it."""
    for name, allowed in ALLOWED.items():
        value = values[name]
        if value is None:  # seconds, where kimg decides
            continue
        if not isinstance(allowed, Span):
            if value not in allowed:
                return f"{name} may be {', '.join(map(str, allowed))}"
        elif isinstance(value, (str, tuple)):
            if not allowed.least <= len(value) <= allowed.most:
                return f"{name} is {'too long' if value else 'empty'}"
        elif not allowed.least <= value <= allowed.most:
            return f"{name} may be {allowed.least:.10g} to {allowed.most:.10g}"
    return ""
