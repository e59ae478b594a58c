"""The frame that all media share: bar, document, strip, inspector, and the road to the worker."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QAction, QPixmap
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from studio.core.history import History
from studio.core.kind import MediumKind
from studio.core.latent import Latent, Option, Recipe
from studio.core.model_file import ModelEntry
from studio.core.verbs import locked
from studio.ui import theme
from studio.ui.bar import LatentBar
from studio.ui.context import StudioContext
from studio.ui.drag_out import DragOutButton
from studio.ui.explore import Explore
from studio.ui.export import DRAG_PX, ExportDialog, Offer, file_stem
from studio.ui.generation import Made
from studio.ui.making import Maker, Wish
from studio.ui.model_chooser import origin_of
from studio.ui.overlay import CentreNote
from studio.ui.strip import Strip
from studio.ui.style_mix import StyleMixer
from studio.ui.widgets import Section, new_seed, pixmap_of


class LatentPanel(QWidget):
    """One medium's page. A medium's Panel derives from it, adds to it, and gives it a view."""

    leaving = Signal()  # the studio ends: time to give back a sound device
    timed = Signal(float)  # seconds that the network took for the newest result

    def __init__(
        self, kind: MediumKind, context: StudioContext, history: History[Any], view: QWidget
    ) -> None:
        super().__init__()
        self.kind, self.context, self.history, self.view = kind, context, history, view
        self.maker = Maker(kind, context, self)
        self.drag_out = DragOutButton(kind, context, lambda: _offer(self))
        self.bar = LatentBar(kind, context, self.drag_out)
        self.strip = Strip(
            self.picture,
            self.tr("Everything you make appears here, newest first. Press Space to begin."),
        )
        self.explore = Explore(
            context.jobs,
            kind.name,
            lambda recipes: self.maker.many(self.bar.model.entry, recipes),
            self.picture,
        )
        self.mixer = StyleMixer()
        self._column = QVBoxLayout()
        _lay_out(self, self._column)
        self.add_section(self.tr("Explore"), self.explore, self.tr("point · click to take"))
        self.add_section(self.tr("Lock"), self.explore.locks, self.tr("these layers stay"))
        self.add_section(self.tr("Style mix"), self.mixer, self.tr("layers of a second seed"))
        self._note = CentreNote(view, kind.icon)
        _connect(self)
        self._follow(history.value)

    # --- what a medium adds or changes ---

    def add_bar_widget(self, widget: QWidget, words: tuple[QWidget, ...] = ()) -> None:
        """Put something of the medium's into the bar; a narrow one hides the words in it."""
        self.bar.add(widget, words)

    def add_section(self, title: str, widget: QWidget, note: str = "") -> Section:
        """Put a section at the foot of the inspector."""
        section = Section(title, note)
        section.add(widget)
        self._column.insertWidget(self._column.count() - 1, section)
        return section

    def merge(self, new_document: Any, old_document: Any) -> Any:
        """The new result with what a person's hand set on the old one."""
        return new_document

    def options(self) -> dict[str, Option]:
        """The medium's own options for the next recipe."""
        return {}

    def show_document(self, document: Any) -> None:
        """Show a document in the view, be it the present one or one pointed at."""
        self.view.show_document(document)  # type: ignore[attr-defined]

    def menu_actions(self) -> dict[str, list[QAction]]:
        """The medium's own actions by the title of their menu; View and Edit are shared ones."""
        return {}

    def file_stem(self, document: Any) -> str:
        """A meaningful file name, without ending, for a document that leaves the studio."""
        model = self.bar.model.entry.header.name if self.bar.model.entry else self.kind.noun
        return file_stem(model, str(document.recipe.latent.seed))

    # --- what a person does ---

    def start(self) -> None:
        """Make the first result by itself, so that nobody begins before an empty page."""
        if self.bar.model.entry is not None or self.is_busy:
            return
        wanted = self.history.value.recipe.model
        if wanted and self.bar.model.choose_id(wanted):
            self.explore.follow(self.history.value, has_picture=self.has_result)
            return
        if self.bar.model.choose_starter() and not self.has_result:
            self._play("")

    def generate(self) -> None:
        """Make a new one; a fresh seed unless one was typed that has not been heard or seen."""
        played = self.history.value.recipe.latent.seed == self.bar.seed.seed
        if self.has_result and played:
            self.bar.seed.set_seed(new_seed())
        self._play(self.tr("Generate"), fresh=True)

    def dice(self) -> None:
        """Throw a new seed and make it."""
        self.bar.seed.set_seed(new_seed())
        self._play(self.tr("New seed"), fresh=True)

    def export(self) -> None:
        """Ask where to, and write the document there."""
        offer = _offer(self)
        if offer is None:
            self.context.notify(self.tr("There is nothing to export yet. Press Space first."))
            return
        ExportDialog(self.kind, self.context, offer, self.window()).open()

    def undo(self) -> None:
        self.history.undo()

    def redo(self) -> None:
        self.history.redo()

    # --- the road to the worker and back ---

    @property
    def has_result(self) -> bool:
        """Whether the document is more than an empty page."""
        return self.history.value != self.kind.empty()

    @property
    def is_busy(self) -> bool:
        """Whether a result is on its way."""
        return self.maker.is_busy

    def picture(self, document: Any, side_px: int) -> QPixmap:
        """A small square picture of a document, sharp on this screen."""
        ratio = self.devicePixelRatioF()
        pixmap = pixmap_of(self.kind.thumbnail(document, round(side_px * ratio)))
        pixmap.setDevicePixelRatio(ratio)
        return pixmap

    def _play(self, text: str, *, fresh: bool = False, gesture: object = None) -> None:
        """Make what the controls say; fresh leaves the variations behind that led here."""
        entry = self.bar.model.entry
        if entry is None:
            self.context.notify(
                self.tr("There is no model for this yet. Drop a folder here to train one.")
            )
            return
        self.explore.pause()
        self.maker.play(Wish(entry, _recipe(self, entry, fresh=fresh), text, gesture))
        _teach(self, self._note)

    def _arrived(self, wish: Wish, made: Made) -> None:
        self.timed.emit(made.seconds)
        is_first = not self.has_result and not wish.text
        document = self.merge(made.document, self.history.value)
        self.strip.add(document, wish.gesture, is_live=self.maker.is_live)
        if is_first:
            self.history.restart(document)
        elif document == self.history.value:
            self.show_document(document)  # a preview of another one may stand in its place
        else:
            self.history.apply(document, wish.text, wish.gesture)

    def _follow(self, document: Any) -> None:
        """Show the document that the history holds now, and how it was made."""
        self.show_document(document)
        is_fresh = self.history.undo_text is None and self.history.redo_text is None
        if is_fresh and document not in self.strip.documents:
            self.strip.clear()  # another project
            if self.has_result:
                self.strip.add(document)
        self.strip.mark(document)
        is_live = self.maker.is_live
        self.explore.follow(document, has_picture=self.has_result, is_live=is_live)
        self.bar.undo.setEnabled(self.history.undo_text is not None)
        self.bar.redo.setEnabled(self.history.redo_text is not None)
        self.drag_out.setEnabled(self.has_result)
        _teach(self, self._note)
        if not self.maker.is_waiting and not self.bar.variety.is_dragged:
            _show_recipe(self, document.recipe)  # nothing moves while a person aims


def _offer(panel: LatentPanel) -> Offer | None:
    document = panel.history.value
    if not panel.has_result:
        return None
    origin = origin_of(panel.bar.model, document.recipe.model)
    return Offer(document, panel.file_stem(document), panel.picture(document, DRAG_PX), origin)


def _recipe(panel: LatentPanel, entry: ModelEntry, *, fresh: bool) -> Recipe:
    now = panel.history.value.recipe
    psi, seed = round(panel.bar.variety.value, 4), panel.bar.seed.seed
    fresh = fresh or seed != now.latent.seed
    latent = Latent(seed, psi) if fresh else now.latent.with_psi(psi)
    latent = latent.mixed(panel.mixer.mix(psi))
    recipe = Recipe(entry.header.id, latent, now.options)
    if fresh and panel.has_result:
        recipe = locked(recipe, now, panel.explore.locks.locked)
    for name, value in panel.options().items():
        recipe = recipe.with_option(name, value)
    return recipe


def _show_recipe(panel: LatentPanel, recipe: Recipe) -> None:
    panel.bar.seed.set_seed(recipe.latent.seed)
    panel.bar.variety.set_value(recipe.latent.psi)
    panel.mixer.show_mix(recipe.latent.mix)
    if recipe.model and panel.bar.model.entry is not None:
        panel.bar.model.choose_id(recipe.model)


def _teach(panel: LatentPanel, note: CentreNote) -> None:
    """An empty page says what comes, or what to do."""
    entry, tr = panel.bar.model.entry, panel.tr
    if panel.has_result:
        note.hide()
    elif panel.is_busy and entry is not None:
        note.say(tr("Loading {}…").format(entry.header.name), tr("A moment, the first time."))
    elif entry is not None:
        note.say(
            tr("Press Space to play with {}").format(entry.header.name),
            tr("or drop a folder of {} here to train on them").format(panel.kind.training_files),
        )
    else:
        note.say(
            tr("Drop a folder of {} here").format(panel.kind.training_files),
            tr("to train a model of your own"),
        )


def _connect(panel: LatentPanel) -> None:
    """Wire the controls to the panel; they know nothing of each other."""
    bar, tr = panel.bar, panel.tr

    def live() -> None:
        panel._play(tr("Variety"), gesture=("variety", bar.variety.gesture))

    def failed(error: object) -> None:
        panel._follow(panel.history.value)
        panel.context.report(error)

    def take(document: Any, verb: str) -> None:
        words = {"breed": tr("Breed"), "morph": tr("Morph")}
        document = panel.merge(document, panel.history.value)
        panel.strip.add(document)
        panel.history.apply(document, words.get(verb, tr("Variation")))

    def point(document: Any) -> None:
        panel.show_document(panel.history.value if document is None else document)

    def preview(document: Any) -> None:
        panel.show_document(panel.merge(document, panel.history.value))

    panel.history.on_change.append(panel._follow)
    panel.maker.previewed.connect(preview)
    panel.maker.rested.connect(panel.strip.catch_up)
    panel.maker.rested.connect(panel.explore.catch_up)
    bar.variety.slider.sliderReleased.connect(panel.maker.settle)
    panel.maker.made.connect(panel._arrived)
    panel.maker.failed.connect(failed)
    bar.generate.clicked.connect(panel.generate)
    bar.dice.clicked.connect(panel.dice)
    bar.undo.clicked.connect(panel.undo)
    bar.redo.clicked.connect(panel.redo)
    bar.seed.seed_changed.connect(lambda _: panel._play(tr("Seed"), fresh=True))
    bar.variety.value_changed.connect(live)
    bar.model.chosen.connect(lambda: panel._play(tr("Model")))
    panel.mixer.changed.connect(lambda: panel._play(tr("Style mix")))
    panel.explore.chosen.connect(take)
    panel.explore.pointed.connect(point)
    panel.strip.pointed.connect(point)
    panel.strip.parents_changed.connect(lambda: panel.explore.show_parents(panel.strip.parents))
    panel.strip.chosen.connect(lambda chosen: panel.history.apply(chosen, tr("Bring back")))


def _lay_out(panel: LatentPanel, sections: QVBoxLayout) -> None:
    """Bar above, document in the middle, strip below, inspector on the right."""
    sections.setContentsMargins(0, 0, 0, 0)
    sections.setSpacing(0)
    sections.addStretch(1)
    column = QWidget()
    column.setObjectName("column")
    column.setLayout(sections)
    scroll = QScrollArea()
    scroll.setWidgetResizable(True)
    scroll.setWidget(column)
    scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    inspector = QFrame()
    inspector.setObjectName("inspector")
    inspector.setFixedWidth(theme.INSPECTOR_PX)
    inside = QVBoxLayout(inspector)
    inside.setContentsMargins(1, 0, 0, 0)
    inside.addWidget(scroll)
    left = QVBoxLayout()
    left.setSpacing(0)
    left.addWidget(panel.bar)
    left.addWidget(panel.view, 1)
    left.addWidget(panel.strip)
    row = QHBoxLayout(panel)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(0)
    row.addLayout(left, 1)
    row.addWidget(inspector)
    panel.setMinimumSize(QSize(640, 400))
