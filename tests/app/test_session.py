"""The session: saving, opening, autosave, what a crash left."""

import pytest

from studio import media
from studio.app.session import Session
from studio.core.errors import StudioError
from studio.core.latent import Latent, Recipe
from studio.core.library import places
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
