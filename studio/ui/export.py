"""Out of the studio: the export dialog, and a button that drags the result as a real file."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PySide6.QtCore import QMimeData, QPoint, Qt, QUrl
from PySide6.QtGui import QActionGroup, QDrag, QMouseEvent, QPixmap
from PySide6.QtWidgets import QApplication, QFileDialog, QPushButton, QWidget

from studio.core.errors import StudioError
from studio.core.kind import Exporter, MediumKind
from studio.core.work import Finished, Progress, Work
from studio.ui import theme
from studio.ui.context import StudioContext
from studio.ui.jobs import Job

MAX_STEM = 60
DRAG_PX = 96


def file_stem(*words: str) -> str:
    """A file name without ending that every system takes: letters, digits, - and _."""
    plain = (re.sub(r"[^\w.-]+", "-", word, flags=re.ASCII).strip("-.") for word in words)
    return "_".join(word for word in plain if word).lower()[:MAX_STEM] or "atelier"


def free_path(folder: Path, stem: str, suffix: str) -> Path:
    """A path in the folder that no file has yet."""
    path, number = folder / f"{stem}{suffix}", 2
    while path.exists():
        path, number = folder / f"{stem}_{number}{suffix}", number + 1
    return path


def write_work(exporter: Exporter, document: Any, path: Path) -> Work:
    """Finished(path), once the file is written."""
    yield Progress(0, 0, "")
    exporter.write(document, path)
    yield Finished(path)


@dataclass(frozen=True)
class Offer:
    """What can be exported now: a document, a name for it, and a picture of it for the drag."""

    document: Any
    stem: str
    picture: QPixmap


class ExportDialog(QFileDialog):
    """Not modal to the program's work: asks where to, writes on the worker, says when done."""

    def __init__(
        self, kind: MediumKind, context: StudioContext, offer: Offer, parent: QWidget
    ) -> None:
        super().__init__(parent, QApplication.translate("Export", "Export"))
        self._kind, self._context, self._offer = kind, context, offer
        folder = context.settings.last_folder
        self.setDirectory(folder if Path(folder).is_dir() and folder else str(Path.home()))
        self.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        self.setNameFilters([f"{one.label} (*{one.suffix})" for one in kind.exporters])
        self.filterSelected.connect(self._suffix_for)
        self._suffix_for(self.selectedNameFilter())
        self.selectFile(offer.stem + kind.exporters[0].suffix)
        self.fileSelected.connect(self._write)
        self.finished.connect(self.deleteLater)

    def _suffix_for(self, name_filter: str) -> None:
        for exporter in self._kind.exporters:
            if f"(*{exporter.suffix})" in name_filter:
                self.setDefaultSuffix(exporter.suffix.lstrip("."))

    def _write(self, file: str) -> None:
        path, context = Path(file), self._context
        exporter = next(
            (one for one in self._kind.exporters if one.suffix == path.suffix.lower()), None
        )
        if exporter is None:
            endings = ", ".join(one.suffix for one in self._kind.exporters)
            context.notify(self.tr("Choose a name that ends with {}.").format(endings))
            return
        context.change_settings(last_folder=str(path.parent))
        document, notify, saved = self._offer.document, context.notify, self.tr("Saved {}")
        context.jobs.submit(
            Job(
                f"export {path.name}",
                lambda: write_work(exporter, document, path),
                on_result=lambda where: notify(saved.format(where)),
                on_error=context.report,
            )
        )


class DragOutButton(QPushButton):
    """Press and drag: the result is written to a lasting file, and that file is dragged."""

    def __init__(
        self, kind: MediumKind, context: StudioContext, offer: Callable[[], Offer | None]
    ) -> None:
        super().__init__(QApplication.translate("Export", "Drag out"))
        self._kind, self._context, self._offer = kind, context, offer
        self._pressed: QPoint | None = None
        self._written: dict[str, tuple[Any, Path]] = {}  # suffix: what was dragged last, its file
        self.setIcon(theme.icon("drag-out"))
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.clicked.connect(self._explain)
        self._exporter = kind.exporters[0]
        if len(kind.exporters) > 1:
            self._offer_formats()
        self._say_format()

    def _offer_formats(self) -> None:
        """A right click chooses what is dragged from now on."""
        group = QActionGroup(self)
        for exporter in self._kind.exporters:
            action = group.addAction(self.tr("Drag as {}").format(exporter.label))
            action.setCheckable(True)
            action.setChecked(exporter is self._exporter)
            action.triggered.connect(lambda _=False, one=exporter: self._choose(one))
        self.addActions(group.actions())
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.ActionsContextMenu)

    def _choose(self, exporter: Exporter) -> None:
        self._exporter = exporter
        self._say_format()

    def _say_format(self) -> None:
        ending = self._exporter.suffix.lstrip(".").upper()
        words = self.tr("Drag from here into another program: it gets a real {} file")
        more = self.tr("Right click for other formats") if len(self._kind.exporters) > 1 else ""
        self.setToolTip("\n".join(filter(None, (words.format(ending), more))))

    def written_file(self, exporter: Exporter) -> Path | None:
        """The lasting file of the present result, written now if it was not before."""
        offer = self._offer()
        if offer is None:
            return None
        document, path = self._written.get(exporter.suffix, (None, Path()))
        if document == offer.document and path.exists():
            return path
        folder = self._context.places.exports_path
        folder.mkdir(parents=True, exist_ok=True)
        path = free_path(folder, offer.stem, exporter.suffix)
        exporter.write(offer.document, path)
        self._written[exporter.suffix] = (offer.document, path)
        return path

    def drag(self, exporter: Exporter) -> None:
        """Write and drag one format; copies only, as a move would delete the file."""
        try:
            path = self.written_file(exporter)
        except (StudioError, OSError) as error:
            self._context.report(error)
            return
        offer = self._offer()
        if path is None or offer is None:
            self._explain()
            return
        content = QMimeData()
        content.setUrls([QUrl.fromLocalFile(str(path))])
        drag = QDrag(self)
        drag.setMimeData(content)
        drag.setPixmap(offer.picture)
        drag.setHotSpot(QPoint(DRAG_PX // 4, DRAG_PX // 4))
        drag.exec(Qt.DropAction.CopyAction)

    def _explain(self) -> None:
        if self._offer() is None:
            self._context.notify(self.tr("There is nothing to drag yet. Press Space first."))
        else:
            self._context.notify(
                self.tr("Hold the mouse button here and drag into another program.")
            )

    def mousePressEvent(self, e: QMouseEvent) -> None:
        self._pressed = e.position().toPoint()
        super().mousePressEvent(e)

    def mouseMoveEvent(self, arg__1: QMouseEvent) -> None:
        far = QApplication.startDragDistance()
        if self._pressed is not None and (
            (arg__1.position().toPoint() - self._pressed).manhattanLength() >= far
        ):
            self._pressed = None
            self.setDown(False)
            self.drag(self._exporter)
            return
        super().mouseMoveEvent(arg__1)
