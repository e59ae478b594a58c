"""The music networks: notes that are held, and songs that meet drums."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from studio.media.music.document import PITCHES, STEPS, TRACKS
from studio.media.music.network import (
    BORROW_DRUMS,
    MusicConfig,
    MusicGenerator,
    Voice,
    held,
    meet,
    rolls_of,
)

SMALL = {"channels": 16, "track_channels": 16, "z_dim": 16, "w_dim": 16}
DRUMS = TRACKS.index("drums")


@settings(deadline=None)
@given(seed=st.integers(0, 10**6), steps=st.integers(1, 70))
def test_what_begins_is_kept_until_the_next(seed, steps):
    random = torch.Generator().manual_seed(seed)
    chosen = torch.rand(2, 5, steps, 1, generator=random)
    begins = torch.rand(2, 1, steps, 1, generator=random)
    begins[:, :, 0] = 1
    expected = [chosen[:, :, 0]]
    for step in range(1, steps):
        share = begins[:, :, step]
        expected.append(share * chosen[:, :, step] + (1 - share) * expected[-1])
    torch.testing.assert_close(held(chosen, begins), torch.stack(expected, 2))


def test_every_note_that_sounds_has_begun():
    torch.manual_seed(0)
    generator = MusicGenerator(MusicConfig(**SMALL, holds=True)).eval()
    with torch.no_grad():
        rolls = rolls_of(generator(torch.randn(8, 16)))
    sustain, onset = rolls[:, :DRUMS, 0], rolls[:, :DRUMS, 1]
    before = np.pad(sustain[:, :, :-1], ((0, 0), (0, 0), (1, 0), (0, 0)))
    assert sustain.any()
    assert not (sustain & ~before & ~onset).any()
    assert not (onset & ~sustain).any()


@pytest.mark.parametrize("holds", [True, False])
def test_a_voice_sounds_one_pitch_at_a_time(holds):
    torch.manual_seed(0)
    sustain, onset = Voice(8, 40.0, holds).eval()(4 * torch.randn(3, 8, 16, 1))
    assert sustain.shape == onset.shape == (3, PITCHES, STEPS, 1)
    assert sustain.sum(1).max() < 1.5
    assert bool((onset <= sustain + 1e-5).all())


def test_all_that_decides_a_note_learns():
    torch.manual_seed(0)
    voice = Voice(8, 40.0, holds=True).eval()
    sustain, _ = voice(torch.randn(1, 8, 16, 1))
    (sustain * torch.randn_like(sustain)).sum().backward()
    slopes = voice.logits.weight.grad.reshape(PITCHES + 3, 4, 8).abs().sum((1, 2))
    assert bool((slopes[PITCHES:] > 0).all())  # silence, the start of a note, its centre


def test_while_it_learns_a_voice_chooses_at_every_step():
    torch.manual_seed(0)
    voice, x = Voice(8, 40.0, holds=True), 4 * torch.randn(3, 8, 16, 1)
    older = Voice(8, 40.0, holds=False)
    older.load_state_dict(voice.state_dict())
    sustain, onset = voice.train()(x)
    chosen, struck = older(x)
    assert torch.equal(sustain, chosen) and 0 < onset.sum() < struck.sum()
    kept, begun = voice.eval()(x)
    assert not torch.equal(kept, chosen) and bool((begun <= chosen + 1e-5).all())


def test_likelihoods_are_what_many_draws_would_be():
    torch.manual_seed(0)
    chosen = torch.softmax(torch.randn(1, 3, 6, 1), 1)
    begins = torch.rand(1, 1, 6, 1)
    begins[:, :, 0] = 1
    draws = 20_000
    pitch = torch.distributions.Categorical(chosen[0, :, :, 0].T).sample((draws,))
    starts = torch.rand(draws, 6) < begins[0, 0, :, 0]
    for step in range(1, 6):
        pitch[:, step] = torch.where(starts[:, step], pitch[:, step], pitch[:, step - 1])
    shares = torch.stack([(pitch == at).float().mean(0) for at in range(3)])
    torch.testing.assert_close(held(chosen, begins)[0, :, :, 0], shares, atol=0.02, rtol=0)


def phrases(*kinds: str) -> np.ndarray:
    """Packed phrases: s has a song, d has drums, each with a mark of its own."""
    found = np.zeros((len(kinds), len(TRACKS), 2, STEPS, 11), np.uint8)
    for index, kind in enumerate(kinds):
        if "s" in kind:
            found[index, 0, :, 0, 0] = index + 1
        if "d" in kind:
            found[index, DRUMS, :, 0, 0] = index + 1
    return found


def test_drums_alone_are_heard_with_a_song():
    batch = phrases("s", "d", "sd", "d")
    for seed in range(8):
        met = meet(batch, torch.Generator().manual_seed(seed))
        assert met[[1, 3], :DRUMS].any((1, 2, 3, 4)).all()
        assert np.array_equal(met[[1, 3], DRUMS], batch[[1, 3], DRUMS])
        assert np.array_equal(met[2], batch[2])
        assert np.array_equal(met[0, :DRUMS], batch[0, :DRUMS])


def test_half_of_the_songs_borrow_drums():
    batch = phrases(*["s"] * 200, "d")
    met = meet(batch, torch.Generator().manual_seed(0))
    assert met[:200, DRUMS].any((1, 2, 3)).mean() == pytest.approx(BORROW_DRUMS, abs=0.12)
    assert not batch[:200, DRUMS].any()


@pytest.mark.parametrize("kind", ["s", "d", ""])
def test_those_of_one_kind_stay_as_they_are(kind):
    batch = phrases(kind, kind)
    assert np.array_equal(meet(batch, torch.Generator().manual_seed(0)), batch)
