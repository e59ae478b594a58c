"""Settings: kept, tolerant of damage, never lost."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.core.settings import Settings, load_settings, save_settings


def test_nothing_there_means_defaults_and_no_complaint(tmp_path):
    assert load_settings(tmp_path / "settings.json") == (Settings(), "")


def test_saved_settings_come_back(tmp_path):
    path = tmp_path / "deep" / "settings.json"
    chosen = Settings(device="cpu", threads=3, provenance=False, recent_projects=("a", "b"))
    save_settings(chosen, path)
    assert load_settings(path) == (chosen, "")


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"null", b"\xff\xfe", b"[" * 100_000])
def test_a_damaged_file_gives_defaults_a_sentence_and_is_kept(tmp_path, content):
    path = tmp_path / "settings.json"
    path.write_bytes(content)
    settings, sentence = load_settings(path)
    assert settings == Settings()
    assert "damaged" in sentence
    assert path.read_bytes() == content
    save_settings(Settings(threads=2), path)
    assert (tmp_path / "settings.kept.json").read_bytes() == content
    assert load_settings(path)[0].threads == 2


def test_a_value_of_the_wrong_kind_falls_back_alone(tmp_path):
    path = tmp_path / "settings.json"
    path.write_text('{"format": 1, "threads": "many", "device": "cpu", "provenance": 1}')
    settings, sentence = load_settings(path)
    assert settings == Settings(device="cpu")
    assert "threads" in sentence and "provenance" in sentence


def test_the_file_of_a_newer_atelier_is_kept_beside(tmp_path):
    path = tmp_path / "settings.json"
    path.write_text('{"format": 99, "device": "cpu", "later": true}')
    settings, sentence = load_settings(path)
    assert (settings.device, sentence) == ("cpu", "")
    save_settings(settings, path)
    assert "later" in (tmp_path / "settings.kept.json").read_text()


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=3),
    max_leaves=4,
)


@given(st.dictionaries(st.sampled_from(list(Settings.__dataclass_fields__)), values))
def test_no_json_can_stop_the_start(tmp_path_factory, content):
    path = tmp_path_factory.mktemp("settings") / "settings.json"
    path.write_text(json.dumps(content))
    settings, _ = load_settings(path)
    for name, field in Settings.__dataclass_fields__.items():
        assert isinstance(getattr(settings, name), type(field.default))


@pytest.mark.parametrize(
    ("name", "value"), [("scale", 3), ("scale", 0), ("dpi", 0), ("dpi", 10**9)]
)
def test_a_size_that_cannot_be_written_is_left_out(tmp_path, name, value):
    path = tmp_path / "settings.json"
    path.write_text(json.dumps({"format": 1, name: value}))
    settings, problem = load_settings(path)
    assert settings == Settings() and name in problem
