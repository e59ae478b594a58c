"""A person's own copy of a model, tuned to a file of theirs: where it goes and what it says."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from studio.core.errors import StudioError
from studio.core.files import numbered
from studio.core.model_file import SUFFIX, ModelHeader
from studio.core.provenance import MAX_NAME, one_line

TERMS = "It was then tuned to a person's own file, which stays under that person's terms."
MAX_STEM = 80


@dataclass(frozen=True)
class PrivateCopy:
    """Where the copy goes, what it is called, and the name of the file that it is tuned to."""

    path: Path
    name: str
    file: str

    @staticmethod
    def new(folder: Path, header: ModelHeader, file: str, name: str = "") -> PrivateCopy:
        """One whose file is not there yet; without a name it is called after model and file."""
        name = one_line(name or f"{header.name} with {Path(file).stem}", MAX_NAME)
        names = numbered(folder, file_stem(name, "private"), SUFFIX)
        return PrivateCopy(next(path for path in names if not path.exists()), name, file)

    def refuse_taken(self) -> None:
        """StudioError where the copy would take the place of a file, or is no model's name."""
        if self.path.suffix != SUFFIX:
            raise StudioError(f"{self.path.name} must end in {SUFFIX}, as models do.")
        if self.path.exists():
            raise StudioError(f"There is a file {self.path.name} already; choose another name.")

    def header(self, original: ModelHeader, said: Mapping[str, Any]) -> ModelHeader:
        """What the copy says of itself; said is how it was tuned, like minutes and steps."""
        terms = one_line(original.trained.get("licence"))
        trained = {
            "start": f"{original.name} ({original.id})",
            "tuned_to": one_line(self.file, MAX_NAME),
            **said,
            "licence": terms if terms.endswith(TERMS) else f"{terms}. {TERMS}".lstrip(". "),
            "credit": one_line(original.trained.get("credit")),
        }
        return replace(original, id="", name=one_line(self.name, MAX_NAME), trained=trained)


def file_stem(name: str, otherwise: str) -> str:
    """The name as a file may be called everywhere; another where nothing of it can stay."""
    return re.sub(r"[^a-z0-9]+", "-", name.lower())[:MAX_STEM].strip("-") or otherwise
