"""`atelier like`, `dislike`, `for-you` and `forget`, with small untrained models."""

import pytest

from studio.app.cli import main
from studio.core import proposals
from studio.core.library import places
from studio.core.model_file import read_entry
from studio.core.taste import ENOUGH
from studio.core.taste_file import load_taste, taste_path
from studio.gan.checkpoint import save_model
from studio.media import kinds, read_provenance


@pytest.fixture(autouse=True)
def few(monkeypatch):
    """As many candidates as show how it goes."""
    monkeypatch.setattr(proposals, "MEASURED", 12)
    monkeypatch.setattr(proposals, "BACKGROUND", 12)


@pytest.fixture(params=kinds(), ids=lambda kind: kind.name)
def model(request, model_of):
    return model_of(request.param)


def test_likes_are_kept_proposals_follow_and_all_is_forgotten(model, tmp_path, capsys):
    name = read_entry(model).header.id
    assert main(["like", f"{model}:1", f"{model}:2"]) == 0
    assert f"2 liked or disliked, {ENOUGH - 2} more" in capsys.readouterr().out
    assert main(["for-you", str(model), "--out", str(tmp_path / "few"), "--count", "2"]) == 0
    assert "at random" in capsys.readouterr().err
    assert main(["dislike", *(f"{model}:{seed}" for seed in range(3, 3 + ENOUGH))]) == 0
    assert "for-you follows them" in capsys.readouterr().out
    labels = load_taste(name, places()).labels
    assert [one.liked for one in labels] == [True, True] + ENOUGH * [False]
    assert all(one.qualities for one in labels)

    assert main(["for-you", str(model), "--out", str(tmp_path / "mine"), "--count", "3"]) == 0
    told = capsys.readouterr()
    assert "every fourth one" in told.err
    written = sorted((tmp_path / "mine").iterdir())
    assert sorted(told.out.split()) == [str(path) for path in written] and len(written) == 3
    found = [read_provenance(path) for path in written]
    assert {one.origin.verb for one in found} == {"for you"}
    assert {one.recipe.model for one in found} == {name}

    assert main(["forget", str(model)]) == 0
    assert not taste_path(name, places()).exists()


def test_an_exported_file_can_be_liked(tmp_path):
    assert main(["generate", "fruit", "--seeds", "4", "--out", str(tmp_path)]) == 0
    (path,) = tmp_path.iterdir()
    before, model = path.read_bytes(), read_provenance(path).recipe.model
    assert main(["like", "fruit:4"]) == main(["dislike", str(path)]) == 0
    assert [one.liked for one in load_taste(model, places()).labels] == [False]  # the last counts
    assert path.read_bytes() == before


def test_nothing_is_kept_where_one_cannot_be_judged(model, tmp_path, capsys):
    (tmp_path / "bad.png").write_bytes(b"no picture")
    assert main(["like", f"{model}:1", str(tmp_path / "bad.png")]) == 2
    assert load_taste(read_entry(model).header.id, places()).labels == ()


def test_a_model_whose_results_are_all_the_same_has_none_left_to_propose(
    model_of, tmp_path, capsys
):
    artwork = next(kind for kind in kinds() if kind.name == "artwork")
    generator = artwork.load_generator(model_of(artwork), "cpu")
    network = generator._play.network
    for value in network.state_dict().values():
        value.zero_()
    still = tmp_path / "still.safetensors"
    save_model(still, network, generator.header)
    assert main(["like", f"{still}:1"]) == 0
    assert main(["for-you", str(still), "--count", "2", "--out", str(tmp_path / "out")]) == 2
    assert "All results of this model are like those" in capsys.readouterr().err


def test_nonsense_is_a_sentence(model, tmp_path, capsys):
    assert main(["like", "nothing:1"]) == 2
    assert main(["like", f"{model}:x"]) == 2
    with pytest.raises(SystemExit):
        main(["for-you", str(model), "--out", str(tmp_path), "--count", "0"])
    assert "Traceback" not in capsys.readouterr().err
