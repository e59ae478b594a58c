"""Small PNG files: bounded when written, and read without trust."""

import struct
import zlib

import numpy as np
import pytest
from PySide6.QtCore import QRect

from studio.core.lineage import MAX_THUMBNAIL_BYTES
from studio.ui.png_pictures import MAX_SIDE_PX, PngCache, fitted, png_thumbnail, read_png


def noise(height, width):
    return np.random.default_rng(0).integers(0, 256, (height, width, 3), dtype=np.uint8)


def png_head(width, height):
    """A PNG file that says how large it is and has nothing else."""
    body = b"IHDR" + struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    head = struct.pack(">I", 13) + body + struct.pack(">I", zlib.crc32(body))
    return b"\x89PNG\r\n\x1a\n" + head


def test_a_thumbnail_is_the_picture_made_small(themed):
    array = np.full((40, 40, 3), (10, 200, 30), np.uint8)
    image = read_png(png_thumbnail(array))
    assert image.width() == image.height() == 40
    assert image.pixelColor(20, 20).name() == "#0ac81e"
    wide = read_png(png_thumbnail(noise(100, 400)))
    assert (wide.width(), wide.height()) == (96, 24)


@pytest.mark.parametrize("side_px", [96, 200, 4000])
def test_even_noise_stays_within_the_bound(themed, side_px):
    content = png_thumbnail(noise(300, 300), side_px)
    assert 0 < len(content) <= MAX_THUMBNAIL_BYTES
    assert read_png(content) is not None


def test_no_pixel_is_no_file(themed):
    assert png_thumbnail(np.zeros((0, 5, 3), np.uint8)) == b""


def test_a_strided_array_is_written_as_it_looks(themed):
    array = noise(64, 64)[::2, ::2]
    image = read_png(png_thumbnail(array))
    assert image.pixelColor(3, 2).getRgb()[:3] == tuple(array[2, 3])


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"not a picture",
        b"<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'/>",
        b"BM" + bytes(60),
        png_head(MAX_SIDE_PX + 1, 1),
        png_head(2**31 - 1, 2**31 - 1),
        png_head(0, 0),
        b"\x89PNG\r\n\x1a\n" + bytes(200),
    ],
)
@pytest.mark.qt_log_ignore("libpng")
def test_what_is_no_small_png_is_no_picture(themed, content):
    assert read_png(content) is None
    assert PngCache().pixmap(content, 80) is None


@pytest.mark.qt_log_ignore("libpng")
def test_every_cut_of_a_file_is_read_or_refused(themed):
    content = png_thumbnail(noise(12, 12))
    for end in range(0, len(content), 7):
        image = read_png(content[:end])
        assert image is None or image.width() == 12


def test_the_cache_keeps_the_newest_and_no_more(themed):
    cache = PngCache(most=3)
    files = [png_thumbnail(noise(8, 8 + number)) for number in range(5)]
    first = cache.pixmap(files[0], 80)
    assert cache.pixmap(files[0], 80) is first
    for content in files[1:3]:
        cache.pixmap(content, 80)
    assert cache.pixmap(files[0], 80) is first  # used again, so it is new again
    for content in files[3:]:
        cache.pixmap(content, 80)
    assert len(cache) == 3 and cache.pixmap(files[0], 80) is first


def test_a_picture_fills_the_room_in_one_direction():
    assert fitted((200, 100), QRect(10, 10, 80, 80)) == QRect(10, 30, 80, 40)
    assert fitted((1, 1), QRect(0, 0, 50, 20)) == QRect(15, 0, 20, 20)
