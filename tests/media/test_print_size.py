"""Pictures and tiles written larger: no seam, true to the document, and back again exactly."""

from dataclasses import replace

import numpy as np
import pytest
from PIL import Image, ImageFilter
from PIL.PngImagePlugin import PngInfo

from studio.core.errors import StudioError
from studio.core.latent import Latent, Recipe
from studio.core.pixels import Pixels
from studio.core.settings import Settings
from studio.media import kinds, read_exported
from studio.media.artwork.document import Artwork
from studio.media.pattern.document import REPEATS, Tile, asked_by, unit_cell
from studio.media.pattern.seam import seam_ratio

KINDS = {kind.name: kind for kind in kinds()}


def texture(height=32, width=48) -> Pixels:
    """Smooth on the torus, with a few hard edges inside."""
    rows, columns = np.mgrid[:height, :width] / np.array([height, width])[:, None, None] * 2 * np.pi
    waves = [np.sin(rows + one) + np.cos(columns * (1 + one)) for one in range(3)]
    picture = (np.stack(waves, -1) * 50 + 120).astype(np.uint8)
    picture[10:14, 20:25] = 250
    return Pixels.of(picture)


def tile_in(repeat: str) -> Tile:
    recipe = Recipe("model", Latent(7))
    lattice = asked_by(repeat)
    recipe = recipe if lattice is None else recipe.with_option("repeat", lattice)
    return Tile(recipe, texture(), repeat)


PICTURE = Artwork(Recipe("model", Latent(7)), texture())
CASES = [
    *(("pattern", number, tile_in(repeat)) for number in (0, 1) for repeat in REPEATS),
    ("artwork", 0, PICTURE),
]


def written(medium, number, document, path, **settings):
    exporter = KINDS[medium].exporters[number]
    exporter.export(document, path, replace(Settings(), **settings))
    width, height = exporter.size_px(document)
    with Image.open(path) as image:
        scale = settings.get("scale", 1)
        assert image.size == (width * scale, height * scale)
        return np.asarray(image), image.info


@pytest.mark.parametrize(("medium", "number", "document"), CASES)
@pytest.mark.parametrize(("scale", "pixel_art"), [(1, False), (2, False), (4, True), (8, False)])
def test_a_larger_file_gives_the_same_document_back(
    medium, number, document, scale, pixel_art, tmp_path
):
    path = tmp_path / "a.png"
    written(medium, number, document, path, scale=scale, pixel_art=pixel_art)
    found = read_exported(path)
    assert found.document == document and not found.provenance.edited


@pytest.mark.parametrize("repeat", REPEATS)
@pytest.mark.parametrize("pixel_art", [False, True])
def test_a_larger_tile_shows_no_more_of_its_seam(repeat, pixel_art, tmp_path):
    tile = tile_in(repeat)
    cell = Tile(pixels=Pixels.of(unit_cell(tile)))
    for scale in (2, 4):
        path = tmp_path / f"{scale}.png"
        larger, _ = written("pattern", 0, tile, path, scale=scale, pixel_art=pixel_art)
        assert seam_ratio(Tile(pixels=Pixels.of(larger))) <= max(0.3, seam_ratio(cell) + 0.02)
        height, width = tile.pixels.height * scale, tile.pixels.width * scale
        one = Tile(pixels=Pixels.of(larger[:height, :width]), repeat=repeat)
        assert seam_ratio(one) <= max(0.3, seam_ratio(tile) + 0.02)


def test_the_sheet_is_the_tile_again_and_again(tmp_path):
    tile = tile_in("half-drop")
    cell, _ = written("pattern", 0, tile, tmp_path / "tile.png", scale=2)
    sheet, _ = written("pattern", 1, tile, tmp_path / "sheet.png", scale=2)
    assert np.array_equal(sheet, np.tile(cell, (4, 2, 1)))


def test_what_was_painted_over_comes_back_as_edited_and_the_rest_as_it_was(tmp_path):
    path = tmp_path / "a.png"
    written("artwork", 0, PICTURE, path, scale=4)
    with Image.open(path) as image:
        info, painted = image.text, image.copy()
    painted.paste((255, 0, 0), (0, 0, 64, 64))
    _save_with(painted, path, info["atelier"])
    found = read_exported(path).document
    assert found.edited and found.pixels.array()[:16, :16].reshape(-1, 3).max(0)[1] == 0
    assert np.array_equal(found.pixels.array()[16:], PICTURE.pixels.array()[16:])


def test_one_changed_pixel_is_enough(tmp_path):
    """Also one between those that the document is read from."""
    path = tmp_path / "a.png"
    larger, info = written("artwork", 0, PICTURE, path, scale=2)
    larger = larger.copy()
    larger[1, 1] ^= 1
    _save_with(Image.fromarray(larger), path, info["atelier"])
    found = read_exported(path)
    assert found.document == replace(PICTURE, edited=True) and found.provenance.edited


def test_what_was_blurred_elsewhere_is_no_longer_what_the_recipe_makes(tmp_path):
    path = tmp_path / "a.png"
    larger, info = written("artwork", 0, PICTURE, path, scale=2)
    blurred = Image.fromarray(larger).filter(ImageFilter.GaussianBlur(2))
    _save_with(blurred, path, info["atelier"])
    assert read_exported(path).document.edited


def _save_with(image, path, record) -> None:
    notes = PngInfo()
    notes.add_text("atelier", record)
    image.save(path, pnginfo=notes)


@pytest.mark.parametrize("scale", ["3", "0", "-2", "true", "1e9", '"2"', "[]"])
def test_a_forged_scale_is_a_sentence(scale, tmp_path):
    path = tmp_path / "a.png"
    larger, info = written("artwork", 0, PICTURE, path, scale=2)
    forged = info["atelier"].replace('"scale":2', f'"scale":{scale}')
    assert forged != info["atelier"]
    _save_with(Image.fromarray(larger), path, forged)
    with pytest.raises(StudioError, match="damaged"):
        read_exported(path)


def test_the_resolution_is_in_the_file(tmp_path):
    for dpi in (72, 300, 600):
        _, info = written("artwork", 0, PICTURE, tmp_path / "a.png", dpi=dpi)
        assert round(info["dpi"][0]) == round(info["dpi"][1]) == dpi


def test_too_large_is_a_sentence_that_says_what_would_do(tmp_path):
    large = Tile(Recipe(), Pixels.of(np.zeros((256, 1024, 3), np.uint8)))
    sheet = KINDS["pattern"].exporters[1]
    with pytest.raises(StudioError, match=r"16,384 × 4,096 pixels.*choose 2 times"):
        sheet.export(large, tmp_path / "a.png", Settings(scale=4))
    with pytest.raises(StudioError, match="1, 2, 4 or 8"):
        sheet.export(large, tmp_path / "a.png", Settings(scale=3))
    assert not list(tmp_path.iterdir())
