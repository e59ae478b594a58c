"""Figures in words: nothing is lost, and nothing is said that is not so."""

import pytest

from studio.core.figures import cautions, counts, rows, shown

GOOD = {
    "kid_rand": 0.01, "kid_rand_floor": 0.0, "kid_rand_copies": 0.002, "coverage": 0.9,
    "coverage_floor": 0.96, "diversity": 1.0, "nearest_ratio": 1.0, "copied_share": 0.0,
    "c_t": 0.3,
}  # fmt: skip


def test_rows_stand_in_their_order_with_floors_and_copies():
    found = rows({"nearest_ratio": 0.9, "swd": 3.0, "swd_floor": 2.0, "swd_64px": 4.0,
                  "swd_64px_floor": 1.0, **GOOD})  # fmt: skip
    names = [row.name for row in found]
    assert names[:3] == ["kid_rand", "swd", "swd_64px"] and len(set(names)) == len(names)
    by_name = {row.name: row for row in found}
    assert (by_name["kid_rand"].floor, by_name["kid_rand"].copies) == (0.0, 0.002)
    assert by_name["swd_64px"].floor == 1.0 and "64 px" in by_name["swd_64px"].label
    assert by_name["nearest_ratio"].floor == 1.0  # held-out files beside themselves
    assert all(row.good for row in found if "px" not in row.name)


def test_counts_gather_what_belongs_together():
    found = counts(
        {"pitch_overlap": 0.8, "pitch_overlap_floor": 0.9, "polyphony": 3.0,
         "polyphony_files": 2.0, "seam_ratio": 1.0, "seam_ratio_files": 1.5, **GOOD}
    )  # fmt: skip
    assert [one.label for one in found] == ["pitch", "polyphony", "seam ratio"]
    assert (found[0].value, found[0].overlap, found[0].floor) == (None, 0.8, 0.9)
    assert (found[1].value, found[1].files, found[1].overlap) == (3.0, 2.0, None)


def test_a_good_model_has_no_cautions_and_no_figures_neither():
    assert cautions(GOOD) == [] and cautions({}) == []


@pytest.mark.parametrize(
    "change, words",
    [
        ({"nearest_ratio": 0.1, "copied_share": 1.0, "c_t": -9.0}, ["copies its files"]),
        ({"nearest_ratio": 0.6}, ["leans towards its files"]),
        ({"c_t": -4.0}, ["leans towards its files"]),
        ({"copied_share": 0.25}, ["25% of the results"]),
        ({"diversity": 0.3}, ["look alike"]),
        ({"coverage": 0.2}, ["only a part"]),
    ],
)
def test_each_caution(change, words):
    found = cautions(GOOD | change)
    assert len(found) == len(words)
    assert all(word in sentence for word, sentence in zip(words, found, strict=True))


def test_numbers_are_short():
    assert [shown(x) for x in (None, 0.0, 1e-5, -0.0001, 0.1234567, 194.63, -3.5)] == [
        "", "0", "0", "0", "0.1235", "194.6", "-3.5",
    ]  # fmt: skip
