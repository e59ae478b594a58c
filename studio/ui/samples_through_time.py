"""A run's samples with the slider through time; shows the guardian's evidence in the same place."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from studio.ui.run_watch import WatchedRun
from studio.ui.sample_grid import SampleGrid
from studio.ui.sample_sound import SampleSound
from studio.ui.sample_view import TimeSlider, nearest
from studio.ui.widgets import ElidedLabel, button, icon_button, label


class SamplesThroughTime(QWidget):
    """Stays at the newest sample until the slider is moved; nothing jumps after that.

    While a sample is heard its picture stays, too.
    """

    def __init__(self, sound: SampleSound) -> None:
        super().__init__()
        self._sound = sound
        self._shown: WatchedRun | None = None
        self._follows = True
        self._evidence = ""
        self.view = SampleGrid()
        self.time, self.kimg = TimeSlider(), label("", "figure")
        self._name = label(self.tr("Samples through time"), "label")
        self.newest = icon_button("refresh", self.tr("Back to the newest sample"), role="plain")
        self.to_best = icon_button("best", self.tr("To the best measured so far"), role="plain")
        self.back = button(self.tr("Back to the samples"), icon="grid")
        self.back.setToolTip(self.tr("Close the evidence"))
        room = self.to_best.sizePolicy()
        room.setRetainSizeWhenHidden(True)  # so that the slider stays where it is
        self.to_best.setSizePolicy(room)
        self._caption = ElidedLabel("label")
        self._rows = QStackedWidget()
        self._rows.addWidget(self._time_row())
        self._rows.addWidget(self._evidence_row())
        self._rows.setFixedHeight(30)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addWidget(self.view, 1)
        column.addWidget(self._rows)
        sound.serve(self.view)
        self.time.valueChanged.connect(self._moved)
        self.newest.clicked.connect(lambda: self.time.setValue(self.time.maximum()))
        self.to_best.clicked.connect(lambda: self.time.setValue(self.time.best))
        self.back.clicked.connect(self._close_evidence)

    def show_run(self, run: WatchedRun) -> None:
        """Take over what there is now."""
        if self._shown is None or self._shown.run.path != run.run.path:
            self._sound.stop()
            self._follows, self._evidence = True, ""
        self._shown = run
        last = len(run.samples) - 1
        blocked = self.time.blockSignals(True)
        self.time.setRange(0, max(0, last))
        if self._follows and not self._sound.is_on:
            self.time.setValue(max(0, last))
        self.time.blockSignals(blocked)
        self.time.setEnabled(last > 0)
        best = nearest(run.best_kimg, [kimg for kimg, _ in run.samples])
        self.time.mark_best(best)
        self.to_best.setVisible(best >= 0)
        self._refresh()

    def show_evidence(self, path: str, caption: str) -> None:
        """Show a picture in the samples' place."""
        self._evidence = path
        self._caption.setText(caption)
        self._refresh()
        self.back.setFocus()

    def _close_evidence(self) -> None:
        self._evidence = ""
        self._refresh()

    def _moved(self) -> None:
        self._follows = self.time.value() == self.time.maximum()
        self._refresh()

    def _refresh(self) -> None:
        self._show()
        medium = self._shown.config.medium if self._shown is not None else ""
        self._sound.offer(self.view, "" if self._evidence else medium)
        self._name.setText(
            self.tr("Samples through time · click one to hear it")
            if self.view.medium
            else self.tr("Samples through time")
        )

    def _show(self) -> None:
        self._rows.setCurrentIndex(1 if self._evidence else 0)
        run = self._shown
        if self._evidence:
            self.view.show_file(self._evidence, self.tr("This picture is gone."))
            return
        if run is None or not run.samples:
            waiting = self.tr("The first samples come as soon as the folder is read.")
            self.view.show_file("", waiting if run is not None and run.is_alive else "")
            self.kimg.setText("")
            return
        at = min(self.time.value(), len(run.samples) - 1)
        kimg, path = run.samples[at]
        self.view.show_file(str(path), self.tr("This picture is gone."))
        is_best = at == self.time.best
        words = self.tr("{:,.1f} kimg, best") if is_best else self.tr("{:,.1f} kimg")
        self.kimg.setText(words.format(kimg))

    def _time_row(self) -> QWidget:
        self.kimg.setFixedWidth(112)
        self.kimg.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        row = QWidget()
        line = QHBoxLayout(row)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(8)
        line.addWidget(self._name)
        line.addWidget(self.time, 1)
        for widget in (self.kimg, self.to_best, self.newest):
            line.addWidget(widget)
        return row

    def _evidence_row(self) -> QWidget:
        row = QWidget()
        line = QHBoxLayout(row)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(10)
        line.addWidget(self.back)
        line.addWidget(self._caption, 1)
        return row
