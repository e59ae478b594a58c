"""What a folder under studio/media must offer to appear in the studio."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from studio.core.choice import Choice
from studio.core.doctor import Chart, Remedy, Sheet
from studio.core.latent import Latent, Recipe
from studio.core.private_copy import PrivateCopy
from studio.core.provenance import UNKNOWN, Origin, Provenance
from studio.core.settings import Settings
from studio.core.taste import Taste
from studio.core.work import Work

MIN_FILES = 8  # fewer teach a network nothing but themselves


@dataclass(frozen=True)
class Found:
    """A person's own example as a model can make it: a recipe that all verbs work on.

    figures say how close it came, in words and numbers that mean something in its medium.
    """

    recipe: Recipe
    document: Any
    figures: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Refusal:
    """A file that training leaves out, why, in words for the person, and what would take it in."""

    file: str
    reason: str
    remedy: str = ""


@dataclass(frozen=True)
class FolderReport:
    """What is in a folder: the dataset doctor's findings.

    good says what the usable files are good for, like "good for 128 px".
    near are groups of usable files that nearly are copies, the one to keep first; outliers are
    usable files unlike all others, the strangest first. Files that a taken remedy leaves out
    stand in refused.
    """

    folder: str
    medium: str
    usable: tuple[str, ...] = ()
    refused: tuple[Refusal, ...] = ()
    ignored: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    facts: dict[str, Any] = field(default_factory=dict)
    noun: str = "file"
    nouns: str = "files"
    good: str = ""
    near: tuple[tuple[str, ...], ...] = ()
    outliers: tuple[str, ...] = ()
    remedies: tuple[Remedy, ...] = ()
    charts: tuple[Chart, ...] = ()
    sheets: tuple[Sheet, ...] = ()

    @property
    def verdict(self) -> str:
        """One sentence: how many files can be used, how many not, and what they are good for."""
        return self.sentence()

    def sentence(self, expect: str = "") -> str:
        """The verdict; expect is one more part, like "expect about 40 minutes on this GPU"."""
        count, copies = len(self.usable), self.near_copies
        parts = [f"{count:,} {self.noun if count == 1 else self.nouns}"]
        if copies:
            parts.append(f"{copies:,} near {'copy' if copies == 1 else 'copies'}")
        if self.refused:
            parts.append(f"{len(self.refused):,} left out")
        return "; ".join(part for part in (", ".join(parts), self.good, expect) if part) + "."

    @property
    def near_copies(self) -> int:
        """How many usable files nearly are copies of another that stays."""
        return sum(len(group) - 1 for group in self.near)

    @property
    def taken(self) -> tuple[str, ...]:
        """The words of the remedies that this report was made with."""
        return tuple(remedy.word for remedy in self.remedies if remedy.is_taken)

    @property
    def too_few(self) -> str:
        """A sentence when there are too few usable files to train on, else ""."""
        count = len(self.usable)
        if count >= MIN_FILES:
            return ""
        where = Path(self.folder).name or self.folder
        found = {0: "no usable file", 1: "only one usable file"}.get(
            count, f"only {count} usable files"
        )
        first = f" ({self.refused[0].file}: {self.refused[0].reason})" if self.refused else ""
        return f"{where} has {found}; training needs at least {MIN_FILES} files{first}."

    def to_json(self) -> dict[str, Any]:
        """Everything but the pictures of the sheets, of which only the names are given."""
        sheets, bare = [sheet.to_json() for sheet in self.sheets], replace(self, sheets=())
        return {"verdict": self.verdict, **asdict(bare), "sheets": sheets}


class LikingSpace(Protocol):
    """Where a model's results lie for a taste to be learnt; lives with its generator."""

    def coordinates(self, latent: Latent) -> np.ndarray:
        """float32 [32]. StudioError if the latent's numbers are those of another model."""
        ...

    def shortlist(self, taste: Taste, recipe: Recipe, count: int, seed: int) -> Work:
        """Finished(list of recipes): new seeds that may please, with this recipe's variety and
        options. StudioError if the taste is for another model."""
        ...


class Generator(Protocol):
    """A model that is loaded and can be played; lives on the worker thread only."""

    @property
    def liking(self) -> LikingSpace: ...

    def generate(self, recipe: Recipe) -> Work:
        """Finished(document). The same recipe gives the same document."""
        ...

    def preview(self, recipe: Recipe) -> Work:
        """Finished(document) like that of generate, but sooner and less fine; to show, not to keep.

        The full document where there is no quicker way to one that resembles it.
        """
        ...

    def generate_many(self, recipes: Sequence[Recipe]) -> Work:
        """Preview((index, document)) for each recipe, then Finished(list of documents)."""
        ...

    def lock(self, document: Any, words: Sequence[str]) -> Any:
        """What a person keeps of a document, read from words of the command line.

        Mask files of pictures and tiles, words like bars=1-2 in music. StudioError where they
        make no sense.
        """
        ...

    def reroll(self, document: Any, locked: Any, seed: int, instant: bool = False) -> Work:
        """Everything but what is locked made anew, to fit it: Preview and Finished(document).

        What is locked comes back exactly, however often. instant blends and searches only.
        StudioError if locked holds nothing, everything, or does not belong to the document.
        """
        ...

    def find(self, document: Any, seed: int = 0, steps: int = 0) -> Work:
        """The latent whose result is nearest to a document: Preview(document), Finished(Found).

        steps 0: as many as are worth it. StudioError for an empty document or one of another size.
        """
        ...

    def tune(
        self, found: Found, document: Any, copy: PrivateCopy, seed: int = 0, steps: int = 0
    ) -> Work:
        """A copy of the model that makes a document from what was found for it: Finished(Found).

        Its recipe is for the new model, whose file is there then; Preview(document) before. This
        model stays as it is. steps 0: as many as are worth it. StudioError as find, for what
        another model found, where nothing is gained, and where the file cannot be written.
        """
        ...

    def sliders(self) -> Work:
        """Finished(tuple[Slider, ...]): what steers this model, found anew; takes seconds."""
        ...


class Reader(Protocol):
    """Reads a person's folder for one medium; numpy only, writes nothing but the cache.

    remedies are words that a report offered; StudioError for any other. A reader remembers what
    it saw, so that checking again with other remedies opens only what they touch.
    """

    def check(self, folder: Path, remedies: Sequence[str] = ()) -> Work:
        """Finished(FolderReport). StudioError if the folder is missing or unreadable."""
        ...

    def read(self, folder: Path, size_px: int, cache: Path, remedies: Sequence[str] = ()) -> Work:
        """Finished((Examples in cache, FolderReport)). StudioError under 8 usable files."""
        ...

    def open(self, path: Path, size_px: int) -> Any:
        """One file as a document, as training would see it; StudioError where that cannot be."""
        ...


class Features(Protocol):
    """Fixed features of a medium's examples: the space that its figures measure distances in."""

    version: str  # figures of different versions must not be compared

    def __call__(self, examples: np.ndarray) -> np.ndarray:
        """Examples as Reader.read gives them, uint8 [N, ...], -> float [N, D]."""
        ...

    def disguised(self, examples: np.ndarray) -> np.ndarray:
        """The same examples as a copy of them may be disguised, or none of them, [0, ...]."""
        ...

    def describe(self, examples: np.ndarray) -> dict[str, np.ndarray]:
        """What a person could point at, by name, float [N] (or fewer, where it does not apply)."""
        ...

    def outlines(self, examples: np.ndarray) -> np.ndarray:
        """What is left of each example when it is looked at from afar, float [N, ...], small."""
        ...

    def views(self, outlines: np.ndarray) -> Iterator[np.ndarray]:
        """Outlines as float [N, K]: as they are first, then as copies may be moved or turned."""
        ...


class Recogniser(Protocol):
    """How a medium knows a training example again, from the little that a model keeps of it."""

    @property
    def version(self) -> str: ...  # fingerprints of another version say nothing
    @property
    def width(self) -> int: ...  # bytes of a fingerprint
    @property
    def surely(self) -> float: ...  # nearer than this is a copy in any folder
    @property
    def hardly(self) -> float: ...  # farther than this is none in any folder

    def fingerprints(self, examples: np.ndarray) -> np.ndarray:
        """Examples as Reader.read gives them, uint8 [N, ...] -> uint8 [N, width].

        Too little to show the example again. All bytes of a row are the same where there is
        nothing to recognise.
        """
        ...

    def distances(self, example: np.ndarray, size_px: int, fingerprints: np.ndarray) -> np.ndarray:
        """Of one example to each fingerprint [N, width], however it may be disguised: float [N].

        size_px is the model's; the example may be several times as large.
        """
        ...


Measures = Callable[[np.ndarray, np.ndarray, np.ndarray], dict[str, float]]
"""(results, training examples, held-out examples), all as Reader.read gives them -> figures."""

Qualities = Mapping[str, Callable[[np.ndarray], np.ndarray]]
"""What sliders steer, by the word for more of it: examples as Reader.read gives them -> [N]."""


class Sound(Protocol):
    """Lets examples of a medium be heard, one at a time; render on the worker, the rest on the UI
    thread, which never waits."""

    @property
    def share(self) -> float | None:
        """How far it has come, 0 to 1; None when nothing sounds."""
        ...

    def render(self, example: np.ndarray, settings: Settings) -> Work:
        """Finished(what play takes) of one of the examples of Reader.read.

        StudioError for an example that is none, and where what the settings name is missing.
        """
        ...

    def play(self, rendered: Any) -> str:
        """Begin, in place of what sounded before; a sentence where it cannot be heard, else ""."""
        ...

    def stop(self) -> None: ...

    def close(self) -> None:
        """Stop, and give the audio device back."""
        ...


PICTURE_SETTINGS = ("provenance", "scale", "pixel_art", "dpi")  # what a picture's exporter uses
QUICK_SCALE = 2  # a picture that is larger takes longer than a blink to write


@dataclass(frozen=True)
class Exporter:
    """One way to write a document to disk; every write is atomic.

    write(document, path) takes, as keywords, the settings that uses names, but for provenance:
    instead of that it takes origin, which is None where no trace may be in the file. is_slow says
    that writing takes longer than a person would let the window stand still. size_px, of those
    that write PICTURE_SETTINGS, gives width and height of the file of a document, once as large.
    """

    label: str
    suffix: str
    write: Callable[..., None]
    uses: tuple[str, ...] = ()
    is_slow: bool = False
    size_px: Callable[[Any], tuple[int, int]] | None = None

    def takes_long(self, settings: Settings) -> bool:
        """Whether a person would have to wait for the file."""
        return self.is_slow or (self.size_px is not None and settings.scale > QUICK_SCALE)

    def export(
        self, document: Any, path: Path, settings: Settings, origin: Origin = UNKNOWN
    ) -> None:
        """Write as the person's settings say; StudioError when that cannot be done.

        origin is what the document does not know of itself.
        """
        words = self.choices(settings)
        if "provenance" in words:
            words["origin"] = origin if words.pop("provenance") else None
        self.write(document, path, **words)

    def choices(self, settings: Settings) -> dict[str, Any]:
        """The values of the settings that make a difference to the file."""
        return {name: getattr(settings, name) for name in self.uses}


def never(path: Path) -> bool:
    """No file."""
    return False


@dataclass(frozen=True)
class MediumKind:
    """One medium: its names, and how to start empty, generate, read a folder, keep and export.

    read_provenance and read_work take any file; StudioError where it is none that was exported:
    the one gives what the file says of itself, of whatever medium, the other the same document.
    """

    name: str
    title: str
    noun: str
    nouns: str
    icon: str
    order: int
    starter: str
    empty: Callable[[], Any]
    load_generator: Callable[[Path, str], Generator]
    load_reader: Callable[[], Reader]
    load_training: Callable[[], Any]
    load_measures: Callable[[], Measures]
    load_features: Callable[[], Features]
    load_recogniser: Callable[[], Recogniser]  # without torch
    load_qualities: Callable[[], Qualities]
    example_of: Callable[[Any], np.ndarray]  # a document as one of the examples of Reader.read
    exporters: tuple[Exporter, ...]
    thumbnail: Callable[[Any, int], np.ndarray]
    encode: Callable[[Any], dict[str, bytes]]
    decode: Callable[[dict[str, bytes]], Any]
    read_provenance: Callable[[Path], Provenance]
    read_work: Callable[[Path], Any]
    file_suffixes: tuple[str, ...]
    sizes_px: tuple[int, ...] = (32, 64, 128, 256, 512)  # () where size is no choice
    quality_words: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    """Each quality's word for little and for much of it, as in "warm"."""
    layer_words: tuple[str, str, str] = ("Shape", "Parts", "Colour")
    """What a person would call coarse, middle and fine layers."""
    load_sound: Callable[[], Sound] | None = None  # of a medium that can be heard
    knows: Callable[[Path], bool] = never  # a file with another ending that is one all the same
    choices: tuple[Choice, ...] = ()  # what its recipes can hold besides the latent
    files: str = ""  # what a folder to train on holds, in words, where nouns do not say it

    @property
    def training_files(self) -> str:
        return self.files or self.nouns
