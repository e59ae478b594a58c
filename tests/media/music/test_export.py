"""MIDI, WAV and project files: what is written is what can be read."""

import io
import json

import mido
import numpy as np
import pytest
import soundfile
from hypothesis import given, settings
from hypothesis import strategies as st

from studio.core.errors import StudioError
from studio.core.latent import Latent, Mix, Recipe, Toward
from studio.core.provenance import Provenance
from studio.media.music.document import TRACKS, Clip, Note
from studio.media.music.export import CLIP_FILE, decode, encode, write_midi, write_wav
from studio.media.music.midi import read_song
from studio.media.music.midi_file import read_work as read_midi
from studio.media.music.wav_file import wav_bytes

RECIPE = Recipe(
    "music-starter", Latent(7, 0.8, (Toward(Latent(3), 0.25), Mix(Latent(9)))), (("key", "Ré"),)
)
NOTES = st.builds(
    Note,
    st.sampled_from(TRACKS),
    st.integers(0, 127),
    st.integers(0, 7_000),
    st.integers(1, 680),
    st.integers(1, 127),
)
SOME_TRACKS = st.lists(st.sampled_from(TRACKS), unique=True, max_size=4).map(tuple)
CLIPS = st.builds(
    lambda notes, *frame: Clip(RECIPE, tuple(notes), *frame),
    st.lists(NOTES, max_size=30),
    st.sampled_from((20.0, 96.0, 100.0, 120.5, 300.0)) | st.floats(20, 300),
    st.tuples(*[st.integers(0, 127)] * 4),
    st.integers(7_680, 20_000),
    SOME_TRACKS,
    SOME_TRACKS,
    st.booleans(),
)


@given(CLIPS)
@settings(max_examples=40, deadline=None)
def test_midi_reads_back_as_the_same_clip(tmp_path_factory, clip):
    path = tmp_path_factory.mktemp("midi") / "clip.mid"
    write_midi(clip, path)
    assert read_midi(path) == clip


def test_what_another_program_changed_is_taken_from_the_notes(tmp_path):
    clip = Clip(RECIPE, (Note("melody", 72, 0, 480), Note("bass", 40, 480, 120)), 96.0)
    write_midi(clip, tmp_path / "clip.mid")
    file = mido.MidiFile(tmp_path / "clip.mid", charset="utf-8")
    file.ticks_per_beat = 960  # everything twice as fast
    next(m for m in file.tracks[0] if m.type == "set_tempo").tempo = 400_000
    next(m for m in file.tracks[1] if m.type == "program_change").program = 11
    file.save(tmp_path / "clip.mid")
    back = read_midi(tmp_path / "clip.mid")
    assert [(n.start_ticks, n.length_ticks) for n in back.notes] == [(0, 240), (240, 60)]
    assert (back.tempo_bpm, back.program("melody"), back.edited) == (150.0, 11, True)
    assert back.recipe == RECIPE


def test_another_reader_finds_tempo_names_programs_and_ends(tmp_path):
    clip = Clip(RECIPE, (Note("melody", 72, 0, 480), Note("drums", 38, 480, 120)), 96.0)
    write_midi(clip, tmp_path / "clip.mid")
    file = mido.MidiFile(tmp_path / "clip.mid", charset="utf-8")
    assert (file.type, file.ticks_per_beat, len(file.tracks)) == (1, 480, 5)
    assert [track.name for track in file.tracks[1:]] == ["Melody", "Chords", "Bass", "Drums"]
    assert file.length == pytest.approx(10.0, abs=1e-3)
    first = {message.type: message for message in file.tracks[0]}
    assert mido.tempo2bpm(first["set_tempo"].tempo) == pytest.approx(96.0)
    assert (first["time_signature"].numerator, first["time_signature"].denominator) == (4, 4)
    record = json.loads(first["text"].text.removeprefix("atelier:"))
    assert record["recipe"]["latent"]["seed"] == 7
    channels = [{m.channel for m in track if not m.is_meta} for track in file.tracks[1:]]
    assert channels == [{0}, {1}, {2}, {9}]
    assert all(track[-1].type == "end_of_track" for track in file.tracks)


def test_foreign_midi_is_not_taken_for_ours(tmp_path):
    file = mido.MidiFile()
    file.tracks.append(mido.MidiTrack([mido.Message("note_on", note=60, velocity=9)]))
    file.save(tmp_path / "other.mid")
    assert len(read_song(tmp_path / "other.mid").start) == 1
    with pytest.raises(StudioError, match=r"other\.mid does not say how it was made"):
        read_midi(tmp_path / "other.mid")


def test_wav_is_24_bit_stereo_with_its_recipe(tmp_path):
    notes = (Note("melody", 69, 0, 1920), Note("drums", 36, 0, 120))
    write_wav(Clip(RECIPE, notes, 120.0, length_ticks=1920), tmp_path / "clip.wav")
    with soundfile.SoundFile(tmp_path / "clip.wav") as file:
        assert (file.samplerate, file.channels, file.subtype) == (44_100, 2, "PCM_24")
        assert "music-starter" in file.comment and "trainedAlgorithmicMedia" in file.comment
        samples = file.read()
    assert 2.0 <= len(samples) / 44_100 <= 5.0
    assert 0.5 < np.abs(samples).max() < 0.9


def test_another_soundfont_sounds_different(tmp_path, shared_folder):
    clip = Clip(notes=(Note("melody", 69, 0, 960),), length_ticks=960)
    other = shared_folder / "playback_soundfont" / "florestan-subset.sf2"
    write_wav(clip, tmp_path / "ours.wav")
    write_wav(clip, tmp_path / "theirs.wav", str(other))
    assert (tmp_path / "ours.wav").read_bytes() != (tmp_path / "theirs.wav").read_bytes()
    with pytest.raises(StudioError, match="no SoundFont"):
        write_wav(clip, tmp_path / "none.wav", str(tmp_path / "missing.sf2"))
    assert not (tmp_path / "none.wav").exists()


def test_the_longest_recipe_fits_into_a_wav():
    moves = tuple(
        Toward(Latent(2**32 - 1 - index), -1.2345678901234567, ("coarse",)) for index in range(64)
    )
    recipe = Recipe("m" * 128, Latent(moves=moves), tuple((f"{i:064d}", 1.5) for i in range(64)))
    content = wav_bytes(np.zeros((100, 2), np.float32), Provenance("music", recipe))
    with soundfile.SoundFile(io.BytesIO(content)) as file:
        assert len(file.read()) == 100


@given(CLIPS)
@settings(max_examples=40, deadline=None)
def test_projects_keep_the_clip(clip):
    assert decode(encode(clip)) == clip


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=5,
)


@given(st.sampled_from(sorted(json.loads(encode(Clip())[CLIP_FILE]))), JSON)
@settings(max_examples=150, deadline=None)
def test_a_project_with_a_strange_value_is_read_or_refused(key, value):
    plain = json.loads(encode(Clip(notes=(Note("bass", 40, 0, 120),)))[CLIP_FILE])
    try:
        clip = decode({CLIP_FILE: json.dumps({**plain, key: value}).encode()})
    except StudioError:
        return
    assert decode(encode(clip)) == clip


@pytest.mark.parametrize(
    "content", [b"", b"\xff\xfe", b"[]", b"{}", b"null", b"[" * 100_000, b'{"version": 99}']
)
def test_a_damaged_clip_is_a_sentence(content):
    with pytest.raises(StudioError, match="clip"):
        decode({CLIP_FILE: content})
    with pytest.raises(StudioError, match="clip"):
        decode({})


def test_a_full_disk_leaves_the_old_file(tmp_path, monkeypatch):
    clip = Clip(notes=(Note("melody", 69, 0, 1920),))
    path = tmp_path / "clip.mid"
    write_midi(clip, path)
    before = path.read_bytes()

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("studio.core.files.os.fsync", full)
    with pytest.raises(StudioError, match="disk is full"):
        write_midi(Clip(), path)
    assert path.read_bytes() == before and list(tmp_path.iterdir()) == [path]
