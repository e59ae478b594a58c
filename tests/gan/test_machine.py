"""What a training can count on, on any system."""

import os

from studio.gan.device import choose
from studio.gan.machine import UNKNOWN_GB, computer_gb, machine_of


def test_a_processor_counts_on_the_computers_memory():
    machine = machine_of(choose("cpu", 1))
    assert machine.kind == "cpu" and machine.memory_gb == computer_gb() > 0


def test_a_system_that_says_nothing_is_taken_for_a_small_one(monkeypatch):
    monkeypatch.setattr(os, "sysconf", lambda name: -1, raising=False)
    assert computer_gb() == UNKNOWN_GB
    monkeypatch.setattr(os, "sysconf_names", {}, raising=False)
    assert computer_gb() == UNKNOWN_GB
