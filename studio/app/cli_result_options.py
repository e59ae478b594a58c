"""The options that all commands have which write results as files."""

from __future__ import annotations

import argparse
import importlib

from studio.app.cli_parser import Parser
from studio.core.print_size import DPI, LEAST_DPI, MOST_DPI, MOST_PX, SCALES


def add_results(command: Parser) -> None:
    """In which format, how large, and what the medium lets one choose."""
    command.add_argument("--format", metavar="F", help="png; mid or wav for music")
    command.add_argument(
        "--scale",
        type=_scale,
        metavar="N",
        help=f"pictures 2, 4 or 8 times as large, at most {MOST_PX} pixels on a side (default 1)",
    )
    command.add_argument(
        "--pixel-art",
        action="store_const",
        const=True,
        help="with --scale: hard squares instead of a smooth picture",
    )
    command.add_argument(
        "--dpi", type=_dpi, metavar="N", help=f"resolution written into pictures (default {DPI})"
    )

    def add_choices() -> None:  # they are those of every medium, which take time to import
        importlib.import_module("studio.app.cli_choices").add_choices(command)

    command.add_when_used(add_choices)


def _scale(text: str) -> int:
    if text not in map(str, SCALES):
        raise argparse.ArgumentTypeError(f"{text} is not 1, 2, 4 or 8")
    return int(text)


def _dpi(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 6) or not (
        LEAST_DPI <= int(text) <= MOST_DPI
    ):
        raise argparse.ArgumentTypeError(f"{text} is not a number from {LEAST_DPI} to {MOST_DPI}")
    return int(text)
