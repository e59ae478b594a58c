"""Out of the studio: names for files, and the export dialog."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PySide6.QtGui import QPixmap
from PySide6.QtWidgets import QApplication, QFileDialog, QWidget

from studio.core.errors import StudioError
from studio.core.kind import Exporter, MediumKind
from studio.core.provenance import UNKNOWN, Origin
from studio.core.settings import Settings
from studio.core.work import Finished, Progress, Work
from studio.ui.context import StudioContext
from studio.ui.jobs import Job

IsCopy = Callable[[Any], bool]
MAX_STEM = 60
DRAG_PX = 96


def file_stem(*words: str) -> str:
    """A file name without ending that every system takes: letters, digits, - and _."""
    plain = (re.sub(r"[^\w.-]+", "-", word, flags=re.ASCII).strip("-.") for word in words)
    return "_".join(word for word in plain if word).lower()[:MAX_STEM] or "atelier"


def free_path(folder: Path, stem: str, suffix: str) -> Path:
    """A path in the folder that no file has yet."""
    path, number = folder / f"{stem}{suffix}", 2
    while os.path.lexists(path):  # a link that leads nowhere is somebody's, too
        path, number = folder / f"{stem}_{number}{suffix}", number + 1
    return path


@dataclass(frozen=True)
class Offer:
    """What can be exported now: a document, a name for it, and a picture of it for the drag.

    origin goes into the file with it.
    """

    document: Any
    stem: str
    picture: QPixmap
    origin: Origin = UNKNOWN


@dataclass(frozen=True)
class Saved:
    """A file that was written, and whether it is nearly one that the model learnt from.

    problem says why that could not be told, if so.
    """

    path: Path
    is_copy: bool = False
    problem: str = ""

    def words(self, saved: str) -> str:
        """What was done, and what a person should know of it."""
        return " ".join(filter(None, (saved, self.warning)))

    @property
    def warning(self) -> str:
        """A sentence about copying; "" where there is nothing to say."""
        if not self.is_copy:
            return self.problem
        return QApplication.translate(
            "Export",
            "It is nearly one of the files that the model learnt from: look before you publish it.",
        )


def last_format(kind: MediumKind, settings: Settings) -> Exporter:
    """The format that was chosen last for this medium, or else its first one."""
    wanted = [one for one in kind.exporters if _format_of(kind, one) in settings.export_formats]
    return (wanted or list(kind.exporters))[0]


def remember_format(kind: MediumKind, context: StudioContext, exporter: Exporter) -> None:
    """Begin with this format from now on."""
    if exporter is last_format(kind, context.settings):
        return
    own = {_format_of(kind, one) for one in kind.exporters}
    others = (one for one in context.settings.export_formats if one not in own)
    context.change_settings(export_formats=(*others, _format_of(kind, exporter)))


def last_folder(settings: Settings) -> str:
    """The folder that was exported to last, or else a person's own."""
    folder = settings.last_folder
    return folder if folder and Path(folder).is_dir() else str(Path.home())


def write_work(
    exporter: Exporter, offer: Offer, path: Path, settings: Settings, is_copy: IsCopy
) -> Work:
    """Finished(Saved), once the file is written and compared with what the model learnt from."""
    yield Progress(0, 0, "")
    exporter.export(offer.document, path, settings, offer.origin)
    yield from compare_work(offer, path, is_copy)


def compare_work(offer: Offer, path: Path, is_copy: IsCopy) -> Work:
    """Finished(Saved) of a file that is already there."""
    yield Progress(0, 0, "")
    try:
        yield Finished(Saved(path, is_copy(offer.document)))
    except StudioError as error:
        yield Finished(Saved(path, problem=str(error)))


def copy_check(kind: MediumKind, context: StudioContext) -> IsCopy:
    """For the worker: whether a document is nearly a training file of the model that made it."""
    copies, places = context.copies, context.places
    return lambda document: copies.is_copy_of(kind, places, document)


class ExportDialog(QFileDialog):
    """Not modal to the program's work: asks where to, writes on the worker, says when done.

    exporter is the format that it begins with.
    """

    def __init__(
        self,
        kind: MediumKind,
        context: StudioContext,
        offer: Offer,
        parent: QWidget,
        exporter: Exporter | None = None,
    ) -> None:
        super().__init__(parent, QApplication.translate("Export", "Export"))
        self._kind, self._context, self._offer = kind, context, offer
        self.setDirectory(last_folder(context.settings))
        self.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        self.setNameFilters([_filter_of(one) for one in kind.exporters])
        first = last_format(kind, context.settings) if exporter is None else exporter
        self.selectNameFilter(_filter_of(first))
        self.filterSelected.connect(self._suffix_for)
        self._suffix_for(self.selectedNameFilter())
        self.selectFile(offer.stem + first.suffix)
        self.fileSelected.connect(self._write)
        self.finished.connect(self.deleteLater)

    def _suffix_for(self, name_filter: str) -> None:
        for exporter in self._kind.exporters:
            if name_filter == _filter_of(exporter):
                self.setDefaultSuffix(exporter.suffix.lstrip("."))

    def _exporter_for(self, path: Path) -> Exporter | None:
        """By the name's ending; where several write it, the format that is chosen."""
        fit = [one for one in self._kind.exporters if one.suffix == path.suffix.lower()]
        chosen = [one for one in fit if _filter_of(one) == self.selectedNameFilter()]
        return next(iter(chosen or fit), None)

    def _write(self, file: str) -> None:
        path, context = Path(file), self._context
        exporter = self._exporter_for(path)
        if exporter is None:
            endings = ", ".join(one.suffix for one in self._kind.exporters)
            context.notify(self.tr("Choose a name that ends with {}.").format(endings))
            return
        context.change_settings(last_folder=str(path.parent))
        remember_format(self._kind, context, exporter)
        offer, notify, saved = self._offer, context.notify, self.tr("Saved {}")
        settings, is_copy = context.settings, copy_check(self._kind, context)

        def said(written: Any) -> None:
            words = saved.format(written.path)
            notify(written.words(f"{words}.") if written.warning else words)

        if exporter.takes_long(context.settings):
            notify(self.tr("Writing {}…").format(path.name))
        context.jobs.submit(
            Job(
                f"export {path.name}",
                lambda: write_work(exporter, offer, path, settings, is_copy),
                on_result=said,
                on_error=context.report,
                is_promised=True,
            )
        )


def _format_of(kind: MediumKind, exporter: Exporter) -> str:
    """As the settings name it: two formats may have one ending."""
    return f"{kind.name}: {exporter.label}"


def _filter_of(exporter: Exporter) -> str:
    return f"{exporter.label} (*{exporter.suffix})"
