"""The doctor's view: charts and sheets that can be looked at, folds, remedies, figures in words."""

import numpy as np
import pytest
from PySide6.QtCore import QPoint
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QPlainTextEdit

from studio.core.doctor import Chart, Remedy, Sheet
from studio.core.kind import FolderReport, Refusal
from studio.ui import theme
from studio.ui.doctor_charts import ChartView, words_of
from studio.ui.doctor_sheets import CELL_PX, GAP_PX, SheetView
from studio.ui.doctor_verdict import Verdict

SWATCHES = Chart("Colours", "swatches", ("#ff0000", "#0000ff"), (0.75, 0.25))
BARS = Chart("Shorter side", "bars", ("<32", "32", "64+"), (0.0, 5.0, 10.0))
KEYS = Chart("Keys", "bars", tuple(f"{tonic} as in a long name" for tonic in "CDEFGAB"), (7.0,) * 7)
SIZES = Chart("Sizes", "scatter", ("width px", "height px"), points=((100.0, 100.0), (400, 200.0)))


def sheet(count: int, title: str = "Near copies", groups: tuple[int, ...] = ()) -> Sheet:
    pictures = tuple((f"{n}.png", np.full((96, 96, 3), 10 * n, np.uint8)) for n in range(count))
    return Sheet(title, pictures, groups)


def report(**values) -> FolderReport:
    names = tuple(f"{number}.png" for number in range(200))
    return FolderReport("f", "artwork", names, noun="picture", nouns="pictures", **values)


def drawn(qtbot, view, width: int = 340):
    qtbot.addWidget(view)
    view.resize(width, view.height())
    return view.grab().toImage()


def test_swatches_are_as_wide_as_their_share(qtbot, themed):
    image = drawn(qtbot, ChartView(SWATCHES))
    colours = [QColor(image.pixel(x, 8)).name() for x in (5, 250, 260, 335)]
    assert colours == ["#ff0000", "#ff0000", "#0000ff", "#0000ff"]


def test_columns_are_as_high_as_their_count(qtbot, themed):
    image = drawn(qtbot, ChartView(BARS))
    ground = QColor(image.pixel(2, 30)).name()

    def height(column: int) -> int:
        x = round((column + 0.5) * 340 / 3)
        tops = [y for y in range(34, 75) if QColor(image.pixel(x, y)).name() != ground]
        return len(tops)

    assert height(0) < height(1) < height(2)


@pytest.mark.parametrize("chart", [SWATCHES, BARS, KEYS, SIZES], ids=lambda chart: chart.title)
def test_every_chart_draws_and_says_its_figures(qtbot, themed, chart):
    view = ChartView(chart)
    image = drawn(qtbot, view)
    colours = {image.pixel(x, y) for x in range(0, 340, 2) for y in range(0, view.height(), 2)}
    assert len(colours) > 1
    assert view.accessibleName() == chart.title
    assert view.accessibleDescription() == words_of(chart)


def test_figures_in_words():
    assert words_of(BARS) == "<32 0, 32 5, 64+ 10"
    assert words_of(SWATCHES) == "#ff0000 75%, #0000ff 25%"
    assert words_of(SIZES) == "width px 100 to 400, height px 100 to 200"


def test_long_names_make_rows(qtbot, themed):
    assert ChartView(KEYS).height() > ChartView(BARS).height()


@pytest.mark.parametrize(
    "chart",
    [Chart("A", "bars", ("x",), (0.0,)), Chart("B", "scatter", ("w", "h")),
     Chart("C", "swatches", (), ()), Chart("D", "bars", (), ())],
    ids=lambda chart: chart.title,
)  # fmt: skip
def test_empty_charts_draw_nothing_wrong(qtbot, themed, chart):
    drawn(qtbot, ChartView(chart))


def test_a_sheet_shows_its_pictures_and_names_them(qtbot, themed):
    view = SheetView(sheet(7, groups=(0, 0, 1, 1, 1, 2, 2)))
    image = drawn(qtbot, view)
    step = CELL_PX + GAP_PX
    assert view.height() == 2 * step - GAP_PX
    assert QColor(image.pixel(3 * step + 10, 10)).red() == 30
    assert view.name_at(QPoint(step + 5, step + 5)) == "6.png"
    assert view.name_at(QPoint(3 * step, step)) == ""
    accent = QColor(theme.TOKENS["accent"]).name()
    bridges = [
        QColor(image.pixel(place * step + CELL_PX + 1, CELL_PX // 2)).name() == accent
        for place in range(4)
    ]
    assert bridges == [True, False, True, True]


@pytest.fixture
def verdict(qtbot, themed):
    verdict = Verdict()
    qtbot.addWidget(verdict)
    verdict.resize(340, 900)
    verdict.show()
    return verdict


def test_what_was_not_found_takes_no_room(verdict):
    verdict.show_report(report())
    assert not any(fold.isVisible() for fold in verdict._folds.values())
    assert verdict._sentence.text() == "✓  200 pictures."


def test_the_time_is_part_of_the_sentence(verdict):
    full = report(good="good for 128 px")
    verdict.show_report(full, "expect about 40 minutes on this GPU")
    assert verdict._sentence.text() == (
        "✓  200 pictures; good for 128 px; expect about 40 minutes on this GPU."
    )


def test_sheets_and_refusals_unfold(verdict):
    refused = (Refusal("a.png", "the file is empty"), Refusal("b.png", "it is only 1 x 1 pixels"))
    near = (("0.png", "1.png", "2.png"),)
    verdict.show_report(
        report(refused=refused, near=near, sheets=(sheet(3),), charts=(SWATCHES, BARS, SIZES))
    )
    folds = verdict._folds
    assert folds["Near copies"].head.text() == "NEAR COPIES  2"
    assert not verdict.findChild(SheetView).isVisible()
    folds["Near copies"].head.click()
    assert verdict.findChild(SheetView).isVisible()
    folds["refused"].head.click()
    text = folds["refused"].findChild(QPlainTextEdit).toPlainText()
    assert text == "a.png: the file is empty\nb.png: it is only 1 x 1 pixels"
    shown = [view for view in verdict.findChildren(ChartView) if not view.isHidden()]
    assert {view.chart.title for view in shown} == {"Colours", "Shorter side", "Sizes"}
    seen = {view.chart.title for view in shown if view.isVisible()}
    assert seen == {"Colours", "Shorter side"}, "the others unfold"
    assert all(fold.head.toolTip() for fold in folds.values())


def test_an_unfolded_part_stays_so_when_looked_at_again(verdict):
    verdict.show_report(report(sheets=(sheet(3),)))
    verdict._folds["Near copies"].head.click()
    verdict.show_report(report(sheets=(sheet(4),)))
    assert verdict._folds["Near copies"].head.isChecked()
    views = [view for view in verdict.findChildren(SheetView) if not view.isHidden()]
    assert [view.accessibleDescription().count("png") for view in views] == [4]


def test_ticks_say_which_remedies_are_wanted(qtbot, verdict):
    remedies = (Remedy("crop", "Crop them", 3), Remedy("skip", "Leave them out", 1, True))
    verdict.show_report(report(remedies=remedies))
    assert verdict.remedies == ("skip",)
    with qtbot.waitSignal(verdict.remedies_changed) as asked:
        verdict._ticks["crop"].click()
    assert asked.args == [("crop", "skip")]
    with qtbot.assertNotEmitted(verdict.remedies_changed):
        verdict.show_report(report(remedies=(Remedy("crop", "Crop them", 3, True),)))
    assert list(verdict._ticks) == ["crop"] and verdict.remedies == ("crop",)
    assert all(tick.toolTip() and tick.accessibleName() for tick in verdict._ticks.values())


def test_a_sentence_on_its_own_takes_everything_else_away(verdict):
    verdict.show_report(report(sheets=(sheet(3),), remedies=(Remedy("crop", "Crop them", 3),)))
    verdict.say("There is no folder.", "bad")
    assert verdict.remedies == () and not any(f.isVisible() for f in verdict._folds.values())
