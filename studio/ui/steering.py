"""Finds the sliders of the model that is played, on the worker, and keeps what is made of them."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QObject

from studio.core.errors import StudioError
from studio.core.kind import MediumKind
from studio.core.model_file import ModelEntry
from studio.core.slider import SliderChoice
from studio.core.slider_file import read_choice, write_choice
from studio.core.work import Progress
from studio.ui.context import StudioContext
from studio.ui.jobs import Job
from studio.ui.steer import SteerSliders


class Steering(QObject):
    """One medium's sliders: asked for once a model is played, at once where they are known.

    The search lets everything else on the worker pass, and ends when another model is chosen.
    """

    def __init__(self, kind: MediumKind, context: StudioContext, sliders: SteerSliders) -> None:
        super().__init__(sliders)
        self._kind, self._context, self._sliders = kind, context, sliders
        self._model = ""  # whose sliders are shown or looked for
        self._job: Job | None = None
        sliders.chosen.connect(self._keep)
        sliders.stop_asked.connect(self._stop)
        sliders.say(self.tr("Sliders appear when a model is played."))

    def follow(self, entry: ModelEntry) -> None:
        """Show the sliders of this model."""
        if entry.header.id == self._model:
            return
        self._end()
        self._model = entry.header.id
        kind, device = self._kind, self._context.settings.device
        self._sliders.show_sliders((), SliderChoice())
        self._sliders.say(self.tr("Sliders come here in a moment."))
        generators = self._context.generators
        job = Job(
            f"sliders of {entry.header.name}",
            lambda: generators.sliders(kind, entry, device),
            self,
            on_progress=self._show_progress,
            on_result=self._found,
            on_error=self._failed,
            is_patient=True,
        )
        self._job = self._context.jobs.submit(job, replaces=("sliders", kind.name))

    def _found(self, sliders: Any) -> None:
        self._job = None
        folder = self._context.places.slider_choices_path
        self._sliders.show_sliders(sliders, read_choice(folder, self._model))

    def _failed(self, error: object) -> None:
        self._job, self._model = None, ""
        if isinstance(error, StudioError):
            self._sliders.say(str(error))  # whoever plays the model is told out loud
        else:
            self._sliders.say(self.tr("The sliders of this model could not be found."))
            self._context.report(error)

    def _show_progress(self, progress: object) -> None:
        assert isinstance(progress, Progress)
        if progress.total:
            words = self.tr("Looking for what steers this model. You can go on meanwhile.")
            self._sliders.say(words, progress.done / progress.total)

    def _stop(self) -> None:
        self._end()
        self._sliders.say(self.tr("Choose the model again to look for its sliders."))

    def _end(self) -> None:
        if self._job is not None:
            self._job.cancel()
        self._job, self._model = None, ""

    def _keep(self, choice: SliderChoice) -> None:
        try:
            write_choice(self._context.places.slider_choices_path, self._model, choice)
        except StudioError as error:
            self._context.report(error)
