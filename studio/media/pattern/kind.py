"""Registers pattern with the studio."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from studio.core.kind import (
    PICTURE_SETTINGS,
    Exporter,
    Features,
    Generator,
    Measures,
    MediumKind,
    Qualities,
    Reader,
    Recogniser,
)
from studio.gan.folder import SUFFIXES, is_picture_after_all
from studio.gan.picture_file import read_provenance
from studio.gan.picture_qualities import WORDS
from studio.media.pattern import export
from studio.media.pattern.choices import CHOICES
from studio.media.pattern.document import Tile, example_of


def load_generator(path: Path, device: str) -> Generator:
    """torch loads here, on the worker thread."""
    from studio.media.pattern.generator import PatternGenerator

    return PatternGenerator(path, device)


def load_reader() -> Reader:
    from studio.media.pattern.dataset import PatternReader

    return PatternReader()


def load_training() -> Any:
    from studio.media.pattern.network import PatternTraining

    return PatternTraining()


def load_measures() -> Measures:
    from studio.media.pattern.measures import measures

    return measures


def load_features() -> Features:
    from studio.gan.features import PictureFeatures

    return PictureFeatures()


def load_recogniser() -> Recogniser:
    from studio.gan.picture_recogniser import tile_recogniser

    return tile_recogniser()


def load_qualities() -> Qualities:
    from studio.gan.picture_qualities import qualities

    return qualities()


KIND = MediumKind(
    name="pattern",
    title="Pattern",
    noun="tile",
    nouns="tiles",
    icon="pattern",
    order=2,
    starter="textile",
    empty=Tile,
    load_generator=load_generator,
    load_reader=load_reader,
    load_training=load_training,
    load_measures=load_measures,
    load_features=load_features,
    load_recogniser=load_recogniser,
    load_qualities=load_qualities,
    example_of=example_of,
    quality_words=WORDS,
    exporters=(
        Exporter("PNG tile", ".png", export.write_tile, PICTURE_SETTINGS, size_px=export.tile_px),
        Exporter(
            "PNG sheet of 4 x 4",
            ".png",
            export.write_sheet,
            PICTURE_SETTINGS,
            size_px=export.sheet_px,
        ),
    ),
    thumbnail=export.thumbnail,
    encode=export.encode,
    decode=export.decode,
    read_provenance=read_provenance,
    read_work=export.read_work,
    file_suffixes=SUFFIXES,
    knows=is_picture_after_all,
    choices=CHOICES,
)
