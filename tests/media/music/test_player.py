"""The player with a device that the test turns by hand, and without any."""

import threading

import numpy as np
import pytest

from studio.media.music.player import LOST_DEVICE, NO_DEVICE, Player


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


class Device:
    """Asks for frames when the test says so."""

    def __init__(self) -> None:
        self.closed = False

    def open(self, source, rate_hz):
        self.source = source()
        next(self.source)
        return self

    def ask(self, frames: int) -> np.ndarray:
        return np.frombuffer(self.source.send(frames), np.float32).reshape(-1, 2)

    def close(self) -> None:
        self.closed = True


def ramp(frames: int) -> np.ndarray:
    return np.repeat(np.arange(1, frames + 1, dtype=np.float32)[:, None], 2, axis=1)


def test_the_device_gets_every_frame_once_and_then_silence():
    device, clock = Device(), Clock()
    player = Player(1_000, device.open, clock)
    player.play(ramp(250))
    blocks = [device.ask(100)[:, 0] for _ in range(4)]
    heard = np.concatenate(blocks)
    assert (heard[:250] == np.arange(1, 251)).all() and not heard[250:].any()
    assert not player.is_playing and player.position_s == pytest.approx(0.21)
    player.close()
    assert device.closed


def test_nothing_is_opened_before_the_first_play():
    opened = []
    player = Player(1_000, lambda *_: opened.append(1), Clock())
    assert not player.is_playing and player.position_s == 0.0 and player.message == ""
    player.stop()
    assert not opened
    player.play(ramp(10))
    player.play(ramp(10))
    assert opened == [1]


def test_loops_go_round_and_edits_are_heard_in_place():
    device = Device()
    player = Player(1_000, device.open, Clock())
    player.play(ramp(100), from_s=0.05, loop_s=0.08)
    assert device.ask(60)[:, 0].tolist() == [*range(51, 81), *range(1, 31)]
    player.replace(-ramp(100))
    assert device.ask(3)[:, 0].tolist() == [-31, -32, -33]
    player.stop()
    assert not device.ask(5).any()


def test_without_a_device_time_passes_silently_and_says_so():
    clock = Clock()
    player = Player(1_000, lambda *_: None, clock)
    player.play(ramp(2_000))
    assert player.message == NO_DEVICE
    clock.now += 0.5
    assert player.is_playing and player.position_s == pytest.approx(0.5)
    clock.now += 2.0
    assert not player.is_playing and player.position_s == pytest.approx(2.0)
    player.play(ramp(2_000), loop_s=1.5)
    clock.now += 2.0
    assert player.is_playing and player.position_s == pytest.approx(0.5)


def test_a_device_that_falls_silent_is_given_up():
    device, clock = Device(), Clock()
    player = Player(1_000, device.open, clock)
    player.play(ramp(5_000))
    device.ask(500)
    clock.now += 1.5
    assert player.is_playing and player.message == LOST_DEVICE
    clock.now += 1.0
    assert player.position_s == pytest.approx(1.5)


def test_this_machine_plays_or_says_why_not(capfd):
    player = Player()
    player.play(np.zeros((4_410, 2), np.float32))
    assert player.is_playing
    assert player.message in ("", NO_DEVICE)
    player.close()
    assert not player.is_playing
    assert not [one for one in threading.enumerate() if "miniaudio" in one.name.lower()]
