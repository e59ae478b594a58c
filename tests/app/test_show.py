"""`atelier show`: what an exported file says of itself, in words and as JSON."""

from __future__ import annotations

import json

import pytest
from PIL import Image

from studio.app.cli import main
from studio.core.latent import Drift, Latent, Recipe
from studio.core.model_file import read_entry
from studio.core.pixels import Pixels
from studio.core.provenance import Origin
from studio.core.resources import resource
from studio.media.artwork.document import Artwork
from studio.media.artwork.export import write_png
from studio.media.music.document import Clip, Note
from studio.media.music.export import write_midi

STARTER = read_entry(resource("models", "fruit.safetensors")).header.id
ORIGIN = Origin("Fruit\x1b[2J", "CC0-1.0", "A library", "breed", ("seed 1", "seed 2"))


@pytest.fixture
def show(capsys):
    """Run the command in this process: (exit code, stdout, stderr)."""

    def run(*words) -> tuple[int, str, str]:
        code = main(["show", *[str(word) for word in words]])
        out, err = capsys.readouterr()
        return code, out, err

    return run


def picture(path, model=STARTER, origin=ORIGIN, edited=False):
    recipe = Recipe(model, Latent(7, 0.5, (Drift(2, 0.25),)), (("warm_up", 2),))
    write_png(Artwork(recipe, Pixels(1, 1, b"abc"), edited), path, origin)
    return path


def test_everything_that_is_known_is_said(show, tmp_path):
    code, out, _ = show(picture(tmp_path / "a.png"))
    assert code == 0 and "\x1b" not in out
    for words in (
        f"Fruit[2J ({STARTER})", "This model is on this computer.", "seed 7, variety 0.5",
        "drifted by 25%, seed 2", "warm up 2", "breed", "seed 1, seed 2", "CC0-1.0", "A library",
        "/trainedAlgorithmicMedia",
    ):  # fmt: skip
        assert words in out
    assert "by hand" not in out


def test_a_model_that_is_not_here_is_named(show, tmp_path):
    code, out, _ = show(picture(tmp_path / "a.png", model="beef", edited=True))
    assert code == 0 and "It needs the model Fruit[2J (beef), which is not here." in out
    assert "edited    by hand" in out and "/compositeWithTrainedAlgorithmicMedia" in out
    origin = Origin("Fruit watercolours")
    _, out, _ = show(picture(tmp_path / "a.png", model="beef", origin=origin))
    assert "There is one of that name, but its weights are others." in out


def test_json_says_the_same_and_where_the_model_lies(show, tmp_path):
    _, out, _ = show(picture(tmp_path / "a.png"), "--json")
    values = json.loads(out)
    assert values["model_file"].endswith("fruit.safetensors")
    assert values["recipe"]["latent"]["seed"] == 7 and values["model"]["licence"] == "CC0-1.0"
    _, out, _ = show(picture(tmp_path / "a.png", model="beef"), "--json")
    assert json.loads(out)["model_file"] is None


def test_a_clip_written_by_hand_needs_no_model(show, tmp_path):
    write_midi(Clip(notes=(Note("bass", 40, 0, 120),), edited=True), tmp_path / "a.mid")
    code, out, _ = show(tmp_path / "a.mid")
    assert code == 0 and "/digitalCreation" in out and "model" not in out


def test_what_says_nothing_is_one_sentence_and_exit_code_2(show, tmp_path):
    Image.new("RGB", (4, 4)).save(tmp_path / "photo.png")
    (tmp_path / "letter.txt").write_text("Dear Atelier")
    for name in ("photo.png", "letter.txt", "none.wav"):
        code, out, err = show(tmp_path / name)
        assert (code, out) == (2, "") and err.startswith("atelier: ") and err.count("\n") == 1
