"""Asks torch, on the worker, which device plays and why."""

from __future__ import annotations

from studio.core.work import Finished, Progress, Work


def device_work(name: str, threads: int) -> Work:
    """Finished((words, why)): the device chosen, and the reason in one sentence."""
    yield Progress(0, 0)
    yield Finished(load_device(name, threads))


def load_device(name: str, threads: int) -> tuple[str, str]:
    """Choose device and thread count; imports torch. StudioError if there is no such device."""
    from studio.gan.device import available, choose

    words = choose(name, threads).words
    there = available()
    if name != "auto":
        return words, f"You chose {name}. This machine has: {', '.join(there)}."
    if there[0] == "cpu":
        return words, "torch finds no CUDA or Apple GPU here, so the processor is used."
    return words, f"The fastest of what this machine has: {', '.join(there)}."
