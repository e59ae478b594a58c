"""The coordinates of W in which a taste is learned, and what is worth a look in them."""

from __future__ import annotations

from functools import cached_property

import numpy as np
import torch

from studio.core.errors import StudioError
from studio.core.latent import DRAWN_SEEDS, Latent, Recipe, draw
from studio.core.taste import DIMENSIONS, Taste
from studio.core.verbs import seeded
from studio.core.work import Finished, Progress, Work
from studio.gan.explore import Playable, finite
from studio.gan.layers import ModulatedConv

SAMPLES = 4096  # seeds 0 and up, from which the spread of W is measured
CANDIDATES = 16_000
AT_ONCE = 500
DEAD = 1e-6  # share of the widest direction's variance below which one counts as none


class TasteSpace:
    """32 whitened directions of a model's W, those first that change its styles most.

    Plain PCA of W finds little: a mapping that learns at a hundredth of the rate leaves W about as
    round as it was drawn, so that its widest 32 directions hold half of the variance and are the
    same in models that have nothing in common. What a direction does is in the layers' own
    affine maps, as SeFa found (Shen and Zhou 2021); whitened W seen through them gives the
    order. Coordinates are scaled by the root of what they do, so that the prior of the taste
    expects more of those that show.
    """

    def __init__(self, play: Playable) -> None:
        self._play = play
        self._drawn: tuple[tuple[int, float], list[np.ndarray]] = ((-1, 0.0), [])

    @cached_property
    def _frame(self) -> tuple[np.ndarray, np.ndarray]:
        """The middle of W [w_dim] and the axes [w_dim, 32]; takes half a second, once."""
        w = self._w(range(SAMPLES))
        middle = w.mean(0)
        return middle, _axes(w - middle, _affine_maps(self._play))

    @property
    def model(self) -> str:
        return self._play.header.id

    def coordinates(self, latent: Latent) -> np.ndarray:
        """Where a result lies, float32 [32]; the mean of its layers. StudioError as Playable.ws."""
        w = self._play.ws(latent)[0].mean(0).cpu().double().numpy()
        return self._places(w[None])[0]

    def candidates(self, seeds: range | list[int], psi: float) -> np.ndarray:
        """The coordinates of plain seeds, float32 [N, 32]."""
        average = self._play.network.mapping.w_average.cpu().double().numpy()
        return self._places(average + psi * (self._w(seeds) - average))

    def shortlist(self, taste: Taste, recipe: Recipe, count: int, seed: int) -> Work:
        """Finished(list of recipes): new seeds, worth being looked at for this taste.

        With this recipe's variety and options. Asked for the same seed again it goes on where it
        was stopped. StudioError if the taste is for another model.
        """
        if taste.model != self.model:
            raise StudioError("What you liked was made by another model.")
        drawn = np.random.default_rng((seed, CANDIDATES)).integers(DRAWN_SEEDS, size=CANDIDATES)
        seeds = np.unique(drawn).tolist()
        found = self._found((seed, recipe.latent.psi))
        for start in range(AT_ONCE * len(found), len(seeds), AT_ONCE):
            yield Progress(start, len(seeds))
            found.append(self.candidates(seeds[start : start + AT_ONCE], recipe.latent.psi))
        chosen = taste.shortlist(np.concatenate(found), count, seed)
        yield Finished([self._play.signed(seeded(recipe, seeds[index])) for index in chosen])

    def _found(self, key: tuple[int, float]) -> list[np.ndarray]:
        """The coordinates of candidates by seed and variety, as far as they are known."""
        if self._drawn[0] != key:
            self._drawn = (key, [])
        return self._drawn[1]

    def _places(self, w: np.ndarray) -> np.ndarray:
        """float64 [N, w_dim] -> float32 [N, 32]"""
        middle, axes = self._frame
        return ((w - middle) @ axes).astype(np.float32)

    @torch.no_grad()
    def _w(self, seeds: range | list[int]) -> np.ndarray:
        """float64 [N, w_dim]; StudioError as finite"""
        network = self._play.network
        z = np.concatenate([draw(seed, 0, 1, network.z_dim) for seed in seeds])
        tensor = torch.from_numpy(z).to(self._play.device.torch_device)
        return finite(network.mapping(tensor).cpu().double().numpy())


def _affine_maps(play: Playable) -> list[np.ndarray]:
    """w -> style of every modulated convolution, float64 [inputs, w_dim], each of the norm 1."""
    maps = [
        module.style.weight.detach().cpu().double().numpy()
        for module in play.network.modules()
        if isinstance(module, ModulatedConv)
    ]
    return [one / max(float(np.linalg.norm(one)), 1e-12) for one in maps]


def _axes(w: np.ndarray, maps: list[np.ndarray]) -> np.ndarray:
    """float64 [w_dim, 32] from samples around 0 [N, w_dim]; with zeros where W has fewer."""
    variances, directions = np.linalg.eigh(w.T @ w / len(w))
    alive = variances > DEAD * max(float(variances[-1]), 1e-12)
    spreads, directions = np.sqrt(variances[alive]), directions[:, alive]
    seen = np.concatenate(maps) @ (directions * spreads) if maps else np.diag(spreads)
    # Equal to the right singular vectors of seen, and cheaper.
    strengths, order = np.linalg.eigh(seen.T @ seen)
    strengths = np.maximum(strengths[::-1], 0)[:DIMENSIONS] ** 0.25
    axes = (directions / spreads) @ order[:, ::-1][:, :DIMENSIONS]
    axes *= np.sign(axes[np.abs(axes).argmax(0), np.arange(axes.shape[1])])
    usual = float(np.sqrt((strengths**2).sum() / max(len(strengths), 1)))
    scale = strengths / max(usual, 1e-12)
    padding = ((0, 0), (0, DIMENSIONS - axes.shape[1]))
    return np.pad(axes * scale, padding)
