"""The piano-roll GAN: time is convolved, pitch is a channel, notes are binary.

A phrase is [B, 4 tracks * 2 (sustain, onset) * 84 pitches, 64 steps, 1] of zeros and ones. Phrases
come in one key (dataset.py), so that a pitch channel means the same everywhere and both networks
see whole harmonies at every step; a 2-D convolution sees four neighbouring semitones instead.
Melody and bass choose one pitch or silence a step, chords and drums switch every pitch: both with
straight-through neurons (Bengio et al. 2013, arXiv 1308.3432; MuseGAN's binary neurons, Dong and
Yang 2018, arXiv 1804.09399).
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from studio.core.run_folder import TrainConfig
from studio.gan.layers import EqualConv, EqualLinear, ResidualDown, StyledLayer, activate
from studio.gan.networks import Mapping
from studio.media.music.document import (
    PITCHES,
    STEPS,
    STEPS_PER_BAR,
    TRACKS,
    clip_of,
    thumbnail,
)

BARS = 4
KERNEL = (3, 1)
UP = (2, 1)
ROLL_CHANNELS = len(TRACKS) * 2 * PITCHES
ONE_VOICE = ("melody", "bass")
PITCH_CLASSES = 12
PICTURE_PX = 128
BORROW_DRUMS = 0.5


@dataclass(frozen=True)
class MusicConfig:
    """What rebuilds the networks."""

    channels: int = 256
    track_channels: int = 96
    z_dim: int = 256
    w_dim: int = 256

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


def one_hot(logits: Tensor) -> Tensor:
    """The largest of dim 1 becomes 1, the rest 0; gradients pass as through a softmax."""
    soft = torch.softmax(logits, 1)
    hard = torch.zeros_like(soft).scatter_(1, soft.argmax(1, keepdim=True), 1.0)
    return hard + soft - soft.detach()


def switch(logits: Tensor) -> Tensor:
    """1 where positive, else 0; gradients pass as through a sigmoid."""
    soft = torch.sigmoid(logits)
    return (logits > 0).to(soft.dtype) + soft - soft.detach()


class TrackHead(nn.Module):
    """The private last layers of one track: features -> sustain and onset [B, 2 * 84, 64, 1]."""

    def __init__(self, track: str, inputs: int, width: int, w_dim: int) -> None:
        super().__init__()
        self.track = track
        self.layer = StyledLayer(inputs, width, w_dim, KERNEL)
        outputs = PITCHES + 2 if track in ONE_VOICE else PITCHES * (1 if track == "drums" else 2)
        self.logits = EqualConv(width, outputs, (1, 1))

    def forward(self, x: Tensor, w: Tensor, noise: Tensor | None) -> Tensor:
        logits = self.logits(self.layer(x, w, noise)).float()
        if self.track in ONE_VOICE:
            # channel 84 is silence, 85 says whether the note starts here
            sustain = one_hot(logits[:, : PITCHES + 1])[:, :PITCHES]
            onset = sustain * switch(logits[:, PITCHES + 1 :])
        elif self.track == "drums":
            sustain = onset = switch(logits - 2)
        else:
            sustain = switch(logits[:, :PITCHES] - 2)
            onset = sustain * switch(logits[:, PITCHES:])
        return torch.cat([sustain, onset], 1)


class MusicGenerator(nn.Module):
    """ws [B, layers, w_dim] -> phrases [B, 672, 64, 1] of zeros and ones."""

    def __init__(self, config: MusicConfig) -> None:
        super().__init__()
        self.z_dim, self.w_dim = config.z_dim, config.w_dim
        self.mapping = Mapping(config.z_dim, config.w_dim)
        width = config.channels
        self.start = nn.Parameter(torch.randn(1, width, BARS, 1))
        self.layers = nn.ModuleList([StyledLayer(width, width, config.w_dim, KERNEL)])
        # Where a step stands in its bar: convolutions alone cannot tell the beat from off the beat.
        self.places = nn.ParameterList()
        steps = BARS
        while steps < STEPS:
            steps *= 2
            self.layers.append(StyledLayer(width, width, config.w_dim, KERNEL, up=UP))
            self.layers.append(StyledLayer(width, width, config.w_dim, KERNEL))
            self.places.append(nn.Parameter(torch.randn(1, width, steps // BARS, 1)))
        self.heads = nn.ModuleList(
            TrackHead(track, width, config.track_channels, config.w_dim) for track in TRACKS
        )

    @property
    def num_ws(self) -> int:
        return len(self.layers) + 1

    def layer_groups(self) -> dict[str, range]:
        """Coarse: bars and harmony; middle: beats; fine: steps and the tracks' own layers."""
        return {"coarse": range(3), "middle": range(3, 7), "fine": range(7, self.num_ws)}

    def noise_sizes(self) -> list[tuple[int, int]]:
        """Steps of each layer's noise map; the last four are the tracks'."""
        sizes = [(BARS, 1)]
        while sizes[-1][0] < STEPS:
            sizes += [(sizes[-1][0] * 2, 1)] * 2
        return sizes + [(STEPS, 1)] * len(self.heads)

    def synthesise(self, ws: Tensor, noise: list[Tensor] | None = None) -> Tensor:
        """ws [B, layers, w_dim], one noise map a layer or fresh noise -> [B, 672, 64, 1]."""
        x = self.start.expand(ws.shape[0], -1, -1, -1)
        for index, layer in enumerate(self.layers):
            x = layer(x, ws[:, index], noise[index] if noise else None)
            if index % 2:  # it has just doubled the steps
                x = x + self.places[index // 2].repeat(1, 1, BARS, 1)
        own = noise[len(self.layers) :] if noise else [None] * len(self.heads)
        parts = [head(x, ws[:, -1], n) for head, n in zip(self.heads, own, strict=True)]
        return torch.cat(parts, 1)

    def forward(self, z: Tensor, other: Tensor | None = None, crossover: int = 0) -> Tensor:
        """Training pass: z [B, z_dim]; from layer crossover on, styles come from other."""
        w = self.mapping(z)
        self.mapping.track(w)
        ws = w[:, None].expand(-1, self.num_ws, -1)
        if other is not None and crossover:
            second = self.mapping(other)[:, None].expand(-1, self.num_ws - crossover, -1)
            ws = torch.cat([ws[:, :crossover], second], 1)
        return self.synthesise(ws)


def views(rolls: Tensor) -> Tensor:
    """What the discriminator hears of [B, 672, 64, 1]: the roll, its harmony, density and metre.

    Harmony is the pitch classes of melody, chords and bass together and of each alone; metre
    marks each of the 16 places in a bar.
    """
    batch, _, steps, _ = rolls.shape
    x = rolls.reshape(batch, len(TRACKS), 2, PITCHES, steps)
    pitched = x[:, :3].reshape(batch, 3, 2, PITCHES // PITCH_CLASSES, PITCH_CLASSES, steps)
    chroma = pitched[:, :, 0].sum(2)  # [B, 3, 12, steps]
    together = chroma.sum(1)  # [B, 12, steps]
    density = x.sum(3).flatten(1, 2)  # [B, 8, steps]
    extra = torch.cat([chroma.flatten(1, 2), together, density], 1)[..., None]
    metre = torch.eye(STEPS_PER_BAR, device=x.device).repeat(1, steps // STEPS_PER_BAR)
    marks = metre[None, :, :, None].expand(batch, -1, -1, -1).to(rolls.dtype)
    return torch.cat([rolls, extra * 0.5, marks], 1)


EXTRA_CHANNELS = 3 * PITCH_CLASSES + PITCH_CLASSES + 2 * len(TRACKS) + STEPS_PER_BAR


class MusicDiscriminator(nn.Module):
    """Phrases [B, 672, 64, 1] -> logits [B]."""

    def __init__(self, config: MusicConfig) -> None:
        super().__init__()
        width = config.channels
        self.first = EqualConv(ROLL_CHANNELS + EXTRA_CHANNELS, width, (1, 1))
        blocks: list[nn.Module] = []
        steps = STEPS
        while steps > BARS:
            blocks.append(ResidualDown(width, width, KERNEL, UP))
            steps //= 2
        self.blocks = nn.Sequential(*blocks)
        self.final = EqualConv(width, width, KERNEL)
        self.hidden = EqualLinear(width * BARS, width)
        self.logit = EqualLinear(width, 1)

    def forward(self, x: Tensor) -> Tensor:
        # Rolls are sparse: without this gain the first layer would see almost nothing.
        x = self.blocks(activate(self.first(views(x) * 4)))
        x = activate(self.final(x))
        return self.logit(activate(self.hidden(x.flatten(1)))).squeeze(1)


class MusicTraining:
    """Phrases as rolls of zeros and ones."""

    augmentable = False
    torus = False

    def describe(self, examples: np.ndarray, config: TrainConfig) -> dict[str, Any]:
        return MusicConfig(channels=min(512, config.channel_max * 7 // 4)).to_json()

    def networks(self, network: dict[str, Any]) -> tuple[nn.Module, nn.Module]:
        config = MusicConfig(**network)
        return MusicGenerator(config), MusicDiscriminator(config)

    def reals(self, examples: np.ndarray, config: TrainConfig, random: torch.Generator) -> Tensor:
        """uint8 [B, 4, 2, 64, 11] packed bits -> float [B, 672, 64, 1]."""
        bits = np.unpackbits(examples, axis=-1, count=PITCHES)  # [B, 4, 2, 64, 84]
        x = torch.from_numpy(bits).permute(0, 1, 2, 4, 3)  # [B, 4, 2, 84, 64]
        x = lend_drums(x, random)
        return x.reshape(len(examples), ROLL_CHANNELS, STEPS, 1).float()

    def pictures(self, outputs: Tensor) -> list[np.ndarray]:
        return [thumbnail(clip_of(roll), PICTURE_PX) for roll in rolls_of(outputs)]


def rolls_of(outputs: Tensor) -> np.ndarray:
    """Outputs [B, 672, 64, 1] as grids of notes, bool [B, 4, 2, 64, 84]."""
    shaped = outputs.reshape(-1, len(TRACKS), 2, PITCHES, STEPS).transpose(3, 4)
    return shaped.cpu().numpy() > 0.5


def lend_drums(x: Tensor, random: torch.Generator) -> Tensor:
    """Half of the phrases without drums borrow those of a phrase in the batch that has some.

    Songs and bands rarely lie in one folder; without this, drums would be learnt from few files.
    """
    drums = TRACKS.index("drums")
    has = x[:, drums].flatten(1).bool().any(1)
    lenders = torch.nonzero(has).flatten()
    chosen = torch.rand(len(x), generator=random)
    if not len(lenders):
        return x
    picks = lenders[torch.randint(len(lenders), (len(x),), generator=random)]
    borrows = ~has & (chosen < BORROW_DRUMS)
    x = x.clone()
    x[borrows, drums] = x[picks[borrows], drums]
    return x
