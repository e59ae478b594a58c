"""The figures must fall and rise where a person would say so."""

import numpy as np
import pytest
from PIL import Image, ImageFilter

from studio import media
from studio.core.kind import MediumKind
from studio.core.work import Progress, result_of
from studio.gan.metrics import measure, picture_measures


def blobs(count: int, seed: int) -> np.ndarray:
    """Pictures of one coloured disc each, uint8 [N, 32, 32, 3]."""
    random = np.random.default_rng(seed)
    y, x = np.mgrid[:32, :32]
    found = np.full((count, 32, 32, 3), 230, np.uint8)
    for one in found:
        centre = random.uniform(8, 24, 2)
        inside = (x - centre[0]) ** 2 + (y - centre[1]) ** 2 < random.uniform(4, 10) ** 2
        one[inside] = random.integers(0, 255, 3)
    return found


def blurred(pictures: np.ndarray, radius: float) -> np.ndarray:
    return np.stack(
        [np.asarray(Image.fromarray(p).filter(ImageFilter.GaussianBlur(radius))) for p in pictures]
    )


TRAIN, HELD_OUT, OTHERS = (blobs(150, seed) for seed in range(3))


def figures(made: np.ndarray) -> dict[str, float]:
    return picture_measures(list(made), TRAIN, HELD_OUT)


def test_good_results_stand_at_the_floor() -> None:
    good = figures(OTHERS)
    assert good["fd_rand"] < 1.6 * good["fd_rand_floor"]
    assert abs(good["kid_rand"]) < 0.02 and good["coverage"] > 0.85
    assert 0.8 < good["nearest_ratio"] < 1.25 and 0.9 < good["diversity"] < 1.1


def test_blur_collapse_and_copies_show() -> None:
    good = figures(OTHERS)
    one, two = figures(blurred(OTHERS, 1.0)), figures(blurred(OTHERS, 3.0))
    assert good["kid_rand"] < one["kid_rand"] < two["kid_rand"]
    collapsed = figures(np.repeat(OTHERS[:3], 50, axis=0))
    assert collapsed["coverage"] < 0.3 and collapsed["fd_rand"] > 3 * good["fd_rand"]
    copied = figures(TRAIN)
    assert copied["nearest_ratio"] < 0.05 and copied["fd_rand"] < 0.1 * good["fd_rand_floor"]


@pytest.mark.parametrize("kind", media.kinds(), ids=lambda k: k.name)
def test_every_medium_can_be_measured(kind: MediumKind, folder_of, model_of) -> None:
    events = list(measure(model_of(kind), kind, folder_of(kind), "cpu", 32))
    found = events[-1].value
    assert found["files"] == 12 and found["results"] >= 6
    assert all(np.isfinite(value) for value in found.values())
    assert any(isinstance(e, Progress) and e.note == "Generating" for e in events)
    assert result_of(iter(events)) == found  # type: ignore[arg-type]
