"""Figures of a model in words: what each is called, what good is, and what to beware of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

LEANS_BELOW, COPIES_BELOW = 0.7, 0.4  # nearest_ratio
COPIED_SHARE = 0.02
COPIES_C_T = -3.0
ALIKE_BELOW = 0.6  # diversity
COVERED_SHARE = 0.5  # of the floor

# (name, label, what good is); in this order
SPACES = (
    ("kid_rand", "KID-rand", "as near to the floor as may be; 0 is the same"),
    ("kid_rand_std", "KID-rand, its error", "small beside the figure above"),
    ("fd_rand", "FD-rand", "as near to the floor as may be"),
    ("swd", "sliced Wasserstein", "as near to the floor as may be: texture and sharpness"),
    ("precision", "precision", "near the floor: results look like files"),
    ("recall", "recall", "near the floor: files lie among the results"),
    ("density", "density", "near the floor; far above it, only safe results"),
    ("coverage", "coverage", "near the floor: nothing of the files is left out"),
    ("diversity", "diversity", "1: as varied as the files; under 0.6 they look alike"),
    ("nearest_ratio", "nearest-file ratio", "1 or more; under 0.7 leans on files, 0.4 copies"),
    ("copied_share", "share of copies", "0"),
    ("c_t", "C_T", "0 or more; under -3 copies"),
    ("fid", "FID", "as near to the floor as may be; compares with papers at equal counts only"),
)  # fmt: skip
KNOWN_FLOORS = {"diversity": 1.0, "nearest_ratio": 1.0, "c_t": 0.0}


@dataclass(frozen=True)
class Row:
    """A figure beside what held-out files reach, and what copies of the files would reach."""

    name: str
    label: str
    value: float
    floor: float | None
    copies: float | None
    good: str


@dataclass(frozen=True)
class Count:
    """Something counted in results and files, and how far the two histograms share their area."""

    name: str
    label: str
    value: float | None
    files: float | None
    overlap: float | None
    floor: float | None


def rows(figures: Mapping[str, float]) -> list[Row]:
    """The figures that are distances and shares, in their usual order; absent ones left out.

    "rand" is said of pictures only: the features of music are fixed, but not random.
    """
    random = "swd" in figures
    found = [
        Row(
            name,
            label if random else label.replace("-rand", " in fixed features"),
            figures[name],
            figures.get(f"{name}_floor", KNOWN_FLOORS.get(name)),
            figures.get(f"{name}_copies"),
            good,
        )
        for name, label, good in SPACES
        if name in figures
    ]
    sides = [n for n in figures if n.startswith("swd_") and n.endswith("px")]
    place = next((i + 1 for i, row in enumerate(found) if row.name == "swd"), len(found))
    found[place:place] = [
        Row(n, f"  at {n[4:-2]} px", figures[n], figures.get(f"{n}_floor"), None, "") for n in sides
    ]
    return found


def counts(figures: Mapping[str, float]) -> list[Count]:
    """The figures that have a counterpart in the files, in the order they come."""
    names: dict[str, None] = {}
    for name in figures:
        for suffix in ("_files", "_overlap"):
            if name.endswith(suffix):
                names[name.removesuffix(suffix)] = None
    return [
        Count(
            name,
            "mean of these" if name == "mean" else name.replace("_", " "),
            figures.get(name),
            figures.get(f"{name}_files"),
            figures.get(f"{name}_overlap"),
            figures.get(f"{name}_overlap_floor"),
        )
        for name in names
    ]


def cautions(figures: Mapping[str, float]) -> list[str]:
    """A plain sentence for each figure that a person should know of before trusting the model."""
    found: list[str] = []
    ratio, share = figures.get("nearest_ratio", 1.0), figures.get("copied_share", 0.0)
    share -= figures.get("copied_share_floor", 0.0)
    if ratio < COPIES_BELOW:
        found.append("It copies its files: most results are training files, hardly changed.")
    elif ratio < LEANS_BELOW or figures.get("c_t", 0.0) < COPIES_C_T:
        found.append("It leans towards its files: many results lie closer to one than they should.")
    if ratio >= COPIES_BELOW and share > COPIED_SHARE:
        found.append(f"{share:.0%} of the results are nearly copies of a training file.")
    if figures.get("diversity", 1.0) < ALIKE_BELOW:
        found.append("Its results look alike: they vary much less than the files.")
    floor = figures.get("coverage_floor", 0.0)
    if figures.get("coverage", floor) < COVERED_SHARE * floor:
        found.append("It shows only a part of what the files hold.")
    return found


def shown(value: float | None) -> str:
    """A figure with three or four digits that count; "" where there is none."""
    return "" if value is None else f"{value:.4g}" if abs(value) >= 0.0005 else "0"
