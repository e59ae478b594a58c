"""Goes on from a model: its weights into new networks, the discriminator's first layers frozen.

Freezing the layers next to the pixels keeps a small folder from being learnt by heart (FreezeD,
Mo et al. 2020, arXiv 2002.10964).
"""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path
from typing import Any

from torch import Tensor, nn

from studio.core.errors import StudioError
from studio.core.model_file import ModelHeader
from studio.core.run_title import titled_entry
from studio.gan.checkpoint import load_whole_model
from studio.gan.growth import quiet_new_colours
from studio.gan.train import Trainer

FREEZE_BELOW = 1000  # files; with more the whole discriminator has enough to learn from
FROZEN_BLOCKS = 1
BEFORE = {
    "bounded": False,
    "holds": False,
}  # what models are that do not say so, as they are older than the word
LEAST_SHARE = 0.5  # of a network's weights that must fit, or it is another network


def start_header(start_model: str, medium: str) -> ModelHeader:
    """What the model to go on from says about itself; StudioError if it is of another medium."""
    header = titled_entry(Path(start_model)).header
    if header.medium != medium:
        raise StudioError(
            f"{Path(start_model).name} is a model for {header.medium}, not for {medium}."
        )
    return header


def start_network(header: ModelHeader, described: dict[str, Any]) -> dict[str, Any]:
    """The network of a new run that goes on from a model: the model's widths, the run's size.

    Noise is the folder's: what the model lacks comes in with a strength of zero.
    """
    told = {**BEFORE, **header.network}
    kept = {name: value for name, value in told.items() if name in described}
    own = {name: described[name] for name in ("size_px", "tiles", "noise") if name in described}
    return {**described, **kept, **own}


def start_from(trainer: Trainer, path: Path, freeze: int) -> None:
    """Take over every weight of a model that has its place here; StudioError when too few have.

    freeze: how many of the discriminator's blocks stay as they are; -1 decides by the folder. What
    is new because the model is smaller is never frozen.
    """
    _, weights, judge = load_whole_model(path)
    taken = _fill(trainer.generator, weights)
    if _share(trainer.generator, taken) < LEAST_SHARE:
        raise StudioError(
            f"{path.name} is a network of another kind; training cannot go on from it."
        )
    quiet_new_colours(trainer.generator, weights)
    trainer.average.network.load_state_dict(trainer.generator.state_dict())
    if judge:
        taken = _fill(trainer.discriminator, judge)
        count = freeze if freeze >= 0 else FROZEN_BLOCKS * (len(trainer.examples) < FREEZE_BELOW)
        parts = frozen_parts(trainer.discriminator, count)
        inside = {id(weight) for part in parts for weight in part.parameters()}
        named = trainer.discriminator.named_parameters()
        freeze_weights(trainer, [name for name, w in named if name in taken and id(w) in inside])
    else:
        trainer.make_optimisers()


def freeze_weights(trainer: Trainer, names: Collection[str]) -> None:
    """Let these weights of the discriminator stay as they are."""
    for name, weight in trainer.discriminator.named_parameters():
        weight.requires_grad_(name not in names)
    trainer.make_optimisers()


def frozen_parts(discriminator: nn.Module, count: int) -> list[nn.Module]:
    """The first layer and the first count blocks, from the pixels on."""
    blocks = getattr(discriminator, "blocks", None)
    if count <= 0 or blocks is None:
        return []
    first = getattr(discriminator, "from_rgb", None) or getattr(discriminator, "first", None)
    parts = list(blocks.values()) if isinstance(blocks, nn.ModuleDict) else list(blocks)
    return [*([first] if first is not None else []), *parts[:count]]


def _fill(network: nn.Module, weights: dict[str, Tensor]) -> set[str]:
    """Copy what fits by name and shape; the names of that."""
    own = network.state_dict()
    fitting = {
        name: weights[name]
        for name, value in own.items()
        if name in weights and weights[name].shape == value.shape
    }
    network.load_state_dict({**own, **fitting})
    return set(fitting)


def _share(network: nn.Module, names: set[str]) -> float:
    """The share of a network's numbers that these names hold."""
    sizes = {name: value.numel() for name, value in network.state_dict().items()}
    return sum(sizes[name] for name in names) / max(1, sum(sizes.values()))
