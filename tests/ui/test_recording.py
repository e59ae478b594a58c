"""What a panel writes into its lineage, and taking results back from the history."""

from dataclasses import replace

import pytest

from studio.core.history import Present
from studio.core.lineage import Lineage


@pytest.fixture
def settled(qtbot, panel):
    panel.start()
    qtbot.waitUntil(lambda: panel.has_result and not panel.is_busy)
    return panel


def nodes(panel):
    panel.recording.flush()
    return panel.recording.lineage.value.nodes


def generate(qtbot, panel):
    panel.generate()
    qtbot.waitUntil(lambda: not panel.is_busy)


def test_results_are_written_down_with_their_verbs_and_parents(qtbot, settled):
    generate(qtbot, settled)
    grid = settled.explore.grid
    qtbot.waitUntil(lambda: len(grid.documents) == 8, timeout=3000)
    grid.cells[0].click()
    settled.explore.verbs.choose("breed")
    qtbot.waitUntil(lambda: len(grid.documents) == 8, timeout=3000)
    qtbot.wait(400)
    grid.cells[1].click()
    told = [(node.verb, node.parents) for node in nodes(settled)]
    assert told[:3] == [("generate", ()), ("generate", ()), ("vary", (1,))]
    assert told[3] == ("breed", (1, 2))
    assert "strength" in nodes(settled)[2].settings and nodes(settled)[2].thumbnail


def test_a_drag_is_one_node_even_when_the_hand_rests_in_between(qtbot, settled):
    slider = settled.bar.variety.slider
    slider.setSliderDown(True)
    for value in (30, 40, 50):
        slider.setValue(value)
    qtbot.waitUntil(lambda: settled.history.value.recipe.latent.psi == 0.5)
    qtbot.waitUntil(lambda: len(settled.recording.lineage.value.nodes) == 2, timeout=3000)
    slider.setValue(60)
    qtbot.waitUntil(lambda: settled.history.value.recipe.latent.psi == 0.6)
    slider.setSliderDown(False)
    first, second = nodes(settled)
    assert second.parents == (first.id,) and second.settings == "variety 0.60"
    assert second.document == settled.history.value


def test_undo_takes_nothing_out_and_goes_back_to_the_node(qtbot, settled):
    generate(qtbot, settled)
    settled.undo()
    assert len(nodes(settled)) == 2
    assert settled.recording.node_of(settled.history.value).id == 0


def test_what_a_hand_changed_is_written_down_before_something_is_made_from_it(qtbot, settled):
    edited = replace(settled.history.value, note="by hand")
    object.__setattr__(edited, "edited", True)
    settled.history.apply(edited, "Edit")
    settled.bar.variety.slider.setValue(30)
    qtbot.waitUntil(lambda: not settled.is_busy)
    told = [(node.verb, node.parents, node.edited) for node in nodes(settled)]
    assert told == [("generate", (), False), ("edit", (0,), True), ("variety", (1,), False)]


def test_the_history_opens_in_the_place_of_the_strip_and_takes_back(qtbot, settled):
    first = settled.history.value
    generate(qtbot, settled)
    settled.show()
    settled.dock.toggle()
    page = settled.dock.page
    assert settled.dock.is_open and not settled.strip.isVisible()
    page.pointed.emit(0)
    assert settled.view.shown[-1] == first
    page.pointed.emit(None)
    assert settled.view.shown[-1] == settled.history.value
    page.chosen.emit(0)
    assert settled.history.value == first and settled.history.undo_text == "Bring back"
    assert len(nodes(settled)) == 2, "nothing new was made"
    settled.dock.toggle()
    assert not settled.dock.is_open and settled.strip.isVisible()


def test_a_result_of_which_only_the_recipe_is_left_is_made_again(qtbot, settled, generator):
    first = settled.history.value
    generate(qtbot, settled)
    lineage = settled.recording.lineage
    bare = tuple(replace(node, document=None) for node in lineage.value.nodes)
    lineage.become(Lineage(bare, lineage.value.born))
    settled.dock.toggle()
    settled.dock.page.chosen.emit(0)
    qtbot.waitUntil(lambda: settled.history.value.recipe == first.recipe)
    assert len(nodes(settled)) == 2


def test_a_result_of_a_model_that_is_gone_stays_where_it_is(qtbot, settled, context):
    lineage = settled.recording.lineage
    node = lineage.value.nodes[0]
    lost = replace(node, document=None, recipe=replace(node.recipe, model="gone"))
    lineage.become(Lineage((lost,), 1))
    settled.dock.toggle()
    settled.dock.page.chosen.emit(0)
    assert "not on this computer" in context.said[-1]


def test_a_star_is_given_and_taken_off(settled, context):
    settled.dock.star()
    assert nodes(settled)[0].starred and "star" in context.said[-1]
    settled.dock.star()
    assert not nodes(settled)[0].starred


def test_it_follows_the_lineage_of_the_project(qtbot, settled):
    project = Present(Lineage())
    settled.recording.follow(project)
    generate(qtbot, settled)
    settled.recording.flush()
    assert [node.verb for node in project.value.nodes] == ["generate"]


def test_a_file_is_told_what_it_was_made_from(qtbot, settled):
    settled.bar.variety.slider.setValue(30)
    qtbot.waitUntil(lambda: not settled.is_busy)
    offer = settled.drag_out._offer()
    seed = settled.history.value.recipe.latent.seed
    assert offer.origin.verb == "variety"
    assert offer.origin.parents == (f"Grey:{seed}",)
