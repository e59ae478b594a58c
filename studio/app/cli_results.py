"""Results as files: in which format and how large, as the command line says it."""

from __future__ import annotations

import argparse
from dataclasses import replace

from studio.core.errors import StudioError
from studio.core.kind import Exporter, MediumKind
from studio.core.library import places
from studio.core.print_size import DPI
from studio.core.settings import Settings, load_settings


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
