"""How a training gets the machine: several processes, all cores, without pushing others aside."""

from __future__ import annotations

import argparse
import contextlib
import ctypes
import os
import signal
import subprocess
import sys
from types import FrameType

from studio.core.run_folder import RunFolder

NICENESS = 10
BELOW_NORMAL_PRIORITY = 0x4000  # Windows' name for the same


def quiet_threads() -> None:
    """Idle threads of torch sleep instead of spinning; for what is imported after this.

    Spinning wins a tenth on an idle machine and loses half of the speed on a busy one.
    """
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")


def lower_priority() -> None:
    """Other programs, the window first, get the processor before this one."""
    if sys.platform == "win32":
        kernel = ctypes.windll.kernel32
        kernel.SetPriorityClass(kernel.GetCurrentProcess(), BELOW_NORMAL_PRIORITY)
    else:
        with contextlib.suppress(OSError):
            os.nice(NICENESS)


def in_team() -> bool:
    """Whether torchrun started this process, as one of several."""
    return int(os.environ.get("WORLD_SIZE", "1")) > 1


def is_follower() -> bool:
    """Whether this is one of a team, and not its leader."""
    return in_team() and os.environ.get("RANK", "0") != "0"


def load_process_count(device: str) -> int:
    """One process a graphics card where the device is any of them; imports torch."""
    from studio.gan.device import card_count

    return card_count(device)


def run_team(run: RunFolder, processes: int, arguments: argparse.Namespace) -> int:
    """Start torchrun on this machine for a run that is there, and wait for it; its exit code."""
    command = [
        sys.executable, "-m", "torch.distributed.run", "--standalone",
        "--nproc-per-node", str(processes), "-m", "studio",
        "train", "--resume", "--out", str(run.path),
        *(["--events"] if arguments.events else []),
    ]  # fmt: skip
    # In a session of its own: Ctrl+C must reach the trainers as a word, not as a signal each.
    child = subprocess.Popen(command, start_new_session=sys.platform != "win32")
    stopped: list[int] = []

    def stop(number: int, frame: FrameType | None) -> None:
        if stopped:
            child.kill()
        stopped.append(number)
        run.tell("stop")

    before = {number: signal.signal(number, stop) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        code = child.wait()
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    return 128 + stopped[0] if stopped else code
