"""How the controls of a panel are laid out and wired to it; they know nothing of each other."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from studio.core.lineage import CHOSEN
from studio.core.slider import Slider

if TYPE_CHECKING:
    from studio.ui.latent_panel import LatentPanel


def connect(panel: LatentPanel) -> None:
    """Wire the controls to the panel; they know nothing of each other."""
    bar = panel.bar
    panel.history.on_change.append(panel.follow)
    panel.maker.made.connect(panel.arrived)
    panel.maker.failed.connect(partial(_failed, panel))
    panel.maker.previewed.connect(lambda document: panel.show_document(panel.merged(document)))
    panel.maker.rested.connect(panel.strip.catch_up)
    panel.maker.rested.connect(panel.explore.catch_up)
    bar.generate.clicked.connect(panel.generate)
    bar.dice.clicked.connect(panel.dice)
    bar.undo.clicked.connect(panel.undo)
    bar.redo.clicked.connect(panel.redo)
    bar.seed.seed_changed.connect(lambda _: panel.play(panel.tr("Seed"), "generate", fresh=True))
    bar.variety.value_changed.connect(
        lambda: panel.play(
            panel.tr("Variety"),
            "variety",
            gesture=("variety", bar.variety.gesture),
            settings=f"variety {bar.variety.value:.2f}",
        )
    )
    for released in (bar.variety.slider.sliderReleased, panel.steer.released):
        released.connect(panel.maker.settle)
    bar.model.chosen.connect(lambda: panel.play(panel.tr("Model"), CHOSEN))
    panel.mixer.changed.connect(lambda: panel.play(panel.tr("Style mix"), "mix"))
    panel.steer.moved.connect(partial(_steer, panel))
    panel.steer.reset_asked.connect(panel.reset_sliders)
    panel.region.reroll_asked.connect(lambda instant: panel.reroll(instant=instant))
    panel.region.clear_asked.connect(panel.clear_region)
    for shown in (panel.explore.grid, panel.for_you.row):
        panel.region.kept_changed.connect(shown.redraw)
    panel.rerolling.done.connect(partial(_rerolled, panel))
    panel.rerolling.shown.connect(partial(_show, panel))
    _connect_results(panel)


def _connect_results(panel: LatentPanel) -> None:
    """Wire what shows results: the grid and the strips."""
    grid, strip, for_you = panel.explore.grid, panel.strip, panel.for_you
    panel.explore.chosen.connect(partial(_take, panel))
    for_you.chosen.connect(lambda document: _take(panel, document, "for you"))
    for_you.left.connect(panel.view.setFocus)
    for_you.opened.connect(lambda on: panel.context.fold("for you", not on))
    panel.folds["for you"] = lambda on: for_you.caption.setChecked(not on)
    for shown in (grid, for_you):
        shown.pointed.connect(partial(_peek, panel))
    strip.pointed.connect(partial(_point, panel))
    verbs = panel.explore.verbs
    verbs.changed.connect(lambda: strip.show_parents(verbs.verb != "vary"))
    strip.parents_changed.connect(lambda: panel.explore.show_parents(strip.parents))
    strip.chosen.connect(lambda chosen: panel.history.apply(chosen, panel.tr("Bring back")))
    for thumbnails in (grid, strip, for_you):
        thumbnails.judged.connect(lambda document, liked: panel.judge(liked, document))

    def show_opinions() -> None:
        for thumbnails in (grid, strip, for_you):
            thumbnails.show_opinions(panel.liking.opinion)

    show_opinions()
    panel.liking.changed.connect(show_opinions)
    panel.liking.learnt.connect(for_you.guesses.again)


def _steer(panel: LatentPanel, slider: Slider, amount: float, gesture: object) -> None:
    slide = slider.slide(amount)
    free = tuple(group for group in slide.groups if group in panel.explore.locks.free)
    panel.play(
        panel.tr("Steer"),
        "steer",
        gesture=gesture,
        slides=(replace(slide, groups=free),),
        settings=f"{slider.name} {slide.amount:+.1f}",
    )


def _failed(panel: LatentPanel, error: object) -> None:
    panel.follow(panel.history.value)
    panel.context.report(error)


def _take(panel: LatentPanel, document: Any, verb: str) -> None:
    tr = panel.tr
    words = {"breed": tr("Breed"), "morph": tr("Morph"), "for you": tr("For you")}
    document, ancestry = panel.merged(document), _ancestry(panel, verb)
    panel.strip.add(document)  # now parents are others
    panel.recording.record(document, verb, *ancestry)
    panel.history.apply(document, words.get(verb, tr("Variation")))


def _ancestry(panel: LatentPanel, verb: str) -> tuple[tuple[Any, ...], str]:
    """What a result of the grid was made from, and how."""
    if verb == "for you":
        return (), ""
    explore = panel.explore
    parents = (panel.history.value,) if verb == "vary" else tuple(explore.parents)
    settings = "" if verb == "morph" else f"strength {explore.strength.value:.2f}"
    return parents, settings


def _rerolled(panel: LatentPanel, document: Any) -> None:
    document = panel.merge(document, panel.history.value)
    panel.strip.add(document)
    panel.recording.record(document, "re-roll", (panel.rerolling.source,))
    panel.history.apply(document, panel.tr("Re-roll"))


def _point(panel: LatentPanel, document: Any) -> None:
    panel.pointed = document
    _show(panel, document)


def _show(panel: LatentPanel, document: Any) -> None:
    """In the place of the present one, which None brings back."""
    panel.show_document(panel.history.value if document is None else document)


def _peek(panel: LatentPanel, document: Any) -> None:
    """As it would be if it were taken."""
    _point(panel, document)
    if document is not None:
        panel.show_document(panel.merged(document))


def add_sections(panel: LatentPanel) -> None:
    """The sections of the inspector that every medium has; style mixing stays the last."""
    tr, explore = panel.tr, panel.explore
    found = panel.add_section(tr("Explore"), explore, name="explore")
    found.add_to_head(explore.verbs)
    explore.verbs.changed.connect(found.unfold)
    steer = panel.add_section(tr("Steer"), panel.steer, name="steer")
    for one in panel.steer.head:
        steer.add_to_head(one)
    lock = panel.add_section(tr("Lock"), explore.locks, tr("kept exactly"), name="lock")
    lock.add(panel.region)
    panel.region.told.connect(lock.set_note)
    mix = panel.add_section(tr("Style mix"), panel.mixer, name="mix", is_last=True)
    panel.mixer.told.connect(mix.set_note)
    panel.mixer.tell()


def _foot(panel: LatentPanel) -> QWidget:
    """What was made and what may please, side by side, so that neither moves the document."""
    panel.foot = QWidget()
    row = QHBoxLayout(panel.foot)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(0)
    row.addWidget(panel.strip, 5)
    row.addWidget(panel.for_you, 4)
    return panel.foot


def lay_out(panel: LatentPanel) -> None:
    """Bar above, document in the middle, strip below, inspector on the right."""
    panel.inspector.fitted.connect(panel.steer.fit)
    left = QVBoxLayout()
    left.setSpacing(0)
    left.addWidget(panel.bar)
    panel.middle.setSpacing(0)
    panel.middle.addWidget(panel.view, 2)
    left.addLayout(panel.middle, 1)
    left.addWidget(_foot(panel))
    row = QHBoxLayout(panel)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(0)
    row.addLayout(left, 1)
    row.addWidget(panel.inspector)
    panel.setMinimumSize(QSize(640, 400))
