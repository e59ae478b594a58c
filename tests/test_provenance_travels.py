"""What leaves the studio says how it was made and comes back as the same document, in each medium.

Contract tests: every exporter of every medium that the folder holds.
"""

from __future__ import annotations

import io
import json
import wave
from dataclasses import replace
from pathlib import Path

import mido
import numpy as np
import pytest
import soundfile
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from studio import media
from studio.core.errors import StudioError
from studio.core.latent import Drift, Latent, Mix, Recipe, Slide, Toward
from studio.core.pixels import Pixels
from studio.core.provenance import COMPOSITE, TRAINED, Origin
from studio.core.settings import Settings
from studio.core.work import result_of
from studio.media.artwork.document import Artwork
from studio.media.pattern.document import REPEATS, Tile

KINDS = media.kinds()
EXPORTS = [(kind, exporter) for kind in KINDS for exporter in kind.exporters]
every_export = pytest.mark.parametrize(
    ("kind", "exporter"), EXPORTS, ids=[exporter.label for _, exporter in EXPORTS]
)
every_kind = pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
LATENT = Latent(
    3,
    0.9,
    (
        Toward(Latent(4, point=bytes(64)), 0.5, ("coarse",)),
        Drift(5, 0.25),
        Slide("warmth", 1.5, np.ones(16, np.float32).tobytes()),
        Mix(Latent(6)),
    ),
)
ORIGIN = Origin("Tiny «♫» & <co>", "CC0-1.0", "Łucja's library", "breed", ("seed 1", "seed 2"))


@pytest.fixture(scope="module")
def made(model_of):
    """A document of each medium, made with moves by a model of its own."""
    documents = {}
    for kind in KINDS:
        generator = kind.load_generator(model_of(kind), "cpu")
        documents[kind.name] = result_of(generator.generate(Recipe(latent=Latent(3, 0.9))))
        recipe = replace(documents[kind.name].recipe, latent=LATENT)
        documents[kind.name] = replace(documents[kind.name], recipe=recipe)
    return documents


@pytest.fixture
def written(made, tmp_path):
    """Export a document under a name that no system finds easy."""

    def write(kind, exporter, document=None, on=True) -> Path:
        path = tmp_path / f"Größe ♫{exporter.suffix.upper()}"
        chosen = Settings(provenance=on)
        exporter.export(document or made[kind.name], path, chosen, ORIGIN)
        return path

    return write


@every_export
def test_what_was_exported_comes_back_the_same(kind, exporter, made, written):
    found = media.read_exported(written(kind, exporter))
    assert found.document == made[kind.name] and found.kind.name == kind.name
    told = found.provenance
    assert (told.origin, told.medium, told.source_type) == (ORIGIN, kind.name, TRAINED)
    assert told.recipe == made[kind.name].recipe and told.recipe.latent == LATENT


@every_export
def test_what_a_hand_changed_is_told(kind, exporter, made, written):
    document = replace(made[kind.name], edited=True)
    found = media.read_exported(written(kind, exporter, document))
    assert found.document == document and found.provenance.source_type == COMPOSITE


@every_export
def test_a_large_recipe_travels_and_others_still_read_the_file(kind, exporter, made, written):
    noise = np.random.default_rng(0).standard_normal(10_000, np.float32).tobytes()
    parents = tuple(Toward(Latent(seed, point=noise), 0.5) for seed in range(8))
    recipe = replace(made[kind.name].recipe, latent=Latent(moves=parents))
    document = replace(made[kind.name], recipe=recipe)
    path = written(kind, exporter, document)
    assert path.stat().st_size > 400_000
    assert kind.read_work(path) == document
    read_by_others(path)


def read_by_others(path: Path) -> None:
    """Libraries that know nothing of Atelier; warnings are errors here."""
    if path.suffix == ".PNG":
        with Image.open(path) as image:
            image.verify()
    elif path.suffix == ".MID":
        assert mido.MidiFile(path).length > 0
    else:
        assert path.suffix == ".WAV", f"no reader for {path.suffix} yet"
        with wave.open(str(path)) as sound:
            assert (sound.getnchannels(), sound.getsampwidth()) == (2, 3)
            frames = sound.getnframes()
        assert len(soundfile.read(str(path))[0]) == frames > 0


@every_export
def test_with_the_switch_off_not_a_trace_is_in_the_file(kind, exporter, made, written):
    path = written(kind, exporter, on=False)
    content = path.read_bytes()
    for word in ("atelier", made[kind.name].recipe.model, "trainedAlgorithmicMedia", "recipe"):
        assert word.encode().lower() not in content.lower()
    for word in (ORIGIN.model_name, ORIGIN.licence, ORIGIN.credit, "xmp", "tEXt", "LIST", "_PMX"):
        assert word.encode() not in content
    with pytest.raises(StudioError, match="does not say how it was made"):
        media.read_exported(path)
    read_by_others(path)


@every_export
def test_others_find_source_licence_and_credit(kind, exporter, written):
    path = written(kind, exporter)
    if path.suffix == ".PNG":
        with Image.open(path) as image:
            packet = image.info["XML:com.adobe.xmp"]
            assert TRAINED in packet and ORIGIN.credit in packet and "CC0-1.0" in packet
            assert json.loads(image.info["atelier"])["digitalSourceType"] == TRAINED
    elif path.suffix == ".MID":
        texts = {one.type: one for one in mido.MidiFile(path, charset="utf-8").tracks[0]}
        assert ORIGIN.credit in texts["copyright"].text and TRAINED in texts["text"].text
    else:
        with soundfile.SoundFile(path) as sound:
            assert TRAINED in sound.comment and "seed 3" in sound.comment
            assert ORIGIN.credit in sound.copyright and sound.software.startswith("Atelier")


def test_the_chunks_of_a_wav_fill_it_exactly(written):
    kind, exporter = next(pair for pair in EXPORTS if pair[1].suffix == ".wav")
    content = written(kind, exporter).read_bytes()
    assert int.from_bytes(content[4:8], "little") == len(content) - 8
    position, names = 12, []
    while position < len(content):
        names.append(content[position : position + 4])
        size = int.from_bytes(content[position + 4 : position + 8], "little")
        position += 8 + size + size % 2
    assert position == len(content)
    assert names == [b"fmt ", b"data", b"LIST", b"_PMX", b"atel"]


def foreign(suffix: str, path: Path) -> None:
    """A healthy file that Atelier did not make, with words of others in it."""
    if suffix == ".png":
        notes = PngInfo()
        notes.add_text("Software", "atelier of somebody else")
        notes.add_itxt("XML:com.adobe.xmp", "<x/>")
        Image.new("RGB", (8, 8)).save(path, "PNG", pnginfo=notes)
    elif suffix == ".mid":
        file = mido.MidiFile()
        file.tracks.append(mido.MidiTrack([mido.MetaMessage("text", text="La la")]))
        file.save(path)
    else:
        assert suffix == ".wav"
        soundfile.write(path, np.zeros((9, 2)), 44_100)


@every_export
def test_a_foreign_file_is_a_clear_sentence(kind, exporter, tmp_path):
    path = tmp_path / f"theirs{exporter.suffix}"
    foreign(exporter.suffix, path)
    with pytest.raises(StudioError, match=r"^theirs\.\w+ does not say how it was made\.$"):
        kind.read_work(path)
    with pytest.raises(StudioError, match="There is no file"):
        kind.read_work(tmp_path / f"none{exporter.suffix}")


@pytest.mark.parametrize("name", ["photo.jpg", "text.txt", "song.midi", "no-ending"])
def test_files_of_other_formats_are_a_sentence(name, tmp_path):
    with pytest.raises(StudioError, match="no file"):
        media.read_exported(tmp_path / name)
    content = io.BytesIO()
    Image.new("RGB", (8, 8)).save(content, "JPEG")
    (tmp_path / name).write_bytes(content.getvalue())
    with pytest.raises(StudioError, match=name):
        media.read_exported(tmp_path / name)


@every_export
@pytest.mark.parametrize("forged", ["[" * 100_000, "{}", "null", " " * (9 * 2**20)])
def test_forged_and_oversized_records_are_a_sentence(kind, exporter, forged, written, monkeypatch):
    for module in ("gan.picture_file", "media.music.midi_file", "media.music.wav_file"):
        monkeypatch.setattr(f"studio.{module}.record", lambda provenance: forged)
    with pytest.raises(StudioError, match=r"says of itself is (damaged|longer)"):
        kind.read_work(written(kind, exporter))


@every_export
@pytest.mark.parametrize("state", [{}, {"width": 10**6, "height": 1}, {"notes": 1, "programs": 7}])
def test_a_forged_state_never_does_more_than_refuse(kind, exporter, state, written, monkeypatch):
    def forge(provenance):
        values = json.loads(real(provenance))
        return json.dumps({**values, "state": state})

    real = media.artwork.export.picture_file.record
    for module in ("gan.picture_file", "media.music.midi_file", "media.music.wav_file"):
        monkeypatch.setattr(f"studio.{module}.record", forge)
    path = written(kind, exporter)
    try:
        assert kind.read_work(path).edited  # pixels are all that a picture needs
    except StudioError as error:
        assert str(error).endswith(".")


@every_export
def test_a_damaged_file_is_a_document_or_a_sentence(kind, exporter, written, made):
    """Cut short anywhere, or any byte another one."""
    path = written(kind, exporter)
    content = path.read_bytes()
    if exporter.suffix == ".wav":  # the sound itself is not looked at
        content = content[:36] + content[content.index(b"data") :][-6000:]
    random = np.random.default_rng(0)
    for step in range(120):
        at = int(random.integers(len(content)))
        damaged = content[:at]
        if step % 2:
            damaged += bytes([content[at] ^ int(random.integers(1, 256))]) + content[at + 1 :]
        path.write_bytes(damaged)
        try:
            assert isinstance(kind.read_work(path), type(made[kind.name]))
        except StudioError as error:
            assert str(error).endswith(".")


@every_kind
def test_a_work_of_another_medium_is_not_taken(kind, made, written):
    for other, exporter in EXPORTS:
        path = written(other, exporter)
        if other.name != kind.name and exporter.suffix in {e.suffix for e in kind.exporters}:
            with pytest.raises(StudioError, match=f"another medium .{other.name}."):
                kind.read_work(path)


def test_a_medium_that_is_not_there_is_named(written, monkeypatch):
    path = written(*EXPORTS[0])
    content = path.read_bytes()
    monkeypatch.setattr(media, "kinds", lambda: KINDS[1:])
    with pytest.raises(StudioError, match=r"is artwork, which this Atelier cannot show\."):
        media.read_exported(path)
    assert path.read_bytes() == content


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind.exporters[0].suffix == ".png"])
def test_a_picture_that_another_program_changed_counts_as_edited(kind, made, written):
    path = written(kind, kind.exporters[0])
    with Image.open(path) as image:
        notes = PngInfo()
        notes.add_text("atelier", image.info["atelier"])
        image.putpixel((0, 0), (255, 0, 255))
        image.convert("RGBA").save(path, "PNG", pnginfo=notes)
    found = media.read_exported(path)
    assert found.document.pixels.rgb[:3] == b"\xff\x00\xff"
    assert found.document.edited and found.provenance.source_type == COMPOSITE


def test_a_tile_that_was_cut_out_of_its_picture_is_refused(made, written):
    kind = next(kind for kind in KINDS if kind.name == "pattern")
    path = written(kind, kind.exporters[0])
    with Image.open(path) as image:
        notes = PngInfo()
        notes.add_text("atelier", image.info["atelier"])
        image.crop((0, 0, 5, 5)).save(path, "PNG", pnginfo=notes)
    with pytest.raises(StudioError, match="no longer whole"):
        media.read_exported(path)


@pytest.mark.parametrize("options", [(("tiles_x", 0),), (("tiles_y", "a"),), (("roll_x", 1e300),)])
def test_sizes_of_tiles_that_nobody_could_show_are_refused(options, made, written):
    kind = next(kind for kind in KINDS if kind.name == "pattern")
    tile = replace(made["pattern"], recipe=replace(made["pattern"].recipe, options=options))
    with pytest.raises(StudioError, match="This tile"):
        kind.read_work(written(kind, kind.exporters[0], tile))
    with pytest.raises(StudioError, match="This tile"):
        kind.decode(kind.encode(tile))


seeds = st.integers(0, 2**32 - 1)
recipes = st.builds(
    lambda seed, psi, other: Recipe("m", Latent(seed, psi).moved(Toward(Latent(other), 0.5))),
    seeds,
    st.floats(0, 2),
    seeds,
)


@st.composite
def pictures(draw):
    width, height = draw(st.integers(1, 9)), draw(st.integers(1, 9))
    size = width * height * 3
    return Pixels(width, height, draw(st.binary(min_size=size, max_size=size)))


@given(recipes, pictures(), st.sampled_from(REPEATS), st.booleans(), st.integers(1, 4))
@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_any_picture_and_tile_comes_back(tmp_path, recipe, pixels, repeat, edited, across):
    documents = (
        Artwork(recipe, pixels, edited),
        Tile(recipe.with_option("tiles_x", across), pixels, repeat, edited),
        Tile(recipe.with_option("repeat", repeat), pixels, repeat, edited),
    )
    for kind, exporter in EXPORTS:
        for document in documents:
            if isinstance(document, type(kind.empty())):
                path = tmp_path / f"any{exporter.suffix}"
                exporter.export(document, path, Settings())
                assert kind.read_work(path) == document
