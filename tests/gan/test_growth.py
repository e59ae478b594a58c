"""Growing a model: larger networks that begin with what the small ones can."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
import torch
import torch.nn.functional as F

from studio import media
from studio.core.run_folder import RunFolder, TrainConfig
from studio.core.work import Progress
from studio.gan.checkpoint import load_model, load_whole_model
from studio.gan.device import choose
from studio.gan.growth import _first_layer, _seen, teach_new_levels
from studio.gan.layers import upsample
from studio.gan.networks import Discriminator, Generator, NetworkConfig
from studio.gan.run import train_run
from studio.gan.train import Trainer
from studio.gan.transfer import start_from, start_header, start_network

PICTURES = pytest.mark.parametrize(
    "kind", [kind for kind in media.kinds() if kind.sizes_px], ids=lambda kind: kind.name
)
SMALL = TrainConfig(
    "artwork", "", name="Small", size_px=32, batch=4, kimg=0.012, channel_base=512, channel_max=16,
    device="cpu", threads=1,
)  # fmt: skip


@pytest.fixture(scope="module")
def small(folder_of, tmp_path_factory):
    """A run of 32 px of each medium that has sizes."""
    found: dict[str, RunFolder] = {}
    for kind in media.kinds():
        if kind.sizes_px:
            run = RunFolder(tmp_path_factory.mktemp("runs") / kind.name)
            run.create(replace(SMALL, medium=kind.name, folder=str(folder_of(kind))))
            list(train_run(run, kind))
            found[kind.name] = run
    return found


def grown(small: RunFolder, tmp_path: Path, kind, **changes) -> tuple[RunFolder, list[object]]:
    run = RunFolder(tmp_path / "large")
    config = replace(small.config(), name="Large", size_px=64, start_model=str(small.model_path))
    run.create(replace(config, **changes))
    return run, list(train_run(run, kind))


def lengthen(run: RunFolder, kimg: float) -> None:
    run.config_path.write_text(json.dumps(replace(run.config(), kimg=kimg).to_json()))


@PICTURES
def test_a_grown_model_begins_with_the_pictures_of_the_small_one(kind, small, tmp_path) -> None:
    run, _ = grown(small[kind.name], tmp_path, kind, kimg=0.0)
    nets = []
    for path in (small[kind.name].model_path, run.model_path):
        header, weights = load_model(path)
        known = {**header.network, "bounded": False}
        nets.append(Generator(NetworkConfig(**known)))
        nets[-1].load_state_dict(weights)
    few, many = nets
    ws = few.mapping(torch.randn(2, few.z_dim))[:, None].expand(-1, many.num_ws, -1)
    quiet = [torch.zeros(1, 1, side, side) for side in many.noise_sides()] or None
    spatial = torch.randn(2, 16, 4, 4) if many.config.torus else None
    with torch.no_grad():
        before = few.synthesise(ws[:, : few.num_ws], quiet and quiet[:-2], spatial)
        after = many.synthesise(ws, quiet, spatial)
    assert torch.allclose(after, upsample(before, (2, 2), many.config.torus), atol=1e-5)


def trainer_at(small: RunFolder, kind, size_px: int, pixels: torch.Tensor) -> Trainer:
    training = kind.load_training()
    config = replace(small.config(), size_px=size_px, batch=8)
    header = start_header(str(small.model_path), kind.name)
    network = start_network(header, training.describe(pixels.numpy(), config))
    trainer = Trainer(config, training, network, pixels.numpy(), choose("cpu", 1, trains=True))
    start_from(trainer, small.model_path, 0)
    return trainer


def smooth_pictures(count: int, size_px: int) -> torch.Tensor:
    """uint8 [count, size, size, 3] with more to see than noise."""
    coarse = torch.rand(count, 3, 8, 8, generator=torch.Generator().manual_seed(1))
    fine = F.interpolate(coarse, size=(size_px, size_px), mode="bilinear")
    return (fine * 255).to(torch.uint8).permute(0, 2, 3, 1).contiguous()


@PICTURES
def test_new_levels_hand_on_what_the_old_first_layer_sees(kind, small) -> None:
    pixels = smooth_pictures(32, 64)
    trainer = trainer_at(small[kind.name], kind, 64, pixels)
    _, _, judge = load_whole_model(small[kind.name].model_path)
    old = _first_layer(judge)
    assert old is not None
    x = trainer.training.reals(pixels).float()
    wanted = _seen(old, F.avg_pool2d(x, 2)).detach()

    def apart() -> float:
        with torch.no_grad():
            seen = trainer.discriminator.blocks["64px"](_seen(trainer.discriminator.from_rgb, x))
        return float((seen - wanted).square().mean() / wanted.square().mean())

    kept = trainer.discriminator.blocks["32px"].state_dict()
    kept = {name: value.clone() for name, value in kept.items()}
    before = apart()
    events = list(teach_new_levels(trainer, small[kind.name].model_path))
    assert apart() < 0.3 * before
    assert all(isinstance(event, Progress) for event in events) and len(events) == events[-1].total
    assert events[-1].note == "Growing from 32 px"
    after = trainer.discriminator.blocks["32px"].state_dict()
    assert all(torch.equal(kept[name], after[name]) for name in kept), "old levels stay"
    assert all(one.grad is None for one in trainer.discriminator.parameters())
    trainer.close()


@PICTURES
def test_the_same_size_has_nothing_to_learn_first(kind, small) -> None:
    trainer = trainer_at(small[kind.name], kind, 32, smooth_pictures(16, 32))
    assert list(teach_new_levels(trainer, small[kind.name].model_path)) == []
    trainer.close()


@PICTURES
def test_what_is_new_is_never_frozen(kind, small, tmp_path) -> None:
    run, _ = grown(small[kind.name], tmp_path, kind, freeze=2, kimg=0.0)
    before = load_whole_model(run.model_path)[2]
    lengthen(run, 0.012)
    list(train_run(run, kind, resume=True))
    after = load_whole_model(run.model_path)[2]
    moved = {name for name in before if not torch.equal(before[name], after[name])}
    assert {name for name in before if name.startswith(("from_rgb", "blocks.64px"))} <= moved
    assert not any(name.startswith("blocks.32px") for name in moved)


def test_a_resumed_run_is_not_taught_again(small, tmp_path) -> None:
    kind = media.kind("artwork")
    run, events = grown(small["artwork"], tmp_path, kind)
    said = [one.note for one in events if isinstance(one, Progress)]
    assert any(note.startswith("Growing from 32 px") for note in said)
    lengthen(run, 0.024)
    again = [one.note for one in train_run(run, kind, resume=True) if isinstance(one, Progress)]
    assert not any(note.startswith("Growing") for note in again)


@pytest.mark.parametrize(
    "judge",
    [
        {},
        {"from_rgb.weight": torch.zeros(4, 3, 1, 1)},
        {"from_rgb.weight": torch.zeros(4, 5, 1, 1), "from_rgb.bias": torch.zeros(4)},
        {"from_rgb.weight": torch.zeros(4, 3, 3, 3), "from_rgb.bias": torch.zeros(4)},
        {"from_rgb.weight": torch.zeros(4), "from_rgb.bias": torch.zeros(4)},
    ],
)
def test_another_kind_of_discriminator_teaches_nothing(judge) -> None:
    assert _first_layer(judge) is None


def test_the_first_layer_is_the_discriminators_own() -> None:
    network = Discriminator(NetworkConfig(64, 512, 16, patch=2))
    found = _first_layer(network.state_dict())
    x = torch.randn(2, 3, 64, 64)
    assert found is not None
    squares = F.leaky_relu(network.from_rgb(F.pixel_unshuffle(x, 2)), 0.2)
    assert torch.equal(_seen(found, x), squares)
