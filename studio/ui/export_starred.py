"""Every result with a star is written into a folder, while a person goes on."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QObject
from PySide6.QtWidgets import QFileDialog

from studio.core.kind import Exporter
from studio.core.lineage import Node
from studio.core.provenance import Origin
from studio.ui.context import Errand
from studio.ui.export import copy_check, last_folder, last_format
from studio.ui.export_set import Order, Piece, Tally, in_words, write_piece
from studio.ui.jobs import Job
from studio.ui.model_chooser import origin_of
from studio.ui.status_line import duration

if TYPE_CHECKING:
    from studio.ui.latent_panel import LatentPanel


@dataclass
class Outing:
    """A set on its way out: how many of it were begun, and whether a person stopped it."""

    order: Order
    tally: Tally = field(default_factory=Tally)
    done: int = 0
    is_stopped: bool = False
    began_s: float = field(default_factory=time.monotonic)

    @property
    def is_at_end(self) -> bool:
        is_whole = self.done == len(self.order.pieces)
        return is_whole or self.is_stopped or bool(self.tally.trouble)


class StarredExport(QObject):
    """Asks for the folder only: format, size and resolution are those of the last export."""

    def __init__(self, panel: LatentPanel) -> None:
        super().__init__(panel)
        self._panel, self._context = panel, panel.context

    def ask(self) -> None:
        """Ask where to, and write the set there."""
        count = len(self._nodes())
        if self._context.errand.value is not None:
            words = self.tr("A set is being written already: wait for it, or stop it at the foot.")
            self._context.notify(words)
        elif count:
            self._choose_folder(count)
        else:
            self._context.notify(
                self.tr(
                    "Nothing here has a star yet. S gives one to the present result, or in the"
                    " history (H) to the one that is selected."
                )
            )

    def write(self, folder: Path) -> None:
        """Write the results that have a star now, on the worker."""
        self._context.change_settings(last_folder=str(folder))
        self._go_on(Outing(self._order(folder)))

    def _go_on(self, outing: Outing) -> None:
        """One job for each file: what a person does meanwhile is done in between."""
        order, tally = outing.order, outing.tally
        if outing.is_at_end:
            self._context.errand.become(None)
            self._context.notify(in_words(tally, order, is_stopped=outing.is_stopped))
            return
        self._context.errand.become(Errand(_where(outing), partial(self._stop, outing)))
        piece, generators = order.pieces[outing.done], self._context.generators
        is_copy = copy_check(order.kind, self._context)
        outing.done += 1
        job = Job(
            f"export {order.kind.noun}",
            lambda: write_piece(order, piece, generators, is_copy, tally),
            self,
            on_result=lambda _: self._go_on(outing),
            on_error=self._failed,
            is_promised=True,
        )
        self._context.jobs.submit(job)

    def _stop(self, outing: Outing) -> None:
        """The file that is being written is still finished."""
        outing.is_stopped = True
        self._context.errand.become(Errand(self.tr("Stopping…"), lambda: None))

    def _failed(self, error: object) -> None:
        self._context.errand.become(None)
        self._context.report(error)

    def _nodes(self) -> list[Node]:
        """Those with a star, the oldest first."""
        recording = self._panel.recording
        recording.flush()
        return [node for node in recording.lineage.value.nodes if node.starred]

    def _choose_folder(self, count: int) -> None:
        title = self._title(count, last_format(self._panel.kind, self._context.settings))
        dialog = QFileDialog(self._panel.window(), title, last_folder(self._context.settings))
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.setOption(QFileDialog.Option.ShowDirsOnly)
        dialog.setLabelText(QFileDialog.DialogLabel.Accept, self.tr("Export here"))
        dialog.fileSelected.connect(lambda name: self.write(Path(name)))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _title(self, count: int, exporter: Exporter) -> str:
        """How many, and how they will be written: nothing asks for that here."""
        settings, kind = self._context.settings, self._panel.kind
        many = f"{count} {kind.noun if count == 1 else kind.nouns}"
        words = self.tr("Export {many} with a star: {format}").format(
            many=many, format=exporter.label
        )
        if exporter.size_px is None:
            return words
        return words + self.tr(", ×{scale}, {dpi} dpi").format(
            scale=settings.scale, dpi=settings.dpi
        )

    def _order(self, folder: Path) -> Order:
        panel, settings = self._panel, self._context.settings
        nodes, exporter = self._nodes(), last_format(panel.kind, settings)
        # Looked for on the disk: once each, not for every result.
        origins = {id: origin_of(panel.bar.model, id) for id in {n.recipe.model for n in nodes}}
        pieces = [self._piece(node, origins[node.recipe.model]) for node in nodes]
        return Order(panel.kind, pieces, folder, exporter, settings, panel.file_stem)

    def _piece(self, node: Node, origin: Origin) -> Piece:
        """A model is needed only where the recipe is all that is left."""
        panel, is_bare = self._panel, node.document is None
        entry = panel.bar.model.entry_of(node.recipe.model) if is_bare else None
        path = None if entry is None else entry.path
        return Piece(node, panel.recording.told_of(node, origin), path)


def _where(outing: Outing) -> str:
    """Which file is next, and how long the rest takes if it goes on as it went."""
    done, whole = outing.done, len(outing.order.pieces)
    words = tr("Writing {at} of {whole}").format(at=done + 1, whole=whole)
    if not done:
        return words
    left_s = (time.monotonic() - outing.began_s) / done * (whole - done)
    return words + tr(" · {} left").format(duration(left_s))


def tr(text: str) -> str:
    return QCoreApplication.translate("StarredExport", text)
