"""Chips that say what the grid explores, and which layers stay as they are."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QWidget

from studio.core.latent import LAYER_GROUPS
from studio.ui.widgets import Chip, tip

VERBS = ("vary", "breed", "morph")


class VerbChips(QWidget):
    """One of vary, breed and morph; low enough for the head of a section."""

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        words = {
            "vary": (self.tr("Vary"), self.tr("Neighbours of the present one"), "Shift+V"),
            "breed": (self.tr("Breed"), self.tr("Children of the chosen parents"), "Shift+B"),
            "morph": (self.tr("Morph"), self.tr("The way from parent to parent"), "Shift+M"),
        }
        self._chips = {verb: Chip(words[verb][0], tip(*words[verb][1:])) for verb in VERBS}
        group = QButtonGroup(self)
        row = _row(self)
        row.setSpacing(4)
        for chip in self._chips.values():
            chip.setProperty("size", "low")
            group.addButton(chip)
            row.addWidget(chip)
        self._chips["vary"].setChecked(True)
        group.buttonClicked.connect(self.changed)

    @property
    def verb(self) -> str:
        return next(verb for verb, chip in self._chips.items() if chip.isChecked())

    def choose(self, verb: str) -> None:
        """As if its chip were clicked."""
        self._chips[verb].click()


class LockChips(QWidget):
    """Layers that re-rolling, varying and breeding leave as they are."""

    changed = Signal()

    def __init__(self, words: Sequence[str]) -> None:
        """words name the coarse, the middle and the fine layers."""
        super().__init__()
        meaning = self.tr("{} stays when the rest is varied, bred, steered or made anew")
        self._chips = {
            group: Chip(self.tr(word), tip(meaning.format(self.tr(word)), f"F{number}"))
            for number, (group, word) in enumerate(zip(LAYER_GROUPS, words, strict=True), start=2)
        }
        row = _row(self)
        for chip in self._chips.values():
            row.addWidget(chip)
            chip.toggled.connect(self.changed)
        row.addStretch(1)

    @property
    def locked(self) -> tuple[str, ...]:
        return tuple(group for group, chip in self._chips.items() if chip.isChecked())

    @property
    def free(self) -> tuple[str, ...]:
        return tuple(group for group in LAYER_GROUPS if group not in self.locked)

    def toggle(self, group: str) -> None:
        """As if its chip were clicked."""
        self._chips[group].toggle()


def _row(owner: QWidget) -> QHBoxLayout:
    row = QHBoxLayout(owner)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(6)
    return row
