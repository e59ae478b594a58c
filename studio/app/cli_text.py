"""Words and tables for the command line."""

from __future__ import annotations

import re
import sys
from collections.abc import Sequence

from studio.core.files import plain
from studio.core.work import Progress, Work

MAX_SEEDS = 100_000
LONGEST_WORD = 100


def followed(work: Work, note: str = "") -> Work:
    """The same events; whoever sits at a terminal sees how far it is."""
    if not sys.stderr.isatty():
        yield from work
        return
    for event in work:
        if isinstance(event, Progress) and event.total:
            told = plain(event.note or note)[:50]
            print(f"\r{told:<50} {event.done}/{event.total}  ", end="", file=sys.stderr)
        else:
            print("\r" + " " * 72 + "\r", end="", file=sys.stderr)
        yield event


def duration(seconds: float) -> str:
    """A time for people: 8 s, 3 min 20 s, 2 h 5 min."""
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    minutes, rest = divmod(whole, 60)
    if minutes < 60:
        return f"{minutes} min {rest} s" if rest and minutes < 10 else f"{minutes} min"
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min" if minutes else f"{hours} h"


def table(rows: Sequence[Sequence[str]]) -> str:
    """Rows in columns, as wide as their widest cell; the first row is the heading."""
    cells = [[plain(cell) for cell in row] for row in rows]
    widths = [max(len(row[i]) for row in cells) for i in range(len(cells[0]))]
    lines = [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in cells
    ]
    return "\n".join(lines)


def shortened(text: str) -> str:
    """Text without words that are longer than anybody would read, and safe to print."""
    long = re.compile(rf"(\S{{{LONGEST_WORD - 3}}})\S{{4,}}")
    return plain(long.sub(r"\1...", text))


def seeds(text: str) -> list[int]:
    """Seeds from text like 0-15 or 1,4,9 or 0-3,8; ValueError with a reason for anything else."""
    found: list[int] = []
    for part in text.replace(" ", "").split(","):
        first, dash, last = part.partition("-")
        if not _is_seed(first) or (dash and not _is_seed(last)):
            raise ValueError(f"{part!r} is no seed and no range of seeds like 0-15")
        low, high = int(first), int(last) if dash else int(first)
        if high < low:
            raise ValueError(f"the range {part} goes backwards")
        if len(found) + high - low >= MAX_SEEDS:
            raise ValueError(f"that is more than {MAX_SEEDS:,} seeds")
        found += range(low, high + 1)
    return found


def _is_seed(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= 10 and int(text) < 2**32
