"""What a private copy is called, and what it says of itself."""

from __future__ import annotations

import pytest

from studio.core.errors import StudioError
from studio.core.model_file import ModelHeader
from studio.core.private_copy import TERMS, PrivateCopy

TRAINED = {"licence": "CC0-1.0", "credit": "A. Painter", "kimg": 70.0, "minutes": 35.0}
FRUIT = ModelHeader("abc", "artwork", "Fruit", 64, {"size_px": 64}, TRAINED)


def test_it_is_called_after_model_and_file_and_hides_no_other(tmp_path):
    first = PrivateCopy.new(tmp_path, FRUIT, "My rose.jpg")
    assert (first.name, first.path.name) == ("Fruit with My rose", "fruit-with-my-rose.safetensors")
    first.path.write_bytes(b"")
    assert PrivateCopy.new(tmp_path, FRUIT, "My rose.jpg").path.stem == "fruit-with-my-rose-2"
    with pytest.raises(StudioError, match="choose another name"):
        first.refuse_taken()


@pytest.mark.parametrize(
    "name", ["../../x", "/etc/passwd", "薔薇", "a\nb", "x" * 500, ".", "CON: "]
)
def test_any_name_is_a_file_in_the_folder(name, tmp_path):
    copy = PrivateCopy.new(tmp_path, FRUIT, "rose.jpg", name)
    assert copy.path.parent == tmp_path and "\n" not in copy.name and len(copy.name) <= 200
    copy.refuse_taken()
    copy.path.write_bytes(b"")


def test_its_header_says_where_it_comes_from():
    copy = PrivateCopy(None, "Fruit with rose", "rose\n.jpg")  # type: ignore[arg-type]
    header = copy.header(FRUIT, {"minutes": 0.5, "steps": 90})
    assert (header.id, header.medium, header.network) == ("", "artwork", {"size_px": 64})
    assert header.trained == {
        "start": "Fruit (abc)", "tuned_to": "rose .jpg", "minutes": 0.5, "steps": 90,
        "licence": f"CC0-1.0. {TERMS}", "credit": "A. Painter",
    }  # fmt: skip
    again = copy.header(header, {})
    assert again.trained["licence"] == header.trained["licence"]
    assert copy.header(ModelHeader("", "artwork", "x", 64), {}).trained["licence"] == TERMS
