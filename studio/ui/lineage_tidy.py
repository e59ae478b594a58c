"""Takes old results out of a lineage: asks first, says how many went, and brings them back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from PySide6.QtCore import QCoreApplication

from studio.core.history import Present
from studio.core.lineage import MAX_NODES, Lineage
from studio.ui.notice import Notice

KEPT = 60  # the newest, where a person wants to keep more than what has a reason to stay


class Tidying:
    """Asks in a notice, so that nobody has to stop; say(words) shows a sentence.

    What went, however often, can be brought back as long as the same history goes on.
    """

    def __init__(
        self, lineage: Present[Lineage], notice: Notice, say: Callable[[str], None]
    ) -> None:
        self._lineage, self._notice, self._say = lineage, notice, say
        self._before: Lineage | None = None
        self._after = Lineage()
        self._is_at_work = False
        self._is_asking = False
        lineage.on_change.append(self._follow)

    @property
    def is_offered_back(self) -> bool:
        """Whether the notice offers to bring back what went just now."""
        return self._before is not None and not self._notice.isHidden()

    def ask(self, present: int | None) -> None:
        """Offer to take away what has no reason to stay, and to bring back what went before."""
        lineage = self._lineage.value
        few, more = (tidied(lineage, present, most) for most in (0, KEPT))
        answers: dict[str, Callable[[], None]] = {}
        if len(few.nodes) < len(more.nodes) < len(lineage.nodes):
            words = _tr("Keep {} in all, take away {}")
            gone = len(lineage.nodes) - len(more.nodes)
            answers[words.format(len(more.nodes), gone)] = lambda: self._go(more)
        if 0 < len(few.nodes) < len(lineage.nodes):
            words = _tr("Keep only these, take away {}")
            gone = len(lineage.nodes) - len(few.nodes)
            answers[words.format(gone)] = lambda: self._go(few)
        if self._before is not None:
            answers[_tr("Bring back {}").format(self._gone)] = self.bring_back
        self._is_asking = bool(answers)
        if answers:
            question = _tr("Stars, the present result and the way to it stay.")
            self._notice.ask(question, answers)
        else:
            self._notice.hide()
            words = _tr("Nothing to tidy up: all {} results stay.")
            self._say(words.format(len(lineage.nodes)))

    def bring_back(self) -> None:
        """All that went last; what was made or starred since then stays as it is."""
        if self._before is not None:
            self._become(_joined(self._before, self._lineage.value))
            self._before = None
            self._notice.leave()

    @property
    def _gone(self) -> int:
        return 0 if self._before is None else len(self._before.nodes) - len(self._after.nodes)

    def _go(self, after: Lineage) -> None:
        now = self._lineage.value
        before = now if self._before is None else _joined(self._before, now)
        self._become(after)
        self._is_asking = False
        self._before, self._after = before, after
        words = _tr("1 result went.") if self._gone == 1 else _tr("{} results went.")
        self._notice.ask(words.format(self._gone), {_tr("Bring back"): self.bring_back})

    def _become(self, lineage: Lineage) -> None:
        self._is_at_work = True
        self._lineage.become(lineage)
        self._is_at_work = False

    def _follow(self, now: Lineage) -> None:
        """Another history makes every offer void; another result or star, what was asked."""
        if self._is_at_work:
            return
        if self._before is not None and not _goes_on(self._after, now):
            self._before = None
        if self._before is None or self._is_asking:
            self._notice.hide()


def tidied(lineage: Lineage, present: int | None, most: int) -> Lineage:
    """Without old results: stars, the present one and its ancestors, and the newest stay.

    most is how many stay altogether, or more where more have a reason to.
    """
    there = any(node.id == present for node in lineage.nodes)
    needed = [present, *lineage.ancestors(present)] if there and present is not None else []
    return lineage.pruned(most, needed)


def _goes_on(before: Lineage, now: Lineage) -> bool:
    """Whether all results of before are still there."""
    recipes = {node.id: node.recipe for node in now.nodes}
    is_there = all(recipes.get(node.id) == node.recipe for node in before.nodes)
    return is_there and now.born >= before.born


def _joined(before: Lineage, now: Lineage) -> Lineage:
    """All of before, with the stars of now, and what is new in now."""
    stars = {node.id: node.starred for node in now.nodes}
    old = [replace(node, starred=stars.get(node.id, node.starred)) for node in before.nodes]
    there = {node.id for node in old}
    new = [node for node in now.nodes if node.id not in there]
    joined = Lineage((*old, *new), now.born)
    return joined if len(joined.nodes) <= MAX_NODES else joined.pruned(MAX_NODES)


def _tr(text: str) -> str:
    return QCoreApplication.translate("Lineage", text)
