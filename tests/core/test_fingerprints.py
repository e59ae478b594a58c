"""What a model keeps of its files: how much, how near is a copy, and files from strangers."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from studio.core.errors import StudioError
from studio.core.examples import Examples
from studio.core.fingerprints import (
    MAX_BYTES,
    CopyCheck,
    Fingerprints,
    nearest_copy,
    read_fingerprints,
    take_fingerprints,
)
from studio.core.library import Places
from studio.core.model_file import ModelHeader, header_to_metadata, read_entry


class Plain:
    """Examples of four bytes are their own fingerprints."""

    version, width, surely, hardly = "plain-1", 4, 1.0, 1000.0

    def fingerprints(self, examples: np.ndarray) -> np.ndarray:
        return np.asarray(examples)

    def distances(self, example: np.ndarray, size_px: int, fingerprints: np.ndarray) -> np.ndarray:
        return np.abs(fingerprints.astype(float) - example).sum(1)


def examples(count: int, each: int = 1) -> Examples:
    pixels = np.random.default_rng(0).integers(0, 256, (count, 4), dtype=np.uint8)
    sources = (np.arange(count) // each).astype(np.int32)
    return Examples(pixels, sources, tuple(str(n) for n in range(count)))


def taken(count: int = 200, held_out: int = 20) -> Fingerprints:
    places = np.arange(count)
    return take_fingerprints(Plain(), examples(count), places[held_out:], places[:held_out], 64)


def write_model(
    path: Path, words: Any, rows: np.ndarray | None, dtype: str = "U8", **header: Any
) -> Path:
    """A model file without weights; rows may be anything, words too."""
    values = ModelHeader("abc", "plain", "Plain", 64, fingerprints=words)
    index: dict[str, Any] = {"__metadata__": header_to_metadata(values)}
    body = b"" if rows is None else rows.tobytes()
    if rows is not None:
        index["fingerprints"] = {
            "dtype": dtype, "shape": list(rows.shape), "data_offsets": [0, len(body)],
        } | header  # fmt: skip
    text = json.dumps(index).encode()
    path.write_bytes(len(text).to_bytes(8, "little") + text + body)
    return path


def test_what_is_taken_reads_back(tmp_path: Path) -> None:
    found = taken()
    assert found.rows.shape == (180, 4) and found.examples == 180 and found.held_out
    assert found.judges == 20 and found.limit == pytest.approx(0.65 * found.floor)
    path = write_model(tmp_path / "m.safetensors", found.to_json(), found.rows)
    again = read_fingerprints(read_entry(path), Plain())
    assert again is not None and (again.rows == found.rows).all()
    assert again.to_json() == found.to_json()


def test_the_limit_tells_copies_from_the_rest() -> None:
    found = taken()
    assert nearest_copy(Plain(), found, found.rows[3], 64) == 0
    assert nearest_copy(Plain(), found, found.rows[3] ^ 1, 64) < 1
    assert nearest_copy(Plain(), replace(found, rows=found.rows[:0]), found.rows[3], 64) == np.inf


def test_without_held_out_files_training_files_judge_but_not_those_of_one_source() -> None:
    places = np.arange(200)
    pairs = examples(200, each=2)
    pixels = pairs.pixels.copy()
    pixels[1::2] = pixels[::2]  # a song that repeats itself
    found = take_fingerprints(Plain(), replace(pairs, pixels=pixels), places, places[:0], 64)
    assert found.judges == 128 and not found.held_out
    assert found.floor > 5


def test_a_folder_of_copies_still_gives_a_limit() -> None:
    same = replace(examples(100), pixels=np.full((100, 4), 7, np.uint8))
    found = take_fingerprints(Plain(), same, np.arange(100), np.arange(0), 64)
    assert found.floor == 0 and found.limit == Plain.surely and found.blank == 100


def test_no_folder_takes_more_than_two_megabytes() -> None:
    count = MAX_BYTES // 4 + 1000
    many = examples(count)
    found = take_fingerprints(Plain(), many, np.arange(10, count), np.arange(2), 64)
    assert found.rows.nbytes == MAX_BYTES and found.examples == count - 10
    assert f"{MAX_BYTES // 4:,} of {count - 10:,}" in found.sentence


def test_files_without_them_and_with_others_say_nothing(tmp_path: Path) -> None:
    for words in ({}, {"version": "plain-2"}, {"version": 7}):
        path = write_model(tmp_path / "m.safetensors", words, None)
        assert read_fingerprints(read_entry(path), Plain()) is None


GOOD = taken().to_json()
ROWS = taken().rows


@pytest.mark.parametrize(
    ("words", "rows", "header"),
    [
        (GOOD, None, {}),
        (GOOD, ROWS[:, :3], {}),
        (GOOD, ROWS[0], {}),
        (GOOD, ROWS[:5], {}),
        (GOOD, ROWS, {"dtype": "F32"}),
        (GOOD, ROWS, {"shape": [10**9, 4]}),
        (GOOD, ROWS, {"shape": [-1, 4]}),
        (GOOD, ROWS, {"shape": [180, 4.5, "x"]}),
        (GOOD, ROWS, {"shape": [1] * 64}),
        (GOOD, ROWS, {"data_offsets": [0, 10**12]}),
        (GOOD, ROWS, {"data_offsets": [-4, 720]}),
        (GOOD, ROWS, {"data_offsets": 5}),
        (GOOD, np.zeros((MAX_BYTES // 4 + 1, 4), np.uint8), {}),
        (GOOD | {"limit": float("nan")}, ROWS, {}),
        (GOOD | {"limit": float("inf")}, ROWS, {}),
        (GOOD | {"limit": 0}, ROWS, {}),
        (GOOD | {"limit": "wide"}, ROWS, {}),
        (GOOD | {"floor": float("nan")}, ROWS, {}),
        (GOOD | {"kept": 10**30}, ROWS, {}),
        (GOOD | {"blank": -1}, ROWS, {}),
        (GOOD | {"examples": None}, ROWS, {}),
        ({"version": "plain-1"}, ROWS, {}),
    ],
)
def test_hostile_fingerprints_are_refused_in_a_sentence(
    tmp_path: Path, words: Any, rows: Any, header: dict[str, Any]
) -> None:
    path = write_model(tmp_path / "m.safetensors", words, rows, **header)
    with pytest.raises(StudioError, match=r"m\.safetensors"):
        read_fingerprints(read_entry(path), Plain())


@pytest.mark.parametrize("words", ["text", 5, [1], {"version": ["plain-1"]}])
def test_hostile_words_are_refused_or_passed_over(tmp_path: Path, words: Any) -> None:
    path = write_model(tmp_path / "m.safetensors", words, ROWS)
    try:
        assert read_fingerprints(read_entry(path), Plain()) is None
    except StudioError as error:
        assert "m.safetensors" in str(error)


def test_a_check_asks_the_model_that_made_the_document(tmp_path: Path) -> None:
    found = taken()
    places = Places(tmp_path, tmp_path, tmp_path, tmp_path)
    places.models_path.mkdir()
    path = write_model(places.models_path / "m.safetensors", found.to_json(), found.rows)
    kind: Any = SimpleNamespace(
        name="plain", load_recogniser=Plain, example_of=lambda document: document.row
    )
    check = CopyCheck()

    def document(model: str, row: np.ndarray) -> Any:
        return SimpleNamespace(recipe=SimpleNamespace(model=model), row=row)

    copy, other = found.rows[8], found.rows[8] ^ 128
    assert check.is_copy_of(kind, places, document("abc", copy))
    assert not check.is_copy_of(kind, places, document("abc", other))
    assert not check.is_copy_of(kind, places, document("gone", copy))
    assert not check.is_copy_of(kind, places, document("", copy))
    entry = read_entry(path)
    path.unlink()
    with pytest.raises(StudioError, match="gone"):
        check.is_copy(kind, entry, document("abc", copy))
