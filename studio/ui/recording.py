"""Records every result of a panel in its lineage: what it was made from, by which verb, and how."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from PySide6.QtCore import QObject, QTimer

from studio.core.history import Present
from studio.core.kind import MediumKind
from studio.core.lineage import Lineage, Node
from studio.core.provenance import Origin
from studio.ui.png_pictures import THUMBNAIL_PX, png_thumbnail

REST_MS = 400  # after which a result of a drag is one that stays


@dataclass(frozen=True)
class Birth:
    """A result that is not written down yet."""

    document: Any
    verb: str
    parents: tuple[Any, ...]
    settings: str
    gesture: object


class Recording(QObject):
    """Results of one gesture are one node, written down when the hand rests."""

    def __init__(self, kind: MediumKind, parent: QObject) -> None:
        super().__init__(parent)
        self._kind = kind
        self.lineage: Present[Lineage] = Present(Lineage())
        self._waiting: Birth | None = None
        self._last: tuple[object, int] = (None, -1)  # a gesture, and the node it ended in so far
        self._rest = QTimer(self, singleShot=True, interval=REST_MS)
        self._rest.timeout.connect(self.flush)

    def follow(self, lineage: Present[Lineage]) -> None:
        """Write into this lineage from now on."""
        self.flush()
        self.lineage = lineage

    def record(
        self,
        document: Any,
        verb: str,
        parents: Sequence[Any] = (),
        settings: str = "",
        gesture: object = None,
    ) -> None:
        """Write a result down, made from these documents."""
        waiting = self._waiting
        if waiting is not None and gesture is not None and waiting.gesture == gesture:
            self._waiting = replace(waiting, document=document, settings=settings)
        else:
            self.flush()
            self._waiting = Birth(document, verb, tuple(parents), settings, gesture)
        if gesture is None:
            self.flush()
        else:
            self._rest.start()

    def flush(self) -> None:
        """Write down what waits."""
        self._rest.stop()
        birth, self._waiting = self._waiting, None
        if birth is None:
            return
        gesture, id = self._last
        if birth.gesture is not None and gesture == birth.gesture and id == self._newest:
            grown = self.lineage.value.replaced(
                id,
                birth.document,
                settings=birth.settings,
                thumbnail=self._thumbnail(birth.document),
            )
            self.lineage.become(grown)
        else:
            parents = [self.written(parent).id for parent in birth.parents]
            self._write(birth.document, birth.verb, parents, birth.settings)
        self._last = (birth.gesture, self._newest)

    def node_of(self, document: Any) -> Node | None:
        """The node of exactly this document."""
        node = self.lineage.value.of(document)
        if node is None or node.document == document:
            return node
        # Where only the recipe is left it must have made all of the document.
        return None if _is_edited(document) and not node.edited else node

    def told(self, document: Any, origin: Origin) -> Origin:
        """What goes into a file of this document: its verb, and its parents as MODEL:SEED."""
        self.flush()
        node = self.node_of(document)
        return origin if node is None else self.told_of(node, origin)

    def told_of(self, node: Node, origin: Origin) -> Origin:
        """The same for the result of a node."""
        lineage = self.lineage.value
        parents = tuple(_named(lineage.node(id), origin) for id in node.parents)
        return replace(origin, verb=node.verb, parents=parents)

    def written(self, document: Any) -> Node:
        """The node of a document; what a person's hand changed is written down first."""
        self.flush()
        node = self.node_of(document)
        if node is None:
            before = self.lineage.value.of(document)
            self._write(document, "edit", [] if before is None else [before.id])
            node = self.node_of(document)
        assert node is not None
        return node

    def _write(self, document: Any, verb: str, parents: Sequence[int], settings: str = "") -> None:
        grown = self.lineage.value.recorded(
            document,
            verb,
            parents,
            settings=settings,
            thumbnail=self._thumbnail(document),
            edited=_is_edited(document),
        )
        self.lineage.become(grown)

    @property
    def _newest(self) -> int:
        newest = self.lineage.value.newest
        return -1 if newest is None else newest.id

    def _thumbnail(self, document: Any) -> bytes:
        return png_thumbnail(self._kind.thumbnail(document, THUMBNAIL_PX))


def _named(node: Node, origin: Origin) -> str:
    return f"{origin.model_name or node.recipe.model}:{node.recipe.latent.seed}"


def _is_edited(document: Any) -> bool:
    """Whether a hand, or what was kept from before, made more of it than its recipe says."""
    return bool(getattr(document, "edited", False)) or document.recipe.is_composite
