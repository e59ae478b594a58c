"""The piano-roll GAN: beats are convolved, pitches and the steps of a beat are channels.

A phrase is [B, 4 tracks * 2 (sustain, onset) * 84 pitches, 64 steps, 1] of zeros and ones. Phrases
come in one key (dataset.py), so that a pitch channel means the same everywhere and both networks
see whole harmonies at every step. Both work on beats of four steps: convolutions over steps cannot
tell the beat from off the beat, and learn rhythm late or never.
Melody, bass and four voices of chords choose one pitch or silence a step, drums switch every
pitch: both with straight-through neurons (Bengio et al. 2013, arXiv 1308.3432; for piano rolls
Dong and Yang 2018, arXiv 1804.09399).
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from studio.core.run_folder import TrainConfig
from studio.gan.layers import EqualConv, EqualLinear, ResidualDown, StyledLayer, activate
from studio.gan.networks import Mapping, refuse_widths, training_ws
from studio.media.music.augment import RollChanges, apply_changes, draw_changes
from studio.media.music.document import (
    PITCHES,
    STEPS,
    TRACKS,
    clip_of,
)
from studio.media.music.thumbnail import thumbnail

BARS = 4
BEAT_STEPS = 4
BEATS = STEPS // BEAT_STEPS
KERNEL = (3, 1)
UP = (2, 1)
ROLL_CHANNELS = len(TRACKS) * 2 * PITCHES
# Where each voice of a track lies by itself, in rows of the roll (row 36 is middle C).
VOICES: dict[str, tuple[float, ...]] = {
    "melody": (48,),
    "chords": (29, 34, 39, 43),
    "bass": (22,),
    "drums": (),
}
REACH_SEMITONES = 4.0
SEMITONES_A_UNIT = 3.0
PITCH_CLASSES = 12
PICTURE_PX = 128
BORROW_DRUMS = 0.5
STRUCK = 2.0  # and a note is held rather than struck anew, while a voice learns
LASTING = 1.0  # and when it plays: a doubt is enough for a new one
RARE = 2.0  # logits start low: few pitches sound at a time
SPARSE_GAIN = 10.0  # about sqrt(channels / notes sounding): a roll is nearly all zeros


@dataclass(frozen=True)
class MusicConfig:
    """What rebuilds the networks.

    holds: a voice that plays keeps a note until the next begins, so that long notes do not break
    into short ones. While it learns it chooses a pitch at every step all the same, as harmony is
    learnt sooner that way (tests/benchmarks/RESULTS.md, section 18).
    """

    channels: int = 256
    track_channels: int = 160
    z_dim: int = 256
    w_dim: int = 256
    holds: bool = False

    def __post_init__(self) -> None:
        refuse_widths(self.channels, self.track_channels, self.z_dim, self.w_dim)

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


def one_hot(logits: Tensor, likely: float = 0.0) -> Tensor:
    """The largest of dim 1 becomes 1, the rest 0; gradients pass as through a softmax.

    likely: the probabilities instead, at this temperature; 1 for the model's own.
    """
    soft = torch.softmax(logits / likely if likely else logits, 1)
    if likely:
        return soft
    hard = torch.zeros_like(soft).scatter_(1, soft.argmax(1, keepdim=True), 1.0)
    return hard + soft - soft.detach()


def switch(logits: Tensor, likely: float = 0.0) -> Tensor:
    """1 where positive, else 0; gradients pass as through a sigmoid. likely: probabilities."""
    soft = torch.sigmoid(logits / likely if likely else logits)
    if likely:
        return soft
    return (logits > 0).to(soft.dtype) + soft - soft.detach()


class Voice(nn.Module):
    """One voice sounds one pitch or none at a time: features -> sustain and onset [B, 84, 64, 1].

    Its pitch is drawn towards a centre that moves smoothly with the features, so that lines move
    by steps; the free logits choose the tone of the scale.
    """

    pitches: Tensor

    def __init__(self, inputs: int, register: float, holds: bool) -> None:
        super().__init__()
        self.logits = EqualConv(inputs, (PITCHES + 3) * BEAT_STEPS, (1, 1))
        pitches = torch.arange(PITCHES).float()[None, :, None, None]
        self.register_buffer("pitches", pitches, persistent=False)
        self.register = register
        self.holds = holds

    def forward(self, x: Tensor, likely: float = 0.0) -> tuple[Tensor, Tensor]:
        logits = to_steps(self.logits(x).float())  # [B, 84 + 3, 64, 1]
        free, (silence, start, centre) = logits[:, :PITCHES], logits[:, PITCHES:].split(1, 1)
        distance = self.pitches - (self.register + SEMITONES_A_UNIT * centre)
        near = free - distance.square() / (2 * REACH_SEMITONES**2)
        chosen = one_hot(torch.cat([near, silence], 1), likely)[:, :PITCHES]
        if not self.holds or self.training:
            return chosen, chosen * switch(start - STRUCK * self.holds, likely)
        begins = switch(start - LASTING, likely)
        begins = torch.cat([torch.ones_like(begins[:, :, :1]), begins[:, :, 1:]], 2)
        return held(chosen, begins), chosen * begins


class TrackHead(nn.Module):
    """The private last layers of one track: beats -> sustain and onset [B, 2 * 84, 64, 1]."""

    def __init__(self, track: str, config: MusicConfig) -> None:
        super().__init__()
        width = config.track_channels
        self.layer = StyledLayer(config.channels, width, config.w_dim, KERNEL)
        self.voices = nn.ModuleList(
            Voice(width, register, config.holds) for register in VOICES[track]
        )
        self.hits = None if self.voices else EqualConv(width, PITCHES * BEAT_STEPS, (1, 1))

    def forward(self, x: Tensor, w: Tensor, noise: Tensor | None, likely: float = 0.0) -> Tensor:
        x = self.layer(x, w, noise)
        if self.hits is not None:
            struck = switch(to_steps(self.hits(x).float()) - RARE, likely)
            return torch.cat([struck, struck], 1)
        sustain, onset = zip(*(voice(x, likely) for voice in self.voices), strict=True)
        return torch.cat([any_of(sustain), any_of(onset)], 1)


def any_of(voices: tuple[Tensor, ...]) -> Tensor:
    """1 where any of the voices is, or how likely that is; gradients reach those alone there."""
    silent = 1 - voices[0]
    for voice in voices[1:]:
        silent = silent * (1 - voice)
    return 1 - silent


def held(chosen: Tensor, begins: Tensor) -> Tensor:
    """What sounds when a choice is kept until the next one begins: [B, 84, T, 1].

    chosen [B, 84, T, 1] and begins [B, 1, T, 1], 0 to 1; of likelihoods the result is the
    likelihood. y[t] = begins[t] chosen[t] + (1 - begins[t]) y[t - 1], as a parallel scan
    (Hillis and Steele 1986): log2 T rounds instead of T.
    """
    sounding, kept = begins * chosen, 1 - begins
    reach = 1
    while reach < chosen.shape[2]:
        before = F.pad(sounding[:, :, :-reach], (0, 0, reach, 0))
        sounding = sounding + kept * before
        kept = kept * F.pad(kept[:, :, :-reach], (0, 0, reach, 0))
        reach *= 2
    return sounding


def to_steps(x: Tensor) -> Tensor:
    """[B, C * 4, beats, 1] -> [B, C, beats * 4, 1]: channels become the steps of their beat."""
    batch, channels, beats, _ = x.shape
    x = x.reshape(batch, channels // BEAT_STEPS, BEAT_STEPS, beats).transpose(2, 3)
    return x.reshape(batch, -1, beats * BEAT_STEPS, 1)


def to_beats(x: Tensor) -> Tensor:
    """[B, C, steps, 1] -> [B, C * 4, steps / 4, 1], the opposite of to_steps."""
    batch, channels, steps, _ = x.shape
    x = x.reshape(batch, channels, steps // BEAT_STEPS, BEAT_STEPS).transpose(2, 3)
    return x.reshape(batch, channels * BEAT_STEPS, -1, 1)


class MusicGenerator(nn.Module):
    """ws [B, layers, w_dim] -> phrases [B, 672, 64, 1] of zeros and ones."""

    def __init__(self, config: MusicConfig) -> None:
        super().__init__()
        self.z_dim, self.w_dim = config.z_dim, config.w_dim
        self.mapping = Mapping(config.z_dim, config.w_dim)
        width = config.channels
        self.start = nn.Parameter(torch.randn(1, width, BARS, 1))
        self.layers = nn.ModuleList([StyledLayer(width, width, config.w_dim, KERNEL)])
        # Where a beat stands in its bar, which convolutions alone cannot tell.
        self.places = nn.ParameterList()
        parts = BARS
        while parts < BEATS:
            parts *= 2
            self.layers.append(StyledLayer(width, width, config.w_dim, KERNEL, up=UP))
            self.layers.append(StyledLayer(width, width, config.w_dim, KERNEL))
            self.places.append(nn.Parameter(torch.randn(1, width, parts // BARS, 1)))
        self.heads = nn.ModuleList(TrackHead(track, config) for track in TRACKS)

    @property
    def num_ws(self) -> int:
        return len(self.layers) + 1

    def layer_groups(self) -> dict[str, range]:
        """Coarse: bars and harmony; middle: beats; fine: the tracks' own layers."""
        last = self.num_ws - 1
        return {"coarse": range(2), "middle": range(2, last), "fine": range(last, last + 1)}

    def noise_sizes(self) -> list[tuple[int, int]]:
        """The size of each layer's noise map; the last four are the tracks'."""
        sizes = [(BARS, 1)]
        while sizes[-1][0] < BEATS:
            sizes += [(sizes[-1][0] * 2, 1)] * 2
        return sizes + [(BEATS, 1)] * len(self.heads)

    def synthesise(
        self, ws: Tensor, noise: list[Tensor] | None = None, likely: float = 0.0
    ) -> Tensor:
        """ws [B, layers, w_dim], one noise map a layer or fresh noise -> [B, 672, 64, 1].

        likely: how likely each cell is to sound, instead of zeros and ones; 1 as the model means
        it, more where it is to be less sure.
        """
        x = self.start.expand(ws.shape[0], -1, -1, -1)
        for index, layer in enumerate(self.layers):
            x = layer(x, ws[:, index], noise[index] if noise else None)
            if index % 2:  # it has just doubled the time
                x = x + self.places[index // 2].repeat(1, 1, BARS, 1)
        own = noise[len(self.layers) :] if noise else [None] * len(self.heads)
        parts = [head(x, ws[:, -1], n, likely) for head, n in zip(self.heads, own, strict=True)]
        return torch.cat(parts, 1)

    def random_shapes(self) -> list[tuple[int, int, int]]:
        """The noise map that a training pass draws for each phrase, [1, H, W] a layer."""
        return [(1, *size) for size in self.noise_sizes()]

    def forward(
        self,
        z: Tensor,
        other: Tensor | None = None,
        crossover: int = 0,
        maps: list[Tensor] | None = None,
    ) -> Tensor:
        """Training pass: z [B, z_dim]; from layer crossover on, styles come from other."""
        ws, arguments = self.synthesis_inputs(z, other, crossover, maps)
        return self.synthesise(ws, *arguments)

    def synthesis_inputs(
        self, z: Tensor, other: Tensor | None, crossover: int, maps: list[Tensor] | None
    ) -> tuple[Tensor, tuple[Any, ...]]:
        """What a training pass calls synthesise with: ws, then the noise."""
        return training_ws(self.mapping, self.num_ws, z, other, crossover), (maps,)


def views(rolls: Tensor) -> Tensor:
    """What the discriminator hears of [B, 672, 64, 1]: the roll, harmony, density, contour.

    Harmony is the pitch classes of melody, chords and bass together and of each alone; contour
    their pitches added up, in thirds of the range around middle C.
    """
    batch, _, steps, _ = rolls.shape
    x = rolls.reshape(batch, len(TRACKS), 2, PITCHES, steps)
    pitched = x[:, :3].reshape(batch, 3, 2, PITCHES // PITCH_CLASSES, PITCH_CLASSES, steps)
    chroma = pitched[:, :, 0].sum(2)  # [B, 3, 12, steps]
    together = chroma.sum(1)  # [B, 12, steps]
    density = x.sum(3)  # [B, 4, 2, steps]
    height = torch.arange(PITCHES, device=x.device, dtype=x.dtype) / 36 - 1
    contour = torch.einsum("btpn,p->btn", x[:, :3, 0], height)
    extra = torch.cat([chroma.flatten(1, 2), together, density.flatten(1, 2), contour], 1)[
        ..., None
    ]
    return torch.cat([rolls, extra * 0.5], 1)


BITS = torch.arange(7, -1, -1, dtype=torch.uint8)  # the highest bit of a byte comes first

EXTRA_CHANNELS = 3 * PITCH_CLASSES + PITCH_CLASSES + 2 * len(TRACKS) + 3


class MusicDiscriminator(nn.Module):
    """Phrases [B, 672, 64, 1] -> logits [B]."""

    def __init__(self, config: MusicConfig) -> None:
        super().__init__()
        width = config.channels
        self.first = EqualConv((ROLL_CHANNELS + EXTRA_CHANNELS) * BEAT_STEPS, width, (1, 1))
        self.place = nn.Parameter(torch.randn(1, width, BEATS // BARS, 1))
        self.second = EqualConv(width, width, KERNEL)
        blocks: list[nn.Module] = []
        parts = BEATS
        while parts > BARS:
            blocks.append(ResidualDown(width, width, KERNEL, UP))
            parts //= 2
        self.blocks = nn.Sequential(*blocks)
        self.final = EqualConv(width, width, KERNEL)
        self.hidden = EqualLinear(width * BARS, width)
        self.logit = EqualLinear(width, 1)

    def forward(self, x: Tensor) -> Tensor:
        x = self.first(to_beats(views(x)) * SPARSE_GAIN) + self.place.repeat(1, 1, BARS, 1)
        x = self.blocks(activate(self.second(activate(x))))
        x = activate(self.final(x))
        return self.logit(activate(self.hidden(x.flatten(1)))).squeeze(1)


class MusicTraining:
    """Phrases as rolls of zeros and ones."""

    batch = 32
    gamma = 0.1
    unsteered = 0.0  # it gains nothing there (tests/benchmarks/RESULTS.md, section 18)

    def describe(self, examples: np.ndarray, config: TrainConfig) -> dict[str, Any]:
        return MusicConfig(channels=min(512, config.channel_max * 7 // 4), holds=True).to_json()

    def networks(self, network: dict[str, Any]) -> tuple[nn.Module, nn.Module]:
        config = MusicConfig(**network)
        return MusicGenerator(config), MusicDiscriminator(config)

    def prepare(
        self, examples: np.ndarray, config: TrainConfig, random: torch.Generator
    ) -> np.ndarray:
        return meet(examples, random)

    def judged(self, examples: np.ndarray) -> np.ndarray:
        return meet(examples, torch.Generator().manual_seed(0))

    def draw_changes(
        self, count: int, config: TrainConfig, strength: float, random: torch.Generator
    ) -> RollChanges:
        return draw_changes(count, strength, random)

    def changed(self, x: Tensor, changes: RollChanges) -> Tensor:
        return apply_changes(x, changes)

    def reals(self, examples: Tensor) -> Tensor:
        """uint8 [B, 4, 2, 64, 11] packed bits -> float [B, 672, 64, 1]."""
        bits = (examples[..., None] >> BITS.to(examples.device)) & 1  # [B, 4, 2, 64, 11, 8]
        x = bits.flatten(4)[..., :PITCHES].transpose(3, 4)  # [B, 4, 2, 84, 64]
        return x.reshape(len(examples), ROLL_CHANNELS, STEPS, 1).float()

    def shown(self, fakes: Tensor, chance: Tensor) -> Tensor:
        return fakes

    def pictures(self, outputs: Tensor) -> list[np.ndarray]:
        return [thumbnail(clip_of(roll), PICTURE_PX) for roll in rolls_of(outputs)]

    def examples(self, outputs: Tensor) -> np.ndarray:
        return np.packbits(rolls_of(outputs), axis=-1)


def rolls_of(outputs: Tensor) -> np.ndarray:
    """Outputs [B, 672, 64, 1] as grids of notes, bool [B, 4, 2, 64, 84]."""
    shaped = outputs.reshape(-1, len(TRACKS), 2, PITCHES, STEPS).transpose(3, 4)
    return shaped.cpu().numpy() > 0.5


def meet(examples: np.ndarray, random: torch.Generator) -> np.ndarray:
    """Songs and drums of one batch meet, as they rarely do in the files of a folder.

    Half of the phrases without drums borrow some; drums alone borrow a song, where there is one.
    examples uint8 [B, 4, 2, 64, 11], packed.
    """
    drums = TRACKS.index("drums")
    beaten = examples[:, drums].any((1, 2, 3))
    sung = examples[:, :drums].any((1, 2, 3, 4))
    chosen = torch.rand(len(examples), generator=random).numpy()
    met = examples.copy()
    for borrow, lend, tracks in (
        (~beaten & (chosen < BORROW_DRUMS), beaten, slice(drums, None)),
        (~sung, sung, slice(drums)),
    ):
        lenders = np.flatnonzero(lend)
        if len(lenders):
            picks = torch.randint(len(lenders), (len(examples),), generator=random).numpy()
            met[borrow, tracks] = examples[lenders[picks]][borrow, tracks]
    return met
