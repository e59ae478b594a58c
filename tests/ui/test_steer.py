"""Sliders in the window: found, moved, kept through new seeds, reset, renamed, pinned, hidden."""

from dataclasses import replace

import numpy as np
import pytest

from studio.core.errors import StudioError
from studio.core.latent import Latent, Recipe
from studio.core.slider import Slider, SliderChoice
from studio.core.slider_file import read_choice
from studio.core.verbs import slid
from studio.ui.steer import FEW, FEWEST, SteerSliders

ONE = np.ones(8, "<f4").tobytes()


def slider(name, kind="pca"):
    return Slider(name, kind, ONE, -3.0, 3.0, 0.9, ((name, 2.0), ("Other", 1.5)))


@pytest.fixture
def steered(qtbot, panel):
    """The panel with its first result and its sliders."""
    panel.start()
    qtbot.waitUntil(lambda: len(panel.steer.rows) == 2)
    return panel


def move(qtbot, panel, name, value):
    control = panel.steer.rows[name].control.slider
    control.setValue(control.minimum() + round((value + 3.0) * 10))
    qtbot.waitUntil(lambda: not panel.is_busy and not panel.maker.is_waiting)


def test_sliders_of_the_model_appear_and_move_the_result(qtbot, steered):
    before = steered.history.value
    move(qtbot, steered, "Weight", 1.5)
    after = steered.history.value.recipe
    assert slid(after, "Weight") == pytest.approx(1.5) and slid(after, "Greyness") == 0
    steered.undo()
    assert steered.history.value == before
    assert steered.steer.rows["Weight"].control.value == pytest.approx(0)


def test_a_drag_is_one_step_and_the_newest_value_stands(qtbot, steered):
    before, control = steered.history.value, steered.steer.rows["Weight"].control.slider
    control.setSliderDown(True)
    for value in range(30, 56):
        control.setValue(value)
    qtbot.waitUntil(lambda: slid(steered.history.value.recipe, "Weight") == pytest.approx(2.5))
    control.setSliderDown(False)
    assert len(steered.history.value.recipe.latent.slides) == 1
    steered.undo()
    assert steered.history.value == before


def test_two_sliders_in_quick_succession_lose_nothing(qtbot, steered, generator):
    generator.gate.clear()
    steered.steer.rows["Weight"].control.slider.setValue(40)
    steered.steer.rows["Greyness"].control.slider.setValue(10)
    generator.gate.set()
    qtbot.waitUntil(lambda: not steered.is_busy and not steered.maker.is_waiting)
    recipe = steered.history.value.recipe
    assert slid(recipe, "Weight") == pytest.approx(1) and slid(recipe, "Greyness") == -2


def test_sliders_stay_when_a_seed_is_thrown_and_reset_takes_them_back(qtbot, steered):
    move(qtbot, steered, "Weight", 1.5)
    steered.generate()
    qtbot.waitUntil(lambda: not steered.is_busy)
    assert slid(steered.history.value.recipe, "Weight") == pytest.approx(1.5)
    steered.reset_sliders()
    qtbot.waitUntil(lambda: not steered.is_busy)
    assert steered.history.value.recipe.latent.slides == ()
    assert not steered.steer._reset.isEnabled()


def test_what_is_locked_is_not_steered(qtbot, steered):
    steered.explore.locks.toggle("coarse")
    move(qtbot, steered, "Weight", 1.0)
    [slide] = steered.history.value.recipe.latent.slides
    assert slide.groups == ("middle", "fine")


def test_a_choice_is_kept_for_the_next_start(qtbot, steered, context):
    one = steered.steer.rows["Weight"].slider
    menu = steered.steer.menu_for(one)
    actions = {action.text(): action for action in menu.actions()}
    actions["Pin on top"].trigger()
    assert list(steered.steer.rows) == ["Weight", "Greyness"]
    steered.steer._rename(one)
    dialog = steered.steer.children()[-1]
    dialog.setTextValue("Heft")
    dialog.accept()
    assert steered.steer.rows["Weight"].control.name.text() == "Heft"
    model = steered.history.value.recipe.model
    kept = read_choice(context.places.slider_choices_path, model)
    assert kept.pinned == ("Weight",) and kept.names == {"Weight": "Heft"}


def test_hidden_ones_come_back(themed, qtbot):
    view = SteerSliders()
    qtbot.addWidget(view)
    chosen = []
    view.chosen.connect(chosen.append)
    view.show_sliders((slider("One"), slider("Two")), SliderChoice(hidden=("Two",)))
    assert list(view.rows) == ["One"] and view._hidden.text() == "1 hidden"
    view._hidden.click()
    assert list(view.rows) == ["One", "Two"] and chosen[-1].hidden == ()


def test_many_are_not_all_shown_at_once(themed, qtbot):
    view = SteerSliders()
    qtbot.addWidget(view)
    view.show_sliders(tuple(slider(f"Main {n}") for n in range(12)), SliderChoice())
    assert len(view.rows) == FEW and view._more.text() == "7 more"
    view._more.click()
    assert len(view.rows) == 12 and view._more.text() == "Fewer"


def test_a_tooltip_says_what_else_a_slider_changes(themed, qtbot):
    view = SteerSliders()
    qtbot.addWidget(view)
    view.show_sliders((slider("Warmth", "measured"),), SliderChoice())
    words = view.rows["Warmth"].control.name.toolTip()
    assert "more other" in words and "Double click" in words


def test_a_model_whose_sliders_cannot_be_found_says_so(qtbot, panel, generator, context):
    def fail():
        raise StudioError("No sliders here.")
        yield

    generator.sliders = fail
    panel.start()
    qtbot.waitUntil(lambda: panel.steer._words.text() == "No sliders here.")
    assert not panel.steer.rows and "No sliders here." not in context.said


def test_another_model_begins_without_the_slides_of_the_last(qtbot, steered):
    move(qtbot, steered, "Weight", 1.5)
    entry = steered.bar.model.entry
    steered.bar.model.entry = replace(entry, header=replace(entry.header, id="id-other"))
    steered.bar.model.chosen.emit()
    qtbot.waitUntil(lambda: not steered.is_busy)
    assert steered.history.value.recipe.latent.slides == ()


def test_a_document_that_was_there_before_has_its_sliders_too(qtbot, panel):
    there = replace(panel.kind.empty(), recipe=Recipe("id-grey", Latent(4)), grey=4)
    panel.history.restart(there)
    panel.start()
    qtbot.waitUntil(lambda: len(panel.steer.rows) == 2, timeout=3000)


def test_less_room_shows_fewer_and_leaves_what_is_said(themed, qtbot):
    view = SteerSliders()
    qtbot.addWidget(view)
    view.say("Sliders appear when a model is played.")
    view.fit(-60)
    assert view.few == FEWEST and view._words.text().startswith("Sliders appear")
    view.fit(21)
    assert view.few == FEWEST, "a whole row or none"
    view.fit(200)
    assert view.few == FEW and view._words.text().startswith("Sliders appear")
