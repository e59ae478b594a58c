"""A small medium of its own, so that the frame is tested without any network."""

import threading
import time
from dataclasses import dataclass, replace

import numpy as np
import pytest
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QLabel

from studio.core.doctor import Remedy
from studio.core.errors import StudioError
from studio.core.history import History
from studio.core.kind import Exporter, FolderReport, MediumKind, Refusal
from studio.core.latent import Recipe
from studio.core.library import Places
from studio.core.model_file import ModelEntry, ModelHeader
from studio.core.provenance import Provenance, silent
from studio.core.settings import Settings
from studio.core.slider import Slider
from studio.core.work import Finished, Preview, Progress
from studio.ui import latent_panel, model_chooser, theme
from studio.ui.context import StudioContext
from studio.ui.jobs import Jobs
from studio.ui.run_watch import RunWatch

ROUGH = 1000  # the grey of every preview, and of nothing else


@dataclass(frozen=True)
class Sheet:
    recipe: Recipe = Recipe()
    grey: int = -1
    note: str = ""


class FakeGenerator:
    """Grey from seed and psi; can be held up, can fail."""

    def __init__(self):
        self.recipes, self.previewed = [], []
        self.takes_s = self.preview_takes_s = 0.0
        self.gate = threading.Event()
        self.gate.set()
        self.error = None

    def generate(self, recipe):
        assert threading.current_thread() is not threading.main_thread()
        self.gate.wait(5)
        if self.error:
            raise self.error
        time.sleep(self.takes_s)
        self.recipes.append(recipe)
        yield Finished(self._sheet(recipe))

    def preview(self, recipe):
        assert threading.current_thread() is not threading.main_thread()
        self.gate.wait(5)
        if self.error:
            raise self.error
        time.sleep(self.preview_takes_s)
        self.previewed.append(recipe)
        yield Finished(Sheet(recipe, ROUGH))

    def generate_many(self, recipes):
        sheets = [self._sheet(recipe) for recipe in recipes]
        for index, sheet in enumerate(sheets):
            yield Preview((index, sheet))
        yield Finished(sheets)

    def sliders(self):
        """Two, after a search of two steps."""
        yield Progress(1, 2, "Looking for sliders")
        yield Finished(
            tuple(
                Slider(name, "measured", bytes([0, 0, 128, 63]), -3.0, 3.0, 0.95, ((name, 2.0),))
                for name in ("Greyness", "Weight")
            )
        )

    def _sheet(self, recipe):
        return Sheet(recipe, (recipe.latent.seed + len(recipe.latent.moves)) % 256)


class FakeReader:
    """Takes every file; on offer is to leave every second one out."""

    def check(self, folder, remedies=()):
        yield Progress(1, 2)
        if not folder.is_dir():
            raise StudioError(f"There is no folder {folder}.")
        files = tuple(sorted(path.name for path in folder.iterdir() if path.is_file()))
        odd = files[1::2]
        remedy = Remedy("skip-odd", "Leave out odd files", len(odd), "skip-odd" in remedies)
        if remedy.is_taken:
            refused = tuple(Refusal(name, "odd") for name in odd)
            report = FolderReport(str(folder), "fake", files[::2], refused, remedies=(remedy,))
        else:
            report = FolderReport(str(folder), "fake", files, remedies=(remedy,))
        yield Finished(report)


class SheetView(QLabel):
    def __init__(self):
        super().__init__()
        self.shown = []

    def show_document(self, document):
        self.shown.append(document)
        self.setText(str(document.grey))


def write_sheet(sheet, path):
    path.write_bytes(bytes([max(0, sheet.grey)]))


def read_sheet(path):
    if not path.read_bytes():
        raise silent(path.name)
    return Sheet(grey=path.read_bytes()[0])


def fake_kind(generator, name="fake", title="Sheet"):
    return MediumKind(
        name=name,
        title=title,
        noun="sheet",
        nouns="sheets",
        icon="image",
        order=9,
        starter="grey",
        empty=Sheet,
        load_generator=lambda path, device: generator,
        load_reader=FakeReader,
        load_training=lambda: None,
        load_measures=lambda: None,
        load_features=lambda: None,
        load_recogniser=lambda: None,
        load_qualities=lambda: {"Grey": lambda examples: examples.mean((1, 2, 3))},
        quality_words={"Grey": ("dark", "light")},
        example_of=lambda sheet: np.full((3, 4, 4), max(0, sheet.grey) % 1000 % 256, np.uint8),
        exporters=(Exporter("Grey", ".grey", write_sheet), Exporter("Other", ".oth", write_sheet)),
        thumbnail=lambda sheet, size: np.full((size, size, 3), max(0, sheet.grey), np.uint8),
        encode=lambda sheet: {"grey": bytes([sheet.grey % 256])},
        decode=lambda files: Sheet(grey=files["grey"][0]),
        read_provenance=lambda path: Provenance("fake", read_sheet(path).recipe),
        read_work=read_sheet,
        file_suffixes=(".grey",),
    )


@pytest.fixture
def themed(qapp):
    theme.apply_theme(qapp)
    return qapp


@pytest.fixture
def jobs(themed):
    jobs = Jobs()
    yield jobs
    assert jobs.close()


@pytest.fixture
def context(jobs, tmp_path):
    said = []
    places = Places(*(tmp_path / name for name in ("config", "library", "cache", "log")))
    context = StudioContext(jobs, Settings(), places, said.append, lambda *a: said.append(a))
    context.said = said
    return context


@pytest.fixture
def generator():
    generator = FakeGenerator()
    yield generator
    generator.gate.set()


@pytest.fixture
def kind(generator):
    return fake_kind(generator)


@pytest.fixture
def entries(tmp_path, monkeypatch):
    """Two models of the fake medium, one of them its starter."""
    found = []
    for stem in ("grey", "other"):
        path = tmp_path / f"{stem}.safetensors"
        path.write_bytes(b"not read")
        found.append(ModelEntry(path, ModelHeader(f"id-{stem}", "fake", stem.title(), 64)))
    monkeypatch.setattr(model_chooser, "models", lambda medium, places: (list(found), []))
    return found


@pytest.fixture
def panel(qtbot, kind, context, entries):
    class Panel(latent_panel.LatentPanel):
        def merge(self, new_document, old_document):
            return replace(new_document, note=old_document.note)

        def menu_actions(self):
            return {"Sheets": [QAction("Fold", self)]}

    panel = Panel(kind, context, History(kind.empty()), SheetView())
    qtbot.addWidget(panel)
    panel.resize(1280, 700)
    panel.show()
    return panel


@pytest.fixture
def watch(context):
    watch = RunWatch(context.places)
    yield watch
    watch.close()
