"""One process or several that train one model together, on one machine or many.

Gradients are flattened, added up and divided by hand, once a phase, as StyleGAN3 does:
DistributedDataParallel does not see what autograd.grad computes for the penalties.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

import torch
import torch.distributed as dist
from torch import Tensor, nn

from studio.core.errors import StudioError

TIMEOUT = timedelta(minutes=30)


@dataclass(frozen=True)
class Team:
    """This process among those that train together; alone it is rank 0 of 1."""

    rank: int = 0
    size: int = 1
    local_rank: int = 0

    @property
    def leads(self) -> bool:
        """Whether this process writes files and decides."""
        return self.rank == 0

    def share_of(self, batch: int) -> slice:
        """This process's part of a batch; StudioError for fewer examples than processes."""
        if batch < self.size:
            raise StudioError(
                f"A batch of {batch} cannot be shared by {self.size} processes: choose a larger "
                "batch, or fewer processes."
            )
        return slice(self.rank * batch // self.size, (self.rank + 1) * batch // self.size)

    def average(self, tensors: Sequence[Tensor]) -> None:
        """Replace each tensor by its mean over the team, in one message."""
        if self.size == 1 or not tensors:
            return
        flat = torch.cat([one.reshape(-1) for one in tensors])
        dist.all_reduce(flat)
        flat /= self.size
        parts = flat.split([one.numel() for one in tensors])
        for one, part in zip(tensors, parts, strict=True):
            one.copy_(part.view_as(one))

    def share(self, network: nn.Module) -> None:
        """Everyone takes over the leader's weights and buffers."""
        if self.size > 1:
            for tensor in network.state_dict().values():
                dist.broadcast(tensor, 0)

    def agree(self, number: float, device: torch.device) -> float:
        """The leader's number, told to everyone."""
        if self.size == 1:
            return number
        told = torch.tensor([number], dtype=torch.float64, device=device)
        dist.broadcast(told, 0)
        return float(told.item())

    def close(self) -> None:
        if self.size > 1 and dist.is_initialized():
            dist.destroy_process_group()


ALONE = Team()


def join_team(on_cuda: bool) -> Team:
    """The team that torchrun started this process in, or ALONE."""
    size = int(os.environ.get("WORLD_SIZE", "1"))
    if size == 1:
        return ALONE
    if not dist.is_initialized():
        nccl = on_cuda and dist.is_nccl_available()
        dist.init_process_group("nccl" if nccl else "gloo", timeout=TIMEOUT)
    return Team(dist.get_rank(), size, int(os.environ.get("LOCAL_RANK", "0")))
