"""Finding sliders in a network whose W is known: what there is, what there is not."""

from types import SimpleNamespace

import numpy as np
import pytest
import torch
from torch import nn

from studio.core.errors import StudioError
from studio.core.work import Finished, Progress, result_of
from studio.gan.networks import Mapping
from studio.gan.slider_probe import Effort
from studio.gan.sliders import MIN_QUALITY, effort_for, find_sliders

EFFORT = Effort(sense=32, samples=96, seeds=6, slopes=8, tries=3, checks=6)
W_DIM = 12


class Toy(nn.Module):
    """Four numbers: from the coarse layer, from the fine one, ripples, and noise."""

    z_dim = w_dim = W_DIM
    num_ws = 3

    def __init__(self):
        super().__init__()
        torch.manual_seed(0)
        self.mapping = Mapping(W_DIM, W_DIM)
        with torch.no_grad():
            w = self.mapping(torch.randn(4096, W_DIM))
            self.mapping.w_average.copy_(w.mean(0))
        self.register_buffer("ways", torch.randn(3, W_DIM) / W_DIM**0.5)

    def layer_groups(self):
        return {"coarse": range(1), "middle": range(1, 2), "fine": range(2, 3)}

    def random_shapes(self):
        return [(1, 2, 2)]

    def synthesis_inputs(self, z, other, crossover, maps):
        return self.mapping(z)[:, None].expand(-1, 3, -1), (maps,)

    def synthesise(self, ws, maps):
        away = ws - self.mapping.w_average
        numbers = [
            away[:, 0] @ self.ways[0],
            away[:, 2] @ self.ways[1] + 0.5 * away[:, 0] @ self.ways[0],
            torch.cos(6 * away[:, 1] @ self.ways[2]),
            maps[0].mean((1, 2, 3)),
        ]
        return torch.stack(numbers, 1)


def quality(index):
    return lambda examples: examples[:, index].astype(float)


QUALITIES = {
    "Size": quality(0),
    "Shine": quality(1),
    "Ripples": quality(2),
    "Luck": quality(3),
    "Still": lambda examples: np.full(len(examples), 7.0),
    "Broken": lambda examples: np.full(len(examples), np.nan),
}


def as_examples(outputs):
    return outputs.numpy()


@pytest.fixture(scope="module")
def play():
    device = SimpleNamespace(torch_device=torch.device("cpu"))
    network = Toy().requires_grad_(False)
    return SimpleNamespace(network=network, device=device, header=SimpleNamespace(size_px=64))


@pytest.fixture(scope="module")
def found(play):
    return result_of(find_sliders(play, QUALITIES, as_examples, EFFORT))


def test_weights_that_leave_no_numbers_are_a_sentence():
    device = SimpleNamespace(torch_device=torch.device("cpu"))
    network = Toy().requires_grad_(False)
    network.ways.fill_(3e38)
    play = SimpleNamespace(network=network, device=device, header=SimpleNamespace(size_px=64))
    with pytest.raises(StudioError, match="too large"):
        result_of(find_sliders(play, QUALITIES, as_examples, EFFORT))


def test_what_can_be_steered_is_found_and_nothing_else(found):
    measured = [slider.name for slider in found if slider.kind == "measured"]
    assert measured == ["Size", "Shine"]
    for slider in found[:2]:
        assert slider.quality >= MIN_QUALITY and slider.effect > 1
        assert abs(slider.leak[1]) < 0.3 * slider.effect


def test_directions_are_numbers_one_deviation_long(play, found):
    random = torch.Generator().manual_seed(5)
    w = play.network.mapping(torch.randn(4096, W_DIM, generator=random)).numpy()
    w = w - play.network.mapping.w_average.numpy()
    inverse = np.linalg.inv(w.T @ w / len(w))
    assert len(found) > 2
    for slider in found:
        direction = np.frombuffer(slider.direction, "<f4").astype(float)
        assert direction.shape == (W_DIM,) and np.isfinite(direction).all()
        assert 0.9 < (direction @ inverse @ direction) ** 0.5 < 1.1
        assert slider.low < slider.high and -3 <= slider.low <= 0 <= slider.high <= 3


def test_the_way_of_size_leads_where_it_was_built_in(play, found):
    direction = np.frombuffer(found[0].direction, "<f4").astype(float)
    way = play.network.ways[0].numpy().astype(float)
    assert "coarse" in found[0].groups
    # The most that a step of one deviation could change; shine, which follows, must stay.
    w = play.network.mapping(torch.randn(4096, W_DIM)).numpy()
    most = (way @ np.cov(w.T) @ way) ** 0.5
    assert direction @ way > 0.3 * most


def test_the_same_search_finds_the_same(play, found):
    assert result_of(find_sliders(play, QUALITIES, as_examples, EFFORT)) == found


def test_others_are_unlike_the_measured_ones_and_each_other(play, found):
    others = [slider for slider in found if slider.kind != "measured"]
    assert {slider.kind for slider in others} == {"pca"}, "a toy has no style layers"
    assert all(0.15 <= slider.quality <= 1 for slider in others)
    assert len({slider.name for slider in found}) == len(found)


def test_a_search_tells_how_far_it_is_and_can_be_left(play):
    work = find_sliders(play, QUALITIES, as_examples, EFFORT)
    seen = [next(work) for _ in range(5)]
    assert all(isinstance(event, Progress) for event in seen)
    work.close()
    events = list(find_sliders(play, QUALITIES, as_examples, EFFORT))
    done = [event.done for event in events if isinstance(event, Progress)]
    assert done == sorted(done) and isinstance(events[-1], Finished)
    assert all(event.done <= event.total for event in events if isinstance(event, Progress))


def test_nothing_to_measure_leaves_the_main_directions(play):
    measures = {"Still": QUALITIES["Still"]}
    found = result_of(find_sliders(play, measures, as_examples, EFFORT))
    assert found and {slider.kind for slider in found} == {"pca"}


def test_large_models_are_looked_at_less_where_it_takes_long():
    assert effort_for(64, False) == effort_for(512, True) == Effort()
    assert effort_for(256, False).samples < Effort().samples
