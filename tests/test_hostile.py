"""What strangers' files and odd folders may hold: a sentence each, and nothing of anyone's lost."""

from __future__ import annotations

import json
import os
import shutil
import struct
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image

from studio import media
from studio.app.cli import main
from studio.core.errors import StudioError
from studio.core.latent import Latent, Recipe
from studio.core.model_file import find_models, read_entry
from studio.core.run_folder import RunFolder, TrainConfig, config_from_json
from studio.core.work import result_of
from studio.gan.device import choose
from studio.gan.folder import one_repeat, open_picture
from studio.gan.masks import read_masks
from studio.gan.run import train_run
from studio.gan.train import Trainer

ARTWORK = media.kind("artwork")
SMALL = TrainConfig(
    "artwork", "", name="Small", size_px=32, batch=4, kimg=0.012, channel_base=128, channel_max=8,
    device="cpu", threads=1, held_out=False,
)  # fmt: skip


def forged(source: Path, target: Path, network: dict[str, Any], **header: Any) -> Path:
    """A model file with other words in its header."""
    content = source.read_bytes()
    length = int.from_bytes(content[:8], "little")
    index = json.loads(content[8 : 8 + length])
    values = json.loads(index["__metadata__"]["atelier"])
    values["network"].update(network)
    values.update(header)
    index["__metadata__"]["atelier"] = json.dumps(values)
    text = json.dumps(index).encode()
    text += b" " * (-len(text) % 8)
    target.write_bytes(len(text).to_bytes(8, "little") + text + content[8 + length :])
    return target


def run_in(place: Path, **changes: Any) -> RunFolder:
    run = RunFolder(place)
    run.create(replace(SMALL, **changes))
    return run


@pytest.mark.parametrize(
    "network, header",
    [
        ({}, {"size_px": 1}),
        ({}, {"size_px": True}),
        ({}, {"size_px": -5}),
        ({}, {"size_px": float("inf")}),
        ({}, {"format": 1e999}),
        ({"size_px": 48}, {"size_px": 48}),
        ({"size_px": 0}, {"size_px": 0}),
        ({"size_px": 20_000}, {"size_px": 20_000}),
        ({"patch": 0}, {}),
        ({"patch": 8}, {}),
        ({"channel_base": "2048"}, {}),
        ({"channel_base": 576_000, "channel_max": 9000}, {}),
        ({"z_dim": 10**9}, {}),
    ],
)
def test_a_forged_header_is_a_sentence(network, header, model_of, folder_of, tmp_path) -> None:
    path = forged(model_of(ARTWORK), tmp_path / "forged.safetensors", network, **header)
    with pytest.raises(StudioError):
        ARTWORK.load_generator(path, "cpu")
    run = run_in(tmp_path / "run", folder=str(folder_of(ARTWORK)), start_model=str(path))
    try:
        list(train_run(run, ARTWORK))
    except StudioError:
        assert not run.model_path.exists()
    else:  # what the run does not take over from the header does no harm
        assert network in ({"size_px": 48}, {"size_px": 0})


def test_a_music_model_may_be_as_wide_as_ours_only(model_of, tmp_path) -> None:
    kind = media.kind("music")
    path = forged(model_of(kind), tmp_path / "wide.safetensors", {"channels": 90_000})
    with pytest.raises(StudioError, match="describes no network"):
        kind.load_generator(path, "cpu")


def test_a_music_model_of_before_chooses_at_every_step(model_of, tmp_path) -> None:
    kind = media.kind("music")
    path = tmp_path / "old.safetensors"
    content = model_of(kind).read_bytes()
    words = b', \\"holds\\": true'
    assert content.count(words) == 1
    path.write_bytes(content.replace(words, b" " * len(words)))
    generator: Any = kind.load_generator(path, "cpu")
    voices = [voice for head in generator._play.network.heads for voice in head.voices]
    assert len(voices) == 6 and not any(voice.holds for voice in voices)
    assert result_of(generator.generate(Recipe())).notes


def test_one_forged_model_does_not_hide_the_others(model_of, tmp_path) -> None:
    shutil.copy(model_of(ARTWORK), tmp_path / "good.safetensors")
    forged(model_of(ARTWORK), tmp_path / "bad.safetensors", {}, size_px=float("inf"))
    endless = {"kimg": 10**400, "minutes": 2}
    forged(model_of(ARTWORK), tmp_path / "endless.safetensors", {}, trained=endless)
    found, problems = find_models([tmp_path])
    assert {entry.path.stem for entry in found} == {"good", "endless"} and len(problems) == 1
    assert read_entry(tmp_path / "endless.safetensors").header.trained == {"minutes": 2}


@pytest.mark.parametrize("change", ["shape", "zero", "missing"])
def test_growing_from_an_odd_discriminator_goes_without_lessons(
    change, folder_of, tmp_path, monkeypatch
) -> None:
    from studio.gan import growth, transfer

    folder = str(folder_of(ARTWORK))
    first = run_in(tmp_path / "first", folder=folder)
    list(train_run(first, ARTWORK))
    load = growth.load_whole_model

    def odd(path: Path) -> Any:
        header, weights, judge = load(path)
        if change == "shape":
            judge["from_rgb.weight"] = torch.ones(3, *judge["from_rgb.weight"].shape[1:])
            judge["from_rgb.bias"] = torch.zeros(3)
        elif change == "zero":
            judge = {name: torch.zeros_like(value) for name, value in judge.items()}
        else:
            judge = {name: value for name, value in judge.items() if "blocks" not in name}
        return header, weights, judge

    monkeypatch.setattr(growth, "load_whole_model", odd)
    monkeypatch.setattr(transfer, "load_whole_model", odd)
    run = run_in(tmp_path / "second", folder=folder, size_px=64, start_model=str(first.model_path))
    list(train_run(run, ARTWORK))
    ARTWORK.load_generator(run.model_path, "cpu")


def test_a_failed_start_leaves_nothing_for_the_next_one(folder_of, model_of, tmp_path) -> None:
    music = model_of(media.kind("music"))
    words = [
        "--medium",
        "artwork",
        "--out",
        str(tmp_path / "run"),
        "--size",
        "32",
        "--kimg",
        "0.004",
    ]
    folder = folder_of(ARTWORK)
    assert main(["train", str(folder), *words, "--from", str(music)]) == 2
    assert not (tmp_path / "run" / "cache").exists()
    assert not (tmp_path / "run" / "config.json").exists()


def test_a_cache_of_another_folder_is_read_again(folder_of, tmp_path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    for number in range(12):
        Image.new("RGB", (40, 40), (9 * number, 0, 200)).save(other / f"{number}.png")
    run = run_in(tmp_path / "run", folder=str(folder_of(ARTWORK)))
    list(train_run(run, ARTWORK))
    assert run.is_cache_of(run.config())
    again = replace(run.config(), folder=str(other))
    assert not run.is_cache_of(again)
    (run.cache_path / "of.json").write_text("{")
    assert not run.is_cache_of(run.config())
    (run.cache_path / "of.json").unlink()
    assert run.is_cache_of(run.config()), "runs that are older do not say"


def test_a_run_goes_on_without_the_model_that_it_began_with(folder_of, tmp_path) -> None:
    folder = str(folder_of(ARTWORK))
    first = run_in(tmp_path / "first", folder=folder)
    list(train_run(first, ARTWORK))
    run = run_in(tmp_path / "second", folder=folder, start_model=str(first.model_path), freeze=1)
    list(train_run(run, ARTWORK))
    start = read_entry(run.model_path).header.trained["start"]
    shutil.rmtree(first.path)
    run.config_path.write_text(json.dumps(replace(run.config(), kimg=0.024).to_json()))
    list(train_run(run, ARTWORK, resume=True))
    header = read_entry(run.model_path).header
    assert header.trained["kimg"] == 0.0 and header.trained["start"] == start
    assert run.status().kimg == pytest.approx(0.024)


def test_a_breakdown_keeps_the_model_that_plays(folder_of, tmp_path, monkeypatch) -> None:
    run = run_in(tmp_path / "run", folder=str(folder_of(ARTWORK)))
    list(train_run(run, ARTWORK))
    before = run.model_path.read_bytes()
    step = Trainer.step

    def bursts(self: Trainer) -> None:
        step(self)
        next(self.discriminator.parameters()).data.fill_(1e9)  # no half is so large

    monkeypatch.setattr(Trainer, "step", bursts)
    run.config_path.write_text(json.dumps(replace(run.config(), kimg=0.024).to_json()))
    list(train_run(run, ARTWORK, resume=True))
    assert run.model_path.read_bytes() == before
    ARTWORK.load_generator(run.model_path, "cpu")


def test_a_run_never_replaces_a_model_or_writes_into_its_folder(folder_of, tmp_path) -> None:
    folder, out = tmp_path / "out" / "samples", tmp_path / "out"
    shutil.copytree(folder_of(ARTWORK), folder)
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    words = ["--medium", "artwork", "--size", "32", "--kimg", "0.004", "--out", str(out)]
    assert main(["train", str(folder), *words]) == 2
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "model.safetensors").write_bytes(b"mine")
    with pytest.raises(StudioError, match="is there already"):
        run_in(tmp_path / "mine")


@pytest.mark.skipif(sys.platform == "win32", reason="names are text there")
def test_a_folder_whose_name_is_no_text_trains(folder_of, tmp_path) -> None:
    folder = Path(str(tmp_path) + "/n\udcff")
    shutil.copytree(folder_of(ARTWORK), folder)
    run = run_in(tmp_path / "run", folder=str(folder), name="")
    list(train_run(run, ARTWORK))
    assert read_entry(run.model_path).header.name == "n?"


def test_what_a_camera_wrote_besides_does_not_matter(tmp_path) -> None:
    """A number stored as text, which cannot be written back, beside the orientation."""
    ifd = struct.pack(">H", 2) + struct.pack(">HHI4s", 0x112, 3, 1, b"\0\6\0\0")
    ifd += struct.pack(">HHI4s", 0xA005, 2, 1, b"\0\0\0\1") + bytes(4)
    path = tmp_path / "turned.jpg"
    picture = Image.new("RGB", (60, 30), "blue")
    picture.paste("red", (0, 0, 30, 30))
    picture.save(path, exif=b"Exif\0\0MM\0*\0\0\0\x08" + ifd)
    opened = open_picture(path)
    assert opened.image.size == (30, 60) == (opened.width, opened.height)
    red, blue = opened.image.getpixel((15, 10)), opened.image.getpixel((15, 50))
    assert red[0] > 200 > 50 > blue[0], "turned by a quarter, clockwise"  # type: ignore[index]


def test_a_decoder_that_breaks_is_one_file_left_out(tmp_path, monkeypatch) -> None:
    Image.new("RGB", (40, 40)).save(tmp_path / "a.png")

    def breaks(self: Image.Image) -> None:
        raise RuntimeError("Failed to decode image")

    monkeypatch.setattr("PIL.PngImagePlugin.PngImageFile.load", breaks)
    with pytest.raises(StudioError, match="damaged or cut short"):
        open_picture(tmp_path / "a.png")


def test_a_mask_has_the_size_of_its_picture_and_keeps_what_is_painted(tmp_path) -> None:
    Image.new("L", (320, 32), 255).save(tmp_path / "long.png")
    with pytest.raises(StudioError, match="320 x 32 pixels and the picture 32 x 32"):
        read_masks([str(tmp_path / "long.png")], 32, 32)
    layer = Image.new("RGBA", (32, 32), (255, 255, 255, 0))
    layer.paste((255, 255, 255, 255), (0, 0, 16, 32))
    layer.save(tmp_path / "layer.png")
    kept = read_masks([str(tmp_path / "layer.png")], 32, 32)
    assert kept[:, :16].all() and not kept[:, 16:].any()


@pytest.mark.parametrize("name, value", [("tiles_x", "abc"), ("roll_x", 1e999), ("key", "abc")])
def test_a_recipe_with_nonsense_for_numbers_is_a_sentence(name, value, model_of) -> None:
    kind = media.kind("music" if name == "key" else "pattern")
    generator = kind.load_generator(model_of(kind), "cpu")
    recipe = Recipe(read_entry(model_of(kind)).header.id, Latent(1)).with_option(name, value)
    with pytest.raises(StudioError, match=f"asks for {name}"):
        result_of(generator.generate(recipe))


def test_threads_are_as_many_as_help(tmp_path) -> None:
    before = torch.get_num_threads()
    try:
        choose("cpu", 100_000)
        assert torch.get_num_threads() <= 4 * 1024
        choose("cpu", -5)
        assert torch.get_num_threads() >= 1
    finally:
        torch.set_num_threads(before)


@pytest.mark.parametrize(
    "name, value",
    [("threads", -3), ("seed", -1), ("penalty_every", 0), ("learning_rate", -1.0), ("size_px", 0)],
)
def test_a_run_whose_numbers_make_no_sense_is_damaged(name, value) -> None:
    with pytest.raises(StudioError, match="damaged"):
        config_from_json({**SMALL.to_json(), name: value})


@pytest.mark.parametrize(
    "words",
    [
        ["check", "a" * 300],
        ["generate", "a" * 300, "--seeds", "1", "--out", "o"],
        ["vary", "~nobody-of-that-name/x:3", "--out", "o"],
        ["show", "~nobody-of-that-name/x.png"],
        ["generate", "~nobody-of-that-name", "--seeds", "1", "--out", "o"],
    ],
)
def test_impossible_paths_are_a_sentence(words, tmp_path, monkeypatch, capsys) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(words) == 2
    assert capsys.readouterr().err.startswith("atelier: ")
    assert list(tmp_path.iterdir()) == []


def test_find_takes_no_name_that_is_taken_beside_a_persons_file(
    model_of, folder_of, tmp_path, capsys
) -> None:
    out = tmp_path / "found"
    out.mkdir()
    shutil.copy(folder_of(ARTWORK) / "00.png", tmp_path / "apple.png")
    (out / "apple-original.png").write_bytes(b"mine")
    words = ["find", str(tmp_path / "apple.png"), "--model", str(model_of(ARTWORK))]
    assert main([*words, "--out", str(out), "--steps", "1"]) == 2
    assert "is there already" in capsys.readouterr().err
    assert (out / "apple-original.png").read_bytes() == b"mine"
    assert main([*words, "--out", str(tmp_path), "--steps", "1"]) == 2
    assert "among your own files" in capsys.readouterr().err
    assert np.asarray(Image.open(tmp_path / "apple.png")).size


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes in folders there")
def test_a_pipe_is_no_exported_file(tmp_path, capsys) -> None:
    for ending in (".png", ".mid", ".wav"):
        pipe = tmp_path / f"pipe{ending}"
        os.mkfifo(pipe)
        assert main(["show", str(pipe)]) == 2
        assert capsys.readouterr().err == f"atelier: {pipe} is no file.\n"


def test_a_telephones_photographs_get_a_hint(tmp_path, capsys) -> None:
    (tmp_path / "IMG_0001.HEIC").write_bytes(b"ftypheic")
    assert main(["check", str(tmp_path)]) == 2
    assert "save HEIC photographs as JPEG first" in capsys.readouterr().err


def test_repeats_of_a_large_tile_are_found_as_in_a_small_one() -> None:
    motif = np.random.default_rng(0).integers(0, 255, (64, 64, 3), np.uint8)
    tile = Image.fromarray(np.tile(motif, (4, 4, 1)))
    large = tile.resize((2560, 2560), Image.Resampling.NEAREST)
    assert one_repeat(tile).size == (64, 64) and one_repeat(large).size == (640, 640)


def closed_folder(monkeypatch, folder: Path) -> None:
    """A folder that may not be read, for the superuser as well."""
    scandir = os.scandir

    def scan(path: Any) -> Any:
        if Path(path) == folder:
            raise PermissionError(13, "Permission denied")
        return scandir(path)

    monkeypatch.setattr(os, "scandir", scan)


@pytest.mark.parametrize("kind", media.kinds(), ids=lambda kind: kind.name)
def test_a_closed_folder_is_named_and_the_rest_is_used(
    kind, folder_of, tmp_path, monkeypatch, capsys
) -> None:
    folder = tmp_path / "mine"
    shutil.copytree(folder_of(kind), folder)
    shutil.copytree(folder_of(kind), folder / "closed")
    closed_folder(monkeypatch, folder / "closed")
    report = result_of(kind.load_reader().check(folder))
    assert len(report.usable) == 12
    assert [one.file for one in report.refused] == ["closed/"]
    assert "could not be opened (permission denied)" in report.refused[0].reason
    assert main(["check", str(folder)]) == 0
    assert "left out  closed/: " in capsys.readouterr().out
    (tmp_path / "other").mkdir()
    shutil.move(folder / "closed", tmp_path / "other" / "closed")
    closed_folder(monkeypatch, tmp_path / "other" / "closed")
    assert main(["check", str(tmp_path / "other")]) == 2
    assert "closed/ could not be opened (permission denied)" in capsys.readouterr().err


def test_a_telephones_photographs_are_told_by_what_they_hold(folder_of, tmp_path) -> None:
    shutil.copytree(folder_of(ARTWORK), tmp_path, dirs_exist_ok=True)
    photograph = b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + bytes(5000)
    for name in ("IMG_1.jpg", "IMG_2.HEIC", "IMG_3.heif"):
        (tmp_path / name).write_bytes(photograph + name.encode())
    shutil.copy(tmp_path / "00.png", tmp_path / "saved.heic")
    Image.new("RGB", (40, 40), "red").save(tmp_path / "IMG_4.heic", "JPEG")
    report = result_of(ARTWORK.load_reader().check(tmp_path))
    reasons = {one.file: one.reason for one in report.refused}
    for name in ("IMG_1.jpg", "IMG_2.HEIC", "IMG_3.heif"):
        assert reasons[name] == "it is a HEIC photograph; save it as JPEG first"
    assert "IMG_4.heic" in report.usable and "copy of 00.png" in reasons["saved.heic"]


def test_archives_get_a_hint(tmp_path, capsys) -> None:
    (tmp_path / "photos.zip").write_bytes(b"PK\3\4")
    assert main(["check", str(tmp_path)]) == 2
    assert "unpack its archives first" in capsys.readouterr().err


@pytest.mark.skipif(sys.platform == "win32", reason="no such names there")
def test_names_cannot_fool_who_reads_them(folder_of, tmp_path, qtbot, capsys) -> None:
    """Line breaks, colours of a terminal, text from right to left, no text at all, two accents."""
    from PySide6.QtWidgets import QPlainTextEdit

    from studio.ui.doctor_verdict import Verdict

    odd = ("a\nb", "c\udcff", "\x1b[31md", "\u202egnp", "caf\u00e9", "cafe\u0301", "-e", "%s{0}")
    for number, name in enumerate(odd):
        shutil.copy(folder_of(ARTWORK) / f"{number:02d}.png", tmp_path / f"{name}.png")
        shutil.copy(folder_of(ARTWORK) / f"{number:02d}.png", tmp_path / f"{name}.again.png")
        Image.open(tmp_path / f"{name}.png").resize((90, 90)).save(tmp_path / f"{name} near.png")
        (tmp_path / f"{name}.broken.png").write_bytes(b"not a picture")
    report = result_of(ARTWORK.load_reader().check(tmp_path))
    assert len(report.usable) == 16 and len(report.refused) == 16 and report.sheets
    assert main(["check", str(tmp_path)]) == 0
    printed = capsys.readouterr().out
    assert "\x1b" not in printed and "\u202e" not in printed
    verdict = Verdict()
    qtbot.addWidget(verdict)
    verdict.show_report(report)
    shown = verdict.findChildren(QPlainTextEdit)[0].toPlainText()
    assert len(shown.splitlines()) == 16 and "\u202e" not in shown
    run = run_in(tmp_path.parent / "run-of-odd-names", folder=str(tmp_path))
    list(train_run(run, ARTWORK))
    assert run.model_path.exists()


def test_files_that_go_while_they_are_read_are_left_out(folder_of, tmp_path) -> None:
    shutil.copytree(folder_of(ARTWORK), tmp_path, dirs_exist_ok=True)
    shutil.copy(tmp_path / "00.png", tmp_path / "zz.png")
    work = ARTWORK.load_reader().check(tmp_path)
    next(work)
    (tmp_path / "05.png").unlink()
    (tmp_path / "06.png").unlink()
    (tmp_path / "06.png").mkdir()
    report = result_of(work)
    reasons = {one.file: one.reason for one in report.refused}
    assert reasons["05.png"] == "it is gone"
    assert reasons["06.png"].startswith("it could not be read") or os.name == "nt"
    assert len(report.usable) == 10


def test_a_disk_that_fails_is_a_sentence(folder_of, tmp_path, monkeypatch) -> None:
    shutil.copytree(folder_of(ARTWORK), tmp_path, dirs_exist_ok=True)

    def fails(*_: object) -> None:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr("hashlib.file_digest", fails)
    report = result_of(ARTWORK.load_reader().check(tmp_path))
    reasons = {one.reason for one in report.refused}
    assert reasons == {"it could not be read (input/output error)"}


def test_too_little_memory_is_no_damage(tmp_path, monkeypatch) -> None:
    Image.new("RGB", (40, 40)).save(tmp_path / "a.png")

    def full(*_: object) -> None:
        raise MemoryError

    monkeypatch.setattr("PIL.PngImagePlugin.PngImageFile.load", full)
    with pytest.raises(StudioError, match="too little memory"):
        open_picture(tmp_path / "a.png")
