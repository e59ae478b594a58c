"""The SoundFont that comes with Atelier, and damaged ones."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from studio.core.errors import StudioError
from studio.media.music import soundfont as sf
from studio.media.music.soundfont import SoundFont
from studio.media.music.synth import default_soundfont

OURS = default_soundfont().read_bytes()
PROGRAMS = (0, 4, 11, 24, 32, 33, 48, 52, 56, 65, 73, 80)


@pytest.fixture(scope="module")
def font() -> SoundFont:
    return SoundFont(default_soundfont())


def test_it_is_small_has_its_licence_and_all_instruments(font):
    assert default_soundfont().stat().st_size < 5 * 2**20
    assert "MIT" in default_soundfont().with_name("LICENSE.txt").read_text()
    assert tuple(program for program, _ in font.programs) == PROGRAMS
    assert font.names[(128, 0)] == "Standard"


def test_every_key_of_every_instrument_has_a_sound(font):
    for program in PROGRAMS:
        for key in range(128):
            assert font.zones(program, False, key, 90), (program, key)
    drums = font.preset(0, drums=True)
    assert all(any(zone.answers(key, 90) for zone in drums) for key in range(35, 82))


def test_samples_are_decoded_when_asked_for_and_loop_inside(font):
    zone = next(zone for zone in font.preset(73, drums=False) if zone.answers(72, 90))
    sample = font.sample(zone.sample)
    assert sample.frames.dtype == np.float32 and np.abs(sample.frames).max() > 0.05
    assert 0 <= sample.loop_start < sample.loop_end <= len(sample.frames)
    assert font.sample(zone.sample) is sample


def test_a_missing_program_is_played_by_one_that_comes_near(font):
    for program in range(128):
        assert font.preset(program, drums=False)
    assert font.preset(35, drums=False) is font.preset(32, drums=False)
    assert font.preset(40, drums=False) is font.preset(48, drums=False)
    assert font.preset(25, drums=True) is font.preset(0, drums=True)


def test_exclusive_classes_and_ranges_are_read(font):
    hats = [zone for zone in font.preset(0, drums=True) if zone.keys == (42, 42)]
    assert hats and all(zone.get(sf.EXCLUSIVE) > 0 for zone in hats)


@pytest.mark.parametrize(
    "content", [b"", b"RIFF", b"not a soundfont at all", OURS[:30], b"RIFF\xff\xff\xff\xffsfbk" * 9]
)
def test_what_is_no_soundfont_is_a_sentence(tmp_path, content):
    path = tmp_path / "strange.sf2"
    path.write_bytes(content)
    with pytest.raises(StudioError):
        SoundFont(path)
    with pytest.raises(StudioError):
        SoundFont(tmp_path / "missing.sf2")
    with pytest.raises(StudioError):
        SoundFont(tmp_path)


def play_everything(path: Path) -> None:
    font = SoundFont(path)
    for program in (0, 33, 73):
        for zone in font.preset(program, drums=False)[:6]:
            font.sample(zone.sample)
    for zone in font.preset(0, drums=True)[:6]:
        font.sample(zone.sample)


PDTA = OURS.rindex(b"LIST")


@given(
    st.lists(st.tuples(st.integers(PDTA, len(OURS) - 1), st.integers(0, 255)), max_size=60),
    st.integers(0, 200) | st.just(0),
)
@settings(max_examples=40, deadline=None)
def test_damaged_tables_are_read_or_refused(tmp_path_factory, flips, missing):
    content = bytearray(OURS)
    for place, byte in flips:
        content[place] = byte
    path = tmp_path_factory.mktemp("font") / "font.sf3"
    path.write_bytes(content[: len(content) - missing])
    try:
        play_everything(path)
    except StudioError as error:
        assert str(error).endswith(".")


@given(st.lists(st.tuples(st.integers(0, PDTA), st.binary(min_size=1, max_size=40)), min_size=1))
@settings(max_examples=15, deadline=None)
def test_damaged_samples_are_read_or_refused(tmp_path_factory, flips):
    content = bytearray(OURS)
    for place, noise in flips:
        content[place : place + len(noise)] = noise
    path = tmp_path_factory.mktemp("font") / "font.sf3"
    path.write_bytes(content)
    try:
        play_everything(path)
    except StudioError as error:
        assert str(error).endswith(".")


def test_other_peoples_sf2_files_play(shared_folder):
    font = SoundFont(shared_folder / "playback_soundfont" / "florestan-subset.sf2")
    assert len(font.programs) == 17
    for program, _ in font.programs:
        zone = font.preset(program, drums=False)[0]
        assert np.abs(font.sample(zone.sample).frames).max() > 0.01
