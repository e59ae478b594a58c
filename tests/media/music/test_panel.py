"""The page of clips: transport, tracks, edits into the history, merging."""

from dataclasses import replace
from typing import ClassVar

import numpy as np
import pytest
from PySide6.QtCore import Qt

from studio.core.history import History
from studio.core.settings import Settings
from studio.core.work import Finished, Progress, result_of
from studio.media.music import transport_view
from studio.media.music.document import Clip, Note
from studio.media.music.gestures import Pointer
from studio.media.music.kind import KIND
from studio.media.music.listening import Listening
from studio.media.music.panel import Panel
from studio.media.music.player import NO_DEVICE, Player
from studio.media.music.sampler import Instruments, Sampler

NOTES = (Note("melody", 72, 0, 480), Note("bass", 40, 0, 960), Note("chords", 60, 960, 480))


def make(recipe):
    seed = recipe.latent.seed % 20
    return Clip(recipe, tuple(replace(n, pitch=n.pitch + seed) for n in NOTES))


class FakeClock:
    def __init__(self):
        self.now_s = 100.0

    def __call__(self):
        return self.now_s


class SilentSampler:
    """Samples of the right length at once, and what was asked for."""

    rendered: ClassVar[list[Clip]] = []

    def instruments(self, soundfont):
        yield Progress(0, 1)
        yield Finished(Instruments(((0, "Piano"), (73, "Flute")), ((0, "Standard"),)))

    def render(self, clip, soundfont):
        yield Progress(0, 1)
        self.rendered.append(clip)
        yield Finished(np.zeros((round(clip.seconds * 44_100), 2), np.float32))


@pytest.fixture
def clock():
    return FakeClock()


@pytest.fixture
def panel(qtbot, context, with_generator, clock, monkeypatch):
    SilentSampler.rendered = []
    monkeypatch.setattr(transport_view, "Sampler", SilentSampler)
    kind, _ = with_generator(KIND, make)
    player = Player(open_device=lambda *_: None, clock=clock)
    panel = Panel(kind, context, History(kind.empty()), player)
    qtbot.addWidget(panel)
    panel.resize(1280, 700)
    panel.show()
    panel.start()
    qtbot.waitUntil(lambda: panel.has_result and not panel.is_busy)
    yield panel
    panel.transport.stop()


def play(qtbot, panel):
    panel.transport.play_button.click()
    qtbot.waitUntil(lambda: panel.roll.playhead_ticks is not None)


def test_playing_moves_the_playhead_and_ends_by_itself(panel, qtbot, clock):
    play(qtbot, panel)
    clock.now_s += 1.2  # two beats at 100 bpm
    qtbot.waitUntil(lambda: panel.roll.playhead_ticks == pytest.approx(960))
    assert panel.view.tools.sound.text() == NO_DEVICE
    clock.now_s += 60
    qtbot.waitUntil(lambda: not panel.transport.is_playing)
    assert panel.roll.playhead_ticks is None


def test_playing_starts_at_the_cursor_and_loops(panel, qtbot, clock):
    panel.roll.cursor_moved.emit(1920)
    panel.transport.loop.click()
    play(qtbot, panel)
    assert panel.roll.playhead_ticks == pytest.approx(1920)
    clock.now_s += 9.6  # a whole clip later the loop is back
    qtbot.waitUntil(lambda: panel.roll.playhead_ticks == pytest.approx(1920, abs=2))
    assert panel.transport.is_playing


def test_an_edit_while_playing_is_heard_from_the_same_place(panel, qtbot, clock):
    play(qtbot, panel)
    clock.now_s += 2.4
    qtbot.waitUntil(lambda: panel.roll.playhead_ticks == pytest.approx(1920))
    panel.transport.tempo.setValue(200)
    qtbot.waitUntil(lambda: SilentSampler.rendered[-1].tempo_bpm == 200)
    qtbot.wait(60)
    assert panel.roll.playhead_ticks == pytest.approx(1920, abs=2)


def test_stop_forgets_what_is_still_being_rendered(panel, qtbot):
    panel.transport.play()
    panel.transport.stop()
    qtbot.wait(80)
    assert panel.roll.playhead_ticks is None


def test_a_drawn_note_is_one_step_and_is_rendered_alone(panel, qtbot):
    before = panel.history.value
    panel.roll.editor.draw(pointer := Pointer(480, 75))
    panel.roll.editor.drag(replace(pointer, ticks=960))
    panel.roll.editor.release()
    assert panel.history.undo_text == "Draw a note"
    qtbot.waitUntil(lambda: bool(SilentSampler.rendered))
    assert len(SilentSampler.rendered[-1].notes) == 1
    panel.undo()
    assert panel.history.value == before == panel.roll.editor.clip


def test_generating_again_keeps_tempo_instruments_and_mutes(panel, qtbot):
    panel.transport.tempo.setValue(84)
    panel.tracks.rows["melody"].program_chosen.emit(0)
    panel.tracks.rows["bass"].mute.click()
    panel.tracks.rows["chords"].solo.click()
    seed = panel.history.value.recipe.latent.seed
    panel.generate()
    qtbot.waitUntil(lambda: panel.history.value.recipe.latent.seed != seed)
    clip = panel.history.value
    assert (clip.tempo_bpm, clip.program("melody")) == (84.0, 0)
    assert (clip.muted, clip.soloed) == (("bass",), ("chords",))
    for _ in range(5):
        panel.undo()
    assert panel.history.value == make(panel.history.value.recipe)
    assert not panel.tracks.rows["bass"].mute.isChecked()
    assert panel.transport.tempo.value() == 100


def test_tempo_in_quick_steps_is_one_undo(panel):
    before = panel.history.value
    for tempo in (101, 102, 103):
        panel.transport.tempo.setValue(tempo)
    panel.undo()
    assert panel.history.value == before


def test_instruments_are_those_of_the_soundfont(panel, qtbot):
    row = panel.tracks.rows["melody"]
    qtbot.waitUntil(lambda: row.instrument.count() == 2)
    assert [row.instrument.itemText(at) for at in range(2)] == ["Grand piano", "Flute"]
    assert row.instrument.currentText() == "Flute"
    assert panel.tracks.rows["bass"].instrument.currentText() == "Acoustic bass"
    assert panel.tracks.rows["drums"].instrument.currentText() == "Standard"


def test_tracks_are_chosen_by_click_key_and_note(panel, qtbot):
    qtbot.mouseClick(panel.tracks.rows["drums"], Qt.MouseButton.LeftButton)
    assert panel.roll.editor.track == "drums"
    actions = {action.text(): action for action in panel.menu_actions()["Notes"]}
    actions["Edit bass"].trigger()
    assert panel.roll.editor.track == "bass"
    assert actions["Edit bass"].shortcut().toString() == "3"


def test_menu_lines_edit_the_selection(panel):
    actions = {action.text(): action for action in panel.menu_actions()["Notes"]}
    before = panel.history.value
    actions["Select all of the track"].trigger()
    assert len(panel.roll.editor.selection) == 1
    actions["Copy"].trigger()
    actions["Delete"].trigger()
    assert not panel.history.value.on_track("melody")
    actions["Paste at the start mark"].trigger()
    assert panel.history.value.notes == before.notes and panel.history.value.edited
    actions["Duplicate"].trigger()
    assert len(panel.history.value.on_track("melody")) == 2
    panel.undo()
    panel.undo()
    panel.undo()
    assert panel.history.value == before


def test_the_menu_has_a_shortcut_for_every_line(panel):
    for action in [a for menu in panel.menu_actions().values() for a in menu]:
        if action.menu():
            assert all("\t" in inner.text() for inner in action.menu().actions())
        else:
            assert action.isSeparator() or action.shortcuts(), action.text()


def test_the_menu_moves_what_the_arrow_keys_move(panel):
    nudges = next(a.menu() for a in panel.menu_actions()["Notes"] if a.menu())
    by_text = {a.text().partition("\t")[0]: a for a in nudges.actions()}
    panel.roll.editor.select_all()
    pitch = panel.history.value.on_track("melody")[0].pitch
    by_text["Octave up"].trigger()
    by_text["Longer"].trigger()
    by_text["Softer"].trigger()
    note = panel.history.value.on_track("melody")[0]
    assert (note.pitch, note.length_ticks, note.velocity) == (pitch + 12, 600, 85)
    panel.undo()
    assert panel.history.undo_text == "Change the length of notes"


def test_tools_and_grid(panel):
    tools = panel.view.tools
    tools.tools["draw"].click()
    assert panel.roll.editor.tool == "draw"
    tools.step_grid(1)
    assert panel.roll.editor.grid_ticks == 80 and tools.grid.currentText() == "1/16 T"
    tools.step_grid(-3)
    assert panel.roll.editor.grid_ticks == 240


def test_quantise_without_a_selection_takes_the_track(panel):
    crooked = replace(panel.history.value, notes=(Note("melody", 60, 130, 200), NOTES[1]))
    panel.history.apply(crooked, "Crooked")
    panel.actions_of_roll.quantise()
    assert Note("melody", 60, 120, 240) in panel.history.value.notes
    assert panel.history.undo_text == "Quantise notes"


def test_pointing_at_a_variation_keeps_the_selection(panel):
    chosen = frozenset(panel.roll.editor.clip.on_track("melody"))
    panel.roll.editor.select(chosen)
    panel.show_document(Clip())
    assert not panel.roll.editor.selection
    panel.show_document(panel.history.value)
    assert panel.roll.editor.selection == chosen


@pytest.mark.expects_log
def test_a_missing_soundfont_is_one_sentence(qtbot, context, with_generator, tmp_path):
    context.settings = Settings(soundfont=str(tmp_path / "gone.sf2"))
    kind, _ = with_generator(KIND, make)
    panel = Panel(kind, context, History(make(Clip().recipe)), Player(open_device=lambda *_: None))
    qtbot.addWidget(panel)
    panel.show()
    panel.transport.play()
    qtbot.waitUntil(lambda: not panel.transport.is_playing)
    qtbot.waitUntil(lambda: len(context.said) >= 1)
    assert all("SoundFont" in one for one in context.said)


def test_listening_goes_on_after_another_tempo(clock):
    listening = Listening(Player(open_device=lambda *_: None, clock=clock))
    assert listening.ticks is None
    slow, fast = Clip(tempo_bpm=60), Clip(tempo_bpm=120)
    listening.take(slow, np.zeros((20 * 44_100, 2), np.float32))
    clock.now_s += 2
    assert listening.ticks == pytest.approx(960)
    listening.take(fast, np.zeros((10 * 44_100, 2), np.float32))
    assert listening.ticks == pytest.approx(960)
    clock.now_s += 1
    assert listening.ticks == pytest.approx(1920)
    listening.hear(np.zeros((441, 2), np.float32), 100)
    assert listening.ticks is None


def test_the_real_sampler_offers_and_renders():
    own = Sampler()
    offered = result_of(own.instruments(""))
    assert 73 in dict(offered.melodic) and 0 in dict(offered.drums)
    sound = result_of(own.render(Clip(notes=NOTES, tempo_bpm=240), ""))
    assert sound.shape[1] == 2 and np.abs(sound).max() > 0.1


def test_the_roll_marks_what_the_chips_keep(panel):
    clip = panel.history.value
    panel._region.tracks["melody"].click()
    panel._region.bars[0].click()
    assert panel.roll.editor.locked_bars == {0}
    assert panel.roll.editor.locked_notes == set(panel.locked_region().kept(clip))
    assert {one for one in clip.notes if one.track == "melody"} <= panel.roll.editor.locked_notes
    panel.clear_region()
    assert not panel.roll.editor.locked_notes and not panel.roll.editor.locked_bars
