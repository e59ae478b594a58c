"""The figures must fall and rise where a person would say so."""

import numpy as np
import pytest
from PIL import Image, ImageFilter

from studio.gan.features import PictureFeatures
from studio.gan.metrics import (
    Reference,
    feature_measures,
    held_out_figures,
    nearest_files,
    reference,
    shortfall,
)
from studio.gan.picture_measures import picture_measures

FEATURES = PictureFeatures()


def blobs(count: int, seed: int) -> np.ndarray:
    """Pictures of one coloured disc each, uint8 [N, 32, 32, 3]; red ones left, others right."""
    random = np.random.default_rng(seed)
    y, x = np.mgrid[:32, :32]
    found = np.full((count, 32, 32, 3), 230, np.uint8)
    for one in found:
        colour = random.integers(0, 255, 3)
        left, right = (4, 14) if colour[0] > 127 else (12, 28)
        centre = random.uniform((8, left), (24, right))
        inside = (x - centre[1]) ** 2 + (y - centre[0]) ** 2 < random.uniform(4, 10) ** 2
        one[inside] = colour
    return found


def blurred(pictures: np.ndarray, radius: float) -> np.ndarray:
    return np.stack(
        [np.asarray(Image.fromarray(p).filter(ImageFilter.GaussianBlur(radius))) for p in pictures]
    )


def noisy(pictures: np.ndarray, spread: float) -> np.ndarray:
    noise = np.random.default_rng(9).normal(0, spread, pictures.shape)
    return np.clip(pictures + noise, 0, 255).astype(np.uint8)


TRAIN, HELD_OUT, OTHERS = (blobs(150, seed) for seed in range(3))


@pytest.fixture(scope="module")
def files() -> Reference:
    return reference(TRAIN, HELD_OUT, FEATURES)


@pytest.fixture(scope="module")
def good(files) -> dict[str, float]:
    return held_out_figures(OTHERS, files, FEATURES)


def test_features_are_the_ones_that_were_always_measured_with():
    """Numbers of an earlier version: whoever changes them changes VERSION, and this test."""
    grey = np.full((1, 64, 64, 3), 128, np.uint8)
    ramp = np.tile(np.arange(64, dtype=np.uint8) * 4, (1, 64, 1))[..., None].repeat(3, -1)
    found = FEATURES(np.concatenate([grey, ramp]))
    assert FEATURES.version == "random-conv-1" and found.shape == (2, 2112)
    assert found.sum(1) == pytest.approx([2.7788, 635.283], rel=1e-3)


def test_fresh_files_stand_at_the_floor(good):
    assert abs(good["kid_rand"] - good["kid_rand_floor"]) < 0.1
    for name in ("precision", "recall", "density", "coverage"):
        assert good[name] == pytest.approx(good[f"{name}_floor"], abs=0.15), name
    assert good["coverage_floor"] > 0.9
    assert 0.8 < good["nearest_ratio"] < 1.25 and 0.9 < good["diversity"] < 1.1
    assert good["copied_share"] < 0.03 and abs(good["c_t"]) < 2


def test_blur_and_noise_are_ranked_by_their_strength(files, good):
    for worsen, weak, strong in ((blurred, 0.7, 3.0), (noisy, 10, 60)):
        one, two = (held_out_figures(worsen(OTHERS, x), files, FEATURES) for x in (weak, strong))
        assert good["kid_rand"] < one["kid_rand"] < two["kid_rand"]
        assert two["kid_rand"] > 0.2
    assert two["precision"] < 0.2 and two["coverage"] < 0.2 * good["coverage"]  # strong noise


def test_collapse_and_dropped_modes_lower_coverage_and_recall(files, good):
    collapsed = held_out_figures(np.repeat(OTHERS[:3], 50, axis=0), files, FEATURES)
    assert collapsed["coverage"] < 0.3 and collapsed["recall"] < 0.1
    centred = OTHERS[OTHERS[:, :, :16].astype(int).sum((1, 2, 3)).argsort()]
    dropped = held_out_figures(np.repeat(centred[:50], 3, axis=0), files, FEATURES)
    assert collapsed["coverage"] < dropped["coverage"] < 0.8 * good["coverage"]
    assert dropped["kid_rand"] > 3 * abs(good["kid_rand"])
    alike = held_out_figures(np.repeat(OTHERS[:1], 150, axis=0), files, FEATURES)
    assert alike["diversity"] < 0.01


@pytest.mark.parametrize("disguise", [lambda x: x, lambda x: x[:, :, ::-1], lambda x: noisy(x, 1)])
def test_copies_show_even_mirrored_or_retouched(files, disguise):
    copied = held_out_figures(disguise(TRAIN), files, FEATURES)
    assert copied["nearest_ratio"] < 0.4 and copied["copied_share"] > 0.6
    assert copied["c_t"] < -3
    half = held_out_figures(np.concatenate([disguise(TRAIN[:75]), OTHERS[:75]]), files, FEATURES)
    assert half["c_t"] < -3 and half["copied_share"] > 0.3


def moved(pictures: np.ndarray, px: int) -> np.ndarray:
    return np.pad(pictures, ((0, 0), (px, 0), (px, 0), (0, 0)), mode="edge")[:, :-px, :-px]


def darker(pictures: np.ndarray) -> np.ndarray:
    return np.clip(pictures.astype(int) - 20, 0, 255).astype(np.uint8)


@pytest.mark.parametrize(
    "change", [lambda x: moved(x, 2), lambda x: moved(x[:, :, ::-1], 3), darker]
)
def test_moved_and_darker_copies_are_found_from_afar(files, good, change):
    copied = held_out_figures(change(TRAIN), files, FEATURES)
    assert copied["copied_share"] > 0.6 > 10 * good["copied_share"]
    index, distance = nearest_files(change(TRAIN), files, FEATURES)
    assert (index == np.arange(len(TRAIN))).mean() > 0.9 and np.median(distance) < 0.3


def test_the_evidence_names_the_training_file(files):
    index, distance = nearest_files(TRAIN[[7, 100], :, ::-1], files, FEATURES)
    assert index.tolist() == [7, 100] and (distance < 1e-3).all()
    _, far = nearest_files(OTHERS, files, FEATURES)
    assert 0.7 < np.median(far) < 1.4
    few = reference(TRAIN, HELD_OUT, FEATURES, most=40)
    assert len(few.train) == len(few.held_out) == 40
    wanted = int(few.train_index[5])
    assert nearest_files(TRAIN[[wanted]], few, FEATURES)[0].tolist() == [wanted]


@pytest.mark.parametrize("train, held_out", [(84, 16), (50, 0), (8, 0), (2, 2)])
def test_small_folders_with_few_or_no_files_held_out(train, held_out):
    files = reference(TRAIN[:train], HELD_OUT[:held_out], FEATURES)
    fresh, copied = (held_out_figures(x, files, FEATURES) for x in (OTHERS, TRAIN[:train]))
    for found in (fresh, copied):
        assert np.isfinite(list(found.values())).all()
    assert copied["nearest_ratio"] < 0.01
    if train >= 50:
        assert 0.7 < fresh["nearest_ratio"] < 1.4 and fresh["coverage"] > 0.7
        assert copied["c_t"] < -3 < fresh["c_t"]


@pytest.mark.parametrize("made", [np.zeros((2, 32, 32, 3), np.uint8), np.repeat(TRAIN[:1], 9, 0)])
def test_results_without_any_variety_are_figures_too(files, made):
    assert np.isfinite(list(held_out_figures(made, files, FEATURES).values())).all()


def test_files_that_are_all_the_same_are_figures_too():
    same = np.full((20, 32, 32, 3), 90, np.uint8)
    found = held_out_figures(OTHERS[:20], reference(same, same, FEATURES), FEATURES)
    assert np.isfinite(list(found.values())).all()
    assert found["kid_rand"] > 1


def test_all_figures_and_the_row_of_copies():
    found = picture_measures(OTHERS[:60], TRAIN, HELD_OUT)
    assert "fd_rand" not in found  # fewer than 500 files
    assert found["kid_rand_std"] > 0
    assert abs(found["kid_rand_copies"] - found["kid_rand_floor"]) < 0.3
    assert found["copied_share_copies"] == 1 > 10 * found["copied_share"]
    assert found["nearest_ratio_copies"] < 0.01 and found["c_t_copies"] < -3
    assert found["swd_32px"] < 2 * found["swd_32px_floor"]
    assert {name for name in found if name.startswith("swd")} == {
        "swd", "swd_floor", "swd_32px", "swd_32px_floor", "swd_16px", "swd_16px_floor",
    }  # fmt: skip


def test_frechet_distance_is_given_for_many_files(monkeypatch):
    monkeypatch.setattr("studio.gan.metrics.FD_LEAST", 150)
    found = feature_measures(OTHERS, TRAIN, HELD_OUT, FEATURES)
    worse = feature_measures(blurred(OTHERS, 1), TRAIN, HELD_OUT, FEATURES)
    assert found["fd_rand"] < 1.6 * found["fd_rand_floor"] < worse["fd_rand"]


def test_what_falls_short_is_edges_or_coverage_not_more() -> None:
    figures = {"overlap": 0.4, "overlap_floor": 0.8, "coverage": 0.9, "coverage_floor": 0.9}
    assert shortfall(figures) == pytest.approx(0.25)
    assert shortfall({**figures, "overlap": 0.9}) == 0, "better than the floor is no merit"
