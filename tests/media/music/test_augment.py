"""Augmentation of phrases: the same for reals and fakes, and whole bars, tracks and whiles."""

import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from studio.media.music.augment import RollChanges, apply_changes, draw_changes
from studio.media.music.document import STEPS, STEPS_PER_BAR, TRACKS
from studio.media.music.network import ROLL_CHANNELS

HEIGHT = ROLL_CHANNELS // len(TRACKS)


def rolls(count: int, seed: int = 0) -> torch.Tensor:
    random = torch.Generator().manual_seed(seed)
    return (torch.rand(count, ROLL_CHANNELS, STEPS, 1, generator=random) < 0.1).float()


def drawn(count: int, strength: float, seed: int = 0) -> RollChanges:
    return draw_changes(count, strength, torch.Generator().manual_seed(seed))


def test_without_strength_nothing_changes():
    x = rolls(5)
    assert torch.equal(apply_changes(x, drawn(5, 0.0)), x)


def test_a_real_and_its_fake_get_the_same_changes():
    x = rolls(6)
    first, second = apply_changes(torch.cat([x, x]), drawn(6, 1.0).doubled()).chunk(2)
    assert torch.equal(first, second)
    assert not torch.equal(first, x)


def test_a_share_is_changed_as_in_the_whole():
    x, changes = rolls(6), drawn(6, 1.0)
    whole = apply_changes(x, changes)
    assert torch.equal(whole[2:5], apply_changes(x[2:5], changes.part(slice(2, 5))))


@settings(deadline=None, max_examples=30)
@given(seed=st.integers(0, 10**6), strength=st.sampled_from([0.3, 1.0]))
def test_what_is_heard_is_the_phrase_begun_at_another_bar(seed, strength):
    x, changes = rolls(4, seed), drawn(4, strength, seed)
    found = apply_changes(x, changes)
    for before, after, turn, heard, keep in zip(
        x, found, changes.turn, changes.heard, changes.keep, strict=True
    ):
        assert int(turn) % STEPS_PER_BAR == 0
        turned = before.roll(int(turn), 1)
        audible = keep[0, 0].bool()
        for track in range(len(TRACKS)):
            rows = slice(track * HEIGHT, (track + 1) * HEIGHT)
            wanted = turned[rows, :, 0] * audible * heard[track, 0, 0]
            assert torch.equal(after[rows, :, 0], wanted)
        assert int((heard == 0).sum()) <= 1
        assert int((~audible).sum()) <= STEPS_PER_BAR


def test_each_kind_happens_as_often_as_asked():
    changes = drawn(4000, 0.4)
    silent = (changes.heard == 0).flatten(1).any(1).float().mean()
    holes = (changes.keep == 0).flatten(1).any(1).float().mean()
    turned = (changes.turn > 0).float().mean()
    for share, wanted in ((silent, 0.4), (holes, 0.4), (turned, 0.3)):
        assert abs(float(share) - wanted) < 0.03


def test_penalties_can_be_taken_through_it():
    x = rolls(3).requires_grad_(True)
    changed = apply_changes(x, drawn(3, 1.0)).square().sum()
    (slope,) = torch.autograd.grad(changed, x, create_graph=True)
    slope.square().sum().backward()
    assert x.grad is not None
    assert bool(x.grad.abs().sum() > 0)
