"""Fitting: it comes nearer, ends when it must, and keeps to the model's own spread."""

import math

import numpy as np
import pytest
import torch

from studio.core.errors import StudioError
from studio.core.latent import Latent
from studio.core.work import Finished, Preview, Progress, result_of
from studio.gan.explore import Playable
from studio.gan.fit import Plan, fit, pace, sample_seeds, spread_of, steps_of
from studio.gan.layers import rolled
from studio.gan.networks import Generator, NetworkConfig
from studio.gan.picture_fit import MaskedPyramid
from studio.media import kind as kind_of

PLAN = Plan(samples=6, steps=12, at_once=4, preview_every=5, seconds=1e9)


@pytest.fixture(scope="module")
def play(model_of):
    path = model_of(kind_of("artwork"))
    return Playable(path, "artwork", "cpu", lambda n: Generator(NetworkConfig(**n)))


class Middle:
    """Wants the mean of what is drawn to be this; draws by the network's first style alone."""

    def __init__(self, play, broken=False):
        self.play, self.broken, self.shown = play, broken, []

    def maps(self, latents):
        return [self.play.noise(latents[0], [(s, s) for s in self.play.network.noise_sides()])]

    def draw(self, ws, maps):
        return self.play.network.synthesise(ws, maps[0])

    def distance(self, outputs):
        apart = (outputs.mean((1, 2, 3)) - 0.5).abs()
        return apart * math.nan if self.broken else apart

    def show(self, latent):
        self.shown.append(latent)
        return latent


def test_it_comes_nearer_and_says_so(play):
    events = list(fit(play, Middle(play), 3, 1.0, PLAN))
    found = events[-1].value
    assert isinstance(events[-1], Finished) and found.steps == PLAN.steps
    assert found.distance < 0.5 * found.first
    assert len(np.frombuffer(found.latent.point, "<f4")) == play.network.num_ws * 256
    progress = [event for event in events if isinstance(event, Progress)]
    assert [p.done for p in progress] == [4, 6, *range(7, 19)]
    assert {p.total for p in progress} == {18}
    assert sum(isinstance(event, Preview) for event in events) == 3
    assert result_of(fit(play, Middle(play), 3, 1.0, PLAN)) == found


def test_without_steps_it_is_the_best_of_its_seeds(play):
    subject = Middle(play)
    found = result_of(fit(play, subject, 3, 0.7, Plan(samples=6, steps=0)))
    assert found.latent.seed in sample_seeds(3, 6) and found.latent.point == b""
    assert found.distance == found.first and found.latent.psi == 0.7


def test_it_can_be_cancelled_and_leaves_gradients_as_they_were(play):
    with torch.no_grad():
        work = fit(play, Middle(play), 3, 1.0, PLAN)
        for event in work:
            if isinstance(event, Progress) and event.done > PLAN.samples + 2:
                work.close()
        assert not torch.is_grad_enabled()
    assert torch.is_grad_enabled()
    assert all(p.grad is None for p in play.network.parameters())


def test_time_ends_it(play):
    plan = Plan(samples=2, steps=10_000, seconds=0.0)
    found = result_of(fit(play, Middle(play), 3, 1.0, plan))
    assert found.steps == 0 and found.distance == found.first


def test_distances_that_are_no_numbers_leave_the_first_latent(play):
    found = result_of(fit(play, Middle(play, broken=True), 3, 1.0, PLAN))
    assert found.latent == Latent(3, 1.0) and found.distance == math.inf


def test_the_spread_has_variance_one_along_its_axes(play):
    spread = spread_of(play.network)
    w = play.network.mapping(torch.randn(3000, play.network.z_dim))
    u = spread.of(w)
    assert torch.allclose(spread.ws(u), w, atol=1e-4)
    wide = u.std(0)[spread.scales > spread.scales.max() * 0.2]
    assert len(wide) and (wide - 1).abs().max() < 0.15


def test_the_pace_rises_and_falls():
    rates = [pace(step / 100) for step in range(101)]
    assert rates[0] < 0.05 and rates[50] == 1 and rates[-1] < 1e-6
    assert (np.diff(rates[76:]) < 0).all()


def test_steps_that_make_no_sense():
    assert steps_of(0, PLAN) == PLAN.steps and steps_of(7, PLAN) == 7
    for steps in (-1, 10**6):
        with pytest.raises(StudioError):
            steps_of(steps, PLAN)


def test_a_pyramid_sees_only_what_counts_and_wraps():
    torch.manual_seed(0)
    target, other = torch.rand(1, 3, 16, 16), torch.rand(2, 3, 16, 16)
    weight = torch.zeros(1, 1, 16, 16)
    weight[..., 4:12] = 1
    pyramid = MaskedPyramid(target, weight, wraps=True)
    assert pyramid(target).tolist() == [0.0]
    outside = torch.where(weight > 0, target, other)
    assert pyramid(outside).tolist() == [0.0, 0.0]
    assert (pyramid(other) > 0.1).all()
    moved = [x.roll((4, 8), (2, 3)) for x in (target, weight, other)]
    rolled = MaskedPyramid(moved[0], moved[1], wraps=True)(moved[2])
    assert torch.allclose(rolled, pyramid(other), atol=1e-6)


@pytest.mark.parametrize("repeat", ["half-drop", "brick"])
def test_a_pyramid_wraps_as_the_layout_does(repeat):
    torch.manual_seed(0)
    target, other, weight = (torch.rand(1, c, 16, 16) for c in (3, 3, 1))
    apart = MaskedPyramid(target, weight, True, repeat)(other)
    moved = [rolled(x, (4, 24), repeat) for x in (target, weight, other)]
    again = MaskedPyramid(moved[0], moved[1], True, repeat)(moved[2])
    assert torch.allclose(again, apart, atol=1e-6)
    assert not torch.allclose(MaskedPyramid(target, weight, True)(other), apart, atol=1e-5)
