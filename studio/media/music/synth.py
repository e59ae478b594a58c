"""Play a clip through a SoundFont into samples: a sampler in plain numpy, offline."""

from __future__ import annotations

import math
from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from studio.core.errors import StudioError
from studio.core.resources import resource
from studio.core.work import Finished, Progress, Work, result_of
from studio.media.music import soundfont as sf
from studio.media.music.document import DRUMS, TICKS_PER_QUARTER, Clip, Note
from studio.media.music.room import room
from studio.media.music.soundfont import Sample, SoundFont, Zone

RATE_HZ = 44_100
PEAK = 10 ** (-1 / 20)
MOST_GAIN = 4.0
TAIL_S = 3.0
MOST_S = 600.0  # of sound, which is made whole: a minute takes 80 MB of memory
DRUM_S = 4.0
FADE_S = 0.008
QUIET_DB = -84.0
FILTER_BELOW_HZ = 11_000
MAX_CACHE_BYTES = 192 * 2**20
LEVELS = {"melody": 1.0, "chords": 0.62, "bass": 0.95, "drums": 0.85}
SENDS = {"melody": 0.25, "chords": 0.22, "bass": 0.08, "drums": 0.12}
PANS = {"melody": 0.08, "chords": -0.18, "bass": 0.0, "drums": 0.0}


def default_soundfont() -> Path:
    """The SoundFont that comes with Atelier."""
    return resource("soundfonts", "atelier-gm.sf3")


@dataclass(frozen=True)
class Voice:
    """One zone's sound for one note: mono float32 frames, gains left and right."""

    frames: np.ndarray
    left: float
    right: float
    level: float
    exclusive: int


class Synth:
    """Renders clips with one SoundFont; notes heard before come from memory.

    Belongs to one thread at a time.
    """

    def __init__(self, soundfont: SoundFont, rate_hz: int = RATE_HZ) -> None:
        self.soundfont = soundfont
        self.rate_hz = rate_hz
        self._cache: OrderedDict[tuple[Any, ...], tuple[Voice, ...]] = OrderedDict()
        self._cache_bytes = 0

    def work(self, clip: Clip, tail_s: float = TAIL_S) -> Work:
        """Progress after every few notes, Finished(float32 [N, 2]) within -1 dBFS.

        N is the clip's length and as much of the tail as sounds. StudioError when the SoundFont
        turns out to be damaged, or the clip is longer than 10 minutes.
        """
        if clip.seconds > MOST_S:
            raise StudioError(
                f"This clip lasts {clip.seconds / 60:.0f} minutes; "
                f"sound is made of {MOST_S / 60:.0f} at most."
            )
        frames = round(clip.seconds * self.rate_hz)
        mix = np.zeros((2, frames + round(tail_s * self.rate_hz)), np.float32)
        sent = np.zeros(mix.shape[1], np.float32)
        notes = [note for note in clip.notes if clip.audible(note.track)]
        for done, (note, voices, cut) in enumerate(self._played(clip, notes)):
            if done % 16 == 0:
                yield Progress(done, len(notes))
            begin = round(self._frame(clip, note.start_ticks))
            gain = LEVELS[note.track]
            send = gain * SENDS[note.track]
            for voice in voices:
                sound = voice.frames
                if cut is not None and cut < len(sound):
                    sound = _faded(sound[: cut + 1], round(FADE_S * self.rate_hz))
                size = min(len(sound), mix.shape[1] - begin)
                mix[0, begin : begin + size] += sound[:size] * (voice.left * gain)
                mix[1, begin : begin + size] += sound[:size] * (voice.right * gain)
                sent[begin : begin + size] += sound[:size] * (voice.level * send)
        yield Progress(len(notes), len(notes))
        mix += room(sent, self.rate_hz)
        yield Finished(_master(mix, frames))

    def render(self, clip: Clip, tail_s: float = TAIL_S) -> np.ndarray:
        """The clip as float32 [N, 2]; see work."""
        return result_of(self.work(clip, tail_s))

    def _frame(self, clip: Clip, ticks: int) -> float:
        return ticks * 60.0 / (clip.tempo_bpm * TICKS_PER_QUARTER) * self.rate_hz

    def _played(
        self, clip: Clip, notes: list[Note]
    ) -> Iterator[tuple[Note, tuple[Voice, ...], int | None]]:
        """Notes, their voices, and the frame at which a later note of the same class ends them."""
        next_of: dict[tuple[str, int], int] = {}
        found: list[tuple[Note, tuple[Voice, ...], int | None]] = []
        for note in reversed(notes):
            voices = self._voices(clip, note)
            begin = round(self._frame(clip, note.start_ticks))
            cut: int | None = None
            for group in {voice.exclusive for voice in voices if voice.exclusive}:
                later = next_of.get((note.track, group))
                if later is not None and later > begin:
                    cut = later - begin
                next_of[(note.track, group)] = begin
            found.append((note, voices, cut))
        return iter(found)

    def _voices(self, clip: Clip, note: Note) -> tuple[Voice, ...]:
        drums = note.track == DRUMS
        program = clip.program(note.track)
        held = DRUM_S * self.rate_hz if drums else self._frame(clip, note.length_ticks)
        key = (program, drums, note.pitch, note.velocity, round(held), PANS[note.track])
        if key in self._cache:
            self._cache.move_to_end(key)
            return self._cache[key]
        voices = tuple(
            self._voice(zone, note, round(held))
            for zone in self.soundfont.zones(program, drums, note.pitch, note.velocity)
        )
        self._cache[key] = voices
        self._cache_bytes += sum(voice.frames.nbytes for voice in voices)
        while self._cache_bytes > MAX_CACHE_BYTES and len(self._cache) > 1:
            _, old = self._cache.popitem(last=False)
            self._cache_bytes -= sum(voice.frames.nbytes for voice in old)
        return voices

    def _voice(self, zone: Zone, note: Note, held: int) -> Voice:
        sample = self.soundfont.sample(zone.sample)
        pitch = zone.get(sf.FIXED_KEY) if zone.get(sf.FIXED_KEY) >= 0 else note.pitch
        fixed = zone.get(sf.FIXED_VELOCITY)
        velocity = fixed if 1 <= fixed <= 127 else note.velocity
        envelope = _envelope(zone, pitch, held, self.rate_hz, note.track == DRUMS)
        frames = _resampled(zone, sample, _speed(zone, sample, pitch, self.rate_hz), len(envelope))
        frames *= envelope[: len(frames)]
        cutoff_hz = 8.176 * 2 ** (min(max(zone.get(sf.FILTER_CUTOFF), 1_500), 13_500) / 1_200)
        if cutoff_hz < FILTER_BELOW_HZ and len(frames):
            frames = _low_pass(frames, cutoff_hz, zone.get(sf.FILTER_Q) / 10, self.rate_hz)
        _smooth_end(frames)
        # hardware and FluidSynth apply 0.4 of the attenuation that the font asks for
        level = (velocity / 127) ** 2 * 10 ** (-0.4 * max(zone.get(sf.ATTENUATION), 0) / 200)
        pan = min(max(zone.get(sf.PAN) / 500 + PANS[note.track], -1.0), 1.0)
        angle = (pan + 1) * math.pi / 4
        left, right = level * math.cos(angle), level * math.sin(angle)
        return Voice(frames, left, right, level, zone.get(sf.EXCLUSIVE))


def render(clip: Clip, soundfont: SoundFont, rate_hz: int = RATE_HZ) -> np.ndarray:
    """The clip as float32 [N, 2] within -1 dBFS; keep a Synth to render again after an edit."""
    return Synth(soundfont, rate_hz).render(clip)


def _speed(zone: Zone, sample: Sample, pitch: int, rate_hz: int) -> float:
    """Frames of the sample for one frame of the result."""
    root = zone.get(sf.ROOT_KEY) if 0 <= zone.get(sf.ROOT_KEY) <= 127 else sample.root
    cents = (pitch - root) * zone.get(sf.SCALE_TUNING) + sample.cents
    cents += zone.get(sf.COARSE_TUNE) * 100 + zone.get(sf.FINE_TUNE)
    return sample.rate_hz / rate_hz * 2 ** (min(max(cents, -9_600), 9_600) / 1_200)


def _resampled(zone: Zone, sample: Sample, speed: float, length: int) -> np.ndarray:
    """Float32 [up to length]: the sample at another speed, looped where the zone says so."""
    source = sample.frames
    first = zone.get(sf.START) + 32_768 * zone.get(sf.START_COARSE)
    last = len(source) + zone.get(sf.END) + 32_768 * zone.get(sf.END_COARSE)
    first, last = min(max(first, 0), len(source)), min(max(last, 0), len(source))
    loop_start = sample.loop_start + zone.get(sf.LOOP_START)
    loop_end = sample.loop_end + zone.get(sf.LOOP_END)
    loop_start += 32_768 * zone.get(sf.LOOP_START_COARSE)
    loop_end += 32_768 * zone.get(sf.LOOP_END_COARSE)
    looped = zone.get(sf.LOOP_MODE) & 1 and first <= loop_start < loop_end <= last
    if last - first < 4:
        return np.zeros(0, np.float32)
    if looped:
        source, loop = _unrolled(source, loop_start, loop_end)
        last = len(source)
    else:
        loop = 0
        length = min(length, int((last - first - 2) / speed))
    position = first + speed * np.arange(max(length, 0))
    if loop:
        over = position >= loop_end
        position[over] = loop_start + np.mod(position[over] - loop_start, loop)
    return _interpolated(source, position, last)


def _unrolled(source: np.ndarray, start: int, end: int) -> tuple[np.ndarray, int]:
    """The sample up to the loop's end, the loop's first frames behind it; the loop's length."""
    loop = end - start
    around = np.take(source, np.arange(start, start + 4), mode="clip")
    if loop < 4:
        around = source[start + np.arange(4) % loop]
    return np.concatenate([source[:end], around]), loop


def _interpolated(source: np.ndarray, position: np.ndarray, last: int) -> np.ndarray:
    """Cubic (Catmull-Rom) values of source between its frames."""
    index = position.astype(np.int32)
    share = (position - index).astype(np.float32)
    if not share.any():
        return source[np.minimum(index, last - 1)]
    before = source[np.maximum(index - 1, 0)]
    here = source[np.minimum(index, last - 1)]
    after = source[np.minimum(index + 1, last - 1)]
    further = source[np.minimum(index + 2, last - 1)]
    slope = after - before
    bend = 2 * before - 5 * here + 4 * after - further
    twist = 3 * (here - after) + further - before
    return here + 0.5 * share * (slope + share * (bend + share * twist))


def _seconds(timecents: int) -> float:
    return 0.0 if timecents <= -12_000 else 2 ** (min(timecents, 8_000) / 1_200)


def _envelope(zone: Zone, pitch: int, held: int, rate_hz: int, drum: bool) -> np.ndarray:
    """Delay, attack, hold, decay, sustain, release: float32 gains until silence."""
    away = 60 - pitch
    delay = min(_seconds(zone.get(sf.DELAY)), 5.0)
    attack = max(_seconds(zone.get(sf.ATTACK)), 0.001)
    hold = _seconds(zone.get(sf.HOLD) + away * zone.get(sf.KEY_TO_HOLD))
    decay = max(_seconds(zone.get(sf.DECAY) + away * zone.get(sf.KEY_TO_DECAY)), 0.001)
    release = min(max(_seconds(zone.get(sf.RELEASE)), 0.012), 8.0)
    sustain_db = -min(max(zone.get(sf.SUSTAIN), 0), 1_440) / 10
    decay *= max(-sustain_db, 1e-3) / 100  # the font's times are for a fall of 100 dB
    points_s = np.cumsum([0.0, delay + attack + hold, decay])
    held_s = held / rate_hz
    level_db = float(np.interp(held_s, points_s, [0.0, 0.0, sustain_db]))
    end_s = held_s + release * max(level_db - QUIET_DB, 0.0) / 100
    if sustain_db <= QUIET_DB:  # it dies away by itself
        fall_s = points_s[1] + decay * QUIET_DB / sustain_db
        end_s = min(end_s, fall_s)
    if drum:
        end_s = min(end_s, held_s)
    time_s = np.arange(max(int(end_s * rate_hz), 1), dtype=np.float32) / rate_hz
    decibels = np.interp(
        time_s,
        [*points_s[points_s < held_s], held_s, held_s + release],
        [*np.array([0.0, 0.0, sustain_db])[points_s < held_s], level_db, level_db - 100],
    )
    gains = np.exp(decibels.astype(np.float32) * np.float32(math.log(10) / 20))
    rising = np.clip((time_s[: int((delay + attack) * rate_hz) + 2] - delay) / attack, 0, 1)
    gains[: len(rising)] *= rising[: len(gains)]
    return gains


def _low_pass(
    frames: np.ndarray, cutoff_hz: float, resonance_db: float, rate_hz: int
) -> np.ndarray:
    """The biquad of the RBJ cookbook, applied to the spectrum: exact, and fast in numpy."""
    size = _fast_length(len(frames) + 2_048)
    response = _response(size, round(cutoff_hz), round(resonance_db, 1), rate_hz)
    return np.fft.irfft(np.fft.rfft(frames, size) * response, size)[: len(frames)]


@lru_cache(maxsize=48)
def _response(size: int, cutoff_hz: int, resonance_db: float, rate_hz: int) -> np.ndarray:
    """What the low-pass does to each frequency: complex64 [size / 2 + 1]."""
    quality = 10 ** (min(max(resonance_db - 3.01, -3.01), 30) / 20)
    turn = 2 * math.pi * min(cutoff_hz / rate_hz, 0.49)
    alpha, cosine = math.sin(turn) / (2 * quality), math.cos(turn)
    step = np.exp(-2j * np.pi * np.arange(size // 2 + 1) / size)
    numerator = (1 - cosine) / 2 * (1 + step) ** 2
    denominator = (1 + alpha) - 2 * cosine * step + (1 - alpha) * step**2
    return (numerator / denominator).astype(np.complex64)


def _fast_length(least: int) -> int:
    """The smallest size of a fast Fourier transform, 2^a or 3 * 2^a, that is large enough."""
    power = 1 << (least - 1).bit_length()
    return power * 3 // 4 if power * 3 // 4 >= least else power


def _smooth_end(frames: np.ndarray) -> None:
    """No click where a voice ends."""
    size = min(len(frames), 128)
    if size:
        frames[-size:] *= np.linspace(1, 0, size, dtype=np.float32)


def _faded(frames: np.ndarray, size: int) -> np.ndarray:
    frames = frames.copy()
    size = min(size, len(frames))
    frames[len(frames) - size :] *= np.linspace(1, 0, size, dtype=np.float32)
    return frames


def _master(mix: np.ndarray, frames: int) -> np.ndarray:
    """Peaks at -1 dBFS (very soft clips get at most 12 dB more), silence at the end cut off.

    mix float32 [2, M] is changed: sound is large.
    """
    peak = float(max(mix.max(initial=0.0), -mix.min(initial=0.0)))
    tail = np.flatnonzero(np.abs(mix[:, frames:]).max(axis=0) > peak * 1e-4)
    last = frames + (int(tail[-1]) + 1 if len(tail) else 0)
    mix *= np.float32(min(PEAK / peak, MOST_GAIN) if peak > 0 else 1.0)
    return np.ascontiguousarray(mix[:, :last].T)
