"""What the dataset doctor says and shows of a folder, and the remedies one click away."""

from __future__ import annotations

from PySide6.QtCore import QSize, Signal
from PySide6.QtWidgets import QCheckBox, QFrame, QPlainTextEdit, QVBoxLayout, QWidget

from studio.core.files import plain
from studio.core.kind import MIN_FILES, FolderReport
from studio.ui import theme
from studio.ui.doctor_charts import ChartView
from studio.ui.doctor_sheets import SheetView
from studio.ui.widgets import button, label, set_tone

FEW_FILES = 100
REFUSED_PX, LINE_PX = 120, 15
FIRST_CHARTS = 2  # seen at once; the others unfold
MOST_REFUSED = 2000  # lines


class Fold(QWidget):
    """A heading that unfolds what belongs to it."""

    def __init__(self, title: str, tooltip: str) -> None:
        super().__init__()
        self._title, self._count = title, 0
        self.head = button("", tooltip, role="section")
        self.head.setCheckable(True)
        self.head.setIconSize(QSize(12, 12))
        self._body = QVBoxLayout()
        self._body.setContentsMargins(0, 2, 0, 4)
        self._body.setSpacing(10)
        self._holder = QWidget()
        self._holder.setLayout(self._body)
        self._holder.hide()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addWidget(self.head)
        column.addWidget(self._holder)
        self.head.toggled.connect(self._unfold)
        self._unfold(False)

    def fill(self, widgets: list[QWidget], count: int = 0) -> None:
        """Show these; the whole part is away where there are none."""
        _refill(self._body, widgets)
        self._count = count
        self._unfold(self.head.isChecked())
        self.setVisible(bool(widgets))

    def _unfold(self, is_open: bool) -> None:
        self._holder.setVisible(is_open)
        count = f"  {self._count:,}" if self._count else ""
        self.head.setText(f"{self._title.upper()}{count}")
        self.head.setIcon(theme.icon("chevron-down" if is_open else "chevron-right", token="muted"))
        self.head.setAccessibleName(f"{self._title}{count}")


class Verdict(QFrame):
    """A sentence, the main charts, remedies to tick, and more to unfold."""

    remedies_changed = Signal(object)  # tuple of the words that are ticked

    def __init__(self) -> None:
        super().__init__()
        self._sentence = label("")
        self._sentence.setWordWrap(True)
        self._notes = label("", "label")
        self._notes.setWordWrap(True)
        self._charts = QVBoxLayout()
        self._charts.setSpacing(8)
        self._remedies = QVBoxLayout()
        self._remedies.setSpacing(4)
        self._ticks: dict[str, QCheckBox] = {}
        self._folds = {
            "charts": Fold(self.tr("More about them"), self.tr("Sizes, shapes and the like")),
            "Near copies": Fold(
                self.tr("Near copies"), self.tr("Files that show nearly the same, side by side")
            ),
            "Unlike all others": Fold(
                self.tr("Unlike all others"), self.tr("Files that may not belong here")
            ),
            "Edges that do not meet": Fold(
                self.tr("Edges that do not meet"), self.tr("Pictures that are no seamless tiles")
            ),
            "refused": Fold(self.tr("Left out"), self.tr("Which files were left out, and why")),
        }
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addWidget(self._sentence)
        column.addWidget(self._notes)
        column.addLayout(self._charts)
        column.addLayout(self._remedies)
        for fold in self._folds.values():
            column.addWidget(fold)
        self.clear()

    @property
    def remedies(self) -> tuple[str, ...]:
        """The words of the remedies that are ticked."""
        return tuple(word for word, tick in self._ticks.items() if tick.isChecked())

    def clear(self) -> None:
        self._fold()
        self.hide()

    def say(self, sentence: str, tone: str = "muted") -> None:
        """A line on its own: why a folder cannot be read."""
        self._fold()
        self.say_progress(sentence, tone)

    def say_progress(self, sentence: str, tone: str = "muted") -> None:
        """Another line above what is shown already."""
        self._sentence.setText(sentence)
        set_tone(self._sentence, tone)
        self.show()

    def show_report(self, report: FolderReport, expect: str = "") -> None:
        """Show the doctor's findings."""
        self.show_verdict(report, expect)
        self._notes.setText("\n".join(report.notes))
        self._notes.setVisible(bool(report.notes))
        self._show_charts(report)
        self._show_remedies(report)
        self._show_sheets(report)
        self._show_refused(report)

    def show_verdict(self, report: FolderReport, expect: str = "") -> None:
        """Only the sentence; expect is one more part of it, how long a training will take."""
        count = len(report.usable)
        if count < MIN_FILES:
            sentence = self.tr("✕  {verdict} Training needs at least {least}.")
            words = sentence.format(verdict=report.verdict, least=MIN_FILES)
            self.say_progress(words, "bad")
        elif count < FEW_FILES:
            sentence = self.tr("!  {} Few: expect copies of them rather than new ones.")
            self.say_progress(sentence.format(report.sentence(expect)), "caution")
        else:
            self.say_progress(f"✓  {report.sentence(expect)}", "good")

    def _show_charts(self, report: FolderReport) -> None:
        charts = [ChartView(chart) for chart in report.charts]
        _refill(self._charts, [*charts[:FIRST_CHARTS]])
        self._folds["charts"].fill([*charts[FIRST_CHARTS:]])

    def _show_remedies(self, report: FolderReport) -> None:
        """A tick for each; those that stay are the same widgets, so that the focus stays too."""
        offered = {remedy.word: remedy for remedy in report.remedies}
        for word in [word for word in self._ticks if word not in offered]:
            tick = self._ticks.pop(word)
            tick.hide()
            tick.deleteLater()
        for word, remedy in offered.items():
            if word not in self._ticks:
                tick = self._ticks[word] = QCheckBox()
                tick.toggled.connect(lambda _: self.remedies_changed.emit(self.remedies))
                tick.setStyleSheet("font-size: 12px;")
                self._remedies.addWidget(tick)
                tick.show()
            tick = self._ticks[word]
            tick.blockSignals(True)
            tick.setChecked(remedy.is_taken)
            tick.blockSignals(False)
            tick.setText(f"{remedy.text}  ({remedy.files:,})")
            tick.setToolTip(self.tr("Your folder stays as it is; only training goes by this"))
            tick.setAccessibleName(remedy.text)

    def _show_sheets(self, report: FolderReport) -> None:
        sheets = {sheet.title: sheet for sheet in report.sheets}
        tiles = report.facts.get("wraps", len(report.usable))
        counts = {
            "Near copies": report.near_copies,
            "Unlike all others": len(report.outliers),
            "Edges that do not meet": len(report.usable) - tiles,
        }
        for title in ("Near copies", "Unlike all others", "Edges that do not meet"):
            sheet = sheets.get(title)
            views: list[QWidget] = [SheetView(sheet)] if sheet else []
            self._folds[title].fill(views, counts.get(title, 0))

    def _show_refused(self, report: FolderReport) -> None:
        if not report.refused:
            self._folds["refused"].fill([])
            return
        names = QPlainTextEdit(readOnly=True)
        names.setFixedHeight(min(REFUSED_PX, LINE_PX * len(report.refused) + 30))
        names.setStyleSheet("font-size: 12px;")
        names.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        lines = [plain(f"{one.file}: {one.reason}") for one in report.refused[:MOST_REFUSED]]
        names.setPlainText("\n".join(lines))
        names.setAccessibleName(self.tr("Files that were left out, and why"))
        self._folds["refused"].fill([names], len(report.refused))

    def _fold(self) -> None:
        self._notes.hide()
        _refill(self._charts, [])
        _refill(self._remedies, [])
        self._ticks.clear()
        for fold in self._folds.values():
            fold.fill([])


def _refill(layout: QVBoxLayout, widgets: list[QWidget]) -> None:
    """These in place of what was there."""
    while (old := layout.takeAt(0)) is not None:
        if (widget := old.widget()) is not None:
            widget.hide()
            widget.deleteLater()
    for widget in widgets:
        layout.addWidget(widget)
        widget.show()  # Qt would wait for the next turn of its loop
