"""A person's first hour, in seconds: make, undo, take out, train, play, save, close, come back."""

from __future__ import annotations

import pytest

from studio.app.run import Studio
from studio.core import library
from studio.core.library import places
from studio.core.run_folder import TrainConfig
from studio.core.settings import load_settings
from studio.media import kinds
from studio.ui.latent_panel import LatentPanel

WAIT_MS = 60_000
KINDS = kinds()


@pytest.fixture
def starters(tmp_path_factory, model_of, monkeypatch):
    """Small untrained models in place of those that come along."""
    folder = tmp_path_factory.mktemp("resources") / "models"
    folder.mkdir()
    for kind in KINDS:
        (folder / f"{kind.starter}.safetensors").write_bytes(model_of(kind).read_bytes())
    monkeypatch.setattr(library, "resource", lambda *parts: folder.parent.joinpath(*parts))


@pytest.fixture
def open_studio(qtbot, starters):
    """Opens the studio as `atelier` does; whatever a test leaves open is closed."""
    opened: list[Studio] = []

    def open_it(project=None) -> Studio:
        studio = Studio(places())
        opened.append(studio)
        studio.open(project)
        qtbot.waitUntil(studio.window.isVisible, timeout=WAIT_MS)
        return studio

    yield open_it
    for studio in opened:
        for run in studio.watch.runs:
            run.run.tell("stop")
        if studio.window.isVisible():
            close(studio, qtbot)


def close(studio: Studio, qtbot) -> None:
    studio.window.was_closed = True
    studio.window.close()
    studio.close()
    studio.window.deleteLater()
    qtbot.wait(10)


def panel_of(studio: Studio, kind, qtbot) -> LatentPanel:
    """The medium's page with its first result, which comes by itself."""
    studio.window.show_page(kind.name)
    panel = studio.window.pages.panel
    assert panel is not None
    qtbot.waitUntil(lambda: panel.has_result and not panel.is_busy, timeout=WAIT_MS)
    return panel


def make_another(panel: LatentPanel, qtbot) -> None:
    before = panel.history.value
    panel.dice()
    qtbot.waitUntil(
        lambda: panel.history.value is not before and not panel.is_busy, timeout=WAIT_MS
    )


def test_the_whole_way(open_studio, qtbot, folder_of, tmp_path):
    studio = open_studio()
    window = studio.window

    for kind in KINDS:
        panel = panel_of(studio, kind, qtbot)
        first = panel.history.value
        make_another(panel, qtbot)
        second = panel.history.value
        assert second != first
        panel.undo()
        assert panel.history.value == first
        panel.redo()
        assert panel.history.value == second
        for exporter in kind.exporters:
            path = panel.drag_out.written_file(exporter)
            assert path is not None and path.stat().st_size > 100
            assert path.is_relative_to(places().exports_path)

    train_and_play(studio, qtbot, folder_of)

    project = tmp_path / "first hour.atelier"
    documents = {name: history.value for name, history in studio.session.histories.items()}
    assert not studio.session.is_saved
    studio.session.save(project)
    assert studio.session.is_saved and window.windowTitle().startswith("first hour")
    assert window.close()
    studio.close()
    assert list(places().recovery_path.iterdir()) == []
    settings, problem = load_settings(places().settings_path)
    assert (problem, settings.recent_projects) == ("", (str(project),))

    again = open_studio(project)
    qtbot.waitUntil(lambda: again.session.path == project, timeout=WAIT_MS)
    assert {n: h.value for n, h in again.session.histories.items()} == documents


def train_and_play(studio: Studio, qtbot, folder_of) -> None:
    """Two steps in a process of its own, then the new model is played."""
    kind = KINDS[0]
    config = TrainConfig(
        kind.name, str(folder_of(kind)), "Two steps", size_px=32, kimg=0.032, device="cpu"
    )
    run = studio.watch.begin(config, "two-steps")
    studio.window.show_page("train")
    qtbot.waitUntil(lambda: run.state in ("finished", "failed"), timeout=WAIT_MS)
    assert (run.state, run.status.kimg) == ("finished", 0.032), run.status.text
    assert run.run.model_path.exists() and run.samples

    panel = studio.window.pages.page(kind.name)
    assert isinstance(panel, LatentPanel)
    before = panel.history.value
    studio.window.play_model(run.run.model_path, kind.name)
    qtbot.waitUntil(
        lambda: panel.history.value.recipe.model != before.recipe.model, timeout=WAIT_MS
    )
    assert panel.bar.model.entry is not None
    assert panel.bar.model.entry.header.name == "Two steps"


def test_what_a_crash_leaves_is_offered_again(open_studio, qtbot):
    studio = open_studio()
    panel = panel_of(studio, KINDS[0], qtbot)
    make_another(panel, qtbot)
    made = panel.history.value
    studio.session.autosave()
    qtbot.waitUntil(lambda: any(places().recovery_path.glob("*.atelier")), timeout=WAIT_MS)
    studio.session._recovery._lock.release()  # as the end of its process does

    again = open_studio()
    qtbot.waitUntil(again.window.notice.isVisible, timeout=WAIT_MS)
    lost = next(places().recovery_path.glob("*.atelier"))
    again.session.recover(lost)
    assert again.session.histories[KINDS[0].name].value == made
    assert not again.session.is_saved


@pytest.mark.parametrize("content", [b"", b"{ damaged", b'{"threads": "many"}'])
def test_damaged_settings_do_not_stop_the_start(open_studio, content):
    places().settings_path.parent.mkdir(parents=True)
    places().settings_path.write_bytes(content)
    studio = open_studio()
    assert studio.window.isVisible()
    assert places().settings_path.read_bytes() == content


def test_a_damaged_project_does_not_stop_the_start(open_studio, qtbot, tmp_path):
    path = tmp_path / "broken.atelier"
    path.write_bytes(b"PK broken")
    studio = open_studio(path)
    panel_of(studio, KINDS[0], qtbot)
    assert studio.session.path is None
    assert path.read_bytes() == b"PK broken"
