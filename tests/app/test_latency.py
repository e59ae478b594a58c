"""`atelier bench latency`: real drags in a real window, and what they are made into."""

import json
from itertools import pairwise

import pytest

from studio.app import cli_latency
from studio.app.bench_drag import HIGH, LOW, Change, Drag, Shown, sweep
from studio.app.cli import main
from studio.core.run_folder import RunFolder, TrainConfig
from studio.media import kinds


def test_a_drag_in_the_window_is_timed(model_of, capsys):
    model = str(model_of(kinds()[0]))
    command = ["bench", "latency", "--model", model, "--moves", "6", "--json"]
    assert main([*command, "--device", "cpu", "--threads", "1"]) == 0
    found = json.loads(capsys.readouterr().out)
    hand, fast = found["drags"]
    assert [row["pace"] for row in found["drags"]] == ["hand", "fast"]
    for row in (hand, fast):
        assert row["model"] == "Tiny artwork" and row["size_px"] == 32
        assert 1 <= row["shown"] <= row["moves"] and row["previews"] == 0
        assert 0 < row["median_ms"] <= row["p95_ms"] <= row["worst_ms"] < 60_000
        assert row["network_ms"] > 0 and row["block_ms"] > 0 and row["rest_ms"] > 0


def test_a_picture_counts_from_the_newest_change_that_it_shows():
    drag = Drag([Change(0.1, 1.0), Change(0.2, 2.0), Change(0.1, 3.0), Change(0.3, 4.0)])
    figures = drag.figures(
        [
            Shown(0.1, False, 2.5, 2.6),  # the second 0.1 was still to come
            Shown(0.1, True, 3.5, 3.6),
            Shown(0.9, True, 3.7, 3.8),  # from before the drag
            Shown(0.3, True, 4.1, 4.2),
        ]
    )
    assert (figures["moves"], figures["shown"], figures["previews"]) == (4, 3, 1)
    assert (figures["median_ms"], figures["worst_ms"]) == (600.0, 1600.0)
    assert figures["rest_ms"] == 200.0


def test_a_picture_that_stays_for_two_paints_counts_once():
    drag = Drag([Change(0.1, 1.0)])
    assert drag.figures([Shown(0.1, False, 1.1, 1.2), Shown(0.1, True, 1.3, 1.5)])["shown"] == 1
    assert Drag().figures([])["p95_ms"] is None


def test_a_sweep_goes_back_and_forth():
    values = list(sweep(100))
    assert values[0] == LOW and len(set(values)) > 30
    assert min(values) >= LOW and max(values) <= HIGH
    assert all(one != other for one, other in pairwise(values))


def test_without_a_starter_of_a_size_a_model_is_made_up(tmp_path):
    for kind in kinds():
        if kind.sizes_px:
            path = tmp_path / f"{kind.name}.safetensors"
            cli_latency.load_made_up(kind, 128, (256, 16), path)
            assert kind.load_generator(path, "cpu").header.size_px == 128


def test_a_training_beside_the_window_is_told_to_stop(tmp_path):
    run = RunFolder(tmp_path / "library" / "runs" / "bench")
    run.create(TrainConfig("artwork", "nowhere"))
    with pytest.raises(RuntimeError), cli_latency._no_training_left(tmp_path):
        raise RuntimeError("the window fell")
    assert run.command() == "stop"
