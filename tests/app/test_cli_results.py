"""How large files of results are: --scale, --pixel-art, --dpi."""

from __future__ import annotations

import pytest
from PIL import Image

from studio.app.cli import main
from studio.core.library import places
from studio.core.settings import Settings, save_settings
from studio.media import kinds, read_exported

KINDS = {kind.name: kind for kind in kinds()}


@pytest.fixture(autouse=True)
def library(model_of):
    places().models_path.mkdir(parents=True)
    for kind in KINDS.values():
        path = places().models_path / f"mine-{kind.name}.safetensors"
        path.write_bytes(model_of(kind).read_bytes())


@pytest.fixture
def generate(capsys, tmp_path):
    def run(medium: str, *more: str) -> tuple[int, str]:
        words = ["generate", f"mine-{medium}", "--seeds", "3", "--out", str(tmp_path / "out")]
        try:
            code = main([*words, *more])
        except SystemExit as end:  # argparse ends the process
            code = end.code
        return code, capsys.readouterr().err

    return run


def written(tmp_path):
    [path] = (tmp_path / "out").iterdir()
    with Image.open(path) as image:
        return path, image.size, round(image.info["dpi"][0])


def test_a_larger_file_is_the_same_result(generate, tmp_path):
    assert generate("pattern", "--repeat", "brick") == (0, "")
    path, size, dpi = written(tmp_path)
    small = read_exported(path).document
    assert (size, dpi) == ((32, 64), 300)
    path.unlink()
    more = ("--scale", "8", "--dpi", "150", "--repeat", "brick")
    assert generate("pattern", *more) == (0, "")
    path, size, dpi = written(tmp_path)
    assert (size, dpi) == ((256, 512), 150)
    assert read_exported(path).document == small


def test_the_same_again_is_written_again_and_another_size_is_not(generate, tmp_path):
    assert generate("artwork", "--scale", "2")[0] == generate("artwork", "--scale", "2")[0] == 0
    for more in ((), ("--scale", "4"), ("--scale", "2", "--pixel-art")):
        code, err = generate("artwork", *more)
        assert code == 2 and "is there already and is another file" in err
    assert written(tmp_path)[1] == (64, 64)


def test_what_the_window_chose_last_does_not_matter_here(generate, tmp_path):
    save_settings(Settings(scale=8, pixel_art=True, dpi=72), places().settings_path)
    assert generate("artwork")[0] == 0
    assert written(tmp_path)[1:] == ((32, 32), 300)


@pytest.mark.parametrize(
    "more", [("--scale", "3"), ("--scale", "-1"), ("--scale", "two"), ("--dpi", "0"),
             ("--dpi", "1" * 5000), ("--dpi", "99999")],
)  # fmt: skip
def test_a_size_that_there_is_not_is_a_sentence(generate, more, tmp_path):
    code, err = generate("artwork", *more)
    assert code == 2 and len(err.splitlines()) == 1 and " is not " in err
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("more", [("--scale", "2"), ("--dpi", "300"), ("--pixel-art",)])
def test_music_has_no_size(generate, more, tmp_path):
    code, err = generate("music", *more)
    assert (code, err) == (
        2,
        "atelier: --scale, --pixel-art and --dpi are for pictures, not for MIDI file.\n",
    )
    assert not (tmp_path / "out").exists()
