"""The MIDI reader on good, odd and damaged files."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from studio.core.errors import StudioError
from studio.media.music.midi import MAX_BYTES, parse_song

NOTE = b"\x00\x90\x3c\x40" + b"\x83\x60\x80\x3c\x40"  # C4 for 480 ticks
END = b"\x00\xff\x2f\x00"


def header(form=1, tracks=1, division=480) -> bytes:
    fields = form.to_bytes(2, "big") + tracks.to_bytes(2, "big") + division.to_bytes(2, "big")
    return b"MThd\x00\x00\x00\x06" + fields


def track(body: bytes, size: int | None = None) -> bytes:
    return b"MTrk" + (len(body) if size is None else size).to_bytes(4, "big") + body


def notes_of(content: bytes) -> list[tuple[int, int, int]]:
    song = parse_song(content)
    return list(zip(song.start.tolist(), song.end.tolist(), song.pitch.tolist(), strict=True))


GOOD = header() + track(NOTE + NOTE + END)
TWO = [(0, 480, 60), (480, 960, 60)]


def test_notes_that_never_end_are_counted_and_take_no_longer_than_others():
    struck = b"\x00\x90" + b"\x3c\x40\x00" * 450_000
    with pytest.raises(StudioError, match="more than 400,000 notes"):
        parse_song(header() + track(struck))
    began = time.process_time()
    song = parse_song(header() + track(struck[: 2 + 3 * 200_000]))
    assert len(song.start) == 200_000
    assert time.process_time() - began < 5, "it goes through them once, not once for each"


def test_a_plain_file():
    assert notes_of(GOOD) == TWO


@pytest.mark.parametrize(
    "content",
    [
        header() + track(NOTE + NOTE),
        header() + track(NOTE + NOTE + END, size=9_999),
        header(tracks=9) + track(NOTE + NOTE + END),
        header() + b"XFIH\x00\x00\x00\x02ab" + track(NOTE + NOTE + END) + b"junk",
        b"\x00garbage" * 9 + GOOD,
        b"RIFF\x99\x00\x00\x00RMIDdata\x44\x00\x00\x00" + GOOD,
        header() + track(b"\x00\x90\x3c\x40\x83\x60\x3c\x00\x00\x3c\x40\x83\x60\x3c\x00" + END),
        header() + track(b"\x00\xf0\x03\x01\x02\xf7" + NOTE + NOTE + END),
        header(form=0) + track(b"\x00\xff\x58\x04\x00\x02\x18\x08" + NOTE + NOTE + END),
    ],
    ids=[
        "no end of track", "truncated", "wrong track count", "alien chunk", "garbage before",
        "rmid", "running status", "sysex", "meter 0/4",
    ],
)  # fmt: skip
def test_odd_files_read_like_good_ones(content):
    assert notes_of(content) == TWO


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "empty"),
        (b"hello, this is text", "not a MIDI file"),
        (b"MThd\x00\x00", "header"),
        (header(division=0) + track(NOTE), "0 ticks"),
        (header(tracks=0), "no notes"),
        (header() + track(END), "no notes"),
        (header(division=0x8000) + track(NOTE), "0 ticks"),
        (b"MThd" + bytes(MAX_BYTES), "larger"),
    ],
)
def test_hopeless_files_are_refused_in_words(content, words):
    with pytest.raises(StudioError, match=words):
        parse_song(content)


def test_a_note_that_is_never_ended_ends():
    lost = header() + track(b"\x00\x90\x3c\x40" + b"\x83\x60\x90\x3c\x40" + b"\xff\x7f" + END)
    assert notes_of(lost)[0] == (0, 480, 60)
    start, end, _ = notes_of(lost)[1]
    assert start == 480 and 480 < end <= 480 + 4 * 480


def test_tempo_zero_is_the_default_and_meters_programs_names_texts_are_kept():
    body = (
        b"\x00\xff\x51\x03\x00\x00\x00" + b"\x00\xff\x58\x04\x06\x03\x18\x08"
        + b"\x00\xff\x03\x05Voice" + b"\x00\xff\x01\x06\x83n\x83b\x83h" + b"\x00\xc0\x49"
        + NOTE + END
    )  # fmt: skip
    song = parse_song(header() + track(body))
    assert song.tempos == ((0, 120.0),)
    assert song.meters == ((0, 6, 8),)
    assert song.names == {0: "Voice"} and song.programs == {(0, 0): 73}
    assert song.texts == (b"\x83n\x83b\x83h".decode("cp932"),)


def test_patterns_of_type_2_follow_each_other():
    both = header(form=2, tracks=2) + track(NOTE + END) + track(NOTE + END)
    assert notes_of(both) == [(0, 480, 60), (4 * 480, 5 * 480, 60)]


def test_smpte_time_is_read_as_half_a_second_a_quarter():
    song = parse_song(header(division=(256 - 25) << 8 | 40) + track(NOTE + END))
    assert song.ticks_per_quarter == 500


def test_a_flood_of_notes_is_refused_before_memory_is():
    flood = header() + track(b"\x00\x90\x3c\x40" + b"\x00\x3d\x40" * 2_400_000)
    started = time.monotonic()
    with pytest.raises(StudioError, match="more than"):
        parse_song(flood)
    assert time.monotonic() - started < 20


@given(st.binary(max_size=400))
@settings(max_examples=200, deadline=None)
def test_any_bytes_in_a_track_are_read_or_refused(body):
    try:
        song = parse_song(header() + track(body))
    except StudioError:
        return
    assert (song.end > song.start).all() and (song.pitch <= 127).all() and (song.start >= 0).all()


@given(st.lists(st.tuples(st.integers(0, len(GOOD) - 1), st.integers(0, 255)), max_size=12))
@settings(max_examples=200, deadline=None)
def test_a_good_file_with_flipped_bytes_is_read_or_refused(flips):
    content = bytearray(GOOD)
    for place, byte in flips:
        content[place] = byte
    try:
        parse_song(bytes(content))
    except StudioError as error:
        assert str(error).endswith(".")
