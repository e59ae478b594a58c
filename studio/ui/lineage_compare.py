"""Comparing two results of the history: their pictures, captions, and what tells them apart."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QCoreApplication
from PySide6.QtGui import QPixmap

from studio.core.errors import StudioError
from studio.core.lineage import Node
from studio.core.recipe_difference import lines_apart
from studio.ui.compare import CompareView
from studio.ui.lineage_words import facts_of, time_of, verb_of
from studio.ui.png_pictures import PngCache


class NodePictures:
    """Large pictures of nodes; where a document is gone, its thumbnail."""

    def __init__(
        self, picture: Callable[[Any, int], QPixmap], open_document: Callable[[Any], Any]
    ) -> None:
        self._picture, self._open_document = picture, open_document
        self._thumbnails = PngCache(4)

    def __call__(self, node: Node, side_px: int) -> QPixmap:
        """A picture of side_px, empty where there is nothing to show at all."""
        try:
            document = self._open_document(node.document)
        except StudioError:  # damaged in its project: the recipe may still make it again
            document = None
        if document is not None:
            return self._picture(document, side_px)
        return self._thumbnails.pixmap(node.thumbnail, side_px) or QPixmap()


def compared(first: Node, second: Node, pictures: NodePictures) -> CompareView:
    """A view of two nodes, either of which can be taken."""
    one, other = first.recipe, second.recipe
    return CompareView(
        (first, caption_of(first)),
        (second, caption_of(second)),
        pictures,
        apart=(lines_apart(one, other), lines_apart(other, one)),
        take=QCoreApplication.translate("Lineage", "Take this one"),
    )


def caption_of(node: Node) -> str:
    """Its verb, and below it how and when it was made."""
    facts = [*facts_of(node), time_of(node)]
    return f"{verb_of(node)}\n{' · '.join(fact for fact in facts if fact)}"
