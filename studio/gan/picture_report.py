"""What the doctor finds in pictures that were looked at: a report with charts and remedies."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from studio.core.doctor import Chart, Remedy, Sheet, bars, counted, good_for_px
from studio.core.kind import MIN_FILES, FolderReport, Refusal
from studio.core.likeness import SIDE_PX, diversity, near_copies, outliers, palette
from studio.gan.folder import CROP_LONG, ENLARGE_SMALL

SKIP_NEAR, SKIP_OUTLIERS, SKIP_UNSEAMLESS = "skip-near-copies", "skip-outliers", "skip-unseamless"
FOR_ANY = (CROP_LONG, ENLARGE_SMALL, SKIP_NEAR, SKIP_OUTLIERS)
FOR_TILES = (*FOR_ANY, SKIP_UNSEAMLESS)
TEXTS = {
    CROP_LONG: "Crop pictures that are too long and thin",
    ENLARGE_SMALL: "Enlarge pictures of only 8 to 15 pixels",
    SKIP_NEAR: "Keep one of each group of near copies",
    SKIP_OUTLIERS: "Leave out pictures unlike all others",
    SKIP_UNSEAMLESS: "Leave out pictures that do not wrap around",
}
NEAR_COPIES = "Near copies"
SHEET_PX, MOST_ON_SHEET, MOST_POINTS = 96, 20, 400
SIDES_PX = (32, 64, 128, 256, 512)
SHAPES = {"tall": 0.8, "square": 1.25, "wide": 1e9}  # width over height, below


@dataclass(frozen=True)
class Look:
    """What is remembered of a file: why it was refused, or what it looks like."""

    file: str
    digest: bytes
    reason: str = ""
    remedy: str = ""
    cures: tuple[str, ...] = ()
    width: int = 0
    height: int = 0
    mode: str = ""
    small: np.ndarray = field(default_factory=lambda: np.zeros((0, 0, 3), np.uint8))
    is_flat: bool = False
    wraps: bool = True


@dataclass
class Survey:
    """A folder that was looked at: what can be opened, what not."""

    folder: Path
    medium: str
    known: tuple[str, ...]  # remedies
    is_tiled: bool
    ignored: list[str]
    looks: list[Look] = field(default_factory=list)
    refused: list[Refusal] = field(default_factory=list)


Thumbnail = Callable[[Path, str, int], np.ndarray | None]


@dataclass(frozen=True)
class Comparison:
    """Names of files that were compared with each other: near copies, outliers, open edges."""

    near: tuple[tuple[str, ...], ...]
    strange: tuple[str, ...]
    open_ended: tuple[str, ...]


def compare(survey: Survey) -> Comparison:
    """What can only be told from all pictures together; the slow part."""
    looks = survey.looks
    return Comparison(
        tuple(_near(looks)),
        tuple(looks[at].file for at in outliers(_small(looks))),
        tuple(look.file for look in looks if not look.wraps),
    )


def findings(
    survey: Survey,
    compared: Comparison,
    remedies: Sequence[str],
    thumbnail: Thumbnail | None,
) -> FolderReport:
    """The report; without thumbnail it has neither charts nor sheets."""
    looks, near, strange = survey.looks, compared.near, compared.strange
    skips = _skips(compared)
    gone = {name: why for word in remedies for name, why in skips.get(word, {}).items()}
    gone |= _blank([look for look in looks if look.file not in gone])
    used = [look for look in looks if look.file not in gone]
    left = tuple(
        group for names in near if len(group := tuple(n for n in names if n not in gone)) > 1
    )
    refused = [*survey.refused, *(Refusal(name, why) for name, why in gone.items())]
    facts = _facts(survey.is_tiled, used, left, [n for n in strange if n not in gone])
    sheets = _sheets(survey, compared, thumbnail) if thumbnail else ()
    return FolderReport(
        folder=str(survey.folder),
        medium=survey.medium,
        usable=tuple(look.file for look in used),
        refused=tuple(sorted(refused, key=lambda one: one.file)),
        ignored=tuple(survey.ignored),
        notes=tuple(_notes(survey.is_tiled, used)),
        facts=facts,
        noun="picture",
        nouns="pictures",
        good=f"good for {facts['good_for_px']} px" if facts else "",
        near=left,
        outliers=tuple(name for name in strange if name not in gone),
        remedies=tuple(_offers(survey, skips, remedies)),
        charts=tuple(_charts(survey.is_tiled, used)) if thumbnail else (),
        sheets=sheets,
    )


def _small(looks: Sequence[Look]) -> np.ndarray:
    if not looks:
        return np.zeros((0, SIDE_PX, SIDE_PX, 3), np.uint8)
    return np.stack([look.small for look in looks])


def _near(looks: list[Look]) -> list[tuple[str, ...]]:
    """Groups of names, the largest picture first; the largest groups first."""
    flat = np.array([look.is_flat for look in looks], bool)
    found: list[tuple[str, ...]] = []
    for group in near_copies(_small(looks), flat):
        ranked = sorted(group, key=lambda at: (-looks[at].width * looks[at].height, at))
        found.append(tuple(looks[at].file for at in ranked))
    return sorted(found, key=lambda names: -len(names))


def _skips(compared: Comparison) -> dict[str, dict[str, str]]:
    """For every remedy that leaves files out: which, and in what words."""
    copies = {name: group[0] for group in compared.near for name in group[1:]}
    return {
        SKIP_NEAR: {name: f"nearly a copy of {first}" for name, first in copies.items()},
        SKIP_OUTLIERS: dict.fromkeys(compared.strange, "unlike all others"),
        SKIP_UNSEAMLESS: dict.fromkeys(compared.open_ended, "its edges do not meet"),
    }


def _offers(
    survey: Survey, skips: dict[str, dict[str, str]], remedies: Sequence[str]
) -> Iterator[Remedy]:
    """The remedies that make a difference here, and those that were taken."""
    for word in survey.known:
        if word in skips:
            count = len(skips[word])
            is_offered = 0 < count <= len(survey.looks) - MIN_FILES
        else:
            count = sum(one.remedy == word for one in survey.refused)
            count += sum(word in look.cures for look in survey.looks)
            is_offered = count > 0
        if is_offered or (word in remedies and count):
            yield Remedy(word, TEXTS[word], count, word in remedies)


def _blank(looks: list[Look]) -> dict[str, str]:
    """Why each is left out, where none shows anything; among others they may be what they are."""
    if not all(look.is_flat for look in looks):
        return {}
    why = "it shows a single colour, like all others: there is nothing to learn"
    return {look.file: why for look in looks}


def _notes(is_tiled: bool, looks: list[Look]) -> Iterator[str]:
    """Whether the pictures are tiles, which are learnt from differently; that some are blank."""
    if looks and is_tiled:
        wraps = sum(look.wraps for look in looks)
        yield f"{wraps} of {len(looks)} pictures wrap around without a visible seam."
    flat = [look.file for look in looks if look.is_flat]
    if flat:
        yield f"{len(flat)} of {len(looks)} pictures show a single colour and nothing else."


def _facts(
    is_tiled: bool, looks: list[Look], near: tuple[tuple[str, ...], ...], strange: list[str]
) -> dict[str, object]:
    if not looks:
        return {}
    width = np.array([look.width for look in looks])
    height = np.array([look.height for look in looks])
    facts: dict[str, object] = {
        "width_px": [int(width.min()), int(np.median(width)), int(width.max())],
        "height_px": [int(height.min()), int(np.median(height)), int(height.max())],
        "good_for_px": good_for_px(np.minimum(width, height).tolist()),
        "colours": dict(Counter(look.mode for look in looks).most_common()),
        "shapes": _shapes(width / height),
        "near_copies": sum(len(names) - 1 for names in near),
        "outliers": len(strange),
        "diversity": round(diversity(_small(looks)), 2),
    }
    if is_tiled:
        facts["wraps"] = sum(look.wraps for look in looks)
    return facts


def _shapes(aspects: np.ndarray) -> dict[str, int]:
    place = np.searchsorted(list(SHAPES.values()), aspects, side="right")
    counts = np.bincount(place, minlength=len(SHAPES)).tolist()
    return {name: count for name, count in zip(SHAPES, counts, strict=True) if count}


def _charts(is_tiled: bool, looks: list[Look]) -> Iterator[Chart]:
    if not looks:
        return
    colours = palette(_small(looks))
    names = tuple(f"#{r:02x}{g:02x}{b:02x}" for (r, g, b), _ in colours)
    yield Chart("Colours", "swatches", names, tuple(round(share, 4) for _, share in colours))
    sizes = Counter((look.width, look.height) for look in looks)
    if len(sizes) > 1:
        sides = [min(look.width, look.height) for look in looks]
        yield bars("Shorter side in px", sides, SIDES_PX)
        step = -(-len(looks) // MOST_POINTS)
        points = tuple((float(look.width), float(look.height)) for look in looks[::step])
        yield Chart("Sizes", "scatter", ("width px", "height px"), points=points)
        aspects = np.array([look.width / look.height for look in looks])
        yield counted("Shape", _shapes(aspects))
    modes = dict(Counter(look.mode for look in looks).most_common())
    if len(modes) > 1:
        yield counted("Kind of colour", modes)
    if is_tiled:
        wraps = sum(look.wraps for look in looks)
        yield counted("Edges", {"wrap": wraps, "do not": len(looks) - wraps})


def _sheets(survey: Survey, compared: Comparison, show: Thumbnail) -> tuple[Sheet, ...]:
    """Contact sheets of near copies, of outliers, and of tiles whose edges do not meet."""
    groups_of = {name: place for place, names in enumerate(compared.near) for name in names}
    named = {
        NEAR_COPIES: [name for names in compared.near for name in names],
        "Unlike all others": compared.strange,
        "Edges that do not meet": compared.open_ended,
    }
    sheets = []
    for title, names in named.items():
        shown = [(name, show(survey.folder, name, SHEET_PX)) for name in names[:MOST_ON_SHEET]]
        pictures = tuple((name, pixels) for name, pixels in shown if pixels is not None)
        if pictures:
            groups = tuple(groups_of[name] for name, _ in pictures if name in groups_of)
            sheets.append(Sheet(title, pictures, groups if title == NEAR_COPIES else ()))
    return tuple(sheets)
