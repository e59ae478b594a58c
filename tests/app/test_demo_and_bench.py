"""The tour and the measurements, with small untrained models and very short times."""

import json

import mido
import pytest
import soundfile
from PIL import Image

from studio.app import bench_start, cli_bench, cli_demo
from studio.app.cli import main
from studio.core import library
from studio.media import kinds

KINDS = kinds()


@pytest.fixture
def small(tmp_path_factory, model_of, folder_of, monkeypatch):
    """Stands in for resources: a small model and a small example folder of each medium."""
    root = tmp_path_factory.mktemp("resources")
    (root / "models").mkdir()
    (root / "examples").mkdir()
    for kind in KINDS:
        model = root / "models" / f"{kind.starter}.safetensors"
        model.write_bytes(model_of(kind).read_bytes())
        (root / "examples" / kind.name).symlink_to(folder_of(kind), target_is_directory=True)
    for module in (library, cli_demo, cli_bench):
        monkeypatch.setattr(module, "resource", lambda *parts: root.joinpath(*parts))
    monkeypatch.setattr(cli_demo, "TRAIN_SECONDS", 1.0)
    monkeypatch.setattr(cli_bench, "TRAIN_SECONDS", 1.5)
    monkeypatch.setattr(cli_bench, "RESULTS", 2)


def test_the_tour_writes_every_format_and_a_sheet(small, tmp_path, capsys):
    out = tmp_path / "tour"
    assert main(["demo", "--out", str(out), "--device", "cpu", "--threads", "1"]) == 0
    words = capsys.readouterr().out
    assert "contact-sheet.png" in words and "Trained" in words
    for kind in KINDS:
        for exporter in kind.exporters:
            assert (out / f"{kind.noun}{exporter.suffix}").stat().st_size > 0
    assert len(mido.MidiFile(out / "clip.mid").tracks) > 1
    assert soundfile.info(str(out / "clip.wav")).samplerate == 44100
    with Image.open(out / "contact-sheet.png") as sheet:
        # one row for each medium, and the training's samples before and after
        rows = len(KINDS) + 2
        assert sheet.height == cli_demo.GAP_PX + rows * (128 + 24 + 8)
    assert main(["demo", "--out", str(out), "--device", "cpu"]) == 0, "a second time anew"


def test_the_tour_overwrites_nothing_of_others(small, tmp_path, capsys):
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "diary.txt").write_text("mine")
    assert main(["demo", "--out", str(tmp_path), "--device", "cpu"]) == 2
    assert "in the way" in capsys.readouterr().err
    assert (tmp_path / "run" / "diary.txt").read_text() == "mine"


@pytest.mark.parametrize("name", ["contact-sheet.png", "picture.png", "clip.mid"])
def test_the_tour_leaves_a_file_of_the_same_name_alone(small, tmp_path, capsys, name):
    (tmp_path / name).write_bytes(b"mine")
    assert main(["demo", "--out", str(tmp_path), "--device", "cpu"]) == 2
    assert f"{name} is there already and is another file" in capsys.readouterr().err
    assert (tmp_path / name).read_bytes() == b"mine"


def test_bench_tells_every_figure(small, monkeypatch, capsys):
    asked = []

    def child(function, *words):
        asked.append((function, *words))
        return {"seconds": 0.5, "torch": False, "first_s": 2.0, "at": 0.0}

    monkeypatch.setattr(cli_bench, "child", child)
    assert main(["bench", "--json", "--device", "cpu", "--threads", "1"]) == 0
    figures = json.loads(capsys.readouterr().out)
    assert (figures["window_s"], figures["window_imported_torch"]) == (0.5, False)
    assert "CPU" in figures["device"]
    for kind in KINDS:
        assert figures[f"{kind.name}_first_s"] == 2.0
        assert figures[f"{kind.name}_result_ms"] > 0
        assert figures[f"{kind.name}_training_per_s"] > 0
    assert figures["music_wav_speed"] > 1
    assert ("window",) in asked and ("first_result", "music", "cpu") in asked


def test_the_window_is_timed_in_a_process_of_its_own():
    found = bench_start.child("window")
    assert found["torch"] is False
    assert 0.05 < found["seconds"] < 60


def test_a_child_that_fails_gives_nothing():
    assert bench_start.child("first_result", "sculpture", "cpu") == {}
