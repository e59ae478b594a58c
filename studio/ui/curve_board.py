"""Chips that choose which of a training's curves are drawn, and the one or two plots of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QVBoxLayout, QWidget

from studio.ui import theme
from studio.ui.curves import Curves, Line, line_of
from studio.ui.row_edges import ScrollRow
from studio.ui.run_watch import WatchedRun
from studio.ui.widgets import Chip

COMPARED_TOKENS = ("accent", "chords", "bass", "drums")
COMPARED_DASHES = ("", "dash", "dot", "")  # never by colour alone


@dataclass(frozen=True)
class Curve:
    """One curve of a chart: the figure's key, its name, colour and dash; a floor belongs to none.

    source is figures or measures, as in WatchedRun.
    """

    key: str
    name: str
    token: str = "accent"
    dash: str = ""
    source: str = "figures"


@dataclass(frozen=True)
class Chart:
    """One plot: its title, its curves, and what is said before there are any."""

    title: str
    curves: tuple[Curve, ...]
    empty: str = ""


class CurveBoard(QWidget):
    """One chip a topic; a topic has one plot or two beside each other."""

    def __init__(self) -> None:
        super().__init__()
        self._runs: list[WatchedRun] = []
        self._was_chosen = False  # a person chose a topic
        self._topics = self._all_topics()
        self._plots = (Curves(), Curves())
        self._group = QButtonGroup(self)
        self.chips: list[Chip] = []
        row = ScrollRow(
            theme.CONTROL_PX, self.tr("Topics before"), self.tr("More topics"), "ground"
        )
        for number, (name, why, _) in enumerate(self._topics):
            chip = Chip(name, why)
            self._group.addButton(chip, number)
            self.chips.append(chip)
            row.add(chip)
        self.chips[0].setChecked(True)
        plots = QHBoxLayout()
        plots.setSpacing(10)
        for plot in self._plots:
            plots.addWidget(plot, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addWidget(row)
        column.addLayout(plots, 1)
        self._group.idClicked.connect(self.choose)
        self._refresh()

    @property
    def plots(self) -> list[Curves]:
        """Those that are shown now."""
        return [plot for plot in self._plots if not plot.isHidden()]

    def choose(self, number: int) -> None:
        """Show a topic by its place, and stay with it."""
        self._was_chosen = True
        self.chips[number].setChecked(True)
        self._refresh()

    def show_runs(self, runs: Sequence[WatchedRun]) -> None:
        """The curves of one run, or those of several laid over each other."""
        is_other = [one.run.path for one in runs] != [one.run.path for one in self._runs]
        self._runs = list(runs)
        if is_other and not self._was_chosen:  # a new run has losses long before it is measured
            self.chips[0 if any(run.measures for run in runs) else 1].setChecked(True)
        self._refresh()

    def _refresh(self) -> None:
        charts = self._topics[self._group.checkedId()][2]
        for plot, chart in zip(self._plots, (*charts, None), strict=False):
            plot.setVisible(chart is not None)
            if chart is not None:
                marks = [run.best_kimg for run in self._runs if run.best_kimg is not None]
                is_held_out = chart.curves[0].source == "measures" and len(self._runs) == 1
                plot.show_lines(
                    chart.title,
                    self._lines(chart),
                    heading=chart.curves[0].name if len(self._runs) > 1 else "",
                    empty=chart.empty,
                    marks=marks if is_held_out else (),
                )

    def _lines(self, chart: Chart) -> list[Line]:
        if len(self._runs) == 1:
            return [_drawn(self._runs[0], curve, curve.name, curve.token) for curve in chart.curves]
        lines = []
        for number, run in enumerate(self._runs):
            place = number % len(COMPARED_TOKENS)
            curve = replace(chart.curves[0], dash=COMPARED_DASHES[place])
            lines.append(_drawn(run, curve, run.name, COMPARED_TOKENS[place]))
        # The floor belongs to the folder; one for all, unless they learn from different folders.
        if len(chart.curves) > 1 and chart.curves[1].source == "measures" and self._runs:
            floor = chart.curves[1]
            lines.append(_drawn(self._runs[0], floor, floor.name, floor.token))
        return lines

    def _all_topics(self) -> list[tuple[str, str, tuple[Chart, ...]]]:
        tr = self.tr
        measured = tr("Measured on files kept back from training, every few minutes.")
        unknown = tr("This run does not report it.")
        losses = (
            Curve("loss_g", tr("Generator loss")),
            Curve("loss_d", tr("Discriminator loss"), "chords", "dash"),
        )
        floor = tr("floor")
        kid = (
            Curve("kid_rand", tr("KID-rand, less is better"), source="measures"),
            Curve("kid_rand_floor", floor, "muted", "dash", "measures"),
        )
        cover = (
            Curve("coverage", tr("Coverage, more is better"), "chords", source="measures"),
            Curve("coverage_floor", floor, "muted", "dash", "measures"),
        )
        r1_r2 = (Curve("r1", tr("R1, on real")), Curve("r2", tr("R2, on made"), "chords", "dash"))
        gamma = (Curve("gamma", tr("Gamma"), "bass"),)
        return [
            (tr("Held-out"), tr("How close to files it has never seen; the floor is what real"
                                " files reach"),
             (Chart(tr("KID-rand"), kid, measured), Chart(tr("Coverage"), cover, measured))),
            (tr("Losses"), tr("What the two networks make of each other; no measure of quality"),
             (Chart(tr("Losses"), losses),)),
            (tr("Penalties"), tr("How steep the discriminator is, and how hard that is held down"),
             (Chart(tr("Penalties"), r1_r2), Chart(tr("Gamma"), gamma, unknown))),
            (tr("Augmentation"), tr("How often pictures are changed before they are judged"),
             (Chart(tr("Augmentation"), (Curve("augment", tr("Probability")),), unknown),)),
            (tr("Speed"), tr("Examples a second"),
             (Chart(tr("Speed"), (Curve("images_per_s", tr("Examples a second")),)),)),
            (tr("Memory"), tr("Memory of the device, in MB"),
             (Chart(tr("Memory"), (Curve("memory_mb", tr("MB in use"), "bass"),), unknown),)),
        ]  # fmt: skip


def _drawn(run: WatchedRun, curve: Curve, name: str, token: str) -> Line:
    is_measure = curve.source == "measures"
    return line_of(
        run.measures if is_measure else run.figures,
        curve.key,
        name,
        token,
        dash=curve.dash,
        is_smoothed=curve.key in ("loss_g", "loss_d", "r1", "r2", "images_per_s"),
        has_points=is_measure and not curve.key.endswith("_floor"),
    )
