"""What a person sees in pictures at once, as numbers: what the sliders of picture models steer."""

from __future__ import annotations

import numpy as np

from studio.core.kind import Qualities

LUMA = (0.299, 0.587, 0.114)  # ITU-R BT.601
TINY = 1e-3  # below a 255th: what an empty picture divides by

WORDS = {
    "Lightness": ("dark", "light"),
    "Contrast": ("soft", "strong"),
    "Saturation": ("pale", "colourful"),
    "Hue": ("green", "red"),
    "Warmth": ("cool", "warm"),
    "Detail": ("smooth", "detailed"),
    "Symmetry": ("irregular", "symmetric"),
}


def qualities() -> Qualities:
    """Each takes pictures or tiles uint8 [N, H, W, 3] and gives float64 [N]."""
    return {
        "Lightness": lightness,
        "Contrast": contrast,
        "Saturation": saturation,
        "Hue": hue,
        "Warmth": warmth,
        "Detail": detail,
        "Symmetry": symmetry,
    }


def lightness(pictures: np.ndarray) -> np.ndarray:
    """Mean luma, 0 black to 1 white."""
    return _luma(pictures).mean((1, 2))


def contrast(pictures: np.ndarray) -> np.ndarray:
    """Standard deviation of the luma, 0 plain to 0.5 half black and half white."""
    return _luma(pictures).std((1, 2))


def saturation(pictures: np.ndarray) -> np.ndarray:
    """Mean distance between the strongest and the weakest primary, 0 grey to 1 pure colours."""
    whole = pictures.max(3).astype(float) - pictures.min(3)
    return whole.mean((1, 2)) / 255


def hue(pictures: np.ndarray) -> np.ndarray:
    """Mean of red against green, -1 green to 1 red.

    An axis of opponent colours, not the angle of a colour circle: what goes round has no more and
    less. With warmth it spans the circle.
    """
    return _mean_colour(pictures) @ np.array([1.0, -1.0, 0.0])


def warmth(pictures: np.ndarray) -> np.ndarray:
    """Mean of yellow (red and green) against blue, -1 blue to 1 yellow."""
    return _mean_colour(pictures) @ np.array([0.5, 0.5, -1.0])


def detail(pictures: np.ndarray) -> np.ndarray:
    """Steps between neighbouring pixels as a share of the contrast, about 0 smooth to 1 noise."""
    luma = _luma(pictures)
    steps = np.abs(np.diff(luma, axis=1)).mean((1, 2)) + np.abs(np.diff(luma, axis=2)).mean((1, 2))
    return steps / 2 / (luma.std((1, 2)) + TINY)


def symmetry(pictures: np.ndarray) -> np.ndarray:
    """Correlation with the picture's mirror image, left and right: -1 to 1, of the luma."""
    luma = _luma(pictures)
    away = luma - luma.mean((1, 2), keepdims=True)
    return (away * away[:, :, ::-1]).mean((1, 2)) / (away.var((1, 2)) + TINY**2)


def _luma(pictures: np.ndarray) -> np.ndarray:
    """[N, H, W] in 0 to 1."""
    return pictures.astype(np.float32) @ (np.array(LUMA, np.float32) / 255)


def _mean_colour(pictures: np.ndarray) -> np.ndarray:
    """[N, 3] in 0 to 1."""
    return pictures.mean((1, 2), dtype=float) / 255
