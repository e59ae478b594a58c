"""Drafts: nearly the full result, from fewer pixels, by the same weights."""

from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from studio.core.latent import Latent
from studio.core.lattice import as_block
from studio.core.model_file import ModelHeader
from studio.core.resources import resource
from studio.gan.checkpoint import save_model
from studio.gan.draft import Draft
from studio.gan.explore import Playable
from studio.gan.layers import upsample
from studio.gan.networks import Generator, NetworkConfig
from studio.gan.picture_fit import drawn
from studio.gan.stage import Stage

STARTERS = {"artwork": "fruit", "pattern": "textile"}


def playable(path: Path, medium: str) -> Playable:
    return Playable(path, medium, "cpu", lambda n: Generator(NetworkConfig(**n)))


@pytest.fixture
def large(tmp_path):
    """An untrained torus of 128 px, with noise that can be seen."""
    torch.manual_seed(0)
    config = NetworkConfig(128, 512, 16, torus=True, bounded=True)
    network = Generator(config)
    for layer in network.layers:
        layer.noise_strength.data.fill_(0.1)
    path = tmp_path / "large.safetensors"
    save_model(path, network, ModelHeader("", "pattern", "Large", 128, config.to_json()))
    return playable(path, "pattern")


@pytest.mark.parametrize("medium", STARTERS)
def test_a_draft_is_what_the_full_picture_is_at_half_the_size(medium):
    play = playable(resource("models", f"{STARTERS[medium]}.safetensors"), medium)
    stage, draft = Stage(play), Draft(play.network)
    assert draft.halvings == 1, "128 px are drawn at 64"
    for seed in range(4):
        full = drawn(stage, Latent(seed)).astype(np.float32)
        pixels = torch.from_numpy(full).permute(2, 0, 1)[None]
        blurred = upsample(F.avg_pool2d(pixels, 2), (2, 2), stage.wraps)[0].permute(1, 2, 0)
        made = draft.drawn(stage, Latent(seed)).astype(np.float32)
        apart = np.square(made - blurred.numpy()).mean()
        assert 10 * np.log10(255**2 / apart) > 24, "stopping at half the size and its colours: 13"
        assert np.abs((made - full).mean((0, 1))).max() < 5, "the same colours"


def test_a_draft_is_as_large_and_leaves_the_network_as_it_was(large):
    stage, draft = Stage(large, tiles=(1, 2), cut=(3, 5)), Draft(large.network)
    before = drawn(stage, Latent(3))
    made = draft.drawn(stage, Latent(3))
    assert draft.halvings == 1 and made.shape == before.shape == (128, 256, 3)
    assert np.array_equal(draft.drawn(stage, Latent(3)), made)
    assert np.array_equal(drawn(stage, Latent(3)), before)
    own = {id(one) for one in large.network.parameters()}
    twin = draft._twin
    assert sum(id(one) in own for one in twin.parameters()) > 0.8 * len(own)


def test_a_draft_of_a_rolled_torus_is_the_rolled_draft(large):
    draft = Draft(large.network)
    still = draft.drawn(Stage(large), Latent(3)).astype(int)
    rolled = draft.drawn(Stage(large, cells=(1, 2)), Latent(3)).astype(int)
    assert np.abs(np.roll(still, (32, 64), (0, 1)) - rolled).max() <= 1


@pytest.mark.parametrize("repeat", ["half-drop", "brick"])
@pytest.mark.parametrize("cells", [(1, 2), (0, 4), (4, 1)])
def test_a_draft_rolls_on_a_twisted_torus_too(large, repeat, cells):
    """Once around it comes back moved by half: there is no place where a seam could be."""
    draft = Draft(large.network)
    stage = Stage(large, cut=(3, 5), repeat=repeat)
    still = draft.drawn(stage, Latent(3))
    made = draft.drawn(replace(stage, cells=cells), Latent(3)).astype(int)
    steps = (cells[0] * 32, cells[1] * 32)
    moved = as_block(partial(np.roll, shift=steps, axis=(0, 1)), repeat, still)
    assert np.abs(moved.astype(int) - made).max() <= 1
    assert not np.array_equal(still, draft.drawn(replace(stage, repeat="block"), Latent(3)))


def test_noise_is_that_of_the_asked_seed_whatever_was_asked_before(large):
    shape = (1, 1, 8, 8)
    first = large.mixed_noise(Latent(1), 2, *shape).clone()
    assert not torch.equal(large.mixed_noise(Latent(2), 2, *shape), first)
    assert not torch.equal(large.mixed_noise(Latent(1), 3, *shape), first)
    assert torch.equal(large.mixed_noise(Latent(1, psi=0.2), 2, *shape), first)
    for stream in range(100):
        large.mixed_noise(Latent(1), stream, *shape)
    assert len(large._mixed) <= 32
