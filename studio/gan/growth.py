"""Grows a model: larger networks that begin with what the small ones can.

New levels of the generator add no colours at first, so that it begins with the model's own
pictures, enlarged. New levels of the discriminator learn, before anything else, to hand on what
the model's own first layer sees in a picture of the old size. Progressive growing (Karras et al.
2018, arXiv 1710.10196) fades them in instead, while both networks train on mixtures of two sizes.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from studio.core.work import Progress, Work
from studio.gan.checkpoint import load_whole_model
from studio.gan.layers import LRELU_GAIN, EqualConv, rectify
from studio.gan.train import Trainer

LESSONS = 100  # what is taught is then .04 of its own size off (tests/benchmarks/RESULTS.md)
RATE, BETAS = 0.02, (0.5, 0.99)
PATCHES = {3 * patch**2: patch for patch in (1, 2, 4)}  # by the channels of a first layer


def quiet_new_colours(generator: nn.Module, weights: dict[str, Tensor]) -> None:
    """Zero the colours of levels that a model with these weights lacks."""
    for name, value in generator.named_parameters():
        if name.startswith("to_rgb.") and name.endswith("conv.weight") and name not in weights:
            nn.init.zeros_(value)


def teach_new_levels(trainer: Trainer, path: Path) -> Work:
    """Let new levels of the discriminator follow its old ones; nothing where none is new.

    Yields Progress. Every process of a team ends with the leader's weights.
    """
    header, _, judge = load_whole_model(path)
    network: Any = trainer.discriminator
    old = _first_layer(judge)
    factor = trainer.config.size_px // max(1, header.size_px)
    if factor < 2 or old is None or not hasattr(network, "from_rgb"):
        return
    old = old.to(trainer.device)
    new = [block for side, block in network.blocks.items() if not _has_block(judge, side)]
    weights = [one for part in (network.from_rgb, *new) for one in part.parameters()]
    optimiser = torch.optim.Adam(weights, RATE, betas=BETAS)
    random = torch.Generator().manual_seed(trainer.config.seed)
    for lesson in range(LESSONS):
        x = _reals(trainer, random)
        with torch.no_grad():
            wanted = _seen(old, F.avg_pool2d(x, factor))
        features = _seen(network.from_rgb, x)
        for block in new:
            features = block(features)
        if features.shape != wanted.shape or not bool(wanted.any()):
            return  # a discriminator that is not this one's smaller self
        optimiser.zero_grad()
        ((features - wanted).square().mean() / wanted.square().mean()).backward()
        optimiser.step()
        yield Progress(lesson + 1, LESSONS, f"Growing from {header.size_px} px")
    network.zero_grad(set_to_none=True)
    trainer.team.share(network)


def _first_layer(judge: dict[str, Tensor]) -> EqualConv | None:
    """The layer of a model's discriminator that looks at pixels; None in one of another kind."""
    weight, bias = judge.get("from_rgb.weight"), judge.get("from_rgb.bias")
    if weight is None or bias is None or weight.dim() != 4 or bias.shape != weight.shape[:1]:
        return None
    layer = EqualConv(weight.shape[1], weight.shape[0], (1, 1), gain=LRELU_GAIN)
    if weight.shape != layer.weight.shape or weight.shape[1] not in PATCHES:
        return None  # looks at other squares
    layer.load_state_dict({"weight": weight, "bias": bias})
    return layer


def _has_block(judge: dict[str, Tensor], side: str) -> bool:
    return any(name.startswith(f"blocks.{side}.") for name in judge)


def _seen(first: EqualConv, x: Tensor) -> Tensor:
    """What a first layer makes of pictures, in squares as large as it looks at."""
    return rectify(first(F.pixel_unshuffle(x, PATCHES[first.weight.shape[1]])))


def _reals(trainer: Trainer, random: torch.Generator) -> Tensor:
    """A batch of training files as the discriminator gets them, float32."""
    places = torch.randint(len(trainer.examples), (trainer.config.batch,), generator=random)
    training = trainer.training
    chosen = training.prepare(trainer.examples[places.numpy()], trainer.config, random)
    return training.reals(torch.from_numpy(chosen).to(trainer.device)).float()
