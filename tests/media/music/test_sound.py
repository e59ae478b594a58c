"""Examples heard one by one, as samples of a training are."""

import numpy as np
import pytest

from studio.core.errors import StudioError
from studio.core.settings import Settings
from studio.core.work import Finished, result_of
from studio.media.music.document import Clip, Note, clip_of, example_of
from studio.media.music.player import NO_DEVICE, Player
from studio.media.music.rolls import unpack
from studio.media.music.sound import CLIP_S, ClipSound

CLIP = Clip(notes=(Note("melody", 72, 0, 480), Note("bass", 40, 480, 960)))


class Clock:
    now_s = 100.0

    def __call__(self):
        return self.now_s


def test_an_example_is_rendered_as_its_clip(monkeypatch):
    sound, asked = ClipSound(Player(open_device=lambda *_: None)), []

    def render(clip, soundfont):
        asked.append((clip.notes, soundfont))
        yield Finished(np.zeros((5, 2), np.float32))

    monkeypatch.setattr(sound._sampler, "render", render)
    example = example_of(CLIP)
    assert len(result_of(sound.render(example, Settings(soundfont="own.sf2")))) == 5
    assert asked == [(clip_of(unpack(example)).notes, "own.sf2")]


def test_too_many_notes_are_a_sentence():
    sound = ClipSound(Player(open_device=lambda *_: None))
    with pytest.raises(StudioError, match="20,000 notes"):
        list(sound.render(np.full((4, 2, 64, 11), 255, np.uint8), Settings()))


def test_without_a_device_it_runs_silently_and_says_so():
    clock = Clock()
    sound = ClipSound(Player(open_device=lambda *_: None, clock=clock))
    assert sound.share is None
    assert sound.play(np.zeros((round(CLIP_S * 44_100) + 44_100, 2), np.float32)) == NO_DEVICE
    clock.now_s += CLIP_S / 2
    assert sound.share == pytest.approx(0.5, abs=0.01)
    clock.now_s += CLIP_S / 2 + 0.5
    assert sound.share == 1.0, "it rings on"
    clock.now_s += 1.0
    assert sound.share is None
    sound.play(np.zeros((44_100, 2), np.float32))
    sound.stop()
    assert sound.share is None
