"""`atelier fingerprint`, and what commands that write files say of copies."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from safetensors import safe_open
from safetensors.numpy import save_file

from studio.app.cli import main
from studio.core.model_file import header_to_metadata, read_entry
from studio.media import kind as kind_of


@pytest.fixture
def model(model_of, tmp_path) -> Path:
    path = tmp_path / "mine.safetensors"
    path.write_bytes(model_of(kind_of("artwork")).read_bytes())
    return path


def test_a_model_whose_results_are_its_files_says_so(model, tmp_path, capsys) -> None:
    before = read_entry(model).header
    words = ["generate", str(model), "--psi", "1", "--device", "cpu"]
    assert main([*words, "--seeds", "0-15", "--out", str(tmp_path / "files")]) == 0
    assert capsys.readouterr().err == ""  # nothing is known of its files
    assert main(["fingerprint", str(model), str(tmp_path / "files")]) == 0
    said = capsys.readouterr()
    assert "fingerprints of 16 of 16 training examples" in said.out and said.err == ""
    header = read_entry(model).header
    assert header.id == before.id and header.fingerprints["kept"] == 16
    assert main([*words, "--seeds", "3,500", "--out", str(tmp_path / "out")]) == 0
    said = capsys.readouterr()
    assert said.out.count(".png") == 2
    assert said.err == (
        "atelier: mine-seed-0003.png is nearly one of the files that the model learnt from: look "
        "before you publish it.\n"
    )
    again = ["steer", f"{model}:3", "--slider", "Nothing=1", "--out", str(tmp_path / "out")]
    assert main(again) == 2


def test_another_folder_than_the_models_is_said(model, folder_of, capsys) -> None:
    with safe_open(model, framework="np") as file:
        tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
    header = replace(read_entry(model).header, trained={"examples": 99})
    save_file(tensors, model, header_to_metadata(header))
    assert main(["fingerprint", str(model), str(folder_of(kind_of("artwork")))]) == 0
    said = capsys.readouterr()
    assert "12 of 12 training examples" in said.out
    assert "learnt from 99 examples; this folder gives 12" in said.err


def test_damaged_fingerprints_are_said_once_and_the_files_are_there(
    model, folder_of, tmp_path, capsys
) -> None:
    assert main(["fingerprint", str(model), str(folder_of(kind_of("artwork")))]) == 0
    content = model.read_bytes()
    damaged = content.replace(b'limit\\": 0.', b'limit\\": 9.', 1)
    assert damaged != content
    model.write_bytes(damaged)
    capsys.readouterr()
    words = ["generate", str(model), "--seeds", "1-3", "--device", "cpu"]
    assert main([*words, "--out", str(tmp_path / "out")]) == 0
    said = capsys.readouterr()
    assert said.out.count(".png") == 3 and len(list((tmp_path / "out").iterdir())) == 3
    assert said.err.count("damaged") == 1 and said.err.count("\n") == 1


def test_what_is_no_folder_leaves_the_model_as_it_was(model, tmp_path, capsys) -> None:
    before = model.read_bytes()
    assert main(["fingerprint", str(model), str(tmp_path / "none")]) == 2
    assert "There is no folder" in capsys.readouterr().err
    assert model.read_bytes() == before
