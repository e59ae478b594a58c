"""FID through an optional package, which these tests fake."""

import sys
import types

import numpy as np
import pytest

from studio.core.errors import StudioError
from studio.gan.fid import load_fid

PICTURES = np.zeros((3, 8, 10, 3), np.uint8)


@pytest.fixture
def asked(monkeypatch) -> dict:
    """What the faked package was called with."""
    asked: dict = {}

    def calculate_metrics(**words):
        asked.update(words)
        if asked.get("broken"):
            raise OSError("no network")
        return {"frechet_inception_distance": np.float64(12.5)}

    module = types.ModuleType("torch_fidelity")
    monkeypatch.setattr(module, "calculate_metrics", calculate_metrics, raising=False)
    monkeypatch.setitem(sys.modules, "torch_fidelity", module)
    return asked


def test_pictures_arrive_as_the_package_wants_them(asked):
    pictures = PICTURES.copy()
    pictures[1, 2, 3] = (7, 8, 9)
    found = load_fid()(pictures, PICTURES)
    assert found == 12.5 and type(found) is float
    first = asked["input1"]
    assert len(first) == 3 and tuple(first[1].shape) == (3, 8, 10)
    assert str(first[1].dtype) == "torch.uint8" and first[1][:, 2, 3].tolist() == [7, 8, 9]
    assert asked["fid"] is True


def test_without_the_package_one_sentence_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "torch_fidelity", None)
    with pytest.raises(StudioError, match="pip install"):
        load_fid()


def test_without_the_network_one_sentence_says_so(asked):
    asked["broken"] = True
    with pytest.raises(StudioError, match="internet"):
        load_fid()(PICTURES, PICTURES)


@pytest.mark.parametrize("made", [PICTURES[:1], np.zeros((3, 4, 2, 64, 11), np.uint8)])
def test_what_is_no_set_of_pictures_is_refused(asked, made):
    with pytest.raises(StudioError, match="FID"):
        load_fid()(made, PICTURES)
    assert not asked
