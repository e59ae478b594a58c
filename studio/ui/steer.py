"""Sliders that steer a result: found in the model, renamed, pinned and hidden by the person."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QInputDialog, QMenu, QProgressBar, QVBoxLayout, QWidget

from studio.core.latent import Recipe
from studio.core.slider import Slider, SliderChoice
from studio.core.verbs import slid
from studio.ui.widgets import LabelledSlider, button, label, tip

FEW, FEWEST = 5, 3  # are shown at first: as many as the window has room for
ROW_PX, GAP_PX = 20, 2
NAME_PX = 100


@dataclass(frozen=True)
class SliderRow:
    """A slider of the model and the one on the screen."""

    slider: Slider
    control: LabelledSlider


class SteerSliders(QWidget):
    """One row for every slider; moves live, as one gesture for each drag."""

    moved = Signal(object, float, object)  # Slider, amount, gesture
    reset_asked = Signal()
    released = Signal()  # the end of a drag
    chosen = Signal(object)  # SliderChoice
    stop_asked = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.rows: dict[str, SliderRow] = {}
        self._sliders: tuple[Slider, ...] = ()
        self._choice = SliderChoice()
        self._recipe = Recipe()
        self._shows_all, self.few = False, FEW
        self._words = label("", "muted")
        self._words.setWordWrap(True)
        self._progress = QProgressBar()
        self._progress.setTextVisible(False)
        self._stop = button(self.tr("Stop"), self.tr("Do without sliders for now"))
        self._stop.clicked.connect(self.stop_asked)
        self._reset = button(
            self.tr("Reset"),
            tip(self.tr("All sliders back to the middle"), "Shift+0"),
            role="small",
        )
        self._reset.clicked.connect(self.reset_asked)
        policy = self._reset.sizePolicy()
        policy.setRetainSizeWhenHidden(True)  # the head is as high without sliders
        self._reset.setSizePolicy(policy)
        self._more = button("", self.tr("Show or hide the weaker ones"), role="small")
        self._more.clicked.connect(self._toggle_all)
        self._hidden = button("", self.tr("Show again what was hidden"), role="small")
        self._hidden.clicked.connect(self._unhide)
        self.head = (self._hidden, self._more, self._reset)  # for the head of the section
        for one in self.head:
            one.setParent(self)  # until a head takes them
        self._lay_out()
        self.show_sliders((), SliderChoice())

    def _lay_out(self) -> None:
        search = QHBoxLayout()
        search.setSpacing(8)
        search.addWidget(self._progress, 1)
        search.addWidget(self._stop)
        self._list = QVBoxLayout()
        self._list.setSpacing(GAP_PX)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addWidget(self._words)
        column.addLayout(search)
        column.addLayout(self._list)
        column.addStretch(1)
        self._reserve()

    def fit(self, spare_px: int) -> None:
        """Show fewer at first in a column that lacks room, more in one that has spare_px left."""
        few = min(max(self.few + spare_px // (ROW_PX + GAP_PX), FEWEST), FEW)
        if few != self.few:
            self.few = few
            self._reserve()
            if self._sliders:  # else what is said of them stands
                self.show_sliders(self._sliders, self._choice)

    def _reserve(self) -> None:
        """Nothing below moves when they are found."""
        self.setMinimumHeight(self.few * (ROW_PX + GAP_PX) - GAP_PX)

    def say(self, words: str, part: float | None = None) -> None:
        """Tell why there are no sliders; with part, 0 to 1, how far the search has come."""
        self._words.setText(words)
        self._words.setVisible(bool(words))
        for one in (self._progress, self._stop):
            one.setVisible(part is not None)
        if part is not None:
            self._progress.setRange(0, 100)
            self._progress.setValue(round(100 * part))

    def show_sliders(self, sliders: tuple[Slider, ...], choice: SliderChoice) -> None:
        """Show a model's sliders, as the person chose."""
        self._sliders, self._choice = sliders, choice
        for row in self.rows.values():
            row.control.hide()  # gone at once, whenever Qt deletes it
            row.control.deleteLater()
        self.rows = {}
        shown = choice.shown(sliders)
        pinned = sum(one.name in choice.pinned for one in shown)
        few = shown if self._shows_all else shown[: max(self.few, pinned)]
        for slider in few:
            self.rows[slider.name] = SliderRow(slider, self._control(slider))
            self._list.addWidget(self.rows[slider.name].control)
        rest, hidden = len(shown) - len(few), len(sliders) - len(shown)
        self._more.setText(self.tr("Fewer") if self._shows_all else self.tr("{} more").format(rest))
        self._more.setVisible(rest > 0 or (self._shows_all and len(shown) > self.few))
        self._hidden.setText(self.tr("{} hidden").format(hidden))
        self._hidden.setVisible(hidden > 0)
        self.show_recipe(self._recipe)
        self.say("" if sliders else self.tr("Nothing steers this model well enough."))

    def show_recipe(self, recipe: Recipe) -> None:
        """Show how far each slider is moved, without telling anyone."""
        self._recipe = recipe
        for row in self.rows.values():
            if not row.control.is_dragged:
                row.control.set_value(slid(recipe, row.slider.name))
        self._reset.setVisible(bool(self._sliders))
        self._reset.setEnabled(bool(recipe.latent.slides))

    def _control(self, slider: Slider) -> LabelledSlider:
        word = self._choice.word(slider)
        control = LabelledSlider(
            word,
            slider.low,
            slider.high,
            0.0,
            decimals=1,
            signed=True,
            from_middle=True,
            label_width=NAME_PX,
        )
        control.name.setToolTip(self._meaning(slider))
        control.value_changed.connect(
            lambda amount: self.moved.emit(slider, amount, ("steer", slider.name, control.gesture))
        )
        control.slider.sliderReleased.connect(self.released)
        control.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        control.customContextMenuRequested.connect(
            lambda at: self._menu(slider, control.mapToGlobal(at))
        )
        return control

    def _meaning(self, slider: Slider) -> str:
        """What is known of a slider, and what can be done with it."""
        known = {
            "measured": self.tr("Changes {} as it says").format(slider.name.lower()),
            "pca": self.tr("One of the ways in which results differ most"),
            "sefa": self.tr("One of the styles that the layers react to most"),
        }[slider.kind]
        other, by = slider.leak
        own = abs(slider.effect)
        if other and abs(by) > max(0.5 * own, 0.5):
            change = self.tr("more {}") if by > 0 else self.tr("less {}")
            known = self.tr("{}; brings {}").format(known, change.format(other.lower()))
        return "\n".join((known, self.tr("Double click resets, right click renames, pins, hides")))

    def menu_for(self, slider: Slider) -> QMenu:
        """What can be done with a slider."""
        choice, menu = self._choice, QMenu(self)
        is_pinned = slider.name in choice.pinned
        entries: tuple[tuple[str, Callable[[], object]], ...] = (
            (self.tr("Rename…"), partial(self._rename, slider)),
            (
                self.tr("Unpin") if is_pinned else self.tr("Pin on top"),
                lambda: self._choose(choice.with_pinned(slider.name, not is_pinned)),
            ),
            (self.tr("Hide"), lambda: self._choose(choice.with_hidden(slider.name, True))),
            (self.tr("Reset"), lambda: self.moved.emit(slider, 0.0, None)),
        )
        for text, act in entries:
            menu.addAction(text).triggered.connect(partial(_without_checked, act))
        return menu

    def _menu(self, slider: Slider, at: QPoint) -> None:
        menu = self.menu_for(slider)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(at)

    def _rename(self, slider: Slider) -> None:
        dialog = QInputDialog(self)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setWindowTitle(self.tr("Rename"))
        dialog.setLabelText(self.tr("What do you call {}?").format(slider.name))
        dialog.setTextValue(self._choice.word(slider))
        dialog.textValueSelected.connect(
            lambda word: self._choose(self._choice.renamed(slider.name, word))
        )
        dialog.open()

    def _choose(self, choice: SliderChoice) -> None:
        self.show_sliders(self._sliders, choice)
        self.chosen.emit(choice)

    def _toggle_all(self) -> None:
        self._shows_all = not self._shows_all
        self.show_sliders(self._sliders, self._choice)

    def _unhide(self) -> None:
        self._choose(SliderChoice(self._choice.names, self._choice.pinned))


def _without_checked(act: Callable[[], object], checked: bool = False) -> None:
    """QAction.triggered brings a bool along."""
    act()
