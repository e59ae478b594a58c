"""A private copy of a model that makes a person's own file, promised by every medium."""

from __future__ import annotations

import errno
import os
import shutil
from dataclasses import replace

import numpy as np
import pytest
import torch

from studio.core.errors import DiskFull, StudioError
from studio.core.fingerprints import Fingerprints
from studio.core.kind import Found
from studio.core.latent import Latent, Recipe
from studio.core.model_file import FINGERPRINTS, read_entry, read_tensor
from studio.core.pixels import Pixels
from studio.core.private_copy import TERMS, PrivateCopy
from studio.core.verbs import bred, mixed, morphed, varied
from studio.core.work import Preview, Progress, result_of
from studio.gan import picture_fit, picture_tune, private
from studio.gan.checkpoint import add_fingerprints
from studio.gan.fit import Plan
from studio.gan.tune import TunePlan
from studio.media import kinds
from studio.media.music import generator as music_generator
from studio.media.music.document import Clip

KINDS = {kind.name: kind for kind in kinds()}
every_kind = pytest.mark.parametrize("kind", KINDS.values(), ids=lambda kind: kind.name)
SIDE = 32
TUNE = TunePlan(steps=40, rate=0.02, look_every=5, preview_every=10, patience=99, seconds=1e9)


@pytest.fixture(scope="module")
def generators(model_of):
    return {name: kind.load_generator(model_of(kind), "cpu") for name, kind in KINDS.items()}


@pytest.fixture(autouse=True)
def short(monkeypatch):
    for module in (picture_fit, music_generator):
        monkeypatch.setattr(module, "FIND", Plan(samples=4, steps=3, seconds=1e9))
    for module in (picture_tune, music_generator):
        monkeypatch.setattr(module, "TUNE", TUNE)


@pytest.fixture
def given(folder_of):
    """A person's own file of a medium, as it is read."""

    def read(kind):
        return kind.load_reader().open(sorted(folder_of(kind).iterdir())[0], SIDE)

    return read


@pytest.fixture
def copy(tmp_path):
    return PrivateCopy(tmp_path / "mine" / "rose.safetensors", "Tiny with rose", "rose.png")


def distance(kind, found):
    figures = found.figures
    return 1 - figures["agreement"] if kind.name == "music" else figures["levels"]


@every_kind
def test_the_copy_comes_nearer_and_the_model_stays(kind, generators, given, copy, model_of):
    generator, document = generators[kind.name], given(kind)
    file = model_of(kind).read_bytes()
    usual = result_of(generator.generate(Recipe(latent=Latent(5))))
    found = result_of(generator.find(document))
    events = list(generator.tune(found, document, copy, 1))
    tuned = events[-1].value
    assert isinstance(tuned, Found) and distance(kind, tuned) < distance(kind, found)
    assert model_of(kind).read_bytes() == file
    assert result_of(generator.generate(Recipe(latent=Latent(5)))) == usual
    shown = [event.value for event in events if isinstance(event, Preview)]
    assert shown and all(type(one) is type(document) for one in shown)
    done = [event.done for event in events if isinstance(event, Progress)]
    assert done == sorted(done)


@every_kind
def test_the_file_says_what_it_is_and_gives_the_same(kind, generators, given, copy):
    generator, document = generators[kind.name], given(kind)
    found = result_of(generator.find(document))
    tuned = result_of(generator.tune(found, document, copy, 1))
    entry = read_entry(copy.path)
    said = entry.header.trained
    assert entry.header.name == "Tiny with rose" and entry.preview_png
    assert said["start"] == f"{generator.header.name} ({generator.header.id})"
    assert said["tuned_to"] == "rose.png" and said["steps"] > 0 and said["licence"] == TERMS
    assert tuned.recipe.model == entry.header.id != generator.header.id
    assert replace(tuned.recipe, model=found.recipe.model) == found.recipe
    loaded = kind.load_generator(copy.path, "cpu")
    again = result_of(loaded.generate(tuned.recipe))
    if kind.name == "music":
        assert again.notes == tuned.document.notes
    else:
        assert again == tuned.document
    assert kind.decode(kind.encode(tuned.document)) == tuned.document


@every_kind
def test_all_verbs_work_on_it(kind, generators, given, copy):
    generator, document = generators[kind.name], given(kind)
    found = result_of(generator.find(document))
    recipe = result_of(generator.tune(found, document, copy, 1)).recipe
    other = Recipe(recipe.model, Latent(8))
    recipes = [
        varied(recipe, 0, 0.3),
        bred([recipe, other], 0),
        *morphed([recipe, other], 3),
        mixed(recipe, other, ("fine",)),
    ]
    private_generator = kind.load_generator(copy.path, "cpu")
    made = result_of(private_generator.generate_many(recipes))
    assert len(made) == len(recipes)
    assert all(one.recipe.model == recipe.model for one in made)
    assert private_generator.liking.coordinates(recipe.latent).shape == (32,)


@every_kind
def test_the_same_seed_gives_the_same_weights(kind, generators, given, tmp_path):
    generator, document = generators[kind.name], given(kind)
    found = result_of(generator.find(document))
    copies = [PrivateCopy(tmp_path / f"{n}.safetensors", "Mine", "x") for n in range(3)]
    ids = [
        result_of(generator.tune(found, document, one, seed)).recipe.model
        for one, seed in zip(copies, (1, 1, 2), strict=True)
    ]
    assert ids[0] == ids[1] != ids[2]


@every_kind
def test_cancelling_leaves_no_file(kind, generators, given, copy):
    generator, document = generators[kind.name], given(kind)
    found = result_of(generator.find(document))
    work = generator.tune(found, document, copy)
    for event in work:
        if isinstance(event, Progress) and event.done == 12:
            work.close()
    assert not copy.path.parent.exists()
    assert result_of(generator.find(document)) == found


@every_kind
def test_a_full_disk_is_a_sentence_and_leaves_no_file(kind, generators, given, copy, monkeypatch):
    generator, document = generators[kind.name], given(kind)
    found = result_of(generator.find(document))

    def full(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(DiskFull, match="The disk is full: rose"):
        result_of(generator.tune(found, document, copy))
    assert not copy.path.parent.exists() or list(copy.path.parent.iterdir()) == []


def test_a_file_that_reads_back_as_another_is_taken_away(generators, given, copy, monkeypatch):
    kind, generator = KINDS["artwork"], generators["artwork"]
    document = given(kind)
    found = result_of(generator.find(document))
    save = private.save_model

    def spoil(path, network, *rest, **more):
        with torch.no_grad():
            network.start.add_(1.0)
        return save(path, network, *rest, **more)

    monkeypatch.setattr(private, "save_model", spoil)
    with pytest.raises(StudioError, match="could not be read back"):
        result_of(generator.tune(found, document, copy))
    assert list(copy.path.parent.iterdir()) == []


@every_kind
def test_what_cannot_be_is_a_sentence(kind, generators, given, copy, model_of, monkeypatch):
    generator, document = generators[kind.name], given(kind)
    found = result_of(generator.find(document))
    if kind.name == "music":
        wrong, words = Clip(), "no notes"
    else:
        wrong = replace(document, pixels=Pixels.of(np.zeros((9, 8, 3), np.uint8)))
        words = "has 8 x 9 pixels, and this model makes 32 x 32"
    stranger = replace(found, recipe=replace(found.recipe, model="another"))
    mine = replace(copy, path=model_of(kind))
    for one, example, where, sentence in (
        (found, wrong, copy, words),
        (stranger, document, copy, "found in another model"),
        (found, document, mine, "already; choose another name"),
        (found, document, replace(copy, path=copy.path.with_suffix(".png")), "must end in"),
    ):
        with pytest.raises(StudioError, match=sentence):
            result_of(generator.tune(one, example, where))
    with pytest.raises(StudioError, match="at most"):
        result_of(generator.tune(found, document, copy, steps=10**6))
    for module in (picture_tune, music_generator):
        monkeypatch.setattr(module, "TUNE", replace(TUNE, seconds=0.0))
    with pytest.raises(StudioError, match="comes no nearer"):
        result_of(generator.tune(found, document, copy))
    for module in (picture_tune, music_generator):
        monkeypatch.setattr(module, "TUNE", replace(TUNE, enough=255.0))
    with pytest.raises(StudioError, match="as it is already"):
        result_of(generator.tune(found, document, copy))
    assert not copy.path.exists()


def test_tiles_are_cut_where_the_original_cuts_them(generators, given, copy):
    kind, generator = KINDS["pattern"], generators["pattern"]
    document = given(kind)
    found = result_of(generator.find(document))
    result_of(generator.tune(found, document, copy, 1))
    assert kind.load_generator(copy.path, "cpu")._cut == generator._cut


@pytest.mark.parametrize("cut", [None, 3, "ab", [1, 0], [0], [-99, 0], [0.5, 0], [True, 0]])
def test_a_cut_that_makes_no_sense_is_not_believed(cut, generators):
    from studio.media.pattern.generator import kept_cut

    header = generators["pattern"].header
    assert kept_cut(replace(header, trained={"cut": cut})) is None
    assert kept_cut(replace(header, trained={"cut": [-3, 0]})) == (-3, 0)


def test_a_copy_knows_the_files_that_the_original_learnt_from(given, copy, model_of, tmp_path):
    kind = KINDS["artwork"]
    model = tmp_path / "original.safetensors"
    shutil.copyfile(model_of(kind), model)
    rows = np.arange(8, dtype=np.uint8).reshape(4, 2)
    add_fingerprints(model, Fingerprints("any-1", rows, 4, 0, 0.1, 0.2, 4, True))
    generator, document = kind.load_generator(model, "cpu"), given(kind)
    result_of(generator.tune(result_of(generator.find(document)), document, copy))
    assert (read_tensor(copy.path, FINGERPRINTS, 1000) == rows).all()
    assert read_entry(copy.path).header.fingerprints["version"] == "any-1"
