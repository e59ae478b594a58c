"""Every verb on every medium: in the real panels, with real (small, untrained) models.

What each must do: give another result, be one step that undo takes back, be written into the
lineage with its verb and parents, and be made again from its recipe, the same to the last byte.
"""

from __future__ import annotations

import importlib
import json
from dataclasses import replace

import numpy as np
import pytest

from studio.core import proposals
from studio.core.history import History
from studio.core.kind import MediumKind
from studio.core.latent import Recipe
from studio.core.library import places
from studio.core.model_file import read_entry
from studio.core.settings import Settings
from studio.core.slider import Slider
from studio.core.slider_file import path_for, sliders_to_json
from studio.core.taste import ENOUGH
from studio.core.taste_file import load_taste
from studio.core.work import result_of
from studio.gan import picture_fit
from studio.gan.fit import Plan
from studio.media import kinds
from studio.media.music import generator as music_generator
from studio.ui import theme
from studio.ui.compare import CompareView
from studio.ui.context import StudioContext
from studio.ui.generation import LoadedGenerators
from studio.ui.jobs import Jobs

WAIT_MS = 60_000


class Studio:
    """One medium's panel with its model, and what a test asks of it."""

    def __init__(self, qtbot, panel, context, model, said) -> None:
        self.qtbot, self.panel, self.context = qtbot, panel, context
        self.model, self.said = model, said

    @property
    def document(self):
        return self.panel.history.value

    @property
    def kind(self) -> MediumKind:
        return self.panel.kind

    def until(self, condition) -> None:
        self.qtbot.waitUntil(condition, timeout=WAIT_MS)

    def settle(self) -> None:
        panel = self.panel
        self.until(
            lambda: not (panel.is_busy or panel.maker.is_waiting or panel.rerolling.is_running)
        )

    def grid(self, verb: str) -> None:
        """The grid shows results of this verb."""
        explore = self.panel.explore
        explore.grid.clear()
        explore.verbs.choose(verb)
        self.until(lambda: len(explore.grid.documents) == 8)

    def take(self, place: int) -> None:
        self.panel.explore.grid.cells[place].click()

    def remade(self, recipe: Recipe):
        generator = self.context.generators.get(self.kind, self.model, "cpu")
        return result_of(generator.generate(recipe))


@pytest.fixture(scope="module")
def short_fits():
    """As real fits, only shorter."""
    patch = pytest.MonkeyPatch()
    plan = Plan(samples=4, steps=3, at_once=4, preview_every=1, anchor=0.1, seconds=1e9)
    for module in (picture_fit, music_generator):
        patch.setattr(module, "REROLL", plan)
        patch.setattr(module, "INSTANT", replace(plan, steps=0))
        patch.setattr(module, "FIND", replace(plan, steps=6))
    for name in ("MEASURED", "BACKGROUND"):
        patch.setattr(proposals, name, 12)
    yield
    patch.undo()


@pytest.fixture(params=kinds(), ids=lambda kind: kind.name)
def studio(request, qtbot, qapp, model_of, short_fits):
    theme.apply_theme(qapp)
    kind, jobs, said = request.param, Jobs(), []
    model = model_of(kind)
    _keep_sliders(model)
    context = StudioContext(
        jobs,
        Settings(device="cpu"),
        places(),
        said.append,
        lambda *_: None,
        LoadedGenerators(sliders_path=places().sliders_path),
    )
    module = importlib.import_module(f"studio.media.{kind.name}.panel")
    panel = module.Panel(kind, context, History(kind.empty()))
    qtbot.addWidget(panel)
    panel.resize(1100, 800)
    panel.show()
    panel.bar.model.choose_file(model)
    made = Studio(qtbot, panel, context, model, said)
    made.until(lambda: panel.has_result and not panel.is_busy)
    made.until(lambda: len(panel.steer.rows) == 1)
    yield made
    panel.leaving.emit()
    assert jobs.close()


def _keep_sliders(model) -> None:
    """One slider, as if it had been found: the search has tests of its own."""
    entry = read_entry(model)
    width = entry.header.network["w_dim"]
    direction = np.random.default_rng(0).standard_normal(width).astype("<f4").tobytes()
    slider = Slider("Main 1", "pca", direction, -3.0, 3.0, 0.9)
    path = path_for(places().sliders_path, entry.header.id)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(sliders_to_json(entry.header.id, [slider])))


def generate(studio: Studio) -> None:
    studio.panel.generate()


def dice(studio: Studio) -> None:
    studio.panel.dice()


def variety(studio: Studio) -> None:
    studio.panel.bar.variety.slider.setValue(110)


def vary(studio: Studio) -> None:
    studio.grid("vary")
    studio.take(0)


def breed(studio: Studio) -> None:
    generate(studio)
    studio.settle()
    studio.grid("breed")
    studio.take(0)


def morph(studio: Studio) -> None:
    generate(studio)
    studio.settle()
    studio.grid("morph")
    studio.take(5)


def for_you(studio: Studio) -> None:
    studio.grid("vary")
    for number in range(ENOUGH):
        studio.panel.judge(number % 2 == 0, studio.panel.explore.grid.documents[9 * number // 5])
    row = studio.panel.for_you.row
    studio.until(lambda: len(row.documents) > 1)
    row.cells[1].click()


def mix(studio: Studio) -> None:
    studio.panel.mixer._chips["coarse"].click()


def steer(studio: Studio) -> None:
    control = studio.panel.steer.rows["Main 1"].control
    control.slider.setValue(control.slider.maximum())


def lock_layers(studio: Studio) -> None:
    studio.panel.explore.locks.toggle("coarse")
    studio.panel.generate()


VERBS = {
    "generate": generate, "dice": dice, "variety": variety, "vary": vary, "breed": breed,
    "morph": morph, "for you": for_you, "mix": mix, "steer": steer, "lock": lock_layers,
}  # fmt: skip
TOLD = {"dice": "generate", "lock": "generate"}  # what the lineage calls it
ORPHANS = ("generate", "dice", "for you")


@pytest.mark.parametrize("verb", VERBS)
def test_a_verb_gives_a_result_that_undo_lineage_and_recipe_know(studio, verb):
    first = studio.document
    VERBS[verb](studio)
    studio.until(lambda: studio.document != first)
    studio.settle()
    result, panel = studio.document, studio.panel
    assert result.recipe != first.recipe
    remade = panel.merge(studio.remade(result.recipe), first)
    assert remade == result, "the recipe says everything"
    node = panel.recording.written(result)
    assert node.verb == TOLD.get(verb, verb) and node.thumbnail
    assert bool(node.parents) == (verb not in ORPHANS)
    before = panel.history.undo_text
    panel.undo()
    assert before and studio.document != result
    panel.redo()
    assert studio.document == result


def _lock_some(studio: Studio):
    """Keep a part in the way of the medium; returns what must stay."""
    panel = studio.panel
    if studio.kind.name == "music":
        panel._region.bars[0].click()
        panel._region.tracks["bass"].click()
        lock = panel.locked_region()
        return lambda clip: sorted(lock.kept(clip), key=repr)
    painter = panel.painter
    painter.choose("ellipse")
    painter.press((4, 4))
    painter.drag((20, 26))
    painter.release()
    mask = painter.mask
    return lambda document: document.pixels.array()[mask].tobytes()


@pytest.mark.parametrize("how", ["re-roll", "quick", "steer", "vary", "generate"])
def test_a_locked_part_comes_back_exactly_whatever_is_done(studio, how):
    kept = _lock_some(studio)
    first = studio.document
    before = kept(first)
    if how in ("re-roll", "quick"):
        studio.panel.reroll(instant=how == "quick")
    else:
        {"steer": steer, "vary": vary, "generate": generate}[how](studio)
    studio.until(lambda: studio.document != first)
    studio.settle()
    assert kept(studio.document) == before
    assert studio.document.recipe.is_composite and not studio.document.edited
    node = studio.panel.recording.written(studio.document)
    assert node.edited and node.verb == {"quick": "re-roll"}.get(how, how)
    studio.panel.undo()
    assert studio.document == first


def test_a_file_is_found_and_all_verbs_work_on_it(studio, folder_of):
    file = sorted(folder_of(studio.kind).iterdir())[0]
    first, panel = studio.document, studio.panel
    panel.finding.start(file)
    studio.until(lambda: bool(panel.findChildren(CompareView)))
    assert studio.document == first
    panel.findChildren(CompareView)[-1]._answers.itemAt(2).widget().click()
    found = studio.document
    assert found.recipe.latent.point and panel.history.undo_text == f"Find {file.name}"
    for verb in (vary, steer):
        before = studio.document
        verb(studio)
        studio.until(lambda before=before: studio.document != before)
        studio.settle()
        assert studio.document.recipe.latent.point == found.recipe.latent.point


def test_a_like_is_learnt_and_forgotten(studio):
    panel, model = studio.panel, studio.document.recipe.model
    panel.judge(True)
    studio.until(lambda: len(load_taste(model, places()).labels) == 1)
    [label] = load_taste(model, places()).labels
    assert label.liked and dict(label.qualities).keys() == studio.kind.load_qualities().keys()
    assert set(studio.kind.quality_words) == set(studio.kind.load_qualities())
    panel.liking.forget(model)
    assert not load_taste(model, places()).labels


def test_a_reset_takes_back_all_that_was_steered(studio):
    first = studio.document
    steer(studio)
    studio.until(lambda: studio.document != first)
    studio.settle()
    studio.panel.reset_sliders()
    studio.settle()
    assert studio.document == studio.panel.merge(studio.remade(first.recipe), first) == first
