"""Which device runs the networks, how many threads it gets, and which precision is safe there."""

from __future__ import annotations

import gc
import importlib.util
import os
import sys
from collections.abc import Callable
from dataclasses import dataclass

import torch

from studio.core.errors import StudioError

if sys.platform == "win32":
    resource = None
else:
    import resource

NO_MEMORY = (
    "out of memory", "not enough memory", "alloc_failed", "can't allocate memory",
    "cannot allocate memory",
)  # fmt: skip
MOST_THREADS = 4  # for each core; torch stands no more than some thousands
DEVICES = ("auto", "cuda", "mps", "cpu")


@dataclass(frozen=True)
class Device:
    """A torch device and why it was chosen, in words for the person."""

    torch_device: torch.device
    words: str


def available() -> list[str]:
    """The devices that this torch build and machine have, best first."""
    found = []
    if torch.cuda.is_available():
        found.append("cuda")
    if torch.backends.mps.is_available():
        found.append("mps")
    return [*found, "cpu"]


def choose(name: str = "auto", threads: int = 0, trains: bool = False) -> Device:
    """Pick a device and set torch's CPU threads; StudioError if there is no such device.

    threads 0: all cores for training, which runs in a process of low priority, all but one for
    playing, which shares its process with the window. torchrun's processes get a card each.
    """
    if name.partition(":")[0] not in DEVICES:
        raise StudioError(f"There is no device {name!r}; there are: {', '.join(DEVICES)}.")
    cores = os.cpu_count() or 2
    usual = max(1, cores // _neighbours()) if trains else max(1, cores - 1)
    count = min(max(0, threads), MOST_THREADS * cores) or usual
    torch.set_num_threads(count)
    there = available()
    kind = there[0] if name == "auto" else name
    if kind.partition(":")[0] not in there:
        raise StudioError(
            f"This machine has no {kind} device that torch can use; it has: {', '.join(there)}."
        )
    if kind.startswith("cuda"):
        cards = torch.cuda.device_count()
        if trains and _neighbours() > cards:
            raise StudioError(
                f"{_neighbours()} processes need as many graphics cards; there are {cards}."
            )
        if kind == "cuda" and trains:
            kind = f"cuda:{int(os.environ.get('LOCAL_RANK', '0')) % cards}"
        device = torch.device(kind)
        if trains and device.index is not None:
            torch.cuda.set_device(device)
        torch.backends.cudnn.benchmark = trains  # shapes stay the same for a whole run
        torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = trains
        return Device(device, f"CUDA, {torch.cuda.get_device_name(device)}")
    if kind == "mps":
        return Device(torch.device("mps"), "MPS, Apple GPU")
    return Device(torch.device("cpu"), f"CPU, {count} thread{'s' if count > 1 else ''}")


def usual_ways() -> Callable[[], None]:
    """What puts back the process-wide settings that choose changes, as they are now."""
    threads, benchmark = torch.get_num_threads(), torch.backends.cudnn.benchmark
    tf32 = (torch.backends.cuda.matmul.allow_tf32, torch.backends.cudnn.allow_tf32)

    def put_back() -> None:
        torch.set_num_threads(threads)
        torch.backends.cudnn.benchmark = benchmark
        torch.backends.cuda.matmul.allow_tf32, torch.backends.cudnn.allow_tf32 = tf32

    return put_back


def free_memory() -> None:
    """Give memory of a device that nothing uses any more back to other programs."""
    gc.collect()
    if torch.cuda.is_available():
        torch.cuda.empty_cache()
    if torch.backends.mps.is_available():
        torch.mps.empty_cache()


def _neighbours() -> int:
    """How many processes of a team share this machine."""
    return max(1, int(os.environ.get("LOCAL_WORLD_SIZE", "1")))


def card_count(name: str) -> int:
    """How many graphics cards a device name may mean: all of them, or the one that it names.

    One on Windows, where torch's processes do not find each other (pytorch issue 139990).
    """
    if sys.platform == "win32":
        return 1
    return max(1, torch.cuda.device_count()) if name in ("auto", "cuda") else 1


def compiles(device: torch.device) -> bool:
    """Whether torch.compile pays: on CUDA, where its compiler lies beside torch."""
    return device.type == "cuda" and importlib.util.find_spec("triton") is not None


def is_out_of_memory(error: BaseException) -> bool:
    """Whether an error of torch says that the device's memory, or this machine's, ran out."""
    words = str(error).lower()
    is_said = any(said in words for said in NO_MEMORY)
    return isinstance(error, (torch.OutOfMemoryError, MemoryError)) or is_said


def memory_mb(device: torch.device) -> float:
    """The most memory that training took so far: the device's, or this process's on a processor.

    0 where the system does not tell.
    """
    if device.type == "cuda":
        return round(torch.cuda.max_memory_allocated(device) / 1e6)
    if device.type == "mps":
        return round(torch.mps.driver_allocated_memory() / 1e6)
    if resource is None:
        return 0.0
    unit = 1 if sys.platform == "darwin" else 1024  # getrusage counts bytes there, kilobytes here
    return round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 1e6)


def mixed_precision(device: torch.device) -> bool:
    """Whether bfloat16 passes are safe and faster: CUDA since Ampere, CPUs with AVX512-BF16."""
    if device.type == "cuda":
        return torch.cuda.is_bf16_supported(including_emulation=False)
    if device.type == "cpu":
        # Absent in older torch, where float32 is the safe answer.
        supported = getattr(torch.cpu, "_is_avx512_bf16_supported", None)
        return bool(supported()) if supported else False
    return False
