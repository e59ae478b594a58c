"""Registers artwork with the studio."""

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
from studio.media.artwork import export
from studio.media.artwork.document import Artwork, example_of


def load_generator(path: Path, device: str) -> Generator:
    """torch loads here, on the worker thread."""
    from studio.media.artwork.generator import ArtworkGenerator

    return ArtworkGenerator(path, device)


def load_reader() -> Reader:
    from studio.media.artwork.dataset import ArtworkReader

    return ArtworkReader()


def load_training() -> Any:
    from studio.media.artwork.network import ArtworkTraining

    return ArtworkTraining()


def load_measures() -> Measures:
    from studio.gan.picture_measures import picture_measures

    return picture_measures


def load_features() -> Features:
    from studio.gan.features import PictureFeatures

    return PictureFeatures()


def load_recogniser() -> Recogniser:
    from studio.gan.picture_recogniser import PictureRecogniser

    return PictureRecogniser()


def load_qualities() -> Qualities:
    from studio.gan.picture_qualities import qualities

    return qualities()


KIND = MediumKind(
    name="artwork",
    title="Canvas",
    noun="picture",
    nouns="pictures",
    icon="image",
    order=0,
    starter="fruit",
    empty=Artwork,
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
        Exporter("PNG picture", ".png", export.write_png, PICTURE_SETTINGS, size_px=export.size_px),
    ),
    thumbnail=export.thumbnail,
    encode=export.encode,
    decode=export.decode,
    read_provenance=read_provenance,
    read_work=export.read_work,
    file_suffixes=SUFFIXES,
    knows=is_picture_after_all,
)
