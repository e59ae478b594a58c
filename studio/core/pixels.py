"""An immutable RGB picture that can be compared, kept in a history and sent between threads."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Pixels:
    """8-bit RGB, row by row; 0 x 0 is the empty picture."""

    width: int = 0
    height: int = 0
    rgb: bytes = b""

    @staticmethod
    def of(array: np.ndarray) -> Pixels:
        """From uint8 [H, W, 3]."""
        height, width, _ = array.shape
        return Pixels(width, height, np.ascontiguousarray(array, dtype=np.uint8).tobytes())

    def array(self) -> np.ndarray:
        """A read-only view, uint8 [H, W, 3]."""
        return np.frombuffer(self.rgb, np.uint8).reshape(self.height, self.width, 3)

    def __bool__(self) -> bool:
        return self.width > 0 and self.height > 0
