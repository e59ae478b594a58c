"""The card that goes along with a model."""

from studio.core.card import card
from studio.core.model_file import ModelHeader
from studio.core.run_folder import TrainConfig

HEADER = ModelHeader(
    "f5315d46935e7952", "artwork", "Fruit", 64, {},
    {"kimg": 100.8, "minutes": 74.6, "device": "CPU, 1 thread", "files": 4500, "held_out": 225,
     "licence": "Public domain", "credit": "USDA"},
)  # fmt: skip
FIGURES = {"kid_rand": 0.1, "kid_rand_floor": -0.001, "nearest_ratio": 0.3, "copied_share": 0.6,
           "swd": 30.0, "swd_floor": 20.0}  # fmt: skip


def test_a_card_says_what_it_is_learnt_from_how_and_how_good():
    config = TrainConfig("artwork", "/home/somebody/My pictures", kimg=101, seed=7, gamma=0.5)
    text = card(HEADER, FIGURES, config.to_json(), "samples/last.png")
    assert text.startswith("# Fruit\n\n![samples](samples/last.png)\n")
    for part in (
        "| learnt from | 4,500 files, 225 held out |", "| source and credit | USDA |",
        "| licence of the files | Public domain |", "| length | 100.8 kimg in 74.6 minutes |",
        "| device | CPU, 1 thread |", "`f5315d46935e7952`",
        'atelier train "My pictures" --medium artwork --out RUN --size 64 --kimg 101 --seed 7',
        "| gamma | 0.5 |", "| KID-rand | 0.1 | -0.001 |  |", "| sliced Wasserstein | 30 | 20 |",
        "- It copies its files",
    ):  # fmt: skip
        assert part in text, part
    assert "somebody" not in text


def test_a_card_without_figures_and_settings():
    bare = card(ModelHeader("", "music", "Songs", 64), {}, {})
    assert bare.startswith("# Songs\n") and bare.endswith("|\n")
    assert "| licence of the files | not given |" in bare
    assert "##" not in bare and "px" not in bare and "weights" not in bare


def test_a_card_of_music_has_two_tables():
    figures = {"kid_rand": 0.1, "polyphony": 3.0, "polyphony_files": 2.0, "polyphony_overlap": 0.8,
               "polyphony_overlap_floor": 0.9}  # fmt: skip
    text = card(ModelHeader("", "music", "Songs", 64), figures, {"folder": "", "kimg": 5.0})
    assert "KID in fixed features | 0.1" in text
    assert "| polyphony | 3 | 2 | 0.8 | 0.9 |" in text and "Beware" not in text
    assert "atelier train FOLDER --medium music --out RUN --kimg 5\n" in text


def test_names_and_odd_values_cannot_break_the_card():
    header = ModelHeader(
        "x", "artwork", "a\n# b | <script>", 64, {}, {"kimg": "many", "files": None, "credit": 7}
    )
    text = card(header, {}, {"folder": "a|b\n", "kimg": 1.0})
    assert text.startswith("# a # b \\| &lt;script>\n")
    assert "| source and credit | 7 |" in text and "many" not in text
