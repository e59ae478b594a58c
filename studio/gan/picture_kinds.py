"""What a file is that has a picture's name and cannot be read as one, told from how it begins."""

from __future__ import annotations

import re

HEAD_BYTES = 4096  # what is looked at
HEIC = "it is a HEIC photograph; save it as JPEG first"
AVIF = "it is an AVIF picture, which cannot be read here; save it as JPEG first"
JXL = "it is a JPEG XL picture, which cannot be read here; save it as PNG first"
JPEG_2000 = "it is a JPEG 2000 picture, which cannot be read here; save it as PNG first"
RAW = "it is a camera's raw file; let the camera's program save it as JPEG first"
VIDEO = "it is a video, not a picture; save frames of it as pictures first"
SOUND = "it is a sound, not a picture"
ARCHIVE = "it is an archive or an office document, not a picture; unpack it first"
WEB_PAGE = "this is a web page, saved under a picture's name; download the picture itself"
PDF = "this is a PDF document, saved under a picture's name; save its pages as PNG first"
LFS = "it holds only a note of where Git LFS keeps the picture; fetch it with git lfs pull"
CONTAINERS = (b"mif1", b"msf1", b"mif2", b"miaf")  # what is in them stands further on
# Brands of the ISO base media file format (ISO 14496-12), as in its first box, "ftyp".
BRANDS = {
    **dict.fromkeys((b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm"), HEIC),
    **dict.fromkeys((b"avif", b"avis"), AVIF),
    **dict.fromkeys((b"M4A ", b"M4B ", b"M4P "), SOUND),
    **dict.fromkeys((b"jp2 ", b"jpx "), JPEG_2000),
    b"jxl ": JXL,
    b"crx ": RAW,
}
BEGINNINGS = {
    b"%PDF": PDF,
    b"8BPS": "it is a Photoshop document; save it as PNG first",
    b"\0\0\1\0": "it is an icon (ICO); save it as PNG first",
    b"\0\0\0\x0cJXL ": JXL,
    b"\xff\x0a": JXL,
    b"\0\0\0\x0cjP  ": JPEG_2000,
    b"\xffO\xffQ": JPEG_2000,
    b"FUJIFILMCCD-RAW": RAW,
    b"\x1aE\xdf\xa3": VIDEO,  # Matroska and WebM
    b"FLV\1": VIDEO,
    b"\0\0\1\xba": VIDEO,  # MPEG
    b"0&\xb2u\x8ef\xcf\x11": VIDEO,  # Windows Media
    **dict.fromkeys((b"ID3", b"OggS", b"fLaC", b"MThd"), SOUND),
    **dict.fromkeys((b"PK\3\4", b"7z\xbc\xaf", b"Rar!", b"\x1f\x8b", b"\xd0\xcf\x11\xe0"), ARCHIVE),
    b"version https://git-lfs": LFS,
}
PAGE = re.compile(rb"<(!doctype\s+html|html|head|body)[\s>]", re.IGNORECASE)
DRAWING = re.compile(rb"<svg[\s>]", re.IGNORECASE)


def what_it_is(head: bytes) -> str:
    """What a file is that begins like this, and what to do; "" where it is nothing known.

    For files that did not open as pictures: a picture may begin with some of these as well.
    """
    if is_of_pictures(head):
        return ""
    if head[4:8] == b"ftyp":
        return _by_brand(head)
    if head[:4] == b"RIFF":
        return {b"AVI ": VIDEO, b"WAVE": SOUND, b"RMID": SOUND}.get(head[8:12], "")
    for beginning, sentence in BEGINNINGS.items():
        if head.startswith(beginning):
            return sentence
    if head and not head.strip(b"\0"):
        return "it begins with zeros only, as no picture does; copy it again from where it came"
    if PAGE.search(head):
        return WEB_PAGE
    return "it is a drawing (SVG); save it as PNG first" if DRAWING.search(head) else ""


def is_of_pictures(head: bytes) -> bool:
    """Whether a file begins like the pictures that can be read, whatever comes then."""
    return (
        head.startswith((b"\xff\xd8\xff", b"\x89PNG\r\n", b"GIF87a", b"GIF89a"))
        or (head[:2] == b"BM" and head[6:10] == bytes(4))
        or (head[:4] == b"RIFF" and head[8:12] == b"WEBP")
        or is_tiff(head)
    )


def is_tiff(head: bytes) -> bool:
    """Whether a file begins like a TIFF, as raw files of many cameras do."""
    return head.startswith((b"II*\0", b"MM\0*", b"II+\0", b"MM\0+"))


def _by_brand(head: bytes) -> str:
    """Of a file with an "ftyp" box: the main brand decides, unless it names a container only."""
    main = head[8:12]
    if main not in CONTAINERS:
        return BRANDS.get(main, VIDEO)
    end = min(int.from_bytes(head[:4], "big"), len(head))
    others = (head[at : at + 4] for at in range(16, end - 3, 4))
    return next((BRANDS[brand] for brand in others if brand in BRANDS), HEIC)
