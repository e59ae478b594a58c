"""Compiled passes, trusted only after a look: their results and gradients must be the plain ones'.

torch.compile has been seen to lose gradients without a word (inductor on a processor, torch 2.13,
a chain of bilinear upsamplings). A wrong gradient is worse than a slow one.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import Tensor, nn

log = logging.getLogger(__name__)

MOST_APART = 0.05  # of the norm; bfloat16 rounds differently in another order
Pass = Callable[..., Tensor]


def compile_passes(
    generator: Any, discriminator: nn.Module, batch: int, device: torch.device
) -> Pass:
    """Compile the generator's synthesis in its place; returns the discriminator's plain pass.

    Penalties go on calling the discriminator itself: torch.compile refuses a double backward.
    """
    z = torch.randn(batch, generator.z_dim, device=device)
    maps = [torch.randn(batch, *shape, device=device) for shape in generator.random_shapes()]
    ws, more = generator.synthesis_inputs(z, None, 0, maps)
    inputs = (ws.detach(), *more)
    generator.synthesise = compiled(generator.synthesise, inputs, generator)
    with torch.no_grad():
        fakes = generator.synthesise(*inputs).float()
    return compiled(discriminator, [torch.cat([fakes, fakes])], discriminator)


def compiled(plain: Pass, inputs: Sequence[object], network: nn.Module) -> Pass:
    """plain compiled, or plain itself where compiling fails or gives other numbers.

    inputs: what plain is called with for the comparison. The network's gradients are cleared.
    """
    quick = torch.compile(plain, dynamic=False)
    try:
        wanted, found = (_gradients(one, inputs, network) for one in (plain, quick))
    except (RuntimeError, OSError, ImportError) as error:
        log.info("Passes are not compiled here: %s", str(error).splitlines()[:1])
        return plain
    finally:
        network.zero_grad(set_to_none=True)
    if all(map(_agree, wanted, found)):
        return quick
    log.info("Compiled passes give other gradients here; the plain ones are used.")
    return plain


def _gradients(forward: Pass, inputs: Sequence[object], network: nn.Module) -> list[Tensor]:
    """The output and the gradient of every weight that it depends on."""
    network.zero_grad(set_to_none=True)
    output = forward(*inputs)
    weights = torch.linspace(-1, 1, output.numel(), device=output.device).view_as(output)
    (output.float() * weights).sum().backward()
    empty = torch.zeros((), device=output.device)
    grads = [empty if p.grad is None else p.grad.float() for p in network.parameters()]
    return [output.detach().float(), *grads]


def _agree(one: Tensor, other: Tensor) -> bool:
    if one.shape != other.shape:
        return False
    apart = torch.linalg.vector_norm(one - other)
    scale = torch.linalg.vector_norm(one) + torch.linalg.vector_norm(other)
    return bool(apart <= MOST_APART * scale + 1e-6)
