"""Takes old results out of a lineage: asks first, says how many went, and brings them back."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QCoreApplication

from studio.core.history import Present
from studio.core.lineage import Lineage
from studio.ui.notice import Notice

KEPT = 60  # results that stay, or more where more have a reason to


class Tidying:
    """Asks in a notice, so that nobody has to stop; say(words) shows a sentence."""

    def __init__(
        self, lineage: Present[Lineage], notice: Notice, say: Callable[[str], None]
    ) -> None:
        self._lineage, self._notice, self._say = lineage, notice, say
        self._before: Lineage | None = None
        lineage.on_change.append(self._follow)

    def ask(self, present: int | None) -> None:
        """Offer to take away what has no reason to stay."""
        whole = len(self._lineage.value.nodes)
        gone = whole - len(tidied(self._lineage.value, present).nodes)
        if not gone:
            self._notice.hide()
            self._say(_tr("Nothing to tidy up: all {} results stay.").format(whole))
            return
        question = _tr("{gone} of {whole} results would go. Stars and the way to this one stay.")
        self._notice.ask(
            question.format(gone=gone, whole=whole), {_tr("Tidy up"): lambda: self._go(present)}
        )

    def _go(self, present: int | None) -> None:
        before = self._lineage.value
        after = tidied(before, present)
        self._lineage.become(after)
        self._before = before
        gone = len(before.nodes) - len(after.nodes)
        words = _tr("1 result went.") if gone == 1 else _tr("{} results went.").format(gone)
        self._notice.ask(words, {_tr("Bring back"): self._bring_back})

    def _bring_back(self) -> None:
        if self._before is not None:
            self._lineage.become(self._before)

    def _follow(self, _: Lineage) -> None:
        """Another lineage makes every question and offer about the last one void."""
        self._before = None
        self._notice.hide()


def tidied(lineage: Lineage, present: int | None) -> Lineage:
    """Without old results: stars, the present one and its ancestors, and the newest stay."""
    there = any(node.id == present for node in lineage.nodes)
    needed = [present, *lineage.ancestors(present)] if there and present is not None else []
    return lineage.pruned(KEPT, needed)


def _tr(text: str) -> str:
    return QCoreApplication.translate("Lineage", text)
