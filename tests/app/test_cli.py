"""The command line: every command, its words, its files and its exit code."""

from __future__ import annotations

import io
import json
import shutil
import signal
import subprocess
import sys
import types
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageOps
from PIL.PngImagePlugin import PngInfo

from studio import __main__ as entry
from studio.app.cli import build_parser, main
from studio.app.cli_text import duration, plain, seeds, table
from studio.core.library import places
from studio.core.run_folder import RunFolder
from studio.core.settings import Settings, save_settings
from studio.media import kinds, read_exported

ROOT = Path(__file__).resolve().parents[2]
KINDS = kinds()
ARTWORK = KINDS[0]
every_kind = pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)


@pytest.fixture
def atelier(capsys):
    """Run a command in this process: (exit code, stdout, stderr)."""

    def run(*words) -> tuple[int, str, str]:
        try:
            code = main([str(word) for word in words])
        except SystemExit as end:  # argparse ends the process
            code = end.code
        out, err = capsys.readouterr()
        return code, out, err

    return run


def one_sentence(err: str) -> bool:
    return err.startswith("atelier") and err.count("\n") == 1 and "Traceback" not in err


@pytest.mark.parametrize(
    "words",
    [
        ["paint"],
        ["train"],
        ["train", "--out", "x"],
        ["train", "folder", "--out", "x"],
        ["train", "folder", "--medium", "sculpture", "--out", "x"],
        ["train", "no-such-folder", "--medium", "artwork", "--out", "x"],
        ["train", "f", "--medium", "artwork", "--out", "x", "--size", "100"],
        ["train", "f", "--medium", "artwork", "--out", "x", "--kimg", "-1"],
        ["train", "f", "--medium", "artwork", "--out", "x", "--kimg", "1", "--seconds", "1"],
        ["train", "--resume", "--out", "no-run-here"],
        ["check", "no-such-folder"],
        ["check", ".", "--medium", "sculpture"],
        ["generate", "no-such-model", "--seeds", "1", "--out", "x"],
        ["generate", "no-such.safetensors", "--seeds", "1", "--out", "x"],
        ["generate", "m", "--seeds", "5-1", "--out", "x"],
        ["vary", "mine-artwork", "--out", "x"],
        ["vary", "mine-artwork:-1", "--out", "x"],
        ["vary", "no-such-model:1", "--out", "x"],
        ["vary", "m:1", "--strength", "2", "--out", "x"],
        ["vary", "m:1", "--layers", "thick", "--out", "x"],
        ["vary", "m:1", "--count", "0", "--out", "x"],
        ["vary", "m:1", "--count", "abc", "--out", "x"],
        ["bench", "latency", "--channels", "²/1"],
        ["check", "no-\x1b[2Jsuch\nfolder"],
        ["mix", "m:1", "--layers", "fine", "--out", "x"],
        ["generate", "m", "--seeds", "1", "--out", "x", "--psi", "nan"],
        ["measure", "no-such-model", "."],
        ["card", "no-such-model"],
        ["sliders", "no-such-model"],
        ["steer", "fruit", "--slider", "Warmth=1", "--out", "x"],
        ["steer", "fruit:1-2", "--slider", "Warmth=1", "--out", "x"],
        ["steer", "no-such-model:1", "--slider", "Warmth=1", "--out", "x"],
        ["steer", "fruit:1", "--slider", "Warmth", "--out", "x"],
        ["steer", "fruit:1", "--slider", "Warmth=nan", "--out", "x"],
        ["steer", "fruit:1", "--slider", "=1", "--out", "x"],
        ["steer", "fruit:1", "--slider", "Warmth=1", "--out", "x", "--format", "mid"],
        ["steer", "fruit:1", "--out", "x"],
        ["card", "fruit", "no-such-folder"],
        ["demo"],
    ],
    ids=" ".join,
)
def test_bad_usage_is_one_sentence_and_2(atelier, words, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    code, out, err = atelier(*words)
    assert (code, out) == (2, "")
    assert one_sentence(err), err
    assert "\x1b" not in err and "invalid" not in err.replace("invalid choice", "")
    assert list(tmp_path.iterdir()) == []


def test_numbers_that_are_none_are_said_briefly(atelier):
    for words in (
        ["--batch", "9" * 5000],
        ["--channels", "9" * 5000 + "/1"],
        ["--kimg", "x" * 999],
    ):
        code, _, err = atelier("train", "f", "--out", "x", *words)
        assert code == 2 and "... is not" in err and len(err) < 300
    assert "abc is not a whole number from 1 to" in atelier("morph", "m:1", "--steps", "abc")[2]


def test_shares_go_to_1_and_the_chance_of_changes_less_far():
    parse = build_parser().parse_args
    assert parse(["vary", "m:1", "--strength", "1", "--out", "x"]).strength == 1
    assert parse(["breed", "m:1", "m:2", "--mutation", "1", "--out", "x"]).mutation == 1
    with pytest.raises(SystemExit):
        parse(["train", "f", "--out", "x", "--augment", "1"])


def test_help_and_version(atelier):
    code, out, _ = atelier("--help")
    assert code == 0
    for command in ("check", "train", "generate", "measure", "card", "models", "demo", "bench",
                    "vary", "breed", "morph", "mix"):  # fmt: skip
        assert command in out
    assert atelier("--version")[1].startswith("Atelier ")
    assert atelier("train", "--help")[0] == 0


# ---------------------------------------------------------------- check


@every_kind
def test_check_guesses_the_medium_and_reports(atelier, kind, folder_of):
    # tiles and pictures are the same files: the first medium that fits is taken
    expected = "artwork" if kind.name == "pattern" else kind.name
    code, out, err = atelier("check", folder_of(kind))
    assert (code, err) == (0, "")
    assert f"for {expected}: 12 {'MIDI files' if expected == 'music' else 'pictures'}" in out
    code, out, _ = atelier("check", folder_of(kind), "--medium", kind.name, "--json")
    report = json.loads(out)
    assert (code, report["medium"], len(report["usable"])) == (0, kind.name, 12)


def test_check_names_each_refused_file_and_ends_with_2_when_too_few(atelier, tmp_path):
    (tmp_path / "bad\nname.png").write_bytes(b"text")
    code, out, err = atelier("check", tmp_path)
    assert code == 2 and one_sentence(err) and "at least 8" in err
    assert "left out  bad\\x0aname.png: " in out


def test_check_offers_remedies_and_takes_them(atelier, folder_of, tmp_path):
    for path in folder_of(ARTWORK).iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    with Image.open(tmp_path / "03.png") as image:
        image.resize((60, 50)).save(tmp_path / "again.png")
    code, out, _ = atelier("check", tmp_path)
    assert code == 0 and "13 pictures, 1 near copy; good for" in out
    assert "near copies  again.png, 03.png" in out
    assert "on offer  --remedy skip-near-copies: Keep one" in out
    code, out, _ = atelier("check", tmp_path, "--remedy", "skip-near-copies", "--json")
    report = json.loads(out)
    assert code == 0 and len(report["usable"]) == 12
    assert report["refused"][0]["reason"] == "nearly a copy of again.png"
    code, _, err = atelier("check", tmp_path, "--remedy", "magic")
    assert code == 2 and one_sentence(err) and "no remedy 'magic'" in err


def test_check_writes_its_own_sheets_again_and_no_other_file(atelier, folder_of, tmp_path):
    folder, out_folder = tmp_path / "mine", tmp_path / "sheets"
    shutil.copytree(folder_of(ARTWORK), folder)
    with Image.open(folder / "03.png") as image:
        image.resize((60, 50)).save(folder / "again.png")
    words = ("check", folder, "--sheets", out_folder)
    assert atelier(*words)[0] == atelier(*words)[0] == 0
    [sheet, *_] = sorted(out_folder.iterdir())
    Image.new("RGB", (9, 9)).save(sheet)
    mine = sheet.read_bytes()
    code, out, err = atelier(*words)
    assert code == 2 and "is another file" in err and out == ""
    assert sheet.read_bytes() == mine


def test_a_jpeg_with_the_ending_of_a_telephone_is_a_picture(atelier, tmp_path):
    folder = tmp_path / "phone"
    folder.mkdir()
    for number in range(9):
        picture = np.random.default_rng(number).integers(0, 256, (40, 40, 3), dtype=np.uint8)
        Image.fromarray(picture).save(folder / f"IMG_{number}.heic", "JPEG")
    code, out, err = atelier("check", folder)
    assert (code, err) == (0, "") and "for artwork" in out


def test_check_writes_sheets_beside_the_folder_never_into_it(atelier, folder_of, tmp_path):
    folder, out_folder = tmp_path / "mine", tmp_path / "sheets"
    folder.mkdir()
    for path in folder_of(ARTWORK).iterdir():
        (folder / path.name).write_bytes(path.read_bytes())
    with Image.open(folder / "03.png") as image:
        image.resize((60, 50)).save(folder / "again.png")
    before = sorted(path.name for path in folder.iterdir())
    for inside in (folder, folder / "sub", folder / ".." / "mine" / "x"):
        code, _, err = atelier("check", folder, "--sheets", inside)
        assert code == 2 and one_sentence(err) and "into the folder itself" in err
    code, out, _ = atelier("check", folder, "--sheets", out_folder)
    assert code == 0 and "near-copies.png" in out
    with Image.open(out_folder / "near-copies.png") as sheet:
        assert sheet.size == (488, 96)
    assert sorted(path.name for path in folder.iterdir()) == before


def test_check_lists_many_refusals_of_one_kind_briefly(atelier, folder_of, tmp_path):
    for path in folder_of(ARTWORK).iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    for number in range(40):
        (tmp_path / f"text{number:02d}.png").write_text("hello")
    out = atelier("check", tmp_path)[1]
    assert out.count("left out  text") == 12 and "left out  28 more like this" in out
    assert len(json.loads(atelier("check", tmp_path, "--json")[1])["refused"]) == 40


def test_check_of_a_folder_with_nothing_for_any_medium(atelier, tmp_path):
    assert "is empty" in atelier("check", tmp_path)[2]
    (tmp_path / "letter.txt").write_text("hello")
    code, _, err = atelier("check", tmp_path)
    assert code == 2 and "artwork, music or pattern" in err


# ---------------------------------------------------------------- models, generate, measure


@pytest.fixture
def library(model_of):
    """A model of each medium in the person's own library."""
    places().models_path.mkdir(parents=True)
    for kind in KINDS:
        path = places().models_path / f"mine-{kind.name}.safetensors"
        path.write_bytes(model_of(kind).read_bytes())


def test_models_lists_them_and_what_is_wrong(atelier, library):
    (places().models_path / "broken.safetensors").write_bytes(b"x")
    code, out, _ = atelier("models")
    assert code == 0
    assert all(f"mine-{kind.name}" in out for kind in KINDS)
    assert "left out  broken.safetensors" in out
    listed = json.loads(atelier("models", "--json")[1])
    assert {"mine-artwork", "mine-music", "mine-pattern"} <= {m["model"] for m in listed["models"]}
    assert len(listed["problems"]) == 1


@every_kind
def test_generate_writes_one_file_per_seed(atelier, kind, library, tmp_path):
    exporter = kind.exporters[-1]
    words = ["generate", f"mine-{kind.name}", "--seeds", "0-1,7", "--device", "cpu"]
    code, out, err = atelier(*words, "--out", tmp_path / "a", "--format", exporter.suffix[1:])
    assert (code, err) == (0, "")
    names = [f"mine-{kind.name}-seed-{seed:04d}{exporter.suffix}" for seed in (0, 1, 7)]
    assert sorted(path.name for path in (tmp_path / "a").iterdir()) == names
    assert [line.rpartition("-seed-")[2][:4] for line in out.splitlines()] == [
        "0000",
        "0001",
        "0007",
    ]


@every_kind
@pytest.mark.parametrize(
    "words, count",
    [
        (["vary", "{}:3", "--count", "3", "--strength", "0.8"], 3),
        (["breed", "{}:3", "{}:4", "--count", "3"], 3),
        (["morph", "{}:3", "{}:4", "{}:5", "--steps", "5"], 5),
        (["mix", "{}:3", "--from", "{}:4", "--layers", "coarse", "fine"], 1),
    ],
    ids=lambda words: words[0] if isinstance(words, list) else "",
)
def test_every_verb_writes_results_of_every_medium(atelier, kind, library, tmp_path, words, count):
    model = f"mine-{kind.name}"
    verb, *rest = (word.format(model) for word in words)
    options = ["--out", tmp_path, "--device", "cpu", "--format", kind.exporters[0].suffix]
    code, out, err = atelier(verb, *rest, *options)
    assert (code, err) == (0, "")
    files = sorted(tmp_path.iterdir())
    names = [f"{model}-seed-0003-{verb}-{n:04d}{kind.exporters[0].suffix}" for n in range(count)]
    assert [path.name for path in files] == names and len(out.splitlines()) == count
    assert len({path.read_bytes() for path in files}) == count, "each is another"


@every_kind
def test_an_exported_file_is_as_good_as_its_seed(atelier, kind, library, tmp_path):
    model, ending = f"mine-{kind.name}", kind.exporters[0].suffix
    options = ["--device", "cpu", "--format", ending]
    words = ["--seeds", "3", "--out", tmp_path / "seed", *options]
    assert atelier("generate", model, *words)[0] == 0
    (file,) = (tmp_path / "seed").iterdir()
    for work, out in ((file, "a"), (f"{model}:3", "b")):
        words = [work, "--count", "2", "--out", tmp_path / out, *options]
        assert atelier("vary", *words)[0] == 0
    made = [read_exported(path) for out in "ab" for path in sorted((tmp_path / out).iterdir())]
    assert made[0].document == made[2].document and made[1].document == made[3].document
    origin = made[0].provenance.origin
    assert (origin.verb, origin.parents) == ("vary", (file.name,))
    (places().models_path / f"{model}.safetensors").unlink()
    code, _, err = atelier("vary", file, "--out", tmp_path / "none", *options)
    assert code == 2 and "model" in err and not (tmp_path / "none").exists()


def test_parents_of_two_models_are_refused(atelier, library, tmp_path):
    for words in (["breed", "mine-artwork:1", "mine-pattern:1"], ["morph", "mine-artwork:1"]):
        code, _, err = atelier(*words, "--out", tmp_path / "out")
        assert code == 2 and ("one model" in err or "two results" in err)
        assert not (tmp_path / "out").exists()


def test_the_same_seed_writes_the_same_file_and_psi_changes_it(atelier, library, tmp_path):
    for out, psi in (("a", "1"), ("b", "1"), ("c", "0.2")):
        code, _, _ = atelier(
            "generate", "mine-artwork", "--seeds", "3", "--out", tmp_path / out, "--psi", psi
        )
        assert code == 0
    a, b, c = (next((tmp_path / out).iterdir()).read_bytes() for out in "abc")
    assert a == b != c


@pytest.mark.parametrize("provenance", [True, False])
def test_another_file_of_that_name_is_left_alone(atelier, library, tmp_path, provenance):
    save_settings(Settings(provenance=provenance), places().settings_path)
    words = ["generate", "mine-artwork", "--seeds", "3", "--out", tmp_path]
    (file,) = (tmp_path / "mine-artwork-seed-0003.png",)
    file.write_bytes(b"mine")
    for theirs in ("mine", "of another recipe", "painted on"):
        if theirs == "painted on":  # in an editor that keeps what the file says of itself
            with Image.open(file) as picture:
                notes = PngInfo()
                notes.add_text("atelier", picture.info.get("atelier", ""))
                ImageOps.invert(picture.convert("RGB")).save(file, pnginfo=notes)
        before = file.read_bytes()
        code, _, err = atelier(*words)
        assert (code, one_sentence(err)) == (2, True) and f"{file} is there already" in err
        assert file.read_bytes() == before
        file.unlink()
        assert atelier(*words, "--psi", "1")[0] == 0
        assert atelier(*words, "--psi", "1")[0] == 0, "the same command goes on working"


def test_exports_follow_the_settings_of_the_window(atelier, library, tmp_path):
    save_settings(Settings(soundfont="nowhere.sf2", provenance=False), places().settings_path)
    words = ["--seeds", "1", "--out", tmp_path / "out"]
    assert atelier("generate", "mine-artwork", *words)[0] == 0
    picture = next((tmp_path / "out").glob("*.png"))
    assert b"recipe" not in picture.read_bytes()
    code, _, err = atelier("generate", "mine-music", *words, "--format", "wav")
    assert code == 2 and one_sentence(err) and "nowhere.sf2" in err


def test_a_format_that_the_medium_lacks_is_named(atelier, library, tmp_path):
    code, _, err = atelier(
        "generate", "mine-music", "--seeds", "1", "--out", tmp_path, "--format", "png"
    )
    assert code == 2 and "mid and wav" in err


def test_a_device_that_is_not_there_is_named(atelier, library, tmp_path):
    code, _, err = atelier(
        "generate", "mine-artwork", "--seeds", "1", "--out", tmp_path, "--device", "abacus"
    )
    assert code == 2 and "abacus" in err and one_sentence(err)


@every_kind
def test_measure_prints_figures(atelier, kind, library, folder_of):
    words = ["measure", f"mine-{kind.name}", folder_of(kind), "--device", "cpu"]
    code, out, err = atelier(*words, "--json")
    found = json.loads(out)
    assert (code, err) == (0, "")
    assert found["features"] and found["files"] == 12 and not found["held_out_known"]
    assert all(isinstance(value, float) for value in found["figures"].values())
    assert "nearest_ratio" in found["figures"] and isinstance(found["cautions"], list)


@every_kind
def test_measure_prints_a_table_for_people(atelier, kind, library, folder_of):
    code, out, err = atelier("measure", f"mine-{kind.name}", folder_of(kind), "--device", "cpu")
    assert (code, err) == (0, "")
    assert "FLOOR" in out and ("KID-rand" in out) == (kind.name != "music")
    assert "KID" in out and "nearest-file ratio" in out
    assert "half of the folder" in out and "Frechet distances are left out" in out
    assert "OVERLAP" in out
    assert all(len(line) < 200 for line in out.splitlines())


def test_measure_with_fid_says_what_to_install(atelier, library, folder_of, monkeypatch):
    monkeypatch.setitem(sys.modules, "torch_fidelity", None)
    words = ["measure", "mine-artwork", folder_of(ARTWORK), "--device", "cpu", "--fid"]
    code, out, err = atelier(*words)
    assert (code, out) == (2, "") and one_sentence(err) and "torch-fidelity" in err
    words[1] = "mine-music"
    code, _, err = atelier(*words)
    assert code == 2 and one_sentence(err) and "not for clips" in err


def test_measure_with_fid_prints_it_with_its_floor(atelier, library, folder_of, monkeypatch):
    fake = types.ModuleType("torch_fidelity")
    found = {"frechet_inception_distance": 41.5}
    monkeypatch.setattr(fake, "calculate_metrics", lambda **words: found, raising=False)
    monkeypatch.setitem(sys.modules, "torch_fidelity", fake)
    words = ["measure", "mine-artwork", folder_of(ARTWORK), "--device", "cpu", "--fid"]
    code, out, _ = atelier(*words)
    assert code == 0 and out.count("41.5") == 2


def test_card_of_a_model_and_of_a_run(atelier, library, folder_of, tmp_path):
    code, out, err = atelier("card", "mine-artwork")
    assert (code, err) == (0, "") and out.startswith("# Tiny artwork\n")
    assert "## Figures" not in out and "## Made with" not in out
    folder, run = folder_of(ARTWORK), tmp_path / "run"
    assert atelier(*train_words(folder, run, "--kimg", "0.01", "--licence", "CC0-1.0"))[0] == 0
    code, out, err = atelier("card", run, folder, "--device", "cpu")
    assert (code, err) == (0, "")
    assert "CC0-1.0" in out and "## Made with" in out and "## Figures" in out
    assert folder.name in out and str(folder) not in out  # cards are given away
    assert atelier("card", "no-such-model")[0] == 2


# ---------------------------------------------------------------- train


def train_words(folder, out, *more) -> list[str]:
    words = ["train", folder, "--medium", "artwork", "--out", out, "--size", "32"]
    return [str(word) for word in (*words, "--device", "cpu", "--threads", "1", *more)]


def test_train_then_resume_from_the_runs_own_config(atelier, folder_of, tmp_path):
    folder, out = folder_of(ARTWORK), tmp_path / "run"
    code, text, err = atelier(*train_words(folder, out, "--kimg", "0.03", "--name", "Mine"))
    assert (code, err) == (0, "")
    assert "12 examples" in text and "Finished at 0.0 kimg" in text and "generate" in text
    code, text, _ = atelier("train", "--resume", "--out", out, "--kimg", "0.06", "--events")
    records = [json.loads(line) for line in text.splitlines()]
    assert code == 0
    assert (records[0]["event"], records[0]["kimg"]) == ("start", 0.032)
    assert (records[-1]["event"], records[-1]["kimg"]) == ("finished", 0.064)
    code, _, err = atelier("train", "--resume", "--out", out, "--size", "64")
    assert code == 2 and "--size" in err
    code, _, err = atelier(*train_words(folder, out))
    assert code == 2 and "already holds a training run" in err
    assert atelier("generate", out, "--seeds", "1", "--out", tmp_path / "made")[0] == 0


def test_a_run_inside_the_folder_is_refused(atelier, folder_of):
    folder = folder_of(ARTWORK)
    code, _, err = atelier(*train_words(folder, folder / "run"))
    assert code == 2 and "never written to" in err
    assert not (folder / "run").exists()


def test_after_a_folder_that_could_not_be_used_the_same_command_works(atelier, folder_of, tmp_path):
    folder, out = tmp_path / "pictures", tmp_path / "run"
    folder.mkdir()
    words = train_words(folder, out, "--kimg", "0.01")
    code, _, err = atelier(*words)
    assert code == 2 and one_sentence(err) and "at least 8" in err
    for path in folder_of(ARTWORK).iterdir():
        (folder / path.name).write_bytes(path.read_bytes())
    assert atelier(*words)[0] == 0


def start(words) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "studio", *words], stdout=subprocess.PIPE, text=True
    )


def wait_for(process, event: str) -> dict:
    assert process.stdout is not None
    for line in process.stdout:
        record = json.loads(line)
        if record["event"] == event:
            return record
    raise AssertionError(f"the training ended before {event}")


def ended(process) -> int:
    """Exit code of a process, whose output is not read any further."""
    code = process.wait(20)
    process.stdout.close()
    return code


@pytest.mark.skipif(sys.platform == "win32", reason="sends Unix signals")
def test_ctrl_c_stops_with_a_checkpoint_kill_loses_little_and_both_resume(folder_of, tmp_path):
    run = RunFolder(tmp_path / "run")
    process = start(train_words(folder_of(ARTWORK), run.path, "--seconds", "60", "--events"))
    progress = wait_for(process, "progress")
    process.send_signal(signal.SIGINT)
    assert ended(process) == 130
    assert run.status().state == "stopped"
    stopped_kimg = run.status().kimg
    assert stopped_kimg >= progress["kimg"] and any(run.checkpoints_path.iterdir())

    process = start(["train", "--resume", "--out", str(run.path), "--events"])
    assert wait_for(process, "start")["kimg"] == pytest.approx(stopped_kimg)
    wait_for(process, "progress")
    process.kill()
    assert ended(process) == -signal.SIGKILL
    assert run.status().state == "stopped" and not run.is_running()

    process = start(["train", "--resume", "--out", str(run.path), "--events"])
    assert wait_for(process, "start")["kimg"] == pytest.approx(stopped_kimg)
    process.send_signal(signal.SIGTERM)
    assert ended(process) == 143


@pytest.mark.skipif(sys.platform == "win32", reason="sends Unix signals")
def test_two_trainers_never_share_a_run(atelier, folder_of, tmp_path):
    run = RunFolder(tmp_path / "run")
    process = start(train_words(folder_of(ARTWORK), run.path, "--seconds", "60", "--events"))
    wait_for(process, "start")
    code, _, err = atelier("train", "--resume", "--out", run.path)
    assert code == 2 and "another process" in err
    run.tell("stop")
    assert ended(process) == 0


# ---------------------------------------------------------------- words


def test_seeds():
    assert seeds("0-3") == [0, 1, 2, 3]
    assert seeds("1,4, 9") == [1, 4, 9]
    assert seeds("0-2,8") == [0, 1, 2, 8]
    assert seeds("4294967295") == [2**32 - 1]
    for text in ("", "-1", "1-", "a", "3-1", "1,,2", "0-99999999", "4294967296", "٣", "1.5"):
        with pytest.raises(ValueError):
            seeds(text)


def test_words():
    assert [duration(s) for s in (0.4, 8, 200, 3000, 7500, 7200)] == [
        "0 s", "8 s", "3 min 20 s", "50 min", "2 h 5 min", "2 h",
    ]  # fmt: skip
    assert plain("a\x1b[31mb\n") == "a\\x1b[31mb\\x0a"
    assert table([["A", "B"], ["long", "x"]]) == "A     B\nlong  x"


def test_output_that_nobody_reads_ends_quietly(library):
    process = subprocess.Popen(
        [sys.executable, "-m", "studio", "models"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None and process.stderr is not None
    process.stdout.close()
    assert process.stderr.read() == ""
    process.stderr.close()
    assert process.wait(20) == 0


class FullDisk(io.StringIO):
    """As a file on a full disk: what is printed waits, and cannot be written."""

    def __init__(self, number: int) -> None:
        super().__init__()
        self.fileno = lambda: number

    def flush(self) -> None:
        raise OSError(28, "No space left on device")


@pytest.mark.parametrize("words", [["models"], ["--help"]], ids=" ".join)
def test_output_on_a_full_disk_is_one_sentence(words, tmp_path, monkeypatch, capsys):
    with open(tmp_path / "out", "wb") as file:
        monkeypatch.setattr(sys, "stdout", FullDisk(file.fileno()))
        assert main(words) == 2
    told = "atelier: The output could not be written: no space left on device.\n"
    assert capsys.readouterr().err == told


def test_output_that_was_closed_is_not_missed(monkeypatch):
    monkeypatch.setattr(sys, "stdout", None)
    assert main(["models"]) == 0
    sys.stdout.close()


def test_trouble_that_is_not_of_the_output_is_no_sentence(monkeypatch):
    def broken(_):
        raise OSError(5, "Input/output error")

    monkeypatch.setattr("studio.app.cli_models.models", broken)
    with pytest.raises(OSError):
        main(["models"])


def test_ctrl_c_while_modules_load_ends_quietly(monkeypatch, capsys):
    def interrupted():
        raise KeyboardInterrupt

    monkeypatch.setattr(entry, "load_command_line", interrupted)
    assert entry.main(["models"]) == 130
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize("start_with", [["-m", "studio"], ["main.py"]], ids=["module", "main.py"])
def test_every_entry_takes_the_same_arguments(start_with):
    done = subprocess.run(
        [sys.executable, *start_with, "--version"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout[:8]) == (0, "Atelier ")


def test_the_installed_command_reads_its_own_arguments(monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["atelier", "models", "--json"])
    assert entry.main() == 0
    assert "models" in json.loads(capsys.readouterr().out)


def test_a_start_before_the_installation_is_one_sentence():
    done = subprocess.run(
        [sys.executable, "-S", "main.py"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert done.stderr == (
        "atelier: numpy is not installed; run `python -m pip install -e .` first.\n"
    )
