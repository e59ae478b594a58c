"""What every medium promises, checked for each one that the folder holds."""

from __future__ import annotations

import importlib
import subprocess
import sys
from pathlib import Path

import mido
import numpy as np
import pytest
import soundfile
from PIL import Image

from studio.core.errors import StudioError
from studio.core.examples import open_examples
from studio.core.kind import FolderReport
from studio.core.latent import Latent, Mix, Recipe, Toward
from studio.core.project import Project, open_project, save_project
from studio.core.resources import resource
from studio.core.settings import Settings
from studio.core.slider import slider_from_json
from studio.core.verbs import steered
from studio.core.work import Preview, result_of
from studio.gan.slider_probe import Effort
from studio.gan.sliders import find_sliders
from studio.media import kind as kind_of
from studio.media import kinds

KINDS = kinds()
QUICK_EFFORT = Effort(sense=16, samples=48, seeds=3, slopes=3, tries=2, checks=3)
every_kind = pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)


@pytest.fixture(scope="module")
def made(model_of):
    """Generators and one document of each medium, made once."""
    generators = {kind.name: kind.load_generator(model_of(kind), "cpu") for kind in KINDS}
    documents = {
        name: result_of(generator.generate(Recipe(latent=Latent(seed=3, psi=1.0))))
        for name, generator in generators.items()
    }
    return generators, documents


def read_back(path: Path) -> object:
    """Read an exported file with a library that Atelier did not write it with; its size."""
    if path.suffix == ".png":
        with Image.open(path) as image:
            image.load()
            return image.size
    if path.suffix == ".mid":
        song = mido.MidiFile(path)
        assert song.type == 1
        return song.length
    assert path.suffix == ".wav", f"no reader for {path.suffix} yet"
    return soundfile.info(str(path)).frames


def test_names_and_places_are_distinct():
    assert [kind.name for kind in KINDS][:3] == ["artwork", "music", "pattern"]
    for field in ("name", "title", "noun", "order"):
        assert len({getattr(kind, field) for kind in KINDS}) == len(KINDS)
    with pytest.raises(StudioError, match="artwork, music, pattern"):
        kind_of("sculpture")


@every_kind
def test_a_kind_describes_itself(kind):
    assert kind.name == kind.name.lower() and kind.exporters
    assert all(suffix.startswith(".") for suffix in kind.file_suffixes)
    assert resource("icons", f"{kind.icon}.svg").is_file()
    module = importlib.util.find_spec(f"studio.media.{kind.name}.panel")
    assert module is not None


@every_kind
def test_the_same_recipe_gives_the_same_document(kind, made):
    generator, documents = made[0][kind.name], made[1]
    recipe = Recipe(latent=Latent(seed=3, psi=1.0))
    assert result_of(generator.generate(recipe)) == documents[kind.name]
    other = result_of(generator.generate(recipe.with_latent(seed=4)))
    assert other != documents[kind.name]
    assert other.recipe.latent.seed == 4 and other.recipe.model != ""


@every_kind
def test_a_preview_is_of_the_same_kind_and_recipe_as_the_full_document(kind, made):
    generator, documents = made[0][kind.name], made[1]
    full, recipe = documents[kind.name], Recipe(latent=Latent(seed=3, psi=1.0))
    preview = result_of(generator.preview(recipe))
    assert type(preview) is type(full) and preview.recipe == full.recipe
    assert result_of(generator.preview(recipe)) == preview
    assert kind.example_of(preview).shape == kind.example_of(full).shape
    assert result_of(generator.generate(recipe)) == full, "the full one is as before"


@every_kind
def test_a_document_repeats_from_its_own_recipe(kind, made):
    generator = made[0][kind.name]
    latent = Latent(5, 0.8, (Toward(Latent(7, 0.8), 0.4), Mix(Latent(6, 0.8))))
    document = result_of(generator.generate(Recipe(latent=latent)))
    assert document.recipe.latent == latent
    assert result_of(generator.generate(document.recipe)) == document


@every_kind
def test_many_arrive_one_by_one_and_equal_the_single_ones(kind, made):
    generator, documents = made[0][kind.name], made[1]
    recipes = [Recipe(latent=Latent(seed=seed, psi=1.0)) for seed in (1, 3)]
    previews = [e.value for e in generator.generate_many(recipes) if isinstance(e, Preview)]
    assert [index for index, _ in previews] == [0, 1]
    assert previews[1][1] == documents[kind.name]


@every_kind
def test_exports_can_be_read_by_others(kind, made, tmp_path):
    for index, exporter in enumerate(kind.exporters):
        path = tmp_path / f"Größe {index} ♫{exporter.suffix}"
        exporter.write(made[1][kind.name], path)
        assert read_back(path)
        path.write_bytes(b"old")
        exporter.write(made[1][kind.name], path)  # takes the place of what was there
        assert read_back(path)
    assert len(list(tmp_path.iterdir())) == len(kind.exporters), "nothing else is left behind"


@every_kind
def test_an_export_that_fails_is_a_sentence_and_leaves_nothing(kind, made, tmp_path):
    (tmp_path / "file").write_bytes(b"")
    for exporter in kind.exporters:
        with pytest.raises(StudioError):
            exporter.write(made[1][kind.name], tmp_path / "file" / f"x{exporter.suffix}")
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


@every_kind
def test_encode_and_decode_are_opposites(kind, made):
    for document in (kind.empty(), made[1][kind.name]):
        files = kind.encode(document)
        assert all(isinstance(content, bytes) for content in files.values())
        assert kind.decode(files) == document


@every_kind
def test_damaged_documents_are_a_sentence(kind, made):
    files = kind.encode(made[1][kind.name])
    for name, content in files.items():
        for damage in (b"", b"{}", b"[]", b"\x00" * 50, content[: len(content) // 2]):
            with pytest.raises(StudioError):
                kind.decode({**files, name: damage})
    with pytest.raises(StudioError):
        kind.decode({})


@every_kind
def test_a_document_is_a_value(kind, made):
    document = made[1][kind.name]
    assert hash(document) == hash(kind.decode(kind.encode(document)))
    with pytest.raises(AttributeError):
        document.recipe = Recipe()


@every_kind
def test_thumbnails(kind, made):
    for document in (kind.empty(), made[1][kind.name]):
        for size in (16, 100):
            picture = kind.thumbnail(document, size)
            assert picture.shape == (size, size, 3) and picture.dtype == np.uint8
    assert len(np.unique(kind.thumbnail(made[1][kind.name], 100).reshape(-1, 3), axis=0)) > 2


@every_kind
def test_reading_a_folder(kind, folder_of, tmp_path):
    reader, folder = kind.load_reader(), folder_of(kind)
    report = result_of(reader.check(folder))
    assert isinstance(report, FolderReport)
    assert (report.medium, len(report.usable), report.refused) == (kind.name, 12, ())
    examples, again = result_of(reader.read(folder, 32, tmp_path / "cache"))
    assert examples.pixels.dtype == np.uint8 and len(examples) >= 12
    assert again.usable == report.usable
    assert set(examples.files) <= set(report.usable)
    stored = open_examples(tmp_path / "cache")
    assert stored is not None and np.array_equal(stored.pixels, examples.pixels)


@every_kind
def test_every_remedy_on_offer_can_be_taken(kind, folder_of, tmp_path):
    reader, folder = kind.load_reader(), folder_of(kind)
    (copy := tmp_path / "copy").mkdir()
    for path in folder.iterdir():
        (copy / path.name).write_bytes(path.read_bytes())
    for remedy in result_of(reader.check(copy)).remedies:
        taken = result_of(reader.check(copy, (remedy.word,)))
        assert taken.taken == (remedy.word,)
        examples, report = result_of(
            kind.load_reader().read(copy, 32, tmp_path / remedy.word, (remedy.word,))
        )
        assert report.usable == taken.usable and set(examples.files) <= set(taken.usable)
    with pytest.raises(StudioError, match=f"no remedy 'nonsense' for {kind.name}"):
        result_of(reader.check(copy, ("nonsense",)))


@every_kind
def test_a_result_becomes_an_example_like_those_of_a_folder(kind, made, folder_of, tmp_path):
    read, _ = result_of(kind.load_reader().read(folder_of(kind), 32, tmp_path))
    examples = np.array(read.pixels)
    example = kind.example_of(made[1][kind.name])
    assert (example.shape, example.dtype) == (examples[0].shape, examples.dtype)
    features = kind.load_features()
    found = features(np.stack([example, *examples[:3]]))
    assert len(found) == 4 and found.ndim == 2 and np.isfinite(found).all()
    assert np.allclose(features(examples[:3]), found[1:], atol=1e-4)  # whatever stands beside
    assert features(examples[:0]).shape == (0, found.shape[1])
    assert features.version and features.disguised(examples).dtype == np.uint8
    views = list(features.views(features.outlines(examples[:3])))
    assert {view.shape for view in views} == {(3, views[0].shape[1])} and len(views) > 1


@every_kind
def test_a_file_is_known_again_from_its_fingerprint(kind, made, folder_of, tmp_path):
    read, _ = result_of(kind.load_reader().read(folder_of(kind), 32, tmp_path))
    recogniser = kind.load_recogniser()
    rows = recogniser.fingerprints(read.pixels)
    assert (rows.dtype, rows.shape) == (np.uint8, (len(read), recogniser.width))
    assert recogniser.fingerprints(read.pixels[:0]).shape == (0, recogniser.width)
    far = recogniser.distances(np.array(read.pixels[5]), 32, rows)
    assert far.argmin() == 5 and far[5] < recogniser.surely < recogniser.hardly
    assert recogniser.width <= read.pixels[0].size // 4  # too little to show it again
    result = kind.example_of(made[1][kind.name])
    assert np.isfinite(recogniser.distances(result, 32, rows)).all()
    assert recogniser.distances(result, 32, rows[:0]).shape == (0,)


@every_kind
def test_qualities_are_a_number_for_each_result(kind, made):
    example = kind.example_of(made[1][kind.name])
    both = np.stack([example, np.zeros_like(example)])
    qualities = kind.load_qualities()
    assert len(qualities) >= 5
    for name, measure in qualities.items():
        assert name[0].isupper() and len(name) <= 20
        values = measure(both)
        assert values.shape == (2,) and np.isfinite(values).all()
        assert np.allclose(measure(both[:1]), values[:1]), "whatever stands beside"


@every_kind
def test_a_model_is_searched_for_sliders_and_they_steer_it(kind, made, monkeypatch):
    generator, documents = made[0][kind.name], made[1]
    module = importlib.import_module(f"studio.media.{kind.name}.generator")
    monkeypatch.setattr(
        module, "find_sliders", lambda *given: find_sliders(*given[:3], QUICK_EFFORT)
    )
    found = result_of(generator.sliders())
    assert result_of(generator.sliders()) == found
    assert any(slider.kind != "measured" for slider in found)
    plain = Recipe(latent=Latent(seed=3, psi=1.0))
    for slider in found:
        numbers = np.frombuffer(slider.direction, "<f4")
        assert np.isfinite(numbers).all() and numbers.any()
        assert slider_from_json(slider.to_json()) == slider
        document = result_of(generator.generate(steered(plain, slider.slide(slider.high))))
        back = steered(document.recipe, slider.slide(0))
        assert result_of(generator.generate(back)) == documents[kind.name]


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind.load_sound], ids=lambda k: k.name)
def test_an_example_can_be_heard(kind, made):
    sound = kind.load_sound()
    assert sound.share is None, "nothing is opened, nothing sounds"
    example = kind.example_of(made[1][kind.name])
    assert result_of(sound.render(example, Settings())) is not None
    sound.stop()
    sound.close()


@every_kind
def test_a_project_keeps_the_document(kind, made, tmp_path):
    path = tmp_path / "work.atelier"
    project = Project({kind.name: made[1][kind.name]})
    save_project(path, project, KINDS)
    assert open_project(path, KINDS) == project


@every_kind
def test_a_model_of_another_medium_is_refused(kind, model_of):
    other = KINDS[(KINDS.index(kind) + 1) % len(KINDS)]
    with pytest.raises(StudioError, match=other.name):
        kind.load_generator(model_of(other), "cpu")


@every_kind
def test_reading_needs_no_torch(kind, folder_of):
    code = (
        "import sys; from pathlib import Path; from studio.media import kind;"
        "from studio.core.work import result_of;"
        f"r = result_of(kind({kind.name!r}).load_reader().check(Path({str(folder_of(kind))!r})));"
        "sys.exit(len(r.usable) != 12 or 'torch' in sys.modules or 'PySide6' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
