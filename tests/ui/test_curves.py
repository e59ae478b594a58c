"""Curves and their board: nonsense on disk, few points, many points, several runs."""

import math

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt

from studio.core.run_folder import RunFolder, TrainConfig
from studio.ui.curve_board import COMPARED_TOKENS, CurveBoard
from studio.ui.curves import TOP_PX, Curves, Line, _short, line_of
from studio.ui.run_watch import WatchedRun


def is_drawn(widget):
    """Whether there is accent colour in the plot, without the legend above it."""
    image = widget.grab().toImage()
    places = [(x, y) for y in range(TOP_PX, image.height()) for x in range(image.width())]
    pixels = (image.pixelColor(x, y) for x, y in places)
    return any(pixel.red() - pixel.blue() > 90 for pixel in pixels)


@pytest.fixture
def curves(qtbot, themed):
    curves = Curves()
    qtbot.addWidget(curves)
    curves.resize(320, 160)
    curves.show()
    return curves


def test_records_without_a_number_are_left_out():
    values = {0.0: 1.0, 2.0: math.inf, 3.0: "x", 4.0: None, 5.0: 2}
    records = [{"kimg": 1.0}, *({"kimg": kimg, "kid": kid} for kimg, kid in values.items())]
    line = line_of(records, "kid", "KID", "accent")
    assert line.kimg.tolist() == [0.0, 5.0] and line.values.tolist() == [1.0, 2.0]
    assert line_of([], "kid", "KID", "accent").values.shape == (0,)


@pytest.mark.parametrize("count", [0, 1, 2, 5000])
@pytest.mark.parametrize(
    "values", [np.zeros, np.ones, lambda n: np.arange(n) * 1e9 - 7, np.negative]
)
def test_any_number_of_points_is_drawn(curves, count, values):
    y = values(np.ones(count)) if values is np.negative else values(count)
    line = Line("Loss", "accent", np.arange(count, dtype=float), np.asarray(y, float))
    curves.show_lines("Losses", [line], marks=[0.5])
    assert is_drawn(curves) == (count >= 2)


def test_one_measured_point_is_a_point_already(curves):
    line = Line("KID", "accent", np.array([3.0]), np.array([0.1]), has_points=True)
    curves.show_lines("KID", [line])
    assert is_drawn(curves)


@pytest.mark.parametrize("values", [[1.0, 1.0], [0.975, 0.9751], [2048.0, 2049.0]])
def test_no_two_lines_of_the_axis_have_the_same_label(curves, values):
    line = Line("Coverage", "accent", np.array([2.0, 4.0]), np.array(values), has_points=True)
    curves.show_lines("Coverage", [line])
    low, high, step = curves._range()
    labels = [_short(float(level)) for level in np.arange(low, high + step / 2, step)]
    assert len(labels) > 1 and len(set(labels)) == len(labels)
    assert low <= min(values) and max(values) <= high


def test_the_pointer_reads_values_off(curves, qtbot):
    line = Line("Speed", "accent", np.array([0.0, 10.0]), np.array([5.0, 7.0]), is_smoothed=False)
    curves.show_lines("Speed", [line])
    before = curves.grab().toImage()
    qtbot.mouseMove(curves, QPoint(280, 80))
    assert curves.grab().toImage() != before
    assert curves.accessibleDescription() == "Speed 7"


def watched(tmp_path, name, kid):
    run = WatchedRun(RunFolder(tmp_path / name), TrainConfig("fake", ".", name))
    run.figures = [{"kimg": float(at), "loss_g": 1.0, "loss_d": 0.5} for at in range(5)]
    run.measures = [
        {"kimg": float(at), "kid_rand": kid / (at + 1), "kid_rand_floor": 0.01, "coverage": 0.5}
        for at in range(5)
    ]
    return run


@pytest.fixture
def board(qtbot, themed):
    board = CurveBoard()
    qtbot.addWidget(board)
    board.resize(640, 260)
    board.show()
    return board


def test_chips_choose_what_is_drawn(qtbot, board, tmp_path):
    board.show_runs([watched(tmp_path, "one", 0.4)])
    assert [chip.text() for chip in board.chips] == [
        "Held-out", "Losses", "Penalties", "Augmentation", "Speed", "Memory",
    ]  # fmt: skip
    kid, coverage = board.plots
    assert [len(line.values) for line in kid.lines] == [5, 5] and kid.lines[1].dash == "dash"
    assert [len(line.values) for line in coverage.lines] == [5, 0]
    qtbot.mouseClick(board.chips[1], Qt.MouseButton.LeftButton)
    (losses,) = board.plots
    assert [line.values[0] for line in losses.lines] == [1.0, 0.5]
    board.choose(5)
    assert board.plots[0].accessibleDescription() == "This run does not report it."


def test_a_run_that_was_not_measured_yet_begins_with_its_losses(board, tmp_path):
    young, old = watched(tmp_path, "young", 0.4), watched(tmp_path, "old", 0.4)
    young.measures = []
    board.show_runs([young])
    assert board.chips[1].isChecked()
    young.measures = old.measures
    board.show_runs([young])
    assert board.chips[1].isChecked(), "nothing jumps"
    board.show_runs([old])
    assert board.chips[0].isChecked()
    board.choose(4)
    board.show_runs([young])
    assert board.chips[4].isChecked(), "what was chosen stays"


def test_runs_are_laid_over_each_other(board, tmp_path):
    board.show_runs([watched(tmp_path, "one", 0.4), watched(tmp_path, "two", 0.2)])
    lines = board.plots[0].lines
    assert [line.name for line in lines] == ["one", "two", "floor"]
    assert [line.token for line in lines[:2]] == list(COMPARED_TOKENS[:2])
    assert lines[0].dash != lines[1].dash, "never by colour alone"
