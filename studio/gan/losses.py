"""Relativistic loss with R1 and R2 (R3GAN, Huang et al. 2024, arXiv 2501.05441).

The discriminator judges pairs: how much more real is this real than that fake? The zero-centred
penalties on reals (R1) and fakes (R2) make training converge locally and cover the modes.
"""

from __future__ import annotations

from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import Tensor

Judge = Callable[[Tensor], Tensor]


def discriminator_loss(real_logits: Tensor, fake_logits: Tensor) -> Tensor:
    """softplus(-(D(x) - D(G(z)))), mean over the pairs of a batch [B]."""
    return F.softplus(fake_logits - real_logits).mean()


def generator_loss(real_logits: Tensor, fake_logits: Tensor) -> Tensor:
    """softplus(-(D(G(z)) - D(x))), mean over the pairs of a batch [B]."""
    return F.softplus(real_logits - fake_logits).mean()


def gradient_penalty(judge: Judge, reals: Tensor, fakes: Tensor) -> tuple[Tensor, Tensor]:
    """R1 and R2: squared norm of the logit's gradient by the picture, mean over the batch.

    One pass over reals and fakes together. judge includes the augmentation, so that the gradient
    is that by the picture before it.
    """
    both = torch.cat([reals, fakes]).detach().requires_grad_(True)
    (slope,) = torch.autograd.grad(judge(both).sum(), both, create_graph=True)
    squared = slope.square().flatten(1).sum(1)  # [2B]
    r1, r2 = squared.chunk(2)
    return r1.mean(), r2.mean()
