"""Bad input: a sentence instead of a crash, and a person's folder stays exactly as it was."""

from __future__ import annotations

import csv
import os
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

import pytest
from PIL import Image

from studio.core.errors import StudioError
from studio.core.kind import FolderReport
from studio.core.library import find_model, models, places
from studio.core.project import open_project
from studio.core.run_folder import RunFolder, TrainConfig
from studio.core.settings import Settings, load_settings, save_settings
from studio.core.work import result_of
from studio.media import kind as kind_of
from studio.media import kinds

KINDS = kinds()
every_kind = pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
NOTHING_USABLE = "no usable file"
AS_ROOT = hasattr(os, "geteuid") and os.geteuid() == 0


def check(kind, folder: Path) -> FolderReport:
    return result_of(kind.load_reader().check(folder))


def read(kind, folder: Path, cache: Path | None = None):
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as own:
        return result_of(kind.load_reader().read(folder, 32, cache or Path(own)))


def state(folder: Path) -> dict[str, tuple[int, int, bytes]]:
    """Size, time and content of everything in a folder, links not followed."""
    found = {}
    for where, folders, names in os.walk(folder):
        for name in (*folders, *names):
            path = Path(where) / name
            status = path.lstat()
            content = path.read_bytes() if path.is_file() and not path.is_symlink() else b""
            found[str(path)] = (status.st_size, status.st_mtime_ns, content)
    return found


@every_kind
def test_a_missing_folder(kind, tmp_path):
    for act in (check, read):
        with pytest.raises(StudioError, match="There is no folder"):
            act(kind, tmp_path / "missing")


@every_kind
def test_a_file_in_place_of_a_folder(kind, tmp_path):
    (tmp_path / "file.txt").write_text("hello")
    for act in (check, read):
        with pytest.raises(StudioError, match=r"file\.txt is a file, not a folder"):
            act(kind, tmp_path / "file.txt")


@every_kind
def test_an_empty_folder(kind, tmp_path):
    assert check(kind, tmp_path).usable == ()
    with pytest.raises(StudioError, match=NOTHING_USABLE):
        read(kind, tmp_path)


@every_kind
@pytest.mark.skipif(AS_ROOT or sys.platform == "win32", reason="root may read everything")
def test_an_unreadable_folder(kind, tmp_path):
    tmp_path.chmod(0)
    try:
        with pytest.raises(StudioError, match="cannot be read"):
            check(kind, tmp_path)
    finally:
        tmp_path.chmod(0o700)


@every_kind
def test_a_folder_that_may_not_be_read(kind, tmp_path, monkeypatch):
    monkeypatch.setattr(os, "access", lambda *_: False)
    with pytest.raises(StudioError, match="permission denied"):
        check(kind, tmp_path)


@every_kind
def test_fewer_than_eight_files(kind, tmp_path, folder_of):
    for path in sorted(folder_of(kind).iterdir())[:7]:
        (tmp_path / path.name).write_bytes(path.read_bytes())
    assert len(check(kind, tmp_path).usable) == 7
    with pytest.raises(StudioError, match="at least 8"):
        read(kind, tmp_path)


@every_kind
def test_files_of_the_wrong_kind_are_named_with_a_reason(kind, tmp_path, folder_of):
    ending = kind.file_suffixes[0]
    for path in folder_of(kind).iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    wrong = {f"text{ending}": b"Dear diary", f"nothing{ending}": b"", f"zeros{ending}": bytes(999)}
    for name, content in wrong.items():
        (tmp_path / name).write_bytes(content)
    (tmp_path / "letter.docx").write_bytes(b"PK")
    report = check(kind, tmp_path)
    refused = {refusal.file for refusal in report.refused}
    assert set(wrong) <= refused <= {*wrong, "letter.docx"}
    assert all(refusal.reason for refusal in report.refused)
    assert "letter.docx" in refused | set(report.ignored)
    examples, _ = read(kind, tmp_path)
    assert len(examples) >= 12


def test_text_is_told_from_a_damaged_picture_and_a_double_picture_opens(tmp_path):
    (tmp_path / "text.png").write_bytes(b"Dear diary, ...")
    two = [Image.linear_gradient("L").convert("RGB").rotate(turn) for turn in (0, 90)]
    two[0].save(tmp_path / "stereo.jpg", "MPO", save_all=True, append_images=two[1:])
    report = check(kind_of("artwork"), tmp_path)
    assert report.usable == ("stereo.jpg",)
    assert "not a picture" in report.refused[0].reason


@every_kind
def test_every_way_to_cut_a_file_short_is_survived(kind, tmp_path, folder_of):
    whole = sorted(folder_of(kind).iterdir())[0]
    content = whole.read_bytes()
    for part in range(40):
        cut = content[: len(content) * part // 40]
        (tmp_path / f"{part:02d}{whole.suffix}").write_bytes(cut)
    report = check(kind, tmp_path)
    assert len(report.usable) + len(report.refused) == 40


@every_kind
def test_the_folder_is_left_exactly_as_it_was(kind, folder_of):
    before = state(folder_of(kind))
    check(kind, folder_of(kind))
    read(kind, folder_of(kind))
    assert state(folder_of(kind)) == before


@every_kind
@pytest.mark.skipif(sys.platform == "win32", reason="links need rights on Windows")
def test_links_are_not_followed_out_of_the_folder(kind, tmp_path, folder_of):
    inside, outside = tmp_path / "inside", tmp_path / "outside"
    inside.mkdir()
    outside.mkdir()
    for path in folder_of(kind).iterdir():
        (outside / path.name).write_bytes(path.read_bytes())
    ending = path.suffix
    (inside / "folder").symlink_to(outside, target_is_directory=True)
    (inside / f"file{ending}").symlink_to(outside / f"00{ending}")
    (inside / f"nowhere{ending}").symlink_to(inside / f"missing{ending}")
    (inside / f"itself{ending}").symlink_to(inside / f"itself{ending}")
    (inside / "loop").symlink_to(inside, target_is_directory=True)
    (inside / "pair").mkdir()
    (inside / "pair" / "back").symlink_to(inside / "pair", target_is_directory=True)
    report = check(kind, inside)
    assert report.usable == ()
    assert {refusal.file for refusal in report.refused} <= {f"nowhere{ending}", f"itself{ending}"}


@every_kind
@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
def test_a_named_pipe_does_not_hang(kind, tmp_path):
    os.mkfifo(tmp_path / f"pipe{kind.file_suffixes[0]}")
    code = (
        "import sys; from pathlib import Path; from studio.media import kind;"
        "from studio.core.work import result_of;"
        f"report = result_of(kind({kind.name!r}).load_reader().check(Path({str(tmp_path)!r})));"
        "sys.exit(len(report.usable))"
    )
    done = subprocess.run([sys.executable, "-c", code], check=False, timeout=20)
    assert done.returncode == 0


# ---------------------------------------------------------------- real-world trouble files


@pytest.fixture(scope="module")
def messy(shared_folder, tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("messy")
    with tarfile.open(shared_folder / "messy.tar.gz") as archive:
        archive.extractall(folder, filter="fully_trusted")  # holds links on purpose
    return folder / "messy"


def expectations(messy: Path, kind: str) -> dict[str, str]:
    with open(messy / "manifest.csv", encoding="utf-8", newline="") as file:
        return {
            row["path"].partition("/")[2]: row["expected"]
            for row in csv.DictReader(file)
            if row["kind"] == kind
        }


# Where the manifest says "load or ...", either will do.
MUST_NOT_LOAD = ("skip", "ignore")


@pytest.mark.parametrize(("medium", "kind"), [("artwork", "image"), ("music", "midi")])
def test_messy_files_lead_to_what_the_manifest_says(messy, medium, kind):
    folder = messy / ("images" if kind == "image" else kind)
    before = state(folder)
    report = check(kind_of(medium), folder)
    examples, _ = read(kind_of(medium), folder)
    assert state(folder) == before
    assert len(examples) >= len(report.usable) > 30

    usable = set(report.usable)
    refused = {refusal.file: refusal.reason for refusal in report.refused}
    ignored = set(report.ignored)
    wrong = []
    for name, expected in expectations(messy, kind).items():
        first_word = expected.replace(":", " ").replace(",", " ").split()[0]
        if not (folder / name).is_symlink() and (folder / name).is_dir():
            continue
        if expected == "load" and name not in usable and "copy" not in refused.get(name, ""):
            wrong.append((name, expected, refused.get(name)))
        if first_word in MUST_NOT_LOAD and name in usable and " or " not in expected:
            wrong.append((name, expected, "loaded"))
        if first_word == "skip" and " or " not in expected and name not in refused:
            wrong.append((name, expected, "not reported"))
        if expected == "ignore" and name in refused:
            wrong.append((name, expected, refused[name]))
    assert not wrong
    assert not usable & ignored
    assert all(reason and len(reason) < 120 for reason in refused.values())


def test_messy_reasons_say_what_is_wrong(messy):
    report = check(kind_of("artwork"), messy / "images")
    reasons = {refusal.file: refusal.reason for refusal in report.refused}
    assert "not a picture" in reasons["text_file.png"]
    assert "a web page" in reasons["html_error.jpg"]
    assert "empty" in reasons["zero_byte.png"]
    assert "too many pixels" in reasons["bomb_20000x20000_1bit.png"]
    assert "points to nothing" in reasons["dangling.jpg"]
    assert "copy of" in reasons["nested/dup_c.jpg"]


def test_messy_sounds_are_no_pictures(messy):
    for kind in KINDS:
        with pytest.raises(StudioError, match=NOTHING_USABLE):
            read(kind, messy / "wav")


def test_messy_folders_with_too_little(messy):
    artwork = kind_of("artwork")
    with pytest.raises(StudioError, match="only one usable file"):
        read(artwork, messy / "images" / "only_one_image")
    with pytest.raises(StudioError, match="no usable file"):
        read(artwork, messy / "images" / "only_broken")


# ---------------------------------------------------------------- damaged files of our own


@every_kind
def test_a_damaged_model_is_a_sentence_and_the_file_stays(kind, tmp_path, model_of):
    good = model_of(kind).read_bytes()
    path = tmp_path / "model.safetensors"
    zeros = good[: len(good) // 3] + bytes(len(good) - len(good) // 3)
    cut, foreign = (b"", good[:100], good[:-100]), (b"hello", bytes(8) + good[8:], os.urandom(500))
    for content in (*cut, *foreign, zeros):
        path.write_bytes(content)
        with pytest.raises(StudioError):
            kind.load_generator(path, "cpu")
        assert path.read_bytes() == content


def test_a_damaged_model_does_not_hide_the_others(model_of):
    folder = places().models_path
    folder.mkdir(parents=True)
    (folder / "broken.safetensors").write_bytes(b"hello")
    (folder / "fine.safetensors").write_bytes(model_of(KINDS[0]).read_bytes())
    entries, problems = models(KINDS[0].name, places())
    assert "fine.safetensors" in [entry.path.name for entry in entries]
    assert len(problems) == 1
    with pytest.raises(StudioError, match="broken"):
        find_model(str(folder / "broken.safetensors"), places())


def test_a_damaged_project_is_a_sentence_and_the_file_stays(tmp_path):
    path = tmp_path / "work.atelier"
    path.write_bytes(b"PK\x03\x04 not really")
    with pytest.raises(StudioError, match="not an Atelier project"):
        open_project(path, KINDS)
    assert path.read_bytes() == b"PK\x03\x04 not really"


# ---------------------------------------------------------------- a full disk


@pytest.mark.skipif(sys.platform == "win32", reason="needs file size limits")
@every_kind
def test_a_full_disk_keeps_the_old_export(kind, tmp_path, model_of):
    """A limit on file sizes, in a fresh process, stands in for the full disk."""
    code = (
        "import resource, signal, sys\n"
        "from pathlib import Path\n"
        "from studio.core.errors import StudioError\n"
        "from studio.core.latent import Latent, Recipe\n"
        "from studio.core.work import result_of\n"
        "from studio.media import kind as kind_of\n"
        "kind, folder = kind_of(sys.argv[1]), Path(sys.argv[3])\n"
        "generator = kind.load_generator(Path(sys.argv[2]), 'cpu')\n"
        "document = result_of(generator.generate(Recipe(latent=Latent(psi=1.0))))\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (64, 64))\n"
        "for index, exporter in enumerate(kind.exporters):\n"
        "    try:\n"
        "        exporter.write(document, folder / f'{index}{exporter.suffix}')\n"
        "    except StudioError as error:\n"
        "        print(error)\n"
        "    else:\n"
        "        sys.exit('it was written')\n"
    )
    for index, exporter in enumerate(kind.exporters):
        (tmp_path / f"{index}{exporter.suffix}").write_bytes(b"the old one")
    before = state(tmp_path)
    done = subprocess.run(
        [sys.executable, "-c", code, kind.name, str(model_of(kind)), str(tmp_path)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("could not be saved: File too large.") == len(kind.exporters)
    assert state(tmp_path) == before


def test_a_full_disk_keeps_settings_and_run(tmp_path, monkeypatch):
    path = tmp_path / "settings.json"
    save_settings(Settings(threads=1), path)
    run = RunFolder(tmp_path / "run")
    run.create(TrainConfig("artwork", "x"))
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}

    def full(_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(StudioError, match="disk is full"):
        save_settings(Settings(threads=2), path)
    with pytest.raises(StudioError, match="disk is full"):
        run.tell("stop")
    after = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    assert after == before
    assert load_settings(path)[0].threads == 1
