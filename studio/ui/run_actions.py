"""What a person does with training runs; where it cannot be done, that is said."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QFile, QObject, Signal

from studio.core.errors import StudioError
from studio.core.run_title import rename
from studio.ui.context import StudioContext
from studio.ui.run_watch import RunWatch, WatchedRun

HOUR_S = 3600.0


class RunActions(QObject):
    """Acts on one run at a time, and lets the watch look at once."""

    done = Signal()

    def __init__(self, context: StudioContext, watch: RunWatch) -> None:
        super().__init__()
        self._context, self._watch = context, watch

    def pause(self, run: WatchedRun) -> None:
        self._try(lambda: self._watch.pause(run.run))

    def stop(self, run: WatchedRun) -> None:
        self._try(lambda: self._watch.stop(run.run))

    def resume(self, run: WatchedRun) -> None:
        """Go on now, or after what trains now."""
        self._try(partial(self._resume, run))

    def train_longer(self, run: WatchedRun) -> None:
        """An hour more by the clock, or as many kimg as an hour brings, now or in its turn."""
        seconds, kimg = longer(run, HOUR_S)

        def lengthen() -> None:
            run.run.lengthen(seconds=seconds, kimg=kimg)
            self._resume(run)

        self._try(lengthen)

    def move_up(self, run: WatchedRun) -> None:
        """One place earlier in the queue."""
        self._try(lambda: self._watch.queue.move_up(run.run.path.name))

    def leave_queue(self, run: WatchedRun) -> None:
        self._try(lambda: self._watch.queue.remove(run.run.path.name))

    def rename(self, run: WatchedRun, text: str) -> None:
        """Give it another name; with "" the one back that it was begun with."""
        self._try(lambda: rename(run.run, text))

    def remove(self, run: WatchedRun) -> None:
        """Into the system's bin, from which it can be taken back."""
        self._try(partial(self._remove, run))

    def _try(self, act: Callable[[], object]) -> None:
        try:
            act()
        except (StudioError, OSError) as error:
            self._context.report(error)
        self._watch.look()
        self.done.emit()

    def _resume(self, run: WatchedRun) -> None:
        self._watch.resume_or_wait(run.run)
        if run.run.path.name in self._watch.queue.names():
            self._context.notify(self.tr("It goes on when what trains now has ended."))

    def _remove(self, run: WatchedRun) -> None:
        path = run.run.path
        if run.run.is_running():
            raise StudioError(self.tr("{} is being trained; stop it first.").format(run.name))
        self._watch.queue.remove(path.name)
        if not QFile.moveToTrash(str(path)):
            raise StudioError(
                self.tr("The bin did not take {}. Its folder is {}.").format(run.name, path)
            )
        self._context.notify(self.tr("{} is in the bin.").format(run.name))


def longer(run: WatchedRun, seconds: float) -> tuple[float | None, float | None]:
    """The new total length, in seconds or in kimg as the run counts, for so much more training."""
    if run.config.seconds is not None:
        return run.config.seconds + seconds, None
    speed = run.status.images_per_s
    more = speed * seconds / 1000 if speed else run.config.kimg
    return None, round(run.status.kimg + max(1.0, more), 1)
