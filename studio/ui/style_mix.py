"""Style mixing: chosen groups of layers take their style from a second seed."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from studio.core.latent import LAYER_GROUPS, Latent, Mix
from studio.ui.widgets import Chip, SeedField, icon_button, label, new_seed


class StyleMixer(QWidget):
    """A second seed and the groups it rules; no group chosen means no mixing."""

    changed = Signal()
    told = Signal(str)  # what it does, for the head of a folded section

    def __init__(self, words: Sequence[str]) -> None:
        """words name the coarse, the middle and the fine layers."""
        super().__init__()
        self._shown: Mix | None = None
        self.seed = SeedField(new_seed())
        self.seed.setToolTip(self.tr("The second seed, from which the chosen layers take style"))
        dice = icon_button("dice", self.tr("Another second seed"))
        dice.clicked.connect(self._throw)
        meaning = self.tr("{} from the second seed")
        self._chips = {
            group: Chip(self.tr(word), meaning.format(self.tr(word)))
            for group, word in zip(LAYER_GROUPS, words, strict=True)
        }
        first, second = QHBoxLayout(), QHBoxLayout()
        first.setSpacing(6)
        second.setSpacing(8)
        for chip in self._chips.values():
            first.addWidget(chip)
            chip.clicked.connect(self.changed)
        first.addStretch(1)
        second.addWidget(label(self.tr("from seed"), "muted"))
        second.addWidget(self.seed)
        second.addWidget(dice)
        second.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addLayout(first)
        column.addLayout(second)
        self.seed.seed_changed.connect(self._seed_changed)

    def mix(self, psi: float) -> Mix | None:
        """The style mix with the second seed truncated by psi."""
        groups = tuple(group for group, chip in self._chips.items() if chip.isChecked())
        if not groups:
            return None
        shown = self._shown
        kept = shown is not None and shown.other.seed == self.seed.seed
        other = shown.other.with_psi(psi) if shown and kept else Latent(self.seed.seed, psi)
        return Mix(other, groups)

    def show_mix(self, mix: Mix | None) -> None:
        """Show a result's mixing without telling anyone."""
        self._shown = mix
        if mix is not None:
            self.seed.set_seed(mix.other.seed)
        for group, chip in self._chips.items():
            chip.setChecked(mix is not None and group in mix.groups)
        self.tell()

    def tell(self) -> None:
        """Say what is mixed in."""
        chosen = [chip.text() for chip in self._chips.values() if chip.isChecked()]
        if chosen:
            words = self.tr("{} from seed {}").format(", ".join(chosen), self.seed.seed)
        else:
            words = self.tr("layers of a second seed")
        self.told.emit(words)

    def _throw(self) -> None:
        self.seed.change_seed(new_seed())

    def _seed_changed(self) -> None:
        if any(chip.isChecked() for chip in self._chips.values()):
            self.changed.emit()
