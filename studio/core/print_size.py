"""How large a picture leaves the studio: so many times larger, and so many pixels to an inch."""

from __future__ import annotations

from studio.core.errors import StudioError

SCALES = (1, 2, 4, 8)
MOST_PX = 8192  # on a side: what other programs open without complaint
LEAST_DPI, MOST_DPI, DPI = 10, 4800, 300
CM_PER_INCH = 2.54


def fits(width: int, height: int, scale: int) -> bool:
    """Whether a picture may be written so many times larger."""
    return scale == 1 or max(width, height) * scale <= MOST_PX


def largest_scale(width: int, height: int, wanted: int) -> int:
    """The scale that is wanted, or the largest below it that a picture may be written at."""
    return max(one for one in SCALES if one <= max(1, wanted) and fits(width, height, one))


def checked_scale(width: int, height: int, scale: int) -> int:
    """The scale; StudioError for one that there is not, or that gives too large a picture."""
    if scale not in SCALES:
        raise StudioError("A picture can be written 1, 2, 4 or 8 times as large.")
    if fits(width, height, scale):
        return scale
    largest = max(one for one in SCALES if fits(width, height, one))
    raise StudioError(
        f"{scale} times as large it would be {width * scale:,} × {height * scale:,} pixels, and"
        f" {MOST_PX:,} on a side are the most: choose {largest} times."
    )


def checked_dpi(dpi: int) -> int:
    """The resolution; StudioError for one that makes no sense."""
    if not LEAST_DPI <= dpi <= MOST_DPI:
        raise StudioError(f"The resolution is {LEAST_DPI} to {MOST_DPI:,} dpi, not {dpi:,}.")
    return dpi


def centimetres(pixels: int, dpi: int) -> float:
    return pixels / dpi * CM_PER_INCH
