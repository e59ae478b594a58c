"""Contact sheets as files: pictures that a command may write again, and nobody else's."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from studio.core.errors import StudioError
from studio.core.files import open_regular, write_bytes
from studio.core.pixels import Pixels
from studio.gan.picture_file import digest

MARK = "atelier-sheet"


def write_sheet_file(path: Path, picture: np.ndarray) -> None:
    """uint8 [H, W, 3] as PNG; StudioError where another file is in its place."""
    refuse_another(path)
    notes, buffer = PngInfo(), io.BytesIO()
    notes.add_text(MARK, digest(Pixels.of(picture)))
    Image.fromarray(picture).save(buffer, "PNG", pnginfo=notes)
    write_bytes(path, buffer.getvalue())


def refuse_another(path: Path) -> None:
    """StudioError where there is a file that is no sheet, or that a hand changed since."""
    if path.exists() and not _is_sheet(path):
        raise StudioError(f"{path} is there already and is another file: choose another folder.")


def _is_sheet(path: Path) -> bool:
    try:
        with open_regular(path) as file, Image.open(file, formats=("PNG",)) as image:
            picture = Pixels.of(np.asarray(image.convert("RGB")))
            return image.info.get(MARK) == digest(picture)
    except (StudioError, OSError, SyntaxError, ValueError, Image.DecompressionBombError):
        return False
