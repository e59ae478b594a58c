"""Reads a person's folder of pictures for the doctor and for training; numpy and Pillow only."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from studio.core.doctor import refuse_unknown
from studio.core.errors import StudioError
from studio.core.examples import ExampleWriter
from studio.core.files import walk
from studio.core.kind import Refusal
from studio.core.likeness import SIDE_PX
from studio.core.work import Finished, Progress, Work
from studio.gan.folder import (
    APPLES,
    CROP_LONG,
    ENLARGE_SMALL,
    SUFFIXES,
    Curable,
    Opened,
    decode,
    open_picture,
    opened_file,
    square,
)
from studio.gan.picture_report import Comparison, Look, Survey, compare, findings

OPENING = (CROP_LONG, ENLARGE_SMALL)  # the remedies that change what can be opened
LOOKED_AT = (*SUFFIXES, *APPLES)
FLAT_LEVELS = 6
SEAM_PX = 64


@dataclass(frozen=True)
class Target:
    """Where and how examples are written."""

    writer: ExampleWriter
    size_px: int
    wrap: bool


class PictureReader:
    """Looks at every picture of a folder once, and again only where a remedy or the file changed.

    Where there is a wraps, the pictures are tiles: it tells from uint8 [H, W, 3] whether one
    meets itself, and examples are resized around the torus, so that they still do.
    """

    def __init__(
        self,
        medium: str,
        remedies: Sequence[str],
        wraps: Callable[[np.ndarray], bool] | None = None,
    ) -> None:
        self._medium, self._known, self._wraps = medium, tuple(remedies), wraps
        self._looks: dict[Path, tuple[object, Look]] = {}
        self._compared: tuple[object, Comparison] | None = None
        self._small: dict[Path, np.ndarray] = {}

    def check(self, folder: Path, remedies: Sequence[str] = ()) -> Work:
        """Finished(FolderReport): copies, near copies, outliers, reasons, remedies, charts."""
        survey = yield from self._survey(folder, remedies, None)
        yield Progress(len(survey.looks), len(survey.looks), "")
        yield Finished(findings(survey, self._comparison(survey), remedies, self._thumbnail))

    def read(self, folder: Path, size_px: int, cache: Path, remedies: Sequence[str] = ()) -> Work:
        """Finished((Examples [N, size, size, 3] in cache, FolderReport)).

        Pictures are cropped to their middle square. StudioError under 8 usable pictures.
        """
        with ExampleWriter(cache) as writer:
            target = Target(writer, size_px, self._wraps is not None)
            survey = yield from self._survey(folder, remedies, target)
            report = findings(survey, self._comparison(survey), remedies, None)
            if report.too_few:
                raise StudioError(report.too_few)
            usable = set(report.usable)
            keep = [row for row, look in enumerate(survey.looks) if look.file in usable]
            examples = writer.close(keep)
        yield Finished((examples, report))

    def _comparison(self, survey: Survey) -> Comparison:
        """Compare them all, unless the very same were compared before."""
        seen = tuple((look.file, look.digest, look.cures) for look in survey.looks)
        if self._compared is None or self._compared[0] != seen:
            self._compared = (seen, compare(survey))
        return self._compared[1]

    def _survey(
        self, folder: Path, remedies: Sequence[str], target: Target | None
    ) -> Generator[Any, None, Survey]:
        refuse_unknown(remedies, self._known, self._medium)
        found = walk(folder)
        names = [name for name in found.files if Path(name).suffix.lower() in LOOKED_AT]
        others = [name for name in found.files if Path(name).suffix.lower() not in LOOKED_AT]
        ignored = sorted([*found.ignored, *others])
        is_tiled = self._wraps is not None
        survey = Survey(folder, self._medium, self._known, is_tiled, ignored)
        survey.refused += [Refusal(name, why) for name, why in found.closed]
        seen: dict[bytes, str] = {}
        for done, name in enumerate(names):
            yield Progress(done, len(names), name)
            look = self._look(folder, name, remedies, seen, target)
            if look.digest in seen:
                survey.refused.append(Refusal(name, f"an exact copy of {seen[look.digest]}"))
            elif look.reason:
                survey.refused.append(Refusal(name, look.reason, look.remedy))
            else:
                seen[look.digest] = name
                survey.looks.append(look)
        return survey

    def _look(
        self,
        folder: Path,
        name: str,
        remedies: Sequence[str],
        seen: dict[bytes, str],
        target: Target | None,
    ) -> Look:
        """Decode a file once, for its look and its example; an exact copy is not decoded."""
        path = folder / name
        taken = tuple(word for word in OPENING if word in remedies)
        try:
            state = path.stat()
            mark = (state.st_size, state.st_mtime_ns, state.st_ino, taken)
        except OSError:
            mark = None
        known = self._looks.get(path)
        if known and known[0] == mark and target is None:
            return known[1]
        look = self._fresh_look(path, name, remedies, seen, target)
        if look.reason or look.mode:  # an exact copy was not looked at
            self._looks[path] = (mark, look)
        return look

    def _fresh_look(
        self,
        path: Path,
        name: str,
        remedies: Sequence[str],
        seen: dict[bytes, str],
        target: Target | None,
    ) -> Look:
        try:
            with opened_file(path) as file:
                digest = hashlib.file_digest(file, "sha256").digest()
                if digest in seen:
                    return Look(name, digest)
                file.seek(0)
                opened = decode(file, remedies)
        except Curable as error:
            return Look(name, b"", str(error), error.remedy)
        except StudioError as error:
            return Look(name, b"", str(error))
        if target is not None:
            target.writer.add(square(opened.image, target.size_px, target.wrap), name)
        return look_at(name, digest, opened, self._wraps)

    def _thumbnail(self, folder: Path, name: str, size_px: int) -> np.ndarray | None:
        """A picture for a contact sheet; None when it cannot be read any more."""
        path = folder / name
        if path not in self._small:
            try:
                opened = open_picture(path, OPENING)
            except StudioError:
                return None
            self._small[path] = square(opened.image, size_px, wrap=False)
        return self._small[path]


def open_square(
    path: Path, size_px: int, wraps: Callable[[np.ndarray], bool] | None = None
) -> np.ndarray:
    """The middle square of one picture as training would see it: uint8 [size, size, 3].

    wraps as in PictureReader. StudioError names the file.
    """
    try:
        image = open_picture(path, OPENING).image
    except StudioError as error:
        raise StudioError(f"{path.name} cannot be used: {error}.") from error
    small = square(image, min(SEAM_PX, *image.size), wrap=False)
    return square(image, size_px, wrap=wraps is not None and wraps(small))


def look_at(
    name: str, digest: bytes, opened: Opened, wraps: Callable[[np.ndarray], bool] | None
) -> Look:
    """What is to be remembered of a picture."""
    image = opened.image
    sample = image.resize((SIDE_PX, SIDE_PX), Image.Resampling.NEAREST).getextrema()
    middle = square(image, min(SEAM_PX, *image.size), wrap=False) if wraps else None
    return Look(
        name,
        digest,
        cures=opened.cures,
        width=opened.width,
        height=opened.height,
        mode=opened.mode,
        small=np.asarray(image.resize((SIDE_PX, SIDE_PX), Image.Resampling.BILINEAR)),
        is_flat=all(high - low < FLAT_LEVELS for low, high in sample),  # type: ignore[misc]
        wraps=wraps is None or middle is None or wraps(middle),
    )
