"""The rule that chooses size, widths, batch and length for a folder and a machine."""

import math
from dataclasses import replace

import pytest

from studio.core import presets
from studio.core.presets import (
    BATCH,
    BUDGET_S,
    FAST,
    NANO,
    STANDARD,
    FolderFacts,
    Machine,
    Shape,
    batch_for,
    cost,
    enough_kimg,
    example_gb,
    plans,
    round_time,
    speed_of,
)

SIZES = (32, 64, 128, 256, 512)
CPU, GPU = Machine("cpu", 8.0), Machine("gpu", 8.0)


def unknown(size_px, channel_base, channel_max):
    return 0.0


def paced(kind):
    """A machine that does every shape at the pace that its cost gives."""
    known, speed = presets.UNKNOWN_PACE[kind]
    return lambda *shape: speed * cost(known) / cost(Shape(*shape))


@pytest.mark.parametrize("machine", [CPU, GPU, Machine("gpu", 80.0)])
@pytest.mark.parametrize("examples", [1, 40, 100, 1000, 4500, 100_000])
@pytest.mark.parametrize("good_for_px", [0, 16, 64, 128, 1024])
def test_every_word_keeps_to_its_time_and_rises(machine, examples, good_for_px):
    folder = FolderFacts(examples, SIZES, good_for_px)
    found = plans(folder, paced(machine.kind), machine)
    assert [plan.word for plan in found] == ["draft", "good", "best"]
    for plan in found:
        # Two figures of kimg are up to a twentieth more than the time allows.
        assert plan.seconds <= 1.06 * BUDGET_S[machine.kind][plan.word]
        assert plan.kimg >= 1 and plan.seconds > 0 and plan.batch >= 4
        assert plan.shape.size_px in SIZES
        assert not plan.is_guess and plan.time_words.startswith("about ")
    sizes = [plan.shape.size_px for plan in found]
    assert sizes == sorted(sizes)
    assert max(sizes) <= max(good_for_px or 512, presets.SMALLEST_PX)


def test_a_plain_processor_gets_a_draft_in_minutes_at_64_px():
    draft, good, best = plans(FolderFacts(1000, SIZES, 512), paced("cpu"), CPU)
    assert (draft.shape, good.shape.size_px) == (Shape(64, *NANO), 64)
    assert draft.seconds <= 11 * 60 and good.seconds <= 2 * 3600 and best.seconds <= 11 * 3600


def test_few_files_are_not_trained_longer_than_they_teach():
    fast = plans(FolderFacts(100, SIZES, 64), lambda *_: 5000.0, GPU)
    assert [plan.kimg <= 300 for plan in fast] == [True] * 3
    large = plans(FolderFacts(10_000, SIZES, 64), lambda *_: 5000.0, GPU)
    assert large[2].kimg > 4 * fast[2].kimg
    assert enough_kimg(100) == pytest.approx(300)
    assert enough_kimg(1000) == pytest.approx(1500)
    assert enough_kimg(0) == enough_kimg(100) and enough_kimg(10**9) == enough_kimg(100_000)
    assert enough_kimg(316) > enough_kimg(200) > 300
    assert enough_kimg(500, diversity=0.0) < enough_kimg(500) < enough_kimg(500, diversity=1.0)
    assert enough_kimg(500, diversity=math.nan) == enough_kimg(500)


def test_a_faster_device_gets_larger_pictures_and_wider_networks():
    slow = plans(FolderFacts(4500, SIZES, 1024), lambda *_: 30.0, GPU)
    fast = plans(FolderFacts(4500, SIZES, 1024), lambda *_: 2000.0, Machine("gpu", 80.0))
    assert fast[1].shape.size_px >= slow[1].shape.size_px
    assert fast[2].shape == Shape(512, *STANDARD)
    assert fast[2].kimg > slow[2].kimg


def test_a_batch_of_256_px_fits_eight_gigabytes():
    shape = Shape(256, *FAST)
    batch = batch_for(shape, GPU)
    assert 8 <= batch <= 32 and batch * example_gb(shape) < 6
    assert batch_for(shape, Machine("gpu", 80.0)) >= batch
    assert batch_for(Shape(512, *STANDARD), Machine("gpu", 1.0)) == presets.LEAST_BATCH
    assert batch_for(Shape(), CPU) == BATCH["cpu"]


def test_an_unknown_pace_is_scaled_by_cost_and_called_rough():
    def only_64(size_px, channel_base, channel_max):
        return 28.0 if (size_px, channel_base) == (64, NANO[0]) else 0.0

    assert speed_of(Shape(), only_64, CPU) == (28.0, False)
    speed, is_guess = speed_of(Shape(128, *FAST), only_64, CPU)
    assert is_guess and speed == pytest.approx(28 * cost(Shape()) / cost(Shape(128, *FAST)))
    assert cost(Shape(128, *FAST)) > 5 * cost(Shape())
    speed, is_guess = speed_of(Shape(), lambda *_: math.nan, CPU)
    assert is_guess and speed > 0
    draft = plans(FolderFacts(500, SIZES), unknown, CPU)[0]
    assert draft.is_guess and draft.time_words.startswith("roughly ")


def test_going_on_from_a_model_keeps_its_widths_and_is_shorter():
    begin = Shape(128, 4096, 96)
    found = plans(FolderFacts(800, SIZES, 128), lambda *_: 1e4, GPU, begin)
    fresh = plans(FolderFacts(800, (128,), 128), lambda *_: 1e4, GPU)
    assert {plan.shape for plan in found} == {begin}
    assert found[2].kimg < fresh[2].kimg


def test_a_model_grows_as_far_as_files_and_machine_carry_but_never_shrinks():
    begin = Shape(64, 4096, 96)

    def sizes(folder, pace, machine):
        found = plans(folder, pace, machine, begin)
        assert all(plan.shape == replace(begin, size_px=plan.shape.size_px) for plan in found)
        return [plan.shape.size_px for plan in found]

    sharp = FolderFacts(800, SIZES, 512)
    assert sizes(sharp, lambda *_: 1e4, GPU) == [128, 256, 512]
    assert sizes(sharp, lambda *_: 20.0, CPU) == [64, 64, 128]
    assert sizes(sharp, lambda *_: 1.0, CPU) == [64, 64, 64], "too slow to learn a larger size"
    assert sizes(FolderFacts(800, SIZES, 64), lambda *_: 1e4, GPU) == [64, 64, 64]
    assert sizes(FolderFacts(800, (64,), 512), lambda *_: 1e4, GPU) == [64, 64, 64], "--size 64"
    assert sizes(FolderFacts(800), lambda *_: 1e4, GPU) == [64, 64, 64], "one size only"


def test_a_medium_of_one_size_leaves_the_batch_to_it():
    found = plans(FolderFacts(300), paced("cpu"), CPU)
    assert {(plan.shape, plan.batch) for plan in found} == {(Shape(), 0)}


def test_small_folders_are_not_promised_the_new():
    words = [plan.expectation for plan in plans(FolderFacts(40, SIZES), unknown, CPU)]
    assert words[1] == words[2] == "close to your files, few new ones"
    assert plans(FolderFacts(4000, SIZES), unknown, CPU)[1].expectation != words[1]


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0, "5 s"), (42, "40 s"), (56, "1 min"), (600, "10 min"), (1490, "25 min"), (3500, "1 h"),
     (5300, "1 h 30 min"), (7 * 3600, "7 h"), (47 * 3600, "47 h"), (72 * 3600, "3 days")],
)  # fmt: skip
def test_times_are_said_as_people_say_them(seconds, words):
    assert round_time(seconds) == words
