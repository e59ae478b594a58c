"""The bar above a document: model, seed, dice, variety, what the medium adds, Generate."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QWidget

from studio.core.kind import MediumKind
from studio.core.latent import Latent
from studio.ui import theme
from studio.ui.context import StudioContext
from studio.ui.copy_caution import CopyCaution
from studio.ui.model_chooser import SHORT_PX, USUAL_PX, ModelChooser
from studio.ui.widgets import LabelledSlider, SeedField, button, icon_button, label, tip

LEAST_SLIDER_PX, WIDEST_VARIETY_PX = 56, 190
GAP_PX = 8


@dataclass
class Word:
    """Something that a narrow bar can do without: its width, and how to show or hide it."""

    width_px: Callable[[], int]
    show: Callable[[bool], None]
    is_shown: bool = True

    def give(self, on: bool) -> None:
        if on != self.is_shown:
            self.is_shown = on
            self.show(on)


class LatentBar(QFrame):
    """The controls of a latent; the panel connects them."""

    def __init__(self, kind: MediumKind, context: StudioContext, drag_out: QPushButton) -> None:
        super().__init__()
        self.setObjectName("bar")
        self.setFixedHeight(theme.BAR_PX)
        self.model = ModelChooser(kind, context)
        self.seed = SeedField()
        self.dice = icon_button("dice", tip(self.tr("Another seed"), "R"))
        self.variety = LabelledSlider(self.tr("Variety"), 0.0, 1.2, Latent().psi, show_figure=False)
        self.variety.slider.setMinimumWidth(LEAST_SLIDER_PX)
        self.variety.setMaximumWidth(WIDEST_VARIETY_PX)
        self.undo = icon_button("undo", tip(self.tr("Undo"), "Ctrl+Z"))
        self.redo = icon_button("redo", tip(self.tr("Redo"), "Ctrl+Shift+Z"))
        self.caution = CopyCaution(kind, context)
        self.generate = button(
            self.tr("Generate"), tip(self.tr("Make a new one"), "Space"), role="primary"
        )
        self._extras = QHBoxLayout()
        self._extras.setSpacing(GAP_PX)
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 0, 12, 1)
        row.setSpacing(GAP_PX)
        seed_label = label(self.tr("Seed"), "muted")
        for widget in (self.model, seed_label, self.seed, self.dice):
            row.addWidget(widget, 0, Qt.AlignmentFlag.AlignVCenter)
        row.addWidget(self.variety, 4)
        row.addLayout(self._extras)
        row.addStretch(1)
        for widget in (self.undo, self.redo, self.caution, drag_out, self.generate):
            row.addWidget(widget, 0, Qt.AlignmentFlag.AlignVCenter)
        row.insertSpacing(1, 2)
        row.insertSpacing(5, 2)
        self._row = row
        # More of it where there is room
        self._name = Word(lambda: self.model.beyond_px(USUAL_PX), _stay)
        self._words = [  # what goes first stands first
            _label_word(seed_label),
            _label_word(self.variety.name),
            _button_word(drag_out),
            self._name,
            _label_word(self.redo),  # both are in the menu, too
            _label_word(self.undo),
        ]

    def add(self, widget: QWidget) -> None:
        """What the medium needs in the bar."""
        self._extras.addWidget(widget, 0, Qt.AlignmentFlag.AlignVCenter)
        self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def event(self, event: QEvent) -> bool:
        done = super().event(event)
        if event.type() == QEvent.Type.LayoutRequest:
            self._fit()  # a longer model's name
        return done

    def minimumSizeHint(self) -> QSize:
        return QSize(self._bare_px(), theme.BAR_PX)

    def _bare_px(self) -> int:
        """The width without any of the words."""
        words = [one for one in self._words if one.is_shown and one is not self._name]
        shown = sum(one.width_px() for one in words) + self.model.beyond_px(self.model.room_px)
        return self._row.totalMinimumSize().width() - shown

    def _fit(self) -> None:
        """A narrow window gives up words, one after the other, and at last undo and redo."""
        widths = [word.width_px() for word in self._words]
        spare = self.width() - self._bare_px() - sum(widths)
        for word, px in zip(self._words, widths, strict=True):
            word.give(spare >= 0)
            spare += 0 if spare >= 0 else px
        usual = USUAL_PX if self._name.is_shown else SHORT_PX
        self.model.show_within(usual + max(0, spare - WIDEST_VARIETY_PX + LEAST_SLIDER_PX))


def _stay(on: bool) -> None:
    """For a word that is shown by what there is room for."""


def _label_word(words: QWidget) -> Word:
    """A label or button that is hidden; the layout around it takes its place."""

    def show(on: bool) -> None:
        words.setVisible(on)
        parent = words.parentWidget()
        if parent is not None and (around := parent.layout()) is not None:
            around.activate()  # so that the bar's own layout knows at once

    return Word(lambda: words.sizeHint().width() + GAP_PX, show)


def _button_word(button: QPushButton) -> Word:
    """A button that keeps its icon only."""
    text = button.text()
    width = button.fontMetrics().horizontalAdvance(text) + GAP_PX // 2
    return Word(lambda: width, lambda on: button.setText(text if on else ""))
