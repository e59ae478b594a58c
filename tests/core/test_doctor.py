"""The doctor's values: what size pictures are good for, histograms, verdicts, JSON."""

import json

import numpy as np
import pytest

from studio.core.doctor import Chart, Remedy, Sheet, bars, good_for_px, refuse_unknown
from studio.core.errors import StudioError
from studio.core.kind import FolderReport, Refusal


@pytest.mark.parametrize(
    ("sides", "size"),
    [
        ([], 32),
        ([20] * 100, 32),
        ([64] * 100, 64),
        ([1000] * 299, 128),  # few: detail could only be learnt by heart
        ([1000] * 300, 256),
        ([1000] * 1999, 256),
        ([1000] * 2000, 512),
        ([116] * 100, 128),  # a tenth of enlarging is not seen
        ([115] * 100, 64),
        ([128] * 90 + [40] * 10, 128),
        ([128] * 89 + [40] * 11, 32),
    ],
)
def test_the_size_follows_from_resolution_and_count(sides, size):
    assert good_for_px(sides) == size


def test_a_histogram_counts_everything_once():
    chart = bars("Sides", [5, 32, 40, 64, 1000], (32, 64))
    assert chart.labels == ("<32", "32", "64+") and chart.values == (1, 2, 2)


def test_a_remedy_that_is_none_is_named_with_those_there_are():
    refuse_unknown(("crop",), ("crop", "skip"), "artwork")
    with pytest.raises(StudioError, match="no remedy 'cut' for artwork; there are crop, skip"):
        refuse_unknown(("crop", "cut"), ("crop", "skip"), "artwork")


def report(count: int, **values) -> FolderReport:
    names = tuple(f"{number}.png" for number in range(count))
    return FolderReport("f", "artwork", names, noun="picture", nouns="pictures", **values)


def test_the_verdict_is_a_sentence():
    assert report(1).verdict == "1 picture."
    near = (("1.png", "2.png"), ("3.png", "4.png", "5.png"))
    full = report(212, near=near, refused=(Refusal("x", "empty"),), good="good for 128 px")
    assert full.verdict == "212 pictures, 3 near copies, 1 left out; good for 128 px."
    assert full.sentence("expect about 40 minutes on this GPU") == (
        "212 pictures, 3 near copies, 1 left out; good for 128 px; "
        "expect about 40 minutes on this GPU."
    )


def test_json_holds_everything_but_pixels():
    sheet = Sheet("Near copies", (("1.png", np.zeros((4, 4, 3), np.uint8)),), (0,))
    full = report(
        9,
        charts=(Chart("Sizes", "scatter", ("w", "h"), points=((1.0, 2.0),)),),
        sheets=(sheet,),
        remedies=(Remedy("skip", "Skip them", 2, True),),
    )
    values = json.loads(json.dumps(full.to_json()))
    assert values["sheets"] == [{"title": "Near copies", "files": ["1.png"]}]
    assert values["remedies"][0] == {
        "word": "skip", "text": "Skip them", "files": 2, "is_taken": True,
    }  # fmt: skip
    assert values["verdict"] == full.verdict and full.taken == ("skip",)


def test_a_sheet_lays_its_pictures_in_rows():
    pictures = tuple((str(n), np.full((4, 4, 3), n, np.uint8)) for n in range(1, 8))
    pixels = Sheet("All", pictures).pixels(columns=5, gap_px=1)
    assert pixels.shape == (9, 24, 3)
    assert pixels[5, 5].tolist() == [7, 7, 7] and pixels[4, 4].tolist() == [27, 29, 33]
