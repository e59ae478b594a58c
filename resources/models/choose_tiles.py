"""Copies the tiles that the starter model `textile` learns from into one folder.

    python resources/models/choose_tiles.py PATTERNS OUT

The half with the fewest edges at 64 pixels, one repeat each: a model of 64 pixels cannot draw the
finest ones, and learns the bold ones sooner without them.
"""

import shutil
import sys
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent.parent))

from studio.gan.folder import open_picture, square

SIDE_PX = 64


def edges(path: Path) -> float:
    """Mean difference of neighbours over the spread of the colours."""
    pixels = square(open_picture(path).image, SIDE_PX, wrap=True).astype(float)
    steps = np.abs(np.diff(pixels, axis=0)).mean() + np.abs(np.diff(pixels, axis=1)).mean()
    return float(steps / (pixels.std((0, 1)).mean() + 1))


def main(patterns: str, out: str) -> None:
    target = Path(out)
    target.mkdir(parents=True)
    ranked = sorted(sorted(Path(patterns).glob("*.png")), key=edges)
    for path in ranked[: len(ranked) // 2]:
        shutil.copyfile(path, target / path.name)
    sys.stdout.write(f"{len(ranked) // 2} of {len(ranked)} tiles\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
