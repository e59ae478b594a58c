"""The real window, without any model unless a test brings one."""

import pytest

from studio import media
from studio.app.session import Session
from studio.app.window import Window
from studio.core.library import places
from studio.core.settings import Settings
from studio.ui import theme
from studio.ui.context import StudioContext
from studio.ui.jobs import Jobs
from studio.ui.run_watch import RunWatch


@pytest.fixture
def library(monkeypatch):
    """The models that there are, of every medium; none at first."""
    entries = []
    monkeypatch.setattr(
        "studio.ui.model_chooser.models",
        lambda medium, _: ([one for one in entries if one.header.medium == medium], []),
    )
    return entries


@pytest.fixture
def window(qtbot, qapp, library):
    theme.apply_theme(qapp)
    context = StudioContext(Jobs(), Settings(), places(), print, lambda *a: None)
    made = Window(Session(media.kinds(), context), RunWatch(places()))
    made.show_page("artwork")
    made.show()
    yield made
    made.was_closed = True
    made.close()
    made.deleteLater()
    assert context.jobs.close()
