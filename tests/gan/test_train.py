"""The training loop of every medium: learns, repeats, goes on bit for bit, in parts or whole."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from studio import media
from studio.core.errors import StudioError
from studio.core.kind import MediumKind
from studio.core.run_folder import TrainConfig
from studio.core.work import result_of
from studio.gan import train as train_module
from studio.gan.batches import Batches, Rows
from studio.gan.device import Device
from studio.gan.team import ALONE, Team
from studio.gan.train import Trainer, resolved

KINDS = pytest.mark.parametrize("kind", media.kinds(), ids=lambda k: k.name)
CPU = Device(torch.device("cpu"), "CPU")


def config_for(kind: MediumKind, folder: Path, **changes: Any) -> TrainConfig:
    small = TrainConfig(
        kind.name,
        str(folder),
        name="Tiny",
        size_px=32,
        batch=4,
        kimg=0.04,
        channel_base=128,
        channel_max=8,
        device="cpu",
        threads=1,
        precision="float32",
    )
    return replace(small, **changes)


@pytest.fixture
def trainer_for(folder_of, tmp_path):
    """A small trainer of a medium; every call reads the folder anew."""
    made: list[Trainer] = []

    def make(kind: MediumKind, team: Team = ALONE, **changes: Any) -> Trainer:
        config = config_for(kind, folder_of(kind), **changes)
        cache = tmp_path / f"cache-{len(made)}"
        examples, _ = result_of(kind.load_reader().read(folder_of(kind), config.size_px, cache))
        training = kind.load_training()
        network = training.describe(examples.pixels, config)
        made.append(Trainer(config, training, network, examples.pixels, CPU, team))
        return made[-1]

    return make


def weights(trainer: Trainer) -> dict[str, torch.Tensor]:
    return {name: value.clone() for name, value in trainer.tensors().items()}


def same(one: dict[str, torch.Tensor], other: dict[str, torch.Tensor]) -> bool:
    return one.keys() == other.keys() and all(torch.equal(one[n], other[n]) for n in one)


@KINDS
def test_resume_is_exact(kind: MediumKind, trainer_for) -> None:
    """Six steps in one go equal three, a checkpoint, and three more: every tensor, every bit."""
    whole = trainer_for(kind, augment=0.5)
    for _ in range(3):
        whole.step()
    whole.gamma, whole.augment = 0.7, 0.6
    whole.set_rate(0.001)
    saved, counters = weights(whole), json.loads(json.dumps(whole.counters()))
    for _ in range(3):
        whole.step()
    resumed = trainer_for(kind, augment=0.5)
    torch.manual_seed(999)
    resumed.restore(saved, counters)
    for _ in range(3):
        resumed.step()
    assert same(weights(whole), weights(resumed))
    assert resumed.seen == 24 and resumed.kimg == 0.024
    assert (resumed.gamma, resumed.augment, resumed.rate) == (0.7, 0.6, 0.001)


@KINDS
def test_parts_of_a_batch_add_up_to_the_whole(kind: MediumKind, trainer_for) -> None:
    """Adam without momentum remembers the gradient itself: it is the same in one part or three."""
    found = []
    for parts in (1, 2, 3):
        trainer = trainer_for(
            kind, augment=0.5, learning_rate=1e-6, accumulate=parts, penalty_every=1
        )
        trainer.step()
        found.append({n: v for n, v in trainer.tensors().items() if n.startswith("adam")})
    for other in found[1:]:
        for name, value in found[0].items():
            assert torch.allclose(value, other[name], rtol=1e-3, atol=1e-5), name


@KINDS
def test_memory_that_runs_out_halves_the_parts(kind: MediumKind, trainer_for) -> None:
    trainer = trainer_for(kind)
    phase, failures = trainer._generator_phase, [2]

    def scarce(parts: Any) -> None:
        if failures[0]:
            failures[0] -= 1
            raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2 GiB")
        phase(parts)

    trainer._generator_phase = scarce  # type: ignore[method-assign]
    before = weights(trainer)
    trainer.step()
    assert trainer.accumulate == 4 and trainer.seen == 4
    after = weights(trainer)
    assert any(not torch.equal(before[n], after[n]) for n in before if n.startswith("generator"))
    assert all(p.requires_grad for p in trainer.discriminator.parameters())


@KINDS
def test_a_phase_that_failed_leaves_no_graph_behind(kind: MediumKind, trainer_for) -> None:
    """The penalty, the hungriest, is tried again on a memory that is really free."""
    trainer = trainer_for(kind, penalty_every=1)
    phase, seen = trainer._penalty_phase, []

    def scarce(parts: Any) -> None:
        seen.append(parts)
        if len(seen) == 1:
            assert parts[0]._fakes is not None and parts[0]._fakes.requires_grad
            raise RuntimeError("CUDNN_STATUS_ALLOC_FAILED")
        assert all(part._fakes is None for part in seen[0])
        phase(parts)

    trainer._penalty_phase = scarce  # type: ignore[method-assign]
    trainer.step()
    assert len(seen) == 2 and trainer.accumulate == 2


def test_in_a_team_memory_may_run_out_before_the_others_count_on_it(trainer_for) -> None:
    class Two(Team):
        def average(self, tensors: Any) -> None:
            if failures.pop(0):
                raise torch.OutOfMemoryError("CUDA out of memory")

        def share(self, network: Any) -> None:
            pass

    trainer = trainer_for(media.kind("artwork"), team=Two(0, 2))
    failures = [False] * 9
    phase, first = trainer._generator_phase, [True]

    def scarce(parts: Any) -> None:
        if first.pop() if first else False:
            raise torch.OutOfMemoryError("CUDA out of memory")
        phase(parts)

    trainer._generator_phase = scarce  # type: ignore[method-assign]
    trainer.step()
    assert trainer.accumulate == 2
    failures[:] = [True]
    with pytest.raises(torch.OutOfMemoryError):
        trainer.step()


def test_shares_of_a_batch_are_all_of_it_and_weigh_what_they_hold() -> None:
    shares = [Team(rank, 3).share_of(16) for rank in range(3)]
    assert [place for share in shares for place in range(16)[share]] == list(range(16))
    with pytest.raises(StudioError, match="batch of 4 cannot be shared by 8"):
        Team(0, 8).share_of(4)


def test_what_the_guardian_decided_outlasts_a_device_without_bfloat16(
    trainer_for, monkeypatch
) -> None:
    trainer = trainer_for(media.kind("artwork"), precision="auto")
    monkeypatch.setattr(train_module, "mixed_precision", lambda device: False)
    assert not trainer.autocast()._enabled and trainer.counters()["full_precision"] is False
    saved = trainer.tensors(), trainer.counters()
    monkeypatch.setattr(train_module, "mixed_precision", lambda device: True)
    trainer.restore(*saved)
    assert trainer.autocast()._enabled, "a device that can takes bfloat16 again"
    trainer.restore(saved[0], {**saved[1], "full_precision": True})
    assert not trainer.autocast()._enabled


def test_what_is_asked_for_anew_begins_when_a_run_goes_on(trainer_for) -> None:
    kind = media.kind("artwork")
    trainer = trainer_for(kind, gamma=0.5)
    trainer.gamma, trainer.augment = 2.0, 0.3  # the guardian's
    saved = trainer.tensors(), json.loads(json.dumps(trainer.counters()))
    again = trainer_for(kind, gamma=0.5)
    again.restore(*saved)
    assert (again.gamma, again.augment, again.rate) == (2.0, 0.3, trainer.rate)
    other = trainer_for(kind, gamma=8.0, learning_rate=0.001)
    other.restore(*saved)
    assert (other.gamma, other.augment, other.rate) == (8.0, 0.3, 0.001)
    older = {name: value for name, value in saved[1].items() if name != "asked"}
    other.restore(saved[0], older)
    assert other.gamma == 2.0, "checkpoints that do not say so go on as they were"


def test_adams_memory_lies_as_the_weights_do_after_a_restore(trainer_for) -> None:
    trainer = trainer_for(media.kind("artwork"))
    trainer.step()
    saved = {name: value.contiguous() for name, value in trainer.tensors().items()}
    trainer.restore(saved, trainer.counters())
    for optimiser in (trainer.optimiser_g, trainer.optimiser_d):
        for weight, state in optimiser.state.items():
            assert state["exp_avg_sq"].stride() == weight.stride()


def test_other_errors_and_the_last_part_are_not_swallowed(trainer_for) -> None:
    trainer = trainer_for(media.kind("artwork"))

    def broken(parts: Any) -> None:
        raise RuntimeError("shapes do not match")

    trainer._penalty_phase = broken  # type: ignore[method-assign]
    with pytest.raises(RuntimeError, match="shapes"):
        trainer.step()
    trainer.accumulate = 4

    def full(parts: Any) -> None:
        raise RuntimeError("DefaultCPUAllocator: not enough memory")

    trainer._penalty_phase = full  # type: ignore[method-assign]
    with pytest.raises(RuntimeError, match="not enough"):
        trainer.step()


def test_a_broken_gradient_moves_nothing_and_is_counted(trainer_for) -> None:
    trainer = trainer_for(media.kind("artwork"))
    trainer.step()
    trainer.tally.take()
    before = weights(trainer)
    trainer.generator.start.register_hook(lambda grad: grad * float("nan"))
    parts = train_module.parts_of(trainer, trainer._draw())
    trainer._discriminator_phase(parts)
    trainer._generator_phase(parts)
    after = weights(trainer)
    moved = {n.partition(".")[0] for n in before if not torch.equal(before[n], after[n])}
    assert moved == {"discriminator", "adam_d", "adam_g"}, "the generator waits for the next step"
    assert trainer.tally.take()["broken"] == 1


def test_reading_ahead_gives_the_same_batches(folder_of, tmp_path) -> None:
    kind = media.kind("artwork")
    examples, _ = result_of(kind.load_reader().read(folder_of(kind), 32, tmp_path))
    rows = Rows(examples.pixels, np.array([5, 1, 7, 3]))
    assert rows.shape == (4, 32, 32, 3)
    found = []
    for ahead in (False, True):
        batches = Batches(
            rows, lambda x, random: x, 3, 6, slice(2, 5), torch.device("cpu"), ahead=ahead
        )
        found.append([batches.reals(step) for step in (0, 1, 2, 7, 8)])
        batches.close()
    assert all(torch.equal(a, b) for a, b in zip(*found, strict=True))
    assert found[0][0].shape == (3, 32, 32, 3)
    assert not torch.equal(found[0][0], found[0][1])


def test_augmentation_follows_what_the_discriminator_knows_by_heart(trainer_for) -> None:
    trainer = trainer_for(media.kind("artwork"))
    assert trainer.augment == 0.5
    trainer.steer_augmentation(0.9, kimg=5)
    assert trainer.augment == pytest.approx(0.55)
    trainer.steer_augmentation(0.9, kimg=1000)
    assert trainer.augment == 0.85, "more would leak into the results"
    trainer.steer_augmentation(0.1, kimg=1000)
    assert trainer.augment == 0.0
    trainer.steer_augmentation(None, kimg=5)
    assert trainer.augment == 0.0, "without files kept back it stays"
    fixed = trainer_for(media.kind("artwork"), augment=0.3)
    fixed.steer_augmentation(0.9, kimg=5)
    assert fixed.augment == 0.3, "what a person chose stays"


@KINDS
def test_looking_at_samples_changes_nothing(kind: MediumKind, trainer_for) -> None:
    one, other = (trainer_for(kind) for _ in range(2))
    for trainer in (one, other):
        torch.manual_seed(5)
        trainer.step()
        if trainer is one:
            first = trainer.sampler.pictures(5)
            assert all(
                np.array_equal(a, b)
                for a, b in zip(first, trainer.sampler.pictures(5), strict=True)
            )
        trainer.step()
    assert same(weights(one), weights(other))


@KINDS
def test_both_networks_and_the_average_move(kind: MediumKind, trainer_for) -> None:
    trainer = trainer_for(kind)
    before = weights(trainer)
    trainer.step()
    figures = trainer.tally.take()
    after = weights(trainer)
    for part in ("generator.", "discriminator.", "average."):
        moved = [n for n in before if n.startswith(part) and not torch.equal(before[n], after[n])]
        assert len(moved) > 5
    assert figures["r1"] > 0 and figures["r2"] > 0 and np.isfinite(figures["loss_g"])
    assert trainer.tally.take() == {}, "figures are those since the last call"


def test_the_discriminator_learns_to_tell(trainer_for) -> None:
    """With the generator standing still, its loss must fall."""
    kind = media.kind("artwork")
    trainer = trainer_for(kind, learning_rate=0.005)
    trainer.optimiser_g.param_groups[0]["lr"] = 0.0
    losses = []
    for _ in range(40):
        trainer.step()
        losses.append(trainer.tally.take()["loss_d"])
    assert np.mean(losses[-5:]) < 0.6 * losses[0]


def test_what_is_left_open_is_decided_by_the_folder() -> None:
    training = media.kind("artwork").load_training()
    config = TrainConfig("artwork", "", kimg=200)
    assert resolved(config, training, 50).augment == 0.5, "nothing is kept back to steer it"
    assert resolved(config, training, 500).augment == 0.0
    assert resolved(replace(config, held_out=False), training, 500).augment == 0.5
    music = media.kind("music").load_training()
    assert resolved(replace(config, medium="music"), music, 50).augment == 0.0
    assert resolved(config, training, 50).batch == training.batch
    assert resolved(config, training, 500).check_kimg == 4.0
    kept = resolved(replace(config, augment=0.1, batch=3, gamma=9), training, 50)
    assert (kept.augment, kept.batch, kept.gamma) == (0.1, 3, 9)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("seen", "x"), ("seen", -4), ("seen", 10**400), ("steps", 1.5), ("rate", float("nan")),
        ("gamma", None), ("augment", "0.5"), ("accumulate", 0), ("accumulate", 10**9),
        ("asked", "x"), ("tally", "x"), ("tally", {"r1": []}), ("tally", {"r1": [1.0, 0.0]}),
    ],
)  # fmt: skip
def test_odd_counters_of_a_checkpoint_do_not_fit(trainer_for, name, value) -> None:
    trainer = trainer_for(media.kind("artwork"))
    with pytest.raises(StudioError, match="does not fit"):
        trainer.restore(trainer.tensors(), {**trainer.counters(), name: value})


def test_odd_tensors_of_a_checkpoint_change_nothing(trainer_for) -> None:
    trainer = trainer_for(media.kind("artwork"))
    trainer.step()
    whole, counters = {n: v.clone() for n, v in trainer.tensors().items()}, trainer.counters()
    for start in ("generator.", "discriminator.", "average.", "adam_g.0.exp_avg", "adam_d.3.step"):
        name = next(one for one in whole if one.startswith(start))
        missing = {n: v for n, v in whole.items() if n != name}
        for odd in (missing, {**whole, name: torch.full((3,), 7.0)}):
            with pytest.raises(StudioError, match="does not fit"):
                trainer.restore(odd, counters)
    for odd in ({"adam_g.x.step": torch.ones(())}, {"adam_d.0.step": -torch.ones(())}):
        with pytest.raises(StudioError, match="does not fit"):
            trainer.restore({**whole, **odd}, counters)
    now = trainer.tensors()
    assert all(torch.equal(now[n], whole[n]) for n in whole)
    trainer.restore(whole, {**counters, "tally": {"event": [1.0, 1.0], "r1": [float("nan"), 1.0]}})
    assert trainer.tally.take().keys() == {"r1"}, "broken numbers are for the guardian"
