"""Adam for both networks: gradients averaged, checked, applied, without waiting for the device."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from studio.gan.team import Team


def adam(network: nn.Module, rate: float, lazy: float = 1.0) -> torch.optim.Adam:
    """lazy = k / (k + 1) keeps the time scale when a penalty takes steps of its own (StyleGAN2)."""
    chosen = [p for p in network.parameters() if p.requires_grad]
    return torch.optim.Adam(chosen, lr=rate * lazy, betas=(0.0, 0.99**lazy), eps=1e-8, foreach=True)


def parameters_of(optimiser: torch.optim.Adam) -> list[nn.Parameter]:
    return [p for group in optimiser.param_groups for p in group["params"]]


@torch.no_grad()
def apply_gradients(
    optimiser: torch.optim.Adam, team: Team, weight: float = 1.0
) -> tuple[Tensor, Tensor]:
    """Average gradients over the team, take the step, clear them.

    weight is this process's in the average, 1 where all have equal shares of the batch.
    Returns the norm of the gradient and whether it was broken (0 or 1), both on the device. A
    broken gradient becomes zero, with which Adam without momentum leaves every weight in its place:
    one bad step is skipped, and nobody had to wait to find out.
    """
    grads = [p.grad for p in parameters_of(optimiser) if p.grad is not None]
    if weight != 1:
        torch._foreach_mul_(grads, weight)  # pyright: ignore
    team.average(grads)
    norm = torch.linalg.vector_norm(torch.stack(torch._foreach_norm(grads)))  # pyright: ignore
    whole = torch.isfinite(norm)
    for grad in grads:
        grad.copy_(torch.where(whole, grad, 0))
    optimiser.step()
    optimiser.zero_grad(set_to_none=True)
    return torch.where(whole, norm, 0), (~whole).float()


def optimiser_tensors(optimiser: torch.optim.Adam) -> dict[str, Tensor]:
    found: dict[str, Tensor] = {}
    for index, state in optimiser.state_dict()["state"].items():
        for name, value in state.items():
            found[f"{index}.{name}"] = torch.as_tensor(value)
    return found


def optimiser_state(
    optimiser: torch.optim.Adam, tensors: dict[str, Tensor]
) -> dict[int, dict[str, Tensor]]:
    """What optimiser_tensors gave, by weight; ValueError or IndexError if another optimiser's."""
    state: dict[int, dict[str, Tensor]] = {}
    for name, value in tensors.items():
        index, _, field = name.partition(".")
        state.setdefault(int(index), {})[field] = value
    parameters = parameters_of(optimiser)
    for index, fields in state.items():
        shapes = {name: value.shape for name, value in fields.items()}
        own = parameters[index].shape
        if index < 0 or shapes != {"step": torch.Size(), "exp_avg": own, "exp_avg_sq": own}:
            raise ValueError("the state of another optimiser")
        if not float(fields["step"]) >= 0:
            raise ValueError("no number of steps")
    return state


@torch.no_grad()
def restore_optimiser(optimiser: torch.optim.Adam, state: dict[int, dict[str, Tensor]]) -> None:
    """Go on from what optimiser_state read."""
    for index, parameter in enumerate(parameters_of(optimiser)):
        for field, value in state.get(index, {}).items():
            if value.shape == parameter.shape:  # laid out like the weights: Adam is slow otherwise
                state[index][field] = torch.empty_like(parameter).copy_(value)
    whole = optimiser.state_dict()
    optimiser.load_state_dict({"state": state, "param_groups": whole["param_groups"]})
