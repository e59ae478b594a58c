"""Where a picture network draws: the size of its torus, its noise, the cut of its tiles."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from studio.core.latent import Latent
from studio.core.lattice import BLOCK
from studio.gan.explore import SPATIAL_STREAM, Playable
from studio.gan.layers import rolled
from studio.gan.networks import SPATIAL_CHANNELS, START


@dataclass(frozen=True)
class Maps:
    """Noise of every layer [B, 1, h, w] and, on a torus, the spatial latent [B, 16, h, w]."""

    noise: list[Tensor]
    spatial: Tensor | None


@dataclass(frozen=True)
class Stage:
    """Pictures of one size and place: all pairs are (down, across).

    tiles makes the torus larger, cells rolls its constant, cut rolls the finished picture; repeat
    is the lattice on which it has no seam.
    """

    play: Playable
    tiles: tuple[int, int] = (1, 1)
    cells: tuple[int, int] = (0, 0)
    cut: tuple[int, int] = (0, 0)
    repeat: str = BLOCK

    @property
    def wraps(self) -> bool:
        return self.play.network.config.torus

    @property
    def size(self) -> tuple[int, int]:
        """Width and height in pixels."""
        side = self.play.network.config.size_px
        return side * self.tiles[1], side * self.tiles[0]

    def maps(self, latents: Sequence[Latent]) -> Maps:
        """What the seeds of latents stand for."""
        noise = [self._noise(latent) for latent in latents]
        spatial = torch.cat([self._spatial(one) for one in latents]) if self.wraps else None
        return Maps([torch.cat(layer) for layer in zip(*noise, strict=True)], spatial)

    def _noise(self, latent: Latent) -> list[Tensor]:
        sides = self.play.network.noise_sides()
        down, across = self.tiles
        noise = self.play.noise(latent, [(side * down, side * across) for side in sides])
        return [self._rolled(one, side // START) for one, side in zip(noise, sides, strict=True)]

    def _spatial(self, latent: Latent) -> Tensor:
        shape = (1, SPATIAL_CHANNELS, START * self.tiles[0], START * self.tiles[1])
        return self._rolled(self.play.mixed_noise(latent, SPATIAL_STREAM, *shape), 1)

    def _rolled(self, x: Tensor, scale: int) -> Tensor:
        if self.cells == (0, 0):
            return x
        return rolled(x, (self.cells[0] * scale, self.cells[1] * scale), self.repeat)

    def draw(
        self, ws: Tensor, maps: Maps, change: Callable[[Tensor], Tensor] | None = None
    ) -> Tensor:
        """ws [B, layers, w_dim] -> [B, 3, H, W] in about [-1, 1]; change as in synthesise."""
        arguments = (maps.noise, maps.spatial, self.cells, change, self.repeat)
        return self.as_cut(self.play.network.synthesise(ws, *arguments))

    def as_cut(self, output: Tensor) -> Tensor:
        """[B, 3, H, W] as the network draws it, as the finished picture lies."""
        return output if self.cut == (0, 0) else rolled(output, self.cut, self.repeat)

    def uncut(self, x: Tensor) -> Tensor:
        """A map [.., H, W] of the finished picture as it lies while it is drawn."""
        return rolled(x, (-self.cut[0], -self.cut[1]), self.repeat)
