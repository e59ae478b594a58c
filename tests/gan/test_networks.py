"""Shapes, styles, truncation; the torus; what a layer group steers."""

from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from studio.core.errors import StudioError
from studio.core.latent import Cross, Drift, Latent, Mix, Option, Recipe, Slide, Toward
from studio.core.lattice import as_block
from studio.core.model_file import ModelHeader
from studio.core.run_folder import TrainConfig
from studio.core.verbs import varied
from studio.core.work import result_of
from studio.gan.checkpoint import save_model
from studio.gan.explore import Playable
from studio.gan.folder import seam_ratio
from studio.gan.networks import SPATIAL_CHANNELS, Discriminator, Generator, NetworkConfig
from studio.media.pattern.generator import PatternGenerator, calm_cut
from studio.media.pattern.network import PatternTraining

TINY = NetworkConfig(32, 256, 16, 16, 16)
TORUS = NetworkConfig(32, 256, 16, 16, 16, torus=True, tiles=True)


def model(folder: Path, config: NetworkConfig, medium: str) -> Path:
    torch.manual_seed(1)
    network = Generator(config)
    with torch.no_grad():
        for layer in network.layers:
            layer.noise_strength.fill_(0.3)  # an untrained network has none: noise must roll too
    path = folder / "tiny.safetensors"
    save_model(path, network, ModelHeader("", medium, "tiny", config.size_px, config.to_json()))
    return path


@pytest.mark.parametrize("size", [32, 64, 512])
def test_networks_make_and_judge_every_size(size: int) -> None:
    config = NetworkConfig(size, 256, 8, 8, 8)
    output = Generator(config)(torch.randn(2, 8))
    assert output.shape == (2, 3, size, size)
    assert Discriminator(config)(output).shape == (2,)


@pytest.mark.parametrize("config", [TINY, TORUS], ids=["flat", "torus"])
def test_without_noise_a_style_says_all(config: NetworkConfig) -> None:
    torch.manual_seed(0)
    network, z = Generator(replace(config, noise=False)), torch.randn(2, 16)
    assert network.noise_sides() == []
    assert not any("noise" in name for name in network.state_dict())
    assert network.layer_groups() == Generator(config).layer_groups()
    maps = [torch.randn(2, *shape) for shape in network.random_shapes()]
    assert len(maps) == config.torus  # the spatial latent
    assert torch.equal(network(z, maps=maps), network(z, maps=maps))
    assert network(z).shape == (2, 3, 32, 32)


def test_crossover_changes_only_later_layers() -> None:
    network = Generator(TINY).eval()
    z, other = torch.randn(2, 1, 16)
    ws = network.mapping(z)[:, None].repeat(1, network.num_ws, 1)
    mixed = ws.clone()
    mixed[:, 4:] = network.mapping(other)[:, None]
    noise = [torch.zeros(1, 1, s, s) for s in network.noise_sides()]
    assert not torch.equal(network.synthesise(ws, noise), network.synthesise(mixed, noise))
    groups = network.layer_groups()
    assert [i for g in groups.values() for i in g] == list(range(network.num_ws))
    assert all(len(g) for g in groups.values())


def test_truncation_zero_is_the_average_for_every_seed(tmp_path: Path) -> None:
    play = Playable(
        model(tmp_path, TINY, "artwork"), "artwork", "cpu", lambda n: Generator(NetworkConfig(**n))
    )
    assert torch.equal(play.ws(Latent(1, psi=0)), play.ws(Latent(2, psi=0)))
    assert not torch.equal(play.ws(Latent(1, psi=1)), play.ws(Latent(2, psi=1)))


def test_blends_and_mixes_move_ws(tmp_path: Path) -> None:
    play = Playable(
        model(tmp_path, TINY, "artwork"), "artwork", "cpu", lambda n: Generator(NetworkConfig(**n))
    )
    assert torch.allclose(
        play.ws(Latent(1, 1.0).moved(Toward(Latent(2, 1.0), 1.0))),
        play.ws(Latent(2, 1.0)),
        atol=1e-6,
    )
    mixed = play.ws(Latent(1, 1.0).moved(Mix(Latent(2, 1.0), ("coarse", "middle", "fine"))))
    assert torch.allclose(mixed, play.ws(Latent(2, 1.0)), atol=1e-6)


def test_every_layer_of_a_cross_is_of_one_of_the_two(tmp_path: Path) -> None:
    play = playable(tmp_path)
    one, other = play.ws(Latent(1))[0], play.ws(Latent(2))[0]
    seen = set()
    for seed in range(8):
        crossed = play.ws(Latent(1).moved(Cross(Latent(2), seed)))[0]
        own = (crossed == one).all(1)
        assert (own | (crossed == other).all(1)).all()
        seen.add(tuple(own.tolist()))
    assert len(seen) > 2


def test_a_drift_stays_as_far_from_the_average_as_results_are(tmp_path: Path) -> None:
    play = playable(tmp_path)
    average = play.network.mapping.w_average
    for strength in (0.2, 1.0):
        before = torch.cat([play.ws(Latent(seed)) for seed in range(40)])
        after = torch.cat([play.ws(Latent(s).moved(Drift(s + 99, strength))) for s in range(40)])
        spreads = [(ws - average).pow(2).mean() for ws in (before, after)]
        assert float(spreads[1] / spreads[0]) == pytest.approx(1, abs=0.15)
    kept = play.ws(Latent(1).moved(Drift(5, 0.5, ("coarse",))))
    fine = list(play.network.layer_groups()["fine"])
    assert torch.equal(kept[:, fine], play.ws(Latent(1))[:, fine])


def test_neighbours_of_a_point_far_out_stay_far_out(tmp_path: Path) -> None:
    """What was brought in from outside would fade on the straight way to a sample."""
    play = playable(tmp_path)
    average = play.network.mapping.w_average
    far = average + 6 * (play.ws(Latent(1)) - average)
    here = Recipe("m", Latent(7, point=far.numpy().astype("<f4").tobytes()))
    ws = torch.cat([play.ws(varied(here, index, 0.3).latent) for index in range(8)])
    shares = (ws - average).flatten(1).norm(dim=1) / (far - average).norm()
    assert float(shares.min()) > 0.85
    assert float((ws - far).flatten(1).norm(dim=1).min()) > 0
    assert torch.equal(play.ws(varied(here, 0, 0.0).latent), far)
    wholly = play.ws(varied(here, 3, 1.0).latent)
    spread = float((play.ws(Latent(2)) - average).norm())
    assert float((wholly - average).norm()) < 2 * spread, "at 1 nothing is left of it"


def test_a_slide_and_a_point_are_plain_numbers(tmp_path: Path) -> None:
    play = playable(tmp_path)
    ws = play.ws(Latent(1))
    way = np.zeros(ws.shape[2], "<f4")
    way[0] = 1
    slid = play.ws(Latent(1).moved(Slide("x", 2.5, way.tobytes())))
    assert torch.allclose(slid - ws, torch.from_numpy(way) * 2.5, atol=1e-6)
    found = Latent(7, point=ws.numpy().astype("<f4").tobytes())
    assert torch.equal(play.ws(found), ws)
    for wrong in (replace(found, point=b"1234"), Latent(1).moved(Slide("x", 1, b"1234"))):
        with pytest.raises(StudioError, match="another model"):
            play.ws(wrong)


def playable(tmp_path: Path) -> Playable:
    path = model(tmp_path, TINY, "artwork")
    return Playable(path, "artwork", "cpu", lambda n: Generator(NetworkConfig(**n)))


@pytest.mark.parametrize("across,down", [(1, 1), (2, 1), (1, 3)])
def test_tiles_are_seamless_and_roll_with_their_latent(
    tmp_path: Path, across: int, down: int
) -> None:
    generator = PatternGenerator(model(tmp_path, TORUS, "pattern"), "cpu")
    recipe = Recipe().with_option("tiles_x", across).with_option("tiles_y", down)
    ratios = []
    for seed in range(32):
        one = recipe.with_latent(seed=seed, psi=1.0)
        tile = result_of(generator.generate(one)).pixels.array()
        assert tile.shape == (32 * down, 32 * across, 3)
        rolled = result_of(
            generator.generate(one.with_option("roll_x", 1).with_option("roll_y", 2))
        ).pixels.array()
        assert np.array_equal(rolled, np.roll(tile, (2 * 8, 8), (0, 1)))
        ratios.append(seam_ratio(tile))
    assert np.mean(ratios) < 1.2  # steps are not the same everywhere, tiles are not rolled


@pytest.mark.parametrize("repeat", ["half-drop", "brick"])
@pytest.mark.parametrize("across,down", [(1, 1), (2, 1), (1, 3)])
def test_half_drop_and_brick_have_no_place_where_a_seam_could_be(
    tmp_path: Path, repeat: str, across: int, down: int
) -> None:
    generator = PatternGenerator(model(tmp_path, replace(TORUS, tiles=False), "pattern"), "cpu")
    assert generator._cut != (0, 0), "the cut wraps, too"
    recipe = Recipe(latent=Latent(5, 1.0)).with_option("tiles_x", across)
    recipe = recipe.with_option("tiles_y", down).with_option("repeat", repeat)
    tile = result_of(generator.generate(recipe))
    assert tile.repeat == repeat
    for cells in ((0, 4 * across), (4 * down, 0), (1, 2), (-3, 7)):
        moved = recipe.with_option("roll_y", cells[0]).with_option("roll_x", cells[1])
        by = partial(np.roll, shift=(cells[0] * 8, cells[1] * 8), axis=(0, 1))
        found = result_of(generator.generate(moved)).pixels.array()
        assert np.array_equal(found, as_block(by, repeat, tile.pixels.array()))


@settings(max_examples=20, deadline=None)
@given(
    st.sampled_from(["half-drop", "brick"]),
    st.integers(1, 3),
    st.integers(1, 3),
    st.integers(0, 2**32 - 1),
)
def test_a_twisted_torus_is_the_plain_one_of_two_tiles(
    repeat: str, across: int, down: int, seed: int
) -> None:
    """The same layers on twice the torus, with inputs that repeat as the layout does."""
    torch.manual_seed(seed)
    network = Generator(TORUS).eval()
    moved = 2 if repeat == "half-drop" else 3
    if (down if repeat == "half-drop" else across) % 2:  # else it repeats in the layout by itself
        network.start.data += network.start.data.roll(2, moved)
    for layer in network.layers:
        layer.noise_strength.data.fill_(0.3)

    def twice(x: torch.Tensor) -> torch.Tensor:
        return torch.cat([x, x.roll(x.shape[moved] // 2, moved)], 5 - moved)

    noise = [torch.randn(1, 1, s * down, s * across) for s in network.noise_sides()]
    spatial = torch.randn(1, SPATIAL_CHANNELS, 4 * down, 4 * across)
    ws = torch.randn(1, network.num_ws, 16)
    with torch.no_grad():
        tile = network.synthesise(ws, noise, spatial, repeat=repeat)
        plain = network.synthesise(ws, [twice(one) for one in noise], twice(spatial))
    assert tile.shape == (1, 3, 32 * down, 32 * across)
    assert torch.allclose(twice(tile), plain, atol=1e-4)


@pytest.mark.parametrize("value", ["mirror", "block", "spiral", "", 3, True, 1e300])
def test_strangers_words_for_a_repeat_mean_block(tmp_path: Path, value: Option) -> None:
    generator = PatternGenerator(model(tmp_path, TORUS, "pattern"), "cpu")
    plain = result_of(generator.generate(Recipe()))
    odd = result_of(generator.generate(Recipe().with_option("repeat", value)))
    assert odd.pixels == plain.pixels and odd.repeat == "block"


def test_zero_padding_would_show_a_seam(tmp_path: Path) -> None:
    """The measure itself must be able to fail."""
    noise = [torch.randn(1, 1, s, s) for s in Generator(TINY).noise_sides()]
    network = Generator(TINY)
    output = network.synthesise(torch.randn(1, network.num_ws, 16), noise)
    pixels = ((output[0].permute(1, 2, 0).detach().numpy() + 4) * 30).clip(0, 255)
    assert seam_ratio(pixels.astype(np.uint8)) > 1.5


def test_only_tiles_are_wrapped_and_only_others_are_cut_at_random() -> None:
    training = PatternTraining()
    ramp = np.broadcast_to(np.arange(0, 256, 8, dtype=np.uint8)[None, :, None], (32, 32, 3))
    flat = np.random.default_rng(0).integers(0, 256, (32, 32, 3), dtype=np.uint8)
    fakes = torch.randn(4, 3, 32, 32)
    for picture, wraps in ((ramp, False), (flat, True)):
        config = TrainConfig("pattern", "", size_px=32, channel_base=128, channel_max=8)
        network = training.describe(np.stack([picture] * 8), config)
        training.networks(network)
        assert network["torus"] and network["tiles"] == training.torus == wraps
        shown = training.shown(
            fakes, torch.tensor([[0.1, 0.2], [0.9, 0.4], [0.5, 0.99], [0.3, 0.0]])
        )
        assert torch.equal(shown, fakes) == wraps
        assert torch.allclose(shown.sum((1, 2, 3)), fakes.sum((1, 2, 3)), atol=1e-2)


def test_who_learnt_from_tiles_keeps_their_frame(tmp_path: Path) -> None:
    """Its motifs stand where those of the files do; others are cut where little is crossed."""
    tiles = PatternGenerator(model(tmp_path, TORUS, "pattern"), "cpu")
    assert tiles._cut == (0, 0)
    cut = replace(TORUS, tiles=False)
    others = PatternGenerator(model(tmp_path, cut, "pattern"), "cpu")
    assert others._cut == calm_cut(others._play.network, cut.size_px) != (0, 0)
