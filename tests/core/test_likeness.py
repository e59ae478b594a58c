"""Near copies are found through what people do to pictures, and nothing else is taken for one."""

import io

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageEnhance

from studio.core.likeness import MANY, SIDE_PX, diversity, near_copies, outliers, palette


def scene(seed: int, side: int = 160) -> Image.Image:
    """A picture of its own: a ground that changes, and some discs on it."""
    random = np.random.default_rng(seed)
    coarse = random.integers(30, 220, (4, 4, 3), dtype=np.uint8)
    ground = Image.fromarray(coarse).resize((side, side), Image.Resampling.BICUBIC)
    pixels = np.asarray(ground).copy()
    y, x = np.mgrid[:side, :side]
    for _ in range(12):
        cy, cx, radius = *random.uniform(0, side, 2).tolist(), random.uniform(8, 30)
        pixels[(y - cy) ** 2 + (x - cx) ** 2 < radius**2] = random.integers(20, 230, 3)
    return Image.fromarray(pixels)


def small(image: Image.Image) -> np.ndarray:
    shrunk = image.convert("RGB").resize((SIDE_PX, SIDE_PX), Image.Resampling.BILINEAR)
    return np.asarray(shrunk)


def jpeg(image: Image.Image, quality: int) -> Image.Image:
    file = io.BytesIO()
    image.save(file, "JPEG", quality=quality)
    return Image.open(file)


def groups(images: list[Image.Image]) -> list[list[int]]:
    return near_copies(np.stack([small(image) for image in images]), np.zeros(len(images), bool))


SCENES = [scene(seed) for seed in range(90)]  # more than MANY: the folder's mean is made use of
assert len(SCENES) > MANY


def test_distinct_pictures_have_no_near_copies():
    assert groups(SCENES) == []
    assert groups(SCENES[:12]) == []


CHANGES = {
    "compressed": lambda image: jpeg(image, 50),
    "halved": lambda image: image.resize((80, 80), Image.Resampling.LANCZOS),
    "enlarged": lambda image: image.resize((301, 290), Image.Resampling.BICUBIC),
    "darker": lambda image: ImageEnhance.Brightness(image).enhance(0.7),
    "brighter": lambda image: ImageEnhance.Brightness(image).enhance(1.1),
    "more contrast": lambda image: ImageEnhance.Contrast(image).enhance(1.15),
    "mirrored": lambda image: image.transpose(Image.Transpose.FLIP_LEFT_RIGHT),
    "cropped": lambda image: image.crop((5, 3, 154, 156)),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=list(CHANGES))
@pytest.mark.parametrize("count", [12, 90])
def test_every_change_is_seen_through(change, count):
    images = SCENES[:count]
    assert groups([*images, change(images[7])]) == [[7, count]]


@settings(max_examples=25, deadline=None)
@given(
    seed=st.integers(1000, 10_000),
    light=st.floats(0.7, 1.05),
    scale=st.floats(0.5, 1.6),
    quality=st.integers(50, 95),
)
def test_changes_together_are_seen_through(seed, light, scale, quality):
    image = scene(seed)
    side = round(160 * scale)
    changed = jpeg(ImageEnhance.Brightness(image).enhance(light), quality).resize((side, side))
    assert groups([*SCENES[:20], image, changed]) == [[20, 21]]


def test_copies_of_copies_are_one_group():
    images = [*SCENES[:30], jpeg(SCENES[3], 70), CHANGES["mirrored"](SCENES[3]), SCENES[9]]
    assert groups(images) == [[3, 30, 31], [9, 32]]


def test_another_colour_or_another_detail_is_another_picture():
    red = np.asarray(SCENES[0])[..., [2, 1, 0]]
    detail = np.asarray(SCENES[0]).copy()
    detail[40:90, 40:90] = np.asarray(SCENES[1])[40:90, 40:90]
    assert groups([*SCENES[:20], Image.fromarray(red), Image.fromarray(detail)]) == []


def test_a_folder_of_one_picture_in_many_versions():
    images = [jpeg(SCENES[0], quality) for quality in range(30, 96)]
    assert sum(len(group) for group in groups(images)) == len(images)


def test_plain_pictures_are_copies_when_their_colour_is():
    plain = [np.full((SIDE_PX, SIDE_PX, 3), value, np.uint8) for value in (10, 200, 10, 90)]
    assert near_copies(np.stack(plain), np.ones(4, bool)) == [[0, 2]]


def test_few_and_none():
    assert near_copies(np.zeros((0, SIDE_PX, SIDE_PX, 3), np.uint8), np.zeros(0, bool)) == []
    assert groups(SCENES[:1]) == []
    assert outliers(np.zeros((0, SIDE_PX, SIDE_PX, 3), np.uint8)) == []


def test_what_does_not_belong_is_an_outlier():
    random = np.random.default_rng(0)
    alike = np.clip(
        small(scene(1)).astype(int) + random.integers(-20, 20, (80, SIDE_PX, SIDE_PX, 3)), 0, 255
    )
    shades = alike * random.uniform(0.8, 1.1, (80, 1, 1, 1))
    strange = np.stack([small(scene(2)), np.zeros((SIDE_PX, SIDE_PX, 3))])
    found = outliers(np.concatenate([np.clip(shades, 0, 255), strange]).astype(np.uint8))
    assert {80, 81} <= set(found) and len(found) <= 4
    assert outliers(np.stack([small(image) for image in SCENES[:39]])) == [], "too few to tell"


def test_the_palette_names_the_colours_with_their_shares():
    stripes = np.zeros((3, SIDE_PX, SIDE_PX, 3), np.uint8)
    stripes[:, :16] = (255, 0, 0)
    stripes[:, 16:24] = (0, 0, 255)
    stripes[:, 24:] = (250, 250, 250)
    found = dict(palette(stripes))
    assert found == pytest.approx({(255, 0, 0): 0.5, (0, 0, 255): 0.25, (250, 250, 250): 0.25})
    assert sum(share for _, share in palette(np.stack([small(s) for s in SCENES]))) == (
        pytest.approx(1)
    )


def test_diversity_is_nothing_for_one_picture_and_for_copies():
    assert diversity(np.stack([small(SCENES[0])])) == 0
    assert diversity(np.stack([small(SCENES[0])] * 9)) == 0


def test_unrelated_pictures_are_more_diverse_than_shades_of_one():
    scenes = np.stack([small(scene) for scene in SCENES])
    shades = [small(ImageEnhance.Brightness(SCENES[0]).enhance(0.8 + n / 40)) for n in range(9)]
    assert 0 < diversity(np.stack(shades)) < 0.3 < diversity(scenes) < 0.9
    noise = np.random.default_rng(0).integers(0, 2, (9, SIDE_PX, SIDE_PX, 3)) * 255
    assert diversity(noise.astype(np.uint8)) == 1, "never more than 1"
