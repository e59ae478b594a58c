"""A button that drags the result out of the studio as a real file."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PySide6.QtCore import QMimeData, QPoint, Qt, QUrl
from PySide6.QtGui import QActionGroup, QDrag, QEnterEvent, QMouseEvent, QPixmap
from PySide6.QtWidgets import QApplication, QPushButton

from studio.core.errors import StudioError
from studio.core.kind import Exporter, MediumKind
from studio.core.provenance import Origin
from studio.core.settings import Settings
from studio.ui import theme
from studio.ui.context import StudioContext
from studio.ui.export import DRAG_PX, Offer, compare_work, copy_check, free_path, write_work
from studio.ui.jobs import Job


@dataclass(frozen=True)
class Written:
    """A lasting file, and what it was made of."""

    document: Any
    origin: Origin
    choices: dict[str, Any]
    path: Path


class DragOutButton(QPushButton):
    """Press and drag: the result is written to a lasting file, and that file is dragged."""

    def __init__(
        self, kind: MediumKind, context: StudioContext, offer: Callable[[], Offer | None]
    ) -> None:
        super().__init__(QApplication.translate("Export", "Drag out"))
        self._kind, self._context, self._offer = kind, context, offer
        self._pressed: QPoint | None = None
        self._is_held = False
        self._written: dict[Exporter, Written] = {}  # what was dragged last in each format
        self._preparing: tuple[Exporter, Any] | None = None
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
        scale = self._context.settings.scale if self._exporter.size_px is not None else 1
        larger = self.tr("{} times as large, as you last exported").format(scale)
        lines = (words.format(ending), larger if scale > 1 else "", more)
        self.setToolTip("\n".join(filter(None, lines)))

    def enterEvent(self, event: QEnterEvent) -> None:
        self._say_format()  # an export may have changed it
        super().enterEvent(event)

    def written_file(self, exporter: Exporter) -> Path | None:
        """The lasting file of the present result, written now if it was not before."""
        offer = self._offer()
        if offer is None:
            return None
        path = self._ready(exporter, offer)
        if path is None:
            path = self._new_path(exporter, offer)
            exporter.export(offer.document, path, self._context.settings, offer.origin)
            self._keep(exporter, offer, path, self._context.settings)
            self._compare(offer, path)
        return path

    def _compare(self, offer: Offer, path: Path) -> None:
        """On the worker, while the file is dragged: a word where it is nearly a training file."""
        is_copy = copy_check(self._kind, self._context)
        notify = self._context.notify

        def said(written: Any) -> None:
            if written.warning:
                notify(f"{path.name}: {written.warning}")

        self._context.jobs.submit(
            Job(
                f"compare {path.name}",
                lambda: compare_work(offer, path, is_copy),
                self,
                on_result=said,
                on_error=self._context.report,
            )
        )

    def drag(self, exporter: Exporter) -> None:
        """Drag one format; what takes long is written on the worker before it is dragged."""
        offer = self._offer()
        if offer is None:
            self._explain()
            return
        if exporter.takes_long(self._context.settings) and self._ready(exporter, offer) is None:
            self._prepare(exporter, offer)
            return
        try:
            path = self.written_file(exporter)
        except (StudioError, OSError) as error:
            self._context.report(error)
            return
        if path is not None:
            self._carry(path, offer.picture)

    def _prepare(self, exporter: Exporter, offer: Offer) -> None:
        """Write on the worker; the drag begins when it is done, if the button is still held."""
        if self._preparing == (exporter, offer.document):
            return
        settings, is_copy = self._context.settings, copy_check(self._kind, self._context)
        try:
            path = self._new_path(exporter, offer)
        except OSError as error:
            self._context.report(error)
            return

        def done(written: Any) -> None:
            self._preparing = None
            self._keep(exporter, offer, path, settings)
            if not self._is_held:
                ready = self.tr("{} is ready: drag it out.").format(path.name)
                self._context.notify(written.words(ready))
                return
            if written.warning:
                self._context.notify(f"{path.name}: {written.warning}")
            self._carry(path, offer.picture)

        def failed(error: object) -> None:
            self._preparing = None
            self._context.report(error)

        self._preparing = (exporter, offer.document)
        self._context.notify(
            self.tr("Writing {}. Keep holding, or drag again in a moment.").format(path.name)
        )
        work = Job(
            f"drag out {path.name}",
            lambda: write_work(exporter, offer, path, settings, is_copy),
            self,
            on_result=done,
            on_error=failed,
        )
        self._context.jobs.submit(work)

    def _ready(self, exporter: Exporter, offer: Offer) -> Path | None:
        """The file that was written of this document with these settings, if it is still there."""
        last = self._written.get(exporter)
        if last is None or last.choices != exporter.choices(self._context.settings):
            return None
        same = last.document == offer.document and last.origin == offer.origin
        return last.path if same and last.path.exists() else None

    def _keep(self, exporter: Exporter, offer: Offer, path: Path, settings: Settings) -> None:
        choices = exporter.choices(settings)
        self._written[exporter] = Written(offer.document, offer.origin, choices, path)

    def _new_path(self, exporter: Exporter, offer: Offer) -> Path:
        folder = self._context.places.exports_path
        folder.mkdir(parents=True, exist_ok=True)
        return free_path(folder, offer.stem, exporter.suffix)

    def _carry(self, path: Path, picture: QPixmap) -> None:
        """Copies only, as a move would delete the file."""
        self._is_held = False
        content = QMimeData()
        content.setUrls([QUrl.fromLocalFile(str(path))])
        drag = QDrag(self)
        drag.setMimeData(content)
        drag.setPixmap(picture)
        drag.setHotSpot(QPoint(DRAG_PX // 4, DRAG_PX // 4))
        drag.exec(Qt.DropAction.CopyAction)

    def _explain(self) -> None:
        if self._offer() is None:
            self._context.notify(self.tr("There is nothing to drag yet. Press Space first."))
        else:
            self._context.notify(
                self.tr("Hold the mouse here and drag into another program; or Ctrl+Shift+E.")
            )

    def mousePressEvent(self, e: QMouseEvent) -> None:
        self._pressed = e.position().toPoint()
        self._is_held = e.button() == Qt.MouseButton.LeftButton
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

    def mouseReleaseEvent(self, e: QMouseEvent) -> None:
        self._pressed, self._is_held = None, False
        super().mouseReleaseEvent(e)
