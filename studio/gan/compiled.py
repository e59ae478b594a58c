"""Compiled passes, trusted only after a look: their results and gradients must be the plain ones'.

torch.compile has been seen to lose gradients without a word (inductor on a processor, torch 2.13,
a chain of bilinear upsamplings). A wrong gradient is worse than a slow one. Looked at is what
trains: the same shapes, and gradients of the inputs too, which are all the generator learns from.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import Tensor, nn

log = logging.getLogger(__name__)

MOST_APART = 0.05  # of the norm; bfloat16 rounds differently in another order
MOST_NOISE = 0.5  # however much rounding moves the plain pass: a lost gradient is 1 apart
FEW = 64  # numbers; gradients of no more are compared together: rounding moves one freely

Pass = Callable[..., Tensor]


def compile_passes(
    generator: Any, discriminator: nn.Module, batch: int, device: torch.device
) -> Pass:
    """Compile the generator's synthesis in its place; returns the discriminator's plain pass.

    batch: the examples of a pass. Penalties go on calling the discriminator itself: torch.compile
    refuses a double backward.
    """
    torch.compiler.reset()  # passes of other sizes count towards a limit, beyond which none compile
    z = torch.randn(batch, generator.z_dim, device=device)
    maps = [torch.randn(batch, *shape, device=device) for shape in generator.random_shapes()]
    ws, more = generator.synthesis_inputs(z, None, 0, maps)
    inputs = (ws.detach().requires_grad_(), *more)
    with torch.no_grad():
        fakes = generator.synthesise(*inputs).float()
    generator.synthesise = compiled(generator.synthesise, [inputs], generator)
    trials = [(torch.cat([fakes, fakes]),), (fakes.clone().requires_grad_(),)]
    return compiled(discriminator, trials, discriminator)


def compiled(plain: Pass, trials: Sequence[Sequence[Any]], network: nn.Module) -> Pass:
    """plain compiled, or plain itself where compiling fails or gives other numbers.

    trials: what plain is called with for the comparison, each as training does. The network's
    gradients are cleared.
    """
    quick = torch.compile(plain, dynamic=False)
    try:
        agree = all(_agree(plain, quick, inputs, network) for inputs in trials)
    except (RuntimeError, OSError, ImportError) as error:
        log.info("Passes are not compiled here: %s", str(error).splitlines()[:1])
        return plain
    finally:
        network.zero_grad(set_to_none=True)
    if agree:
        return quick
    log.info("Compiled passes give other gradients here; the plain ones are used.")
    return plain


def _agree(plain: Pass, quick: Pass, inputs: Sequence[Any], network: nn.Module) -> bool:
    """No farther apart than rounding moves the plain pass itself, or a twentieth."""
    device = next(network.parameters()).device.type
    wanted, found = (_gradients(one, inputs, network) for one in (plain, quick))
    with torch.autocast(device, enabled=False):
        exact = _gradients(plain, [_exact(one) for one in inputs], network)
    for one, other, true in zip(wanted, found, exact, strict=True):
        if one.shape != other.shape:
            return False
        bound = min(MOST_NOISE, max(MOST_APART, 2 * _apart(one, true)))
        if _apart(one, other) > bound:
            return False
    return True


def _exact(given: Any) -> Any:
    """An input in float32, where autocast made it a shorter one."""
    if isinstance(given, Tensor) and given.is_floating_point():
        return given.detach().float().requires_grad_(given.requires_grad)
    return given


def _gradients(forward: Pass, inputs: Sequence[Any], network: nn.Module) -> list[Tensor]:
    """The output, and the gradient of each input and weight; those of few numbers as one."""
    network.zero_grad(set_to_none=True)
    leaves = [one for one in inputs if isinstance(one, Tensor) and one.requires_grad]
    for leaf in leaves:
        leaf.grad = None
    output = forward(*inputs)
    weights = torch.linspace(-1, 1, output.numel(), device=output.device).view_as(output)
    (output.float() * weights).sum().backward()
    grads = [
        torch.zeros_like(p) if p.grad is None else p.grad for p in (*leaves, *network.parameters())
    ]
    few = [grad.float().flatten() for grad in grads if grad.numel() <= FEW]
    many = [grad.float() for grad in grads if grad.numel() > FEW]
    return [output.detach().float(), *many, *([torch.cat(few)] if few else [])]


def _apart(one: Tensor, other: Tensor) -> float:
    """0 for the same, 1 where one of them is nothing; inf for what is not finite."""
    apart = torch.linalg.vector_norm(one - other)
    scale = torch.linalg.vector_norm(one) + torch.linalg.vector_norm(other)
    found = float((apart - 1e-6).clamp_min(0) / scale.clamp_min(1e-12))
    return found if found == found else float("inf")
