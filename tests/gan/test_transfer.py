"""Going on from a model: every weight that fits, the discriminator's first layers frozen."""

import os
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from studio import media
from studio.core.errors import StudioError
from studio.core.model_file import ModelHeader, read_entry
from studio.core.run_folder import RunFolder, TrainConfig
from studio.gan.checkpoint import load_model, load_whole_model
from studio.gan.networks import Generator, NetworkConfig
from studio.gan.run import train_run
from studio.gan.store import CheckpointStore
from studio.gan.transfer import _fill, start_header, start_network

KINDS = pytest.mark.parametrize("kind", media.kinds(), ids=lambda k: k.name)
CONFIG = TrainConfig(
    "artwork", "", name="First", size_px=32, batch=4, kimg=0.012, channel_base=128, channel_max=8,
    device="cpu", threads=1,
)  # fmt: skip


@pytest.fixture(scope="module")
def trained(folder_of, tmp_path_factory):
    """A run of each medium."""
    found: dict[str, RunFolder] = {}
    for kind in media.kinds():
        run = RunFolder(tmp_path_factory.mktemp("runs") / kind.name)
        run.create(replace(CONFIG, medium=kind.name, folder=str(folder_of(kind))))
        list(train_run(run, kind))
        found[kind.name] = run
    return found


def go_on(trained, tmp_path: Path, kind, **changes) -> RunFolder:
    first = trained[kind.name]
    run = RunFolder(tmp_path / "second")
    run.create(replace(first.config(), name="Second", start_model=str(first.model_path), **changes))
    list(train_run(run, kind))
    return run


@KINDS
def test_a_model_carries_its_discriminator_and_its_id_does_not_see_it(kind, trained) -> None:
    path = trained[kind.name].model_path
    header, weights, judge = load_whole_model(path)
    assert judge and not any(name.startswith("discriminator") for name in weights)
    assert load_model(path)[1].keys() == weights.keys()
    assert kind.load_generator(path, "cpu").header == header


@KINDS
def test_training_goes_on_from_a_model(kind, trained, tmp_path) -> None:
    run = go_on(trained, tmp_path, kind, kimg=0.0)
    first, second = load_model(trained[kind.name].model_path), load_model(run.model_path)
    for name, value in first[1].items():
        assert torch.equal(value, second[1][name]), name
    assert second[0].trained["start"].startswith("First (")


@KINDS
def test_the_first_layers_of_the_discriminator_stay(kind, trained, tmp_path) -> None:
    run = go_on(trained, tmp_path, kind, freeze=1)
    before = load_whole_model(trained[kind.name].model_path)[2]
    after = load_whole_model(run.model_path)[2]
    moved = {name for name in before if not torch.equal(before[name], after[name])}
    stayed = set(before) - moved
    assert any(name.startswith(("from_rgb", "first")) for name in stayed)
    assert any(name.startswith("blocks") for name in stayed)
    assert any(name.startswith("hidden") for name in moved)
    found = CheckpointStore(run.checkpoints_path).load_newest()
    assert found is not None
    list(train_run(run, kind, resume=True))


def test_a_larger_size_takes_over_what_fits(trained, tmp_path) -> None:
    kind = media.kind("artwork")
    run = go_on(trained, tmp_path, kind, size_px=64, kimg=0.0)
    first, second = load_model(trained[kind.name].model_path)[1], load_model(run.model_path)[1]
    assert torch.equal(first["mapping.layers.0.weight"], second["mapping.layers.0.weight"])
    assert torch.equal(first["layers.0.conv.conv.weight"], second["layers.0.conv.conv.weight"])
    assert read_entry(run.model_path).header.size_px == 64


def test_a_model_of_another_medium_or_kind_is_a_sentence(trained, tmp_path) -> None:
    music = trained["music"].model_path
    run = RunFolder(tmp_path / "wrong")
    run.create(replace(trained["artwork"].config(), start_model=str(music)))
    with pytest.raises(StudioError, match="a model for music, not for artwork"):
        list(train_run(run, media.kind("artwork")))
    gone = RunFolder(tmp_path / "gone")
    gone.create(replace(trained["artwork"].config(), start_model=str(tmp_path / "no.safetensors")))
    with pytest.raises(StudioError, match=r"no\.safetensors"):
        list(train_run(gone, media.kind("artwork")))


def test_a_model_older_than_the_bound_stays_without_one() -> None:
    described = {"size_px": 64, "bounded": True, "z_dim": 128}
    header = ModelHeader("", "artwork", "Old", 64, {"size_px": 32, "z_dim": 64}, {})
    assert start_network(header, described) == {"size_px": 64, "bounded": False, "z_dim": 64}
    other = {"w_dim": 8}
    assert "bounded" not in start_network(header, other), "networks that know no bound get none"
    music = start_network(header, {"z_dim": 64, "holds": True})
    assert music["holds"] is False, "voices of older music models choose at every step"


def test_noise_is_the_folders(trained, tmp_path) -> None:
    """Whether the model has it, has none, or is too old to say so."""
    header = read_entry(trained["pattern"].model_path).header
    silent = {name: value for name, value in header.network.items() if name != "noise"}
    for told in (silent, {**silent, "noise": True}, {**silent, "noise": False}):
        model = replace(header, network=told)
        for wanted in (True, False):
            assert start_network(model, {**silent, "noise": wanted})["noise"] is wanted


def test_noise_that_a_model_lacks_changes_nothing_at_the_start(trained) -> None:
    path = trained["pattern"].model_path
    header, weights = load_model(path)
    quiet = Generator(NetworkConfig(**{**header.network, "noise": False}))
    quiet.load_state_dict({k: v for k, v in weights.items() if "noise_strength" not in k})
    noisy = Generator(NetworkConfig(**{**header.network, "noise": True}))
    _fill(noisy, quiet.state_dict())
    ws = quiet.mapping(torch.randn(2, quiet.z_dim))[:, None].expand(-1, quiet.num_ws, -1)
    spatial = torch.randn(2, 16, 4, 4)
    with torch.no_grad():
        same = noisy.synthesise(ws, None, spatial)
        assert torch.equal(quiet.synthesise(ws, None, spatial), same)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="has no pipes among files")
def test_a_pipe_is_no_model_to_go_on_from(tmp_path) -> None:
    os.mkfifo(tmp_path / "pipe.safetensors")
    for read in (lambda path: start_header(str(path), "artwork"), load_whole_model):
        with pytest.raises(StudioError, match="is no file"):
            read(tmp_path / "pipe.safetensors")
