"""Bringing a file of one's own into a model, in the window."""

import pytest

from studio.core.errors import StudioError
from studio.core.kind import Found
from studio.core.model_file import ModelEntry, ModelHeader
from studio.core.work import Finished, Preview, Progress
from studio.ui import finding as finding_module
from studio.ui.compare import CompareView


class Opening:
    """A reader that opens anything but what is called broken."""

    def open(self, path, size_px):
        if "broken" in path.name:
            raise StudioError(f"{path.name} cannot be used.")
        return path.name


@pytest.fixture
def finding(qtbot, panel, generator, monkeypatch):
    def find(document, seed=0, steps=0):
        yield Progress(1, 2, "Looking")
        made = generator._sheet(panel.history.value.recipe.with_latent(seed=77))
        yield Preview(made)
        yield Finished(Found(made.recipe, made, {"levels": 3.5}))

    generator.find = find
    object.__setattr__(panel.kind, "load_reader", Opening)
    monkeypatch.setattr(type(panel), "picture", lambda self, document, side_px: _square(side_px))
    panel.start()
    qtbot.waitUntil(lambda: panel.has_result and not panel.is_busy)
    return panel


def _square(side_px):
    from PySide6.QtGui import QPixmap

    pixmap = QPixmap(side_px, side_px)
    pixmap.fill()
    return pixmap


def compared(panel):
    found = panel.findChildren(CompareView)
    return found[-1] if found else None


def test_a_file_is_found_shown_beside_the_original_and_taken(qtbot, finding, tmp_path):
    before = finding.history.value
    finding.finding.start(tmp_path / "rose.grey")
    qtbot.waitUntil(lambda: compared(finding) is not None)
    assert finding.history.value == before, "nothing changes before a person takes it"
    assert finding.view.isHidden()
    words = compared(finding)._words
    assert words[0].title == "rose.grey" and words[1].title == "In Grey"
    compared(finding)._answers.itemAt(2).widget().click()
    assert finding.history.value.recipe.latent.seed == 77
    assert finding.history.undo_text == "Find rose.grey" and not finding.view.isHidden()
    node = finding.recording.lineage.value.newest
    assert node.verb == "find" and node.settings == "rose.grey"


def test_leaving_the_comparison_changes_nothing(qtbot, finding, tmp_path):
    before = finding.history.value
    finding.finding.start(tmp_path / "rose.grey")
    qtbot.waitUntil(lambda: compared(finding) is not None)
    compared(finding).closed.emit()
    assert finding.history.value == before and not finding.view.isHidden()


def test_a_copy_of_the_model_comes_nearer_and_is_shown_in_its_place(
    qtbot, finding, generator, context, tmp_path, monkeypatch
):
    written = []

    def tune(found, document, copy, seed=0, steps=0):
        yield Progress(1, 2, "Tuning")
        copy.path.parent.mkdir(parents=True, exist_ok=True)
        copy.path.write_bytes(b"a model")
        written.append((copy, document))
        made = generator._sheet(found.recipe.with_latent(seed=78))
        yield Finished(Found(made.recipe, made, {"levels": 1.5}))

    generator.tune = tune
    own = ModelEntry(tmp_path / "own", ModelHeader("own", "fake", "Grey with rose", 64,
                     trained={"tuned_to": "rose.grey"}))  # fmt: skip
    monkeypatch.setattr(finding_module, "read_entry", lambda path: own)
    finding.finding.start(tmp_path / "rose.grey")
    qtbot.waitUntil(lambda: compared(finding) is not None)
    before = compared(finding)
    before._answers.itemAt(1).widget().click()
    qtbot.waitUntil(lambda: compared(finding) not in (None, before))
    [(copy, document)] = written
    assert document == "rose.grey" and copy.name == "Grey with rose"
    after = compared(finding)
    assert after._words[1].title == "In Grey with rose"
    assert after._answers.count() == 3, "it is not copied again"
    after._answers.itemAt(1).widget().click()
    assert finding.history.value.recipe.latent.seed == 78


def test_a_search_can_be_stopped(qtbot, finding, generator, tmp_path):
    def endless(document, seed=0, steps=0):
        while True:
            yield Progress(1, 4, "Looking")

    generator.find = endless
    finding.finding.start(tmp_path / "rose.grey")
    view = finding.finding._shown
    qtbot.waitUntil(lambda: view.progress.value() == 25)
    view.stop.click()
    assert finding.finding._shown is None and finding.finding._job is None


def test_a_file_that_cannot_be_used_is_a_sentence(qtbot, finding, context, tmp_path):
    finding.finding.start(tmp_path / "broken.grey")
    qtbot.waitUntil(lambda: "broken.grey cannot be used." in context.said)
    assert finding.finding._shown is None and not finding.view.isHidden()
