"""The project file: round trip, hostile files, autosave and recovery."""

import io
import json
import os
import subprocess
import sys
import zipfile
from dataclasses import dataclass
from types import SimpleNamespace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from studio.core import project as project_module
from studio.core.errors import StudioError
from studio.core.latent import Latent, Recipe
from studio.core.library import places
from studio.core.lineage import Lineage, opened
from studio.core.project import (
    Project,
    Recovery,
    discard_lost,
    lost_projects,
    open_project,
    save_project,
)
from studio.core.recipe_file import recipe_from_json, recipe_to_json

WORDS = SimpleNamespace(
    name="words",
    encode=lambda words: {"words.json": json.dumps(words).encode()},
    decode=lambda files: json.loads(files["words.json"]),
)
SUMS = SimpleNamespace(
    name="sums",
    encode=lambda number: {"sum.txt": str(number).encode()},
    decode=lambda files: int(files["sum.txt"]),
)


def zipped(members, **more):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", **more) as archive:
        for name, content in members:
            archive.writestr(name, content)
    return buffer.getvalue()


@pytest.fixture
def path(tmp_path):
    return tmp_path / "my work.atelier"


def test_documents_come_back(path):
    project = Project({"words": ["a", "b"], "sums": 3}, source="/home/me/x.atelier")
    save_project(path, project, [WORDS, SUMS])
    assert open_project(path, [WORDS, SUMS]) == project


def test_a_medium_that_is_not_installed_is_kept(path):
    save_project(path, Project({"words": ["a"], "sums": 3}), [WORDS, SUMS])
    without = open_project(path, [WORDS])
    assert without.documents == {"words": ["a"]}
    save_project(path, without, [WORDS])
    assert open_project(path, [WORDS, SUMS]).documents == {"words": ["a"], "sums": 3}


@dataclass(frozen=True)
class Drawn:
    recipe: Recipe = Recipe()


DRAWN = SimpleNamespace(
    name="drawn",
    encode=lambda one: {"document.json": json.dumps(recipe_to_json(one.recipe)).encode()},
    decode=lambda files: Drawn(recipe_from_json(json.loads(files.pop("document.json")))),
)


def test_where_everything_came_from_is_kept_with_the_documents(path):
    now = Drawn(Recipe("m", Latent(9)))
    lineage = Lineage().recorded(Drawn(), "dice", thumbnail=b"png").with_star(0)
    lineage = lineage.recorded(now, "vary", [0], settings="strength 0.3")
    save_project(path, Project({"drawn": now}, lineages={"drawn": lineage}), [DRAWN])
    project = open_project(path, [DRAWN])
    assert project.documents == {"drawn": now} and project.problems == ()
    found = project.lineages["drawn"]
    assert [n.parents for n in found.nodes] == [(), (0,)] and found.stars == {0}
    assert opened(found.nodes[0].document, DRAWN.decode) == Drawn()
    save_project(path, project, [DRAWN])
    assert open_project(path, [DRAWN]) == project
    elsewhere = open_project(path, [])  # where this medium is not installed
    save_project(path, elsewhere, [])
    assert open_project(path, [DRAWN]) == project


def test_a_project_without_lineage_opens_as_before(path):
    save_project(path, Project({"drawn": Drawn()}, lineages={"drawn": Lineage()}), [DRAWN])
    with zipfile.ZipFile(path) as archive:
        assert archive.namelist() == ["manifest.json", "drawn/document.json"]
    assert open_project(path, [DRAWN]) == Project({"drawn": Drawn()})


def test_a_damaged_lineage_costs_no_document(path):
    document = ("drawn/document.json", DRAWN.encode(Drawn())["document.json"])
    path.write_bytes(zipped([MANIFEST, document, ("drawn/lineage.json", b"[]")]))
    project = open_project(path, [DRAWN])
    assert project.documents == {"drawn": Drawn()} and project.lineages == {}
    assert project.problems == ("The history of results in this project is damaged.",)


def test_the_file_is_a_plain_zip_with_a_readable_manifest(path):
    save_project(path, Project({"words": ["a"]}), [WORDS])
    with zipfile.ZipFile(path) as archive:
        assert archive.testzip() is None
        manifest = json.loads(archive.read("manifest.json"))
    assert (manifest["format"], manifest["media"]) == (1, ["words"])


MANIFEST = ("manifest.json", '{"format": 1, "app": "0", "media": []}')
HOSTILE = {
    "empty": b"",
    "text": b"hello " * 100,
    "no manifest": zipped([("words/words.json", "[]")]),
    "manifest is a list": zipped([("manifest.json", "[]")]),
    "manifest is deep": zipped([("manifest.json", "[" * 100_000)]),
    "format is text": zipped([("manifest.json", '{"format": "x"}')]),
    "format is infinite": zipped([("manifest.json", '{"format": 1e999}')]),
    "climbs out": zipped([MANIFEST, ("../words/words.json", "[]")]),
    "absolute": zipped([MANIFEST, ("/words/words.json", "[]")]),
    "odd name": zipped([MANIFEST, ("words/a\nb", "[]")]),
    "bomb": zipped(
        [MANIFEST, ("words/words.json", b"0" * 2**22)], compression=zipfile.ZIP_DEFLATED
    ),
    "foreign compression": zipped(
        [MANIFEST, ("words/words.json", b"[]" * 99)], compression=zipfile.ZIP_LZMA
    ),
    "many members": zipped([MANIFEST, *((f"words/{i}", "") for i in range(1001))]),
}


@pytest.mark.parametrize("content", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_hostile_file_is_refused_with_a_sentence_and_left_alone(path, content):
    path.write_bytes(content)
    with pytest.raises(StudioError, match=r"my work\.atelier is not an Atelier project"):
        open_project(path, [WORDS])
    assert path.read_bytes() == content


def test_a_newer_project_says_so(path):
    path.write_bytes(zipped([("manifest.json", '{"format": 2}')]))
    with pytest.raises(StudioError, match="newer Atelier"):
        open_project(path, [WORDS])


def test_a_missing_file_is_a_sentence(path):
    with pytest.raises(StudioError, match="no file"):
        open_project(path, [WORDS])
    path.mkdir()
    with pytest.raises(StudioError, match="is no file"):
        open_project(path, [WORDS])


@settings(max_examples=150, deadline=None)
@given(st.integers(0, 400), st.integers(0, 255), st.integers(0, 400))
def test_any_damage_is_a_sentence_or_harmless(tmp_path_factory, where, byte, cut):
    path = tmp_path_factory.mktemp("project") / "a.atelier"
    save_project(path, Project({"words": ["one", "two"]}), [WORDS])
    content = bytearray(path.read_bytes())
    content[where % len(content)] = byte
    path.write_bytes(bytes(content[: len(content) - (cut if cut > 300 else 0)]))
    try:
        found = open_project(path, [WORDS])
    except StudioError:
        return
    assert found.documents in ({"words": ["one", "two"]}, {})


def test_a_lie_about_the_size_is_caught(path, monkeypatch):
    monkeypatch.setattr(project_module, "MAX_BYTES", 5000)
    path.write_bytes(zipped([MANIFEST, ("words/words.json", b"1" * 4900)]))
    with pytest.raises(StudioError, match="damaged"):
        open_project(path, [WORDS])


def test_a_full_disk_leaves_the_old_project(path, monkeypatch):
    save_project(path, Project({"sums": 1}), [SUMS])
    before = path.read_bytes()

    def full(_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(StudioError, match="disk is full"):
        save_project(path, Project({"sums": 2}), [SUMS])
    assert path.read_bytes() == before
    assert list(path.parent.iterdir()) == [path]


def test_a_proper_end_leaves_nothing_to_recover(tmp_path):
    recovery = Recovery(places())
    recovery.save(Project({"sums": 1}), [SUMS])
    assert lost_projects(places()) == []  # its studio lives
    recovery.close()
    assert list(places().recovery_path.iterdir()) == []


def test_what_a_killed_studio_left_is_found_once(tmp_path):
    code = (
        "import os, signal\n"
        "from types import SimpleNamespace\n"
        "from studio.core.library import places\n"
        "from studio.core.project import Project, Recovery\n"
        "sums = SimpleNamespace(name='sums', encode=lambda n: {'sum.txt': str(n).encode()})\n"
        "Recovery(places()).save(Project({'sums': 7}, source='x.atelier'), [sums])\n"
        "recovery = Recovery(places())\n"
        "recovery.save(Project({'sums': 8}), [sums])\n"
        "os.kill(os.getpid(), getattr(signal, 'SIGKILL', signal.SIGTERM))\n"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode != 0
    lost = lost_projects(places())
    assert [open_project(path, [SUMS]).documents for path in lost] == [{"sums": 8}, {"sums": 7}]
    for path in lost:
        discard_lost(path)
    assert list(places().recovery_path.iterdir()) == []
