"""Brings a person's own file into a model: searches on the worker, shows both side by side."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QKeyEvent, Qt
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QProgressBar, QVBoxLayout, QWidget

from studio.core.errors import StudioError
from studio.core.kind import Found
from studio.core.model_file import ModelEntry, read_entry
from studio.core.private_copy import PrivateCopy
from studio.core.work import Finished, Preview, Progress, Work
from studio.ui.compare import CompareView
from studio.ui.context import StudioContext
from studio.ui.jobs import Job
from studio.ui.widgets import button, label, new_seed, tip

if TYPE_CHECKING:
    from studio.ui.latent_panel import LatentPanel


class SearchView(QWidget):
    """How far the search is, and a way out."""

    stop_asked = Signal()

    def __init__(self, words: str) -> None:
        super().__init__()
        self.progress = QProgressBar()
        self.progress.setTextVisible(False)
        self.progress.setRange(0, 100)
        self.stop = button(self.tr("Stop"), tip(self.tr("Leave everything as it was"), "Esc"))
        self.stop.clicked.connect(self.stop_asked)
        row = QHBoxLayout()
        row.setSpacing(12)
        row.addWidget(self.progress, 1)
        row.addWidget(self.stop)
        column = QVBoxLayout(self)
        column.setContentsMargins(14, 12, 14, 14)
        column.addWidget(label(words, "muted"))
        column.addLayout(row)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.stop_asked.emit()
        else:
            super().keyPressEvent(event)


class Finding(QObject):
    """One panel's way from a file to a latent; the document changes only when a person takes it."""

    def __init__(self, panel: LatentPanel) -> None:
        super().__init__(panel)
        self._panel = panel
        self._job: Job | None = None
        self._shown: QWidget | None = None  # in the place of the strip, or of the view

    @property
    def context(self) -> StudioContext:
        return self._panel.context

    def browse(self) -> None:
        """Ask which file."""
        panel = self._panel
        if panel.bar.model.entry is None:
            self.context.notify(self.tr("Choose a model first: the file is looked for in it."))
            return
        dialog = QFileDialog(panel.window(), self.tr("Bring a file of yours into the model"))
        endings = " ".join(f"*{ending}" for ending in panel.kind.file_suffixes)
        dialog.setNameFilter(f"{panel.kind.training_files} ({endings})")
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.fileSelected.connect(lambda name: self.start(Path(name)))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def start(self, path: Path) -> None:
        """Look for a file in the model that is chosen."""
        entry = self._panel.bar.model.entry
        if entry is None:
            return
        self.stop()
        words = self.tr("Finding the closest match to {file} in {model}. You can go on meanwhile.")
        self._begin(
            words.format(file=path.name, model=entry.header.name),
            lambda: self._work(entry, path),
            lambda result: self._found(entry, path, *result),
        )

    def _begin(
        self, words: str, work: Callable[[], Work], on_result: Callable[[Any], None]
    ) -> None:
        """Something long on the worker, with its progress and a way out."""
        search = SearchView(words)
        search.stop_asked.connect(self.stop)
        self._show(search)
        job = Job(
            words,
            work,
            self,
            on_progress=lambda at: self._progressed(search, at),
            on_result=on_result,
            on_error=self._failed,
            is_patient=True,
        )
        self._job = self.context.jobs.submit(job, replaces=("find", self._panel.kind.name))
        search.setFocus()

    def _tune(self, entry: ModelEntry, path: Path, given: Any, found: Found) -> None:
        """A copy of the model, for this person alone, that makes the file itself."""
        panel, generators = self._panel, self.context.generators
        copy = PrivateCopy.new(self.context.places.models_path, entry.header, path.name)
        device = self.context.settings.device
        words = self.tr("Making {model} of your own, about a minute. You can go on meanwhile.")

        def tuned(result: Any) -> None:
            try:
                own = read_entry(copy.path)
            except StudioError as error:
                self._failed(error)
                return
            self._found(own, path, given, result)

        self._begin(
            words.format(model=copy.name),
            lambda: generators.tune(panel.kind, entry.path, device, found, given, copy),
            tuned,
        )

    def stop(self) -> None:
        """Leave everything as it was."""
        if self._job is not None:
            self._job.cancel()
        self._end()

    def _work(self, entry: ModelEntry, path: Path) -> Work:
        """Finished((the file as a document, Found))."""
        panel = self._panel
        given = panel.kind.load_reader().open(path, entry.header.size_px)
        yield Progress(0, 0, "")
        generators, device = self.context.generators, self.context.settings.device
        for event in generators.find(panel.kind, entry.path, device, given, new_seed()):
            if isinstance(event, Finished):
                event = Finished((given, event.value))
            if not isinstance(event, Preview):
                yield event

    def _progressed(self, search: SearchView, at: object) -> None:
        assert isinstance(at, Progress)
        if at.total:
            search.progress.setValue(round(100 * at.done / at.total))

    def _found(self, entry: ModelEntry, path: Path, given: Any, found: Found) -> None:
        self._job = None
        figures = self._nearness(found.figures)
        pair = (
            (given, self.tr("{}\nas it is").format(path.name)),
            (found.document, self.tr("In {}\n{}").format(entry.header.name, figures)),
        )
        compare = CompareView(*pair, self._panel.picture)
        compare.add_button(
            self.tr("Work with it"),
            self.tr("Take the model's version: all verbs work on it"),
            lambda: self._take(path, found),
        )
        if "tuned_to" not in entry.header.trained:
            compare.add_button(
                self.tr("Fine-tune…"),
                self.tr("Make a copy of the model, for you alone, that learns this file"),
                lambda: self._tune(entry, path, given, found),
            )
        compare.closed.connect(self._end)
        self._show(compare, alone=True)
        compare.setFocus()

    def _nearness(self, figures: dict[str, float]) -> str:
        """How near it came, in words."""
        if "levels" in figures:
            return self.tr("off by {:.1f} of 255 levels").format(figures["levels"])
        if "agreement" in figures:
            return self.tr("{:.0%} of the notes agree").format(figures["agreement"])
        return ", ".join(f"{name.replace('_', ' ')} {by:g}" for name, by in figures.items())

    def _take(self, path: Path, found: Found) -> None:
        self._end()
        panel, document = self._panel, found.document
        panel.strip.add(document)
        panel.recording.record(document, "find", settings=path.name)
        panel.history.apply(document, self.tr("Find {}").format(path.name))

    def _failed(self, error: object) -> None:
        self._end()
        self.context.report(error)

    def _show(self, widget: QWidget, *, alone: bool = False) -> None:
        """Below the view, or alone in its place."""
        self._clear()
        self._shown = widget
        self._panel.middle.addWidget(widget, 3 if alone else 0)
        self._panel.view.setVisible(not alone)

    def _clear(self) -> None:
        if self._shown is not None:
            self._shown.hide()
            self._shown.deleteLater()
            self._shown = None

    def _end(self) -> None:
        self._job = None
        self._clear()
        self._panel.view.show()
        self._panel.view.setFocus()
