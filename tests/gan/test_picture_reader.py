"""Reading folders of pictures: each once, reasons in words, remedies, examples on disk."""

from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from studio.core.errors import StudioError
from studio.core.examples import open_examples
from studio.core.kind import FolderReport
from studio.core.work import Progress, result_of
from studio.gan import picture_reader
from studio.media.artwork.dataset import ArtworkReader
from studio.media.pattern.dataset import PatternReader


def noise(side: int = 40, seed: int = 0) -> np.ndarray:
    coarse = np.random.default_rng(seed).integers(0, 256, (8, 8, 3), dtype=np.uint8)
    return np.asarray(Image.fromarray(coarse).resize((side, side), Image.Resampling.BICUBIC))


def fill(folder: Path, count: int = 8) -> Path:
    folder.mkdir(exist_ok=True)
    for seed in range(count):
        Image.fromarray(noise(seed=seed)).save(folder / f"{seed}.png")
    return folder


def check(reader, folder: Path, *remedies: str) -> FolderReport:
    return result_of(reader.check(folder, remedies))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return fill(tmp_path / "mine", 12)


@pytest.fixture
def troubled(folder: Path) -> Path:
    """Twelve good pictures, a smaller copy of one, a small one, a long one, a broken one."""
    Image.fromarray(noise(seed=3)).resize((30, 30)).save(folder / "again.png")
    Image.fromarray(noise(seed=20)).resize((12, 12)).save(folder / "small.png")
    Image.fromarray(noise(400, seed=21)).crop((0, 0, 400, 40)).save(folder / "long.png")
    (folder / "broken.png").write_bytes(b"no picture")
    return folder


def test_few_files_are_refused_with_the_count(tmp_path: Path) -> None:
    folder = fill(tmp_path / "mine", 7)
    (folder / "broken.png").write_bytes(b"no picture")
    with pytest.raises(StudioError, match=r"only 7 usable files; training needs at least 8"):
        result_of(ArtworkReader().read(folder, 32, tmp_path / "cache"))
    assert list((tmp_path / "cache").iterdir()) == []


def test_pictures_of_nothing_are_refused_where_there_are_no_others(tmp_path: Path) -> None:
    folder = tmp_path / "black"
    folder.mkdir()
    for side in range(40, 52):
        Image.new("RGB", (side, side)).save(folder / f"{side}.png")
    report = check(ArtworkReader(), folder)
    assert report.usable == () and "nothing to learn" in report.too_few
    fill(folder)
    report = check(ArtworkReader(), folder)
    assert len(report.usable) == 20 and report.too_few == ""
    assert report.notes == ("12 of 20 pictures show a single colour and nothing else.",)


def test_copies_and_reasons_are_reported(tmp_path: Path) -> None:
    folder = fill(tmp_path / "mine")
    (folder / "copy.png").write_bytes((folder / "0.png").read_bytes())
    (folder / "notes.txt").write_text("hello")
    report = check(PatternReader(), folder)
    assert len(report.usable) == 8 and report.ignored == ("notes.txt",)
    assert [r.reason for r in report.refused] == ["an exact copy of 0.png"]
    assert report.facts["width_px"] == [40, 40, 40]
    examples, _ = result_of(ArtworkReader().read(folder, 32, tmp_path / "cache"))
    assert examples.pixels.shape == (8, 32, 32, 3) and examples.pixels.dtype == np.uint8
    assert examples.files == report.usable


def test_every_trouble_has_its_remedy(troubled: Path) -> None:
    report = check(ArtworkReader(), troubled)
    assert {one.file: one.remedy for one in report.refused} == {
        "small.png": "enlarge-small", "long.png": "crop-long", "broken.png": "",
    }  # fmt: skip
    assert report.near == (("3.png", "again.png"),), "the larger one first"
    assert {one.word: (one.files, one.is_taken) for one in report.remedies} == {
        "crop-long": (1, False), "enlarge-small": (1, False), "skip-near-copies": (1, False),
    }  # fmt: skip
    assert report.verdict == "13 pictures, 1 near copy, 3 left out; good for 32 px."


def test_remedies_are_taken_back_as_easily(troubled: Path) -> None:
    reader = ArtworkReader()
    first = check(reader, troubled)
    cured = check(reader, troubled, "crop-long", "enlarge-small", "skip-near-copies")
    assert {"small.png", "long.png"} <= set(cured.usable) and cured.near == ()
    assert {one.file: one.reason for one in cured.refused} == {
        "again.png": "nearly a copy of 3.png",
        "broken.png": "this is not a picture, despite its name",
    }
    assert cured.taken == ("crop-long", "enlarge-small", "skip-near-copies")
    assert check(reader, troubled) == first


def test_examples_are_what_the_report_says(troubled: Path, tmp_path: Path) -> None:
    words = ("crop-long", "skip-near-copies")
    examples, report = result_of(ArtworkReader().read(troubled, 32, tmp_path / "cache", words))
    assert examples.files == report.usable and "long.png" in examples.files
    assert report.usable == check(ArtworkReader(), troubled, *words).usable
    again = open_examples(tmp_path / "cache")
    assert again is not None and len(again) == len(report.usable) == 13
    place = examples.files.index("5.png")
    expected = np.asarray(Image.fromarray(noise(seed=5)).resize((32, 32), Image.Resampling.LANCZOS))
    assert np.abs(examples.pixels[place].astype(int) - expected).mean() < 2


def test_an_unknown_remedy_is_a_sentence(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(StudioError, match="no remedy 'burn' for artwork"):
        check(ArtworkReader(), folder, "burn")
    with pytest.raises(StudioError, match="no remedy 'skip-unseamless' for artwork"):
        result_of(ArtworkReader().read(folder, 32, tmp_path, ("skip-unseamless",)))


@pytest.fixture
def decoded(monkeypatch) -> Counter[str]:
    """How often each file is decoded."""
    counts: Counter[str] = Counter()
    decode = picture_reader.decode

    def counting(file, remedies):
        counts[Path(file.name).name] += 1
        return decode(file, remedies)

    monkeypatch.setattr(picture_reader, "decode", counting)
    return counts


def test_each_file_is_decoded_once(troubled: Path, decoded, tmp_path: Path) -> None:
    (troubled / "zcopy.png").write_bytes((troubled / "0.png").read_bytes())
    reader = ArtworkReader()
    check(reader, troubled)
    assert set(decoded.values()) == {1} and len(decoded) == 16, "an exact copy not even once"
    check(reader, troubled, "skip-near-copies")
    assert set(decoded.values()) == {1}
    Image.fromarray(noise(44, seed=50)).save(troubled / "0.png")
    assert "zcopy.png" in check(reader, troubled).usable
    assert decoded["0.png"] == 2 and decoded["1.png"] == 1
    decoded.clear()
    result_of(ArtworkReader().read(troubled, 32, tmp_path / "cache"))
    assert set(decoded.values()) == {1}


def test_tiles_that_do_not_wrap_are_named_and_can_be_left_out(tmp_path: Path) -> None:
    folder = tmp_path / "tiles"
    folder.mkdir()
    y, x = np.mgrid[:48, :48] / 48 * 2 * np.pi
    for number in range(9):
        wave = np.stack([np.sin(x + y + number), np.cos(number + 2 * x), np.sin(y - number)], -1)
        Image.fromarray(((wave + 1) * 127).astype(np.uint8)).save(folder / f"{number}.png")
    squares = np.kron(np.indices((4, 4)).sum(0) % 2, np.ones((12, 12)))[..., None] * [250, 40, 90]
    Image.fromarray(squares.astype(np.uint8)).save(folder / "chequers.png")
    ramp = np.repeat(np.linspace(0, 255, 48)[None], 48, 0)[..., None].repeat(3, 2)
    Image.fromarray(ramp.astype(np.uint8)).save(folder / "ramp.png")
    report = check(PatternReader(), folder)
    assert report.facts["wraps"] == 10
    assert report.notes == ("10 of 11 pictures wrap around without a visible seam.",)
    cured = check(PatternReader(), folder, "skip-unseamless")
    assert [(r.file, r.reason) for r in cured.refused] == [("ramp.png", "its edges do not meet")]


def test_charts_and_sheets_show_what_was_found(troubled: Path) -> None:
    report = check(ArtworkReader(), troubled)
    charts = {chart.title: chart for chart in report.charts}
    assert sum(charts["Colours"].values) == pytest.approx(1, abs=0.01)
    assert sum(charts["Shorter side in px"].values) == 13
    assert len(charts["Sizes"].points) == 13
    sheet = report.sheets[0]
    assert [name for name, _ in sheet.pictures] == ["3.png", "again.png"]
    assert all(pixels.shape == (96, 96, 3) for _, pixels in sheet.pictures)
    assert sheet.groups == (0, 0)


def test_too_few_left_is_no_remedy(tmp_path: Path) -> None:
    folder = fill(tmp_path / "mine", 7)
    for seed in range(3):
        Image.fromarray(noise(seed=seed)).resize((33, 33)).save(folder / f"again{seed}.png")
    report = check(ArtworkReader(), folder)
    assert report.near_copies == 3 and report.remedies == ()


def test_reading_says_how_far_it_is(folder: Path) -> None:
    events = [event for event in ArtworkReader().check(folder) if isinstance(event, Progress)]
    assert [event.done for event in events] == list(range(13))
    assert {event.total for event in events} == {12}
