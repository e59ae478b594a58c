"""TensorBoard event files, read back by a small reader of their own format."""

import errno
import math
import os
import struct
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.core import tensorboard
from studio.core.tensorboard import EventWriter, crc32c, framed, write_records

PNG = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + struct.pack(">II", 526, 262) + b"the rest"

anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.just(10**400),
    lambda deeper: st.lists(deeper) | st.dictionaries(st.text(), deeper),
    max_leaves=8,
)


def bitwise_crc32c(content: bytes) -> int:
    """The definition, bit by bit."""
    crc = 0xFFFFFFFF
    for byte in content:
        crc ^= byte
        for _ in range(8):
            crc = (crc >> 1) ^ (0x82F63B78 if crc & 1 else 0)
    return crc ^ 0xFFFFFFFF


def records_in(content: bytes) -> list[bytes]:
    """The records of a TFRecord file; both checksums of each must be right."""
    found, place = [], 0
    while place < len(content):
        (length,) = struct.unpack_from("<Q", content, place)
        record = content[place + 12 : place + 12 + length]
        assert len(record) == length
        for part, at in ((content[place : place + 8], place + 8), (record, place + 12 + length)):
            (masked,) = struct.unpack_from("<I", content, at)
            turned = (masked - 0xA282EAD8) & 0xFFFFFFFF
            assert (turned >> 17 | turned << 15) & 0xFFFFFFFF == bitwise_crc32c(part)
        found.append(record)
        place += 16 + length
    return found


def message(content: bytes) -> dict[int, Any]:
    """The fields of a protocol buffer by number, the last of each."""
    fields: dict[int, Any] = {}
    place = 0

    def varint() -> int:
        nonlocal place
        value = shift = 0
        while True:
            byte = content[place]
            place, value, shift = place + 1, value | (byte & 0x7F) << shift, shift + 7
            if byte < 0x80:
                return value

    while place < len(content):
        key = varint()
        if key & 7 == 0:
            fields[key >> 3] = varint()
            continue
        length = {1: 8, 5: 4}.get(key & 7) or varint()
        part = content[place : place + length]
        assert len(part) == length
        place += length
        fields[key >> 3] = {1: "<d", 5: "<f"}.get(key & 7, part)
        if key & 7 != 2:
            (fields[key >> 3],) = struct.unpack(fields[key >> 3], part)
    return fields


def events_in(folder: Path) -> list[dict[int, Any]]:
    """All events of a folder in their order."""
    paths = sorted(folder.iterdir())
    return [message(record) for path in paths for record in records_in(path.read_bytes())]


def shown(folder: Path) -> dict[str, dict[int, Any]]:
    """What each tag shows last: the fields of its value, and its step as field 0."""
    found = {}
    for event in events_in(folder):
        if 5 in event:
            value = message(message(event[5])[1])
            found[value[1].decode()] = value | {0: event.get(2, 0)}
    return found


def scalars(folder: Path) -> dict[str, tuple[int, float]]:
    return {tag: (value[0], value[2]) for tag, value in shown(folder).items() if 2 in value}


@pytest.fixture
def writer(tmp_path: Path):
    writer = EventWriter(tmp_path / "tensorboard")
    yield writer
    writer.close()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "tensorboard"


@pytest.mark.parametrize(
    ("content", "crc"),
    [  # RFC 3720, B.4, and the check value of the catalogue of CRC algorithms
        (b"", 0),
        (b"123456789", 0xE3069283),
        (bytes(32), 0x8A9136AA),
        (b"\xff" * 32, 0x62A8AB43),
        (bytes(range(32)), 0x46DD794E),
        (bytes(range(31, -1, -1)), 0x113FDB5C),
    ],
)
def test_the_checksum_is_the_known_one(content: bytes, crc: int) -> None:
    assert crc32c(content) == crc


@given(st.binary(max_size=40), st.integers(0, 5000))
def test_the_checksum_of_long_things_is_that_of_the_definition(content, more) -> None:
    content = content + bytes(i * i & 0xFF for i in range(more))
    assert crc32c(content) == bitwise_crc32c(content)


def test_a_frame_as_others_write_it() -> None:
    """The first record of every file of TensorBoard's own writer, at time 0."""
    record = b"\x09" + bytes(8) + b"\x1a\x0dbrain.Event:2"
    content = framed(record)
    assert content[:8] == b"\x18" + bytes(7)
    assert content[8:12] == bytes.fromhex("a37f4b22")
    assert records_in(content) == [record]


def test_a_file_begins_with_its_version_and_names_no_machine(writer, folder) -> None:
    before = time.time()
    writer.scalar("a", 1.0, 5)
    (path,) = folder.iterdir()
    parts = path.name.split(".")
    assert parts[:3] == ["events", "out", "tfevents"] and parts[4] == "atelier"
    assert abs(int(parts[3]) - before) < 60 and parts[5] == str(os.getpid())
    first, second = events_in(folder)
    assert first[3] == b"brain.Event:2" and before <= first[1] <= time.time()
    assert before <= second[1] <= time.time()


def test_a_scalar(writer, folder) -> None:
    writer.scalar("loss/generator", 0.75, 300_000, 1234.5)
    event = events_in(folder)[1]
    assert event[1] == 1234.5 and event[2] == 300_000
    assert scalars(folder) == {"loss/generator": (300_000, 0.75)}


@pytest.mark.parametrize("value", [math.inf, -math.inf, 1e300, -(10**300), 3.4028234e38, 1e-300])
def test_numbers_too_large_for_a_curve(writer, folder, value) -> None:
    writer.scalar("a", value, 0)
    ((_, read),) = scalars(folder).values()
    assert math.isclose(read, value, rel_tol=1e-6, abs_tol=1e-30) or read == math.copysign(
        math.inf, value
    )


def test_no_number_stays_none(writer, folder) -> None:
    writer.scalar("a", math.nan, -3)
    ((step, read),) = scalars(folder).values()
    assert math.isnan(read) and step == 2**64 - 3


def test_a_picture(writer, folder) -> None:
    writer.image("sample", PNG, 262, 526, 7)
    value = shown(folder)["sample"]
    image = message(value[4])
    assert (image[1], image[2], image[3], image[4]) == (262, 526, 3, PNG) and value[0] == 7


def test_a_text(writer, folder) -> None:
    writer.text("run/guardian", "Größe ✓ \ud800", 7)
    value = shown(folder)["run/guardian"]
    tensor, metadata = message(value[8]), message(value[9])
    assert tensor[1] == 7 and tensor[8].decode() == "Größe ✓ ?"
    assert message(message(tensor[2])[2])[1] == 1
    assert message(metadata[1])[1] == b"text" and metadata[4] == 2


def test_every_session_has_a_file_of_its_own(folder) -> None:
    for step in range(3):
        writer = EventWriter(folder)
        writer.scalar("a", step, step)
        writer.close()
        writer.close()
    assert len(list(folder.iterdir())) == 3
    assert [event[2] for event in events_in(folder) if 5 in event and 2 in event] == [0, 1, 2]
    assert not (folder.parent / "unused").exists()
    EventWriter(folder.parent / "unused").close()
    assert not (folder.parent / "unused").exists()


def full(*_: Any, **__: Any) -> None:
    raise OSError(errno.ENOSPC, "No space left on device")


@pytest.mark.parametrize("fault", ["folder", "open", "write", "half", "truncate"])
@pytest.mark.parametrize("before", [0, 2])
def test_a_full_disk_costs_records_and_nothing_else(
    writer, folder, monkeypatch, fault, before
) -> None:
    if fault in ("folder", "open"):
        writer.close()
    for step in range(before):
        writer.scalar("a", step, step)
    if fault in ("folder", "open"):
        writer.close()
    with monkeypatch.context() as broken:
        write = os.write
        if fault == "folder":
            broken.setattr(Path, "mkdir", full)
        elif fault == "open":
            broken.setattr(os, "open", full)
        elif fault == "write":
            broken.setattr(os, "write", full)
        else:
            broken.setattr(os, "write", lambda handle, content: write(handle, content[:20]))
        if fault == "truncate":
            broken.setattr(os, "ftruncate", full)
        for step in (70, 80):
            writer.scalar("a", step, step)
    writer.scalar("a", 9, 9)
    if fault == "truncate":  # the broken end is the end of its file
        for path in sorted(folder.iterdir())[:-1]:
            content = path.read_bytes()
            path.write_bytes(content[:-20])
    steps = [event[2] for event in events_in(folder) if 5 in event]
    assert steps == [*range(before), 9]


def test_when_no_name_is_left_nothing_is_written(folder, monkeypatch) -> None:
    def taken(*_: Any) -> None:
        raise FileExistsError

    monkeypatch.setattr(os, "open", taken)
    EventWriter(folder).scalar("a", 1, 1)
    assert list(folder.iterdir()) == []


def test_progress_becomes_curves(writer, folder, tmp_path) -> None:
    record = {"event": "progress", "time": 99.5, "kimg": 1.25, "total_kimg": 5, "text": ""}
    figures = {"images_per_s": 30, "eta_s": 9, "loss_d": 1, "loss_g": 2, "r1": 3, "r2": 4, "new": 5}
    write_records(writer, {**record, **figures}, tmp_path)
    assert scalars(folder) == {
        "speed/images_per_s": (1250, 30),
        "speed/eta_s": (1250, 9),
        "loss/discriminator": (1250, 1),
        "loss/generator": (1250, 2),
        "penalty/r1": (1250, 3),
        "penalty/r2": (1250, 4),
        "training/new": (1250, 5),
    }
    assert all(event[1] == 99.5 for event in events_in(folder)[1:])


def test_measures_and_alarms(writer, folder, tmp_path) -> None:
    floor = {"kid_rand": 0.25, "more": {"deep": 1, "deeper": {"left out": 1}}}
    measured = {"kid_rand": 0.5, "floor": floor, "best": True, "which": "x", "grid": [1, 2]}
    write_records(writer, {"event": "measure", "kimg": 2, **measured}, tmp_path)
    alarm = {"event": "guardian", "kimg": 3, "spread": 0.125, "text": "Nearly one picture."}
    write_records(writer, alarm, tmp_path)
    assert scalars(folder) == {
        "held_out/kid_rand": (2000, 0.5),
        "held_out/floor/kid_rand": (2000, 0.25),
        "held_out/floor/more/deep": (2000, 1),
        "guardian/spread": (3000, 0.125),
    }
    text = shown(folder)["run/guardian"]
    assert text[0] == 3000 and message(text[8])[8] == b"Nearly one picture."


def test_a_sample_becomes_a_picture(writer, folder, tmp_path) -> None:
    (tmp_path / "samples").mkdir()
    (tmp_path / "samples" / "1.png").write_bytes(PNG)
    (tmp_path / "samples" / "2.png").write_bytes(b"GIF89a" + bytes(40))
    (tmp_path / "samples" / "3.png").write_bytes(PNG[:20])
    (tmp_path / "outside.png").write_bytes(PNG)
    for file in ("samples/2.png", "samples/3.png", "../outside.png", "gone.png", "", "\0", 7):
        write_records(writer, {"event": "sample", "kimg": 1, "file": file}, tmp_path)
    assert not folder.exists()
    write_records(writer, {"event": "sample", "kimg": 1, "file": "samples/1.png"}, tmp_path)
    image = message(shown(folder)["sample"][4])
    assert (image[1], image[2], image[4]) == (262, 526, PNG)


def test_a_picture_too_large_is_left_out(writer, folder, tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(tensorboard, "MAX_PICTURE_BYTES", len(PNG) - 1)
    (tmp_path / "samples").mkdir()
    (tmp_path / "samples" / "1.png").write_bytes(PNG)
    write_records(writer, {"event": "sample", "kimg": 1, "file": "samples/1.png"}, tmp_path)
    assert not folder.exists()


def test_a_resume_takes_back_what_lay_beyond_its_checkpoint(writer, folder, tmp_path) -> None:
    write_records(writer, {"event": "start", "kimg": 2.5, "device": "CPU", "text": ""}, tmp_path)
    event = events_in(folder)[1]
    assert message(event[7])[1] == 1 and event[2] == 2501  # what is shown at 2500 stays


@given(st.dictionaries(st.sampled_from(["time", "kimg", "file", "text", "loss_d", "x"]), anything))
def test_no_record_can_stop_training(tmp_path_factory, record) -> None:
    run = tmp_path_factory.mktemp("run")
    writer = EventWriter(run / "tensorboard")
    for event in ("start", "progress", "measure", "guardian", "sample", "error", 3):
        write_records(writer, {"event": event, **record}, run)
    writer.close()
    assert all(message(event[5]) for event in events_in(run / "tensorboard") if 5 in event)
