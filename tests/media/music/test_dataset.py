"""Folders of MIDI files: parts told apart, meters and keys made alike, refusals in words."""

import csv
import os
import random
import tarfile
import tempfile
from pathlib import Path

import mido
import numpy as np
import pytest

from studio.core.errors import StudioError
from studio.core.work import Progress, result_of
from studio.media.music import dataset
from studio.media.music.dataset import MusicReader, key_name, key_shift, key_weights
from studio.media.music.grid import Grid, bar_of
from studio.media.music.midi import read_song
from studio.media.music.parts import tell_apart
from studio.media.music.rolls import unpack


def check(folder, *remedies):
    return result_of(MusicReader().check(folder, remedies))


def read(folder, *remedies):
    """Phrases in memory and the report."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as cache:
        examples, report = result_of(MusicReader().read(folder, 64, Path(cache), remedies))
        return np.array(examples.pixels), report


SCALE = (0, 2, 4, 5, 7, 9, 11)


def write_song(
    path: Path,
    parts: dict[int, list[tuple[float, float, int]]],
    meter: tuple[int, int] = (4, 4),
    programs: dict[int, int] | None = None,
    names: dict[int, str] | None = None,
) -> Path:
    """A type 1 file from (start, length, pitch) in quarters for each channel."""
    file = mido.MidiFile(type=1, ticks_per_beat=480)
    first = mido.MetaMessage("time_signature", numerator=meter[0], denominator=meter[1])
    file.tracks.append(mido.MidiTrack([first]))
    for channel, notes in parts.items():
        track = mido.MidiTrack()
        track.append(mido.MetaMessage("track_name", name=(names or {}).get(channel, "")))
        program = (programs or {}).get(channel, 0)
        track.append(mido.Message("program_change", channel=channel, program=program))
        events = [(round(s * 480), 1, p) for s, _, p in notes]
        events += [(round((s + length) * 480), 0, p) for s, length, p in notes]
        now = 0
        for ticks, on, pitch in sorted(events):
            kind = "note_on" if on else "note_off"
            track.append(mido.Message(kind, channel=channel, note=pitch, time=ticks - now))
            now = ticks
        file.tracks.append(track)
    file.save(path)
    return path


def lines_of(path: Path):
    song = read_song(path)
    grid = Grid(song)
    return tell_apart(song, grid.steps(song.start), grid.steps(song.end))


def line(low: int, bars: int = 4, length: float = 1.0, per_bar: float = 4.0):
    count = round(bars * per_bar / length)
    return [(step * length, length, low + SCALE[step * 3 % 7]) for step in range(count)]


def chords(bars: int = 4, per_bar: float = 4.0):
    return [(bar * per_bar, per_bar, pitch) for bar in range(bars) for pitch in (60, 64, 67)]


def test_four_voices_are_melody_chords_and_bass(tmp_path):
    path = write_song(
        tmp_path / "hymn.mid",
        {0: line(67), 1: line(60, length=2.0), 2: line(55, length=2.0), 3: line(43)},
    )
    lines = lines_of(path)
    assert set(lines.melody[:, 2]) <= set(range(67, 79))
    assert set(lines.bass[:, 2]) <= set(range(43, 55))
    assert len(lines.chords) == 16 and len(lines.drums) == 0
    assert lines.tracks == ("melody", "chords", "bass")


def test_a_voice_and_a_piano(tmp_path):
    piano = chords() + [(bar * 4.0, 4.0, 36 + bar) for bar in range(4)]
    path = write_song(
        tmp_path / "song.mid", {0: line(62), 1: piano}, names={0: "Singstimme", 1: "Piano"}
    )
    lines = lines_of(path)
    assert len(lines.melody) == 16
    assert lines.bass[:, 2].tolist() == [36, 37, 38, 39]
    assert set(lines.chords[:, 2]) == {60, 64, 67}


def test_one_piano_gives_its_top_its_bottom_and_the_rest(tmp_path):
    both = line(76) + chords() + [(bar * 4.0, 4.0, 36) for bar in range(4)]
    lines = lines_of(write_song(tmp_path / "piano.mid", {0: both}))
    assert len(lines.melody) == 16 and lines.melody[:, 2].min() >= 76
    assert set(lines.bass[:, 2]) == {36}
    assert set(lines.chords[:, 2]) == {60, 64, 67}


def test_a_band_is_told_apart_by_its_programs(tmp_path):
    path = write_song(
        tmp_path / "band.mid",
        {0: line(40), 1: chords(), 2: line(72, length=0.5), 9: [(b, 0.1, 36) for b in range(16)]},
        programs={0: 34, 1: 29, 2: 80},
    )
    lines = lines_of(path)
    assert len(lines.melody) == 32 and len(lines.bass) == 16
    assert set(lines.drums[:, 2]) == {36} and (lines.drums[:, 1] - lines.drums[:, 0] == 1).all()


def test_where_the_melody_rests_another_lead_takes_over(tmp_path):
    late = [(start + 16, length, pitch) for start, length, pitch in line(76)]
    path = write_song(
        tmp_path / "duet.mid",
        {0: line(72), 1: late, 2: chords(8)},
        programs={0: 73, 1: 56, 2: 0},
    )
    lines = lines_of(path)
    assert len(lines.melody) == 32 and lines.melody[:, 0].max() == 124


@pytest.mark.parametrize(
    ("meter", "quarters", "steps"),
    [
        ((4, 4), [0, 1, 2, 3, 4], [0, 4, 8, 12, 16]),
        ((2, 4), [0, 1, 2], [0, 4, 8]),
        ((2, 2), [0, 2, 4], [0, 8, 16]),
        ((3, 4), [0, 0.5, 1, 2, 3], [0, 4, 8, 12, 16]),
        ((6, 8), [0, 0.5, 1, 1.5, 2, 2.5, 3], [0, 4, 6, 8, 12, 14, 16]),
        ((3, 8), [0, 0.5, 1, 1.5], [0, 4, 6, 8]),
        ((9, 8), [0, 1.5, 3, 4.5], [0, 8, 12, 16]),
        ((12, 8), [0, 1.5, 3, 4.5, 6], [0, 4, 8, 12, 16]),
        ((6, 4), [0, 3, 6], [0, 8, 16]),
        ((5, 4), [0, 5], [0, 20]),
        ((7, 32), [0, 0.875], [0, 3.5]),
    ],
)
def test_meters_lie_on_sixteen_steps(meter, quarters, steps):
    bar = bar_of(*meter)
    assert np.interp(quarters, bar.quarters, bar.steps).tolist() == steps


def test_changes_of_meter_begin_on_a_bar_line(tmp_path):
    path = write_song(tmp_path / "song.mid", {0: line(60, bars=6, per_bar=3)}, (3, 4))
    file = mido.MidiFile(path)
    change = mido.MetaMessage("time_signature", numerator=4, denominator=4, time=3 * 480 * 2)
    file.tracks[0].insert(1, change)
    file.save(path)
    grid = Grid(read_song(path))
    assert grid.meters == ("3/4", "4/4")
    ticks = np.array([0, 480, 2 * 1440, 2 * 1440 + 480])
    assert grid.steps(ticks).tolist() == [0, 8, 32, 36]


def test_an_upbeat_is_heard(tmp_path):
    bars = [(1 + 4 * bar, 4.0, pitch) for bar in range(8) for pitch in (40, 55, 64, 67)]
    tune = [(0.0, 1.0, 72), *[(1 + beat, 1.0, 72 + SCALE[beat % 5]) for beat in range(31)]]
    grid = Grid(read_song(write_song(tmp_path / "up.mid", {0: tune, 1: bars})))
    assert grid.upbeat_quarters == 1.0
    assert grid.steps(np.array([0, 480])).tolist() == [12, 16]


@pytest.mark.parametrize("shift", range(-6, 6))
def test_every_key_comes_to_c_major_or_a_minor(shift):
    major = np.array(
        [(step * 4, step * 4 + 4, 60 + p) for step, p in enumerate((0, 4, 7, 5, 7, 0))]
    )
    minor = np.array(
        [(step * 4, step * 4 + 4, 57 + p) for step, p in enumerate((0, 3, 7, 5, 8, 0))]
    )
    for notes in (major, minor):
        moved = notes + np.array([0, 0, shift])
        assert (key_shift(key_weights(moved)) + shift) % 12 == 0
        assert -6 <= key_shift(key_weights(moved)) <= 5


@pytest.fixture
def folder(tmp_path) -> Path:
    where = tmp_path / "mine"
    where.mkdir()
    for number in range(9):
        up = number % 3
        parts = {0: line(67 + up, bars=8), 1: chords(8), 3: line(40 + number, bars=8)}
        write_song(where / f"{number}.mid", parts)
    return where


def test_phrases_are_whole_and_in_c(folder):
    phrases, report = read(folder)
    assert phrases.dtype == np.uint8 and phrases.shape[1:] == (4, 2, 64, 11)
    rolls = unpack(phrases)
    assert (rolls[:, :, 1] <= rolls[:, :, 0]).all(), "an onset sounds"
    assert rolls[:, 0].any() and not rolls[:, 3].any()
    assert len(report.usable) == 9 and report.facts["files_with"]["drums"] == 0
    assert any("drums" in note for note in report.notes)
    assert len({phrase.tobytes() for phrase in phrases}) == len(phrases)
    rises = rolls[:, :3, 0, 1:] & ~rolls[:, :3, 0, :-1]
    assert (rises <= rolls[:, :3, 1, 1:]).all(), "sound begins with an onset"


def test_wrong_kinds_duplicates_and_links_are_told(folder, tmp_path):
    (folder / "photo.jpg").write_bytes(b"\xff\xd8\xff")
    (folder / "fake.mid").write_text("hello")
    (folder / "empty.mid").write_bytes(b"")
    (folder / "copy.mid").write_bytes((folder / "1.mid").read_bytes())
    (folder / "no ending").write_bytes((folder / "0.mid").read_bytes() + b"\0")
    (folder / ".hidden.mid").write_bytes((folder / "0.mid").read_bytes())
    outside = write_song(tmp_path / "outside.mid", {0: line(60)})
    (folder / "link.mid").symlink_to(outside)
    (folder / "dangling.mid").symlink_to(folder / "gone.mid")
    (folder / "loop").symlink_to(folder)
    report = check(folder)
    reasons = {one.file: one.reason for one in report.refused}
    assert "picture" in reasons["photo.jpg"]
    assert "not a MIDI file" in reasons["fake.mid"]
    assert "empty" in reasons["empty.mid"]
    assert "same file as 1.mid" in reasons["copy.mid"]
    assert "nowhere" in reasons["dangling.mid"]
    assert {".hidden.mid", "link.mid"} <= set(report.ignored)
    assert not any(name.startswith("loop") for name in report.usable)
    assert report.verdict == "10 MIDI files, 1 near copy, 5 left out; 36 phrases of four bars."


def test_too_many_phrases_are_thinned_as_they_come(folder, monkeypatch):
    monkeypatch.setattr(dataset, "MAX_PHRASES", 5)
    monkeypatch.setattr(dataset, "FEW_PHRASES", 3)
    phrases, report = read(folder)
    assert len(phrases) == 5 and report.facts["phrases"] > 5
    assert any("training takes 5" in note for note in report.notes)


def test_few_files_are_a_sentence(folder, tmp_path):
    for number in range(2, 9):
        (folder / f"{number}.mid").unlink()
    report = check(folder)
    assert len(report.usable) == 2 and "only 2 usable files" in report.too_few
    with pytest.raises(StudioError, match="at least 8 files"):
        read(folder)
    empty = tmp_path / "empty"
    empty.mkdir()
    with pytest.raises(StudioError, match="no usable file"):
        read(empty)
    with pytest.raises(StudioError, match="no folder"):
        check(tmp_path / "missing")
    with pytest.raises(StudioError, match="file, not a folder"):
        check(folder / "0.mid")


def test_reading_tells_how_far_it_is_and_writes_nothing(folder, tmp_path):
    before = {path: path.stat().st_mtime_ns for path in folder.iterdir()}
    events = list(MusicReader().read(folder, 64, tmp_path / "cache"))
    assert [event.done for event in events if isinstance(event, Progress)] == list(range(9))
    assert {path: path.stat().st_mtime_ns for path in folder.iterdir()} == before


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root reads all")
def test_a_file_without_permission_is_a_sentence(folder):
    (folder / "0.mid").chmod(0)
    report = check(folder)
    assert "cannot be opened" in report.refused[0].reason


def test_noise_in_files_never_stops_the_reader(folder):
    noise = random.Random(3)
    whole = (folder / "0.mid").read_bytes()
    for number in range(60):
        content = bytearray(whole)
        for _ in range(noise.randrange(1, 40)):
            content[noise.randrange(len(content))] = noise.randrange(256)
        (folder / f"noise{number}.mid").write_bytes(content[: noise.randrange(1, len(content))])
    phrases, report = read(folder)
    assert len(report.usable) + len(report.refused) == 69
    assert all(one.reason.endswith(".") for one in report.refused)
    assert len(phrases) > 8


def test_the_messy_folder_goes_as_its_manifest_says(shared_folder, tmp_path):
    with tarfile.open(shared_folder / "messy.tar.gz") as archive:
        archive.extractall(tmp_path, filter="tar")
    folder = tmp_path / "messy" / "midi"
    report = check(folder)
    refused = {one.file for one in report.refused}
    with open(tmp_path / "messy" / "manifest.csv", newline="", encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["kind"] == "midi"]
    for row in rows:
        name, expected = row["path"].removeprefix("midi/"), row["expected"]
        if expected.startswith("must not"):
            assert not any(used.startswith(name + "/") for used in report.usable)
        elif expected.startswith("ignore"):
            assert name in report.ignored, name
        elif expected.startswith(("skip", "duplicate")):
            assert name in refused, name
        elif " or " not in expected:
            assert name in report.usable, name
    assert len(read_song(folder / "running_status.mid").start) == 32
    assert len(read_song(folder / "note_on_vel0.mid").start) == 8


@pytest.mark.parametrize("name", ["openhymnal_midi", "groove_drums"])
def test_real_folders_are_nearly_all_usable(shared_folder, tmp_path, name):
    for path in sorted((shared_folder / name).glob("*.mid"))[:60]:
        (tmp_path / path.name).write_bytes(path.read_bytes())
    phrases, report = read(tmp_path)
    assert len(report.usable) >= 50
    rolls = unpack(phrases)
    if name == "openhymnal_midi":
        classes = rolls[:, :3, 0].sum(axis=(0, 1, 2))
        in_c = sum(classes[row] for row in range(84) if row % 12 in SCALE) / classes.sum()
        assert in_c > 0.95
        assert rolls[:, 0, 0].sum(axis=2).max() == 1, "a melody is one note at a time"
    else:
        assert not rolls[:, :3].any() and rolls[:, 3].any()


def test_the_key_is_named():
    major = np.array([[step * 4, step * 4 + 4, 62 + p] for step, p in enumerate((0, 4, 7, 5, 7))])
    minor = np.array([[step * 4, step * 4 + 4, 60 + p] for step, p in enumerate((0, 3, 7, 8, 0))])
    assert key_name(key_weights(major)) == "D major"
    assert key_name(key_weights(minor)) == "C minor"


def tune(seed, bars=16):
    """A melody over chords and a bass, another for every seed: {channel: notes}."""
    random = np.random.default_rng(seed)
    melody = [(beat / 2, 0.5, 67 + SCALE[random.integers(7)]) for beat in range(8 * bars)]
    bass = [(2.0 * half, 2.0, 43 + SCALE[random.integers(7)]) for half in range(2 * bars)]
    return {0: melody, 1: chords(bars), 2: bass}


def moved(parts, semitones):
    return {
        channel: [(start, length, pitch + semitones) for start, length, pitch in notes]
        for channel, notes in parts.items()
    }


@pytest.fixture
def songs(tmp_path):
    where = tmp_path / "songs"
    where.mkdir()
    for seed in range(10):
        write_song(where / f"{seed}.mid", tune(seed))
    return where


@pytest.mark.parametrize("semitones", [-5, -2, 1, 3, 7])
def test_a_song_in_another_key_and_tempo_is_a_near_copy(songs, semitones):
    assert check(songs).near == ()
    path = write_song(songs / "again.mid", moved(tune(4), semitones))
    file = mido.MidiFile(path)
    file.tracks[0].insert(0, mido.MetaMessage("set_tempo", tempo=mido.bpm2tempo(87)))
    file.save(path)
    report = check(songs)
    assert report.near == (("4.mid", "again.mid"),)
    assert report.sheets[0].groups == (0, 0)
    cured = check(songs, "skip-near-copies")
    assert [(r.file, r.reason) for r in cured.refused] == [
        ("again.mid", "It is nearly a copy of 4.mid.")
    ]
    assert cured.near == () and cured.taken == ("skip-near-copies",)


def test_half_a_song_is_a_near_copy_and_a_new_verse_is_none(songs):
    half = {channel: [n for n in notes if n[0] < 32] for channel, notes in tune(2).items()}
    write_song(songs / "half.mid", half)
    verse = {
        channel: [n for n in notes if n[0] < 16] + [n for n in other if n[0] >= 16]
        for (channel, notes), other in zip(tune(3).items(), tune(77).values(), strict=True)
    }
    write_song(songs / "verse.mid", verse)
    assert check(songs).near == (("2.mid", "half.mid"),), "the longer one stays"


def test_charts_tell_keys_tempi_tracks_and_density(songs):
    report = check(songs)
    charts = {chart.title: chart for chart in report.charts}
    assert dict(zip(charts["Files with"].labels, charts["Files with"].values, strict=True)) == {
        "melody": 10, "chords": 10, "bass": 10, "drums": 0,
    }  # fmt: skip
    assert sum(charts["Tempo in bpm"].values) == sum(charts["Notes in a bar"].values) == 10
    assert report.facts["notes_per_bar"] == 13 and sum(report.facts["keys"].values()) == 10


def test_files_without_melody_and_in_other_meters_can_be_left_out(songs):
    write_song(songs / "bass.mid", {2: line(31, bars=8)}, programs={2: 33})
    write_song(songs / "waltz.mid", {0: line(67, bars=8, per_bar=3)}, (3, 4))
    report = check(songs)
    assert {one.word: one.files for one in report.remedies} == {
        "skip-no-melody": 1, "skip-other-meters": 1,
    }  # fmt: skip
    cured = check(songs, "skip-no-melody", "skip-other-meters")
    assert {one.file: one.reason for one in cured.refused} == {
        "bass.mid": "It has no melody.", "waltz.mid": "It is in 3/4.",
    }  # fmt: skip
    assert len(cured.usable) == 10


def test_each_phrase_knows_its_file(songs, tmp_path):
    examples, report = result_of(MusicReader().read(songs, 64, tmp_path / "cache"))
    assert set(examples.files) == set(report.usable)
    assert len(examples) == len(examples.sources) == report.facts["phrases"]
    alone = tmp_path / "alone"
    alone.mkdir()
    for number in range(8):
        write_song(alone / f"{number}.mid", tune(40 + number))
    write_song(alone / "0.mid", tune(5))
    others, _ = result_of(MusicReader().read(alone, 64, tmp_path / "other"))
    mine = {p.tobytes() for p, s in zip(examples.pixels, examples.sources, strict=True)
            if examples.files[s] == "5.mid"}  # fmt: skip
    theirs = {p.tobytes() for p, s in zip(others.pixels, others.sources, strict=True)
              if others.files[s] == "0.mid"}  # fmt: skip
    assert mine == theirs


def test_a_second_look_reads_only_what_has_changed(songs, monkeypatch):
    read_before = []
    parse = dataset.parse_song
    monkeypatch.setattr(
        dataset, "parse_song", lambda content: (read_before.append(1), parse(content))[1]
    )
    reader = MusicReader()
    first = result_of(reader.check(songs))
    assert len(read_before) == 10
    assert result_of(reader.check(songs)) == first and len(read_before) == 10
    write_song(songs / "3.mid", tune(99))
    result_of(reader.check(songs))
    assert len(read_before) == 11
