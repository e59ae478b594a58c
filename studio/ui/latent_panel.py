"""The frame that all media share: bar, document, strip, inspector, and the road to the worker."""

from __future__ import annotations

from functools import partial
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtGui import QPixmap
from PySide6.QtWidgets import QWidget

from studio.core.history import History
from studio.core.kind import MediumKind
from studio.core.latent import Latent, Recipe, Slide
from studio.core.lineage import CHOSEN
from studio.core.model_file import ModelEntry
from studio.core.verbs import locked, steered, unsteered
from studio.core.work import Work
from studio.ui.bar import LatentBar
from studio.ui.context import StudioContext
from studio.ui.drag_out import DragOutButton
from studio.ui.explore import Explore
from studio.ui.export import DRAG_PX, Offer, file_stem
from studio.ui.export_size import ask_export
from studio.ui.export_starred import StarredExport
from studio.ui.finding import Finding
from studio.ui.for_you import ForYouStrip
from studio.ui.generation import Made
from studio.ui.guesses import Guesses
from studio.ui.history_dock import HistoryDock
from studio.ui.liking import Liking
from studio.ui.making import Maker, Wish
from studio.ui.medium_page import MediumPage
from studio.ui.model_chooser import origin_of
from studio.ui.overlay import CentreNote
from studio.ui.panel_wiring import add_sections, connect, lay_out
from studio.ui.recording import Recording
from studio.ui.region import RegionBox, Rerolling
from studio.ui.steer import SteerSliders
from studio.ui.steering import Steering
from studio.ui.strip import Strip
from studio.ui.style_mix import StyleMixer
from studio.ui.widgets import new_seed


class LatentPanel(MediumPage):
    """One medium's page. A medium's Panel derives from it, adds to it, and gives it a view."""

    leaving = Signal()  # the studio ends: time to give back a sound device
    timed = Signal(float)  # seconds that the network took for the newest result

    def __init__(
        self, kind: MediumKind, context: StudioContext, history: History[Any], view: QWidget
    ) -> None:
        super().__init__(kind, context, history, view)
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
            self._picture_if_taken,
            kind.layer_words,
        )
        guesses = Guesses(context.jobs, kind.name, partial(_for_you, self), context.report, self)
        self.for_you = ForYouStrip(
            guesses, self._picture_if_taken, is_open="for you" not in context.settings.folded
        )
        self.liking = Liking(kind, context, self)
        self.recording = Recording(kind, self)
        self.dock = HistoryDock(self)
        self.starred = StarredExport(self)
        self.finding = Finding(self)
        self.pointed: Any = None
        self.mixer = StyleMixer(kind.layer_words)
        self.steer = SteerSliders()
        self.region = RegionBox()
        self.rerolling = Rerolling(kind, context, self.region)
        self._steering = Steering(kind, context, self.steer)
        lay_out(self)
        add_sections(self)
        self._note = CentreNote(view, kind.icon)
        connect(self)
        self.follow(history.value)

    # --- what a medium adds or changes ---

    def add_bar_widget(self, widget: QWidget) -> None:
        """Put something of the medium's into the bar."""
        self.bar.add(widget)

    @staticmethod
    def file_stem(document: Any, model: str) -> str:
        """A meaningful file name, without ending, for a document of a model of that name.

        Of no panel in particular: the worker calls it, too.
        """
        return file_stem(model, str(document.recipe.latent.seed))

    # --- what a person does ---

    def start(self) -> None:
        """Make the first result by itself, so that nobody begins before an empty page."""
        if self.bar.model.entry is not None or self.is_busy:
            return
        wanted = self.history.value.recipe.model
        if wanted and self.bar.model.choose_id(wanted):
            self.explore.follow(self.history.value, has_picture=self.has_result)
            self._find_sliders()
            return
        if self.bar.model.choose_starter() and not self.has_result:
            self.play("", "generate")

    def generate(self) -> None:
        """Make a new one; a fresh seed unless one was typed that has not been heard or seen."""
        played = self.history.value.recipe.latent.seed == self.bar.seed.seed
        if self.has_result and played:
            self.bar.seed.set_seed(new_seed())
        self.play(self.tr("Generate"), "generate", fresh=True)

    def dice(self) -> None:
        """Throw a new seed and make it."""
        self.bar.seed.set_seed(new_seed())
        self.play(self.tr("New seed"), "generate", fresh=True)

    def reroll(self, *, instant: bool = False) -> None:
        """Make everything but the locked part anew, to fit it."""
        locked, entry = self.locked_region(), self.bar.model.entry
        if locked is None or entry is None or not self.has_result:
            self.context.notify(self.tr("First mark what to keep, in the section Lock."))
            return
        self.pause_others()
        self.rerolling.start(entry, self.history.value, locked, instant=instant)

    def judge(self, liked: bool, document: Any = None) -> None:
        """Like or dislike a result: the one pointed at, or else the present one."""
        judged = next(
            (one for one in (document, self.pointed) if one is not None), self.history.value
        )
        entry = self.bar.model.entry_of(judged.recipe.model) if self.has_result else None
        if entry is None:
            self.context.notify(self.tr("There is nothing to like yet. Press Space first."))
            return
        self.liking.judge(entry, judged, liked)

    def reset_sliders(self) -> None:
        """Take back everything that was steered."""
        if self.history.value.recipe.latent.slides:
            self.play(self.tr("Reset sliders"), "steer", slides=())

    def export(self) -> None:
        """Ask where to, and write the document there."""
        offer = _offer(self)
        if offer is None:
            self.context.notify(self.tr("There is nothing to export yet. Press Space first."))
            return
        ask_export(self.kind, self.context, offer, self.window())

    def undo(self) -> None:
        """Take back what was done last, be it a re-roll that is under way."""
        if self.rerolling.is_running:
            self.rerolling.stop()
        else:
            self.history.undo()

    def redo(self) -> None:
        self.history.redo()

    # --- the road to the worker and back ---

    @property
    def is_busy(self) -> bool:
        """Whether a result is on its way."""
        return self.maker.is_busy

    def play(
        self,
        text: str,
        verb: str,
        *,
        fresh: bool = False,
        gesture: object = None,
        slides: tuple[Slide, ...] | None = None,
        settings: str = "",
    ) -> None:
        """Make what the controls say; fresh leaves the variations behind that led here.

        text is what undo calls it; verb and settings are what the history tells of it.

        slides are taken in the place of those there are, all of them or those of their slider.
        """
        entry = self.bar.model.entry
        if entry is None:
            self.context.notify(
                self.tr("There is no model for this yet. Drop a folder here to train one.")
            )
            return
        self.pause_others()
        recipe = _recipe(self, entry, fresh=fresh)
        for slide in slides or ():
            recipe = steered(recipe, slide)
        if slides == ():
            recipe = unsteered(recipe)
        comes_from_here = self.has_result and (not fresh or self.explore.locks.locked)
        parents = (self.history.value,) if comes_from_here else ()
        self.maker.play(Wish(entry, recipe, text, gesture, verb, parents, settings))
        _teach(self, self._note)

    def arrived(self, wish: Wish, made: Made) -> None:
        self.timed.emit(made.seconds)
        is_first = not self.has_result and not wish.text
        document = self.merged(made.document)
        self.strip.add(document, wish.gesture, is_live=self.maker.is_live)
        if wish.verb:
            self.recording.record(document, wish.verb, wish.parents, wish.settings, wish.gesture)
        if is_first:
            self.history.restart(document)
        elif document == self.history.value:
            self.show_document(document)  # a preview of another one may stand in its place
        else:
            is_work = wish.verb != CHOSEN
            self.history.apply(document, wish.text, wish.gesture, is_work=is_work)

    def pause_others(self) -> None:
        """What a person waits for goes before variations and guesses."""
        self.explore.pause()
        self.for_you.guesses.pause()

    def _picture_if_taken(self, document: Any, side_px: int) -> QPixmap:
        return self.picture(self.merged(document), side_px)

    def _find_sliders(self) -> None:
        entry = self.bar.model.entry
        if entry is not None and entry.header.id == self.history.value.recipe.model:
            self._steering.follow(entry)

    def merged(self, document: Any) -> Any:
        """A new result with what is kept of the present one and what a person's hand set on it."""
        now = self.history.value
        if document is now:
            return document
        return self.merge(self.keep(document, now) if self.has_result else document, now)

    def follow(self, document: Any) -> None:
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
        self.for_you.guesses.follow(document.recipe)
        self.bar.undo.setEnabled(self.history.undo_text is not None)
        self.bar.redo.setEnabled(self.history.redo_text is not None)
        self.drag_out.setEnabled(self.has_result)
        self.bar.caution.follow(document if self.has_result else None)
        self.dock.follow()
        self._find_sliders()
        _teach(self, self._note)
        if not self.maker.is_waiting and not self.bar.variety.is_dragged:
            _show_recipe(self, document.recipe)  # nothing moves while a person aims


def _offer(panel: LatentPanel) -> Offer | None:
    document = panel.history.value
    if not panel.has_result:
        return None
    origin = panel.recording.told(document, origin_of(panel.bar.model, document.recipe.model))
    stem = panel.file_stem(document, origin.model_name or panel.kind.noun)
    return Offer(document, stem, panel.picture(document, DRAG_PX), origin)


def _for_you(panel: LatentPanel, count: int, page: int) -> Work | None:
    entry, recipe = panel.bar.model.entry, panel.history.value.recipe
    if entry is None or entry.header.id != recipe.model:
        return None
    return panel.liking.for_you(entry, recipe, count, page)


def _recipe(panel: LatentPanel, entry: ModelEntry, *, fresh: bool) -> Recipe:
    """What the controls say; sliders stay where they are, whatever seed is thrown."""
    wanted = panel.maker.wanted
    now = wanted.recipe if wanted is not None else panel.history.value.recipe
    psi, seed = round(panel.bar.variety.value, 4), panel.bar.seed.seed
    other_model = now.model not in ("", entry.header.id)
    slides = () if other_model else now.latent.slides
    fresh = fresh or seed != now.latent.seed
    # What led here is made of places in the model's own W and means nothing in another's.
    begins_anew = fresh or other_model
    latent = Latent(seed, psi, slides) if begins_anew else now.latent.with_psi(psi)
    latent = latent.mixed(panel.mixer.mix(psi))
    recipe = Recipe(entry.header.id, latent, now.options)
    if fresh and panel.has_result:
        recipe = locked(recipe, now, panel.explore.locks.locked)
    for name, value in panel.options().items():
        bare = recipe.without_option(name)
        recipe = bare if value is None else bare.with_option(name, value)
    return recipe


def _show_recipe(panel: LatentPanel, recipe: Recipe) -> None:
    panel.bar.seed.set_seed(recipe.latent.seed)
    panel.bar.variety.set_value(recipe.latent.psi)
    panel.mixer.show_mix(recipe.latent.mix)
    panel.steer.show_recipe(recipe)
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
