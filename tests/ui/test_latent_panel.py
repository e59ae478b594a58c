"""The panel all media share: first result, drags, undo, variations, strip, drag out."""

from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt

from studio.core.errors import StudioError
from studio.core.latent import FIRST_SEED, Latent, Mix


def settle(qtbot, panel):
    qtbot.waitUntil(lambda: panel.has_result and not panel.is_busy)


def test_first_result_comes_by_itself_and_is_the_beginning(qtbot, panel):
    panel.start()
    settle(qtbot, panel)
    assert panel.bar.model.entry.header.name == "Grey"
    assert panel.history.undo_text is None and panel.history.is_saved
    assert len(panel.strip.documents) == 1
    assert panel.history.value.recipe.model == "id-grey"


def test_generate_draws_a_new_seed_and_undo_goes_back(qtbot, panel):
    panel.start()
    settle(qtbot, panel)
    first = panel.history.value
    panel.generate()
    qtbot.waitUntil(lambda: panel.history.value != first)
    assert panel.history.value.recipe.latent.seed != first.recipe.latent.seed
    panel.undo()
    assert panel.history.value == first
    assert panel.bar.seed.seed == first.recipe.latent.seed
    panel.redo()
    assert panel.history.value != first


def test_a_typed_seed_is_used(qtbot, panel):
    panel.start()
    settle(qtbot, panel)
    panel.bar.seed.setText("4242")
    panel.bar.seed.editingFinished.emit()
    qtbot.waitUntil(lambda: panel.history.value.recipe.latent.seed == 4242)


def test_a_drag_of_variety_is_one_step_and_ends_with_the_last_value(qtbot, panel, generator):
    panel.start()
    settle(qtbot, panel)
    first = panel.history.value
    slider = panel.bar.variety.slider
    slider.setSliderDown(True)
    for value in range(20, 61):
        slider.setValue(value)
    qtbot.waitUntil(lambda: panel.history.value.recipe.latent.psi == 0.6)
    slider.setSliderDown(False)
    settle(qtbot, panel)
    assert len(generator.recipes) < 42, "drags are coalesced"
    assert len(panel.strip.documents) == 2
    panel.undo()
    assert panel.history.value == first


def test_the_latest_wins(qtbot, panel, generator):
    panel.start()
    settle(qtbot, panel)
    generator.gate.clear()
    for seed in (1, 2, 3):
        panel.bar.seed.change_seed(seed)
    generator.gate.set()
    qtbot.waitUntil(lambda: panel.history.value.recipe.latent.seed == 3)
    assert len(panel.strip.documents) == 2


def test_variations_appear_and_a_click_takes_one(qtbot, panel):
    panel.start()
    settle(qtbot, panel)
    cells = panel.explore.grid.cells
    qtbot.waitUntil(lambda: all(cell.isEnabled() for cell in cells), timeout=3000)
    before = panel.history.value
    cells[0].pointed.emit(True)
    assert panel.view.shown[-1].recipe.latent.moves
    cells[0].pointed.emit(False)
    assert panel.view.shown[-1] == before
    cells[0].click()
    assert len(panel.history.value.recipe.latent.moves) == 1
    assert len(panel.strip.documents) == 2
    panel.undo()
    assert panel.history.value == before


def two_results(qtbot, panel):
    panel.start()
    settle(qtbot, panel)
    first = panel.history.value
    panel.dice()
    qtbot.waitUntil(lambda: panel.history.value != first)
    return first, panel.history.value


def full(panel):
    return all(cell.isEnabled() for cell in panel.explore.grid.cells)


def test_the_last_two_results_breed_unless_others_are_chosen(qtbot, panel):
    first, second = two_results(qtbot, panel)
    panel.explore.verbs.choose("breed")
    qtbot.waitUntil(lambda: full(panel), timeout=3000)
    qtbot.waitUntil(lambda: panel.explore._job is None)
    children = [panel.explore.grid.documents[place].recipe.latent for place in (0, 1)]
    assert [child.seed for child in children] == [doc.recipe.latent.seed for doc in (first, second)]
    assert badges(panel) == [("2", False), ("1", False)], "newest first, taken by itself"
    panel.explore.grid.cells[0].click()
    assert panel.history.undo_text == "Breed" and len(panel.strip.documents) == 3
    panel.strip.toggle_parent(second)
    panel.strip.toggle_parent(first)
    assert panel.strip.parents == [second, first]
    assert badges(panel)[1:] == [("1", True), ("2", True)]
    panel.strip.toggle_parent(second)
    assert panel.strip.parents[0] == first, "the one chosen, and the newest beside it"
    assert [badge for badge, is_sure in badges(panel) if is_sure] == ["1"]
    panel.explore.verbs.choose("vary")
    assert [badge for badge, _ in badges(panel)] == ["", "", "1"], "what was chosen stays"


def badges(panel):
    """Of the strip, newest first: the number, and whether it was chosen."""
    kept = panel.strip._kept
    return [(one.thumbnail._badge, one.thumbnail._is_badge_sure) for one in kept]


@pytest.mark.parametrize("verb", ["breed", "morph"])
def test_nothing_below_moves_with_the_verb(qtbot, panel, verb):
    two_results(qtbot, panel)
    panel.resize(1224, 700)
    panel.show()
    explore = panel.explore
    height = explore.sizeHint().height()
    explore.verbs.choose(verb)
    assert explore.sizeHint().height() == height
    panel.strip.clear()
    qtbot.waitUntil(lambda: "Make another result" in explore._hint.text())
    assert explore._hint.isVisible() and not explore.strength.isVisible()
    assert explore.sizeHint().height() == height
    width = explore._hint.parentWidget().width()
    assert explore._hint.heightForWidth(width) <= explore._hint.parentWidget().height()


def test_morphing_goes_from_parent_to_parent(qtbot, panel):
    first, second = two_results(qtbot, panel)
    panel.explore.verbs.choose("morph")
    assert not panel.explore.strength.isVisible()
    qtbot.waitUntil(lambda: full(panel), timeout=3000)
    qtbot.waitUntil(lambda: panel.explore._job is None)
    way = [panel.explore.grid.documents[place].recipe for place in (0, 8)]
    assert way == [first.recipe, second.recipe]


def test_one_result_alone_cannot_breed_and_says_so(qtbot, panel):
    panel.start()
    settle(qtbot, panel)
    qtbot.waitUntil(lambda: full(panel), timeout=3000)
    panel.explore.verbs.choose("breed")
    assert "Make another result" in panel.explore._hint.text()
    qtbot.waitUntil(lambda: not panel.explore.grid.cells[0].isEnabled())


def test_locked_layers_stay_when_another_seed_is_thrown(qtbot, panel):
    panel.start()
    settle(qtbot, panel)
    first = panel.history.value.recipe.latent
    panel.explore.locks.toggle("coarse")
    assert panel.explore.locks.free == ("middle", "fine")
    panel.dice()
    qtbot.waitUntil(lambda: panel.history.value.recipe.latent.seed != first.seed)
    now = panel.history.value.recipe.latent
    assert now.moves == (Mix(first, ("coarse",), is_lock=True),)
    panel.dice()
    qtbot.waitUntil(lambda: panel.history.value.recipe.latent.seed != now.seed)
    assert panel.history.value.recipe.latent.moves == now.moves, "however often"
    assert not panel.mixer._chips["coarse"].isChecked(), "no style was chosen"
    for group in ("middle", "fine"):
        panel.explore.locks.toggle(group)
    qtbot.waitUntil(lambda: "Everything is locked" in panel.explore._hint.text())


def test_a_drag_leaves_no_old_parent_behind(qtbot, panel):
    two_results(qtbot, panel)
    panel.explore.verbs.choose("breed")
    slider = panel.bar.variety.slider
    slider.setSliderDown(True)
    for value in (30, 40, 50):
        slider.setValue(value)
    qtbot.waitUntil(lambda: panel.history.value.recipe.latent.psi == 0.5)
    slider.setSliderDown(False)
    settle(qtbot, panel)
    assert panel.explore.parents == panel.strip.parents
    assert panel.explore.parents[-1] == panel.history.value


def test_control_and_a_click_choose_a_parent(qtbot, panel, monkeypatch):
    first, second = two_results(qtbot, panel)
    held = Qt.KeyboardModifier.ControlModifier
    monkeypatch.setattr("studio.ui.strip.QApplication.keyboardModifiers", lambda: held)
    for kept in panel.strip._kept:
        kept.thumbnail.click()
    assert panel.strip.parents == [second, first] and panel.history.value == second
    panel.strip._kept[0].thumbnail.grab()  # with its badge
    panel.strip.clear()
    assert panel.strip.parents == []


def test_a_click_in_the_strip_brings_back_in_one_step(qtbot, panel):
    panel.start()
    settle(qtbot, panel)
    first = panel.history.value
    panel.dice()
    qtbot.waitUntil(lambda: panel.history.value != first)
    second = panel.history.value
    panel.strip._kept[1].thumbnail.click()
    assert panel.history.value == first
    panel.undo()
    assert panel.history.value == second


def test_style_mix_reaches_the_recipe_and_shows_what_a_result_had(qtbot, panel):
    panel.start()
    settle(qtbot, panel)
    panel.mixer.seed.set_seed(7)
    panel.mixer._chips["coarse"].click()
    qtbot.waitUntil(lambda: panel.history.value.recipe.latent.mix == Mix(Latent(7), ("coarse",)))
    panel.undo()
    assert not panel.mixer._chips["coarse"].isChecked()


def test_what_a_hand_set_survives_another_result(qtbot, panel):
    panel.start()
    settle(qtbot, panel)
    panel.history.apply(replace(panel.history.value, note="mine"), "Write")
    panel.dice()
    qtbot.waitUntil(lambda: panel.history.undo_text == "New seed")
    assert panel.history.value.note == "mine"


def test_an_error_is_said_and_the_controls_go_back(qtbot, panel, context, generator):
    panel.start()
    settle(qtbot, panel)
    seed = panel.bar.seed.seed
    generator.error = StudioError("This model is too big for this computer.")
    panel.dice()
    qtbot.waitUntil(lambda: bool(context.said))
    assert context.said == ["This model is too big for this computer."]
    assert panel.bar.seed.seed == seed


def test_another_model_is_remembered_with_the_result(qtbot, panel, entries):
    panel.start()
    settle(qtbot, panel)
    panel.bar.model._choose(entries[1])
    qtbot.waitUntil(lambda: panel.history.value.recipe.model == "id-other")
    panel.undo()
    assert panel.bar.model.entry == entries[0]


def test_to_look_at_another_model_is_no_work_to_be_saved(qtbot, panel, entries):
    panel.start()
    qtbot.waitUntil(lambda: panel.has_result)
    panel.bar.model._choose(entries[1])
    qtbot.waitUntil(lambda: panel.history.value.recipe.model == entries[1].header.id)
    assert panel.history.is_saved and not panel.recording.lineage.value.has_work_since(1)
    panel.generate()
    qtbot.waitUntil(lambda: panel.history.undo_text == "Generate")
    assert not panel.history.is_saved and panel.recording.lineage.value.has_work_since(1)


def test_drag_out_writes_a_lasting_file_once(qtbot, panel, context, kind):
    panel.start()
    settle(qtbot, panel)
    path = panel.drag_out.written_file(kind.exporters[0])
    assert path.parent == context.places.exports_path and path.name == f"grey_{FIRST_SEED}.grey"
    assert panel.drag_out.written_file(kind.exporters[0]) == path
    panel.dice()
    qtbot.waitUntil(lambda: panel.history.undo_text == "New seed")
    assert panel.drag_out.written_file(kind.exporters[0]) != path
    assert path.exists()


def test_without_a_model_a_sentence_says_what_to_do(qtbot, panel, context, monkeypatch):
    monkeypatch.setattr("studio.ui.model_chooser.models", lambda medium, places: ([], []))
    panel.start()
    panel.generate()
    assert "no model" in context.said[0]


def test_another_project_begins_with_its_own_strip(qtbot, panel, kind):
    panel.start()
    settle(qtbot, panel)
    panel.dice()
    qtbot.waitUntil(lambda: panel.history.undo_text == "New seed")
    opened = replace(panel.history.value, note="from a file", grey=5)
    panel.history.restart(opened)
    assert panel.strip.documents == [opened]
    panel.history.restart(kind.empty())
    assert panel.strip.documents == []
    assert "Press Space" in panel._note._title.text()


def test_models_of_one_name_are_told_apart_by_their_files(panel, entries, monkeypatch):
    twins = [replace(entries[0], path=Path(f"mine/{stem}.safetensors")) for stem in ("a", "b")]
    found = [*twins, entries[1]]
    monkeypatch.setattr("studio.ui.model_chooser.models", lambda medium, places: (found, []))
    panel.bar.model._fill()
    texts = [one.text().partition("\t")[0] for one in panel.bar.model._menu.actions()]
    assert [one for one in texts if one.startswith("Grey")] == ["Grey · a", "Grey · b"]
    assert entries[1].header.name in texts


def test_the_strip_says_of_what_is_pointed_at_where_no_picture_is(qtbot, panel):
    panel.start()
    settle(qtbot, panel)
    panel.resize(1224, 700)
    panel.show()
    strip, thumbnail = panel.strip, panel.strip._kept[0].thumbnail
    qtbot.waitUntil(thumbnail.isVisible)
    assert thumbnail.toolTip() == "" and strip.words.text() == ""
    thumbnail.pointed.emit(True)
    seed = panel.history.value.recipe.latent.seed
    assert strip.words.text().startswith(f"Seed {seed} · Click")
    top = thumbnail.mapTo(strip, thumbnail.rect().topLeft()).y()
    assert strip.words.geometry().bottom() < top
    assert thumbnail.mapTo(strip, thumbnail.rect().bottomLeft()).y() < strip.height()
    thumbnail.pointed.emit(False)
    assert strip.words.text() == ""


def test_what_was_made_has_the_room_until_there_are_guesses(qtbot, panel):
    panel.resize(1224, 700)
    panel.show()
    soon = panel.for_you.words
    assert soon.isVisible() and soon.sizeHint().width() <= soon.width(), "nothing is cut off"
    panel.start()
    settle(qtbot, panel)
    qtbot.waitUntil(panel.for_you.lesson.isVisible)
    assert panel.strip.width() > 2 * panel.for_you.width()
    lesson = panel.for_you.lesson
    words = lesson.words
    assert words.heightForWidth(words.width()) <= words.height()
    panel.for_you._show_body(is_lesson=False)
    qtbot.waitUntil(lambda: panel.for_you.width() > 2 * 150 + 60)
