"""The parser of a command: one sentence where something is wrong, some options only when used."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from typing import Any, NoReturn

from studio.app.cli_text import shortened

BAD_INPUT = 2


class Parser(argparse.ArgumentParser):
    """Says what is wrong in one sentence instead of printing the usage above it."""

    def __init__(self, *args: Any, **words: Any) -> None:
        super().__init__(*args, **words)
        self._later: list[Callable[[], None]] = []

    def add_when_used(self, add: Callable[[], None]) -> None:
        """Options that take a while to know, and that other commands do without."""
        self._later.append(add)

    def parse_known_args(  # type: ignore[override]
        self, args: Sequence[str] | None = None, namespace: Any = None
    ) -> tuple[Any, list[str]]:
        """argparse asks the chosen command's parser only."""
        while self._later:
            self._later.pop(0)()
        return super().parse_known_args(args, namespace)

    def error(self, message: str) -> NoReturn:
        sentence = shortened(message).rstrip(".")
        self.exit(BAD_INPUT, f"{self.prog}: {sentence}. See {self.prog} --help.\n")
