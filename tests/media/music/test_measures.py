"""Measures of music on hand-made rolls with known answers, and their floors on made-up songs."""

import numpy as np
import pytest

from studio.gan.metrics import held_out_figures, nearest_files, reference
from studio.gan.overlap import overlap, shared
from studio.media.music.descriptions import describe, note_counts, tonal_distances
from studio.media.music.features import PhraseFeatures
from studio.media.music.measures import measures
from studio.media.music.rolls import gaps, intervals, note_lengths

FEATURES = PhraseFeatures()
C4 = 36  # row of middle C, MIDI 60, on a grid that begins at MIDI 24


def roll(*notes: tuple[int, int, int, int]) -> np.ndarray:
    """Bool [1, 4, 2, 64, 84] of notes (track, row, start step, steps)."""
    found = np.zeros((1, 4, 2, 64, 84), bool)
    for track, row, start, steps in notes:
        found[0, track, 0, start : start + steps, row] = True
        found[0, track, 1, start, row] = True
    return found


def song(random: np.random.Generator) -> np.ndarray:
    """A made-up phrase: a melody that steps about, a chord and a bass note a bar, some drums."""
    notes, row = [], int(random.integers(40, 56))
    beat = int(random.choice([2, 4, 8]))
    for start in range(0, 64, beat):
        row = int(np.clip(row + random.integers(-3, 4), 36, 60))
        notes.append((0, row, start, beat))
    for bar in range(4):
        root = int(random.choice([0, 5, 7, 9]))
        notes += [(1, 24 + root + k, 16 * bar, 16) for k in (0, 4, 7)]
        notes.append((2, 12 + root, 16 * bar, int(random.choice([4, 16]))))
        if random.random() < 0.5:
            notes += [(3, 12, 16 * bar + k, 1) for k in (0, 8)]
    return np.packbits(roll(*notes)[0], axis=-1)


def songs(count: int, seed: int) -> np.ndarray:
    random = np.random.default_rng(seed)
    return np.stack([song(random) for _ in range(count)])


TRAIN, HELD_OUT, OTHERS = (songs(120, seed) for seed in range(3))


def test_lengths_end_with_the_note_the_next_onset_or_the_clip():
    found = note_lengths(roll((0, 5, 0, 4), (0, 5, 4, 2), (1, 9, 60, 4)))
    assert found.shape == (1, 3, 64, 84)
    assert {tuple(map(int, place)): int(found[tuple(place)]) for place in np.argwhere(found)} == {
        (0, 0, 0, 5): 4, (0, 0, 4, 5): 2, (0, 1, 60, 9): 4,
    }  # fmt: skip


def test_an_onset_without_sustain_lasts_one_step():
    bare = roll()
    bare[0, 0, 1, 10, 20] = True
    assert note_lengths(bare)[0, 0, 10, 20] == 1 and note_lengths(bare).sum() == 1


def test_intervals_follow_the_top_line_within_a_phrase():
    one = roll((0, C4, 0, 4), (0, C4 + 4, 4, 4), (0, C4 - 12, 4, 4), (0, C4 + 2, 8, 4))
    two = roll((0, C4 + 20, 0, 4))
    phrase, semitones = intervals(np.concatenate([one, two]))
    assert (phrase.tolist(), semitones.tolist()) == ([0, 0], [4, -2])
    assert gaps(np.concatenate([one, two])).tolist() == [4, 4]


def test_describe_counts_a_known_phrase():
    phrase = roll(
        (0, C4, 0, 4), (0, C4 + 1, 4, 1),  # C and a fragment of C sharp, in the first bar
        (1, C4, 0, 16), (1, C4 + 4, 0, 16), (1, C4 + 7, 0, 16),
        (2, C4 - 24, 16, 16),
        (3, 12, 32, 1),
    )  # fmt: skip
    found = {name: values.tolist() for name, values in describe(phrase).items()}
    assert found["empty_bars_melody"] == [0.75] and found["empty_bars_drums"] == [0.75]
    assert found["notes_chords"] == [3] and found["notes_drums"] == [1]
    assert found["used_pitch_classes"] == [4]
    assert found["scale_consistency"] == [pytest.approx(1 - 1 / (5 + 48 + 16))]
    # two tracks share the C: 3 pitches for 4 steps, 4 for one, 3 for 11, 1 for 16
    assert found["polyphony"] == [pytest.approx((12 + 4 + 33 + 16) / 32)]
    assert found["qualified_notes"] == [pytest.approx(5 / 6)]
    assert found["note_steps"] == [pytest.approx((4 + 1 + 48 + 16) / 6)]
    assert found["pitch_range"] == [31]
    assert found["on_the_beat"] == [1]
    assert len(found["tonal_distance_chords_bass"]) == 0  # they never sound together


def test_an_empty_phrase_has_figures_without_trouble():
    found = describe(roll())
    assert all(np.isfinite(values).all() for values in found.values())
    assert found["empty_bars_bass"] == 1 and found["pitch_range"] == 0
    assert np.isfinite(FEATURES(np.packbits(roll(), axis=-1))).all()


def test_tonal_distance_is_none_for_the_same_and_most_for_the_tritone():
    def between(semitones: int) -> float:
        phrase = roll((0, C4, 0, 64), (1, C4 - 12 + semitones, 0, 64))
        return float(tonal_distances(phrase[:, 0, 0], phrase[:, 1, 0])[0])

    assert between(0) == pytest.approx(0, abs=1e-9)
    # opposite on the circle of fifths and on that of minor thirds, the same on the third
    assert between(6) == pytest.approx(8**0.5)
    assert between(7) < between(6)
    assert between(7) == pytest.approx(between(5))


def test_note_counts_lie_on_fixed_bins():
    counts = note_counts(roll((0, C4, 0, 4), (0, C4 + 2, 4, 60), (3, 12, 0, 1)))
    assert {name: len(x) for name, x in counts.items()} == {
        "pitch": 84, "interval": 49, "onset": 16, "gap": 65, "length": 65,
    }  # fmt: skip
    assert np.flatnonzero(counts["pitch"]).tolist() == [C4, C4 + 2]
    assert np.flatnonzero(counts["interval"]).tolist() == [26]
    assert np.flatnonzero(counts["onset"]).tolist() == [0, 4]
    assert np.flatnonzero(counts["gap"]).tolist() == [4]
    assert np.flatnonzero(counts["length"]).tolist() == [4, 60]


def test_shared_area():
    assert shared(np.array([2, 0]), np.array([5, 5])) == pytest.approx(0.5)
    assert shared(np.array([0, 0]), np.array([5, 5])) == 0
    assert shared(np.array([0, 0]), np.array([0, 0])) == 1
    assert overlap(np.array([1.0, 1.0]), np.array([1.0])) == 1
    assert overlap(np.array([0.0, 0.0]), np.array([0.0, 1.0])) == 0.5
    assert overlap(np.array([]), np.array([0.0, 1.0])) == 0


def test_fresh_songs_stand_at_the_floor():
    found = measures(OTHERS, TRAIN, HELD_OUT)
    assert found["mean_overlap"] == pytest.approx(found["mean_overlap_floor"], abs=0.04)
    assert found["mean_overlap_floor"] > 0.8
    for name in ("coverage", "precision", "recall", "density"):
        assert found[name] == pytest.approx(found[f"{name}_floor"], abs=0.15), name
    assert found["coverage_floor"] > 0.85 and abs(found["kid_rand"]) < 0.1
    assert 0.85 < found["nearest_ratio"] < 1.15 and abs(found["c_t"]) < 2
    assert found["copied_share"] < 0.03
    assert found["nearest_ratio_copies"] < 0.01 and found["c_t_copies"] < -3


def fragments(phrases: np.ndarray) -> np.ndarray:
    """The same phrases with every note cut to its first step."""
    rolls = np.unpackbits(phrases, axis=-1, count=84)
    rolls[:, :, 0] = rolls[:, :, 1]
    return np.packbits(rolls, axis=-1)


def test_fragments_collapse_and_dropped_songs_show():
    good = measures(OTHERS, TRAIN, HELD_OUT)
    broken = measures(fragments(OTHERS), TRAIN, HELD_OUT)
    assert broken["qualified_notes"] == 0 < good["qualified_notes"]
    assert broken["mean_overlap"] < good["mean_overlap"] - 0.1
    assert broken["length_overlap"] < 0.1 and broken["kid_rand"] > 0.2
    collapsed = measures(np.repeat(OTHERS[:3], 40, axis=0), TRAIN, HELD_OUT)
    assert collapsed["coverage"] < 0.4 and collapsed["recall"] < 0.2
    busy = describe(np.unpackbits(OTHERS, axis=-1, count=84).astype(bool))["notes_melody"]
    dropped = measures(OTHERS[busy == busy.min()], TRAIN, HELD_OUT)
    assert dropped["coverage"] < 0.75 and dropped["coverage"] > collapsed["coverage"]


def test_copies_show_even_with_notes_changed():
    files = reference(TRAIN, HELD_OUT, FEATURES)
    retouched = np.unpackbits(TRAIN, axis=-1, count=84)
    retouched[:, 0, :, 60:] = 0  # the end of the melody is gone
    found = held_out_figures(np.packbits(retouched, axis=-1), files, FEATURES)
    assert found["nearest_ratio"] < 0.5 and found["c_t"] < -3
    assert found["copied_share"] > 0.8
    index, _ = nearest_files(np.packbits(retouched, axis=-1), files, FEATURES)
    assert (index == np.arange(len(TRAIN))).mean() > 0.95


def test_a_copy_that_begins_in_another_bar_is_found():
    files = reference(TRAIN, HELD_OUT, FEATURES)
    turned = np.roll(TRAIN, 32, axis=3)
    assert held_out_figures(turned, files, FEATURES)["copied_share"] > 0.9
    assert held_out_figures(OTHERS, files, FEATURES)["copied_share"] < 0.05
    index, distance = nearest_files(turned, files, FEATURES)
    assert (index == np.arange(len(TRAIN))).all() and (distance < 0.2).all()
