"""Lets the samples of a run be heard, one at a time, where their medium has a sound."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, QTimer

from studio.core.kind import MediumKind, Sound
from studio.core.sample_sheet import beside, read_example
from studio.core.work import Progress, Work
from studio.ui.context import StudioContext
from studio.ui.jobs import Job
from studio.ui.sample_grid import SampleGrid

FRAME_MS = 33


class SampleSound(QObject):
    """Reads what lies beside a picture of samples, on the worker; writes nothing into the run."""

    def __init__(self, kinds: Sequence[MediumKind], context: StudioContext) -> None:
        super().__init__()
        self._kinds, self._context = {kind.name: kind for kind in kinds}, context
        self._sounds: dict[str, Sound] = {}
        self._view: SampleGrid | None = None  # where one sounds, or will in a moment
        self._path, self._place = "", 0
        self._sound: Sound | None = None
        self._job: Job | None = None
        self._said = ""
        self._frame = QTimer(self, interval=FRAME_MS)
        self._frame.timeout.connect(self._follow)

    @property
    def is_on(self) -> bool:
        """From the wish to hear one on, so while its sound is still made."""
        return self._view is not None

    def serve(self, view: SampleGrid) -> None:
        """Do what is asked for in a view."""
        view.asked.connect(partial(self.toggle, view))
        view.stop_asked.connect(self.stop)

    def can_be_heard(self, medium: str) -> bool:
        """Whether a medium has a sound at all."""
        kind = self._kinds.get(medium)
        return kind is not None and kind.load_sound is not None

    def offer(self, view: SampleGrid, medium: str) -> None:
        """Say in a view whether what it shows now can be heard; another picture falls silent."""
        if view is self._view and view.path != self._path:
            self.stop()
        if not view.has_picture or not self.can_be_heard(medium):
            view.offer("", "")
        elif beside(Path(view.path)).is_file():
            view.offer(medium, self.tr("Click a sample to hear it, again to stop"))
        else:
            view.offer("", self.tr("These samples cannot be heard: only their picture was kept."))

    def toggle(self, view: SampleGrid, place: int) -> None:
        """Let a sample be heard instead of what sounds, or fall silent."""
        sounds = view is self._view and place == self._place
        self.stop()
        if not sounds and view.medium:
            self._begin(view, place)

    def stop(self) -> None:
        """Silence."""
        self._frame.stop()
        if self._job is not None:
            self._job.cancel()
        if self._sound is not None:
            self._sound.stop()
        if self._view is not None:
            self._view.mark(None)
        self._view = self._sound = self._job = None

    def close(self) -> None:
        """Silence, and the audio device goes back to the system."""
        self.stop()
        for sound in self._sounds.values():
            sound.close()

    def _begin(self, view: SampleGrid, place: int) -> None:
        kind = self._kinds[view.medium]
        if kind.name not in self._sounds:
            assert kind.load_sound is not None
            self._sounds[kind.name] = kind.load_sound()
        sound, picture, settings = self._sounds[kind.name], Path(view.path), self._context.settings
        shape = kind.example_of(kind.empty()).shape

        def work() -> Work:
            yield Progress(0, 1)
            yield from sound.render(read_example(picture, place, shape), settings)

        self._view, self._path, self._place, self._sound = view, view.path, place, sound
        view.mark(place)
        self._job = Job(self.tr("Hear a sample"), work, self, on_error=self._failed)
        self._job.on_result = self._play
        self._context.jobs.submit(self._job)

    def _play(self, rendered: Any) -> None:
        if self._sound is None:
            return
        message = self._sound.play(rendered)
        if message and message != self._said:
            self._context.notify(message)
        self._said = message
        self._frame.start()

    def _failed(self, error: object) -> None:
        self.stop()
        self._context.report(error)

    def _follow(self) -> None:
        share = self._sound.share if self._sound is not None else None
        if share is None or self._view is None:
            self.stop()
        else:
            self._view.mark(self._place, share)
