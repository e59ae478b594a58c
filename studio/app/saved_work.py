"""What of a person's work is saved: results, edits and stars."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from studio.core.history import History, Present
from studio.core.lineage import Lineage


class SavedWork:
    """Follows histories and lineages, by medium.

    Which model is chosen is nobody's work, nor is the result that a panel or a model begins with
    by itself. A result that was made and undone is: the lineage still has it.
    """

    def __init__(
        self, histories: Mapping[str, History[Any]], lineages: Mapping[str, Present[Lineage]]
    ) -> None:
        self._histories, self._lineages = histories, lineages
        self._stars: dict[str, frozenset[int]] = {}
        self._born: dict[str, int] = {}
        for name, history in histories.items():
            history.on_change.append(lambda _, name=name: self._moved_on(name))
            self._mark(name)

    @property
    def is_all(self) -> bool:
        """Whether closing would lose nothing."""
        return all(
            self._histories[name].is_saved
            and lineage.value.stars == self._stars[name]
            and not lineage.value.has_work_since(self._born[name])
            for name, lineage in self._lineages.items()
        )

    def mark(self) -> None:
        """All that there is now is saved."""
        for name, history in self._histories.items():
            history.mark_saved()
            self._mark(name)

    def _mark(self, name: str) -> None:
        lineage = self._lineages[name].value
        self._stars[name], self._born[name] = lineage.stars, lineage.born

    def _moved_on(self, name: str) -> None:
        history = self._histories[name]
        if history.is_saved and history.undo_text is None and history.redo_text is None:
            self._mark(name)  # it was opened, or made by the panel itself
