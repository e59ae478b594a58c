"""Builds the application and hands over to the event loop."""

from __future__ import annotations

import base64
import gc
import logging
import logging.handlers
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from types import TracebackType

from PySide6.QtCore import QByteArray, Qt, QTimer
from PySide6.QtGui import QGuiApplication, QIcon
from PySide6.QtWidgets import QApplication

from studio import media
from studio.app.device import FoundDevice, device_work, load_device
from studio.app.on_the_worker import nearest_work, pace_work
from studio.app.session import Session
from studio.app.window import Window
from studio.core.errors import StudioError
from studio.core.library import Places, places
from studio.core.resources import resource
from studio.core.settings import load_settings
from studio.ui import theme
from studio.ui.context import StudioContext
from studio.ui.generation import LoadedGenerators
from studio.ui.jobs import Job, Jobs
from studio.ui.run_watch import RunWatch, WatchedRun
from studio.ui.training_page import TrainingPage

COLLECT_EVERY_MS = 2000
LOG_BYTES = 1_000_000
log = logging.getLogger(__name__)


def run(
    argv: list[str],
    on_ready: Callable[[], None] | None = None,
    drive: Callable[[Studio], None] | None = None,
) -> int:
    """Open the studio, with a project if one is named, and stay until it is closed.

    on_ready is called once the window is painted and answers, and then the studio ends; drive is
    called with the studio once it has begun, to use it as a person would.
    """
    where = places()
    keep_log(where)
    QGuiApplication.setHighDpiScaleFactorRoundingPolicy(
        Qt.HighDpiScaleFactorRoundingPolicy.PassThrough
    )
    app = QApplication([sys.argv[0], *argv])
    app.setApplicationName("Atelier")
    app.setDesktopFileName("atelier")
    app.setWindowIcon(QIcon(str(resource("icons", "atelier.svg"))))
    theme.apply_theme(app)
    studio = Studio(where)
    sys.excepthook = studio.report
    signal.signal(signal.SIGTERM, lambda *_: app.quit())
    signal.signal(signal.SIGINT, lambda *_: app.quit())
    studio.open(Path(argv[0]) if argv else None, on_ready)
    if drive is not None:
        QTimer.singleShot(0, studio.window, lambda: drive(studio))  # begun by then
    # Python may collect a widget on any thread, and Qt dies when that is a worker.
    gc.disable()
    gc.freeze()
    timer = QTimer(app, interval=COLLECT_EVERY_MS)
    timer.timeout.connect(gc.collect)
    timer.start()
    code = app.exec()
    if not studio.close():
        # A worker deep in foreign code cannot be ended, and Qt aborts when its thread is deleted.
        logging.shutdown()
        os._exit(code)
    return code


class Studio:
    """The parts that live as long as the application, and their order of coming and going."""

    def __init__(self, where: Places) -> None:
        settings, self._problem = load_settings(where.settings_path)
        self._has_frozen = False
        self.jobs = Jobs()
        self.context = StudioContext(
            self.jobs,
            settings,
            where,
            log.info,
            lambda folder, medium: None,  # the window takes both roads over
            LoadedGenerators(after_load=self._set_threads, sliders_path=where.sliders_path),
            probe=pace_work,
            nearest=nearest_work,
        )
        self.session = Session(media.kinds(), self.context)
        self.watch = RunWatch(where)
        self.window = Window(self.session, self.watch)
        self.window.device_changed.connect(self._ask_device)
        self.watch.ended.connect(self._run_ended)
        self.watch.begun.connect(self._run_begun)

    def open(self, project: Path | None, on_ready: Callable[[], None] | None = None) -> None:
        """Show the window; everything slow begins after it is painted and answers."""
        settings, window = self.context.settings, self.window
        if settings.window_geometry:
            window.restoreGeometry(QByteArray(base64.b64decode(settings.window_geometry)))
        names = [kind.name for kind in self.session.kinds]
        first = settings.last_medium if settings.last_medium in names else names[0]
        window.show_page(first)
        window.show()
        QTimer.singleShot(0, window, lambda: self._begin(project, on_ready))

    def close(self) -> bool:
        """After the last window: what is open ends, what is unsaved is kept for the next start.

        Trainings go on; False when the worker did not come to an end.
        """
        geometry = self.window.saveGeometry().toBase64().toStdString()
        panel = self.window.last_medium
        self.context.change_settings(window_geometry=geometry, last_medium=panel)
        self.window.pages.leave()
        self.watch.close()
        has_ended = self.jobs.close()
        self.session.close(keep_unsaved=not self.window.was_closed)
        return has_ended

    def report(
        self, kind: type[BaseException], error: BaseException, trace: TracebackType | None
    ) -> None:
        """The exception hook: the same road as every other error."""
        if issubclass(kind, KeyboardInterrupt):
            QApplication.quit()
            return
        self.context.report(error)

    def _begin(self, project: Path | None, on_ready: Callable[[], None] | None) -> None:
        QApplication.processEvents()
        if on_ready is not None:
            on_ready()
            QApplication.quit()
            return
        self._ask_device()
        if self._problem:
            self.context.notify(self._problem)
        lost = self.session.start()
        if project is not None:
            self.window.project.open_path(project)
        elif lost is not None:
            self._offer_lost(lost)
        self.watch.start()
        self.window.begin()

    def _run_ended(self, run: WatchedRun) -> None:
        if run.state == "failed":
            words = self.window.tr("The training of {name} failed: {text}")
        elif run.broke_off:
            words = self.window.tr("The training of {name} broke off. Train can go on with it.")
        else:
            words = self.window.tr("{name} is trained. Choose it as the model, or look at Train.")
        self.context.notify(words.format(name=run.name, text=run.status.text))

    def _run_begun(self, run: WatchedRun) -> None:
        self.context.notify(self.window.tr("Next in the queue: {} begins.").format(run.name))

    def _offer_lost(self, lost: Path) -> None:
        session = self.session

        def recover() -> None:
            try:
                session.recover(lost)
            except StudioError as error:
                self.context.report(error)

        self.window.notice.ask(
            self.window.tr("Atelier ended without saving. What you were making is still here."),
            {
                self.window.tr("Bring it back"): recover,
                self.window.tr("Throw it away"): lambda: session.discard(lost),
            },
        )

    def _ask_device(self) -> None:
        settings = self.context.settings
        self.jobs.submit(
            Job(
                "device",
                lambda: device_work(settings.device, settings.threads),
                self.window,
                on_result=self._device_found,
                on_error=self._no_device,
            ),
            replaces="device",
        )

    def _device_found(self, found: object) -> None:
        assert isinstance(found, FoundDevice)
        self.context.machine = found.machine
        self.window.show_device(found.words, found.why, good=True)
        page = self.window.pages.built_page("train")
        if isinstance(page, TrainingPage):
            page.form.plan.refresh()

    def _no_device(self, error: object) -> None:
        self.window.show_device(self.window.tr("No device"), str(error), good=False)
        self.context.report(error)

    def _set_threads(self) -> None:
        """Worker thread: a generator that loads chooses threads by itself; the settings win."""
        load_device(self.context.settings.device, self.context.settings.threads)
        if not self._has_frozen:
            # All that torch brought along stays: collecting garbage would look through it again
            # and again, for a fifth of a second in which no thread moves.
            gc.freeze()
            self._has_frozen = True


def keep_log(where: Places) -> None:
    """Send the log to a file that cannot grow without end; without a disk there is none."""
    try:
        where.log_path.parent.mkdir(parents=True, exist_ok=True)
        to_file = logging.handlers.RotatingFileHandler(
            where.log_path, maxBytes=LOG_BYTES, backupCount=1, encoding="utf-8", delay=True
        )
    except OSError:
        return
    to_file.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    root = logging.getLogger("studio")
    root.addHandler(to_file)
    root.setLevel(logging.INFO)
