"""Lock and re-roll, and find, promised by every medium."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from studio.core.errors import StudioError
from studio.core.kind import Found
from studio.core.latent import COMPOSITE, Latent, Recipe
from studio.core.pixels import Pixels
from studio.core.work import Finished, Preview, Progress, result_of
from studio.gan import picture_fit
from studio.gan.fit import Plan
from studio.media import kinds
from studio.media.music import generator as music_generator
from studio.media.music.document import BARS, TRACKS, Clip
from studio.media.music.locks import Lock

KINDS = {kind.name: kind for kind in kinds()}
every_kind = pytest.mark.parametrize("kind", KINDS.values(), ids=lambda kind: kind.name)
pictured = pytest.mark.parametrize(
    "kind", [KINDS["artwork"], KINDS["pattern"]], ids=lambda kind: kind.name
)
SIDE = 32
masks = st.binary(min_size=SIDE**2 // 8, max_size=SIDE**2 // 8).map(
    lambda bits: np.unpackbits(np.frombuffer(bits, np.uint8)).reshape(SIDE, SIDE).astype(bool)
)
few = settings(
    max_examples=6,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@pytest.fixture(scope="module")
def generators(model_of):
    return {name: kind.load_generator(model_of(kind), "cpu") for name, kind in KINDS.items()}


@pytest.fixture(autouse=True)
def short(monkeypatch):
    """As real fits, only shorter."""
    plan = Plan(samples=4, steps=3, at_once=4, preview_every=1, anchor=0.1, seconds=1e9)
    for module in (picture_fit, music_generator):
        monkeypatch.setattr(module, "REROLL", plan)
        monkeypatch.setattr(module, "INSTANT", replace(plan, steps=0))
        monkeypatch.setattr(module, "FIND", replace(plan, steps=6))


def document_of(generator, **options):
    recipe = Recipe(latent=Latent(3, 1.0), options=tuple(sorted(options.items())))
    return result_of(generator.generate(recipe))


def some_lock(kind, document):
    if kind.name == "music":
        return Lock(bars=frozenset({1}), tracks=frozenset({"bass"}))
    locked = np.zeros((document.pixels.height, document.pixels.width), bool)
    locked[: SIDE // 2] = True
    return locked


def kept_of(document, locked):
    """What must not change."""
    if isinstance(document, Clip):
        return {note for note in document.notes if locked.holds(note)}
    return document.pixels.array()[locked].tobytes()


@every_kind
@pytest.mark.parametrize("instant", [False, True], ids=["fitted", "instant"])
def test_what_is_locked_comes_back_however_often(kind, instant, generators):
    generator = generators[kind.name]
    first = document = document_of(generator)
    locked = some_lock(kind, first)
    for seed in range(4):
        before, document = (
            document,
            result_of(generator.reroll(document, locked, seed, instant)),
        )
        assert kept_of(document, locked) == kept_of(first, locked)
        assert document != before, "the rest is another"
        assert document.recipe.is_composite
        assert kind.decode(kind.encode(document)) == document


@every_kind
def test_the_same_seed_gives_the_same_and_another_another(kind, generators):
    generator = generators[kind.name]
    document = document_of(generator)
    locked = some_lock(kind, document)
    one, same, other = (result_of(generator.reroll(document, locked, seed)) for seed in (1, 1, 2))
    assert one == same != other


@every_kind
def test_previews_keep_what_is_locked_too_and_progress_is_honest(kind, generators):
    generator = generators[kind.name]
    document = document_of(generator)
    locked = some_lock(kind, document)
    events = list(generator.reroll(document, locked, 1))
    previews = [event.value for event in events if isinstance(event, Preview)]
    assert previews and isinstance(events[-1], Finished)
    for preview in previews:
        assert kept_of(preview, locked) == kept_of(document, locked)
    done = [event.done for event in events if isinstance(event, Progress)]
    assert done == sorted(done) and done[-1] == 7


@every_kind
def test_what_is_made_from_the_recipe_again_is_no_composite(kind, generators):
    generator = generators[kind.name]
    document = document_of(generator)
    rerolled = result_of(generator.reroll(document, some_lock(kind, document), 1))
    whole = result_of(generator.generate(rerolled.recipe))
    assert not whole.recipe.is_composite
    assert whole.recipe == rerolled.recipe.without_option(COMPOSITE)


@every_kind
def test_a_reroll_and_a_find_can_be_cancelled(kind, generators):
    generator = generators[kind.name]
    document = document_of(generator)
    for work in (
        generator.reroll(document, some_lock(kind, document), 1),
        generator.find(document),
    ):
        next(work)
        work.close()
        assert list(work) == []
    assert document_of(generator) == document


@pictured
@few
@given(mask=masks, seed=st.integers(0, 2**32 - 1), instant=st.booleans())
def test_any_mask_keeps_its_pixels(kind, generators, mask, seed, instant):
    generator = generators[kind.name]
    document = document_of(generator)
    if not mask.any() or mask.all():
        with pytest.raises(StudioError, match="is kept"):
            result_of(generator.reroll(document, mask, seed, instant))
        return
    for number in range(2):
        made = result_of(generator.reroll(document, mask, seed - number if seed else 1, instant))
        assert np.array_equal(made.pixels.array()[mask], document.pixels.array()[mask])
        document = made


@pytest.mark.parametrize("repeat", ["half-drop", "brick"])
@few
@given(mask=masks, seed=st.integers(0, 2**32 - 1), instant=st.booleans())
def test_any_mask_keeps_its_pixels_in_every_layout(generators, repeat, mask, seed, instant):
    document = document_of(generators["pattern"], repeat=repeat)
    if not mask.any() or mask.all():
        return
    made = result_of(generators["pattern"].reroll(document, mask, seed, instant))
    assert np.array_equal(made.pixels.array()[mask], document.pixels.array()[mask])
    assert made.repeat == made.recipe.option("repeat", "") == repeat


@pytest.mark.parametrize("repeat", ["half-drop", "brick"])
def test_a_rerolled_tile_is_the_same_wherever_it_is_cut(generators, repeat):
    """Once around the layout it lies half a tile farther, and so does all that became of it."""
    generator = generators["pattern"]
    tile = document_of(generator, repeat=repeat)
    around, axis = ("roll_x", 0) if repeat == "half-drop" else ("roll_y", 1)
    moved = document_of(generator, repeat=repeat, **{around: 4})
    assert np.array_equal(moved.pixels.array(), np.roll(tile.pixels.array(), SIDE // 2, axis))
    locked = np.zeros((SIDE, SIDE), bool)
    locked[4:12, 4:12] = True
    made = result_of(generator.reroll(tile, locked, 5, True))
    again = result_of(generator.reroll(moved, np.roll(locked, SIDE // 2, axis), 5, True))
    apart = np.roll(made.pixels.array(), SIDE // 2, axis).astype(int) - again.pixels.array()
    assert np.abs(apart).max() <= 1


@few
@given(
    bars=st.frozensets(st.integers(0, BARS - 1), max_size=BARS - 1),
    tracks=st.frozensets(st.sampled_from(TRACKS), max_size=len(TRACKS) - 1),
    seed=st.integers(0, 2**32 - 1),
    key=st.integers(-6, 6),
    instant=st.booleans(),
    chosen=st.integers(0, 2**16),
)
def test_any_lock_keeps_its_notes(generators, bars, tracks, seed, key, instant, chosen):
    generator = generators["music"]
    document = document_of(generator, key=key)
    random = np.random.default_rng(chosen)
    lock = Lock(bars, tracks, frozenset(n for n in document.notes if random.random() < 0.1))
    if lock == Lock():
        return
    made = result_of(generator.reroll(document, lock, seed, instant))
    kept = set(lock.kept(document))
    assert kept <= set(made.notes)
    assert not [note for note in set(made.notes) - kept if lock.holds(note)]
    assert made.tempo_bpm == document.tempo_bpm and made.programs == document.programs


@pytest.mark.parametrize("instant", [False, True], ids=["fitted", "instant"])
def test_a_rerolled_tile_has_no_seam(generators, instant):
    """Where old and new meet around the edge they meet as softly as inside."""
    generator = generators["pattern"]
    tile = document_of(generator, tiles_x=2)
    for locked in (np.zeros((SIDE, 2 * SIDE), bool) for _ in range(1)):
        locked[:, : SIDE // 2] = True
        pixels = result_of(generator.reroll(tile, locked, 5, instant)).pixels.array().astype(float)
        steps = np.abs(pixels - np.roll(pixels, 1, 1)).mean((0, 2))
        assert steps[0] <= 1.2 * steps[1:].max()
    rolled = replace(tile, pixels=Pixels.of(np.roll(tile.pixels.array(), 8, 1)))
    moved = result_of(generator.reroll(rolled, np.roll(locked, 8, 1), 5, instant))
    assert np.array_equal(moved.pixels.array()[:, 8 : 8 + SIDE // 2],
                          tile.pixels.array()[:, : SIDE // 2])  # fmt: skip


@pictured
def test_masks_of_another_size_and_no_picture_are_sentences(kind, generators):
    generator = generators[kind.name]
    document = document_of(generator)
    for locked, words in (
        (np.zeros((SIDE, SIDE), bool), "Nothing is kept"),
        (np.ones((SIDE, SIDE), bool), "Everything is kept"),
        (np.ones((SIDE, SIDE + 1), bool), "must be equal"),
    ):
        with pytest.raises(StudioError, match=words):
            result_of(generator.reroll(document, locked, 1))
    small = replace(document, pixels=Pixels.of(np.zeros((9, 8, 3), np.uint8)))
    for work in (generator.reroll(small, np.eye(9, 8) > 0, 1), generator.find(small)):
        with pytest.raises(StudioError, match="has 8 x 9 pixels, and this model makes 32 x 32"):
            result_of(work)
    with pytest.raises(StudioError, match="no picture yet"):
        result_of(generator.find(kind.empty()))


def test_clips_without_notes_and_empty_locks_are_sentences(generators):
    generator = generators["music"]
    document = document_of(generator)
    for lock, words in (
        (Lock(), "Nothing is kept"),
        (Lock(tracks=frozenset(TRACKS)), "Everything"),
    ):
        with pytest.raises(StudioError, match=words):
            result_of(generator.reroll(document, lock, 1))
    with pytest.raises(StudioError, match="no notes"):
        result_of(generator.find(Clip()))


@every_kind
def test_a_persons_own_file_is_found(kind, generators, folder_of):
    generator = generators[kind.name]
    path = sorted(folder_of(kind).iterdir())[0]
    document = kind.load_reader().open(path, SIDE)
    events = list(generator.find(document, 1))
    found = events[-1].value
    assert isinstance(found, Found) and found.figures
    assert all(np.isfinite(value) for value in found.figures.values())
    assert found.recipe == found.document.recipe and found.recipe.latent.point
    again = result_of(generator.generate(found.recipe))
    if kind.name == "music":
        assert again.notes == found.document.notes
    else:
        assert again == found.document
    shown = [event.value for event in events if isinstance(event, Preview)]
    assert shown and all(type(one) is type(document) for one in shown)
    assert kind.decode(kind.encode(found.document)) == found.document


@pictured
def test_finding_comes_near_to_what_the_model_made(kind, generators, monkeypatch):
    monkeypatch.setattr(picture_fit, "FIND", Plan(8, 60, 0.1, 0.001, seconds=1e9))
    found = result_of(generators[kind.name].find(document_of(generators[kind.name])))
    assert found.figures["levels"] < 0.6 * found.figures["searched_levels"]


@every_kind
def test_a_file_of_another_kind_is_a_sentence(kind, tmp_path):
    reader = kind.load_reader()
    (tmp_path / "note.txt").write_text("hello")
    (tmp_path / "empty.png").write_bytes(b"")
    (tmp_path / "empty.mid").write_bytes(b"MThd")
    for path in (*tmp_path.iterdir(), tmp_path / "missing.png", tmp_path):
        with pytest.raises(StudioError, match="cannot be used"):
            reader.open(path, SIDE)
