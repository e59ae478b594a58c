"""Simulated people with hidden tastes: how soon do proposals please them?

    python tests/benchmarks/taste.py [--tastes 96] [--pool 16000] [--clicks strong any]

For each starter model and each hidden taste, eight results are proposed, four of them are clicked
(like or dislike, with a wobble), and so on. Printed are the mean percentiles, among random results
at the same variety, of all proposals and of those that do not explore, after 0 to 40 clicks; at the
end of a row the largest standard error of the first, over people.

Two kinds of hidden taste: a direction in the 32 coordinates, all of them standardised, plus a bump
around some result; and the same in the first six principal components of what is seen or heard, by
the medium's own features, over all results of the pool. The learner sees neither: it knows
coordinates and qualities. A person who clicks strongly takes the four of eight that please or
displease most; any other clicks four at random.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from dataclasses import dataclass
from itertools import product

import numpy as np
import torch

from studio.core.kind import MediumKind
from studio.core.latent import Latent, Recipe
from studio.core.proposals import BACKGROUND, FEW, MEASURED
from studio.core.resources import resource
from studio.core.taste import Candidates, Taste, is_try
from studio.core.work import result_of
from studio.gan.taste_space import TasteSpace
from studio.media import kinds

CLICKS = (0, 5, 10, 20, 40)
SHOWN, CLICKED = 8, 4
WOBBLE = 0.3  # of the spread of scores
BAR = 0.6  # better than this share of random results is liked
PSI = 0.7
KINDS_OF_CLICKS = ("strong", "any")
SEEN_PARTS = 6

Scores = Callable[[int], np.ndarray]


@dataclass(frozen=True)
class Pool:
    """Results of a model that are really made: points [N, 32], qualities [N], features [N, F]."""

    points: np.ndarray
    measured: dict[str, np.ndarray]
    features: np.ndarray

    def candidates(self, which: np.ndarray) -> Candidates:
        """Those of some places; the last of the pool are what they are compared with."""
        measured = {name: values[which] for name, values in self.measured.items()}
        usual = {name: values[-BACKGROUND:] for name, values in self.measured.items()}
        return Candidates(self.points[which], measured, usual)


def hidden_taste(spots: np.ndarray, scales: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """The score of every place [N, D]: a direction of the spread 1, and a bump as high."""
    line = spots @ (scales * random.standard_normal(spots.shape[1]))
    centre, radius = spots[random.integers(len(spots))], 0.7 * spots.shape[1] ** 0.5
    bump = np.exp(-((spots - centre) ** 2).sum(1) / (2 * radius**2))
    return (line - line.mean()) / line.std() + bump


def follow(pool: Pool, scores: np.ndarray, strongly: bool, seed: int) -> dict[int, np.ndarray]:
    """One person's clicks: percentiles of all proposals, and of those that do not explore."""
    random = np.random.default_rng(seed)
    ranked, bar = np.sort(scores), np.quantile(scores, BAR)
    taste, found = Taste("simulated"), {}
    while True:
        fresh = random.permutation(len(pool.points) - BACKGROUND)
        wanted = MEASURED if taste.is_ready else FEW
        listed = fresh[taste.shortlist(pool.points[fresh], wanted, int(random.integers(2**31)))]
        chosen = taste.propose(pool.candidates(listed), SHOWN, int(random.integers(2**31)))
        shown = listed[chosen]
        if len(taste.labels) in CLICKS:
            percents = 100 * np.searchsorted(ranked, scores[shown]) / len(ranked)
            sure = [percents[place] for place in range(SHOWN) if not is_try(place)]
            found[len(taste.labels)] = np.array([percents.mean(), np.mean(sure)])
            if len(taste.labels) == CLICKS[-1]:
                return found
        until = next(clicks for clicks in CLICKS if clicks > len(taste.labels))
        felt = scores[shown] - bar
        order = np.argsort(-np.abs(felt)) if strongly else random.permutation(SHOWN)
        for index in order[: min(CLICKED, until - len(taste.labels))]:
            liked = felt[index] + WOBBLE * scores.std() * random.standard_normal() > 0
            place = shown[index]
            qualities = {name: float(values[place]) for name, values in pool.measured.items()}
            taste = taste.judged(pool.points[place], bool(liked), qualities)


def made(kind: MediumKind, count: int) -> Pool:
    """So many results of the medium's starter."""
    model = resource("models", f"{kind.starter}.safetensors")
    generator = kind.load_generator(model, "cpu")
    space = TasteSpace(generator._play)  # type: ignore[attr-defined]
    seeds = range(10**6, 10**6 + count)
    results = (result_of(generator.generate(Recipe(latent=Latent(seed, PSI)))) for seed in seeds)
    examples = np.stack([kind.example_of(one) for one in results])
    measured = {name: measure(examples) for name, measure in kind.load_qualities().items()}
    return Pool(space.candidates(seeds, PSI), measured, kind.load_features()(examples))


def in_coordinates(pool: Pool) -> Scores:
    even = (pool.points - pool.points.mean(0)) / pool.points.std(0)
    ones = np.ones(even.shape[1])
    return lambda seed: hidden_taste(even, ones, np.random.default_rng(seed))


def in_what_is_seen(pool: Pool) -> Scores:
    seen = pool.features.astype(float)
    seen = (seen - seen.mean(0)) / (seen.std(0) + 1e-9)
    parts, sizes, _ = np.linalg.svd(seen, full_matrices=False)
    parts = parts[:, :SEEN_PARTS] / parts[:, :SEEN_PARTS].std(0)
    return lambda seed: hidden_taste(parts, sizes[:SEEN_PARTS], np.random.default_rng(seed))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tastes", type=int, default=96)
    parser.add_argument("--pool", type=int, default=16_000)
    parser.add_argument("--media", nargs="*", default=[kind.name for kind in kinds()])
    parser.add_argument("--clicks", nargs="+", choices=KINDS_OF_CLICKS, default=KINDS_OF_CLICKS)
    chosen = parser.parse_args()
    torch.set_num_threads(1)
    columns = [*(f"{clicks} clicks" for clicks in CLICKS), "error"]
    print(f"| clicks | model | taste in | {' | '.join(columns)} |")
    print("|---|---|---|" + "---|" * len(columns))
    for kind in (kind for kind in kinds() if kind.name in chosen.media):
        pool = made(kind, chosen.pool)
        tastes = {"what is seen": in_what_is_seen(pool), "coordinates": in_coordinates(pool)}
        for clicked, (words, scores) in product(chosen.clicks, tastes.items()):
            strongly, seeds = clicked == "strong", range(chosen.tastes)
            paths = [follow(pool, scores(seed), strongly, seed) for seed in seeds]
            percents = np.array([[path[clicks] for clicks in CLICKS] for path in paths])
            cells = " | ".join(f"{every:.0f} / {sure:.0f}" for every, sure in percents.mean(0))
            error = (percents[..., 0].std(0) / len(paths) ** 0.5).max()
            print(f"| {clicked} | {kind.starter} | {words} | {cells} | {error:.1f} |", flush=True)


if __name__ == "__main__":
    main()
