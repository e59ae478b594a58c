"""Layouts and sizes of tiles on the command line: every verb, every medium."""

from __future__ import annotations

import json

import numpy as np
import pytest
from PIL import Image

from studio.app.cli import main
from studio.core.library import places
from studio.core.model_file import read_entry
from studio.core.slider import Slider
from studio.core.slider_file import path_for, sliders_to_json
from studio.gan import picture_fit
from studio.gan.fit import Plan
from studio.media import kinds, read_exported
from studio.media.pattern.document import REPEATS, made_for
from studio.media.pattern.seam import SEAM_SEEN, seam_ratio

KINDS = {kind.name: kind for kind in kinds()}
VERBS = {
    "generate": "generate {model} --seeds 3",
    "vary": "vary {model}:3 --count 1",
    "breed": "breed {model}:3 {model}:4 --count 1",
    "morph": "morph {model}:3 {model}:4 --steps 2",
    "mix": "mix {model}:3 --from {model}:4 --layers fine",
    "steer": "steer {model}:3 --slider Main=0.1",
    "reroll": "reroll {model}:3 --keep {keep}",
    "for-you": "for-you {model} --count 1",
    "find": "find {file} --model {model}",
}


@pytest.fixture(autouse=True)
def library(model_of, monkeypatch):
    """A model of each medium with a slider, and short fits."""
    for kind in KINDS.values():
        path = places().models_path / f"mine-{kind.name}.safetensors"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(model_of(kind).read_bytes())
        _keep_a_slider(path)
    for name in ("REROLL", "INSTANT", "FIND"):
        monkeypatch.setattr(picture_fit, name, Plan(samples=2, steps=2, seconds=1e9))


def _keep_a_slider(model) -> None:
    entry = read_entry(model)
    direction = np.ones(entry.header.network["w_dim"], "<f4").tobytes()
    path = path_for(places().sliders_path, entry.header.id)
    path.parent.mkdir(parents=True, exist_ok=True)
    slider = Slider("Main", "pca", direction, -3.0, 3.0, 0.9)
    path.write_text(json.dumps(sliders_to_json(entry.header.id, [slider])))


@pytest.fixture
def atelier(capsys, tmp_path, folder_of):
    def run(words: str, medium: str, *more: str) -> tuple[int, list, str]:
        """Exit code, the documents that were written, and what was said."""
        keep = tmp_path / "keep.png"
        if medium == "pattern" and "{keep}" in words:
            _write_mask(keep, more)
        named = words.format(
            model=f"mine-{medium}",
            keep="bars=1-2" if medium == "music" else keep,
            file=sorted(folder_of(KINDS[medium]).iterdir())[0],
        )
        out = tmp_path / "-".join(["out", *more[1::2]])[:40]
        code = main([*named.split(), *more, "--out", str(out)])
        printed, err = capsys.readouterr()
        paths = [line for line in printed.splitlines() if line.startswith(str(tmp_path))]
        files = [out / line.rpartition("/")[2] for line in paths]
        made = [one for one in files if "original" not in one.name and "side-by" not in one.name]
        return code, [read_exported(path).document for path in made], err

    return run


def _write_mask(path, more) -> None:
    cells = more[more.index("--cells") + 1] if "--cells" in more else "1x1"
    across, down = (int(one) for one in cells.split("x"))
    mask = np.zeros((32 * down, 32 * across), np.uint8)
    mask[8:20, 8:20] = 255
    Image.fromarray(mask).save(path)


@pytest.mark.parametrize("verb", VERBS)
def test_a_tile_of_several_cells_in_a_layout_has_no_seam(atelier, verb):
    for repeat in ("half-drop", "brick"):
        words = ("--repeat", repeat, "--cells", "2x1")
        code, tiles, err = atelier(VERBS[verb], "pattern", *words)
        assert (code, len(tiles)) == (0, 2 if verb == "morph" else 1), err
        for tile in tiles:
            assert tile.repeat == made_for(tile.recipe) == repeat
            assert (tile.pixels.width, tile.pixels.height) == (64, 32)
            assert seam_ratio(tile) < SEAM_SEEN


@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize("medium", [name for name in KINDS if name != "pattern"])
def test_other_media_refuse_them_in_a_sentence(atelier, verb, medium):
    code, _, err = atelier(VERBS[verb], medium, "--repeat", "half-drop")
    nouns = KINDS[medium].nouns
    assert (code, err) == (2, f"atelier: --repeat is for tiles; this model makes {nouns}.\n")


@pytest.mark.parametrize(
    ("option", "word"),
    [("--repeat", "halfdrop"), ("--repeat", ""), ("--cells", "5x1"), ("--cells", "0x1"),
     ("--cells", "2"), ("--cells", "2x1x1"), ("--cells", "١x١"), ("--cells", "1" * 9000 + "x1")],
)  # fmt: skip
def test_a_word_that_means_nothing_is_a_sentence(atelier, option, word, tmp_path):
    code, _, err = atelier(VERBS["generate"], "pattern", option, word)
    assert code == 2 and err.startswith(f"atelier: {option} is ") and len(err.splitlines()) == 1
    assert not list(tmp_path.glob("out*"))


@pytest.mark.parametrize("repeat", REPEATS)
def test_what_goes_on_from_a_file_keeps_its_layout_unless_told_otherwise(atelier, repeat, tmp_path):
    atelier(VERBS["generate"], "pattern", "--repeat", repeat, "--cells", "1x2")
    file = tmp_path / f"out-{repeat}-1x2" / "mine-pattern-seed-0003.png"
    _, [kept], _ = atelier(f"vary {file} --count 1", "pattern")
    assert kept.repeat == repeat and (kept.pixels.width, kept.pixels.height) == (32, 64)
    other = REPEATS[(REPEATS.index(repeat) + 1) % len(REPEATS)]
    words = f"steer {file} --slider Main=1"
    _, [told], _ = atelier(words, "pattern", "--repeat", other, "--cells", "1x1")
    assert told.repeat == other and (told.pixels.width, told.pixels.height) == (32, 32)


def test_a_part_of_a_file_cannot_be_kept_in_a_tile_of_another_size(atelier, tmp_path):
    atelier(VERBS["generate"], "pattern")
    file = tmp_path / "out" / "mine-pattern-seed-0003.png"
    code, _, err = atelier(f"reroll {file} --keep {{keep}}", "pattern", "--cells", "2x1")
    assert code == 2 and len(err.splitlines()) == 1
