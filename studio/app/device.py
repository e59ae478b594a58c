"""Asks torch, on the worker, which device plays and trains, and why."""

from __future__ import annotations

from dataclasses import dataclass

from studio.core.presets import Machine
from studio.core.work import Finished, Progress, Work


@dataclass(frozen=True)
class FoundDevice:
    """The device in words, the reason in one sentence, and what a training can count on."""

    words: str
    why: str
    machine: Machine


def device_work(name: str, threads: int) -> Work:
    """Finished(FoundDevice)."""
    yield Progress(0, 0)
    yield Finished(load_device(name, threads))


def load_device(name: str, threads: int) -> FoundDevice:
    """Choose device and thread count; imports torch. StudioError if there is no such device."""
    from studio.gan.device import available, choose
    from studio.gan.machine import machine_of

    device = choose(name, threads)
    there = available()
    if name != "auto":
        why = f"You chose {name}. This machine has: {', '.join(there)}."
    elif there[0] == "cpu":
        why = "No supported graphics card was found, so the processor is used."
    else:
        why = f"The fastest of what this machine has: {', '.join(there)}."
    return FoundDevice(device.words, why, machine_of(device))
