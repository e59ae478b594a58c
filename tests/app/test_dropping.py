"""Exported files dropped on the window come back into their panels; others are a sentence."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image
from PySide6.QtWidgets import QFileDialog, QLabel, QPushButton

from studio import media
from studio.app.drops import Drop
from studio.core.latent import Drift, Latent, Recipe
from studio.core.model_file import ModelEntry, ModelHeader, read_entry
from studio.core.pixels import Pixels
from studio.core.provenance import Origin
from studio.core.resources import resource
from studio.core.run_folder import RunFolder, TrainConfig
from studio.core.run_title import rename
from studio.core.settings import Settings
from studio.core.work import Finished
from studio.media.artwork.document import Artwork
from studio.media.music.document import Clip, Note
from studio.media.pattern.document import Tile
from studio.ui.model_chooser import origin_of

RECIPE = Recipe("mine", Latent(7, 0.5, (Drift(2, 0.25),)))
PIXELS = Pixels(2, 2, bytes(range(12)))
WORKS = {
    "artwork": Artwork(RECIPE, PIXELS),
    "music": Clip(RECIPE, (Note("bass", 40, 0, 120),), 93.0, muted=("drums",), soloed=("bass",)),
    "pattern": Tile(RECIPE.with_option("tiles_x", 2), PIXELS, "brick"),
}
ORIGIN = Origin("My fruit", "CC0-1.0", "A library")
EXPORTS = [(kind, exporter) for kind in media.kinds() for exporter in kind.exporters]
every_export = pytest.mark.parametrize(
    ("kind", "exporter"), EXPORTS, ids=[exporter.label for _, exporter in EXPORTS]
)


@pytest.fixture
def window(window):
    """Away from the panels, so that none makes a first result."""
    window.show_page("train")
    return window


@pytest.fixture
def drop(qtbot, window):
    """Drop a file and wait for what is said of it."""

    def take(path: Path) -> str:
        window.message.say("")
        window.dropping.take(Drop(path, "work"))
        qtbot.waitUntil(lambda: bool(window.message.text))
        return window.message.text

    return take


def export(kind, exporter, folder: Path) -> Path:
    path = folder / f"mine{exporter.suffix}"
    exporter.export(WORKS[kind.name], path, Settings(), ORIGIN)
    return path


@every_export
def test_a_dropped_work_is_shown_with_its_model_as_one_step(
    kind, exporter, window, drop, library, tmp_path
):
    library += [
        ModelEntry(Path(f"{name}.safetensors"), ModelHeader(name, kind.name, name.title(), 64))
        for name in ("starter", "mine")
    ]
    told = drop(export(kind, exporter, tmp_path))
    history, panel = window.session.histories[kind.name], window.pages.panel
    assert window.pages.name == kind.name
    assert history.value == WORKS[kind.name]
    assert panel.bar.model.entry.header.id == "mine" and panel.bar.seed.seed == 7
    assert not panel.is_busy and panel.strip.documents == [WORKS[kind.name]]
    assert told.startswith(f"mine{exporter.suffix}: Made with Atelier") and "My fruit" in told
    history.undo()
    assert history.value == kind.empty() and history.undo_text is None
    history.redo()
    assert history.value == WORKS[kind.name]


@every_export
def test_without_its_model_the_work_is_shown_and_the_model_named(
    kind, exporter, window, drop, library, tmp_path
):
    other = ModelHeader("other", kind.name, "Other", 64)
    library.append(ModelEntry(Path("other.safetensors"), other))
    told = drop(export(kind, exporter, tmp_path))
    assert "needs the model My fruit (mine), which is not here" in told
    panel = window.pages.panel
    assert panel.history.value == WORKS[kind.name] and not panel.is_busy
    assert origin_of(panel.bar.model, "mine") == ORIGIN  # licence and credit travel on


def test_a_file_without_a_record_changes_nothing(window, drop, tmp_path):
    before = Artwork(RECIPE, Pixels(1, 1, b"abc"))
    window.session.histories["artwork"].apply(before, "Generate")
    Image.new("RGB", (4, 4)).save(tmp_path / "photo.png")
    (tmp_path / "tune.mid").write_bytes(b"MThd nonsense")
    (tmp_path / "noise.wav").write_bytes(b"RIFF")
    for name in ("photo.png", "tune.mid", "noise.wav"):
        assert drop(tmp_path / name).startswith(name)
    assert window.session.histories["artwork"].value is before
    assert window.pages.name == "train"


def test_the_last_of_two_quick_drops_counts(qtbot, window, tmp_path, library):
    kind, exporter = EXPORTS[0]
    path = export(kind, exporter, tmp_path)
    second = Artwork(Recipe("mine", Latent(8)), PIXELS)
    exporter.export(second, tmp_path / "second.png", Settings())
    for name in (path, tmp_path / "second.png"):
        window.dropping.take(Drop(name, "work"))
    history = window.session.histories[kind.name]
    qtbot.waitUntil(lambda: history.value == second)
    history.undo()
    assert history.value == kind.empty()


def test_a_file_can_be_chosen_instead_of_dropped(qtbot, window, tmp_path, library):
    kind, exporter = EXPORTS[0]
    path = export(kind, exporter, tmp_path)
    by_text = {command.text: action for command, action in window.menus.actions}
    by_text["Bring back an exported file…"].trigger()
    dialog = window.findChild(QFileDialog)
    assert all(exporter.suffix in dialog.nameFilters()[0] for _, exporter in EXPORTS)
    dialog.fileSelected.emit(str(path))
    dialog.close()
    qtbot.waitUntil(lambda: window.session.histories[kind.name].value == WORKS[kind.name])


def test_a_result_asked_for_meanwhile_does_not_take_the_place_of_what_was_brought(
    qtbot, window, library, tmp_path, monkeypatch
):
    kind, exporter = EXPORTS[0]
    library.append(ModelEntry(Path("m.safetensors"), ModelHeader("mine", "artwork", "Mine", 64)))
    path = export(kind, exporter, tmp_path)

    class Other:
        def generate(self, recipe):
            yield Finished(Artwork(recipe, PIXELS))

        def sliders(self):
            yield Finished(())

        def generate_many(self, recipes):
            yield Finished([Artwork(recipe, PIXELS) for recipe in recipes])

    monkeypatch.setattr(window.session.context.generators, "get", lambda *a: Other())
    window.dropping.take(Drop(path, "work"))
    window.show_page("artwork")  # begins the first result by itself, behind the file
    assert window.pages.panel.is_busy
    history = window.session.histories["artwork"]
    qtbot.waitUntil(lambda: history.value == WORKS["artwork"])
    assert not window.pages.panel.is_busy
    qtbot.wait(100)
    assert history.value == WORKS["artwork"]


def test_a_picture_from_elsewhere_may_be_brought_into_the_model_in_front(
    qtbot, window, library, drop, tmp_path, monkeypatch
):
    library.append(ModelEntry(Path("m.safetensors"), ModelHeader("mine", "artwork", "Mine", 64)))
    panel = window.pages.page("artwork")
    panel.bar.model.choose_starter()
    begun = []
    monkeypatch.setattr(panel.finding, "start", begun.append)
    photo = tmp_path / "photo.png"
    Image.new("RGB", (64, 64)).save(photo)
    window.dropping._read_work(photo)
    qtbot.waitUntil(lambda: window.notice.isVisible())
    words = [one.text() for one in window.notice.findChildren(QLabel)]
    assert any("photo.png" in one and "brought into a model" in one for one in words)
    [answer] = [one for one in window.notice.findChildren(QPushButton) if "Mine" in one.text()]
    answer.click()
    assert begun == [photo] and window.pages.name == "artwork"


def test_models_of_two_runs_are_kept_as_two(window, monkeypatch):
    """Their files are called alike; the second must not be taken for the first."""
    kept = []
    monkeypatch.setattr(window, "play_model", lambda path, medium: kept.append(path))
    for stem in ("fruit", "textile"):
        run = RunFolder(window.session.context.places.runs_path / stem)
        run.create(TrainConfig("artwork", "/folder", stem))
        run.model_path.write_bytes((resource("models") / f"{stem}.safetensors").read_bytes())
        rename(run, f"My {stem}")
        window.dropping._keep(run.model_path, "artwork")
    assert [path.name for path in kept] == ["my-fruit.safetensors", "my-textile.safetensors"]
    assert [read_entry(path).header.name for path in kept] == ["My fruit", "My textile"]


@pytest.mark.parametrize("name", ["notes.png", "notes.jpg", "notes.mid"])
def test_what_only_has_the_name_of_a_work_is_not_offered_to_a_model(
    qtbot, window, library, tmp_path, name
):
    library.append(ModelEntry(Path("m.safetensors"), ModelHeader("mine", "artwork", "Mine", 64)))
    window.pages.page("artwork").bar.model.choose_starter()
    (tmp_path / name).write_text("Only words.")
    window.dropping._read_work(tmp_path / name)
    qtbot.waitUntil(lambda: name in window.message.text)
    assert "cannot be used" in window.message.text and not window.notice.isVisible()
