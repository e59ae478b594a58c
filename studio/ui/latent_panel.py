"""The frame that all media share: bar, document, strip, inspector, and the road to the worker."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QAction, QHideEvent, QPixmap
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from studio.core.history import History
from studio.core.kind import MediumKind
from studio.core.latent import Latent, Option, Recipe
from studio.core.work import Work
from studio.ui import theme
from studio.ui.bar import LatentBar
from studio.ui.context import StudioContext
from studio.ui.explore import Explore
from studio.ui.export import DRAG_PX, DragOutButton, ExportDialog, Offer, file_stem
from studio.ui.generation import Made
from studio.ui.jobs import Job
from studio.ui.strip import Strip
from studio.ui.style_mix import StyleMixer
from studio.ui.widgets import Section, new_seed, pixmap_of


class LatentPanel(QWidget):
    """One medium's page. A medium's Panel derives from it, adds to it, and gives it a view."""

    timed = Signal(float)  # seconds that the network took for the newest result

    def __init__(
        self, kind: MediumKind, context: StudioContext, history: History[Any], view: QWidget
    ) -> None:
        super().__init__()
        self.kind, self.context, self.history, self.view = kind, context, history, view
        self._job: Job | None = None
        self._next: tuple[Recipe, str, object] | None = None
        self.drag_out = DragOutButton(kind, context, self._offer)
        self.bar = LatentBar(kind, context, self.drag_out)
        self.strip = Strip(
            self._picture,
            self.tr("Everything you make appears here, newest first. Press Space to begin."),
        )
        self.explore = Explore(context.jobs, kind.name, self._make_many, self._picture)
        self.mixer = StyleMixer()
        self._column = QVBoxLayout()
        _lay_out(self, self._column)
        self.add_section(self.tr("Explore"), self.explore, self.tr("point · click to take"))
        self.add_section(self.tr("Style mix"), self.mixer, self.tr("layers of a second seed"))
        self._connect()
        self._follow(history.value)

    # --- what a medium adds or changes ---

    def add_bar_widget(self, widget: QWidget) -> None:
        """Put something of the medium's into the bar."""
        self.bar.add(widget)

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
        if self.bar.model.entry is not None or self._job is not None:
            return
        wanted = self.history.value.recipe.model
        if wanted and self.bar.model.choose_id(wanted):
            self.explore.follow(self.history.value, has_picture=self.has_result)
            return
        if self.bar.model.choose_starter() and not self.has_result:
            self._play(self._recipe(), "")

    def generate(self) -> None:
        """Make a new one; a fresh seed unless one was typed that has not been heard or seen."""
        played = self.history.value.recipe.latent.seed == self.bar.seed.seed
        if self.has_result and played:
            self.bar.seed.set_seed(new_seed())
        self._play(self._recipe(fresh=True), self.tr("Generate"))

    def dice(self) -> None:
        """Throw a new seed and make it."""
        self.bar.seed.set_seed(new_seed())
        self._play(self._recipe(fresh=True), self.tr("New seed"))

    def export(self) -> None:
        """Ask where to, and write the document there."""
        offer = self._offer()
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
        return self._job is not None

    def _recipe(self, *, fresh: bool = False) -> Recipe:
        """What the controls say; fresh leaves the variations behind that led here."""
        entry = self.bar.model.entry
        now = self.history.value.recipe
        latent: Latent = replace(
            now.latent,
            seed=self.bar.seed.seed,
            psi=round(self.bar.variety.value, 4),
            mix=self.mixer.mix,
            blends=() if fresh else now.latent.blends,
        )
        recipe = Recipe(entry.header.id if entry else "", latent, now.options)
        for name, value in self.options().items():
            recipe = recipe.with_option(name, value)
        return recipe

    def _play(self, recipe: Recipe, text: str, gesture: object = None) -> None:
        """Generate on the worker. Of a drag the newest waits its turn; all else goes at once."""
        if self._job is not None and gesture is not None:
            self._next = (recipe, text, gesture)
            return
        entry = self.bar.model.entry
        if entry is None:
            self.context.notify(
                self.tr("There is no model for this yet. Drop a folder here to train one.")
            )
            return
        self._next = None
        self.explore.pause()
        device, generators = self.context.settings.device, self.context.generators
        job = Job(
            f"generate {self.kind.noun}",
            lambda: generators.make(self.kind, entry.path, device, recipe),
            self,
            on_result=lambda made: self._arrived(made, text, gesture),
            on_error=self._failed,
        )
        self._job = self.context.jobs.submit(job, replaces=("generate", self.kind.name))

    def _arrived(self, made: Any, text: str, gesture: object) -> None:
        assert isinstance(made, Made)
        self._job = None
        self.timed.emit(made.seconds)
        is_first = not self.has_result
        document = self.merge(made.document, self.history.value)
        self.strip.add(document, gesture)
        if is_first and not text:
            self.history.restart(document)
        else:
            self.history.apply(document, text, gesture)
        if self._next is not None:
            self._play(*self._next)

    def _failed(self, error: object) -> None:
        self._job = self._next = None
        self._follow(self.history.value)
        self.context.report(error)

    def _make_many(self, recipes: list[Recipe]) -> Work | None:
        entry = self.bar.model.entry
        if entry is None or entry.header.id != recipes[0].model:
            return None
        device, generators = self.context.settings.device, self.context.generators
        return generators.make_many(self.kind, entry.path, device, recipes)

    # --- following the document ---

    def _follow(self, document: Any) -> None:
        """Show the document that the history holds now, and how it was made."""
        self.show_document(document)
        self.strip.mark(document)
        self.explore.follow(document, has_picture=self.has_result)
        self.bar.undo.setEnabled(self.history.undo_text is not None)
        self.bar.redo.setEnabled(self.history.redo_text is not None)
        self.drag_out.setEnabled(self.has_result)
        if self._next is not None or self.bar.variety.is_dragged:
            return  # nothing moves while a person aims
        latent = document.recipe.latent
        self.bar.seed.set_seed(latent.seed)
        self.bar.variety.set_value(latent.psi)
        self.mixer.show_mix(latent.mix)
        if document.recipe.model and self.bar.model.entry is not None:
            self.bar.model.choose_id(document.recipe.model)

    def _point(self, document: Any) -> None:
        self.show_document(self.history.value if document is None else document)

    def _offer(self) -> Offer | None:
        document = self.history.value
        if not self.has_result:
            return None
        return Offer(document, self.file_stem(document), self._picture(document, DRAG_PX))

    def _picture(self, document: Any, side_px: int) -> QPixmap:
        ratio = self.devicePixelRatioF()
        pixmap = pixmap_of(self.kind.thumbnail(document, round(side_px * ratio)))
        pixmap.setDevicePixelRatio(ratio)
        return pixmap

    def _live(self, text: str, gesture: object) -> None:
        self._play(self._recipe(), text, gesture)

    def _connect(self) -> None:
        bar, history = self.bar, self.history
        history.on_change.append(self._follow)
        bar.generate.clicked.connect(self.generate)
        bar.dice.clicked.connect(self.dice)
        bar.undo.clicked.connect(self.undo)
        bar.redo.clicked.connect(self.redo)
        bar.seed.seed_changed.connect(
            lambda _: self._play(self._recipe(fresh=True), self.tr("Seed"))
        )
        bar.variety.value_changed.connect(
            lambda _: self._live(self.tr("Variety"), ("variety", bar.variety.gesture))
        )
        bar.model.chosen.connect(lambda: self._play(self._recipe(), self.tr("Model")))
        self.mixer.changed.connect(lambda: self._play(self._recipe(), self.tr("Style mix")))
        self.explore.chosen.connect(self._take)
        self.explore.pointed.connect(self._point)
        self.strip.chosen.connect(
            lambda document: self.history.apply(document, self.tr("Bring back"))
        )
        self.strip.pointed.connect(self._point)

    def _take(self, document: Any) -> None:
        document = self.merge(document, self.history.value)
        self.strip.add(document)
        self.history.apply(document, self.tr("Variation"))

    def hideEvent(self, event: QHideEvent) -> None:
        self.explore.pause()
        super().hideEvent(event)


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
