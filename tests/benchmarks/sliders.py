"""How well the sliders of models steer: each slider's own measure, and what else it changes.

    python tests/benchmarks/sliders.py [MODEL ...] [--seeds 24]

Finds the sliders anew, then moves other seeds than they were found with from low to high, and
prints for each model a Markdown table: the correlation of its own measure with the amount (of ranks
and of values, seed by seed, means over seeds; and of the mean curve), the change of its own measure
and the largest change of another, both in standard deviations over the model's results.
"""

from __future__ import annotations

import argparse
import time

import numpy as np

from studio.core.kind import MediumKind
from studio.core.latent import Latent, Recipe
from studio.core.library import find_model, places
from studio.core.slider import Slider
from studio.core.verbs import steered
from studio.core.work import result_of
from studio.gan.slider_directions import monotony
from studio.media import kind as kind_of
from studio.media import kinds

STEPS = 7
FIRST_SEED = 20_000


def measured(kind: MediumKind, generator, recipes: list[Recipe]) -> np.ndarray:
    """The measures [N, M] of results made as the studio makes them."""
    documents = result_of(generator.generate_many(recipes))
    examples = np.stack([kind.example_of(document) for document in documents])
    return np.stack([measure(examples) for measure in kind.load_qualities().values()], 1)


def row(kind: MediumKind, generator, slider: Slider, count: int, deviation: np.ndarray) -> str:
    amounts = np.linspace(slider.low, slider.high, STEPS)
    recipes = [
        steered(Recipe(latent=Latent(FIRST_SEED + seed)), slider.slide(float(amount)))
        for seed in range(count)
        for amount in amounts
    ]
    values = measured(kind, generator, recipes).reshape(count, STEPS, -1) / deviation
    names = list(kind.load_qualities())
    change = (values[:, -1] - values[:, 0]).mean(0)
    own = names.index(slider.name) if slider.kind == "measured" else -1
    other = max((i for i in range(len(names)) if i != own), key=lambda i: abs(change[i]))
    leak = f"{names[other]} {change[other]:+.2f}"
    ends = f"{slider.low:g} to {slider.high:g}, {' '.join(slider.groups)}"
    if own < 0:
        return f"| {slider.name} | {slider.kind} | {ends} | - | - | - | - | {leak} |"
    curve = np.corrcoef(amounts, values[:, :, own].mean(0))[0, 1]
    seedwise = np.mean([straightness(amounts, one) for one in values[:, :, own]])
    return (
        f"| {slider.name} | {slider.kind} | {ends} | {monotony(values)[own]:.2f} | {seedwise:.2f} "
        f"| {curve:.2f} | {change[own]:+.2f} | {leak} |"
    )


def straightness(amounts: np.ndarray, values: np.ndarray) -> float:
    """Correlation of values with amounts; 0 where nothing changes."""
    return float(np.corrcoef(amounts, values)[0, 1]) if values.std() > 1e-9 else 0.0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, add_help=True)
    parser.add_argument("models", nargs="*", default=[kind.starter for kind in kinds()])
    parser.add_argument("--seeds", type=int, default=24)
    arguments = parser.parse_args()
    for name in arguments.models:
        entry = find_model(name, places())
        kind = kind_of(entry.header.medium)
        generator = kind.load_generator(entry.path, "cpu")
        began = time.process_time()
        sliders = result_of(generator.sliders())
        seconds = time.process_time() - began
        random = [Recipe(latent=Latent(FIRST_SEED + 1000 + seed)) for seed in range(256)]
        deviation = measured(kind, generator, random).std(0)
        deviation = np.where(deviation > 1e-9, deviation, 1)
        left_out = [word for word in kind.load_qualities() if word not in {s.name for s in sliders}]
        print(f"\n**{name}** ({kind.name}), found in {seconds:.0f} s of processor time; "
              f"measures without a slider: {', '.join(left_out) or 'none'}\n")  # fmt: skip
        print("| slider | kind | range, layers | ranks | values | mean | own change | leak |")
        print("|---|---|---|---|---|---|---|---|")
        for slider in sliders:
            print(row(kind, generator, slider, arguments.seeds, deviation), flush=True)


if __name__ == "__main__":
    main()
