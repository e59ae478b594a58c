"""`atelier reroll` and `atelier find`."""

from __future__ import annotations

import shutil

import numpy as np
import pytest
from PIL import Image

from studio.app.cli import main
from studio.core.library import places
from studio.core.run_folder import RunFolder, TrainConfig
from studio.gan import picture_fit, picture_tune
from studio.gan.fit import Plan
from studio.gan.tune import TunePlan
from studio.media import kinds
from studio.media.music import generator as music_generator
from studio.media.music.midi_file import read_work

KINDS = {kind.name: kind for kind in kinds()}


@pytest.fixture
def atelier(capsys):
    def run(*words) -> tuple[int, str, str]:
        try:
            code = main([str(word) for word in words])
        except SystemExit as end:  # argparse ends the process
            code = end.code
        out, err = capsys.readouterr()
        return code, out, err

    return run


@pytest.fixture(autouse=True)
def library(model_of, monkeypatch):
    """A model of each medium, and short fits."""
    places().models_path.mkdir(parents=True)
    for kind in KINDS.values():
        path = places().models_path / f"mine-{kind.name}.safetensors"
        path.write_bytes(model_of(kind).read_bytes())
    for module in (picture_fit, music_generator):
        for name in ("REROLL", "INSTANT", "FIND"):
            monkeypatch.setattr(module, name, Plan(samples=2, steps=2, seconds=1e9))
    for module in (picture_tune, music_generator):
        monkeypatch.setattr(module, "TUNE", TunePlan(steps=30, rate=0.02, seconds=1e9))


@pytest.fixture
def mask(tmp_path):
    pixels = np.zeros((32, 32), np.uint8)
    pixels[:, 12:] = 255
    Image.fromarray(pixels).save(tmp_path / "mask.png")
    return tmp_path / "mask.png"


def test_find_again_writes_again_and_takes_no_other_files_place(atelier, folder_of, tmp_path):
    file = folder_of(KINDS["artwork"]) / "00.png"
    words = ("find", file, "--model", "mine-artwork", "--out", tmp_path)
    assert atelier(*words)[0] == atelier(*words)[0] == 0
    (tmp_path / "00-found.png").write_bytes(b"mine")
    code, _, err = atelier(*words)
    assert code == 2 and "is there already" in err
    assert (tmp_path / "00-found.png").read_bytes() == b"mine"


@pytest.mark.parametrize("model", ["mine-artwork", "mine-pattern"])
def test_reroll_keeps_what_is_white(atelier, mask, model, tmp_path):
    atelier("generate", model, "--seeds", "4", "--out", tmp_path / "a")
    words = ("reroll", f"{model}:4", "--keep", mask, "--out", tmp_path / "b", "--count", 2)
    code, out, err = atelier(*words)
    assert (code, err) == (0, "")
    before = np.asarray(Image.open(next((tmp_path / "a").iterdir())))
    written = sorted((tmp_path / "b").iterdir())
    assert [path.name for path in written] == [
        f"{model}-seed-0004-reroll-000{number}.png" for number in (1, 2)
    ]
    assert out.splitlines() == [str(path) for path in written]
    for path in written:
        made = np.asarray(Image.open(path))
        assert np.array_equal(made[:, 12:], before[:, 12:])
        assert not np.array_equal(made, before)


def test_reroll_keeps_bars_and_tracks(atelier, tmp_path):
    atelier("generate", "mine-music", "--seeds", "4", "--out", tmp_path / "a")
    keep = ("--keep", "bars=1-2", "--keep", "tracks=bass")
    code, _, err = atelier("reroll", "mine-music:4", *keep, "--out", tmp_path / "b", "--instant")
    assert (code, err) == (0, "")
    before, made = (read_work(next((tmp_path / name).iterdir())) for name in "ab")
    assert made.on_track("bass") == before.on_track("bass")
    first = [[n for n in clip.notes if n.start_ticks < 3840] for clip in (before, made)]
    assert first[0] == first[1]
    assert made.recipe.is_composite


@pytest.mark.parametrize("kind", KINDS.values(), ids=lambda kind: kind.name)
def test_find_writes_both_and_a_picture_of_both(atelier, kind, folder_of, tmp_path):
    file = sorted(folder_of(kind).iterdir())[0]
    code, out, err = atelier("find", file, "--model", f"mine-{kind.name}", "--out", tmp_path / "o")
    assert (code, err) == (0, "")
    ending = kind.exporters[0].suffix
    names = {f"00-original{ending}", f"00-found{ending}", "00-side-by-side.png"}
    assert {path.name for path in (tmp_path / "o").iterdir()} == names
    assert "searched" in out.splitlines()[-1]
    with Image.open(tmp_path / "o" / "00-side-by-side.png") as both:
        assert both.size == (520, 256)
    original = (tmp_path / "o" / f"00-original{ending}").read_bytes()
    assert b"atelier" not in original, "it was not made by a model"


@pytest.mark.parametrize("kind", KINDS.values(), ids=lambda kind: kind.name)
def test_tune_writes_a_private_copy_that_is_a_model_like_any(atelier, kind, folder_of, tmp_path):
    file = sorted(folder_of(kind).iterdir())[0]
    model = f"mine-{kind.name}"
    words = ("find", file, "--model", model, "--out", tmp_path / "o", "--tune", "--name", "My rose")
    code, out, err = atelier(*words)
    assert (code, err) == (0, "")
    *_, own, written, before, after = out.splitlines()
    ending = kind.exporters[0].suffix
    assert own == str(tmp_path / "o" / f"00-tuned{ending}")
    assert written == str(places().models_path / "my-rose.safetensors")
    figure = "agreement" if kind.name == "music" else "levels"
    for line, start in ((before, f"before: {figure}"), (after, f"after: {figure}")):
        assert line.startswith(start)
    assert "steps" in after
    with Image.open(tmp_path / "o" / "00-side-by-side.png") as three:
        assert three.size == (784, 256)
    assert "My rose" in atelier("models")[1]
    code, _, err = atelier("vary", own, "--count", 1, "--out", tmp_path / "v")
    assert (code, err) == (0, "") and len(list((tmp_path / "v").iterdir())) == 1


def test_tuned_says_where_the_copy_goes(atelier, folder_of, tmp_path):
    file = sorted(folder_of(KINDS["artwork"]).iterdir())[0]
    words = ("find", file, "--model", "mine-artwork", "--out", tmp_path / "o")
    copy = tmp_path / "deep" / "rose.safetensors"
    code, out, _ = atelier(*words, "--tuned", copy)
    assert code == 0 and str(copy) in out.splitlines() and copy.is_file()
    before = copy.read_bytes()
    code, out, err = atelier(*words, "--tuned", copy)
    assert (code, out) == (2, "") and "choose another name" in err
    assert copy.read_bytes() == before


@pytest.mark.parametrize(
    "words",
    [
        ["reroll", "mine-artwork", "--keep", "mask.png"],
        ["reroll", "mine-artwork:x", "--keep", "mask.png"],
        ["reroll", "mine-artwork:1-2", "--keep", "mask.png"],
        ["reroll", "no-such:1", "--keep", "mask.png"],
        ["reroll", "mine-artwork:1"],
        ["reroll", "mine-artwork:1", "--keep", "missing.png"],
        ["reroll", "mine-artwork:1", "--keep", "bars=1"],
        ["reroll", "mine-artwork:1", "--keep", "mask.png", "--count", "0"],
        ["reroll", "mine-music:1"],
        ["reroll", "mine-music:1", "--keep", "mask.png"],
        ["reroll", "mine-music:1", "--keep", "bars=1-4"],
        ["find", "missing.png", "--model", "mine-artwork"],
        ["find", "mask.png", "--model", "no-such"],
        ["find", "mask.png", "--model", "mine-music"],
        ["find", "mask.png", "--model", "mine-artwork", "--steps", "999999"],
        ["find", "mask.png", "--model", "mine-artwork", "--name", "x"],
        ["find", "mask.png", "--model", "mine-artwork", "--tuned", "x.png"],
        ["find", "mask.png", "--model", "mine-music", "--tune"],
    ],
    ids=" ".join,
)
def test_bad_usage_is_one_sentence_and_2(atelier, words, mask, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    code, out, err = atelier(*words, "--out", "x")
    assert (code, out) == (2, "")
    assert err.startswith("atelier") and err.count("\n") == 1, err
    assert not (tmp_path / "x").exists()


def test_find_writes_nothing_among_a_persons_own_files(atelier, folder_of, tmp_path):
    """Neither beside the file, nor anywhere in a folder that a training has learnt from."""
    folder = tmp_path / "mine"
    shutil.copytree(folder_of(KINDS["artwork"]), folder)
    elsewhere = tmp_path / "a.png"
    shutil.copy(folder / "00.png", elsewhere)
    RunFolder(places().runs_path / "run").create(TrainConfig("artwork", str(folder)))
    (places().runs_path / "damaged").mkdir()
    (places().runs_path / "damaged" / "config.json").write_text("{")
    for file, out in ((elsewhere, tmp_path), (elsewhere, folder), (elsewhere, folder / "deep")):
        code, _, err = atelier("find", file, "--model", "mine-artwork", "--out", out)
        assert code == 2 and "among your own files" in err
    assert len(list(folder.iterdir())) == 12 and not (tmp_path / "a-found.png").exists()
    assert atelier("find", elsewhere, "--model", "mine-artwork", "--out", tmp_path / "b")[0] == 0
