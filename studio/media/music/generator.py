"""Latent to clip, clips made anew around what is kept, and a person's own clip found."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from studio.core.errors import StudioError
from studio.core.kind import Found
from studio.core.latent import COMPOSITE, Latent, Recipe, whole_option
from studio.core.private_copy import PrivateCopy
from studio.core.work import Work, mapped
from studio.gan.explore import Playable, play_many, play_one
from studio.gan.fit import Fitted, Plan, fit, steps_of
from studio.gan.private import Showing, private_copy
from studio.gan.slider_probe import Effort
from studio.gan.sliders import find_sliders
from studio.gan.taste_space import TasteSpace
from studio.gan.tune import TunePlan, with_steps
from studio.media.music.document import BARS, Clip, clip_of, example_of, roll_of
from studio.media.music.locks import Lock, read_lock
from studio.media.music.network import ROLL_CHANNELS, MusicConfig, MusicGenerator, rolls_of
from studio.media.music.qualities import qualities
from studio.media.music.thumbnail import thumbnail

LEAST_LIKELY = 1e-4  # bounds the loss of a cell
LEAST_TUNED = 1e-6  # and that of one that weights, not only styles, can change
FEW_CELLS = 16  # a lock of fewer sounding cells is no more important than one of so many
MOST_KEY = 6
REROLL = Plan(samples=128, steps=80, prior=0.02, anchor=0.2, at_once=16)
INSTANT = Plan(samples=64, steps=0, at_once=16)
FIND = Plan(samples=256, steps=300, rate=0.1, prior=0.01, seconds=180.0, at_once=16)
TUNE = TunePlan(steps=400, keep=0.5)
# A phrase takes a sixth of the time of a picture, and notes jump where colours glide.
LISTENING = Effort(sense=384, samples=768, seeds=32, slopes=14, tries=16, checks=32)


class MusicClipGenerator:
    """A loaded music model.

    Recipe option: key, semitones above C (-6 to 6) to transpose by; the model thinks in C.
    """

    def __init__(self, path: Path, device: str = "auto") -> None:
        self._play = Playable(path, "music", device, lambda n: MusicGenerator(MusicConfig(**n)))
        self.header = self._play.header
        self.device = self._play.device.words
        self.liking = TasteSpace(self._play)

    def generate(self, recipe: Recipe) -> Work:
        return play_one(self._clip, recipe)

    def preview(self, recipe: Recipe) -> Work:
        """The clip itself: a network of 64 steps has no pass that is quicker and still true."""
        return self.generate(recipe)

    def generate_many(self, recipes: Sequence[Recipe]) -> Work:
        return play_many(self._clip, recipes)

    def sliders(self) -> Work:
        return find_sliders(self._play, qualities(), _heard, LISTENING)

    def _clip(self, recipe: Recipe) -> Clip:
        roll = played(self._play, recipe.latent)
        return clip_of(roll, self._play.signed(recipe)).transpose(_key(recipe))

    def lock(self, document: Clip, words: Sequence[str]) -> Lock:
        return read_lock(words).checked(document)

    def reroll(self, document: Clip, locked: Lock, seed: int, instant: bool = False) -> Work:
        """The locked notes come back as they are: pitch, start, length, velocity and track."""
        locked = locked.checked(document)
        recipe = document.recipe
        wanted, counts = locked.cells(document, -_key(recipe))
        subject = self._subject(wanted, counts)

        def joined(value: Fitted | Latent) -> Clip:
            latent = value.latent if isinstance(value, Fitted) else value
            new = self._clip(replace(recipe, latent=latent))
            signed = new.recipe.with_option(COMPOSITE, True)
            return replace(locked.joined(document, new.notes), recipe=signed)

        plan = INSTANT if instant else REROLL
        yield from mapped(fit(self._play, subject, seed, recipe.latent.psi, plan), joined)

    def find(self, document: Clip, seed: int = 0, steps: int = 0) -> Work:
        """Figures: agreement, the F measure of note onsets, and searched_agreement before steps.

        Tempo and instruments are those of the document.
        """
        plan, recipe = replace(FIND, steps=steps_of(steps, FIND)), document.recipe
        wanted = _wanted(document, _key(recipe))
        agreements: list[float] = []

        def shown(value: Fitted | Latent) -> Any:
            latent = value.latent if isinstance(value, Fitted) else value
            new = self._clip(replace(recipe, latent=latent))
            made = replace(document, recipe=new.recipe, notes=new.notes)
            agreements.append(agreement(roll_of(made.transpose(-_key(recipe))), wanted))
            if not isinstance(value, Fitted):
                return made
            figures = {"agreement": agreements[-1], "searched_agreement": agreements[0]}
            return Found(made.recipe, made, figures)

        subject = self._subject(wanted, np.ones_like(wanted))
        yield from mapped(fit(self._play, subject, seed, recipe.latent.psi, plan), shown)

    def tune(
        self, found: Found, document: Clip, copy: PrivateCopy, seed: int = 0, steps: int = 0
    ) -> Work:
        """Figures: agreement and steps. Tempo and instruments are those of the document."""
        key = _key(found.recipe)
        wanted = _wanted(document, key)

        def made(play: Playable, recipe: Recipe) -> Clip:
            clip = clip_of(played(play, recipe.latent), play.signed(recipe)).transpose(key)
            return replace(document, recipe=clip.recipe, notes=clip.notes)

        def near(clip: Clip) -> dict[str, float]:
            return {"agreement": agreement(roll_of(clip.transpose(-key)), wanted)}

        aim = RollAim(self._play, _cells(wanted).to(self._play.device.torch_device))
        plan, showing = with_steps(TUNE, steps), Showing(made, thumbnail, near)
        yield from private_copy(self._play, aim, found, copy, seed, plan, showing)

    def _subject(self, wanted: np.ndarray, counts: np.ndarray) -> RollSubject:
        device = self._play.device.torch_device
        cells = [_cells(roll).to(device) for roll in (wanted, counts)]
        return RollSubject(self._play, *cells)


@dataclass(frozen=True)
class Likelihood:
    """How likely a model is to play each cell of a roll.

    Heated: where a model is quite sure of another note, there is no slope to go by.
    """

    heat: ClassVar[float] = 4.0  # tests/benchmarks/RESULTS.md, section 14
    play: Playable

    def maps(self, latents: Sequence[Latent]) -> list[Tensor]:
        sizes = self.play.network.noise_sizes()
        noise = [self.play.noise(latent, sizes) for latent in latents]
        return [torch.cat(layer) for layer in zip(*noise, strict=True)]

    def draw(self, ws: Tensor, maps: list[Tensor]) -> Tensor:
        """[B, 672, 64, 1] from 0 to 1."""
        return self.play.network.synthesise(ws, maps, likely=self.heat)


@dataclass(frozen=True)
class RollSubject(Likelihood):
    """Fits the likelihood of rolls: cross-entropy where it counts, [1, 672, 64, 1] each."""

    wanted: Tensor
    counts: Tensor

    def distance(self, outputs: Tensor) -> Tensor:
        """Nats for each sounding cell."""
        chance = outputs.clamp(LEAST_LIKELY, 1 - LEAST_LIKELY)
        loss = torch.where(self.wanted > 0, -chance.log(), -(1 - chance).log()) * self.counts
        sounding = float((self.wanted * self.counts).sum())
        return loss.sum((1, 2, 3)) / max(sounding, FEW_CELLS)

    def show(self, latent: Latent) -> Latent:
        return latent


@dataclass(frozen=True)
class RollAim(Likelihood):
    """One roll [1, 672, 64, 1]; the shortfall is what is missing of the agreement of its clip."""

    wanted: Tensor

    def on(self, play: Playable) -> RollAim:
        return replace(self, play=play)

    def apart(self, outputs: Tensor, wanted: Tensor) -> Tensor:
        """Cross-entropy in nats for each sounding cell; wanted may be likelihoods themselves."""
        chance = outputs.clamp(LEAST_TUNED, 1 - LEAST_TUNED)
        loss = F.binary_cross_entropy(chance, wanted, reduction="sum")
        return loss / wanted.sum().clamp_min(FEW_CELLS)

    def shortfall(self, latent: Latent) -> float:
        roll = roll_of(clip_of(played(self.play, latent)))
        wanted = rolls_of(self.wanted)[0]
        return 1 - agreement(roll, wanted)


@torch.no_grad()
def played(play: Playable, latent: Latent) -> np.ndarray:
    """bool [4, 2, 64, 84]"""
    noise = play.noise(latent, play.network.noise_sizes())
    return rolls_of(play.network.synthesise(play.ws(latent), noise))[0]


def agreement(made: np.ndarray, wanted: np.ndarray) -> float:
    """The F measure of the onsets of two rolls bool [4, 2, 64, 84]: 1 for the same, 0 for none."""
    both = int((made[:, 1] & wanted[:, 1]).sum())
    total = int(made[:, 1].sum() + wanted[:, 1].sum())
    return round(2 * both / total, 3) if total else 0.0


def _cells(roll: np.ndarray) -> Tensor:
    """bool [4, 2, 64, 84] as the network gives them, float [1, 672, 64, 1]."""
    steps_last = torch.from_numpy(roll.astype(np.float32)).transpose(2, 3)
    return steps_last.reshape(1, ROLL_CHANNELS, -1, 1)


def _wanted(clip: Clip, key: int) -> np.ndarray:
    """What of a clip a model can play, as in C: bool [4, 2, 64, 84]; StudioError if nothing."""
    if not clip.notes:
        raise StudioError("There are no notes in this clip.")
    wanted = roll_of(clip.transpose(-key))
    if not wanted.any():
        raise StudioError(f"There are no notes in the first {BARS} bars of this clip.")
    return wanted


def _key(recipe: Recipe) -> int:
    return max(-MOST_KEY, min(MOST_KEY, whole_option(recipe, "key", 0)))


def _heard(outputs: Tensor) -> np.ndarray:
    """Outputs as examples of the clips made of them, whose notes are not all that rolls say."""
    return np.stack([example_of(clip_of(roll)) for roll in rolls_of(outputs)])
