"""Tuning: it comes nearer, ends when it must, and leaves the network it came from as it was."""

import math

import numpy as np
import pytest
import torch

from studio.core.errors import StudioError
from studio.core.latent import Latent
from studio.core.work import Finished, Preview, Progress, result_of
from studio.gan.checkpoint import weights_id
from studio.gan.explore import Playable
from studio.gan.networks import Generator, NetworkConfig
from studio.gan.picture_tune import PictureAim
from studio.gan.stage import Stage
from studio.gan.tune import TunePlan, synthesis_weights, tune, with_steps
from studio.media import kind as kind_of

PLAN = TunePlan(steps=30, rate=0.01, look_every=5, preview_every=10, seconds=1e9)
PIVOT = Latent(3, 1.0)


@pytest.fixture
def play(model_of):
    path = model_of(kind_of("artwork"))
    return Playable(path, "artwork", "cpu", lambda n: Generator(NetworkConfig(**n)))


@pytest.fixture
def aim(play):
    """Something flat in one colour, which no untrained network draws."""
    wanted = torch.tensor([0.4, -0.2, 0.1])[None, :, None, None].expand(1, 3, 32, 32)
    return PictureAim(Stage(play), wanted)


def test_it_comes_nearer_and_says_so(play, aim):
    events = list(tune(play, aim, PIVOT, 1, PLAN))
    tuned = events[-1].value
    assert isinstance(events[-1], Finished) and tuned.steps == 30
    assert tuned.after < 0.8 * tuned.before
    assert tuned.before == aim.shortfall(PIVOT)
    assert tuned.after == aim.on(tuned.play).shortfall(PIVOT)
    done = [event.done for event in events if isinstance(event, Progress)]
    assert done == list(range(31))
    assert sum(isinstance(event, Preview) for event in events) == 2


def test_only_the_copy_s_synthesis_changes_and_nothing_asks_for_gradients(play, aim):
    before = {name: value.clone() for name, value in play.network.state_dict().items()}
    with torch.no_grad():
        tuned = result_of(tune(play, aim, PIVOT, 1, PLAN))
        assert not torch.is_grad_enabled()
    for name, value in play.network.state_dict().items():
        assert torch.equal(value, before[name])
        same = torch.equal(tuned.play.network.state_dict()[name], before[name])
        assert same or not name.startswith("mapping.")
    changed = weights_id(tuned.play.network.state_dict()) != weights_id(before)
    assert changed and torch.equal(tuned.play.ws(PIVOT), play.ws(PIVOT))
    for network in (play.network, tuned.play.network):
        assert not any(weight.requires_grad for weight in network.parameters())
        assert len(synthesis_weights(network)) < len(list(network.parameters()))


def test_the_weights_are_those_that_a_file_keeps(play, aim):
    tuned = result_of(tune(play, aim, PIVOT, 1, PLAN))
    for weight in tuned.play.network.parameters():
        assert torch.equal(weight, weight.half().float())


def test_the_same_seed_gives_the_same_and_another_another(play, aim):
    ids = [
        weights_id(result_of(tune(play, aim, PIVOT, seed, PLAN)).play.network.state_dict())
        for seed in (1, 1, 2)
    ]
    assert ids[0] == ids[1] != ids[2]


def test_others_are_held_to_what_they_were(play, aim):
    def change(plan):
        other = result_of(tune(play, aim, PIVOT, 1, plan)).play
        pairs = [
            (Stage(one).draw(one.ws(latent), Stage(one).maps([latent])))
            for latent in (Latent(100 + seed, 1.0) for seed in range(8))
            for one in (play, other)
        ]
        return float(
            torch.stack(
                [(a - b).abs().mean() for a, b in zip(pairs[::2], pairs[1::2], strict=True)]
            ).mean()
        )

    free = TunePlan(steps=30, rate=0.01, keep=0.0, look_every=5, seconds=1e9)
    assert change(PLAN) < change(free)


def test_what_is_near_enough_and_what_gains_nothing_ends_early(play, aim):
    near = TunePlan(steps=30, enough=1e3, seconds=1e9)
    tuned = result_of(tune(play, aim, PIVOT, 1, near))
    assert tuned.steps == 0 and tuned.after == tuned.before
    vain = TunePlan(steps=200, rate=0.0, look_every=2, patience=3, seconds=1e9)
    tuned = result_of(tune(play, aim, PIVOT, 1, vain))
    assert 2 < tuned.steps < 60 and tuned.after == tuned.before


def test_time_ends_it(play, aim):
    tuned = result_of(tune(play, aim, PIVOT, 1, TunePlan(seconds=0.0)))
    assert tuned.steps == 0 and tuned.after == tuned.before


def test_weights_that_go_astray_are_not_kept(play, aim):
    tuned = result_of(tune(play, aim, PIVOT, 1, TunePlan(steps=20, rate=math.inf, seconds=1e9)))
    assert tuned.after == tuned.before
    assert all(np.isfinite(w.numpy()).all() for w in tuned.play.network.parameters())


def test_it_can_be_cancelled(play, aim):
    work = tune(play, aim, PIVOT, 1, PLAN)
    for event in work:
        if event.done == 3:
            work.close()
    assert torch.is_grad_enabled() and list(work) == []


def test_steps_that_make_no_sense():
    assert with_steps(PLAN, 0).steps == 30 and with_steps(PLAN, 7).steps == 7
    for steps in (-1, 10**6):
        with pytest.raises(StudioError):
            with_steps(PLAN, steps)
