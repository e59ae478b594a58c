"""What is said about a result in the history: its verb, how it was made, and when."""

from __future__ import annotations

from html import escape

from PySide6.QtCore import QCoreApplication, QDateTime, QLocale

from studio.core.lineage import Lineage, Node
from studio.core.recipe_words import moves_in_words

SHOWN_MOVES = 3


def verb_of(node: Node) -> str:
    """Its verb with a capital, on one line; a project may come from anybody."""
    verb = _line(node.verb) or _tr("Result")
    return verb[:1].upper() + verb[1:]


def facts_of(node: Node) -> list[str]:
    """Seed, settings and marks, one phrase each."""
    facts = [_tr("seed {}").format(node.recipe.latent.seed), _line(node.settings)]
    if node.recipe.is_composite:
        facts.append(_tr("a part was kept"))
    elif node.edited:
        facts.append(_tr("changed by hand"))
    return [fact for fact in facts if fact]


def time_of(node: Node) -> str:
    """When it was made, in local time; "" where nobody knows."""
    if node.made_at <= 0:
        return ""
    at = QDateTime.fromSecsSinceEpoch(int(node.made_at))
    return QLocale().toString(at, QLocale.FormatType.ShortFormat)


def in_a_line(node: Node) -> str:
    """All of that on one line."""
    words = [verb_of(node), *facts_of(node), time_of(node)]
    return " · ".join(word for word in words if word)


def tooltip_of(node: Node) -> str:
    """The same on several lines, with its last moves, safe to be shown as rich text."""
    moves = [_line(move) for move in moves_in_words(node.recipe.latent)[-SHOWN_MOVES:]]
    star = _tr("starred") if node.starred else ""
    lines = [", ".join(facts_of(node)), *moves, time_of(node), star]
    body = "".join(f"<br>{escape(line)}" for line in lines if line)
    return f"<qt><b>{escape(verb_of(node))}</b>{body}</qt>"


def spoken(node: Node, lineage: Lineage, *, is_present: bool) -> str:
    """What a screen reader says of the current result."""
    words = [verb_of(node), *facts_of(node)]
    if is_present:
        words.append(_tr("the present result"))
    if node.starred:
        words.append(_tr("starred"))
    children = len(lineage.children(node.id))
    words.append(_tr("{} parents").format(len(node.parents)))
    words.append(_tr("{} children").format(children))
    words.append(time_of(node))
    return ", ".join(word for word in words if word)


def _line(text: str) -> str:
    return " ".join(text.split())


def _tr(text: str) -> str:
    return QCoreApplication.translate("Lineage", text)
