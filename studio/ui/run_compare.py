"""Two to four runs side by side: samples at the same kimg, curves together, what differs."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path
from typing import Any

from PySide6.QtCore import QCoreApplication, Qt, Signal
from PySide6.QtWidgets import (
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from studio.core.run_folder import TrainConfig
from studio.ui import theme
from studio.ui.curve_board import COMPARED_TOKENS, CurveBoard
from studio.ui.run_detail import HEAD_PX
from studio.ui.run_watch import WatchedRun
from studio.ui.run_words import state_words
from studio.ui.sample_grid import SampleGrid
from studio.ui.sample_sound import SampleSound
from studio.ui.sample_view import TimeSlider, nearest
from studio.ui.widgets import ElidedLabel, button, label

MOST = len(COMPARED_TOKENS)
TABLE_PX = 288
NAMES_PX = 96
UNCOMPARED = ("name", "checkpoint_seconds", "sample_seconds", "licence", "credit")


class RunCompare(QFrame):
    """The first four of the chosen runs, as they go on."""

    closed = Signal()

    def __init__(self, sound: SampleSound) -> None:
        super().__init__()
        self._sound = sound
        self._runs: list[WatchedRun] = []
        self._times: list[float] = []
        self._kimg_wanted: float | None = None  # None: the newest that all have reached
        self._title = ElidedLabel("title")
        self._close = button(self.tr("Done"), self.tr("Back to one run"), icon="close")
        self._columns = [_Column(token, sound) for token in COMPARED_TOKENS]
        self.time = TimeSlider()
        self._kimg = label("", "figure")
        self._kimg.setFixedWidth(84)
        self._kimg.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.curves = CurveBoard()
        self.table = _Differences()
        self._lay_out()
        self._close.clicked.connect(self.closed)
        self.time.valueChanged.connect(self._moved)

    def show_runs(self, runs: list[WatchedRun]) -> None:
        """Compare these; more than four are not shown, and that is said."""
        if [one.run.path for one in runs[:MOST]] != [one.run.path for one in self._runs]:
            self._kimg_wanted = None
        heard = self._heard_kimg()
        self._runs = runs[:MOST]
        words = self.tr("Comparing {} runs").format(len(runs))
        if len(runs) > MOST:
            words = self.tr("Comparing the first {most} of {all}").format(most=MOST, all=len(runs))
        self._title.setText(words)
        self._times = sorted({kimg for run in self._runs for kimg, _ in run.samples})
        wanted = next((k for k in (self._kimg_wanted, heard) if k is not None), self._common())
        blocked = self.time.blockSignals(True)
        self.time.setRange(0, max(0, len(self._times) - 1))
        self.time.setValue(max(0, nearest(wanted, self._times)))
        self.time.blockSignals(blocked)
        self.time.setEnabled(len(self._times) > 1)
        for number, column in enumerate(self._columns):
            column.setVisible(number < len(self._runs))
        self._show_samples()
        self.curves.show_runs(self._runs)
        self.table.show_runs(self._runs)

    def _common(self) -> float | None:
        """The last kimg that every run has a sample near; runs without samples do not count."""
        ends = [run.samples[-1][0] for run in self._runs if run.samples]
        return min(ends, default=None)

    def _heard_kimg(self) -> float | None:
        """Where the slider is while a sample is heard, whose picture stays."""
        return self._times[self.time.value()] if self._sound.is_on and self._times else None

    def _moved(self) -> None:
        if self._times:
            self._kimg_wanted = self._times[min(self.time.value(), len(self._times) - 1)]
        self._show_samples()

    def _show_samples(self) -> None:
        at = min(self.time.value(), len(self._times) - 1)
        kimg = self._times[at] if self._times else None
        self._kimg.setText(f"{kimg:,.1f} kimg" if kimg is not None else "")
        for run, column in zip(self._runs, self._columns, strict=False):
            column.show_run(run, kimg)

    def _lay_out(self) -> None:
        top = QWidget()
        top.setFixedHeight(HEAD_PX)
        head = QHBoxLayout(top)
        head.setContentsMargins(0, 0, 0, 0)
        head.addWidget(self._title, 1)
        head.addWidget(self._close)
        samples = QHBoxLayout()
        samples.setSpacing(12)
        for column in self._columns:
            samples.addWidget(column, 1)
        time = QHBoxLayout()
        time.setSpacing(10)
        time.addWidget(label(self.tr("At the same kimg"), "label"))
        time.addWidget(self.time, 1)
        time.addWidget(self._kimg)
        self.table.setFixedWidth(TABLE_PX)
        foot = QHBoxLayout()
        foot.setSpacing(18)
        foot.addWidget(self.curves, 1)
        foot.addWidget(self.table)
        column = QVBoxLayout(self)
        column.setContentsMargins(22, 18, 22, 14)
        column.setSpacing(10)
        column.addWidget(top)
        column.addLayout(samples, 3)
        column.addLayout(time)
        column.addLayout(foot, 4)


class _Column(QWidget):
    """One run's name in its colour, its sample, its kimg."""

    def __init__(self, token: str, sound: SampleSound) -> None:
        super().__init__()
        self._sound = sound
        mark = QFrame()
        mark.setFixedSize(14, 3)
        mark.setStyleSheet(f"background: {theme.TOKENS[token]}; border-radius: 1px;")
        self.name, self.view, self.words = ElidedLabel(), SampleGrid(), ElidedLabel("label")
        sound.serve(self.view)
        head = QHBoxLayout()
        head.setSpacing(8)
        head.addWidget(mark)
        head.addWidget(self.name, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addLayout(head)
        column.addWidget(self.view, 1)
        column.addWidget(self.words)

    def show_run(self, run: WatchedRun, kimg: float | None) -> None:
        """The sample nearest to a kimg."""
        self._show(run, kimg)
        self._sound.offer(self.view, run.config.medium)

    def _show(self, run: WatchedRun, kimg: float | None) -> None:
        self.name.setText(run.name)
        self.view.setAccessibleName(self.tr("Samples of {}").format(run.name))
        at = nearest(kimg, [at for at, _ in run.samples])
        state = state_words(run)
        if at < 0:
            self.view.show_file("", self.tr("No samples yet."))
            self.words.setText(state)
            return
        own, path = run.samples[at]
        self.view.show_file(str(path), self.tr("This picture is gone."))
        self.words.setText(self.tr("{kimg:,.1f} kimg · {state}").format(kimg=own, state=state))


class _Differences(QScrollArea):
    """A table of the results and of the settings that are not the same in all runs."""

    def __init__(self) -> None:
        super().__init__()
        self._shown: list[tuple[str, list[str]]] = []
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAccessibleName(self.tr("What differs"))

    @property
    def rows(self) -> list[tuple[str, list[str]]]:
        return self._shown

    def show_runs(self, runs: list[WatchedRun]) -> None:
        rows = [*_results(runs), *differing(runs)]
        if rows == self._shown:
            return
        self._shown = rows
        inside = QWidget()
        inside.setObjectName("column")
        grid = QGridLayout(inside)
        grid.setContentsMargins(0, 0, 6, 0)
        grid.setHorizontalSpacing(10)
        grid.setVerticalSpacing(5)
        grid.addWidget(label(self.tr("WHAT DIFFERS"), "head"), 0, 0, 1, 2)
        for number in range(len(runs)):
            grid.setColumnStretch(number + 1, 1)
        for number, (name, values) in enumerate(rows, start=1):
            words = ElidedLabel("label")
            words.setText(name)
            words.setFixedWidth(NAMES_PX)
            grid.addWidget(words, number, 0)
            for place, value in enumerate(values):
                grid.addWidget(_value(value, COMPARED_TOKENS[place]), number, place + 1)
        grid.setRowStretch(len(rows) + 1, 1)
        self.setWidget(inside)


def _value(text: str, token: str) -> QLabel:
    made = ElidedLabel(mode=Qt.TextElideMode.ElideMiddle)
    made.setText(text)
    made.setStyleSheet(f"font-size: 12px; color: {theme.TOKENS[token]};")
    return made


def _results(runs: list[WatchedRun]) -> list[tuple[str, list[str]]]:
    """What came out: how far, how fast, how good."""
    found = [
        (_tr("Trained"), [f"{run.status.kimg:,.1f} kimg" for run in runs]),
        (_tr("Speed"), [f"{run.status.images_per_s:,.0f} /s" for run in runs]),
    ]
    for key, name, best in (("kid_rand", "KID-rand", min), ("coverage", _tr("Coverage"), max)):
        values = [[m[key] for m in run.measures if _is_number(m.get(key))] for run in runs]
        if any(values):
            found.append((_tr("Best {}").format(name),
                          [f"{best(one):.3g}" if one else "–" for one in values]))  # fmt: skip
    return found


def differing(runs: list[WatchedRun]) -> list[tuple[str, list[str]]]:
    """The settings that are not the same in all runs, in words."""
    found = []
    for one in fields(TrainConfig):
        values = [getattr(run.config, one.name) for run in runs]
        if one.name not in UNCOMPARED and any(value != values[0] for value in values):
            found.append((_setting(one.name), [_shown(one.name, value) for value in values]))
    return found


def _setting(name: str) -> str:
    known = {
        "size_px": _tr("Size, px"),
        "kimg": _tr("Length, kimg"),
        "seconds": _tr("Length, s"),
        "channel_base": _tr("Channel base"),
        "channel_max": _tr("Most channels"),
        "learning_rate": _tr("Learning rate"),
        "penalty_every": _tr("Penalty every"),
        "start_model": _tr("Goes on from"),
        "freeze": _tr("Frozen layers"),
    }
    return known.get(name, name.replace("_", " ").capitalize())


def _shown(name: str, value: Any) -> str:
    is_open = (name in ("batch", "gamma") and value == 0) or (name == "augment" and value < 0)
    if is_open or (name == "freeze" and value < 0):
        return _tr("auto")
    if name in ("folder", "start_model"):
        path = Path(str(value))
        return (path.stem if name == "start_model" else path.name) or "–"
    if isinstance(value, bool):
        return _tr("yes") if value else _tr("no")
    if value is None or value == "":
        return "–"
    return f"{value:g}" if isinstance(value, float) else str(value)


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and abs(value) < 1e12


def _tr(text: str) -> str:
    return QCoreApplication.translate("RunCompare", text)
