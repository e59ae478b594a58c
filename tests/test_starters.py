"""What comes along for each medium: a starter model with its card, and a folder to train on."""

import numpy as np
import pytest

from studio.core.latent import Latent, Recipe
from studio.core.model_file import read_entry
from studio.core.resources import resource
from studio.core.work import result_of
from studio.media import kinds

MAX_BYTES = 6 * 2**20
every_kind = pytest.mark.parametrize("kind", kinds(), ids=lambda kind: kind.name)


def starter(kind):
    return resource("models", f"{kind.starter}.safetensors")


@every_kind
def test_a_starter_is_small_and_says_how_it_was_made(kind):
    path = starter(kind)
    entry = read_entry(path)
    assert path.stat().st_size <= MAX_BYTES
    assert entry.header.medium == kind.name
    assert entry.header.name not in ("", "provisional")
    said = {"kimg", "minutes", "device", "examples", "licence", "credit"}
    assert said <= entry.header.trained.keys()
    assert entry.preview_png.startswith(b"\x89PNG")


@every_kind
def test_a_starter_has_a_card_with_licence_and_credit(kind):
    starter(kind)
    cards = [path.read_text(encoding="utf-8") for path in resource("models").glob("*.md")]
    mine = [card.lower() for card in cards if kind.starter in card.lower()]
    assert mine, "no model card"
    for word in ("licence", "kimg", "atelier train"):
        assert any(word in card for card in mine), word


@every_kind
def test_a_starter_plays_and_varies(kind):
    generator = kind.load_generator(starter(kind), "cpu")
    made = [result_of(generator.generate(Recipe(latent=Latent(seed=s)))) for s in range(4)]
    pictures = [kind.thumbnail(document, 64).astype(float) for document in made]
    assert all(picture.std() > 1 for picture in pictures)
    assert min(np.abs(a - b).mean() for a in pictures for b in pictures if a is not b) > 0.5


@every_kind
def test_an_example_folder_can_be_trained_on(kind):
    starter(kind)
    report = result_of(kind.load_reader().check(resource("examples", kind.name)))
    assert len(report.usable) >= 8 and not report.refused
