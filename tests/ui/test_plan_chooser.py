"""What is chosen for a folder, what a person may override, where a training begins."""

import time

import pytest

from studio.core.kind import FolderReport
from studio.core.model_file import ModelEntry, ModelHeader
from studio.core.presets import Machine, Shape, facts_of, shape_of_model
from studio.core.resources import resource
from studio.core.run_folder import TrainConfig
from studio.core.work import Finished, Progress
from studio.ui import paces as paces_module
from studio.ui import plan_chooser
from studio.ui.paces import Paces
from studio.ui.plan_chooser import PlanChooser
from studio.ui.presets import Card


@pytest.fixture
def starters(monkeypatch):
    """A starter of the fake medium and one of the person's own."""
    grey = ModelHeader("a", "fake", "Grey", 64, {"channel_base": 4096, "channel_max": 96})
    mine = ModelHeader("b", "fake", "Mine", 128)
    found = [
        ModelEntry(resource("models", "grey.safetensors"), grey),
        ModelEntry(resource("mine.safetensors"), mine),
    ]
    monkeypatch.setattr(plan_chooser, "models", lambda medium, places: (found, []))
    return found


@pytest.fixture
def known():
    return {}


@pytest.fixture
def paces(context, known):
    return Paces(context, lambda medium, shape: known.get((medium, shape), 0.0), lambda: False)


@pytest.fixture
def chooser(qtbot, context, kind, paces, starters):
    chooser = PlanChooser(context, paces)
    qtbot.addWidget(chooser)
    chooser.show_kind(kind)
    chooser.show()
    return chooser


def report(count, side_px=512):
    files = tuple(f"{number}.grey" for number in range(count))
    return FolderReport("/folder", "fake", files, facts={"good_for_px": side_px})


def config(chooser):
    return chooser.config(TrainConfig("fake", "/folder", "Name"))


def test_small_folders_begin_with_the_starter_at_its_size(chooser):
    chooser.show_report(report(300))
    made = config(chooser)
    assert made.start_model.endswith("grey.safetensors")
    assert (made.size_px, made.channel_base, made.channel_max) == (64, 4096, 96)
    assert made.preset == "good" and made.seconds is None and made.freeze == -1
    assert "2,000" in chooser._why.text() and "grows" not in chooser._why.text()


def test_it_says_when_a_model_will_grow(chooser, known, qtbot):
    known["fake", Shape(128, 4096, 96)] = 100.0
    chooser.show_report(report(300))
    chooser.presets.cards[2].click()
    assert config(chooser).size_px == 128
    assert chooser._why.text().endswith("It grows from 64 to 128 px.")
    chooser.show_report(report(300, 64))
    assert config(chooser).size_px == 64 and "grows" not in chooser._why.text()


def test_large_folders_begin_from_scratch(chooser):
    chooser.show_report(report(2500))
    made = config(chooser)
    assert made.start_model == "" and made.channel_base == Shape().channel_base


def test_what_a_person_chose_to_begin_with_stays(chooser, qtbot):
    chooser.start.setCurrentIndex(0)
    chooser.start.activated.emit(0)
    chooser.show_report(report(300))
    assert config(chooser).start_model == ""
    chooser.start.setCurrentIndex(2)
    chooser.start.activated.emit(2)
    chooser.show_report(report(5000))
    made = config(chooser)
    assert made.start_model.endswith("mine.safetensors") and made.size_px == 128


def finds(entry):
    """A search that finds this model, and remembers what it was asked."""

    def nearest(kind, entries, folder, files):
        nearest.asked.append((kind.name, len(entries), str(folder), len(files)))
        yield Progress(0, 0)
        yield Finished(entry)

    nearest.asked = []
    return nearest


def test_a_small_folder_begins_with_the_model_that_is_most_like_it(
    qtbot, chooser, context, starters
):
    context.nearest = nearest = finds(starters[1])
    with qtbot.waitSignal(chooser.nearest.found):
        chooser.show_report(report(300))
    assert nearest.asked == [("fake", 2, "/folder", 300)]
    assert config(chooser).start_model.endswith("mine.safetensors")
    assert "most like yours" in chooser._why.text()
    chooser.show_report(report(2500))
    assert config(chooser).start_model == "" and len(nearest.asked) == 1, "learns as well afresh"


def test_what_is_found_changes_no_choice_of_a_person(qtbot, chooser, context, starters):
    context.nearest = finds(starters[1])
    chooser.show_report(report(300))
    chooser.start.setCurrentIndex(0)
    chooser.start.activated.emit(0)
    qtbot.waitUntil(lambda: not context.jobs.is_busy)
    assert config(chooser).start_model == ""


@pytest.mark.expects_log
def test_a_search_that_fails_leaves_the_starter(qtbot, chooser, context):
    def nearest(*_):
        yield Progress(0, 0)
        raise MemoryError

    context.nearest = nearest
    chooser.show_report(report(300))
    qtbot.waitUntil(lambda: chooser.nearest._job is None)
    assert config(chooser).start_model.endswith("grey.safetensors")


def test_the_cards_say_an_honest_time(chooser, known, context):
    chooser.show_report(report(2500, 64))
    assert [card.time.split()[0] for card in chooser.presets.cards] == ["roughly"] * 3
    assert "guess" in chooser.presets.note.text()
    known["fake", Shape()] = 40.0
    chooser.refresh()
    cards = chooser.presets.cards
    assert cards[0].time == "about 10 min" and cards[0].size_words == "64 px"
    assert cards[1].accessibleName().startswith("Good, about ")
    cards[0].click()
    made = config(chooser)
    assert made.preset == "draft" and made.kimg == pytest.approx(24, abs=1)
    context.machine = Machine("gpu", 24.0)
    chooser.refresh()
    assert config(chooser).batch > made.batch


def test_before_a_folder_is_known_no_time_is_promised(chooser):
    assert chooser.presets.plan is None
    assert [card.time for card in chooser.presets.cards] == [""] * 3
    assert isinstance(chooser.presets.cards[0], Card) and "Draft" in chooser.presets.cards[0].text()


def test_an_unknown_pace_is_probed_one_at_a_time_until_all_plans_are_known(
    qtbot, chooser, context, kind
):
    asked = []

    def probe(medium, config):
        asked.append(config)
        yield Progress(0, 0)
        yield Finished(35.0)

    context.probe = probe
    chooser.show_report(report(2500, 64))
    assert chooser.presets.note.text().startswith("Measuring")
    qtbot.waitUntil(lambda: not any(plan.is_guess for plan in chooser.presets._plans))
    assert len(asked) == len(set(asked)) <= 3
    first = asked[0]
    assert (first.medium, first.size_px, first.batch, first.device) == ("fake", 64, 16, "auto")
    assert chooser.presets.cards[1].time.startswith("about")


@pytest.mark.expects_log
def test_a_probe_that_fails_leaves_the_guess(qtbot, chooser, context, paces):
    def probe(*_):
        yield Progress(0, 0)
        raise MemoryError

    context.probe = probe
    with qtbot.waitSignal(paces.changed):
        chooser.show_report(report(2500, 64))
    qtbot.waitUntil(lambda: not paces.is_probing)
    assert chooser.presets.cards[0].time.startswith("roughly")
    assert context.said == []


def test_a_probe_that_takes_too_long_is_given_up(qtbot, chooser, context, monkeypatch):
    monkeypatch.setattr(paces_module, "LONGEST_PROBE_MS", {"cpu": 50})
    asked = []

    def probe(*_):
        asked.append(1)
        while True:
            time.sleep(0.01)
            yield Progress(0, 0)

    context.probe = probe
    chooser.show_report(report(2500, 64))
    qtbot.waitUntil(lambda: not chooser._paces.is_probing)
    assert chooser.presets.note.text().startswith("Roughly")
    assert asked == [1], "not asked again: something else keeps the computer busy"


def test_nothing_is_probed_beside_a_training(qtbot, context, kind):
    context.probe = lambda *_: pytest.fail("the figure would be wrong")
    busy = Paces(context, lambda medium, shape: 0.0, lambda: True)
    busy.ask(kind, Shape())
    assert not busy.is_probing


def test_experts_are_prefilled_and_override(chooser):
    chooser.show_report(report(2500, 64))
    experts = chooser.experts
    experts.unfold()
    assert experts.isVisible() and experts.field("batch").currentData() == 16
    assert experts.field("length").value() == config(chooser).kimg
    before = config(chooser)
    experts.field("seed").setValue(7)
    experts.field("gamma").setValue(0.5)
    experts.field("augment").setValue(0.3)
    experts.field("mirror").setChecked(False)
    experts.field("size_px").setCurrentIndex(2)
    experts.field("size_px").activated.emit(2)
    made = config(chooser)
    assert (made.seed, made.gamma, made.augment, made.mirror) == (7, 0.5, 0.3, False)
    assert made.size_px == 128 and made.kimg == before.kimg
    assert "5 CHANGED" in experts._head.text()
    chooser.presets.cards[0].click()
    made = config(chooser)
    assert made.preset == "draft" and made.size_px == 128, "what was changed stays"
    assert experts.field("length").value() == made.kimg, "what was not changed follows"
    experts._reset.click()
    assert config(chooser) == chooser._preset_config(TrainConfig("fake", "/folder", "Name"))
    experts.field("gamma").setValue(0.5)
    experts.field("gamma").setValue(0.0)
    experts.field("augment").setValue(-0.05)
    made = config(chooser)
    assert (made.gamma, made.augment) == (0.0, -1.0), "automatic again"


@pytest.mark.parametrize(("unit", "seconds"), [("minutes", 120), ("hours", 7200)])
def test_a_length_can_be_minutes_or_hours(chooser, unit, seconds):
    chooser.show_report(report(2500, 64))
    chooser.experts.field("length").setValue(2)
    at = chooser.experts._unit.findText(unit)
    chooser.experts._unit.setCurrentIndex(at)
    chooser.experts._unit.activated.emit(at)
    made = config(chooser)
    assert made.seconds == seconds and made.kimg == 1e6
    assert chooser.experts._summary.text() == f"Takes 2 {'min' if seconds == 120 else 'h'}"


def test_a_model_that_is_continued_keeps_its_widths(chooser):
    chooser.show_report(report(2500, 64))
    experts = chooser.experts
    experts.unfold()
    experts.field("channels").setCurrentIndex(2)
    experts.field("channels").activated.emit(2)
    assert config(chooser).channel_max == 512 and not experts.field("freeze").isVisible()
    chooser.start.setCurrentIndex(1)
    chooser.start.activated.emit(1)
    assert not experts.field("channels").isEnabled() and experts.field("freeze").isVisible()
    made = config(chooser)
    assert (made.size_px, made.channel_base, made.channel_max) == (64, 4096, 96)
    experts.field("size_px").setCurrentIndex(2)
    experts.field("size_px").activated.emit(2)
    assert config(chooser).size_px == 128, "another size gets new layers"


def test_facts_come_from_the_doctors_findings(kind):
    facts = {"good_for_px": 128, "diversity": 0.4}
    found = facts_of(FolderReport("/f", "fake", ("a", "b"), facts=facts), kind)
    assert (found.examples, found.good_for_px, found.diversity) == (2, 128, 0.4)
    odd = facts_of(FolderReport("/f", "fake", facts={"good_for_px": "large"}), kind)
    assert (odd.good_for_px, odd.diversity) == (0, None)


def test_a_model_of_another_build_has_the_usual_shape():
    entry = ModelEntry(resource("x"), ModelHeader("a", "fake", "", 0, {"channel_base": "wide"}))
    assert shape_of_model(entry) == Shape()
