"""Quality in figures, without any download, beside the floor that real files reach themselves.

Distances are taken in fixed features of the medium, for pictures those of random networks; hence
FD-rand and KID-rand, never FID: they rank models on one folder, they do not compare with papers.
Every *_floor is the same figure for files of the folder that were held out (or, where it says so,
for other files of it): no model can be expected to do better.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from studio.core.kind import Features
from studio.gan.clouds import (
    copying,
    frechet,
    kernel_distance,
    kernel_distance_std,
    manifold_figures,
    nearest,
    nearest_others,
    nearest_view,
    spread_of,
)
from studio.gan.overlap import mean_overlap

MOST = 1000  # files of each side: more change the figures by less than another seed does
FD_LEAST = 500  # below, FD-rand is mostly the error of its own estimate
COPY_SHARE, LEAST_COPY_SHARE = 0.5, 0.1  # of the nearest and of the usual held-out file's distance
LEAST_SPREAD = 0.25  # of the usual one: a feature that hardly varies must not drown the others
FARTHEST = 4.0  # standard deviations: the cubic kernel would let one odd file outweigh a hundred


@dataclass(frozen=True, eq=False)
class Reference:
    """The files as standardised features, computed once, that any number of results are held to.

    train [T, D] in random order, train_index [T] their places among all training examples,
    disguised [T, D] or [0, D] (pictures mirrored), held_out [H, D], H may be 0.
    baseline: distance to the nearest training file, of held-out files, or of the training files
    to each other where none are held out; outlines [T, ...] and outline_baseline are the same
    for what is left of examples when they are looked at from afar, in which copies are sought.
    judges are measures of the files that results are held to, overlap_floor is how far other files
    agree with them.
    """

    version: str
    centre: np.ndarray
    spread: np.ndarray
    train: np.ndarray
    train_index: np.ndarray
    disguised: np.ndarray
    held_out: np.ndarray
    baseline: np.ndarray
    outlines: np.ndarray
    outline_baseline: np.ndarray
    judges: dict[str, np.ndarray]
    overlap_floor: float

    def place(self, found: np.ndarray) -> np.ndarray:
        """Features float [N, D] on the scale of this reference."""
        return _placed(found, self.centre, self.spread)


def reference(
    train: np.ndarray, held_out: np.ndarray, features: Features, most: int = MOST
) -> Reference:
    """Read at most so many training and held-out examples (uint8 [N, ...]) into a Reference.

    At least 2 training examples are needed. Copies of training files beyond the draw of `most`
    show only in part: see copied_share. About 5 s for 1,000 pictures on one thread.
    """
    index = _draw(len(train), most)
    drawn = train[np.sort(index)][np.argsort(np.argsort(index))]  # read in order: may be on disk
    found = features(drawn)
    centre, spread = found.mean(0), found.std(0)
    spread = np.maximum(spread, max(LEAST_SPREAD * float(np.median(spread)), 1e-6))

    def placed(part: np.ndarray) -> np.ndarray:
        return _placed(features(part), centre, spread)

    cloud, disguised = _placed(found, centre, spread), placed(features.disguised(drawn))
    outside = held_out[np.sort(_draw(len(held_out), most))]
    others, outlines = placed(outside), features.outlines(drawn)
    if len(others):
        baseline = nearest(others, np.concatenate([cloud, disguised]))[1]
        view = next(features.views(features.outlines(outside)))
    else:
        baseline = nearest_others(cloud, disguised)
        view = next(features.views(outlines))
    afar = nearest_view(view, features.views(outlines), among_themselves=not len(others))[1]
    half = len(drawn) // 2
    told = (outside, drawn) if len(outside) else (drawn[half:], drawn[:half])
    judges, rest = (features.describe(files) for files in told)
    return Reference(
        features.version, centre, spread, cloud, index, disguised, others, baseline, outlines, afar,
        judges, mean_overlap(rest, judges),
    )  # fmt: skip


def nearest_files(
    made: np.ndarray, reference: Reference, features: Features
) -> tuple[np.ndarray, np.ndarray]:
    """(index int64 [M] of the nearest training example, distance [M]) of results uint8 [M, ...].

    Looked at from afar and in any disguise: pictures mirrored, moved by an eighth, lighter or
    darker, phrases begun in another bar. The index is into the training examples that reference()
    was given; the distance is in units of the usual one of a held-out file: about 1 is healthy,
    0 a copy. This is the evidence to show beside a result.
    """
    index, far = _afar(made, reference, features)
    return reference.train_index[index], far / max(
        float(np.median(reference.outline_baseline)), 1e-9
    )


def _afar(
    made: np.ndarray, reference: Reference, features: Features
) -> tuple[np.ndarray, np.ndarray]:
    view = next(features.views(features.outlines(made)))
    return nearest_view(view, features.views(reference.outlines))


def _placed(found: np.ndarray, centre: np.ndarray, spread: np.ndarray) -> np.ndarray:
    return np.clip((found - centre) / spread, -FARTHEST, FARTHEST).astype(np.float32)


def _draw(count: int, most: int) -> np.ndarray:
    return np.random.default_rng(0).permutation(count)[:most]


def held_out_figures(
    made: np.ndarray, reference: Reference, features: Features
) -> dict[str, float]:
    """The light figures, for use while training: results uint8 [M, ...] (M >= 2; 256 are good).

    kid_rand to held-out files (0 is the goal); coverage, density, precision, recall of training
    files (1 is the goal); diversity (spread beside the files', 1 is the goal); nearest_ratio
    (median distance to the nearest training file beside that of held-out files: 1 healthy, under
    0.7 suspicious, under 0.4 copying); copied_share (share of results that from afar are more
    like a training file, mirrored or moved ones too, than held-out files ever are: 0 healthy);
    c_t (Meehan et al. 2020: below -3 copying); overlap (mean overlap of what a person could point
    at, such as edges and grain, with held-out files). Under 2 s for 256 pictures on one thread.
    """
    far = _afar(made, reference, features)[1]
    figures = _figures(reference.place(features(made)), far, reference)
    figures["overlap"] = mean_overlap(features.describe(made), reference.judges)
    figures["overlap_floor"] = reference.overlap_floor
    figures["shortfall"] = shortfall(figures)
    return figures


def shortfall(figures: Mapping[str, float]) -> float:
    """How far overlap and coverage fall short of their floors, 0 (not at all) to 1.

    What the best model of a run is told by: KID-rand alone prefers coloured noise to soft shapes,
    and both of these are low where results all look alike.
    """
    shares = [
        figures[name] / max(figures[f"{name}_floor"], 1e-9) for name in ("overlap", "coverage")
    ]
    return 1 - float(np.mean([min(1.0, share) for share in shares]))


def _figures(cloud: np.ndarray, far: np.ndarray, reference: Reference) -> dict[str, float]:
    """Of results whose features are placed, and whose outlines are so far from any file."""
    train, held_out = reference.train, reference.held_out
    count = max(2, min(len(cloud), len(train), (len(train) + len(held_out)) // 2))
    # As many other files as there are results to compare: held-out ones first.
    others = np.concatenate([held_out, train[count:]])[:count]
    figures: dict[str, float] = {"kid_rand": kernel_distance(cloud, _judges(reference))}
    figures["kid_rand_floor"] = kernel_distance(_files(reference, len(cloud)), _judges(reference))
    ours = manifold_figures(cloud[:count], train[:count])
    floor = manifold_figures(others, train[:count])
    for name, value in ours.items():
        figures[name], figures[f"{name}_floor"] = value, floor[name]
    figures["diversity"] = spread_of(cloud) / max(spread_of(train), 1e-9)
    return figures | _copying_figures(cloud, far, reference)


def _judges(reference: Reference) -> np.ndarray:
    """The files that results are held to: held-out ones where there are any."""
    if len(reference.held_out):
        return reference.held_out
    return reference.train[len(reference.train) // 2 :]


def _files(reference: Reference, count: int) -> np.ndarray:
    """So many training files, none of them a judge."""
    train = reference.train
    return train[:count] if len(reference.held_out) else train[: len(train) // 2][:count]


def _copying_figures(cloud: np.ndarray, far: np.ndarray, reference: Reference) -> dict[str, float]:
    near = nearest(cloud, np.concatenate([reference.train, reference.disguised]))[1]
    baseline, afar = reference.baseline, reference.outline_baseline
    others = reference.held_out if len(reference.held_out) else reference.train
    limit = max(COPY_SHARE * np.quantile(afar, 0.05), LEAST_COPY_SHARE * np.median(afar))
    return {
        "nearest_ratio": float(np.median(near) / max(np.median(baseline), 1e-9)),
        "copied_share": float((far < limit).mean()),
        "copied_share_floor": float((afar < limit).mean()),
        "c_t": copying((cloud, near), (others, baseline), reference.train),
    }


def feature_measures(
    made: np.ndarray, train: np.ndarray, held_out: np.ndarray, features: Features
) -> dict[str, float]:
    """All figures that come from features, of examples uint8 [N, ...] each.

    Beside held_out_figures: kid_rand_std (over 10 draws of half of each side), fd_rand where there
    are 500 on each side (in equal numbers: Frechet distances depend on them), and *_copies, the
    same for a model that returns its training files.
    """
    files = reference(train, held_out, features)
    cloud = files.place(features(made))
    drawn = np.random.default_rng(1).integers(len(files.train), size=len(cloud))
    clouds = {"": cloud, "_copies": files.train[drawn]}
    fars = {"": _afar(made, files, features)[1], "_copies": np.zeros(len(cloud))}
    figures: dict[str, float] = {}
    for suffix, one in clouds.items():
        for name, value in _figures(one, fars[suffix], files).items():
            if not (suffix and name.endswith("_floor")):
                figures[f"{name}{suffix}"] = value
        figures[f"kid_rand_std{suffix}"] = kernel_distance_std(one, _judges(files))
    count = min(len(cloud), len(files.train), len(files.held_out))
    if count >= FD_LEAST:
        clouds["_floor"] = files.train
        for suffix, one in clouds.items():
            figures[f"fd_rand{suffix}"] = frechet(one[:count], files.held_out[:count])
    return figures
