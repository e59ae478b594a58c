"""What a run is held to, with examples that lie on the disk."""

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from studio.core.examples import Examples
from studio.gan.checks import HeldOut
from studio.gan.features import PictureFeatures


class Counting(np.ndarray):
    """Remembers the most rows that were ever asked for at once."""

    most = 0

    def __getitem__(self, key: Any) -> Any:
        if isinstance(key, np.ndarray):
            Counting.most = max(Counting.most, len(key))
        return super().__getitem__(key)


def test_a_large_folder_is_never_read_as_a_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("studio.gan.checks.MOST", 100)
    count = 1500
    pixels = np.random.default_rng(0).integers(0, 256, (count, 16, 16, 3), dtype=np.uint8)
    examples = Examples(pixels.view(Counting), np.arange(count, dtype=np.int32), ("a",) * count)
    learnt, kept = np.arange(count - 150), np.arange(count - 150, count)
    sampler = SimpleNamespace(
        examples=lambda results: pixels[:results], logits=lambda part: np.zeros(len(part))
    )
    training = SimpleNamespace(judged=lambda part: part)
    trainer: Any = SimpleNamespace(sampler=sampler, training=training)
    found = HeldOut(examples, learnt, kept, PictureFeatures).figures(trainer)
    assert 0 < found["copied_share"] < 0.3  # of 1,350 files 100 were drawn
    assert 100 <= Counting.most < 300
