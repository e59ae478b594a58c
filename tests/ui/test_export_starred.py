"""A set leaves together: every result with a star, nothing overwritten, whatever goes wrong."""

from dataclasses import replace

import pytest
from PySide6.QtWidgets import QFileDialog

from studio.core.errors import StudioError
from studio.core.kind import Exporter
from studio.core.lineage import Lineage
from studio.ui.context import Errand
from studio.ui.export_size import SizeDialog
from studio.ui.status_line import StatusLine


@pytest.fixture
def shown(qtbot, panel):
    """A panel with its first result, at rest."""
    panel.start()
    qtbot.waitUntil(lambda: panel.has_result and not panel.is_busy)
    return panel


def give_stars(panel, count, **changes):
    """So many results of one seed, each with a star; returns their nodes."""
    lineage, made = Lineage(), panel.history.value
    for number in range(count):
        document = replace(made, grey=100 + number)
        lineage = lineage.recorded(document, "vary").with_star(number)
    lineage = Lineage(tuple(replace(node, **changes) for node in lineage.nodes), lineage.born)
    panel.recording.lineage.become(lineage)
    return lineage.nodes


def write(qtbot, panel, folder):
    """Write the set, and wait for the end; returns what was said."""
    panel.starred.write(folder)
    qtbot.waitUntil(lambda: panel.context.errand.value is None)
    return panel.context.said[-1]


def greys(folder):
    return {path.name: path.read_bytes()[0] for path in folder.iterdir()}


def test_each_result_with_a_star_is_one_file_and_nothing_is_overwritten(qtbot, shown, tmp_path):
    seed = shown.history.value.recipe.latent.seed
    folder = tmp_path / "set"
    folder.mkdir()
    (folder / f"grey_{seed}.grey").write_bytes(b"\x01")
    (folder / f"grey_{seed}_3.grey").symlink_to(folder / "nowhere")
    give_stars(shown, 3)
    said = write(qtbot, shown, folder)
    (folder / f"grey_{seed}_3.grey").unlink()
    assert greys(folder) == {
        f"grey_{seed}.grey": 1,
        f"grey_{seed}_2.grey": 100,
        f"grey_{seed}_4.grey": 101,
        f"grey_{seed}_5.grey": 102,
    }
    assert said == f"Saved 3 files in {folder}."
    assert shown.context.settings.last_folder == str(folder)


def test_the_format_is_that_of_the_last_export(qtbot, shown, kind, context, tmp_path):
    context.change_settings(export_formats=("music: WAV sound", "fake: Other"))
    give_stars(shown, 1)
    assert write(qtbot, shown, tmp_path) == f"Saved 1 file in {tmp_path}."
    assert len(list(tmp_path.glob("*.oth"))) == 1


def test_without_a_star_it_is_said_how_to_give_one(shown, context):
    shown.starred.ask()
    assert context.said == [
        "Nothing here has a star yet. S gives one to the present result, or in the history (H) to"
        " the one that is selected."
    ]
    assert not shown.findChildren(QFileDialog)


def test_it_asks_for_a_folder_and_says_what_will_lie_there(qtbot, shown, tmp_path):
    give_stars(shown, 2)
    shown.starred.ask()
    [dialog] = shown.window().findChildren(QFileDialog)
    assert dialog.windowTitle() == "Export 2 sheets with a star: Grey"
    assert dialog.fileMode() == QFileDialog.FileMode.Directory
    dialog.fileSelected.emit(str(tmp_path))
    qtbot.waitUntil(lambda: shown.context.errand.value is None)
    assert len(list(tmp_path.glob("*.grey"))) == 2
    dialog.close()


def test_a_stop_keeps_what_is_written_and_only_one_set_is_written_at_a_time(
    qtbot, shown, generator, context, tmp_path
):
    give_stars(shown, 4)
    lineage = shown.recording.lineage
    third = lineage.value.nodes[2]
    bare = tuple(replace(n, document=None) if n is third else n for n in lineage.value.nodes)
    lineage.become(Lineage(bare, 4))
    generator.gate.clear()  # the third has to be made again, and waits
    shown.starred.write(tmp_path)
    qtbot.waitUntil(lambda: context.errand.value.words.startswith("Writing 3 of 4 · "))
    shown.starred.ask()
    assert "already" in context.said[-1]
    context.errand.value.stop()
    assert context.errand.value.words == "Stopping…"
    generator.gate.set()
    qtbot.waitUntil(lambda: context.errand.value is None)
    assert len(list(tmp_path.glob("*.grey"))) == 3
    assert context.said[-1] == f"Stopped: 3 of 4 files were written, in {tmp_path}."


def test_what_a_person_makes_meanwhile_does_not_wait_for_the_whole_set(qtbot, shown, tmp_path):
    give_stars(shown, 6)
    written = failing(shown, 9, lambda: None)
    shown.maker.made.connect(lambda *_: written.append("made"))
    shown.starred.write(tmp_path)
    shown.generate()
    qtbot.waitUntil(lambda: shown.context.errand.value is None)
    qtbot.waitUntil(lambda: "made" in written)
    assert written.index("made") < 4


def failing(shown, after, act):
    """Its first format fails once so many are written."""
    written = []

    def write(document, path):
        if len(written) == after:
            act()
        written.append(path)
        path.write_bytes(b"\x00")

    shown.kind = replace(shown.kind, exporters=(Exporter("Grey", ".grey", write),))
    return written


@pytest.mark.parametrize(
    ("error", "why"),
    [
        (StudioError("The disk is full."), "The disk is full."),
        (OSError(5, "Input/output error"), "input/output error."),
    ],
)
def test_a_bad_write_ends_it_with_one_sentence(qtbot, shown, tmp_path, error, why):
    def fail():
        raise error

    give_stars(shown, 5)
    written = failing(shown, 2, fail)
    said = write(qtbot, shown, tmp_path)
    assert len(written) == 2
    assert said == f"2 of 5 files were written in {tmp_path}, then this went wrong: {why}"


def test_a_folder_that_goes_is_not_made_anew(qtbot, shown, tmp_path):
    folder = tmp_path / "stick"
    folder.mkdir()
    give_stars(shown, 3)
    written = failing(shown, 9, lambda: None)
    shown.starred.write(folder)
    qtbot.waitUntil(lambda: shown.context.errand.value is None)
    folder.rename(tmp_path / "gone")
    said = write(qtbot, shown, folder)
    assert len(written) == 3 and not folder.exists()
    assert said.endswith("then this went wrong: The folder stick is gone.")
    assert said.startswith("0 of 3")


def test_copies_are_told_once_for_all(qtbot, shown, context, tmp_path, monkeypatch):
    def is_copy(kind, places, document):
        if document.grey == 103:
            raise StudioError("The fingerprints are damaged.")
        return document.grey < 102

    monkeypatch.setattr(context.copies, "is_copy_of", is_copy)
    seed = give_stars(shown, 4)[0].recipe.latent.seed
    assert write(qtbot, shown, tmp_path) == (
        f"Saved 4 files in {tmp_path}. The fingerprints are damaged. 2 of 4 are nearly files that"
        f" the model learnt from: grey_{seed}.grey, grey_{seed}_2.grey."
    )


def test_what_cannot_be_made_again_is_left_out_and_said(qtbot, shown, tmp_path):
    give_stars(shown, 2, document=None)
    nodes = shown.recording.lineage.value.nodes
    lost = replace(nodes[0], recipe=replace(nodes[0].recipe, model="id-gone"))
    shown.recording.lineage.become(Lineage((lost, nodes[1]), 2))
    assert write(qtbot, shown, tmp_path) == (
        f"1 of 2 files were written, in {tmp_path}. 1 was left out: The model that made this is"
        " not on this computer."
    )


def test_what_would_be_too_large_is_written_as_large_as_it_may_be(qtbot, shown, context, tmp_path):
    scales = []

    def write_picture(document, path, *, scale):
        scales.append(scale)
        path.write_bytes(b"\x00")

    picture = Exporter(
        "Grey", ".grey", write_picture, ("scale",), size_px=lambda sheet: (sheet.grey * 20, 8)
    )
    shown.kind = replace(shown.kind, exporters=(picture,))
    context.change_settings(scale=4)
    give_stars(shown, 4)
    said = write(qtbot, shown, tmp_path)
    assert scales == [4, 4, 4, 2]
    assert said.endswith(
        "they are smaller: " + sorted(p.name for p in tmp_path.glob("*.grey"))[3] + "."
    )


def test_the_size_dialog_begins_with_the_format_chosen_last(qtbot, shown, context):
    kind = shown.kind
    offer = type("Offer", (), {"document": kind.empty()})
    first = SizeDialog(kind, context, offer, shown)
    first._choose_format(kind.exporters[1])
    first.accept()
    second = SizeDialog(kind, context, offer, shown)
    assert second.exporter is kind.exporters[1]
    second.reject()


def test_the_foot_of_the_window_shows_it_and_stops_it(qtbot):
    status, stopped = StatusLine(), []
    qtbot.addWidget(status)
    status.show()
    assert not status.stop.isVisible()
    status.show_errand(Errand("Writing 2 of 3", lambda: stopped.append(True)))
    assert status.stop.isVisible() and status._errand.text() == "Writing 2 of 3"
    status.stop.click()
    status.show_errand(None)
    assert stopped == [True] and not status.stop.isVisible()
