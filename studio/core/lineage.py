"""Where every result came from: a graph of results that can be browsed, starred and searched.

It stands beside the undo history and knows nothing of it: undoing takes nothing out of here. Ids
are counted up and never used again, and parents come before their children, so that there are no
circles.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from studio.core.errors import StudioError
from studio.core.latent import Recipe

MAX_NODES = 600
MAX_STARRED = 200
MAX_PARENTS = 16
MAX_TEXT = 200
MAX_THUMBNAIL_BYTES = 2**16
CHOSEN = "model"  # the verb of a result that only shows another model: nobody's work
WHOLE = 100  # so many of the newest nodes keep their documents; the recipe makes the others again


@dataclass(frozen=True)
class Packed:
    """A document as it lies in a project: the files that its medium decodes, sorted by name."""

    files: tuple[tuple[str, bytes], ...]


@dataclass(frozen=True)
class Node:
    """One result: what it is, what it was made from, by which verb and how, and when.

    document is the medium's own, or Packed after opening a project, or None where only the recipe
    is left. edited says that the recipe alone does not make it again. thumbnail is a small PNG.
    settings are words for people, as in "strength 0.3"; made_at is in seconds since 1970.
    """

    id: int
    recipe: Recipe
    verb: str = ""
    parents: tuple[int, ...] = ()
    settings: str = ""
    made_at: float = 0.0
    starred: bool = False
    edited: bool = False
    thumbnail: bytes = b""
    document: Any = None

    @property
    def is_precious(self) -> bool:
        """Whether its document is kept, whatever its age."""
        return self.starred or self.edited


@dataclass(frozen=True)
class Place:
    """Where a node is shown: generations go to the right, branches down."""

    id: int
    column: int
    row: int


@dataclass(frozen=True)
class Lineage:
    """All results of one medium in a project, the oldest first; born counts all there ever were."""

    nodes: tuple[Node, ...] = ()
    born: int = 0

    def recorded(
        self,
        document: Any,
        verb: str,
        parents: Sequence[int] = (),
        *,
        settings: str = "",
        thumbnail: bytes = b"",
        edited: bool = False,
        made_at: float | None = None,
    ) -> Lineage:
        """With one more result, which is newest then; too many are pruned.

        Parents that are here no longer, or named twice, are left out.
        """
        known = tuple(dict.fromkeys(one for one in parents if one in self._by_id))
        node = Node(
            self.born,
            document.recipe,
            verb[:MAX_TEXT],
            known[:MAX_PARENTS],
            settings[:MAX_TEXT],
            time.time() if made_at is None else made_at,
            edited=edited,
            thumbnail=thumbnail if len(thumbnail) <= MAX_THUMBNAIL_BYTES else b"",
            document=document,
        )
        grown = Lineage((*self.nodes, node), self.born + 1)._lightened()
        return grown.pruned(MAX_NODES, [node.id]) if len(grown.nodes) > MAX_NODES else grown

    def replaced(
        self, id: int, document: Any, *, settings: str = "", thumbnail: bytes = b""
    ) -> Lineage:
        """With another result in the place of this one, as while a slider is dragged.

        A node that is starred or has children stays, and the result becomes its sibling.
        """
        node = self.node(id)
        if node.starred or self.children(id):
            return self.recorded(
                document, node.verb, node.parents, settings=settings, thumbnail=thumbnail
            )
        other = replace(
            node,
            recipe=document.recipe,
            document=document,
            settings=settings[:MAX_TEXT],
            thumbnail=thumbnail if len(thumbnail) <= MAX_THUMBNAIL_BYTES else b"",
        )
        return self._with(other)

    def with_star(self, id: int, starred: bool = True) -> Lineage:
        """With a star, or without it; StudioError when there are too many to keep."""
        node = self.node(id)
        if starred and not node.starred and len(self.stars) >= MAX_STARRED:
            raise StudioError(f"{MAX_STARRED} results have a star already: take one off first.")
        return self._with(replace(node, starred=starred))

    def pruned(self, most: int, needed: Iterable[int] = ()) -> Lineage:
        """At most so many results: those with a star and those needed, however many, then others.

        Half of the room that is left goes to ancestors of those needed, the nearest first, the
        rest to the newest. Children whose parents go are given to the nearest ancestors that stay.
        """
        wanted = [id for id in needed if id in self._by_id]
        kept = {*self.stars, *wanted}
        forebears = [id for one in wanted for id in self.ancestors(one)]
        half = len(kept) + max(0, most - len(kept)) // 2
        for ids, room in ((forebears, half), (self._newest_first, most)):
            for id in ids:
                if len(kept) >= room:
                    break
                kept.add(id)
        return self.only(kept)

    def only(self, kept: Collection[int]) -> Lineage:
        """Those alone, linked to the nearest ancestors among them."""
        stand_ins: dict[int, tuple[int, ...]] = {}  # a node -> itself, or who stands for it
        nodes: list[Node] = []
        for node in self.nodes:
            found = dict.fromkeys(id for one in node.parents for id in stand_ins.get(one, ()))
            parents = tuple(found)[:MAX_PARENTS]
            stand_ins[node.id] = (node.id,) if node.id in kept else parents
            if node.id in kept:
                nodes.append(node if parents == node.parents else replace(node, parents=parents))
        return Lineage(tuple(nodes), self.born)

    # --- looking ---

    @property
    def newest(self) -> Node | None:
        return self.nodes[-1] if self.nodes else None

    @cached_property
    def stars(self) -> frozenset[int]:
        """The ids of all with a star."""
        return frozenset(node.id for node in self.nodes if node.starred)

    def has_work_since(self, born: int) -> bool:
        """Whether a person made more than so many results; choosing a model makes none."""
        return any(node.verb != CHOSEN for node in self.nodes if node.id >= born)

    def node(self, id: int) -> Node:
        """StudioError when it was pruned."""
        try:
            return self._by_id[id]
        except KeyError as error:
            raise StudioError("This result is not in the history any more.") from error

    def of(self, document: Any) -> Node | None:
        """The newest node of a document: the same one, else one of the same recipe, unedited."""
        backwards = self.nodes[::-1]
        for node in backwards:
            if node.document is document or node.document == document:
                return node
        same = (node for node in backwards if node.recipe == document.recipe and not node.edited)
        return next(same, None)

    def children(self, id: int) -> list[int]:
        """The oldest first."""
        return self._children.get(id, [])

    def ancestors(self, id: int) -> list[int]:
        """Parents, their parents and so on, each once, the nearest first."""
        found: dict[int, None] = {}
        generation = list(self.node(id).parents)
        while generation:
            found.update(dict.fromkeys(generation))
            above = (one for parent in generation for one in self._by_id[parent].parents)
            generation = [one for one in dict.fromkeys(above) if one not in found]
        return list(found)

    def search(
        self,
        words: str = "",
        *,
        verb: str | None = None,
        seed: int | None = None,
        model: str | None = None,
        starred: bool = False,
    ) -> list[Node]:
        """All that every criterion fits, the newest first.

        Each of the words must be in verb or settings, or be the seed or the beginning of the
        model's id; upper and lower case are the same.
        """
        terms = words.casefold().split()
        return [
            node
            for node in reversed(self.nodes)
            if verb in (None, node.verb)
            and seed in (None, node.recipe.latent.seed)
            and model in (None, node.recipe.model)
            and (node.starred or not starred)
            and all(_fits(node, term) for term in terms)
        ]

    def layout(self) -> list[Place]:
        """A place for every node, no two the same, in the order in which they are read.

        A result stands to the right of all its parents. The first child goes on in the row of its
        first parent; each other one, and each result without parents, begins a row of its own
        below what is there.
        """
        columns: dict[int, int] = {}
        for node in self.nodes:
            columns[node.id] = 1 + max((columns[one] for one in node.parents), default=-1)
        first: dict[int, list[int]] = {}
        for node in self.nodes:
            if node.parents:
                first.setdefault(node.parents[0], []).append(node.id)
        waiting = [node.id for node in reversed(self.nodes) if not node.parents]
        places: list[Place] = []
        row = -1
        while waiting:
            row += 1
            line: int | None = waiting.pop()
            branches: list[int] = []
            while line is not None:
                places.append(Place(line, columns[line], row))
                following = first.get(line, [])
                branches = [*following[1:], *branches]
                line = following[0] if following else None
            waiting.extend(reversed(branches))
        return places

    # --- inside ---

    @cached_property
    def _by_id(self) -> dict[int, Node]:
        return {node.id: node for node in self.nodes}

    @cached_property
    def _children(self) -> dict[int, list[int]]:
        found: dict[int, list[int]] = {}
        for node in self.nodes:
            for parent in node.parents:
                found.setdefault(parent, []).append(node.id)
        return found

    @property
    def _newest_first(self) -> list[int]:
        return [node.id for node in reversed(self.nodes)]

    def _with(self, changed: Node) -> Lineage:
        nodes = tuple(changed if node.id == changed.id else node for node in self.nodes)
        return Lineage(nodes, self.born)

    def _lightened(self) -> Lineage:
        """Without the documents of old nodes, which would fill the memory."""
        if len(self.nodes) <= WHOLE:
            return self
        old = self.nodes[-WHOLE - 1]
        if old.document is None or old.is_precious:
            return self
        return self._with(replace(old, document=None))


def opened(document: Any, decode: Callable[[dict[str, bytes]], Any]) -> Any:
    """A node's document, decoded where it is packed; None where only the recipe is left.

    StudioError if what was packed is damaged.
    """
    return decode(dict(document.files)) if isinstance(document, Packed) else document


def _fits(node: Node, term: str) -> bool:
    return (
        term in f"{node.verb} {node.settings}".casefold()
        or term == str(node.recipe.latent.seed)
        or node.recipe.model.casefold().startswith(term)
    )
