"""The session: saving, opening, autosave, what a crash left."""

import zipfile

import pytest

from studio import media
from studio.app.session import Session
from studio.core.errors import StudioError
from studio.core.latent import Latent, Recipe
from studio.core.library import places
from studio.core.lineage import CHOSEN, Lineage
from studio.core.pixels import Pixels
from studio.core.settings import Settings, load_settings
from studio.media.artwork.document import Artwork
from studio.ui.context import StudioContext
from studio.ui.jobs import Jobs

PICTURE = Artwork(Recipe(latent=Latent(seed=3)), Pixels(2, 1, b"abcdef"))


@pytest.fixture
def context(qapp):
    said = []
    context = StudioContext(Jobs(), Settings(), places(), said.append, lambda *a: None)
    context.said = said
    yield context
    assert context.jobs.close()


def make(context) -> Session:
    session = Session(media.kinds(), context)
    session.start()
    return session


def test_save_and_open_again(context, tmp_path):
    session = make(context)
    session.histories["artwork"].apply(PICTURE, "Generate")
    assert not session.is_saved
    session.save(tmp_path / "orchard")
    assert session.is_saved and session.path.name == "orchard.atelier"
    other = make(context)
    other.open(session.path)
    assert other.histories["artwork"].value == PICTURE
    assert other.histories["artwork"].undo_text is None
    assert load_settings(places().settings_path)[0].recent_projects == (str(session.path),)
    for one in (session, other):
        one.close(keep_unsaved=True)
    assert not list(places().recovery_path.iterdir())


def test_undo_back_to_what_was_saved_counts_as_saved(context, tmp_path):
    session = make(context)
    history = session.histories["artwork"]
    history.apply(PICTURE, "Generate")
    session.save(tmp_path / "a.atelier")
    history.apply(Artwork(PICTURE.recipe), "Other")
    assert not session.is_saved
    history.undo()
    assert session.is_saved
    session.close(keep_unsaved=False)


def test_autosave_happens_on_the_worker_and_only_when_something_changed(context, qtbot):
    session = make(context)
    session.autosave()
    assert not list(places().recovery_path.glob("*.atelier"))
    session.histories["artwork"].apply(PICTURE, "Generate")
    session.autosave()
    qtbot.waitUntil(lambda: len(list(places().recovery_path.glob("*.atelier"))) == 1)
    session.close(keep_unsaved=False)
    assert not list(places().recovery_path.glob("*.atelier"))


def test_an_end_by_signal_keeps_unsaved_work_for_the_next_start(context):
    session = make(context)
    session.histories["artwork"].apply(PICTURE, "Generate")
    session.close(keep_unsaved=True)
    session._recovery._lock.release()  # as the end of the process does
    later = Session(media.kinds(), context)
    lost = later.start()
    assert lost is not None
    later.recover(lost)
    assert later.histories["artwork"].value == PICTURE
    assert not later.is_saved and not lost.exists()
    later.close(keep_unsaved=False)


def test_a_project_that_cannot_be_read_changes_nothing(context, tmp_path):
    session = make(context)
    session.histories["artwork"].apply(PICTURE, "Generate")
    with pytest.raises(StudioError):
        session.open(tmp_path / "gone.atelier")
    assert session.histories["artwork"].value == PICTURE
    session.close(keep_unsaved=False)


def test_new_empties_everything(context, tmp_path):
    session = make(context)
    session.histories["artwork"].apply(PICTURE, "Generate")
    session.new()
    assert session.is_saved and session.histories["artwork"].value == Artwork()
    session.close(keep_unsaved=False)


def test_results_are_remembered_with_the_project_and_undo_does_not_touch_them(context, tmp_path):
    session = make(context)
    history, lineage = session.histories["artwork"], session.lineages["artwork"]
    history.apply(PICTURE, "Generate")
    lineage.become(lineage.value.recorded(PICTURE, "dice", thumbnail=b"png"))
    other = Artwork(Recipe(latent=Latent(seed=4)), PICTURE.pixels)
    history.apply(other, "Vary")
    lineage.become(lineage.value.recorded(other, "vary", [0], settings="strength 0.3"))
    before = lineage.value
    history.undo()
    assert lineage.value is before
    session.save(tmp_path / "a.atelier")
    again = make(context)
    again.open(session.path)
    found = again.lineages["artwork"].value
    assert [(n.verb, n.parents, n.settings) for n in found.nodes] == [
        ("dice", (), ""),
        ("vary", (0,), "strength 0.3"),
    ]
    assert found.of(again.histories["artwork"].value).id == 0
    again.new()
    assert again.lineages["artwork"].value == Lineage()
    for one in (session, again):
        one.close(keep_unsaved=False)


def test_results_and_stars_are_work_to_be_saved_and_recovered(context, tmp_path):
    session = make(context)
    lineage = session.lineages["artwork"]
    lineage.become(lineage.value.recorded(PICTURE, "generate"))
    assert not session.is_saved
    session.save(tmp_path / "a.atelier")
    assert session.is_saved
    lineage.become(lineage.value.with_star(0))
    assert not session.is_saved
    session.save(tmp_path / "a.atelier")
    assert session.is_saved
    lineage.become(lineage.value.with_star(0, False))
    session.close(keep_unsaved=True)
    session._recovery._lock.release()  # as the end of the process does
    later = Session(media.kinds(), context)
    later.recover(later.start())
    assert len(later.lineages["artwork"].value.nodes) == 1 and not later.is_saved
    later.close(keep_unsaved=False)


def test_a_result_that_was_undone_is_still_work(context):
    session = make(context)
    history, lineage = session.histories["artwork"], session.lineages["artwork"]
    lineage.become(lineage.value.recorded(PICTURE, "generate"))
    history.apply(PICTURE, "Generate")
    history.undo()
    assert not session.is_saved
    session.new()
    assert session.is_saved
    session.close(keep_unsaved=False)


def test_what_a_panel_begins_with_and_which_model_is_chosen_are_no_work(context):
    session = make(context)
    history, lineage = session.histories["artwork"], session.lineages["artwork"]
    lineage.become(lineage.value.recorded(PICTURE, "generate"))
    history.restart(PICTURE)
    assert session.is_saved
    other = Artwork(Recipe("other"), PICTURE.pixels)
    lineage.become(lineage.value.recorded(other, CHOSEN, [0]))
    history.apply(other, "Model", is_work=False)
    assert session.is_saved
    session.autosave()
    assert not list(places().recovery_path.glob("*.atelier"))
    history.undo()
    assert session.is_saved
    history.redo()
    history.apply(Artwork(PICTURE.recipe), "Generate")
    assert not session.is_saved
    history.apply(Artwork(Recipe("third"), PICTURE.pixels), "Model", is_work=False)
    assert not session.is_saved, "what was made before is work all the same"
    session.close(keep_unsaved=False)


def test_a_damaged_lineage_is_said_and_the_work_is_there(context, tmp_path):
    session = make(context)
    session.histories["artwork"].apply(PICTURE, "Generate")
    session.save(tmp_path / "a.atelier")
    with zipfile.ZipFile(session.path, "a") as archive:
        archive.writestr("artwork/lineage.json", "[]")
    session.open(session.path)
    assert session.histories["artwork"].value == PICTURE
    assert context.said == ["The history of results in this project is damaged."]
    session.close(keep_unsaved=False)
