"""The lineage of a medium in a project file: an index in JSON, and everything else in one row."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from studio.core.errors import StudioError
from studio.core.latent import Recipe
from studio.core.lineage import (
    MAX_NODES,
    MAX_PARENTS,
    MAX_STARRED,
    MAX_TEXT,
    MAX_THUMBNAIL_BYTES,
    Lineage,
    Node,
    Packed,
)
from studio.core.recipe_file import recipe_from_json, recipe_to_json

FORMAT = 1
INDEX, CONTENT = "lineage.json", "lineage.bin"
FILES = (INDEX, CONTENT)
MAX_INDEX_BYTES = 32 * 2**20
MAX_CONTENT_BYTES = 64 * 2**20
MAX_FILES = 16  # of one document
MAX_ID = 2**53
FILE_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
LAST_SECOND = 2.0**40

Encode = Callable[[Any], dict[str, bytes]]


@dataclass(frozen=True)
class _Written:
    """A node as JSON and the bytes that belong to it."""

    id: int
    index: str
    content: bytes


def lineage_to_files(lineage: Lineage, encode: Encode) -> dict[str, bytes]:
    """The files that lineage_from_files reads; of too much the oldest without a star is left out.

    Documents go in where the recipe is not enough or a star is on them.
    """
    order = sorted(lineage.nodes, key=lambda node: (node.starred, node.id), reverse=True)
    room = [MAX_INDEX_BYTES // 2, MAX_CONTENT_BYTES]
    kept: set[int] = set()
    contents: dict[int, Node] = {}
    for node in order[:MAX_NODES]:
        packed = _packed(node, encode)
        sizes = [len(_node_to_json(packed)), len(_content(packed))]
        if sizes[1] > room[1]:  # without its document it may still fit
            packed = replace(packed, document=None)
            sizes = [len(_node_to_json(packed)), len(_content(packed))]
        if sizes[0] <= room[0] and sizes[1] <= room[1]:
            room = [left - size for left, size in zip(room, sizes, strict=True)]
            kept.add(node.id)
            contents[node.id] = packed
    short = Lineage(tuple(contents.get(n.id, n) for n in lineage.nodes), lineage.born).only(kept)
    head = json.dumps({"format": FORMAT, "born": short.born})[:-1]
    nodes = ",".join(_node_to_json(node) for node in short.nodes)
    return {
        INDEX: f'{head}, "nodes": [{nodes}]}}'.encode(),
        CONTENT: b"".join(_content(node) for node in short.nodes),
    }


def lineage_from_files(files: dict[str, bytes]) -> Lineage:
    """Read a lineage that may come from a stranger; StudioError if it makes no sense."""
    index, content = files.get(INDEX, b""), files.get(CONTENT, b"")
    try:
        if len(index) > MAX_INDEX_BYTES or len(content) > MAX_CONTENT_BYTES:
            raise ValueError("too large")
        values = json.loads(index)
        if values["format"] != FORMAT or len(values["nodes"]) > MAX_NODES:
            raise ValueError("not of ours")
        nodes = _nodes(values["nodes"], content)
        born = _whole(values["born"], MAX_ID)
    except (
        KeyError,
        TypeError,
        ValueError,
        AttributeError,
        OverflowError,
        RecursionError,
    ) as error:
        raise StudioError("The history of results in this project is damaged.") from error
    if (nodes and born <= nodes[-1].id) or sum(node.starred for node in nodes) > MAX_STARRED:
        raise StudioError("The history of results in this project is damaged.")
    return Lineage(tuple(nodes), born)


def _packed(node: Node, encode: Encode) -> Node:
    """The node with its document as files, or without one where the recipe is enough."""
    if node.document is None or isinstance(node.document, Packed):
        return node
    if not node.is_precious:
        return replace(node, document=None)
    return replace(node, document=Packed(tuple(sorted(encode(node.document).items()))))


def _content(node: Node) -> bytes:
    """Its thumbnail, then the files of its document."""
    files = node.document.files if node.document is not None else ()
    return b"".join([node.thumbnail, *(content for _, content in files)])


def _node_to_json(node: Node) -> str:
    files = node.document.files if node.document is not None else ()
    values = {
        "id": node.id,
        "recipe": recipe_to_json(node.recipe),
        "verb": node.verb,
        "parents": list(node.parents),
        "settings": node.settings,
        "made_at": node.made_at,
        "starred": node.starred,
        "edited": node.edited,
        "thumbnail": len(node.thumbnail),
        "files": [[name, len(content)] for name, content in files],
    }
    return json.dumps(values, separators=(",", ":"))


def _nodes(found: list[Any], content: bytes) -> list[Node]:
    """Every node, its parents before it; content must be used up to the last byte."""
    nodes: list[Node] = []
    known: set[int] = set()
    at = 0
    for values in found:
        id = _whole(values["id"], MAX_ID)
        if nodes and id <= nodes[-1].id:
            raise ValueError("out of order")
        parents = tuple(_whole(one, MAX_ID) for one in values["parents"])
        known_ones = set(parents) & known
        if len(parents) > MAX_PARENTS or len(known_ones) != len(parents):
            raise ValueError("not its parents")
        pieces = [("", _whole(values["thumbnail"], MAX_THUMBNAIL_BYTES)), *_files(values["files"])]
        cut: list[tuple[str, bytes]] = []
        for name, size in pieces:
            cut.append((name, content[at : at + size]))
            at += size
        if at > len(content):
            raise ValueError("cut short")
        nodes.append(_node(values, id, parents, cut))
        known.add(id)
    if at != len(content):
        raise ValueError("more than is named")
    return nodes


def _node(values: Any, id: int, parents: tuple[int, ...], cut: list[tuple[str, bytes]]) -> Node:
    made_at = float(values["made_at"])
    if not math.isfinite(made_at) or not 0 <= made_at <= LAST_SECOND:
        raise ValueError("not a time")
    if any(type(values[name]) is not bool for name in ("starred", "edited")):
        raise ValueError("neither yes nor no")
    recipe: Recipe = recipe_from_json(values["recipe"])
    return Node(
        id,
        recipe,
        str(values["verb"])[:MAX_TEXT],
        parents,
        str(values["settings"])[:MAX_TEXT],
        made_at,
        values["starred"],
        values["edited"],
        cut[0][1],
        Packed(tuple(cut[1:])) if cut[1:] else None,
    )


def _files(found: Any) -> list[tuple[str, int]]:
    if not isinstance(found, list) or len(found) > MAX_FILES:
        raise ValueError("too many files")
    files = [(name, _whole(size, MAX_CONTENT_BYTES)) for name, size in found]
    if not all(isinstance(name, str) and FILE_NAME.fullmatch(name) for name, _ in files):
        raise ValueError("an odd name")
    return files


def _whole(value: Any, most: int) -> int:
    if type(value) is not int or not 0 <= value <= most:
        raise ValueError("out of range")
    return value
