"""Random numbers of training as a function of seed, step and use.

Nothing has to be remembered to go on exactly: not by a checkpoint, not by a prefetching thread, and
not by a team of processes of another size.
"""

from __future__ import annotations

import hashlib

import torch

REALS, LATENTS, MAPS, CHANGES, SHOWN = range(5)


def stream(seed: int, step: int, use: int, device: torch.device | None = None) -> torch.Generator:
    """The generator of random numbers for one use in one step of a run."""
    digest = hashlib.blake2b(f"{seed}/{step}/{use}".encode(), digest_size=8).digest()
    number = int.from_bytes(digest, "little") >> 1
    return torch.Generator(device or "cpu").manual_seed(number)
