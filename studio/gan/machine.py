"""What a training can count on: whether a graphics card trains, and how much memory it has."""

from __future__ import annotations

import os

import torch

from studio.core.presets import Machine
from studio.gan.device import Device

UNKNOWN_GB = 8.0


def machine_of(device: Device) -> Machine:
    """The machine behind a chosen device."""
    if device.torch_device.type == "cuda":
        whole = torch.cuda.get_device_properties(device.torch_device).total_memory
        return Machine("gpu", whole / 2**30)
    if device.torch_device.type == "mps":  # shares the memory with everything else
        return Machine("gpu", computer_gb() / 2)
    return Machine("cpu", computer_gb())


def computer_gb() -> float:
    """The computer's memory; 8 where the system does not say."""
    names = ("SC_PHYS_PAGES", "SC_PAGE_SIZE")
    if not set(names) <= set(getattr(os, "sysconf_names", ())):
        return UNKNOWN_GB
    pages, size = (os.sysconf(name) for name in names)
    return pages * size / 2**30 if pages > 0 and size > 0 else UNKNOWN_GB
