"""Results as files: the options that all commands have which write some."""

from __future__ import annotations

import argparse
from dataclasses import replace

from studio.app.cli_choices import add_choices
from studio.core.errors import StudioError
from studio.core.kind import Exporter, MediumKind
from studio.core.library import places
from studio.core.print_size import DPI, LEAST_DPI, MOST_DPI, MOST_PX, SCALES
from studio.core.settings import Settings, load_settings


def add_results(command: argparse.ArgumentParser) -> None:
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
    add_choices(command)


def find_exporter(medium: MediumKind, arguments: argparse.Namespace) -> Exporter:
    """The exporter of the format that was asked for, or the first.

    StudioError where there is none, or none that writes what else was asked for.
    """
    exporter = _of_ending(medium, arguments.format)
    sizes = (arguments.scale, arguments.pixel_art, arguments.dpi)
    if exporter.size_px is None and sizes != (None, None, None):
        raise StudioError(
            f"--scale, --pixel-art and --dpi are for pictures, not for {exporter.label}."
        )
    return exporter


def file_settings(arguments: argparse.Namespace) -> Settings:
    """A person's settings, but as large as this command line says, whatever the window did last."""
    settings, _ = load_settings(places().settings_path)
    return replace(
        settings,
        scale=arguments.scale or 1,
        pixel_art=bool(arguments.pixel_art),
        dpi=arguments.dpi or DPI,
    )


def _of_ending(medium: MediumKind, ending: str | None) -> Exporter:
    if ending is None:
        return medium.exporters[0]
    for exporter in medium.exporters:
        if exporter.suffix.lstrip(".") == ending.lower().lstrip("."):
            return exporter
    there = " and ".join(exporter.suffix.lstrip(".") for exporter in medium.exporters)
    raise StudioError(f"{medium.title} writes {there}, not {ending}.")


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
