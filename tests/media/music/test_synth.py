"""What is rendered: pitch, loudness, length, mute and solo, memory of notes."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from studio.core.errors import StudioError
from studio.core.work import Finished, Progress
from studio.media.music.document import MAX_CLIP_TICKS, TRACKS, Clip, Note
from studio.media.music.room import room
from studio.media.music.soundfont import SoundFont
from studio.media.music.synth import RATE_HZ, Synth, default_soundfont, render


@pytest.fixture(scope="module")
def synth() -> Synth:
    return Synth(SoundFont(default_soundfont()))


def strongest_hz(samples: np.ndarray, near_hz: float) -> float:
    """The frequency of the peak within a third of an octave of one."""
    part = samples[4_000 : 4_000 + RATE_HZ].mean(axis=1)
    spectrum = np.abs(np.fft.rfft(part * np.hanning(len(part)), 2**18))
    hz = np.fft.rfftfreq(2**18, 1 / RATE_HZ)
    inside = (hz > near_hz * 0.89) & (hz < near_hz * 1.12)
    return float(hz[inside][spectrum[inside].argmax()])


@pytest.mark.parametrize("program", [0, 11, 24, 33, 48, 56, 73, 80])
@pytest.mark.parametrize("pitch", [45, 57, 69])
def test_notes_sound_at_their_pitch(synth, program, pitch):
    clip = Clip(notes=(Note("melody", pitch, 0, 1920, 100),), programs=(program, 0, 0, 0))
    hz = 440 * 2 ** ((pitch - 69) / 12)
    cents = 1_200 * np.log2(strongest_hz(synth.render(clip), hz) / hz)
    assert abs(cents) < 15


def test_long_notes_go_on_through_their_loops(synth):
    clip = Clip(notes=(Note("melody", 69, 0, 7_680, 100),))
    samples = synth.render(clip)
    late = samples[4 * RATE_HZ : 9 * RATE_HZ]
    assert np.sqrt(np.mean(late**2)) > 0.05
    assert np.abs(samples[round(9.6 * RATE_HZ) + RATE_HZ // 2 :]).max(initial=0) < 0.02


def test_louder_notes_are_louder_and_silence_is_silent(synth):
    soft = Clip(notes=(Note("melody", 60, 0, 480, 40), Note("melody", 72, 1_920, 480, 120)))
    samples = synth.render(soft)
    first, second = samples[:20_000], samples[round(2.4 * RATE_HZ) :][:20_000]
    assert np.abs(second).max() > 3 * np.abs(first).max()
    silent = synth.render(Clip())
    assert silent.shape == (round(9.6 * RATE_HZ), 2) and not silent.any()


CLIPS = st.lists(
    st.builds(
        Note, st.sampled_from(TRACKS), st.integers(0, 127), st.integers(0, 7_000),
        st.integers(1, 680), st.integers(1, 127),
    ),
    max_size=12,
)  # fmt: skip


@given(CLIPS, st.sampled_from((30.0, 100.0, 300.0)), st.integers(0, 127))
@settings(max_examples=20, deadline=None)
def test_nothing_clips_and_nothing_is_cut(synth, notes, tempo, program):
    clip = Clip(notes=tuple(notes), tempo_bpm=tempo, programs=(program, 0, 32, 0))
    samples = synth.render(clip)
    assert samples.dtype == np.float32 and np.isfinite(samples).all()
    assert np.abs(samples).max(initial=0) <= 0.892
    assert len(samples) >= round(clip.seconds * RATE_HZ)


def test_mute_and_solo_are_heard(synth):
    notes = (Note("melody", 81, 0, 1920), Note("bass", 33, 0, 1920))
    both = Clip(notes=notes)
    alone = synth.render(Clip(notes=notes[:1]))
    assert np.allclose(synth.render(replace(both, muted=("bass",))), alone)
    assert np.allclose(synth.render(replace(both, soloed=("melody",))), alone)


def test_a_closed_hi_hat_ends_the_open_one(synth):
    ringing = synth.render(Clip(notes=(Note("drums", 46, 0, 120),)))
    damped = synth.render(Clip(notes=(Note("drums", 46, 0, 120), Note("drums", 42, 480, 120))))
    later = slice(round(0.9 * RATE_HZ), round(1.1 * RATE_HZ))
    assert np.abs(damped[later]).max() < 0.3 * np.abs(ringing[later]).max()


def test_notes_heard_before_come_from_memory(monkeypatch):
    synth = Synth(SoundFont(default_soundfont()))
    notes = tuple(Note("melody", 60 + step, step * 480, 480) for step in range(12))
    before = synth.render(Clip(notes=notes))
    made: list[Note] = []
    voice = synth._voice
    monkeypatch.setattr(synth, "_voice", lambda z, n, h: (made.append(n), voice(z, n, h))[1])
    assert (synth.render(Clip(notes=notes)) == before).all() and not made
    synth.render(Clip(notes=(*notes, Note("melody", 40, 6_000, 480))))
    assert {note.pitch for note in made} == {40}


def test_the_work_reports_progress_and_can_be_left(synth):
    clip = Clip(notes=tuple(Note("melody", 60 + step % 12, step * 120, 120) for step in range(60)))
    events = list(synth.work(clip))
    assert isinstance(events[-1], Finished)
    assert [e.done for e in events if isinstance(e, Progress)] == [0, 16, 32, 48, 60]
    half = synth.work(clip)
    next(half)
    half.close()


def test_a_clip_of_an_hour_is_a_sentence(synth):
    hour = Clip(length_ticks=MAX_CLIP_TICKS, tempo_bpm=20.0)
    with pytest.raises(StudioError, match="lasts 51 minutes; sound is made of 10 at most"):
        synth.render(hour)


def test_another_rate_gives_the_same_length_of_time():
    clip = Clip(notes=(Note("melody", 69, 0, 1_920),), length_ticks=1_920, tempo_bpm=120.0)
    font = SoundFont(default_soundfont())
    assert strongest_hz(np.repeat(render(clip, font, 22_050), 2, axis=0), 440) == pytest.approx(
        440, rel=0.01
    )


def test_the_room_answers_softly_and_dies_away():
    dry = np.zeros(RATE_HZ * 2, np.float32)
    dry[100] = 1.0
    wet = room(dry, RATE_HZ)
    assert wet.shape == (2, len(dry)) and not wet[:, :100].any()
    energy = np.sqrt((wet**2).reshape(2, 20, -1).mean(axis=(0, 2)))
    assert energy[0] > 0 and energy[9] < energy[0] * 10 ** (-50 / 20)
    assert np.abs(wet).max() < 0.5 and not np.allclose(wet[0], wet[1])
    assert not room(np.zeros(10, np.float32), RATE_HZ).any()
