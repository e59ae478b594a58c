"""Simulated people with hidden tastes: how soon do proposals please them?

    python tests/benchmarks/taste.py [--tastes 24] [--seen 1500] [--clicks any|strong]

For each starter model and each hidden taste, eight results are proposed, four of them are clicked
(like or dislike, with a wobble), and so on. Printed are the mean percentiles, among random results
at the same variety, of all proposals and of those that do not explore, after 0 to 40 clicks.

Two kinds of hidden taste: a direction in the 32 coordinates, all of them standardised, plus a bump
around some result; and, with --seen N, the same in the first six principal components of what is
seen or heard, by the medium's own features, over N results that are really made. A person who
clicks strongly takes the four of eight that please or displease most; any other clicks four at
random.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch

from studio.core.kind import MediumKind
from studio.core.latent import Latent, Recipe
from studio.core.resources import resource
from studio.core.taste import Taste, is_try
from studio.core.work import result_of
from studio.gan.taste_space import CANDIDATES, TasteSpace
from studio.media import kinds

CLICKS = (0, 5, 10, 20, 40)
SHOWN, CLICKED = 8, 4
WOBBLE = 0.3  # of the spread of scores
BAR = 0.6  # better than this share of random results is liked
PSI = 0.7
POOL = 30_000
SEEN_PARTS = 6


def hidden_taste(spots: np.ndarray, scales: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """The score of every place [N, D]: a direction of the spread 1, and a bump as high."""
    line = spots @ (scales * random.standard_normal(spots.shape[1]))
    centre, radius = spots[random.integers(len(spots))], 0.7 * spots.shape[1] ** 0.5
    bump = np.exp(-((spots - centre) ** 2).sum(1) / (2 * radius**2))
    return (line - line.mean()) / line.std() + bump


def follow(
    places: np.ndarray, scores: np.ndarray, strongly: bool, seed: int
) -> dict[int, tuple[float, float]]:
    """One person's clicks: percentiles of all proposals, and of those that do not explore."""
    random = np.random.default_rng(seed)
    ranked, bar = np.sort(scores), np.quantile(scores, BAR)
    taste, found = Taste("simulated"), {}
    fresh = np.ones(len(places), bool)  # nothing clicked is proposed again
    while True:
        among = random.permutation(np.flatnonzero(fresh))[:CANDIDATES]
        shown = among[taste.propose(places[among], SHOWN, int(random.integers(2**31)))]
        if len(taste.labels) in CLICKS:
            percents = 100 * np.searchsorted(ranked, scores[shown]) / len(ranked)
            sure = [percents[place] for place in range(SHOWN) if not is_try(place)]
            found[len(taste.labels)] = (float(percents.mean()), float(np.mean(sure)))
            if len(taste.labels) == CLICKS[-1]:
                return found
        until = next(clicks for clicks in CLICKS if clicks > len(taste.labels))
        felt = scores[shown] - bar
        order = np.argsort(-np.abs(felt)) if strongly else random.permutation(SHOWN)
        for index in order[: min(CLICKED, until - len(taste.labels))]:
            liked = felt[index] + WOBBLE * scores.std() * random.standard_normal() > 0
            taste = taste.judged(places[shown[index]], bool(liked))
            fresh[shown[index]] = False


def in_coordinates(space: TasteSpace) -> Callable[[int], tuple[np.ndarray, np.ndarray]]:
    places = space.candidates(range(10**6, 10**6 + POOL), PSI)
    even = (places - places.mean(0)) / places.std(0)
    ones = np.ones(even.shape[1])
    return lambda seed: (places, hidden_taste(even, ones, np.random.default_rng(seed)))


def in_what_is_seen(
    kind: MediumKind, model: Path, space: TasteSpace, count: int
) -> Callable[[int], tuple[np.ndarray, np.ndarray]]:
    generator, features = kind.load_generator(model, "cpu"), kind.load_features()
    seeds = range(10**6, 10**6 + count)
    made = [result_of(generator.generate(Recipe(latent=Latent(seed, PSI)))) for seed in seeds]
    seen = features(np.stack([kind.example_of(one) for one in made])).astype(float)
    seen = (seen - seen.mean(0)) / (seen.std(0) + 1e-9)
    parts, sizes, _ = np.linalg.svd(seen, full_matrices=False)
    parts = parts[:, :SEEN_PARTS] / parts[:, :SEEN_PARTS].std(0)
    places = space.candidates(seeds, PSI)
    return lambda seed: (
        places,
        hidden_taste(parts, sizes[:SEEN_PARTS], np.random.default_rng(seed)),
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tastes", type=int, default=24)
    parser.add_argument("--seen", type=int, default=0)
    parser.add_argument("--media", nargs="*", default=[kind.name for kind in kinds()])
    parser.add_argument("--clicks", choices=("any", "strong"), default="strong")
    chosen = parser.parse_args()
    torch.set_num_threads(1)
    print(f"| model | taste in | clicks: {' | '.join(str(clicks) for clicks in CLICKS)} |")
    print("|---|---|" + "---|" * len(CLICKS))
    for kind in (kind for kind in kinds() if kind.name in chosen.media):
        model = resource("models", f"{kind.starter}.safetensors")
        space = TasteSpace(kind.load_generator(model, "cpu")._play)  # type: ignore[attr-defined]
        tastes = {"coordinates": in_coordinates(space)}
        if chosen.seen:
            tastes["what is seen"] = in_what_is_seen(kind, model, space, chosen.seen)
        for words, taste in tastes.items():
            seeds = range(chosen.tastes)
            paths = [follow(*taste(seed), chosen.clicks == "strong", seed) for seed in seeds]
            cells = (
                " / ".join(f"{np.mean([path[c][part] for path in paths]):.0f}" for part in (0, 1))
                for c in CLICKS
            )
            print(f"| {kind.starter} | {words} | {' | '.join(cells)} |", flush=True)


if __name__ == "__main__":
    main()
