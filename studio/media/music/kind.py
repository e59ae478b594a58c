"""Registers music with the studio."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from studio.core.kind import (
    Exporter,
    Features,
    Generator,
    Measures,
    MediumKind,
    Qualities,
    Reader,
    Recogniser,
    Sound,
)
from studio.media.music import export
from studio.media.music.dataset import SUFFIXES
from studio.media.music.document import Clip, example_of
from studio.media.music.qualities import WORDS
from studio.media.music.thumbnail import thumbnail


def load_generator(path: Path, device: str) -> Generator:
    """torch loads here, on the worker thread."""
    from studio.media.music.generator import MusicClipGenerator

    return MusicClipGenerator(path, device)


def load_reader() -> Reader:
    from studio.media.music.dataset import MusicReader

    return MusicReader()


def load_training() -> Any:
    from studio.media.music.network import MusicTraining

    return MusicTraining()


def load_measures() -> Measures:
    from studio.media.music.measures import measures

    return measures


def load_features() -> Features:
    from studio.media.music.features import PhraseFeatures

    return PhraseFeatures()


def load_recogniser() -> Recogniser:
    from studio.media.music.recogniser import PhraseRecogniser

    return PhraseRecogniser()


def load_qualities() -> Qualities:
    from studio.media.music.qualities import impressions

    return impressions()


def load_sound() -> Sound:
    from studio.media.music.sound import ClipSound

    return ClipSound()


KIND = MediumKind(
    name="music",
    title="Piano roll",
    noun="clip",
    nouns="clips",
    icon="piano-roll",
    order=1,
    starter="songs",
    empty=Clip,
    load_generator=load_generator,
    load_reader=load_reader,
    load_training=load_training,
    load_measures=load_measures,
    load_features=load_features,
    load_recogniser=load_recogniser,
    load_qualities=load_qualities,
    example_of=example_of,
    quality_words=WORDS,
    layer_words=("Harmony", "Beats", "Voices"),
    exporters=(
        Exporter("MIDI file", ".mid", export.write_midi, ("provenance",)),
        Exporter("WAV sound", ".wav", export.write_wav, ("soundfont", "provenance"), is_slow=True),
    ),
    thumbnail=thumbnail,
    encode=export.encode,
    decode=export.decode,
    read_provenance=export.read_provenance,
    read_work=export.read_work,
    file_suffixes=SUFFIXES,
    sizes_px=(),
    load_sound=load_sound,
    files="MIDI files",
)
