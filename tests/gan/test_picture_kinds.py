"""What has a picture's name and is none is told by what it holds, with what to do."""

import io
from pathlib import Path

import pytest
from PIL import Image

from studio.core.errors import StudioError
from studio.gan import folder as folder_module
from studio.gan.folder import open_picture
from studio.gan.picture_kinds import HEIC, what_it_is


def boxed(main: bytes, *others: bytes) -> bytes:
    """The first box of a file of the ISO base media format, and some of the next."""
    brands = main + bytes(4) + b"".join(others)
    return (8 + len(brands)).to_bytes(4, "big") + b"ftyp" + brands + b"\0\0\2\0meta" + bytes(600)


def drawn(kind: str) -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (32, 32), "red").save(file, kind)
    return file.getvalue()


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (boxed(b"heic", b"mif1", b"heic"), "a HEIC photograph; save it as JPEG"),
        (boxed(b"mif1", b"mif1", b"heic"), "a HEIC photograph; save it as JPEG"),
        (boxed(b"mif1", b"miaf"), "a HEIC photograph; save it as JPEG"),
        (boxed(b"hevc", b"msf1"), "a HEIC photograph; save it as JPEG"),
        (boxed(b"avif", b"mif1", b"miaf"), "an AVIF picture"),
        (boxed(b"mif1", b"avif"), "an AVIF picture"),
        (boxed(b"isom", b"mp42"), "a video"),
        (boxed(b"qt  "), "a video"),
        (boxed(b"M4A "), "a sound"),
        (boxed(b"crx "), "raw file"),
        (b"RIFF\0\0\1\0AVI LIST" + bytes(99), "a video"),
        (b"\x1aE\xdf\xa3" + bytes(99), "a video"),
        (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3", "a PDF document"),
        (b"\xef\xbb\xbf\r\n<!DOCTYPE html>\n<html>", "a web page, saved under a picture's name"),
        (b"<HTML lang=en><BODY>Not found", "a web page, saved under a picture's name"),
        (b'<?xml version="1.0"?>\n<svg xmlns="x"></svg>', "a drawing"),
        (b"PK\3\4" + bytes(99), "an archive"),
        (b"8BPS\0\1" + bytes(99), "a Photoshop document"),
        (b"version https://git-lfs.github.com/spec/v1\noid", "Git LFS"),
        (bytes(9999), "zeros only"),
        (drawn("ICO"), "an icon"),
        (b"\xff\x0a" + bytes(range(99)), "JPEG XL"),
        (b"II*\0" + bytes(99), "a TIFF or a camera's raw file"),
        (drawn("PNG")[:20], "damaged or cut short"),
        (drawn("JPEG")[:20], "damaged or cut short"),
        (b"Dear diary, <b>today</b>", "not a picture, despite its name"),
    ],
)
def test_a_wrong_name_is_a_sentence_of_its_own(tmp_path: Path, content: bytes, words: str) -> None:
    path = tmp_path / "IMG_0001.jpg"
    path.write_bytes(content)
    with pytest.raises(StudioError) as wrong:
        open_picture(path)
    assert words in str(wrong.value) and len(str(wrong.value)) < 120


def test_beginnings_that_are_too_short_say_nothing() -> None:
    whole = boxed(b"heic", b"mif1", b"heic")
    assert what_it_is(whole[:12]) == HEIC
    assert all(isinstance(what_it_is(whole[:length]), str) for length in range(30))
    assert what_it_is(b"") == ""


def test_a_picture_under_any_name_opens(tmp_path: Path) -> None:
    for kind in ("PNG", "JPEG", "GIF", "WEBP", "BMP", "TIFF", "TGA"):
        (tmp_path / "IMG_0001.heic").write_bytes(drawn(kind))
        assert open_picture(tmp_path / "IMG_0001.heic").image.size == (32, 32)


def test_a_build_that_reads_no_avif_says_so(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr("PIL.AvifImagePlugin.SUPPORTED", False)
    (tmp_path / "a.avif").write_bytes(boxed(b"avif", b"mif1"))
    with pytest.raises(StudioError, match="AVIF picture, which cannot be read here"):
        open_picture(tmp_path / "a.avif")


def written(path: Path, numbers: int) -> None:
    """A PPM in plain text."""
    words = " ".join(str(number % 256) for number in range(numbers))
    path.write_text(f"P3\n# by hand\n32 {numbers // 96}\n255\n{words}\n")


def test_pictures_written_as_text_are_read_while_they_are_small(tmp_path, monkeypatch) -> None:
    written(tmp_path / "small.ppm", 96 * 32)
    assert open_picture(tmp_path / "small.ppm").image.getpixel((1, 0)) == (3, 4, 5)
    with open(tmp_path / "large.ppm", "wb") as file:
        file.write(b"P3\n5000 5000\n255\n" + b"120 " * 3_000_000)

    def never(*_: object) -> None:
        raise AssertionError("it is refused before it is decoded")

    monkeypatch.setattr("PIL.PpmImagePlugin.PpmPlainDecoder.decode", never)
    with pytest.raises(StudioError, match="written as text, of more than 8 MB"):
        open_picture(tmp_path / "large.ppm")


def test_other_pictures_that_take_minutes_are_refused(tmp_path: Path) -> None:
    (tmp_path / "deep.ppm").write_bytes(b"P6 1000 1000 4095\n" + bytes(6_000_000))
    with pytest.raises(StudioError, match="PPM of an unusual depth, of more than 4 MB"):
        open_picture(tmp_path / "deep.ppm")
    (tmp_path / "usual.ppm").write_bytes(b"P6 1500 1500 255\n" + bytes(6_750_000))
    assert open_picture(tmp_path / "usual.ppm").width == 1500


@pytest.mark.parametrize("magic", [b"P6", b"PyCMYK", b"P0CMYK", b"PyRGBA"])
def test_pages_of_comments_are_not_read_by_the_byte(tmp_path: Path, monkeypatch, magic) -> None:
    (tmp_path / "a.ppm").write_bytes(magic + b"\n#" + b"x" * 9000 + b"\n32 32 255\n" + bytes(4096))
    monkeypatch.setattr(folder_module, "_decoded", None)  # it does not come to that
    with pytest.raises(StudioError, match="size does not stand where it should"):
        open_picture(tmp_path / "a.ppm")


def noted(parts: int, size: int) -> bytes:
    """A JPEG with so many notes of a camera."""
    note = b"\xff\xe1" + (size + 2).to_bytes(2, "big") + b"Exif\0\0" + bytes(size - 6)
    picture = drawn("JPEG")
    return picture[:2] + note * parts + picture[2:]


@pytest.mark.parametrize(("parts", "size"), [(300, 60_000), (5000, 6)])
def test_a_photograph_of_notes_is_refused_before_they_are_read(
    tmp_path: Path, monkeypatch, parts: int, size: int
) -> None:
    (tmp_path / "a.jpg").write_bytes(noted(parts, size))
    monkeypatch.setattr(folder_module, "_decoded", None)
    with pytest.raises(StudioError, match="more notes than picture"):
        open_picture(tmp_path / "a.jpg")


def test_a_photograph_with_the_notes_of_a_camera_opens(tmp_path: Path) -> None:
    (tmp_path / "a.jpg").write_bytes(noted(40, 60_000))
    assert open_picture(tmp_path / "a.jpg").image.size == (32, 32)


@pytest.mark.parametrize("content", [b"\xff\xd8\xff", b"\xff\xd8\xff\xe1\0\0" * 9])
def test_a_photograph_that_ends_in_its_notes_is_damaged(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "a.jpg").write_bytes(content)
    with pytest.raises(StudioError, match="damaged or cut short"):
        open_picture(tmp_path / "a.jpg")
